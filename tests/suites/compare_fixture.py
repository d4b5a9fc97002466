"""What the suites of benchmarks/compare share: results of a real one's shape, whose times are drawn
from seeds, and ways to compare them.
"""

import contextlib
import io
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

PACELINE = os.environ["PACELINE"]
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
COMPARE = BENCHMARKS / "compare"
COMPARE_PY = "/usr/share/benchmark/compare.py"
sys.path.insert(0, str(BENCHMARKS.parent / "src" / "python"))

from paceline.compare import summary  # noqa: E402  (the path comes first)

NAME = "chat/complete/rpm:60000/parallel:500/iterations:300/manual_time"
# As shares of a run's sorted latencies; the mean is the run's own row.
ROWS = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999, "due_p99": 0.99}
QUICK = ["--paceline_requests=20", "--paceline_rpm=60000", "--paceline_parallel=5",
         "--paceline_endpoint_latency=1ms"]


def environment(**more):
    return {k: v for k, v in os.environ.items() if not k.startswith("BENCHMARK_")} | more


def run_compare(*arguments, **more):
    return subprocess.run([COMPARE, *map(str, arguments)], capture_output=True, text=True,
                          timeout=250, env=environment(**more))


def compare(*arguments):
    """As run_compare(), within this process, which has SciPy already: it takes a second to load."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    err = io.StringIO()
    with (unittest.mock.patch.object(sys, "argv", ["compare", *map(str, arguments)]),
          unittest.mock.patch.dict(os.environ, environment(COMPARE_PY=COMPARE_PY), clear=True),
          contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)):
        try:
            code = summary.main("benchmarks/compare")
        except SystemExit as end:
            code = end.code
    out.seek(0)
    return subprocess.CompletedProcess(arguments, code, out.read(), err.getvalue())


def report(*arguments):
    """compare.py's own figures by row name, and all that was printed."""
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "report.json"
        done = compare(*arguments, "-d", dump)
        assert done.returncode == 0, done.stdout + done.stderr
        return {row["name"]: row for row in json.loads(dump.read_text())}, done.stdout


def summary_lines(text):
    """What the summary says of each row: {"mean": ..., "p50": ..., ...}."""
    lines = text.partition("In plain words")[2].splitlines()
    found = [re.match(r"  (\S+) +([+-][\d.]+)%.*?  +(\w.*)$", line) for line in lines]
    return {m[1]: (float(m[2]), m[3]) for m in found if m}


def draw_latencies(seed, repetitions=9, requests=300):
    """Those of each repetition, in seconds, sorted."""
    draws = random.Random(seed)
    return [sorted(draws.lognormvariate(-2.3, 0.3) for _ in range(requests))
            for _ in range(repetitions)]


def result(repetitions, name=NAME):
    """What paceline writes of such latencies."""
    rows = []
    for index, latencies in enumerate(repetitions):
        times = {"": statistics.fmean(latencies)} | {
            f"/{row}": latencies[min(int(share * len(latencies)), len(latencies) - 1)]
            for row, share in ROWS.items()}
        for suffix, time in times.items():
            rows.append({
                "name": name + suffix, "family_index": 0, "per_family_instance_index": 0,
                "run_name": name + suffix, "run_type": "iteration", "repetitions": len(repetitions),
                "repetition_index": index, "threads": 1, "iterations": len(latencies),
                "real_time": time * 1e6, "cpu_time": 30.0, "time_unit": "us", "label": "paced"})
        rows[-len(times)] |= {"p50": times["/p50"], "p99": times["/p99"], "rpm": 60000.0}
    return {"context": {}, "benchmarks": rows}


def aggregates_of(whole):
    """The file of --benchmark_report_aggregates_only."""
    names = dict.fromkeys(row["name"] for row in whole["benchmarks"])
    rows = []
    for kind, of in (("mean", statistics.fmean), ("median", statistics.median),
                     ("stddev", statistics.stdev)):
        for name in names:
            alike = [row for row in whole["benchmarks"] if row["name"] == name]
            rows.append(alike[0] | {"name": f"{name}_{kind}", "run_type": "aggregate",
                                    "aggregate_name": kind, "aggregate_unit": "time",
                                    "real_time": of([row["real_time"] for row in alike])})
    return {"context": {}, "benchmarks": rows}


class Results(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.latencies = draw_latencies(1)
        self.baseline = self.write("baseline.json", result(self.latencies))

    def write(self, name, content):
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path
