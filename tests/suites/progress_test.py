"""Watches on a terminal, and in a file, how the built `paceline` tells how a run goes.

Needs PACELINE, the path of the program.
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unittest
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from program import PACELINE, run

# A second and a half.
RUN = ["--paceline_rpm=6000", "--paceline_parallel=20", "--paceline_requests=150",
       "--paceline_endpoint_latency=20ms", "--benchmark_counters_tabular=false"]
CLEAR = "\r\x1b[K"
BAR = re.compile(r"\r\[(#*)(-*)\]  \d+%  (\d+) of (\d+)  \d+:\d\d left  \d+ of 6000 RPM  \d+ in flight"
                 r"  p50 [\d.]+ m?s  p99 [\d.]+ m?s  0 errors\x1b\[K")


def on_terminal(*arguments, columns=140, kind="xterm"):
    """All that the program writes on a terminal that has its stdout and stderr."""
    terminal, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    with subprocess.Popen([PACELINE, *arguments], stdout=inside, stderr=inside,
                          env={**os.environ, "TERM": kind}) as process:
        os.close(inside)
        written = b""
        while True:
            try:
                piece = os.read(terminal, 65536)
            except OSError:  # all have closed it
                break
            if not piece:
                break
            written += piece
    os.close(terminal)
    assert process.returncode == 0, written
    return written.decode()


RUNS = {
    "one": partial(on_terminal, *RUN),
    "two": partial(on_terminal, *RUN, "--benchmark_repetitions=2"),
    "warm-up": partial(on_terminal, *RUN, "--paceline_warmup=100"),
    "narrow": partial(on_terminal, *RUN, columns=40),
    "search": partial(on_terminal, "--paceline_find_max=p99<10s,errors<50%", "--paceline_rpm=6000,6000",
                      "--paceline_requests=100"),
    "off": partial(on_terminal, *RUN, "--paceline_progress=off"),
    # This terminal controls no program, so it has no keys for one.
    "no keys": partial(on_terminal, *RUN, "--paceline_progress=screen"),
    "dumb": partial(on_terminal, *RUN, kind="dumb"),
    "file": partial(run, *RUN),
    # Twelve seconds.
    "long file": partial(run, "--paceline_rpm=600", "--paceline_parallel=20", "--paceline_requests=120",
                         "--paceline_progress=on"),
}


# The output of each run.
told = {}


def setUpModule():
    # Side by side, since each mostly waits.
    with ThreadPoolExecutor(len(RUNS)) as pool:
        told.update({name: pool.submit(start) for name, start in RUNS.items()})


class Terminal(unittest.TestCase):
    def test_a_bar_that_grows_and_is_cleared_before_the_row(self):
        written = told["one"].result()
        bars = list(BAR.finditer(written))
        self.assertGreaterEqual(len(bars), 2, written)
        done = [int(bar[3]) for bar in bars]
        self.assertEqual(done, sorted(done))
        for bar in bars:
            self.assertEqual(int(bar[4]), 150)
            self.assertEqual(len(bar[1]), int(bar[3]) * (len(bar[1]) + len(bar[2])) // 150)
        # Nothing but the table, which begins on a clean line, comes after the last bar.
        rest = written[bars[-1].end():]
        self.assertTrue(rest.startswith(CLEAR), rest[:80])
        self.assertIn("chat/complete", rest)
        self.assertEqual(rest.count("\x1b[K"), 1)

    def test_each_run_has_its_own(self):
        self.assertEqual(told["two"].result().count(CLEAR), 2)

    def test_warm_up_is_told(self):
        self.assertRegex(told["warm-up"].result(), r"\r\[-+\]  0%  warm-up  ")

    def test_a_line_is_never_as_wide_as_the_terminal(self):
        lines = re.findall(r"\r([^\r\n]+)\x1b\[K", told["narrow"].result())
        self.assertGreaterEqual(len(lines), 2)
        for line in lines:
            self.assertLess(len(line), 40)

    def test_each_probe_of_a_search_has_its_own(self):
        self.assertRegex(told["search"].result(),
                         re.escape(CLEAR) + "chat/complete at 6000 RPM: ")

    def test_off_writes_none(self):
        self.assertNotIn("\x1b[K", told["off"].result())

    def test_a_terminal_without_keys_gets_it_instead_of_the_screen(self):
        self.assertGreaterEqual(len(BAR.findall(told["no keys"].result())), 2)
        self.assertNotIn("\x1b[?1049h", told["no keys"].result())

    def test_a_terminal_that_clears_nothing_gets_none(self):
        self.assertNotIn("in flight", told["dumb"].result())


class File(unittest.TestCase):
    def test_gets_nothing_by_itself(self):
        self.assertNotIn("in flight", told["file"].result().stderr)

    def test_gets_a_line_each_ten_seconds(self):
        done = told["long file"].result()
        lines = re.findall(r"^chat/complete rpm:600 parallel:20: \d+%, \d+ of 120, 0:\d\d left, "
                           r"\d+ of 600 RPM, \d+ in flight, p50 [\d.]+ m?s, p99 [\d.]+ m?s, "
                           r"0 errors$", done.stderr, re.MULTILINE)
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertNotIn("\x1b", done.stderr)


if __name__ == "__main__":
    unittest.main()
