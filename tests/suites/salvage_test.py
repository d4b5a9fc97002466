"""Kills the built `paceline` in the middle of a run, and has `paceline_log` salvage the results.

Needs PACELINE, PACELINE_ENDPOINT and PACELINE_LOG, the paths of the programs.
"""

import contextlib
import json
import os
import sqlite3
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from program import PACELINE, Endpoint, run

PACELINE_LOG = os.environ["PACELINE_LOG"]


class Salvage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.log = self.folder / "run.sqlite"
        self.out = self.folder / "run.json"

    def ask(self, query):
        with contextlib.closing(sqlite3.connect(self.log)) as log:
            return log.execute(query).fetchall()

    def change(self, statement):
        with contextlib.closing(sqlite3.connect(self.log)) as log, log:
            log.execute(statement)

    def salvage(self, *arguments, expected=0):
        done = subprocess.run([PACELINE_LOG, self.log, "--salvage", *map(str, arguments)],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, expected, done.stderr)
        return done

    def rows(self, *arguments):
        self.salvage("-o", self.out, *arguments)
        return json.loads(self.out.read_text())["benchmarks"]

    def kill(self, *flags, when="SELECT 1 FROM tallies"):
        """Kills a run of a minute when the query has a row."""
        with Endpoint() as endpoint, subprocess.Popen(
                [PACELINE, f"--paceline_url={endpoint.url}", "--paceline_rpm=6000",
                 "--paceline_parallel=20", "--paceline_requests=6000",
                 f"--paceline_log={self.log}", *flags],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            for _ in range(600):
                with contextlib.suppress(sqlite3.Error):
                    if self.ask(when):
                        break
                time.sleep(0.05)
            process.kill()

    def finish(self, *flags):
        """A whole run, with the results that the program itself writes."""
        done = run(*flags, f"--paceline_log={self.log}", f"--benchmark_out={self.out}")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(self.out.read_text())

    def test_a_run_that_was_killed(self):
        self.kill("--paceline_by=status")
        rows = self.rows()
        row = rows[0]
        self.assertEqual(row["name"],
                         "chat/complete/rpm:6000/parallel:20/iterations:6000/manual_time")
        self.assertEqual(row["threads"], 1)
        ended = int(row["status_200"])
        self.assertGreater(ended, 10)
        self.assertIn(f"cut short: {ended} of 6000 requests", row["label"])
        self.assertIn(row["name"] + "/p99", [one["name"] for one in rows])
        (logged,), = self.ask("SELECT count(*) FROM requests")
        self.assertGreaterEqual(logged, ended)
        context = json.loads(self.out.read_text())["context"]
        self.assertIn("run.sqlite'; started 20", context["salvaged"])
        self.assertIn("--paceline_rpm=6000", context["paceline_flags"])
        self.assertEqual(context["transport"], "curl")

    def test_requests_after_the_last_tally_are_told(self):
        self.kill()
        self.change("DELETE FROM requests")
        self.assertNotIn("after the latest tally", self.salvage().stderr)
        self.change("INSERT INTO requests (run, item, due_ns, sent_ns, retries) "
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 6000) "
                    "SELECT 1, i, 0, 0, 0 FROM n")
        self.assertRegex(self.salvage().stderr,
                         r"run 1: \d+ requests have ended after the latest tally")

    def test_whole_runs_are_as_the_program_wrote_them(self):
        flags = ["--paceline_rpm=6000", "--paceline_parallel=10,20", "--paceline_requests=100",
                 "--paceline_workload=chat/stream", "--paceline_threads=2", "--paceline_by=model"]
        written = self.finish(*flags)
        salvaged = self.rows()
        self.assertEqual(len(salvaged), len(written["benchmarks"]))
        for one, other in zip(written["benchmarks"], salvaged):
            for place in ("family_index", "per_family_instance_index"):
                del one[place], other[place]
            self.assertEqual(one, other)

    def test_only_runs_of_the_last_program(self):
        for requests in (50, 60):
            self.finish("--paceline_rpm=6000", "--paceline_parallel=10",
                        f"--paceline_requests={requests}")
        done = self.salvage("-o", self.out)
        self.assertIn("1 of 2 runs were made by the last program; name another run with --run",
                      done.stderr)
        self.assertIn("iterations:60", self.out.read_text())
        self.assertIn("iterations:50", self.rows("--run=1")[0]["name"])
        self.assertIn("has no run 3", self.salvage("--run=3", expected=1).stderr)

    def test_a_run_without_a_tally(self):
        self.kill(when="SELECT 1 FROM runs")
        self.change("DELETE FROM tallies")
        done = self.salvage("-o", self.out, expected=1)
        self.assertIn("run 1 has no tally: ", done.stderr)
        self.assertIn("no run can be salvaged", done.stderr)
        self.assertFalse(self.out.exists())

    def test_a_damaged_tally(self):
        self.kill()
        self.change("UPDATE tallies SET tally = x'636c65617220011b5b316d'")
        done = self.salvage(expected=1)
        self.assertIn("run 1: the tally of rank 0 is damaged", done.stderr)

    def test_hostile_texts_and_numbers(self):
        self.kill()
        self.change("UPDATE runs SET name = 'x' || char(27) || '[31m', "
                    "context = '{\"a' || char(27) || '\": \"b' || char(27) || '\", \"c\": 1}'")
        done = self.salvage("-o", self.out)
        self.assertNotIn("\x1b", done.stdout + done.stderr + self.out.read_text())
        for change in ("rpm = -1", "parallel = -1", "requests = -1", "requests = 0", "threads = -5",
                       "threads = 1 << 40", "threads = 5000", "ranks = 1 << 62", "rank = 7", "warmup = -3",
                       "context = '['", "context = '[1]'", "stages = 'x'", "stages = '1s@60'"):
            self.change(f"UPDATE runs SET {change}")
            done = subprocess.run([PACELINE_LOG, self.log, "--salvage"], capture_output=True,
                                  text=True, timeout=60)
            self.assertIn(done.returncode, (0, 1), change)

    def test_an_output_that_cannot_be_written(self):
        self.kill()
        self.assertIn("cannot be written", self.salvage("-o", self.folder, expected=1).stderr)
        self.assertIn("is the log itself", self.salvage("-o", self.log, expected=1).stderr)
        self.assertEqual(self.ask("SELECT count(*) FROM runs"), [(1,)])


if __name__ == "__main__":
    unittest.main()
