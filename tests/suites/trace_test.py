"""Runs the built `paceline` with traces that it replays.

Needs PACELINE, PACELINE_ENDPOINT and PACELINE_LOG, the paths of the programs.
"""

import contextlib
import json
import sqlite3
import tempfile
import unittest
from pathlib import Path

from program import run

# Two bursts and one request alone; the prompts of the first burst share a block.
MOONCAKE = "".join(
    json.dumps({"timestamp": time, "input_length": length, "output_length": 4 + number,
                "hash_ids": blocks}) + "\n"
    for number, (time, length, blocks) in enumerate(
        [(1000, 70, [1, 2]), (1000, 100, [1, 3]), (1000, 64, [1]), (1500, 30, [9]),
         (3000, 128, [1, 3]), (3000, 129, [1, 3, 4])]))
TIMES = [0, 0, 0, 500, 2000, 2000]


class Traces(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.trace = self.folder / "trace.jsonl"
        self.trace.write_text(MOONCAKE)
        self.out = self.folder / "out.json"
        self.log = self.folder / "run.sqlite"

    def replay(self, *flags, trace=None, log="--paceline_log"):
        done = run(f"--paceline_trace={trace or self.trace}", "--paceline_parallel=20",
                   "--paceline_rows=", "--paceline_endpoint_latency=2ms",
                   f"--benchmark_out={self.out}", f"{log}={self.log}", *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        (row,) = json.loads(self.out.read_text())["benchmarks"]
        return row

    def refusal(self, *flags, trace=None):
        done = run(f"--paceline_trace={trace or self.trace}", *flags)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def ask(self, query):
        with contextlib.closing(sqlite3.connect(self.log)) as log:
            return log.execute(query).fetchall()

    def due(self):
        return [time / 1e6 for time, in self.ask("SELECT due_ns FROM requests ORDER BY item, run")]

    def test_requests_are_due_as_recorded(self):
        row = self.replay()
        self.assertEqual(row["name"],
                         "chat/complete/trace/rpm:150/parallel:20/iterations:6/manual_time")
        self.assertEqual(row["iterations"], 6)
        self.assertEqual(self.due(), TIMES)

    def test_a_part_at_another_speed(self):
        self.replay("--paceline_speed=4", "--paceline_trace_from=400ms")
        self.assertEqual(self.due(), [25, 400, 400])
        self.log.unlink()
        self.replay("--paceline_speed=4", "--paceline_trace_to=2s")
        self.assertEqual(self.due(), [0, 0, 0, 125])
        self.log.unlink()
        self.replay("--paceline_requests=2")
        self.assertEqual(self.due(), [0, 0])

    def test_lengths_are_the_traces(self):
        for workload in ("chat/stream", "completions/complete", "responses/complete",
                         "messages/stream"):
            with self.subTest(workload):
                row = self.replay(f"--paceline_workload={workload}", "--paceline_speed=10",
                                  "--paceline_ignore_eos", "--paceline_endpoint_token_time=0")
                self.assertEqual(self.ask("SELECT tokens_out FROM requests ORDER BY item"),
                                 [(4 + number,) for number in range(6)])
                self.assertEqual(row["length_mismatch"], 0)
                self.log.unlink()

    def test_equal_blocks_hit_the_cache(self):
        self.replay("--paceline_speed=10", "--paceline_trace_block=64")
        cached = [tokens or 0 for tokens, in
                  self.ask("SELECT cached_tokens FROM requests ORDER BY item")]
        tokens = [count for count, in self.ask("SELECT tokens_in FROM requests ORDER BY item")]
        self.assertEqual(cached[3], 0)
        # The endpoint counts four bytes as a token.
        self.assertGreater(cached[4], 0.7 * tokens[1])
        self.assertGreater(cached[5], 0.9 * tokens[4])

    def test_a_rate_limits_the_bursts(self):
        row = self.replay("--paceline_rpm=600")
        self.assertIn("/rpm:600/", row["name"])
        self.assertEqual(self.due(), TIMES)
        sent = [time / 1e6 for time, in self.ask("SELECT sent_ns FROM requests ORDER BY item")]
        for before, after in zip(sent, sent[1:]):
            self.assertGreaterEqual(after - before, 49.9)

    def test_threads_share_the_trace(self):
        row = self.replay("--paceline_threads=2")
        self.assertEqual(row["iterations"], 6)
        self.assertEqual(self.due(), TIMES)

    def test_retries_and_the_rest_of_a_trace(self):
        faults = "--paceline_endpoint_fault=http_503:0.6"
        self.replay(faults, "--paceline_retries=1", "--paceline_max_error_ratio=1")
        good = {item for item, in self.ask("SELECT item FROM requests WHERE error IS NULL")}
        left = sorted(set(range(6)) - good)
        self.assertTrue(left)
        self.replay(log="--paceline_resume")
        self.assertEqual(self.ask("SELECT item FROM requests WHERE run = 2 ORDER BY item"),
                         [(item,) for item in left])
        again = [time / 1e6 for time, in
                 self.ask("SELECT due_ns FROM requests WHERE run = 2 ORDER BY item")]
        self.assertEqual(again, [TIMES[item] - TIMES[left[0]] for item in left])

    def test_another_trace_is_another_job(self):
        self.replay("--paceline_speed=10")
        self.trace.write_text(MOONCAKE.replace("128", "127"))
        done = run(f"--paceline_trace={self.trace}", f"--paceline_resume={self.log}")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("trace", done.stderr)

    def test_due_times_alone_go_with_every_workload(self):
        times = self.folder / "times.csv"
        times.write_text("0.5\n0.6\n0.6\n")
        for flags in ([], ["--paceline_workload=embeddings/create"],
                      ["--paceline_synthetic=100:5"]):
            with self.subTest(flags):
                self.replay(*flags, trace=times)
                self.assertEqual(self.due(), [0, 100, 100])
                self.log.unlink()

    def test_what_does_not_go_together(self):
        for flag, why in (("--paceline_stages=1s@60", "leave out --paceline_stages"),
                          ("--paceline_duration=1s", "leave out --paceline_stages"),
                          ("--paceline_arrivals=poisson", "leave out --paceline_arrivals"),
                          ("--paceline_warmup=1", "--paceline_trace allows no --paceline_warmup"),
                          ("--paceline_find_max=p99<1s", "leave out --paceline_trace"),
                          ("--paceline_synthetic=10:10", "has the lengths of prompts"),
                          ("--paceline_max_tokens=10", "has the lengths of responses"),
                          ("--paceline_trace_from=1h", "select another part"),
                          ("--paceline_speed=0", "is not a number from 0.001"),
                          ("--paceline_trace_to=0", "is not later than --paceline_trace_from")):
            with self.subTest(flag):
                self.assertIn(why, self.refusal(flag))
        self.assertIn("not later than", self.refusal("--paceline_trace_from=1s",
                                                     "--paceline_trace_to=1s"))
        self.assertIn("cannot be opened", self.refusal(trace=self.folder / "none.csv"))
        done = run("--paceline_speed=2")
        self.assertIn("--paceline_speed requires --paceline_trace", done.stderr)

    def test_a_line_that_is_wrong_is_named(self):
        self.trace.write_text(MOONCAKE + '{"timestamp": "\\u001b[31m"}\n')
        refusal = self.refusal()
        self.assertIn("trace.jsonl:7: timestamp is not a time", refusal)
        table = self.folder / "table.csv"
        table.write_text("due\n1\n\x1b[31mx\n")
        refusal = self.refusal(trace=table)
        self.assertIn("table.csv:3: '", refusal)
        self.assertNotIn("\x1b", refusal)


if __name__ == "__main__":
    unittest.main()
