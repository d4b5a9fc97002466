"""Compares results with benchmarks/compare and Debian's compare.py.

The results have the shape of a real one, and times that are drawn from seeds or derived from one
another, so that what must come out does not depend on the machine.

Needs PACELINE, the path of the program.
"""

import copy
import json
import os
import subprocess
import tempfile
import unittest
import unittest.mock
from pathlib import Path

from compare_fixture import (NAME, PACELINE, QUICK, ROWS, Results, aggregates_of, compare,
                             draw_latencies, environment, report, result, run_compare,
                             summary_lines)


class Compare(Results):
    def test_the_same_repetitions_in_another_order(self):
        # Equal by construction, so that the U test cannot err. compare_error_rate_test.py simulates its
        # error rate on rows that differ by chance.
        again = self.write("again.json", result(self.latencies[::-1]))
        rows, text = report(self.baseline, again)
        for row in ("", "/p50", "/p90", "/p99", "/p99.9", "/due_p99"):
            self.assertEqual(rows[NAME + row]["utest"]["nr_of_repetitions"], 9)
            self.assertTrue(rows[NAME + row]["utest"]["have_optimal_repetitions"])
            self.assertAlmostEqual(rows[NAME + row]["utest"]["time_pvalue"], 1)
        for row, (change, verdict) in summary_lines(text).items():
            self.assertEqual(change, 0)
            self.assertIn("no support for a change", verdict, row)
        self.assertIn("0 of 6 rows moved", text)
        self.assertNotIn("Only in", text)

    def test_a_slower_tail_shows_in_the_p99_and_not_in_the_p50(self):
        slower = [[latency * (1 if place < 285 else 1.6) for place, latency in enumerate(one)]
                  for one in self.latencies]
        rows, text = report(self.baseline, self.write("tail.json", result(slower)))
        verdicts = summary_lines(text)
        self.assertLess(rows[NAME + "/p99"]["utest"]["time_pvalue"], 0.05 / 6)
        self.assertIn("slower", verdicts["p99"][1])
        self.assertEqual(verdicts["p99"][0], 60)
        self.assertEqual(verdicts["p50"][0], 0)
        self.assertIn("no support", verdicts["p50"][1])

    def test_everything_slower(self):
        slower = [[1.3 * latency for latency in one] for one in self.latencies]
        verdicts = summary_lines(report(self.baseline, self.write("slow.json", result(slower)))[1])
        self.assertEqual(len(verdicts), 6)
        for change, _ in verdicts.values():
            self.assertEqual(change, 30)
        self.assertIn("slower", verdicts["mean"][1])

    def test_filters_compare_two_rates(self):
        both = result(self.latencies)
        both["benchmarks"] += result(draw_latencies(2), NAME.replace("60000", "30000"))["benchmarks"]
        both = self.write("rates.json", both)
        for arguments in (["filters", both, "rpm:30000/", "rpm:60000/"],
                          ["benchmarksfiltered", both, "rpm:30000/", both, "rpm:60000/"]):
            rows, text = report(*arguments)
            name = "chat/complete/[rpm:30000/ vs. rpm:60000/]parallel:500/iterations:300/"
            self.assertIn(name + "manual_time/p99", rows)
            self.assertIn("p99", summary_lines(text))

    def test_too_few_repetitions_are_said_in_words(self):
        three = self.write("three.json", result(self.latencies[:3]))
        text = compare(self.baseline, three).stdout
        self.assertIn("Too few repetitions: with 3", text)
        self.assertIn("--benchmark_repetitions=9", text)
        text = compare(self.baseline, self.baseline, "--no-utest").stdout
        self.assertIn("--no-utest turns the U test off", text)

    def test_medians_are_of_every_repetition(self):
        fast = [[latency / 2 for latency in one] for one in self.latencies[3:]]
        more = self.write("more.json", result(self.latencies[:3] + fast))
        three = self.write("three.json", result(self.latencies[:3]))
        self.assertLess(summary_lines(compare(three, more).stdout)["p50"][0], -40)

    def test_aggregates_are_called_what_they_are(self):
        whole = result(self.latencies)
        only = self.write("only.json", aggregates_of(whole))
        whole["benchmarks"] += aggregates_of(whole)["benchmarks"]
        whole = self.write("whole.json", whole)
        for arguments in ((only, only), (whole, only), (only, whole)):
            text = compare(*arguments).stdout
            self.assertIn("the median rows of A -> B (aggregates", text)
            self.assertIn("--benchmark_report_aggregates_only", text)
            self.assertIn("These changes are not tested", text)
            self.assertEqual([*summary_lines(text)], ["mean", *ROWS])
            self.assertIn(f"\n{NAME}\n", text)
        self.assertNotIn("aggregates:", compare(whole, whole).stdout)

    def test_another_compare_py(self):
        os.symlink("/usr/share/benchmark", self.folder / "tools")
        done = run_compare(self.baseline, self.baseline,
                           COMPARE_PY=str(self.folder / "tools" / "compare.py"))
        self.assertIn("0 of 6 rows moved", done.stdout)

    def test_a_run_cut_short_is_named(self):
        short = result(self.latencies)
        short["benchmarks"][0]["label"] = "cut short: 5 of 300 requests"
        done = compare(self.baseline, self.write("short.json", short))
        self.assertIn(f"short.json: {NAME} was cut short", done.stdout)

    def test_a_run_whose_rate_was_changed_is_named(self):
        changed = result(self.latencies)
        changed["benchmarks"][0]["label"] = \
            "paced; rate changed to 66000 RPM at 12.0 s (mean 63000 RPM)"
        done = compare(self.baseline, self.write("changed.json", changed))
        self.assertIn(f"changed.json: the rate of {NAME} was changed by hand", done.stdout)
        self.assertNotIn("changed by hand", compare(self.baseline, self.baseline).stdout)


