"""The timelines of runs (--paceline_timeline) in the results of the built `paceline`.

Needs PACELINE and PACELINE_ENDPOINT, the paths of the programs.
"""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from program import rows, run

COMPARE_PY = "/usr/share/benchmark/compare.py"
SECOND = ["--paceline_rpm=6000", "--paceline_parallel=50", "--paceline_requests=100",
          "--paceline_endpoint_latency=20ms", "--paceline_timeline=on"]
PER_SLICE = ("due", "sent", "ended", "errors", "in_flight", "p50", "p99")


def timelines(*flags):
    return [row["timeline"] for row in rows(*flags)["benchmarks"] if "timeline" in row]


class Timelines(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def check_consistent(self, row):
        """What a timeline and its row say of the same run."""
        found = row["timeline"]
        sizes = {len(found[name]) for name in PER_SLICE}
        self.assertEqual(len(sizes), 1)
        self.assertGreaterEqual(min(sizes), 10)
        self.assertEqual(sum(found["sent"]), row["iterations"])
        self.assertEqual(sum(found["due"]), row["iterations"])
        self.assertEqual(sum(found["ended"]), row["iterations"])
        self.assertEqual(sum(found["errors"]), row["errors"])
        self.assertLessEqual(found["first_send"], found["last_send"])
        self.assertLess(found["last_send"], found["last_end"])
        known = [time for time in found["p99"] if time is not None]
        # The timeline has 1/128 of precision, and the counter three digits.
        self.assertAlmostEqual(max(known) / row["max"], 1, delta=0.01)
        for p50, p99, ended, errors in zip(*(found[name] for name in ("p50", "p99", "ended",
                                                                      "errors"))):
            self.assertEqual(p50 is None, ended == errors)
            if p50 is not None:
                self.assertLessEqual(p50, p99)
        # By Little's law, the requests in flight over the time are the latencies.
        end = found["last_end"]
        time = 0
        for place, in_flight in enumerate(found["in_flight"]):
            begin = found["start"] + place * found["width"]
            covered = min(begin + found["width"], end) - max(begin, found["first_send"])
            time += in_flight * max(covered, 0)
        self.assertAlmostEqual(time / (row["mean"] * row["iterations"]), 1, delta=0.01)

    def test_a_run_over_time(self):
        (row,) = rows(*SECOND)["benchmarks"]
        self.check_consistent(row)
        self.assertEqual(row["timeline"]["start"], 0)
        # 6,000 rpm are due evenly.
        width = row["timeline"]["width"]
        for due in row["timeline"]["due"][:5]:
            self.assertAlmostEqual(due, 100 * width, delta=1)

    def test_threads_have_one_timeline(self):
        (row,) = rows(*SECOND, "--paceline_threads=3")["benchmarks"]
        self.assertEqual(row["threads"], 3)
        self.check_consistent(row)

    def test_failures_are_errors_of_their_slice(self):
        (row,) = rows(*SECOND, "--paceline_endpoint_fault=http_500:0.2",
                      "--paceline_max_error_ratio=1")["benchmarks"]
        self.assertGreater(row["errors"], 0)
        self.assertEqual(sum(row["timeline"]["errors"]), row["errors"])

    def test_each_repetition_has_its_own(self):
        found = rows(*SECOND, "--benchmark_repetitions=2")["benchmarks"]
        for row in found:
            self.assertEqual("timeline" in row, row["run_type"] == "iteration")
        one, other = (row["timeline"] for row in found if row["run_type"] == "iteration")
        self.assertNotEqual(one["last_end"], other["last_end"])

    def test_stages_are_due_as_asked(self):
        found = rows("--paceline_stages=500ms@1200,500ms@6000", "--paceline_parallel=50",
                     "--paceline_timeline=on")["benchmarks"]
        self.assertEqual(["timeline" in row for row in found], [True, False, False])
        timeline = found[0]["timeline"]
        half = round(0.5 / timeline["width"])
        self.assertEqual((sum(timeline["due"][:half]), sum(timeline["due"][half:])), (10, 50))

    def test_a_warm_up_is_not_counted(self):
        (row,) = rows(*SECOND, "--paceline_warmup=50")["benchmarks"]
        self.check_consistent(row)
        self.assertGreater(row["timeline"]["start"], 0.3)

    def test_an_unpaced_run_has_no_due_times(self):
        (found,) = timelines("--paceline_rpm=0", "--paceline_parallel=2", "--paceline_requests=50",
                             "--paceline_endpoint_latency=5ms", "--paceline_timeline=on")
        self.assertNotIn("due", found)
        self.assertEqual(sum(found["sent"]), 50)

    def test_the_probes_of_a_search_have_timelines(self):
        found = rows("--paceline_find_max=p50<50s,errors<50%", "--paceline_rpm=1200,3000",
                     "--paceline_requests=20", "--paceline_endpoint_latency=10ms",
                     "--paceline_timeline=on")["benchmarks"]
        self.assertGreater(len(found), 1)
        for row in found:
            self.assertEqual("timeline" in row, "/probe/" in row["name"])

    def test_a_short_run_has_none_unless_asked(self):
        for flag, count in (("auto", 0), ("off", 0), ("on", 1)):
            self.assertEqual(len(timelines(*SECOND[:-1], f"--paceline_timeline={flag}")), count)

    def test_no_other_output_has_it(self):
        out = self.folder / "out.csv"
        for flags in ([], ["--benchmark_format=json"], ["--benchmark_format=csv"],
                      ["--paceline_console=full"], ["--paceline_console=table"]):
            done = run(*SECOND, f"--benchmark_out={out}", "--benchmark_out_format=csv", *flags)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotRegex(done.stdout + out.read_text(), r'["\s]timeline')

    def test_compare_py_reads_the_file_as_ever(self):
        outs = [self.folder / "with.json", self.folder / "without.json"]
        done = run(*SECOND, "--benchmark_repetitions=2", f"--benchmark_out={outs[0]}")
        self.assertEqual(done.returncode, 0, done.stderr)
        content = json.loads(outs[0].read_text())
        for row in content["benchmarks"]:
            row.pop("timeline", None)
        outs[1].write_text(json.dumps(content))
        said = [subprocess.run(["/usr/bin/python3", COMPARE_PY, "--no-color", "benchmarks", out, out],
                               capture_output=True, text=True, timeout=60) for out in outs]
        for done in said:
            self.assertEqual(done.returncode, 0, done.stderr)
        first, second = (done.stdout.partition("\n")[2].replace(str(outs[1]), str(outs[0]))
                         for done in said)
        self.assertEqual(first, second)
        self.assertIn("manual_time/p99", first)


if __name__ == "__main__":
    unittest.main()
