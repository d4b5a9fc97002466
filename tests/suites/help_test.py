"""Reads --help as a person would, and asks for what sends nothing.

Needs PACELINE, the path of the program.
"""

import re
import tempfile
import unittest

from program import run


class Help(unittest.TestCase):
    def test_both_sets_of_flags(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        for flag in ["--paceline_url", "--paceline_rpm", "--paceline_precision",
                     "--benchmark_repetitions"]:
            self.assertIn(flag, done.stdout)

    def test_groups_that_fit_a_terminal(self):
        paceline, benchmark = run("--help").stdout.split("\nGoogle Benchmark's own:\n")
        self.assertEqual(re.findall(r"^(\S.*):$", paceline, re.MULTILINE), [
            "What to measure", "Prompts and lengths", "Rate and load", "Connection", "Results",
            "The embedded endpoint"])
        _, examples = benchmark.split("\nExamples:\n")
        for line in (paceline + examples).splitlines():
            self.assertLessEqual(len(line), 80, line)
        # A flag is followed by what it does.
        for flag in re.findall(r"^  --\S+\n(?! {20}\S)", paceline, re.MULTILINE):
            self.fail(flag)

    def test_each_flag_has_an_example_and_a_default(self):
        paceline, _ = run("--help").stdout.split("\nGoogle Benchmark's own:\n")
        flags = re.findall(r"^  (--\S+) *((?:.|\n(?!  -|\S))*)", paceline, re.MULTILINE)
        self.assertGreater(len(flags), 50)
        for flag, words in flags:
            name, _, value = flag.partition("=")
            if not value:
                continue
            self.assertRegex(" ".join(words.split()), r"\[[^\]]+\]", name)
            if "|" not in value:
                self.assertIn("such as", " ".join(words.split()), name)

    def test_a_log_is_resumed_or_begun(self):
        with tempfile.NamedTemporaryFile(suffix=".sqlite") as log:
            done = run(f"--paceline_resume={log.name}", "--paceline_log=other.sqlite")
            self.assertEqual(done.returncode, 1)
            self.assertIn("--paceline_resume excludes --paceline_log", done.stderr)

    def test_list_tests_sends_nothing(self):
        done = run("--paceline_url=http://127.0.0.1:1/v1", "--benchmark_list_tests")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("chat/complete/rpm:60/parallel:10", done.stdout)


if __name__ == "__main__":
    unittest.main()
