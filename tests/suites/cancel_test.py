"""Cancels requests with the built `paceline`.

Needs PACELINE and PACELINE_LOG, the paths of the programs.
"""

import contextlib
import json
import os
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path

from program import TRANSPORTS, rows, run

# Streams of 16 tokens, whose first one comes at once and whose last one comes after 750 ms.
STREAMS = ["--paceline_workload=chat/stream", "--paceline_endpoint_latency=0",
           "--paceline_endpoint_token_time=50ms", "--paceline_rpm=0", "--paceline_parallel=200"]
CANCEL = "--paceline_cancel=30%@100ms"


class Cancel(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.log = Path(folder.name) / "log.sqlite"

    def logged(self, sql):
        with contextlib.closing(sqlite3.connect(self.log)) as log:
            return log.execute(sql).fetchall()

    def log_lines(self):
        done = subprocess.run([os.environ["PACELINE_LOG"], self.log], capture_output=True, text=True,
                              check=True)
        return [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def assert_share(self, cancelled, requests):
        """Within four standard deviations of 30%."""
        self.assertLessEqual(abs(cancelled - 0.3 * requests), 4 * (0.21 * requests) ** 0.5)

    def test_a_share_of_the_streams_is_counted_apart(self):
        for transport in TRANSPORTS:
            with self.subTest(transport):
                self.log.unlink(missing_ok=True)
                row, = rows(*STREAMS, CANCEL, "--paceline_requests=200", "--paceline_warmup=10",
                            f"--paceline_transport={transport}", f"--paceline_log={self.log}",
                            "--paceline_retries=3", "--paceline_tpm=1000000000",
                            "--paceline_objective=latency<50s")["benchmarks"]
                self.assert_share(row["cancelled"], 200)
                self.assertEqual((row["errors"], row["cut_off"], row["retries"]), (0, 0, 0))
                self.assertIn(f"{row['cancelled']:.0f} cancelled", row["label"])
                self.assertEqual(row["goodput"], row["rps"])
                good = 200 - row["cancelled"]
                self.assertEqual(self.logged("SELECT sum(error IS NULL), sum(cancelled), count(*) "
                                             "FROM requests"), [(good, row["cancelled"], 200)])
                self.assertEqual(self.logged("SELECT DISTINCT error FROM requests WHERE cancelled"),
                                 [("cancelled after 100 ms",)])
                # Neither early nor after the end of the response, which the others have waited for.
                (shortest, most_tokens), = self.logged(
                    "SELECT min(done_ns - sent_ns), max(tokens_out) FROM requests WHERE cancelled")
                self.assertGreaterEqual(shortest, 100_000_000)
                self.assertLess(most_tokens, 16)
                self.assertEqual(self.logged("SELECT DISTINCT tokens_out FROM requests WHERE NOT cancelled"),
                                 [(16,)])

    def test_threads_and_repetitions_cancel_the_same_items(self):
        for threads in (1, 3):
            run_rows = rows(*STREAMS, CANCEL, "--paceline_requests=90", f"--paceline_threads={threads}",
                            "--benchmark_repetitions=2", f"--paceline_log={self.log}")["benchmarks"]
            for row in run_rows:
                if row["run_type"] == "iteration":
                    self.assert_share(row["cancelled"], 90)
        items = {}
        for number, item in self.logged("SELECT run, item FROM requests WHERE cancelled ORDER BY item"):
            items.setdefault(number, []).append(item)
        self.assertEqual(len(items), 4)
        self.assertEqual(len(set(map(tuple, items.values()))), 1)

    def test_another_seed_cancels_other_items(self):
        for seed in (1, 2):
            rows(*STREAMS, CANCEL, "--paceline_requests=60", f"--paceline_seed={seed}",
                 f"--paceline_log={self.log}")
        first, second = ({item for item, in self.logged(f"SELECT item FROM requests WHERE cancelled "
                                                        f"AND run = {number}")} for number in (1, 2))
        self.assertNotEqual(first, second)

    def test_a_resumed_run_does_not_send_them_again(self):
        rows(*STREAMS, CANCEL, "--paceline_requests=60", f"--paceline_log={self.log}")
        cancelled = self.logged("SELECT count(*) FROM requests WHERE cancelled")[0][0]
        with contextlib.closing(sqlite3.connect(self.log)) as log, log:
            log.execute("UPDATE requests SET error = 'lost', cancelled = 0 WHERE item < 5")
        left = self.logged("SELECT count(*) FROM requests WHERE error = 'lost'")[0][0]
        done = run(*STREAMS, CANCEL, "--paceline_requests=60", f"--paceline_resume={self.log}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"{left} of 60 requests are left to send", done.stderr)
        # The rest of the run cancels what the whole run has cancelled.
        lines, summary = self.log_lines()
        codes = [line["error"]["code"] for line in lines if line["error"]]
        self.assertEqual(codes, ["cancelled"] * cancelled)
        self.assertIn(f"60 lines: {60 - cancelled} good responses, 0 failed, {cancelled} cancelled",
                      summary)

    def test_whole_responses_too(self):
        row, = rows(CANCEL, "--paceline_endpoint_latency=1s", "--paceline_rpm=0",
                    "--paceline_parallel=100", "--paceline_requests=100")["benchmarks"]
        self.assert_share(row["cancelled"], 100)
        self.assertEqual(row["errors"], 0)

    def test_a_response_that_ends_earlier_counts_as_any_other(self):
        row, = rows("--paceline_cancel=1@50s", "--paceline_endpoint_latency=1ms", "--paceline_rpm=0",
                    "--paceline_parallel=5", "--paceline_requests=20")["benchmarks"]
        self.assertEqual((row["cancelled"], row["errors"]), (0, 0))
        self.assertNotIn("cancelled", row["label"])

    def test_a_run_with_nothing_else_has_no_result(self):
        done = run(*STREAMS, "--paceline_cancel=100%@20ms", "--paceline_requests=10")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no request was left to measure: 10 of 10 requests were cancelled; give "
                      "--paceline_cancel a smaller share or a longer time", done.stderr)

    def test_a_search(self):
        result = rows("--paceline_find_max=p99<50s,errors<1%", "--paceline_rpm=1200,1200",
                      "--paceline_parallel=100", "--paceline_requests=60", CANCEL,
                      "--paceline_endpoint_latency=1s")["benchmarks"]
        found, = (row for row in result if "/find_max/" in row["name"])
        self.assert_share(found["cancelled"], 60)
        self.assertEqual(found["errors"], 0)

    def test_wrong_values(self):
        for value, words in (("0.1", "'0.1' is not SHARE@TIME, such as 10%@500ms"),
                             ("0@1s", "'0@1s' needs a share above 0 and at most 100% before the @"),
                             ("101%@1s", "needs a share above 0"), ("2@1s", "needs a share above 0"),
                             ("nan@1s", "needs a share above 0"), ("-1@1s", "needs a share above 0"),
                             ("@1s", "needs a share above 0"), ("10%@1", "'1' is not a duration"),
                             ("10%@", "'' is not a duration"),
                             ("10%@0s", "'10%@0s' needs a time of at least 1ms after the @"),
                             ("10%@500us", "needs a time of at least 1ms"),
                             ("10%@60s", "needs a shorter time than --paceline_timeout, which ends the "
                                         "request before")):
            with self.subTest(value):
                done = run(f"--paceline_cancel={value}")
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn("--paceline_cancel", done.stderr)
                self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