class Rows(Results):
    """What only one side has, and what cannot be compared."""

    def setUp(self):
        super().setUp()
        self.other = NAME.replace("60000", "90000")
        both = result(self.latencies)
        both["benchmarks"] += result(self.latencies, self.other)["benchmarks"]
        self.both = self.write("both.json", both)

    def test_a_run_that_only_one_side_has_is_named_once(self):
        for arguments, side in (((self.both, self.baseline), "A"), ((self.baseline, self.both), "B")):
            text = compare(*arguments).stdout
            self.assertIn("0 of 6 rows moved", text)
            self.assertIn(f"Only in {side}: {self.other} (6 rows)\n", text)
            self.assertEqual(text.count("Only in"), 1)

    def test_the_geometric_mean_is_of_what_both_have(self):
        slow = result(draw_latencies(2))
        slow["benchmarks"] += result([[100 * latency for latency in one] for one in self.latencies],
                                     self.other)["benchmarks"]
        rows, _ = report(self.baseline, self.write("slow.json", slow))
        (mean,) = rows["OVERALL_GEOMEAN"]["measurements"]
        self.assertLess(abs(mean["time"]), 0.1)

    def test_a_row_that_only_one_side_has(self):
        fewer = result(self.latencies)
        fewer["benchmarks"] = [row for row in fewer["benchmarks"] if "due" not in row["name"]]
        text = compare(self.baseline, self.write("fewer.json", fewer)).stdout
        self.assertIn(f"Only in A: {NAME}/due_p99\n", text)
        self.assertEqual(text.count("Only in"), 1)

    def test_nothing_in_common(self):
        other = self.write("other.json", result(self.latencies, self.other))
        text = compare(self.baseline, other).stdout
        self.assertIn("Nothing to compare", text)
        self.assertIn(f"Only in A: {NAME} (6 rows)", text)
        self.assertIn(f"Only in B: {self.other} (6 rows)", text)

    def test_a_run_that_failed_and_times_that_are_none(self):
        rows = copy.deepcopy(json.loads(self.both.read_text()))
        rows["benchmarks"][-6] |= {"error_occurred": True, "error_message": "no \x1b[31mserver"}
        text = json.dumps(rows).replace('"real_time": ', '"real_time": -nan, "was": ', 1)
        done = compare(self.both, self.write("bad.json", text))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"Left out of B: {NAME} has no time above 0\n", done.stdout)
        self.assertIn(f"Left out of B: {self.other} failed: no \\x1b[31mserver\n", done.stdout)
        self.assertNotIn("nan", done.stdout)

    def test_names_from_files_do_not_control_the_terminal(self):
        name = "\x1b]0;title\x07\x9b31m\u202e/rpm:60/parallel:1"
        one = self.write("a\x1b.json", result(self.latencies, name))
        for other in (name, name + "0"):
            done = compare(one, self.write("b\x1b.json", result(self.latencies, other)))
            self.assertIn("\\x1b]0;title\\x07", done.stdout)
            self.assertNotRegex(done.stdout + done.stderr, "[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]")


