"""Compares the arrivals at the endpoint, by its own record, with the due times in the log, for each kind of
schedule, and prints a Markdown table. The client has core 0 and the endpoint core 1."""

import argparse
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from judge import BUILT, Endpoint, behind, on_core, quantile
from markdown_table import median_text, print_table

RATE = ["--paceline_rpm=60000", "--paceline_requests=20000"]
SCHEDULES = {
    "constant": RATE,
    "poisson": [*RATE, "--paceline_arrivals=poisson"],
    "gamma, burstiness 0.5": [*RATE, "--paceline_arrivals=gamma", "--paceline_burstiness=0.5"],
    "gamma, burstiness 3": [*RATE, "--paceline_arrivals=gamma", "--paceline_burstiness=3"],
    "stages": ["--paceline_stages=5s@6000,10s@6000..120000,2s@0,5s@60000"],
}


def due_times(log):
    with sqlite3.connect(log) as rows:
        return sorted(due for due, in rows.execute("SELECT due_ns FROM requests"))


def measure(flags, transport):
    """How far each arrival lies behind its due time, as judge.behind() tells."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "run.sqlite"
        with Endpoint("50ms", is_paced=True) as endpoint:
            done = subprocess.run(
                on_core(0, [BUILT / "paceline", f"--paceline_url={endpoint.url}",
                            f"--paceline_transport={transport}", "--paceline_parallel=2000",
                            f"--paceline_log={log}", *flags]),
                capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"schedules: {flags} failed:\n{done.stderr}")
        due = due_times(log)
    arrivals = endpoint.arrivals()[1:]  # the first one is the trial request
    if len(arrivals) != len(due):
        sys.exit(f"schedules: {len(arrivals)} arrivals of {len(due)} requests")
    return behind(arrivals, due)


def main():
    parser = argparse.ArgumentParser("benchmarks/schedules", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each schedule [3]")
    parser.add_argument("--transport", choices=("curl", "direct"), default="curl",
                        help="as --paceline_transport [curl]")
    options = parser.parse_args()
    results = {name: [] for name in SCHEDULES}
    for _ in range(options.rounds):
        for name, flags in SCHEDULES.items():
            results[name].append(measure(flags, options.transport))
    print_table(("schedule", "requests", "behind the due time: p50, us", "p99, us", "p99.9, us"),
                [(name, f"{len(rounds[0]):,}",
                  *(median_text([quantile(run, q) for run in rounds]) for q in (0.5, 0.99, 0.999)))
                 for name, rounds in results.items()])


if __name__ == "__main__":
    main()
