"""Simulates up to 4,096 ranks that share one schedule of up to 100,000,000 requests per minute, each on a
clock of its own, and prints Markdown tables: the most arrivals of all ranks together in any 1 ms, 10 ms
and 1 s, divided by those of an even schedule. Then times the merge of 4,096 tallies. The schedule, the
pacers and the tallies are the real ones. Takes half a minute after the build. benchmarks/cluster/simulate
builds the programs and starts this script."""

import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from judge import BUILT
from markdown_table import print_table

RATES = (100_000, 1_000_000, 10_000_000, 100_000_000)
RANKS = (1, 4, 64, 512, 4_096)
CLOCK_ERRORS = (0, 10, 100, 1_000, 10_000)  # us
WINDOWS = (0.001, 0.01, 1)  # s
SECONDS = 3
# What machines and networks add: microseconds of jitter on the way, and stalls per second of each rank.
TROUBLE = ((0, 0), (100, 0), (1_000, 0), (0, 2), (1_000, 2))
TROUBLE_CLOCK_ERROR = 100  # us
LEAST_RATE = 0.99
TALLIES = 4_096


def simulate(case):
    """`case`: ranks, rpm, clock error and jitter in us, stalls per second. The most arrivals in each
    window over those of an even schedule."""
    done = subprocess.run([BUILT / "rank_arrivals", *map(str, case), str(SECONDS)],
                          check=True, capture_output=True, text=True)
    return [most / (case[1] / 60 * window) for most, window in zip(json.loads(done.stdout), WINDOWS)]


def text_of(overs):
    """A rank that has too little time for its share of the rate sends less in a second."""
    return "rate not kept" if overs[-1] < LEAST_RATE else " / ".join(f"{over:.2f}" for over in overs)


def error_text(microseconds):
    return f"{microseconds / 1e3:g} ms" if microseconds >= 1_000 else f"{microseconds} us"


def print_clocks(found):
    print(f"Times even in any 1 ms / 10 ms / 1 s, by the error of the clocks, {SECONDS} s:\n")
    print_table(["RPM", "ranks", *(error_text(error) for error in CLOCK_ERRORS)],
                [[f"{rpm:,}", f"{ranks:,}",
                  *(text_of(found[ranks, rpm, error, 0, 0]) for error in CLOCK_ERRORS)]
                 for rpm in RATES for ranks in RANKS])


def print_trouble(found):
    print(f"The same with clocks that are wrong by up to {error_text(TROUBLE_CLOCK_ERROR)}. The columns are "
          "the mean jitter on the way, and the stalls\nof each rank per second, of 1 to 4 ms each:\n")
    heads = [f"{error_text(jitter)}, {stalls} stalls" for jitter, stalls in TROUBLE]
    print_table(["RPM", "ranks", *heads],
                [[f"{rpm:,}", f"{ranks:,}",
                  *(text_of(found[ranks, rpm, TROUBLE_CLOCK_ERROR, *trouble]) for trouble in TROUBLE)]
                 for rpm in RATES for ranks in RANKS])


def print_merge():
    done = subprocess.run([BUILT / "tally_merge", str(TALLIES), "10000"], check=True,
                          capture_output=True, text=True)
    merge = json.loads(done.stdout)
    depth = TALLIES.bit_length() - 1
    print_table(["bytes of a tally of 10,000 streams", "to write one, ms", "to read and merge one, ms",
                 f"one after the other, {TALLIES:,}, s", f"in a tree of {depth} levels, ms"],
                [[f"{merge['bytes']:,}", f"{merge['write_us'] / 1e3:.1f}",
                  f"{merge['merge_us'] / 1e3:.1f}", f"{merge['seconds']:.1f}",
                  f"{depth * merge['merge_us'] / 1e3:.0f}"]])


def draw(found, path):
    from picture import draw_clocks  # the tables need no Matplotlib
    kept = {case: overs for case, overs in found.items() if overs[-1] >= LEAST_RATE}
    draw_clocks({rpm: {error: {ranks: kept.get((ranks, rpm, error, 0, 0)) for ranks in RANKS}
                       for error in CLOCK_ERRORS} for rpm in RATES}, RANKS, path)


def main():
    parser = argparse.ArgumentParser("benchmarks/cluster/simulate", description=__doc__)
    parser.add_argument("--png", type=Path, help="draw the table of the clocks into this file")
    options = parser.parse_args()
    cases = [(ranks, rpm, error, 0, 0) for rpm in RATES for ranks in RANKS for error in CLOCK_ERRORS]
    cases += [(ranks, rpm, TROUBLE_CLOCK_ERROR, *trouble)
              for rpm in RATES for ranks in RANKS for trouble in TROUBLE]
    cases = list(dict.fromkeys(cases))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        print(f"simulate: {len(cases)} runs", file=sys.stderr)
        found = dict(zip(cases, pool.map(simulate, cases)))
    print_clocks(found)
    print_trouble(found)
    print_merge()
    if options.png:
        draw(found, options.png)


if __name__ == "__main__":
    main()
