"""Compares real results of the embedded endpoint with benchmarks/compare and Debian's compare.py.

Needs PACELINE, the path of the program.
"""

import json
import os
import re
import statistics
import subprocess
import tempfile
import unittest
from pathlib import Path

PACELINE = os.environ["PACELINE"]
COMPARE = Path(__file__).parents[2] / "benchmarks" / "compare"
NAME = "chat/complete/rpm:60000/parallel:500/iterations:300/manual_time"
# Every result draws the same latencies in the same order, so that two of them differ only by what
# was changed and by the client's own noise, which is small beside latencies of this size even where
# the machine is busy.
RUN = ["--paceline_requests=300", "--paceline_rpm=60000", "--paceline_parallel=500",
       "--paceline_endpoint_latency=100ms", "--paceline_endpoint_latency_p99=200ms"]


def environment(**more):
    return {k: v for k, v in os.environ.items() if not k.startswith("BENCHMARK_")} | more


def measure(path, *arguments, repetitions=9):
    subprocess.run([PACELINE, *RUN, f"--benchmark_repetitions={repetitions}",
                    f"--benchmark_out={path}", *arguments],
                   check=True, capture_output=True, timeout=200, env=environment())
    return str(path)


def compare(*arguments, **more):
    return subprocess.run([COMPARE, *arguments], capture_output=True, text=True, timeout=250,
                          env=environment(**more))


def report(*arguments):
    """compare.py's own figures by row name, and all that was printed."""
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "report.json"
        done = compare(*arguments, "-d", str(dump))
        assert done.returncode == 0, done.stdout + done.stderr
        return {row["name"]: row for row in json.loads(dump.read_text())}, done.stdout


def summary_lines(text):
    """What the summary says of each row: {"mean": ..., "p50": ..., ...}."""
    lines = text.partition("In plain words")[2].splitlines()
    found = [re.match(r"  (\S+) +([+-][\d.]+)%.*?  +(\w.*)$", line) for line in lines]
    return {m[1]: (float(m[2]), m[3]) for m in found if m}


class Compare(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.baseline = measure(Path(cls.folder.name) / "baseline.json")

    def path(self, name):
        return Path(self.folder.name) / name

    def test_the_same_endpoint_twice(self):
        again = measure(self.path("again.json"))
        rows, text = report(self.baseline, again)
        for row in ("", "/p50", "/p90", "/p99", "/p99.9", "/due_p99"):
            self.assertEqual(rows[NAME + row]["utest"]["nr_of_repetitions"], 9)
            self.assertTrue(rows[NAME + row]["utest"]["have_optimal_repetitions"])
        for row, (_, verdict) in summary_lines(text).items():
            self.assertIn("no support for a change", verdict, row)
        self.assertIn("0 of 6 rows moved", text)

    def test_a_slower_tail_shows_in_the_p99_and_not_in_the_p50(self):
        slower = measure(self.path("tail.json"), "--paceline_endpoint_slow_share=0.05",
                         "--paceline_endpoint_slow_factor=1.6")
        rows, text = report(self.baseline, slower)
        verdicts = summary_lines(text)
        self.assertLess(rows[NAME + "/p99"]["utest"]["time_pvalue"], 0.05 / 6)
        self.assertIn("slower", verdicts["p99"][1])
        self.assertAlmostEqual(verdicts["p99"][0], 60, delta=15)
        self.assertIn("no support", verdicts["p50"][1])

    def test_everything_slower_moves_the_mean_though_the_pace_is_the_same(self):
        path = measure(self.path("slower.json"), "--paceline_endpoint_latency=130ms",
                       "--paceline_endpoint_latency_p99=260ms")
        _, text = report(self.baseline, path)
        change, verdict = summary_lines(text)["mean"]
        self.assertAlmostEqual(change, 30, delta=5)
        self.assertIn("slower", verdict)
        rates = [statistics.median(row["rpm"] for row in json.loads(Path(file).read_text())
                                   ["benchmarks"] if row["name"] == NAME)
                 for file in (self.baseline, path)]
        # Who waits for replies would send at three quarters of the rate; a busy machine costs some.
        self.assertGreater(rates[1] / rates[0], 0.9)

    def test_filters_compare_two_rates(self):
        both = measure(self.path("rates.json"), "--paceline_rpm=30000,60000", repetitions=2)
        for arguments in (["filters", both, "rpm:30000/", "rpm:60000/"],
                          ["benchmarksfiltered", both, "rpm:30000/", both, "rpm:60000/"]):
            rows, text = report(*arguments)
            name = "chat/complete/[rpm:30000/ vs. rpm:60000/]parallel:500/iterations:300/"
            self.assertIn(name + "manual_time/p99", rows)
            self.assertIn("p99", summary_lines(text))

    def test_too_few_repetitions_are_said_in_words(self):
        three = measure(self.path("three.json"), repetitions=3)
        done = compare(self.baseline, three)
        self.assertIn("Too few repetitions: with 3", done.stdout)
        self.assertIn("--benchmark_repetitions=9", done.stdout)
        aggregates = measure(self.path("aggregates.json"),
                             "--benchmark_report_aggregates_only", repetitions=3)
        done = compare(aggregates, aggregates)
        self.assertIn("--benchmark_report_aggregates_only", done.stdout)
        self.assertIn("Nothing says", done.stdout)
        done = compare(self.baseline, self.baseline, "--no-utest")
        self.assertIn("No U test was asked for", done.stdout)

    def test_programs_are_run_with_the_further_options(self):
        done = compare(PACELINE, PACELINE, "--paceline_requests=20", "--paceline_rpm=60000",
                       "--paceline_parallel=5", "--paceline_endpoint_latency=1ms",
                       "--benchmark_repetitions=2", "-a")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("iterations:20/manual_time/p99_median", done.stdout)
        self.assertIn("p99", summary_lines(done.stdout))

    def test_a_program_that_fails_stops_the_comparison(self):
        done = compare(PACELINE, PACELINE, "--paceline_url=http://127.0.0.1:1/v1")
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("In plain words", done.stdout)

    def test_bad_input_is_said(self):
        self.assertNotEqual(compare("/no/such.json", self.baseline).returncode, 0)
        self.assertIn("name what to compare", compare(self.baseline).stderr)
        done = compare(self.baseline, self.baseline, COMPARE_PY="/no/such/compare.py")
        self.assertIn("COMPARE_PY", done.stderr)
        self.assertEqual(done.returncode, 1)

    def test_another_compare_py(self):
        debians = "/usr/share/benchmark"
        os.symlink(debians, self.path("tools"))
        done = compare(self.baseline, self.baseline,
                       COMPARE_PY=str(self.path("tools") / "compare.py"))
        self.assertIn("0 of 6 rows moved", done.stdout)

    def test_nothing_in_common_is_said(self):
        other = measure(self.path("other.json"), "--paceline_parallel=400", repetitions=1)
        self.assertIn("Nothing to compare", compare(self.baseline, other).stdout)

    def test_a_run_cut_short_is_named(self):
        result = json.loads(Path(self.baseline).read_text())
        result["benchmarks"][0]["label"] = "cut short: 5 of 300 requests"
        self.path("short.json").write_text(json.dumps(result))
        done = compare(self.baseline, str(self.path("short.json")))
        self.assertIn(f"short.json: {NAME} was cut short", done.stdout)


if __name__ == "__main__":
    unittest.main()
