"""The console of the built `paceline`: its layout on terminals of several widths, in pipes and with colours.

Numbers vary between runs: each becomes 0s of its own form before the text is compared, so that every
column keeps its place. Needs PACELINE, the path of the program.
"""

import re
import unittest
from functools import cache

from program import PACELINE, run
from terminal import Terminal

RUN = ["--paceline_rpm=0", "--paceline_parallel=10", "--paceline_requests=100", "--paceline_progress=off",
       "--paceline_endpoint_latency=20ms"]
STREAM = [*RUN, "--paceline_workload=chat/stream", "--paceline_endpoint_token_time=1ms"]
COLOUR = "\x1b["
CONTEXT = re.compile(r"paceline [\d.]+ -> embedded endpoint, gpt-4o-mini: HTTP/1.1, libcurl [\d.]+\n"
                     r"\d+-\d+-\d+ \d+:\d+:\d+ \S+ on \S.*, \d+ CPUs? of \d+ MHz.*\n")


@cache
def on_terminal(*arguments, columns=100, **environment):
    """All that the program writes on a terminal, which has its stdout and stderr."""
    with Terminal(PACELINE, *arguments, columns=columns, **environment) as terminal:
        code = terminal.end()
        assert code == 0, terminal.text
        return terminal.text.replace("\r\n", "\n")


def layout(text):
    """The text with each figure, its unit and the spaces before it as '#' at the figure's right end."""
    text = re.sub(r" *(?<![\w.])\d[\d.]*[kMGT%]?( (?:us|ms|s))?(?= |\n)",
                  lambda match: "#".rjust(len(match[0])), text)
    # What bounds a run depends on the machine.
    return re.sub(r"\b(paced|client-bound|parallel-bound)\b", "VERDICT", text)


def table_of(text):
    """The table, which follows the context and precedes the verdicts."""
    return text[text.index("\n\n") + 1:].split("\nWhat bounded the runs:\n")[0]


class Widths(unittest.TestCase):
    def expect(self, arguments, columns, expected):
        text = on_terminal(*arguments, columns=columns, NO_COLOR="1")
        self.assertRegex(text, CONTEXT)
        self.assertEqual(layout(table_of(text)), expected)
        for line in text.split("\nWhat bounded the runs:\n")[0].splitlines():
            self.assertLessEqual(len(line), columns, line)

    def test_80_columns(self):
        self.expect(RUN, 80, """
chat/complete
  parallel    asked    sent      p50      p90      p99  errors  verdict
         #  unpaced       #        #        #        #       #  VERDICT
""")
        self.expect(STREAM, 80, """
chat/stream
  parallel    asked    sent      p99  TTFT p50  tokens/s  errors  verdict
         #  unpaced       #        #         #         #       #  VERDICT
""")

    def test_100_columns(self):
        self.expect(RUN, 100, """
chat/complete
  parallel    asked    sent      p50      p90      p99      max  due p99  errors  verdict
         #  unpaced       #        #        #        #        #        #       #  VERDICT
""")
        self.expect(STREAM, 100, """
chat/stream
  parallel    asked    sent      p50      p99  TTFT p50  TTFT p99  tokens/s  errors  verdict
         #  unpaced       #        #        #         #         #         #       #  VERDICT
""")

    def test_200_columns(self):
        self.expect(RUN, 200, "\nchat/complete\n"
                    "  parallel    asked    sent      p50      p90      p99    p99.9      max  due p99"
                    "  late p99  responses/s  errors  verdict\n"
                    "         #  unpaced       #        #        #        #        #        #        #"
                    "         #            #       #  VERDICT\n")
        self.expect(STREAM, 200, "\nchat/stream\n"
                    "  parallel    asked    sent      p50      p99  TTFT p50  TTFT p99  ITL p50  ITL p99"
                    "  TPOT p50  late p99  tokens/s  errors  verdict\n"
                    "         #  unpaced       #        #        #         #         #        #        #"
                    "         #         #         #       #  VERDICT\n")

    def test_full_on_80_columns(self):
        text = on_terminal(*STREAM, "--paceline_console=full", columns=80, NO_COLOR="1")
        for line in table_of(text).splitlines():
            self.assertLessEqual(len(line), 80, line)
        self.assertIn("\nchat/stream, unpaced, parallel 10\n", text)
        self.assertIn("""
                               mean stddev    p50    p90    p99  p99.9    max
""", text)
        for title in ("latency", "TTFT", "ITL", "TPOT"):
            self.assertRegex(text, rf"\n  {title}, (us|ms)  +[\d. ]+\n")
        for title in ("rate  ", "tokens", "errors", "CPU   "):
            self.assertRegex(text, rf"\n  {title}    \d")


