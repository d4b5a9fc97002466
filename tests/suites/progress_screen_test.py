"""Watches the live screen of the built `paceline` on a terminal, and presses its keys.

Needs PACELINE, the path of the program.
"""

import json
import os
import re
import signal
import tempfile
import unittest
from pathlib import Path

from program import PACELINE, run
from scripted_api import ScriptedApi
from terminal import Terminal

BEGIN = "\x1b[?1049h"
END = "\x1b[?1049l"
SCREEN = ["--paceline_progress=screen", "--paceline_rows="]
# Ends when it is told to.
LONG = ["--paceline_rpm=6000", "--paceline_parallel=50", "--paceline_requests=1000000",
        "--paceline_endpoint_latency=20ms", *SCREEN]
SHORT = ["--paceline_rpm=6000", "--paceline_parallel=50", "--paceline_requests=200",
         "--paceline_endpoint_latency=20ms", *SCREEN]
# The sanitizers would handle this signal in place of the program.
SANITIZERS = {name: f"{os.environ.get(name, '')}:handle_segv=0"
              for name in ("ASAN_OPTIONS", "TSAN_OPTIONS")}


def pattern(text):
    return re.escape(text)


class Screen(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name) / "out.json"

    def terminal(self, *arguments, **options):
        terminal = Terminal(PACELINE, *arguments, f"--benchmark_out={self.out}", **options)
        self.addCleanup(terminal.__exit__)
        return terminal

    def row(self):
        (row,) = json.loads(self.out.read_text())["benchmarks"]
        return row

    def assert_given_back(self, terminal):
        self.assertEqual(terminal.text.count(BEGIN), terminal.text.count(END))
        self.assertTrue(terminal.is_as_before)
        self.assertGreater(terminal.text.rfind("\x1b[?25h"), terminal.text.rfind("\x1b[?25l"))


class Runs(Screen):
    def test_each_has_its_screen_and_leaves_its_row(self):
        terminal = self.terminal(*SHORT, "--benchmark_repetitions=2")
        self.assertEqual(terminal.end(), 0, terminal.text)
        before, first, between, second, after = re.split(
            f"{pattern(BEGIN)}|{pattern(END)}", terminal.text)
        for number, screen in ((1, first), (2, second)):
            self.assertIn("chat/complete rpm:6000 parallel:50", screen)
            self.assertIn(f"run {number} of 2", screen)
            self.assertRegex(screen, r"rate       \d+ RPM sent, 6000 asked")
            self.assertRegex(screen, r"in flight  \d+ of 50")
            self.assertRegex(screen, r"latency    p50 [\d.]+ ms, p99 [\d.]+ m?s")
            self.assertIn("errors     none", screen)
        self.assertIn("  parallel    asked ", between + after)
        self.assertNotIn("RPM sent", before + between + after)
        self.assert_given_back(terminal)

    def test_errors_have_their_kind_and_the_verdict_follows(self):
        with ScriptedApi(lambda number: (500, {}, 0) if number % 2 else (200, {}, 0)) as api:
            terminal = self.terminal(f"--paceline_url={api.url}", "--paceline_max_error_ratio=1",
                                     *LONG)
            terminal.wait_for(r"errors     (\x1b\[\d+m)?\d+: http_5xx \d+")
            terminal.wait_for("failing so far")
            terminal.press("q")
            self.assertEqual(terminal.end(), 130, terminal.text)

    def test_streams_have_tokens(self):
        terminal = self.terminal(*LONG, "--paceline_workload=chat/stream")
        terminal.wait_for(r"tokens     [\d.k]+ per second, ttft p50 [\d.]+ ms, p99 [\d.]+ m?s")
        terminal.press("q")
        terminal.end()


