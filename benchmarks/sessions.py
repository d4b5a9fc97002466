"""Sends sessions to the endpoint, which checks the history of each turn, and prints a Markdown table: whether
each turn was answered once and not sent before its due time, how far turns left behind their due times, and
the arrivals by the endpoint's own record. The client has core 0 and the endpoint core 1."""

import argparse
import signal
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from judge import BUILT, Endpoint, most_in, on_core, quantile
from markdown_table import median_text, print_table

FAULTS = {"fault": "http_500:0.005,reset:0.005"}
RETRIES = ["--paceline_retries=8", "--paceline_max_backoff=100ms"]
CASES = {
    "even": ({}, []),
    "1% faults, retries": (FAULTS, RETRIES),
    "1% faults, interrupted twice, continued": (FAULTS, RETRIES),
}
MILLISECOND = 1_000_000


def broken_sessions(endpoint):
    """Requests that did not continue their session, as the endpoint counts them."""
    with urllib.request.urlopen(f"{endpoint.url.removesuffix('/v1')}/metrics") as metrics:
        for line in metrics.read().decode().splitlines():
            if line.startswith("paceline_endpoint_broken_sessions_total"):
                return int(line.split()[-1])
    sys.exit("sessions: the endpoint counts no broken sessions")


def run(command, stops_after=None):
    """Runs the program, and interrupts it after so many seconds."""
    with subprocess.Popen(on_core(0, command), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True) as program:
        try:
            errors = program.communicate(timeout=stops_after)[1]
        except subprocess.TimeoutExpired:
            program.send_signal(signal.SIGINT)
            errors = program.communicate()[1]
    if program.returncode != (0 if stops_after is None else 130):
        sys.exit(f"sessions: {command} failed:\n{errors}")


def measure(name, options):
    faults, flags = CASES[name]
    requests = options.sessions * options.turns
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "run.sqlite"
        with Endpoint("50ms", is_paced=True, check_sessions="true", token_time="0", **faults) as endpoint:
            command = [BUILT / "paceline", f"--paceline_url={endpoint.url}",
                       "--paceline_workload=chat/session", f"--paceline_rpm={options.rpm}",
                       "--paceline_parallel=2000", f"--paceline_turns={options.turns}",
                       f"--paceline_think_time={options.think_time}",
                       f"--paceline_requests={requests}", *flags]
            keep = f"--paceline_log={log}"
            if "continued" in name:
                for _ in range(2):
                    run([*command, keep], stops_after=0.25 * 60 * requests / options.rpm)
                    keep = f"--paceline_resume={log}"
            run([*command, keep])
            broken = broken_sessions(endpoint)
        with sqlite3.connect(log) as rows:
            good = rows.execute("SELECT item, due_ns, sent_ns, retries FROM requests "
                                "WHERE error IS NULL").fetchall()
    items = [item for item, *_ in good]
    first_tries = [(sent - due) / 1e3 for item, due, sent, retries in good
                   if retries == 0 and item % options.turns > 0]
    arrivals = endpoint.arrivals()[1:]
    return {"answered": len(set(items)), "twice": len(items) - len(set(items)), "broken": broken,
            "early": sum(sent < due for _, due, sent, _ in good), "late": first_tries,
            "windows": [most_in(arrivals, window * MILLISECOND) for window in (1, 10, 1000)]}


def main():
    parser = argparse.ArgumentParser("benchmarks/sessions", description=__doc__)
    parser.add_argument("--sessions", type=int, default=10_000, help="sessions of each run [10000]")
    parser.add_argument("--turns", type=int, default=4, help="turns of each session [4]")
    parser.add_argument("--rpm", type=int, default=60_000, help="requests per minute [60000]")
    parser.add_argument("--think_time", default="500ms",
                        help="as --paceline_think_time takes it [500ms]")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each case [3]")
    options = parser.parse_args()
    results = {name: [] for name in CASES}
    for _ in range(options.rounds):
        for name in CASES:
            results[name].append(measure(name, options))
    print_table(("case", "turns answered", "answered twice", "histories broken", "sent before due",
                 "later turns behind their due times: p50, us", "p99, us",
                 "most arrivals in 1 ms", "10 ms", "1 s"),
                [(name, *(median_text([one[key] for one in rounds])
                          for key in ("answered", "twice", "broken", "early")),
                  *(median_text([quantile(one["late"], q) for one in rounds]) for q in (0.5, 0.99)),
                  *(median_text([one["windows"][place] for one in rounds]) for place in range(3)))
                 for name, rounds in results.items()])


if __name__ == "__main__":
    main()
