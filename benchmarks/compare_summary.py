"""Runs compare.py, named by COMPARE_PY, and adds what its table means in plain words.

Started by benchmarks/compare, with a Python that has scipy.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

from report.changes import (ALPHA, GOOD_REPETITIONS, Change, correct_by_holm, medians_text,
                            repetitions_needed, verdict_text)
from report.words import UNITS

MODES = ("benchmarks", "filters", "benchmarksfiltered")
USAGE = """benchmarks/compare A B [options]
       benchmarks/compare filters FILE FILTER_A FILTER_B [options]
       benchmarks/compare benchmarksfiltered A FILTER_A B FILTER_B [options]"""
DESCRIPTION = """A and B are JSON files (--benchmark_out=FILE) or programs that write them; B is
compared against A. Options that are not listed go to the programs, for instance
--benchmark_repetitions=9."""


def parse(arguments):
    """Returns compare.py's options, and its mode with what it compares and the programs' options."""
    parser = argparse.ArgumentParser("benchmarks/compare", usage=USAGE, description=DESCRIPTION,
                                     allow_abbrev=False)
    parser.add_argument("-a", "--display_aggregates_only", action="store_true",
                        help="show the aggregates only; the U test still uses every repetition")
    parser.add_argument("--no-color", action="store_true", help="no colours")
    parser.add_argument("--no-utest", action="store_true", help="no U test")
    parser.add_argument("--alpha", type=float, default=ALPHA, metavar="P",
                        help="level of significance, for all rows together in the summary [0.05]")
    parser.add_argument("-d", "--dump_to_json", metavar="FILE",
                        help="write the comparison to this file too")
    options, rest = parser.parse_known_args(arguments)
    rest = [argument for argument in rest if argument != "--"]
    if not rest or rest[0] not in MODES:
        rest.insert(0, "benchmarks")
    if len(rest) < {"benchmarks": 3, "filters": 4, "benchmarksfiltered": 5}[rest[0]]:
        parser.error("name what to compare")
    return options, rest


def run_compare_py(options, what, dump):
    command = [sys.executable, os.environ["COMPARE_PY"], f"--dump_to_json={dump}",
               f"--alpha={options.alpha}"]
    if options.display_aggregates_only:
        command.append("--display_aggregates_only")
    if options.no_color or not sys.stdout.isatty():
        command.append("--no-color")
    if options.no_utest:
        command.append("--no-utest")
    return subprocess.run(command + what).returncode


def change_of(entry):
    """One name of the table: its medians over the repetitions, and compare.py's p-value if any."""
    size = UNITS[entry["time_unit"]]
    return Change(entry["name"], [m["real_time"] * size for m in entry["measurements"]],
                  [m["real_time_other"] * size for m in entry["measurements"]],
                  p=entry["utest"].get("time_pvalue"))


def print_rows(rows, alpha):
    """A run's rows stand below its name: its mean, then X/p50 as p50, and so on."""
    names = {row.name for row in rows}
    for row in rows:
        stem, _, last = row.name.rpartition("/")
        if stem not in names:
            print(row.name)
            last = "mean"
        print(f"  {last:<9}{row.share:+8.1%}  {medians_text(row):<24}  {verdict_text(row, alpha)}")


def cut_short(path):
    """The names of runs in a JSON file that were interrupted."""
    try:
        with open(path, encoding="utf-8") as file:
            runs = json.load(file)["benchmarks"]
    except (OSError, ValueError):  # a program, or a filter
        return []
    return sorted({run["run_name"] for run in runs if "cut short" in run.get("label", "")})


def print_warnings(tested, options):
    if options.no_utest:
        print("No U test was asked for, so nothing says whether these changes are real.")
        return
    if not tested:
        print("Nothing says whether these changes are real: the U test needs the repetitions of both "
              "sides. Run\nboth with --benchmark_repetitions=9, and without "
              "--benchmark_report_aggregates_only, which throws\nthe repetitions away.")
        return
    fewest = min(row.repetitions for row in tested)
    needed = repetitions_needed(len(tested), options.alpha)
    if fewest < needed:
        print(f"Too few repetitions: with {fewest}, not even the clearest change in one of "
              f"{len(tested)} rows could be\nsupported at {options.alpha:g}. "
              f"Run both with --benchmark_repetitions={max(needed, GOOD_REPETITIONS)}, or compare "
              "fewer rows.")
    elif fewest < GOOD_REPETITIONS:
        print(f"Few repetitions: {fewest}. The U test is not reliable below {GOOD_REPETITIONS}; "
              f"run both with --benchmark_repetitions={GOOD_REPETITIONS}.")


def print_summary(report, options):
    entries = [entry for entry in report if entry["run_type"] != "aggregate"]
    if not entries:
        entries = [entry for entry in report if entry["aggregate_name"] == "median"]
    rows = [change_of(entry) for entry in entries]
    print()
    if not rows:
        print("Nothing to compare: the two have no row of the same name. To compare rows of different "
              "names,\nsuch as two rates, use the modes filters or benchmarksfiltered.")
        return
    tested = correct_by_holm(rows)
    print("In plain words, medians of A -> B" + (
        "; a change is supported where p, the U test's after allowing for\n"
        f"{len(tested)} rows (Holm), is at most {options.alpha:g}:" if tested else ":"))
    print_rows(rows, options.alpha)
    if tested:
        moved = [row for row in tested if row.is_supported(options.alpha)]
        print(f"{len(moved)} of {len(tested)} rows moved.")
    print_warnings(tested, options)


def main():
    options, what = parse(sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        dump = options.dump_to_json or os.path.join(folder, "report.json")
        code = run_compare_py(options, what, dump)
        if code != 0:
            return code
        with open(dump, encoding="utf-8") as file:
            print_summary(json.load(file), options)
        for path in what:
            for name in cut_short(path):
                print(f"{path}: {name} was cut short, and does not hold all its requests.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