class Keys(Screen):
    def test_change_the_rate_by_a_tenth(self):
        terminal = self.terminal("--paceline_rpm=6000", "--paceline_parallel=100",
                                 "--paceline_requests=600", "--paceline_endpoint_latency=20ms",
                                 *SCREEN)
        terminal.wait_for("6000 asked")
        terminal.press("+")
        changed = terminal.wait_for("6600 asked")
        terminal.press("==")
        changed = terminal.wait_for("7800 asked", changed)
        terminal.press("-x\x1b")
        terminal.wait_for("7200 asked", changed)
        self.assertEqual(terminal.end(), 0, terminal.text)
        row = self.row()
        self.assertIn("/rpm:6000/", row["name"])
        # Keys that follow each other closely make one change.
        self.assertRegex(row["label"], r"; rate changed (to \d+ RPM at \d+\.\d s, )*"
                                       r"to 7200 RPM at \d+\.\d s \(mean \d+ RPM\)")
        # No request is lost, and none is sent twice.
        self.assertEqual((row["iterations"], row["errors"], row["retries"]), (600, 0, 0))
        mean = int(re.search(r"mean (\d+) RPM", row["label"])[1])
        self.assertGreater(mean, 6000)
        self.assertLess(mean, 7800)
        self.assertRegex(terminal.text, r"\r\n    rate changed .*to 7200 RPM at ")

    def test_q_stops_as_ctrl_c_does(self):
        terminal = self.terminal(*LONG, "--benchmark_repetitions=2")
        terminal.wait_for("RPM sent")
        terminal.press("qq")
        self.assertEqual(terminal.end(), 130, terminal.text)
        self.assertIn("cut short", self.row()["label"])
        self.assertIn("not run: the program was stopped before", terminal.text)
        self.assert_given_back(terminal)

    def test_there_is_no_rate_to_change(self):
        unpaced = self.terminal("--paceline_rpm=0", "--paceline_parallel=2",
                                "--paceline_requests=1000000", *SCREEN)
        unpaced.wait_for("no rate to change: the run is unpaced")
        unpaced.press("+")
        unpaced.press("q")
        self.assertEqual(unpaced.end(), 130, unpaced.text)
        self.assertNotIn("rate changed", self.row()["label"])

    def test_a_search_sets_its_rate(self):
        terminal = self.terminal("--paceline_find_max=p99<10s", "--paceline_rpm=6000,6000",
                                 "--paceline_requests=1000000", *SCREEN)
        terminal.wait_for("the search sets the rate")
        terminal.press("+q")
        self.assertEqual(terminal.end(), 130, terminal.text)
        self.assertNotIn("6600", terminal.text)


class Terminals(Screen):
    def test_a_small_one_has_the_line_until_it_grows(self):
        terminal = self.terminal(*LONG, columns=70, lines=10)
        terminal.wait_for(r"\r\[?.*%.* of 6000 RPM.*\x1b\[K")
        self.assertNotIn(BEGIN, terminal.text)
        terminal.resize(80, 24)
        grown = terminal.wait_for(pattern(BEGIN))
        grown = terminal.wait_for("RPM sent", grown)
        terminal.resize(60, 24)
        small = terminal.wait_for(pattern(END), grown)
        terminal.wait_for(r"\r\[?.*%.* of 6000 RPM.*\x1b\[K", small)
        terminal.press("\x03")
        self.assertEqual(terminal.end(), 130, terminal.text)
        self.assert_given_back(terminal)

    def test_a_line_of_the_screen_is_never_as_wide(self):
        terminal = self.terminal(*SHORT, columns=64, lines=20)
        self.assertEqual(terminal.end(), 0, terminal.text)
        screen = terminal.text.split(BEGIN)[1].split(END)[0]
        for line in re.split(r"\n|\x1b\[H", screen):
            shown = re.sub(r"\x1b\[[?\d]*[a-zA-Z]", "", line).rstrip("\r")
            self.assertLess(len(shown), 64, shown)

    def test_colours_and_blocks(self):
        expected = (({}, True, True), ({"NO_COLOR": "1"}, False, True),
                    ({"NO_COLOR": ""}, True, True), ({"LANG": "C"}, True, False),
                    ({"LC_ALL": "C"}, True, False),
                    ({"LANG": "de_DE.utf8", "NO_COLOR": "1"}, False, True))
        terminals = [self.terminal(*SHORT, **environment) for environment, *_ in expected]
        for terminal, (environment, has_colour, has_blocks) in zip(terminals, expected):
            with self.subTest(environment=environment):
                self.assertEqual(terminal.end(), 0, terminal.text)
                screen = terminal.text.split(BEGIN)[1].split(END)[0]
                self.assertEqual("\x1b[32m" in screen, has_colour)
                self.assertEqual("█" in screen, has_blocks)
                self.assertEqual(screen.isascii(), not has_blocks)

    def test_a_dumb_one_gets_no_escape_sequence(self):
        terminal = self.terminal(*SHORT, TERM="dumb")
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertNotIn(BEGIN, terminal.text)
        self.assertNotIn("\x1b[K", terminal.text)

    def test_a_file_gets_nothing(self):
        done = run(*SHORT)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("\x1b", done.stderr)
        self.assertNotIn("RPM", done.stderr.split("What bounded")[0])


