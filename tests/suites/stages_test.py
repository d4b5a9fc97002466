"""Runs the built `paceline` with rates that change within a run.

Needs PACELINE, PACELINE_ENDPOINT and PACELINE_LOG, the paths of the programs.
"""

import contextlib
import json
import os
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path

from program import run

STAGES = "--paceline_stages=1s@600,1s@600..6000,500ms@0,500ms@6000"
# 10 + 55 + 0 + 50
REQUESTS = 115


class Stages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name) / "out.json"
        self.log = Path(folder.name) / "run.sqlite"

    def run_stages(self, *flags):
        done = run(STAGES, "--paceline_parallel=50", "--paceline_rows=",
                   f"--benchmark_out={self.out}", f"--paceline_log={self.log}", *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done, json.loads(self.out.read_text())["benchmarks"]

    def ask(self, query):
        with contextlib.closing(sqlite3.connect(self.log)) as log:
            return log.execute(query).fetchall()

    def test_a_row_for_the_run_and_each_stage(self):
        done, rows = self.run_stages()
        self.assertEqual([row["name"] for row in rows], [
            "chat/complete/stages/rpm:2300/parallel:50/iterations:115/manual_time",
            "chat/complete/stages/stage:1/rpm:600/parallel:50/iterations:10/manual_time",
            "chat/complete/stages/stage:2/rpm:3300/parallel:50/iterations:55/manual_time",
            "chat/complete/stages/stage:4/rpm:6000/parallel:50/iterations:50/manual_time"])
        for row in rows:
            self.assertGreater(row["cpu_time"], 0)
            self.assertGreater(row["real_time"], 0)
        self.assertRegex(done.stderr, r"stage 1, 1s@600: 10 sent, p50 \S+ ms, p99 .*, 0 errors, ")
        self.assertIn("stage 2, 1s@600..6000: 55 sent", done.stderr)
        self.assertNotIn("stage 3", done.stderr)

    def test_requests_are_due_as_the_stages_say(self):
        self.run_stages()
        due = [time for time, in self.ask("SELECT due_ns FROM requests ORDER BY item")]
        self.assertEqual(len(due), REQUESTS)
        self.assertEqual(due[:11], [i * 100_000_000 for i in range(11)])
        self.assertEqual(due[65], 2_500_000_000)
        self.assertEqual(due[66], 2_510_000_000)
        self.assertEqual(due[-1], 2_990_000_000)

    def test_threads_and_a_warm_up(self):
        _, rows = self.run_stages("--paceline_threads=2", "--paceline_warmup=7")
        self.assertEqual([row["iterations"] for row in rows], [REQUESTS, 10, 55, 50])
        due = [time for time, in self.ask("SELECT due_ns FROM requests ORDER BY item")]
        self.assertEqual(len(due), REQUESTS)
        # Seven requests at the first rate come before.
        self.assertEqual((due[0], due[-1]), (700_000_000, 3_690_000_000))

    def test_each_repetition_has_its_stages(self):
        _, rows = self.run_stages("--benchmark_repetitions=2")
        names = [row["name"] for row in rows if row["run_type"] == "iteration"]
        self.assertEqual(len(names), 8)
        self.assertEqual(names[:4], names[4:])

    def test_random_arrivals_in_stages(self):
        self.run_stages("--paceline_arrivals=gamma", "--paceline_burstiness=0.5")
        due = [time for time, in self.ask("SELECT due_ns FROM requests ORDER BY item")]
        self.assertEqual(due, sorted(due))
        self.assertFalse([time for time in due if 2_000_000_000 < time < 2_500_000_000])

    def test_a_whole_run_is_salvaged_with_its_stages(self):
        _, rows = self.run_stages()
        salvaged = self.out.with_name("salvaged.json")
        done = subprocess.run([os.environ["PACELINE_LOG"], self.log, "--salvage", "-o", salvaged],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        names = [row["name"] for row in json.loads(salvaged.read_text())["benchmarks"]]
        for row in rows:
            self.assertIn(row["name"], names)

    def check(self, text, *flags):
        done = run(*flags)
        self.assertEqual(done.returncode, 1)
        self.assertIn(text, done.stderr)

    def test_refusals(self):
        for stages, text in (("60s", "is not a stage such as"), ("60s@", "is not a rate"),
                             ("60s@x", "is not a rate"), ("60s@1..", "is not a rate"),
                             ("60s@-5", "is not a rate"), ("60s@99999999", "is not a rate"),
                             ("0@60", "is not longer than 0"), ("241h@60", "at most 240h"),
                             ("60s@0", "has no rate above 0"), ("", "is not a stage"),
                             ("60s@60,", "is not a stage"), ("1@60", "is not a duration"),
                             (",".join(["1s@60"] * 101), "more than 100")):
            with self.subTest(stages=stages):
                self.check(text, f"--paceline_stages={stages}")
        self.check("leave out --paceline_rpm", STAGES, "--paceline_rpm=60")
        self.check("leave out --paceline_rpm", STAGES, "--paceline_requests=60")
        self.check("leave out --paceline_rpm", STAGES, "--paceline_duration=60s")
        self.check("leave out --paceline_stages", STAGES, "--paceline_find_max=p99<1s")


if __name__ == "__main__":
    unittest.main()
