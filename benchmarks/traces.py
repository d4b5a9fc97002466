"""Replays traces against the endpoint and prints Markdown tables: how far each arrival, by the endpoint's own
record, lies behind the time that the trace gives, the lengths of the prompts, and the share of their tokens
that the endpoint's prefix cache had. The client has core 0 and the endpoint core 1."""

import argparse
import csv
import json
import sqlite3
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from scipy import stats

from judge import BUILT, Endpoint, behind, on_core, quantile
from markdown_table import median_text, print_table

BLOCK = 512
# Above the tokens of every prompt of the traces together.
CACHE_TOKENS = 1 << 29


def read_trace(path):
    """The requests of a trace: seconds from the first one, tokens of the prompt, and ids of blocks."""
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".jsonl":
            rows = [json.loads(line) for line in file if line.strip()]
            read = [(row["timestamp"] / 1e3, row["input_length"], row.get("hash_ids", []))
                    for row in rows]
        else:
            # Python reads six digits of a second.
            read = [(datetime.fromisoformat(row["TIMESTAMP"][:26]).timestamp(),
                     int(row["ContextTokens"]), []) for row in csv.DictReader(file)]
    return [(time - read[0][0], tokens, blocks) for time, tokens, blocks in read]


def repeated_share(rows):
    """The share of all tokens that a cache of unlimited size would have, by the ids of blocks."""
    known = set()
    repeated = 0
    for _, tokens, blocks in rows:
        for number, block in enumerate(blocks):
            if block not in known:
                break
            repeated += min(BLOCK, tokens - number * BLOCK)
        known.update(blocks)
    return repeated / sum(tokens for _, tokens, _ in rows)


def measure(path, speed, requests, transport):
    rows = read_trace(path)[:requests]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "run.sqlite"
        with Endpoint("50ms", is_paced=True, cache_tokens=CACHE_TOKENS) as endpoint:
            done = subprocess.run(
                on_core(0, [BUILT / "paceline", f"--paceline_url={endpoint.url}",
                            f"--paceline_transport={transport}", f"--paceline_trace={path}",
                            f"--paceline_speed={speed}",
                            f"--paceline_requests={len(rows)}", "--paceline_parallel=2000",
                            f"--paceline_log={log}"]),
                capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"traces: {path} failed:\n{done.stderr}")
        with sqlite3.connect(log) as logged:
            tokens, cached = zip(*logged.execute(
                "SELECT tokens_in, coalesce(cached_tokens, 0) FROM requests ORDER BY item"))
    arrivals = endpoint.arrivals()[1:]  # the first one is the trial request
    if not len(arrivals) == len(rows) == len(tokens):
        sys.exit(f"traces: {len(arrivals)} arrivals of {len(rows)} requests")
    due = [1e9 * time / speed for time, _, _ in rows]
    late = behind(arrivals, due)
    return {
        "requests": len(rows),
        "rpm": 60e9 * (len(rows) - 1) / due[-1],
        "behind": late,
        "distance": stats.ks_2samp([asked + 1e3 * each for asked, each in zip(due, late)], due,
                                   method="asymp").statistic,
        "ratios": [counted / length for counted, (_, length, _) in zip(tokens, rows)],
        "cached": sum(cached) / sum(tokens),
        "repeated": repeated_share(rows),
    }


def print_arrivals(results):
    print_table(("trace", "requests", "mean RPM", "behind the trace: p50, us", "p99, us", "worst, us",
                 "Kolmogorov-Smirnov distance"),
                [(name, f"{rounds[0]['requests']:,}", f"{rounds[0]['rpm']:,.0f}",
                  *(median_text([quantile(run["behind"], q) for run in rounds]) for q in (0.5, 0.99, 1)),
                  median_text([run["distance"] for run in rounds], "{:.5f}"))
                 for name, rounds in results.items()])


def print_prompts(results):
    print_table(("trace", "prompt tokens by the endpoint, per token of the trace: median", "p1", "p99",
                 "tokens from the cache", "repeated tokens by the trace"),
                [(name, *(f"{quantile(rounds[0]['ratios'], q):.2f}" for q in (0.5, 0.01, 0.99)),
                  f"{100 * rounds[0]['cached']:.2f}%", f"{100 * rounds[0]['repeated']:.2f}%")
                 for name, rounds in results.items()])


def main():
    parser = argparse.ArgumentParser("benchmarks/traces", description=__doc__)
    parser.add_argument("traces", nargs="+", type=Path, metavar="FILE",
                        help="a JSONL of Mooncake or a CSV of Azure (docs/pacing.md)")
    parser.add_argument("--speed", type=float, default=60,
                        help="how many times faster than recorded [60]")
    parser.add_argument("--requests", type=int, help="only the first ones [all]")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each trace [3]")
    parser.add_argument("--transport", choices=("curl", "direct"), default="curl",
                        help="as --paceline_transport [curl]")
    options = parser.parse_args()
    results = {path.stem: [] for path in options.traces}
    for _ in range(options.rounds):
        for path in options.traces:
            results[path.stem].append(measure(path, options.speed, options.requests, options.transport))
    print_arrivals(results)
    print()
    print_prompts(results)


if __name__ == "__main__":
    main()