class Signals(Screen):
    def test_one_gives_the_terminal_back_at_the_end(self):
        for sent in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=sent):
                terminal = self.terminal(*LONG)
                terminal.wait_for("RPM sent")
                self.assertFalse(terminal.is_as_before)
                terminal.process.send_signal(sent)
                self.assertEqual(terminal.end(), 128 + sent, terminal.text)
                self.assert_given_back(terminal)

    def test_a_second_one_gives_it_back_at_once(self):
        with ScriptedApi(lambda number: (200, {}, 0 if number < 5 else 60)) as api:
            terminal = self.terminal(f"--paceline_url={api.url}", *LONG)
            terminal.wait_for("RPM sent")
            terminal.process.send_signal(signal.SIGINT)
            # The requests in flight have two seconds; the handler has run when the key is told.
            terminal.process.send_signal(signal.SIGTERM)
            terminal.process.send_signal(signal.SIGTERM)
            self.assertIn(terminal.end(), (-signal.SIGTERM, 143, 130), terminal.text)
            self.assert_given_back(terminal)

    def test_a_crash_gives_it_back(self):
        for crash in (signal.SIGSEGV, signal.SIGABRT, signal.SIGQUIT):
            with self.subTest(signal=crash):
                terminal = self.terminal(*LONG, **SANITIZERS)
                terminal.wait_for("RPM sent")
                terminal.process.send_signal(crash)
                self.assertEqual(terminal.end(), -crash)
                self.assert_given_back(terminal)


class Jobs(Screen):
    """In a shell, which stops and continues the program."""

    def setUp(self):
        super().setUp()
        # dash leaves the modes of the terminal to its jobs.
        self.shell = Terminal("/bin/dash", "-i", PS1="$ ")
        self.addCleanup(self.shell.__exit__)
        self.command = " ".join([PACELINE, *(f"'{flag}'" for flag in LONG),
                                 f"--benchmark_out={self.out}"])

    def type(self, line):
        self.shell.press(line + "\n")

    def test_ctrl_z_gives_the_terminal_back_until_fg(self):
        self.type(self.command)
        begun = self.shell.wait_for("RPM sent")
        self.shell.press("\x1a")
        stopped = self.shell.wait_for("Stopped", begun)
        self.assert_given_back(self.shell)
        self.type("fg")
        again = self.shell.wait_for(pattern(BEGIN), stopped)
        again = self.shell.wait_for("RPM sent", again)
        self.shell.press("+")
        self.shell.wait_for("6600 asked", again)
        self.shell.press("q")
        ended = self.shell.wait_for(pattern(END), again)
        self.type("echo code $?")
        self.shell.wait_for("code 130", ended)

    def test_in_the_background_the_keys_are_the_shells(self):
        self.type(f"{self.command} & sleep 2; kill -INT $!; echo told")
        self.shell.wait_for(r"told\r\n")
        self.type("wait; echo code $?")
        self.shell.wait_for(r"code \d+\r\n")
        self.assertNotIn(BEGIN, self.shell.text)


if __name__ == "__main__":
    unittest.main()
