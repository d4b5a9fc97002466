"""Runs the built `paceline` with prompts and responses whose lengths differ.

Needs PACELINE and PACELINE_ENDPOINT, the paths of the programs.
"""

import contextlib
import json
import sqlite3
import statistics
import tempfile
import unittest
from pathlib import Path

from program import Api, run

DISTRIBUTIONS = "--paceline_synthetic=normal(300,60):lognormal(20,p99=80)"
REQUESTS = 2000


class Lengths(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def measure(self, log, *flags, requests=REQUESTS):
        """The row of a run, and the lengths of its requests as the endpoint counted them."""
        out = self.folder / "out.json"
        file = self.folder / log
        done = run(f"--paceline_log={file}", f"--benchmark_out={out}", "--paceline_rows=",
                   f"--paceline_requests={requests}", "--paceline_rpm=0", "--paceline_parallel=20",
                   "--paceline_endpoint_latency=0", "--paceline_endpoint_token_time=0",
                   "--paceline_ignore_eos", *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        with contextlib.closing(sqlite3.connect(file)) as rows:
            lengths = rows.execute("SELECT tokens_in, tokens_out FROM requests ORDER BY item"
                                   ).fetchall()
        (row,) = json.loads(out.read_text())["benchmarks"]
        return row, lengths

    def test_the_endpoint_sees_the_distributions(self):
        row, lengths = self.measure("run.sqlite", DISTRIBUTIONS)
        outs = sorted(out for _, out in lengths)
        self.assertEqual(len(outs), REQUESTS)
        # 2,000 requests: each figure is within four of its standard errors.
        self.assertAlmostEqual(outs[REQUESTS // 2] / 20, 1, delta=0.1)
        self.assertAlmostEqual(outs[REQUESTS * 99 // 100] / 80, 1, delta=0.25)
        self.assertEqual(row["length_mismatch"], 0)
        # The endpoint counts four bytes as a token, and six tokens around the message.
        ins = [tokens for tokens, _ in lengths]
        words = [(tokens - 6) / statistics.mean(ins) * 300 for tokens in ins]
        self.assertAlmostEqual(statistics.stdev(words) / 60, 1, delta=0.1)

    def test_items_have_the_same_lengths_in_every_run(self):
        _, first = self.measure("first.sqlite", DISTRIBUTIONS, requests=100)
        for number, flags in enumerate((["--paceline_workload=completions/stream"],
                                        ["--paceline_workload=messages/complete"],
                                        ["--paceline_threads=2"],
                                        ["--paceline_rpm=60000"])):
            with self.subTest(flags):
                _, lengths = self.measure(f"{number}.sqlite", DISTRIBUTIONS, *flags, requests=100)
                self.assertEqual([out for _, out in lengths], [out for _, out in first])

    def test_the_words_of_a_prompt_are_its_length(self):
        with Api(body=b'{"choices":[{}]}') as api:
            for _ in range(2):
                done = run(f"--paceline_url={api.url}", "--paceline_synthetic=uniform(10,500):30",
                           "--paceline_requests=20", "--paceline_rpm=0", "--paceline_parallel=1")
                self.assertEqual(done.returncode, 0, done.stderr)
            prompts = [json.loads(body)["messages"][0]["content"] for _, body in api.seen]
        lengths = [len(prompt.split(" ")) for prompt in prompts]
        half = len(lengths) // 2
        self.assertEqual(lengths[:half], lengths[half:])
        self.assertGreater(len(set(lengths)), half // 2)
        self.assertTrue(all(10 <= length <= 500 for length in lengths), lengths)
        self.assertEqual(len(set(prompts)), 2 * half)

    def test_a_log_resumes_the_same_distribution_only(self):
        self.measure("run.sqlite", DISTRIBUTIONS, requests=10)
        resume = f"--paceline_resume={self.folder / 'run.sqlite'}"
        more = ("--paceline_ignore_eos", "--paceline_requests=20", "--paceline_rpm=0",
                "--paceline_parallel=20")
        for other, why in ((DISTRIBUTIONS.replace("300", "301"), "messages differs"),
                           (DISTRIBUTIONS.replace("=80", "=81"), "{lognormal(20,p99=81)}")):
            done = run(resume, other, *more)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(why, done.stderr)
        done = run(resume, DISTRIBUTIONS, *more)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_token_budget_counts_the_length_of_each_response(self):
        row, lengths = self.measure("run.sqlite", "--paceline_synthetic=10:uniform(1,400)",
                                    "--paceline_tpm=60000000", requests=100)
        self.assertEqual(row["length_mismatch"], 0)
        self.assertGreater(len({out for _, out in lengths}), 50)


if __name__ == "__main__":
    unittest.main()
