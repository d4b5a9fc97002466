"""The command line that repeats a result's runs, as a shell reads it."""

import html
import re
import shlex
import subprocess
import unittest

from report_fixture import CONTEXT, Folder, row

from paceline.report.repeat import command_of
from paceline.report.results import read_result


def commands_on(page):
    return [html.unescape(re.sub(r"</?(?:span|code)>", "", text))
            for text in re.findall(r'<pre class="command">(.*?)</pre>', page, re.DOTALL)]


class Repeat(Folder):
    def command(self, *rows, **context):
        """The command that a result with this context has."""
        return command_of(read_result(self.write_result(*rows or [row()], context=CONTEXT | context)))

    def test_the_flags_survive_a_shell(self):
        flags = ["--paceline_prompt=it's $HOME `id` \"x\" \\ !! {n}; & | > é",
                 "--paceline_log_responses", "--paceline_system=", "--benchmark_filter=a|b",
                 "--paceline_header=x: a\tb"]
        command = self.command(
            executable="paceline", paceline_flags=" ".join(map(shlex.quote, flags[:3] + flags[4:])),
            benchmark_flags=shlex.quote(flags[3]))
        # A tab in a result is escaped before the page reads the flags.
        expected = ["paceline", *flags[:3], "--paceline_header=x: a\\tb", flags[3]]
        self.assertEqual(shlex.split(command.text), expected)
        words = subprocess.run(["bash", "-c", f"printf '%s\\0' {command.text}"], capture_output=True,
                               text=True, check=True, timeout=60).stdout.split("\0")[:-1]
        self.assertEqual(words, expected)
        self.assertEqual(command.notes, [])

    def test_only_flags_are_taken_from_a_result(self):
        command = self.command(executable="/opt/my tools/pace line",
                               paceline_flags="--paceline_rpm=60; rm -rf / --url=x $(id) -x")
        self.assertEqual(command.text, "'pace line' '--paceline_rpm=60;'".replace(
            "'--paceline_rpm=60;'", "--paceline_rpm='60;'"))
        self.assertEqual(len(command.notes), 1)
        self.assertIn("left out", command.notes[0])

    def test_the_program_is_the_one_that_was_called(self):
        for called, shown in (("paceline", "paceline"), ("./suite", "./suite"),
                              ("/home/me/bin/paceline", "paceline"), ("", "paceline")):
            self.assertEqual(self.command(executable=called, paceline_flags="").text, shown)

    def test_repetitions_of_older_results(self):
        rows = [row(repetitions=3, repetition_index=place) for place in range(3)]
        self.assertTrue(self.command(*rows).text.endswith(" --benchmark_repetitions=3"))
        said = self.command(*rows, benchmark_flags="--benchmark_repetitions=3").text
        self.assertEqual(said.count("--benchmark_repetitions=3"), 1)
        fixed = [one | {"run_name": one["run_name"] + "/repeats:3"} for one in rows]
        self.assertNotIn("repetitions", self.command(*fixed).text)
        median = row(repetitions=3) | {"run_type": "aggregate", "aggregate_name": "median"}
        self.assertTrue(self.command(median).text.endswith(
            " --benchmark_repetitions=3 --benchmark_report_aggregates_only=true"))

    def test_what_the_reader_fills_in_is_said(self):
        removed = self.command(paceline_flags="--paceline_header='x-key: [removed]'")
        self.assertIn("Replace each [removed]", " ".join(removed.notes))
        cut = self.command(paceline_flags="--paceline_prompt='a b…' --paceline_rpm=60")
        self.assertIn("Complete each value", " ".join(cut.notes))

    def test_none_without_flags(self):
        self.assertIsNone(self.command(paceline_flags="--paceline_prompt='open"))
        path = self.write_result(row(), context={"date": "2026-03-04T05:06:07+00:00"})
        self.assertIsNone(command_of(read_result(path)))
        self.assertNotIn("repeat_runs", self.make_page(path))

    def test_the_page_has_the_command_of_each_result(self):
        results = [self.write_result(row(), name=f"{name}.json", context=CONTEXT | {
            "paceline_flags": f"--paceline_prompt='<b>{name}</b> {'x' * 50}' --paceline_rpm=6000"})
            for name in ("old", "new")]
        page = self.make_page(*results)
        self.assertNotIn("<b>", page)
        self.assertEqual([shlex.split(command) for command in commands_on(page)],
                         [["paceline", f"--paceline_prompt=<b>{name}</b> {'x' * 50}",
                           "--paceline_rpm=6000"] for name in ("old", "new")])
        self.assertRegex(page, r"\.command \{[^}]*[^-]user-select: all")


if __name__ == "__main__":
    unittest.main()
