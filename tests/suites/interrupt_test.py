"""Ends the built `paceline` with Ctrl-C, and looks at what becomes of its requests.

Needs PACELINE, the path of the program.
"""

import json
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from program import PACELINE, run
from scripted_api import ScriptedApi

OK = (200, {}, 0)
FAILURES = ("http_429", "http_4xx", "http_5xx", "connects", "timeouts", "resets", "bad_responses",
            "other_errors")


class Interrupt(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name) / "out.json"
        self.log = Path(folder.name) / "log.sqlite"

    def interrupted(self, api, *flags, after):
        """The program's exit code and stderr: Ctrl-C comes after so many requests."""
        with subprocess.Popen([PACELINE, f"--paceline_url={api.url}", "--paceline_rows=", *flags],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True) as program:
            api.wait_for(after)
            time.sleep(0.3)
            program.send_signal(signal.SIGINT)
            _, errors = program.communicate(timeout=60)
        return program.returncode, errors

    def row(self):
        (row,) = json.loads(self.out.read_text())["benchmarks"]
        return row

    def logged(self, question):
        with sqlite3.connect(self.log) as database:
            return database.execute(question).fetchall()

    def test_prints_and_writes_what_was_measured(self):
        with subprocess.Popen(
                [PACELINE, "--paceline_requests=100000", "--paceline_rpm=6000,60000",
                 "--paceline_parallel=50", "--paceline_rows=", f"--benchmark_out={self.out}"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
            time.sleep(2)
            program.send_signal(signal.SIGINT)
            printed, _ = program.communicate(timeout=60)
        self.assertEqual(program.returncode, 130)
        self.assertIn("cut short", printed)
        # The run that was left shows on the console, and never as a time of 0 in the file.
        self.assertIn("not run", printed)
        row = self.row()
        self.assertIn("cut short", row["label"])
        self.assertGreaterEqual(row["p50"], 0.05)
        self.assertGreaterEqual(row["real_time"], 50000)

    def test_what_it_cuts_off_is_no_failure_and_has_its_row(self):
        # The first request, ten that are answered, and 20 that would take a minute.
        flags = ["--paceline_rpm=6000", "--paceline_parallel=20", "--paceline_requests=50"]
        is_slow = True
        with ScriptedApi(lambda number: (200, {}, 60 if is_slow and number > 10 else 0)) as api:
            code, errors = self.interrupted(api, *flags, f"--benchmark_out={self.out}",
                                            f"--paceline_log={self.log}", after=31)
            # They are sent again.
            is_slow = False
            resumed = run(f"--paceline_url={api.url}", *flags, f"--paceline_resume={self.log}")
        self.assertEqual(code, 130, errors)
        row = self.row()
        self.assertEqual(row["errors"], 0)
        self.assertEqual(row["cut_off"], 20)
        self.assertIn("cut short: 10 of 50 requests; 20 cut off", row["label"])
        self.assertNotIn("failing", row["label"] + errors)
        self.assertNotIn("failed", errors)
        self.assertEqual(self.logged("SELECT count(*), sum(error IS NULL) FROM requests "
                                     "WHERE run = 1"), [(30, 10)])
        self.assertEqual(self.logged("SELECT DISTINCT error FROM requests WHERE error IS NOT NULL"),
                         [("cut off when the run was stopped",)])
        self.assertEqual(resumed.returncode, 0, resumed.stderr)
        self.assertIn("40 of 50 requests are left to send", resumed.stderr)

    def test_a_request_that_waits_for_its_retry_stays_failed(self):
        def answer(number):
            return (503, {"Retry-After": "50"}, 0) if number == 3 else OK

        with ScriptedApi(answer) as api:
            code, errors = self.interrupted(
                api, "--paceline_rpm=6000", "--paceline_requests=6", "--paceline_retries=2",
                f"--benchmark_out={self.out}", f"--paceline_log={self.log}", after=7)
        self.assertEqual(code, 130, errors)
        row = self.row()
        self.assertEqual((row["errors"], row["http_5xx"], row["cut_off"]), (1, 1, 0))
        self.assertIn("cut short", row["label"])
        self.assertEqual(self.logged("SELECT status, retries FROM requests "
                                     "WHERE error IS NOT NULL"), [(503, 0)])
        self.assertEqual(self.logged("SELECT count(*) FROM requests"), [(6,)])

    def test_it_ends_the_first_request(self):
        with ScriptedApi(lambda number: (200, {}, 60)) as api:
            code, errors = self.interrupted(api, "--paceline_requests=5", after=1)
        self.assertEqual(code, 130, errors)
        self.assertNotIn("failed", errors)

    def test_it_ends_the_wait_for_a_server_that_is_starting(self):
        with ScriptedApi(lambda number: (503, {}, 0)) as api:
            code, errors = self.interrupted(api, "--paceline_wait=10m", after=2)
        self.assertEqual(code, 130, errors)
        self.assertEqual(errors.count("waiting up to 600 s"), 1, errors)

    def test_it_ends_a_search(self):
        with ScriptedApi(lambda number: (200, {}, 0 if number <= 20 else 60)) as api:
            code, errors = self.interrupted(
                api, "--paceline_find_max=p99<10s", "--paceline_rpm=6000",
                "--paceline_requests=100", f"--benchmark_out={self.out}", after=60)
        self.assertEqual(code, 130, errors)
        self.assertNotIn("requests failed", errors)


class Failures(unittest.TestCase):
    def test_a_request_that_is_to_wait_for_an_hour_is_given_up(self):
        def answer(number):
            return (429, {"Retry-After": "3600"}, 0) if number == 3 else OK

        with ScriptedApi(answer) as api, tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out.json"
            done = run(f"--paceline_url={api.url}", "--paceline_rpm=6000", "--paceline_requests=6",
                       "--paceline_retries=2", "--paceline_rows=", f"--benchmark_out={out}")
            (row,) = json.loads(out.read_text())["benchmarks"]
        self.assertEqual(done.returncode, 1)
        self.assertIn("the server asks to wait 3600 s", done.stderr)
        self.assertIn("than 60 s; allow longer waits with --paceline_max_backoff", done.stderr)
        self.assertEqual((row["errors"], row["http_429"], row["retries"]), (1, 1, 0))

    def test_the_first_request_is_retried_as_any_other(self):
        for status in (429, 503):
            def answer(number, status=status):
                return (status, {"Retry-After": "0"}, 0) if number == 0 else OK

            with self.subTest(status=status), ScriptedApi(answer) as api:
                done = run(f"--paceline_url={api.url}", "--paceline_rpm=6000",
                           "--paceline_requests=3", "--paceline_retries=5")
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_one_forbidden_prompt_is_a_failed_request(self):
        with ScriptedApi(lambda number: (403, {}, 0) if number == 3 else OK) as api:
            done = run(f"--paceline_url={api.url}", "--paceline_rpm=6000", "--paceline_requests=40",
                       "--paceline_max_error_ratio=0.1", "--benchmark_format=json")
        self.assertEqual(done.returncode, 0, done.stderr)
        (row,) = json.loads(done.stdout)["benchmarks"]
        self.assertEqual((row["errors"], row["http_4xx"], row["iterations"]), (1, 1, 40))
        self.assertEqual(sum(row[kind] for kind in FAILURES), row["errors"])


if __name__ == "__main__":
    unittest.main()
