"""Runs the built `paceline` with prompts that share prefixes.

Needs PACELINE, the path of the program.
"""

import contextlib
import json
import sqlite3
import tempfile
import unittest
from pathlib import Path

from program import Api, rows, run

TOKENS = 200
REQUESTS = 40
ONE_BY_ONE = ("--paceline_rpm=0", "--paceline_parallel=1", "--paceline_synthetic=50:2")
# The bytes before the text in the endpoint's cache, and those of a block of 16 tokens.
ROLE = 12
BLOCK = 64


def prefixes_sent(flag, requests=REQUESTS):
    """The prefixes of the first request, which checks the server, and of each item in order."""
    with Api(body=b'{"choices":[{}]}') as api:
        done = run(f"--paceline_url={api.url}", *ONE_BY_ONE, flag,
                   f"--paceline_requests={requests}")
        assert done.returncode == 0, done.stderr
        prompts = [json.loads(body)["messages"][0]["content"] for _, body in api.seen]
    return [" ".join(prompt.split(" ")[:TOKENS]) for prompt in prompts]


class PrefixGroups(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.log = Path(folder.name) / "run.sqlite"

    def measure(self, *flags):
        """The row of a run with the embedded endpoint, and the cached tokens of each request."""
        self.log.unlink(missing_ok=True)
        (row,) = rows(*ONE_BY_ONE, f"--paceline_requests={REQUESTS}",
                      "--paceline_endpoint_latency=0", *flags,
                      f"--paceline_log={self.log}")["benchmarks"]
        with contextlib.closing(sqlite3.connect(self.log)) as log:
            cached = log.execute("SELECT cached_tokens FROM requests ORDER BY item").fetchall()
        return row, [tokens for tokens, in cached]

    def test_the_cache_hits_as_computed_from_the_groups(self):
        for flag, fewest, most in ((f"--paceline_prefix_groups=8x{TOKENS}", 8, 8),
                                   (f"--paceline_prefix_groups=1000x{TOKENS}:zipf=1.2", 10, 30)):
            with self.subTest(flag):
                first, *prefixes = prefixes_sent(flag)
                self.assertTrue(fewest <= len(set(prefixes)) <= most, len(set(prefixes)))
                row, cached = self.measure(flag)
                known = {first}
                warm = 0
                for prefix, tokens in zip(prefixes, cached, strict=True):
                    whole = (ROLE + len(prefix) + 1) // BLOCK * 16
                    # The prompt's own text may complete a block by chance.
                    self.assertIn(tokens, (whole, whole + 16) if prefix in known else (0,))
                    warm += prefix in known
                    known.add(prefix)
                self.assertEqual(row["warm_ratio"], warm / REQUESTS)

    def test_a_small_cache_forgets_prefixes(self):
        row, cached = self.measure(f"--paceline_prefix_groups=8x{TOKENS}",
                                   "--paceline_endpoint_cache_tokens=1500")
        warm = sum(2 * tokens >= TOKENS for tokens in cached)
        self.assertTrue(0 < warm < REQUESTS - 8, warm)
        self.assertEqual(row["warm_ratio"], warm / REQUESTS)

    def test_prefixes_are_warm_in_the_next_run(self):
        result = rows("--paceline_rpm=0", "--paceline_parallel=8", "--paceline_threads=2",
                      "--paceline_requests=200", "--paceline_workload=chat/stream",
                      "--paceline_endpoint_latency=0", "--paceline_endpoint_response_tokens=2",
                      f"--paceline_prefix_groups=10x{TOKENS}", "--benchmark_repetitions=2")
        first, second = (row for row in result["benchmarks"] if row["run_type"] == "iteration")
        self.assertLess(first["warm_ratio"], 1)
        self.assertGreater(first["cold_ttft_p50"], 0)
        self.assertEqual(second["warm_ratio"], 1)
        self.assertGreater(second["warm_ttft_p50"], 0)
        self.assertNotIn("cold_ttft_p50", second)

    def test_one_shared_prefix_is_one_group(self):
        shared = f"--paceline_shared_prefix={TOKENS}"
        group = f"--paceline_prefix_groups=1x{TOKENS}"
        self.assertEqual(prefixes_sent(shared, 5), prefixes_sent(group, 5))
        row, _ = self.measure(shared)
        self.assertEqual(row["warm_ratio"], 1)
        self.assertNotIn("warm_ratio", self.measure()[0])

    def test_what_does_not_go_together(self):
        groups = "--paceline_prefix_groups=10x100"
        trace = self.log.with_suffix(".csv")
        trace.write_text("due,input_length\n0,10\n")
        body = self.log.with_suffix(".json")
        body.write_text('{"input": "hello"}')
        batch = self.log.with_suffix(".jsonl")
        batch.write_text('{"custom_id":"a","method":"POST","url":"/v1/embeddings",'
                         '"body":{"model":"m","input":"a"}}\n')
        for flags, why in ((["--paceline_shared_prefix=10"], "leave out one of the two flags"),
                           ([f"--paceline_trace={trace}"], "leave out --paceline_prefix_groups"),
                           ([f"--paceline_batch={batch}"], "add --paceline_workload"),
                           (["--paceline_workload=template/post", f"--paceline_template={body}"],
                            "insert {prompt}")):
            with self.subTest(flags):
                done = run(groups, *flags)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(why, done.stderr)


if __name__ == "__main__":
    unittest.main()
