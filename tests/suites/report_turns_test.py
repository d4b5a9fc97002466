"""Turns of sessions on the page of paceline_report."""

import re
import unittest

from report_fixture import Folder, row


def turns(*times, factor=1, **more):
    """Counters of turns with these median times to first token, in seconds."""
    counters = {}
    for number, time in enumerate(times, 1):
        counters |= {f"turn{number}_requests": 10.0, f"turn{number}_errors": 0.0,
                     f"turn{number}_p50": factor * 2 * time, f"turn{number}_p99": factor * 4 * time,
                     f"turn{number}_ttft_p50": factor * time,
                     f"turn{number}_ttft_p99": factor * 3 * time,
                     f"turn{number}_tokens_in": 40.0 * number,
                     f"turn{number}_cached_tokens": 40.0 * (number - 1)}
    return counters | more


class Turns(Folder):
    def figure(self, page):
        found = re.search(r'<figure id="chat-complete-turns">(.*?)</figure>', page, re.DOTALL)
        return found and found[1]

    def test_of_one_result(self):
        figure = self.figure(self.make_page(self.write_result(row(**turns(0.02, 0.03, 0.05)))))
        for text in ("time to first token", "tokens of the prompt",
                     "turn 1 ttft p50 20.0 ms, ttft p99 60.0 ms, tokens in 40, cached tokens 0; "
                     "turn 2 ttft p50 30.0 ms", "turn 3: ttft p99 150 ms",
                     "turn 3: cached tokens 80"):
            self.assertIn(text, figure)

    def test_of_two_results(self):
        figure = self.figure(self.make_page(
            self.write_result(row(**turns(0.02, 0.03)), name="a.json"),
            self.write_result(row(**turns(0.02, 0.03, factor=2)), name="b.json")))
        for text in ("a: turn 1 ttft p50 20.0 ms", "b: turn 1 ttft p50 40.0 ms",
                     "b, turn 2: ttft p50 60.0 ms"):
            self.assertIn(text, figure)

    def test_without_streams_the_latency_is_drawn(self):
        counters = {name: value for name, value in turns(0.02, 0.03).items()
                    if "ttft" not in name and "tokens" not in name}
        figure = self.figure(self.make_page(self.write_result(row(**counters))))
        self.assertIn("turn 2 p50 60.0 ms, p99 120 ms", figure)
        self.assertNotIn("tokens of the prompt", figure)

    def test_without_sessions_there_is_none(self):
        self.assertIsNone(self.figure(self.make_page(self.write_result(row()))))


if __name__ == "__main__":
    unittest.main()
