"""How often the summary of benchmarks/compare says that a row moved, over simulated pairs."""

import random
import statistics
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "src" / "python"))

from paceline.report.changes import ALPHA, Change, correct_by_holm, u_test  # noqa: E402  (the path comes first)


class ErrorRate(unittest.TestCase):
    """Of the summary, over simulated pairs."""

    def moved(self, draw, pairs):
        """How many pairs have a row that is said to have moved; `draw` gives the rows' values in one
        repetition of a side.
        """
        found = 0
        for _ in range(pairs):
            sides = [[draw(side) for _ in range(9)] for side in (0, 1)]
            changes = [Change(str(row), old, new, p=u_test(old, new))
                       for row, (old, new) in enumerate(zip(*(zip(*side) for side in sides)))]
            found += any(change.is_supported() for change in correct_by_holm(changes))
        return found

    def test_false_alarms_of_independent_rows(self):
        draws = random.Random(22)
        self.assertLessEqual(self.moved(lambda _: [draws.random() for _ in range(6)], 1_000),
                             ALPHA * 1_000)

    def test_false_alarms_of_the_percentiles_of_one_run(self):
        draws = random.Random(23)

        def draw(_):
            latencies = sorted(draws.lognormvariate(0, 0.5) for _ in range(60))
            return [statistics.fmean(latencies), *(latencies[place] for place in (30, 54, 59))]
        self.assertLessEqual(self.moved(draw, 1_000), ALPHA * 1_000)

    def test_a_change_beyond_the_noise_is_found(self):
        draws = random.Random(24)

        def draw(side):
            return [draws.gauss(10 + 5 * side * (row == 3), 1) for row in range(6)]
        self.assertGreaterEqual(self.moved(draw, 100), 99)


if __name__ == "__main__":
    unittest.main()
