"""Runs the built `paceline` against limits, faults and a machine that says no.

Needs PACELINE and PACELINE_ENDPOINT, the paths of the programs.
"""

import json
import os
import re
import resource
import signal
import subprocess
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from program import PACELINE, Api, rows, run
from scripted_api import ScriptedApi

PACELINE_ENDPOINT = os.environ["PACELINE_ENDPOINT"]
QUICK = ["--paceline_requests=300", "--paceline_rpm=30000", "--paceline_parallel=50",
         "--paceline_endpoint_latency=2ms"]


class Account(unittest.TestCase):
    def test_the_limit_is_shown_and_auto_paces_at_it(self):
        done = run("--paceline_rpm=auto", "--paceline_requests=200", "--paceline_parallel=50",
                   "--paceline_endpoint_latency=2ms", "--paceline_endpoint_rpm_limit=12000",
                   "--benchmark_format=json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("The account may send 12000 requests a minute", done.stderr)
        (row,) = json.loads(done.stdout)["benchmarks"]
        self.assertIn("rpm:12000/", row["name"])
        self.assertEqual(row["errors"], 0)

    def test_auto_needs_a_server_that_tells(self):
        done = run("--paceline_rpm=auto", *QUICK[2:])
        self.assertEqual(done.returncode, 1)
        self.assertIn("x-ratelimit-limit-requests", done.stderr)

    def test_a_token_budget_holds_requests_back(self):
        # Some 30 tokens of prompt and 16 of response: 60,000 a minute allow about 20 a second.
        (row,) = rows("--paceline_requests=40", "--paceline_rpm=30000", "--paceline_parallel=50",
                      "--paceline_endpoint_latency=2ms", "--paceline_tpm=60000",
                      "--paceline_max_tokens=16")["benchmarks"]
        # A machine that is slow makes it fewer, and still it is the budget that bounds the run.
        self.assertLessEqual((row["tokens_in"] + row["tokens_out"]) * 60, 60_000 * 1.1)
        self.assertTrue(row["label"].startswith("rate-limited"), row["label"])


class Retries(unittest.TestCase):
    FAULTY = ["--paceline_endpoint_fault=http_500:0.2", "--paceline_max_error_ratio=1"]

    def test_without_them_failures_are_counted_by_kind(self):
        (row,) = rows(*QUICK, *self.FAULTY)["benchmarks"]
        self.assertGreater(row["errors"], 20)
        self.assertEqual(row["errors"], row["http_5xx"])
        self.assertEqual(row["retries"], 0)
        self.assertTrue(row["label"].startswith("failing"), row["label"])

    def test_with_them_every_request_succeeds_in_the_end(self):
        (row,) = rows(*QUICK, *self.FAULTY, "--paceline_retries=12")["benchmarks"]
        self.assertEqual(row["errors"], 0)
        self.assertGreater(row["retries"], 20)
        self.assertGreater(row["retried_p50"], row["p50"])


class StopEarly(unittest.TestCase):
    def stopped(self, answer):
        """What the program says before it exits with 1, and how many requests came."""
        with ScriptedApi(answer) as api:
            done = run(f"--paceline_url={api.url}", "--paceline_requests=100000",
                       "--paceline_rpm=12000", "--paceline_parallel=50")
        self.assertEqual(done.returncode, 1)
        return done.stderr, api.count

    def test_a_server_that_fails_from_the_first_request_on_gets_no_run(self):
        errors, count = self.stopped(lambda number: (500, {}, 0))
        self.assertIn("a first request to 127.0.0.1:", errors)
        self.assertEqual(count, 1)

    def test_a_server_that_fails_later_ends_the_run(self):
        errors, count = self.stopped(lambda number: (200 if number == 0 else 500, {}, 0))
        self.assertRegex(errors, r"\d+ of the last 100 requests failed, .*HTTP 500")
        self.assertLess(count, 100_000)


class Restart(unittest.TestCase):
    """The endpoint is killed in the middle of a run, as by the system, and started again."""

    WITH_RETRIES = ("chat/complete", "chat/stream")

    @classmethod
    def setUpClass(cls):
        # Side by side, since each mostly waits.
        with ThreadPoolExecutor(3) as pool:
            cls.with_retries = [pool.submit(cls.run_through_an_outage, 250, "20ms",
                                            "--paceline_retries=20", f"--paceline_workload={workload}")
                                for workload in cls.WITH_RETRIES]
            # So slow that most of the last hundred fail only after 1.8 s, and a run ends 1 s later: a
            # slow start of the endpoint does not end it.
            cls.without = pool.submit(cls.run_through_an_outage, 25, "200ms",
                                      "--paceline_max_error_ratio=1")

    @classmethod
    def start_endpoint(cls, latency, port=0):
        """The endpoint and its URL."""
        endpoint = subprocess.Popen(
            [PACELINE_ENDPOINT, f"--port={port}", f"--latency={latency}", "--token_time=1ms"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        cls.addClassCleanup(cls.kill, endpoint)
        return endpoint, endpoint.stdout.readline().strip()

    @staticmethod
    def kill(endpoint):
        endpoint.kill()
        endpoint.wait()
        endpoint.stdout.close()

    @classmethod
    def run_through_an_outage(cls, rate, latency, *flags):
        """The row of a run at `rate` requests a second for 3 s, with the endpoint killed after one, and
        away for 0.2 s and what its start takes."""
        endpoint, url = cls.start_endpoint(latency)
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out.json"
            program = subprocess.Popen(
                [PACELINE, f"--paceline_url={url}", f"--paceline_rpm={60 * rate}", "--paceline_rows=",
                 f"--paceline_requests={3 * rate}", "--paceline_parallel=200", *flags,
                 f"--benchmark_out={out}"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                text=True)
            time.sleep(1)
            cls.kill(endpoint)
            time.sleep(0.2)
            cls.start_endpoint(latency, urlsplit(url).port)
            _, errors = program.communicate(timeout=100)
            assert program.returncode == 0, errors
            (row,) = json.loads(out.read_text())["benchmarks"]
            return row

    def test_with_retries_every_request_succeeds(self):
        for workload, run_of in zip(self.WITH_RETRIES, self.with_retries):
            with self.subTest(workload=workload):
                row = run_of.result()
                self.assertEqual(row["errors"], 0)
                self.assertEqual(row["iterations"], 750)
                self.assertGreater(row["retries"], 0)

    def test_without_them_the_outage_is_what_it_costs(self):
        row = self.without.result()
        self.assertNotIn("cut short", row["label"])
        self.assertGreater(row["errors"], 0)
        self.assertEqual(row["errors"], row["connects"] + row["resets"])


class Machine(unittest.TestCase):
    def test_too_few_open_files_is_a_sentence_that_says_which_parallel_fits(self):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

        def with_few(parallel):
            return subprocess.run(
                [PACELINE, "--paceline_requests=50", "--paceline_rpm=30000",
                 f"--paceline_parallel={parallel}", "--paceline_endpoint_latency=1ms"],
                capture_output=True, text=True, timeout=60, preexec_fn=few, check=False)

        done = with_few(500)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"limit is 64.*a parallel of at most \d+")
        fits = int(re.search(r"a parallel of at most (\d+)", done.stderr)[1])
        self.assertEqual(with_few(fits).returncode, 0)

    def test_a_full_disk_is_a_sentence(self):
        done = run(*QUICK, "--benchmark_out=/dev/full")
        self.assertEqual(done.returncode, 1)
        self.assertIn("free space", done.stderr)

    def test_a_signal_or_a_closed_terminal_ends_a_run_with_its_results(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            with (self.subTest(number), tempfile.TemporaryDirectory() as folder,
                  ScriptedApi(lambda number: (200, {}, 0)) as api):
                out = Path(folder) / "out.json"
                program = subprocess.Popen(
                    [PACELINE, f"--paceline_url={api.url}", "--paceline_requests=100000",
                     "--paceline_rpm=6000", "--paceline_parallel=50", f"--benchmark_out={out}"],
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                api.wait_for(50)
                program.send_signal(number)
                self.assertEqual(program.wait(timeout=30), 128 + number)
                self.assertIn("cut short", json.loads(out.read_text())["benchmarks"][0]["label"])

    def test_a_reader_who_goes_away_costs_nothing_of_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out.json"
            program = subprocess.Popen([PACELINE, *QUICK, f"--benchmark_out={out}"],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            # So that what it writes raises SIGPIPE.
            program.stdout.close()
            self.assertEqual(program.wait(timeout=60), 0)
            self.assertEqual(json.loads(out.read_text())["benchmarks"][0]["errors"], 0)


class Version(unittest.TestCase):
    def test_http_2_that_is_not_there_is_a_sentence(self):
        done = run(*QUICK, "--paceline_http=2")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--paceline_http=2", done.stderr)

    def test_a_response_that_is_too_long(self):
        with Api(200, b"x" * 5000) as api:
            done = run(f"--paceline_url={api.url}", "--paceline_max_response=1000")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--paceline_max_response", done.stderr)


if __name__ == "__main__":
    unittest.main()
