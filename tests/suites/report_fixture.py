"""Results and logs whose every number is known, for the tests of paceline_report."""

import contextlib
import io
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
import warnings
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "src" / "python"))

from paceline.report import drawing, logged_runs, program  # noqa: E402, F401  (the path comes first)

# The program's warning filters, to which drawing adds; unittest sets others.
FILTERS = list(warnings.filters)

REPORT = ROOT / "src" / "programs" / "paceline_report"
SCHEMA = ROOT / "src" / "paceline" / "log" / "schema.cc"
MILLISECOND = 1_000_000
NAME = "chat/complete/rpm:{}/parallel:{}/iterations:{}/manual_time"


def row(rpm=6000, parallel=10, requests=100, p50=0.05, **changed):
    """A run's row of a result, as paceline writes it."""
    name = NAME.format(rpm, parallel, requests)
    return {"name": name, "run_name": name, "run_type": "iteration", "iterations": requests,
            "threads": 1, "repetitions": 1, "repetition_index": 0, "real_time": p50 * 1e6,
            "cpu_time": 20.0, "time_unit": "us", "p50": p50, "p90": 2 * p50, "p99": 3 * p50,
            "p99.9": 4 * p50, "max": 5 * p50, "due_p50": p50, "due_p99": 3 * p50, "late_p50": 1e-5,
            "late_p99": 1e-4, "late_max": 1e-3, "rpm": float(rpm), "rps": rpm / 60, "in_flight": 5.0,
            "errors": 0.0} | changed


def percentile_row(of, counter):
    """The row that compare.py reads: a time, and no counters."""
    name = f"{of['run_name']}/{counter}"
    kept = ("run_type", "iterations", "repetitions", "repetition_index", "cpu_time", "time_unit")
    return {key: of[key] for key in kept} | {"name": name, "run_name": name,
                                             "real_time": of[counter] * 1e6}


CONTEXT = {"date": "2026-03-04T05:06:07+00:00", "host_name": "lab", "host": "api.example.com",
           "model": "small-1", "http": "HTTP/2", "paceline": "0.1.0 (abc)", "precision": "fine",
           "paceline_flags": "--paceline_system='<x>'"}


def run_program(*arguments, folder):
    return subprocess.run([REPORT, *map(str, arguments)], capture_output=True, text=True, cwd=folder,
                          timeout=250)


def run_here(*arguments, folder):
    """As run_program(), within this process, which has loaded Matplotlib already."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with (unittest.mock.patch.object(sys, "argv", [str(REPORT), *map(str, arguments)]),
          unittest.mock.patch.object(sys, "path", list(sys.path)), contextlib.chdir(folder),
          contextlib.redirect_stdout(out), contextlib.redirect_stderr(err),
          warnings.catch_warnings()):
        warnings.filters[:] = FILTERS
        code = program.run()
    for stream in (out, err):
        stream.seek(0)
    return subprocess.CompletedProcess(arguments, code, out.read(), err.read())


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write_result(self, *rows, name="r.json", context=None):
        path = self.folder / name
        path.write_text(json.dumps({"context": context or CONTEXT, "benchmarks": list(rows)}))
        return path

    def write_log(self, *runs, name="run.sqlite"):
        """Runs are (rpm, parallel, [(sent_ns, latency_ns, or None of a failed one)])."""
        path = self.folder / name
        with sqlite3.connect(path) as log:
            log.executescript(re.search(r'R"\((.*?)\)"', SCHEMA.read_text(), re.DOTALL)[1])
            log.executescript(f"PRAGMA application_id = {logged_runs.APPLICATION_ID};"
                              f"PRAGMA user_version = {logged_runs.SCHEMA_VERSION};")
            for number, (rpm, parallel, requests) in enumerate(runs, 1):
                log.execute("INSERT INTO runs VALUES (?, 'chat/complete', 'w', 0, "
                            "'2026-03-04T05:06:08.000Z', ?, ?, ?, 0, 'api.example.com', 'small-1', "
                            "'https://api.example.com/v1/chat/completions', 'curl', 1, "
                            "NULL, 0, 1, NULL, NULL, NULL, NULL, NULL)",
                            (number, rpm, parallel, len(requests)))
                log.executemany(
                    "INSERT INTO requests (run, item, due_ns, sent_ns, done_ns, error, retries) "
                    "VALUES (?, ?, ?, ?, ?, ?, 0)",
                    [(number, item, sent, sent, sent + (latency or 0),
                      None if latency is not None else "timed out")
                     for item, (sent, latency) in enumerate(requests)])
        log.close()
        return path

    def run_report(self, *arguments, expected=0, by=run_here):
        done = by(*arguments, folder=self.folder)
        self.assertEqual(done.returncode, expected, done.stdout + done.stderr)
        return done

    def make_page(self, *arguments, by=run_here):
        self.run_report(*arguments, "-o", "page.html", by=by)
        return (self.folder / "page.html").read_text()
