"""The lines that explain verdicts after the last run.

Needs PACELINE, the path of the program.
"""

import os
import subprocess
import unittest

from terminal import Terminal

# One request of 50 ms at a time is less than the rate asked for on any machine.
BOUND = [os.environ["PACELINE"], "--paceline_rpm=6000", "--paceline_parallel=1",
         "--paceline_requests=20", "--paceline_endpoint_latency=50ms", "--paceline_progress=off"]
ROW = "chat/complete rpm:6000 parallel:1: "
COLUMNS = 60


def lines_after_heading(text):
    return text.replace("\r", "").split("\nWhat bounded the runs:\n")[1].rstrip("\n").split("\n")


class VerdictLines(unittest.TestCase):
    def test_a_terminal_wraps_them_at_words(self):
        with Terminal(*BOUND, columns=COLUMNS) as terminal:
            self.assertEqual(terminal.end(), 0)
        first, *more = lines_after_heading(terminal.text)
        self.assertTrue(first.startswith("  " + ROW), first)
        self.assertTrue(more)
        for line in more:
            self.assertRegex(line, r"^ {4}\S")
            self.assertLessEqual(len(line), COLUMNS)

    def test_a_pipe_has_one_line(self):
        done = subprocess.run(BOUND, capture_output=True, text=True, timeout=60, check=True)
        (line,) = lines_after_heading(done.stderr)
        self.assertTrue(line.startswith("  " + ROW), line)
        self.assertGreater(len(line), COLUMNS)


if __name__ == "__main__":
    unittest.main()