class BadInput(Results):
    def says(self, *arguments, by=compare, **more):
        done = by(*arguments, **more)
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("Traceback", done.stderr)
        self.assertNotIn("In plain words", done.stdout)
        return done.stderr

    def test_a_file_that_is_no_result_gets_a_sentence(self):
        for content, words in (("", "is empty"), ("text", "is not JSON"), ("[]", "not a result"),
                               ('{"context": {}}', "not a result"), ("[" * 100_000, "is not JSON")):
            bad = self.write("bad.json", content)
            said = self.says(self.baseline, bad)
            self.assertIn(words, said)
            self.assertIn("bad.json", said)
            self.assertEqual(len(said.splitlines()), 1, said)
        self.assertIn("not a result", self.says("filters", self.write("bad.json", "{}"), "a", "b"))
        self.assertIn("No such file", self.says("/no/such.json", self.baseline))
        self.assertIn("not a regular file", self.says(self.folder, self.baseline))
        self.assertIn("not a regular file", self.says(self.baseline, "/dev/zero"))

    def test_bad_calls(self):
        self.assertIn("name what to compare", self.says(self.baseline))
        self.assertIn("COMPARE_PY", self.says(self.baseline, self.baseline, by=run_compare,
                                              COMPARE_PY="/no/such/compare.py"))
        self.assertIn("--alpha", self.says(self.baseline, self.baseline, "--alpha=nan"))
        self.assertIn("not a regular expression", self.says("filters", self.baseline, "(", "b"))

    def test_an_option_that_files_do_not_take_is_named(self):
        self.assertIn("--benchmark_repetitions=9",
                      compare(self.baseline, self.baseline, "--benchmark_repetitions=9").stderr)


class Programs(unittest.TestCase):
    """Real runs, for the mechanics only."""

    def test_are_run_with_the_further_options(self):
        done = run_compare(PACELINE, PACELINE, *QUICK, "--benchmark_repetitions=2", "-a")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("iterations:20/manual_time/p99_median", done.stdout)
        self.assertEqual([*summary_lines(done.stdout)], ["mean", *ROWS])

    def test_one_that_fails_stops_the_comparison(self):
        done = run_compare(PACELINE, PACELINE, "--paceline_url=http://127.0.0.1:1/v1")
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("In plain words", done.stdout)

    def test_filters_run_one_twice(self):
        done = run_compare("filters", PACELINE, "rpm:30000/", "rpm:60000/", *QUICK,
                       "--paceline_rpm=30000,60000")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("[rpm:30000/ vs. rpm:60000/]parallel:5/iterations:20/manual_time/p99",
                      done.stdout)

    def test_write_results_of_the_shape_that_is_tested_here(self):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out.json"
            subprocess.run([PACELINE, *QUICK, f"--benchmark_out={out}"], check=True,
                           capture_output=True, timeout=100, env=environment())
            real = json.loads(out.read_text())["benchmarks"]
        ours = result(draw_latencies(1, repetitions=1))["benchmarks"]
        self.assertEqual([row["run_name"].rpartition("manual_time")[2] for row in real],
                         [row["run_name"].rpartition("manual_time")[2] for row in ours])
        for row, our in zip(real, ours):
            self.assertLessEqual(our.keys() - {"label"}, row.keys())


if __name__ == "__main__":
    unittest.main()
