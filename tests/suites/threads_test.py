"""Runs of several threads (--paceline_threads) of the built `paceline`.

Needs PACELINE, PACELINE_ENDPOINT and PACELINE_LOG, the paths of the programs.
"""

import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path

from program import PACELINE, Endpoint, rows, run
from scripted_api import ScriptedApi

FAST = ["--paceline_rpm=60000", "--paceline_parallel=20", "--paceline_endpoint_latency=1ms"]


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.log = self.folder / "log.sqlite"

    def logged(self, question):
        with contextlib.closing(sqlite3.connect(self.log)) as log:
            return log.execute(question).fetchall()


class Runs(Folder):
    def test_a_list_makes_runs_and_one_thread_is_not_named(self):
        found = rows("--paceline_threads=1,3", "--paceline_requests=100", *FAST)["benchmarks"]
        self.assertEqual([(row["name"], row["threads"], row["iterations"]) for row in found], [
            ("chat/complete/rpm:60000/parallel:20/iterations:100/manual_time", 1, 100),
            ("chat/complete/rpm:60000/parallel:20/iterations:33/manual_time/threads:3", 3, 100)])
        for row in found:
            # Two schedules would give a multiple of the rate. A run that catches up exceeds its rate
            # by 27% at most.
            self.assertLess(row["rpm"], 90_000)
            self.assertLessEqual(row["in_flight"], 20)
            self.assertLessEqual(row["p50"] * 1e6 / 3, row["real_time"])
            self.assertLessEqual(row["real_time"], row["max"] * 1e6)

    def test_each_request_is_sent_once(self):
        # The first request of the workload, five of the warm-up, and 101.
        with ScriptedApi(lambda number: (200, {}, 0)) as api:
            done = run(f"--paceline_url={api.url}", "--paceline_threads=4", "--paceline_warmup=5",
                       "--paceline_requests=101", "--paceline_rpm=0", "--paceline_parallel=9",
                       f"--paceline_log={self.log}")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(api.count, 107)
        self.assertEqual(self.logged("SELECT count(*), count(DISTINCT item), min(item), max(item), "
                                     "sum(error IS NULL) FROM requests"), [(101, 101, 0, 100, 101)])
        self.assertEqual(self.logged("SELECT parallel, requests, threads FROM runs"),
                         [(9, 101, 4)])

    def test_a_resumed_run_may_have_fewer_requests_than_threads(self):
        flags = [*FAST, "--paceline_requests=20", "--paceline_threads=4"]
        self.assertEqual(run(*flags, f"--paceline_log={self.log}").returncode, 0)
        with contextlib.closing(sqlite3.connect(self.log)) as log, log:
            log.execute("UPDATE requests SET error = 'lost' WHERE item IN (3, 7)")
        done = run(*flags, f"--paceline_resume={self.log}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("threads:2", done.stdout)
        self.assertEqual(self.logged("SELECT item FROM requests WHERE run = 2 ORDER BY item"),
                         [(3,), (7,)])

    def test_the_runs_of_a_log_are_told_apart(self):
        self.assertEqual(run(*FAST, "--paceline_requests=5", "--paceline_threads=1,2",
                             f"--paceline_log={self.log}").returncode, 0)
        listed = subprocess.run([os.environ["PACELINE_LOG"], self.log], capture_output=True,
                                text=True, timeout=60)
        self.assertEqual(re.findall(r"chat/complete(?: threads:\d)?", listed.stderr),
                         ["chat/complete", "chat/complete threads:2"])

    def test_a_batch_file_is_sent_whole(self):
        batch = self.folder / "batch.jsonl"
        batch.write_text("".join(json.dumps(
            {"custom_id": f"c-{i}", "method": "POST", "url": "/v1/chat/completions",
             "body": {"model": "m", "messages": [{"role": "user", "content": "?"}]}}) + "\n"
            for i in range(31)))
        done = run(f"--paceline_batch={batch}", "--paceline_threads=2", *FAST,
                   f"--paceline_log={self.log}", "--paceline_log_responses")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.logged("SELECT count(DISTINCT custom_id), count(response) "
                                     "FROM requests"), [(31, 31)])

    def test_repetitions_have_aggregates(self):
        found = rows("--paceline_threads=2", "--benchmark_repetitions=3", "--paceline_requests=31",
                     *FAST)["benchmarks"]
        self.assertEqual([row["iterations"] for row in found], [31] * 3 + [3] * 4)
        (median,) = (row for row in found if row.get("aggregate_name") == "median")
        times = sorted(row["real_time"] for row in found[:3])
        self.assertAlmostEqual(median["real_time"], times[1], delta=0.01 * times[1])

    def test_csv_and_rows_for_compare(self):
        out = self.folder / "out.csv"
        done = run("--paceline_threads=1,2", "--paceline_requests=30", *FAST,
                   "--benchmark_out_format=csv", f"--benchmark_out={out}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('iterations:15/manual_time/threads:2/p99"', out.read_text())

    def test_retries_and_a_token_budget(self):
        (row,) = rows("--paceline_threads=2", "--paceline_requests=60", *FAST,
                      "--paceline_retries=9", "--paceline_endpoint_fault=http_500:0.2",
                      "--paceline_tpm=1000000")["benchmarks"]
        self.assertEqual((row["errors"], row["iterations"]), (0, 60))
        self.assertGreater(row["retries"], 0)

    def test_responses_are_checked_in_each_thread(self):
        schema = self.folder / "schema.json"
        schema.write_text('{"type": "json_object"}')
        (row,) = rows("--paceline_threads=2", "--paceline_requests=40", *FAST,
                      f"--paceline_response_format={schema}")["benchmarks"]
        self.assertEqual(row["format_valid"], 1)

    def test_a_search(self):
        # A busy machine is late, and a probe that is late is repeated and then searched below, where
        # each probe takes longer. Responses take a second, which is long beside that lateness, and
        # the highest rate is within 2% of the first, so that no search between them follows.
        with Endpoint("--latency=1s") as endpoint:
            found = rows(f"--paceline_url={endpoint.url}", "--paceline_threads=2",
                         "--paceline_find_max=p99<50s", "--paceline_rpm=300,306",
                         "--paceline_requests=17", "--paceline_parallel=40")["benchmarks"]
        search, *probes = found
        self.assertTrue(search["name"].endswith("/find_max/parallel:40/iterations:1/manual_time"
                                                "/threads:2"), search["name"])
        # A busy machine may find a lower rate.
        self.assertAlmostEqual(search["real_time"], 60e6 / search["max_rpm"], delta=0.01)
        self.assertGreaterEqual(len(probes), 2)
        for probe in probes:
            self.assertRegex(probe["name"], r"^chat/complete/probe/rpm:\d+/parallel:40/iterations:8"
                                            r"/manual_time/threads:2$")
            self.assertEqual((probe["iterations"], probe["threads"], probe["errors"]), (17, 2, 0))
            # Two schedules would give twice the rate.
            rate = float(re.search(r"rpm:(\d+)", probe["name"])[1])
            self.assertLess(probe["rpm"], 1.3 * rate)


class Ends(Folder):
    def test_refuses_more_threads_than_requests_in_flight(self):
        for flags, words in (
                (["--paceline_threads=5", "--paceline_parallel=100,4"],
                 "--paceline_threads=5 needs as many requests in flight, and --paceline_parallel is "
                 "4"),
                (["--paceline_threads=1,3", "--paceline_requests=2"],
                 "--paceline_threads=3 needs as many requests, and a run at 60000 RPM has 2"),
                (["--paceline_threads=1,2", "--paceline_find_max=p99<1s"],
                 "give one --paceline_threads"),
                (["--paceline_threads=0"], "'0' is not a whole number from 1")):
            with self.subTest(flags):
                done = run(*flags)
                self.assertEqual(done.returncode, 1)
                self.assertIn(words, done.stderr)

    def test_one_refused_key_ends_every_thread(self):
        # A thread by itself would send 1,000 requests in ten seconds.
        with ScriptedApi(lambda number: (401 if number == 8 else 200, {}, 0)) as api:
            done = run(f"--paceline_url={api.url}", "--paceline_threads=2", "--paceline_rpm=6000",
                       "--paceline_requests=1000")
            self.assertEqual(done.returncode, 1)
            self.assertIn("the server refuses the key", done.stderr)
            self.assertLess(api.count, 500)
        self.assertIn("stopped after", done.stdout)

    def test_every_request_fails(self):
        out = self.folder / "out.json"
        with ScriptedApi(lambda number: (200 if number == 0 else 400, {}, 0)) as api:
            done = run(f"--paceline_url={api.url}", "--paceline_threads=2", "--paceline_rpm=6000,600",
                       "--paceline_requests=20", f"--benchmark_out={out}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("every request failed", done.stdout)
        self.assertEqual(json.loads(out.read_text())["benchmarks"], [])

    def test_ctrl_c_ends_every_thread(self):
        out = self.folder / "out.json"
        with ScriptedApi(lambda number: (200, {}, 0)) as api:
            with subprocess.Popen(
                    [PACELINE, f"--paceline_url={api.url}", "--paceline_threads=2",
                     "--paceline_rpm=6000,3000", "--paceline_requests=10000", "--paceline_rows=",
                     f"--benchmark_out={out}", f"--paceline_log={self.log}"],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
                api.wait_for(30)
                program.send_signal(signal.SIGINT)
                printed, _ = program.communicate(timeout=60)
        self.assertEqual(program.returncode, 130)
        (row,) = json.loads(out.read_text())["benchmarks"]
        self.assertIn("cut short", row["label"])
        ended, = self.logged("SELECT count(*) FROM requests WHERE error IS NULL")[0]
        self.assertIn(f"cut short: {ended} of 10000 requests", row["label"])
        self.assertIn("not run", printed)


class Auto(unittest.TestCase):
    FLAGS = ["--paceline_threads=auto", "--paceline_parallel=20", "--paceline_requests=40",
             "--paceline_endpoint_latency=1ms"]

    def test_an_unpaced_run_has_one_for_each_core(self):
        cores = min(20, len(os.sched_getaffinity(0)))
        result = rows("--paceline_rpm=0", *self.FLAGS)
        self.assertEqual(result["benchmarks"][0]["threads"], cores)
        self.assertTrue(result["context"]["threads"].startswith(f"chat/complete: {cores} ("))

    def test_a_slow_rate_needs_one(self):
        with ScriptedApi(lambda number: (200, {}, 0)) as api:
            done = run(f"--paceline_url={api.url}", "--paceline_rpm=600", "--paceline_requests=5",
                       "--paceline_threads=auto")
            self.assertEqual(done.returncode, 0, done.stderr)
            # One first request, and those of the run: none to measure the CPU time.
            self.assertEqual(api.count, 6)
        self.assertIn("--paceline_threads=auto, chat/complete: 1 at 600 RPM (", done.stderr)
        self.assertNotIn("threads:", done.stdout)

    def test_a_fast_rate_needs_as_many_as_there_are(self):
        cores = min(20, len(os.sched_getaffinity(0)))
        for workload in ("chat/complete", "chat/stream", "embeddings/create"):
            with self.subTest(workload):
                result = rows("--paceline_rpm=60000000", f"--paceline_workload={workload}",
                              "--paceline_endpoint_token_time=0s", *self.FLAGS)
                self.assertEqual(result["benchmarks"][0]["threads"], cores)
                if cores > 1:
                    self.assertIn("a request takes ", result["context"]["threads"])

    def test_no_more_than_requests_in_flight_and_cores(self):
        (row,) = rows(*self.FLAGS, "--paceline_rpm=0", "--paceline_parallel=1")["benchmarks"]
        self.assertEqual(row["threads"], 1)
        core = next(iter(os.sched_getaffinity(0)))
        done = subprocess.run(["taskset", "--cpu-list", str(core), PACELINE, *self.FLAGS,
                               "--paceline_rpm=60000000"], capture_output=True, text=True,
                              timeout=120)
        self.assertIn("chat/complete: 1 at 60000000 RPM (there is one core)", done.stderr)


if __name__ == "__main__":
    unittest.main()