class Streams(unittest.TestCase):
    def test_a_pipe_has_100_columns_and_no_colour(self):
        done = run(*RUN)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(layout(done.stdout), layout(table_of(on_terminal(*RUN, NO_COLOR="1"))))
        self.assertNotIn(COLOUR, done.stdout + done.stderr)

    def test_the_context_is_two_lines_on_stderr(self):
        lines = run(*RUN).stderr.splitlines(keepends=True)
        self.assertRegex("".join(lines[:2]), rf"^{CONTEXT.pattern}$")
        self.assertNotIn("CPU", "".join(lines[2:]))
        self.assertNotIn("Library was built as DEBUG", "".join(lines))

    def test_an_api_that_was_not_named(self):
        # A run without arguments takes minutes, so the run is ended by its first line.
        with Terminal(PACELINE, columns=120) as terminal:
            terminal.wait_for(r"No API was named, so the requests go to the embedded endpoint; "
                              r"name an API with --paceline_url=URL")
            terminal.press("\x03")
            self.assertEqual(terminal.end(), 130)
        self.assertNotIn("No API was named", run(*RUN).stderr)


class Colours(unittest.TestCase):
    def test_a_terminal_has_them(self):
        text = on_terminal(*RUN)
        self.assertIn("\n\x1b[1mchat/complete\x1b[0m\n", text)
        self.assertRegex(text, r"\x1b\[3[23]m  [a-z]+(-bound)?\x1b\[0m\n")

    def test_no_color(self):
        self.assertNotIn(COLOUR, on_terminal(*RUN, NO_COLOR="1"))
        self.assertNotIn(COLOUR, on_terminal(*RUN, "--paceline_console=table", NO_COLOR="1"))

    def test_a_terminal_that_shows_none(self):
        self.assertNotIn(COLOUR, on_terminal(*RUN, TERM="dumb"))

    def test_the_flag_wins(self):
        self.assertIn(COLOUR, run(*RUN, "--benchmark_color=true").stdout)
        self.assertIn(COLOUR, on_terminal(*RUN, "--benchmark_color=true", NO_COLOR="1"))
        self.assertNotIn(COLOUR, on_terminal(*RUN, "--benchmark_color=false"))


class Locales(unittest.TestCase):
    def test_the_same_bytes(self):
        texts = [on_terminal(*RUN, LANG=locale, columns=200) for locale in ("C", "C.UTF-8")]
        self.assertEqual(*(layout(table_of(text)) for text in texts))
        self.assertTrue(texts[0].isascii())


class Views(unittest.TestCase):
    def test_google_benchmarks_table(self):
        text = run(*RUN, "--paceline_console=table").stdout
        self.assertRegex(text, r"(?m)^Benchmark +Time +CPU +Iterations ")
        self.assertRegex(text, r"(?m)^chat/complete/rpm:0/parallel:10\S* +[\d.]+ us ")

    def test_json_is_json(self):
        self.assertTrue(run(*RUN, "--benchmark_format=json").stdout.startswith("{\n"))

    def test_another_view_is_refused(self):
        done = run(*RUN, "--paceline_console=long")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--paceline_console", done.stderr)
        self.assertIn("full", done.stderr)


class Repetitions(unittest.TestCase):
    def last_words(self, *arguments):
        text = run(*RUN, "--benchmark_repetitions=3", *arguments).stdout
        return [line.split()[-1] for line in layout(text).splitlines()[3:]]

    def test_aggregates_follow(self):
        self.assertEqual(self.last_words(), ["VERDICT"] * 3 + ["mean", "median", "stddev", "cv"])

    def test_aggregates_only(self):
        self.assertEqual(self.last_words("--benchmark_display_aggregates_only=true"),
                         ["mean", "median", "stddev", "cv"])


class CutShort(unittest.TestCase):
    def test_its_figures_are_shown(self):
        with Terminal(PACELINE, "--paceline_rpm=600", "--paceline_requests=100000", "--paceline_parallel=10",
                      "--paceline_progress=on", columns=100) as terminal:
            terminal.wait_for(r"\b[1-9]\d* of 100\.0k")
            terminal.press("\x03")
            self.assertEqual(terminal.end(), 130)
        table = terminal.text.split("verdict\r\n")[-1]
        self.assertRegex(table, r"^ +10 +600 +\d")


if __name__ == "__main__":
    unittest.main()
