"""Reads --help as a person would, and asks for what sends nothing.

Needs PACELINE, the path of the program.
"""

import os
import re
import tempfile
import unittest

from program import run

GROUPS = ["What to measure", "Prompts and lengths", "Rate and load", "Connection", "Results",
          "The embedded endpoint", "Google Benchmark's own", "General"]
TOPICS = ["measure", "prompts", "rate", "connection", "results", "endpoint", "benchmark"]


def whole_help():
    """The flags, and the text behind them."""
    flags, rest = run("--help=all").stdout.split("\nExit status:\n")
    return flags, rest


def names(text):
    return set(re.findall(r"--[a-z_]+", text))


class ShortHelp(unittest.TestCase):
    def test_one_screen(self):
        done = run("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, run("-h").stdout)
        lines = done.stdout.splitlines()
        self.assertLessEqual(len(lines), 24)
        for line in lines:
            self.assertLessEqual(len(line), 80, line)

    def test_its_flags_are_of_the_whole_help(self):
        short = names(run("--help").stdout)
        self.assertGreater(len(short), 10)
        self.assertEqual(short - names(whole_help()[0]), set())

    def test_its_examples_are_accepted(self):
        # Some examples name files.
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)
        for name, value in re.findall(r"^  (--\w+)=(\S+)", run("--help").stdout, re.MULTILINE):
            if name == "--paceline_find_max":  # excludes --paceline_duration and a list of rates
                continue
            done = run(f"{name}={value}", "--benchmark_list_tests")
            self.assertEqual(done.returncode, 0, f"{name}={value}: {done.stderr}")


class Topics(unittest.TestCase):
    def test_each_is_a_group_of_the_whole_help(self):
        listed = re.search(r"The topics are\n  (.*)\.\n", run("--help").stdout).group(1)
        self.assertEqual(listed.split(", "), [*TOPICS, "all"])
        whole, _ = whole_help()
        for topic, group in zip(TOPICS, GROUPS):
            done = run(f"--help={topic}")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertTrue(done.stdout.startswith(f"{group}:\n"), done.stdout)
            self.assertIn("\n" + done.stdout, whole)

    def test_another_is_refused(self):
        done = run("--help=ratio")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr, "paceline: --help has no topic 'ratio'; choose from "
                                      + ", ".join([*TOPICS, "all"]) + "\n")


class WholeHelp(unittest.TestCase):
    def test_groups_that_fit_a_terminal(self):
        flags, rest = whole_help()
        self.assertEqual(re.findall(r"^(\S.*):$", flags, re.MULTILINE), GROUPS)
        for line in (flags + rest).splitlines():
            self.assertLessEqual(len(line), 80, line)
        # A flag is followed by what it does.
        for flag in re.findall(r"^  --\S+\n(?! {20}\S)", flags, re.MULTILINE):
            self.fail(flag)

    def test_each_flag_has_an_example_and_a_default(self):
        whole, _ = whole_help()
        flags = re.findall(r"^  (--\S+) *((?:.|\n(?!  -|\S))*)", whole.split("\nGeneral:\n")[0],
                           re.MULTILINE)
        self.assertGreater(len(flags), 60)
        for flag, words in flags:
            name, _, value = flag.partition("=")
            if not value:
                continue
            self.assertRegex(" ".join(words.split()), r"\[[^\]]+\]", name)
            if "|" not in value:
                self.assertIn("such as", " ".join(words.split()), name)


class SendsNothing(unittest.TestCase):
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
