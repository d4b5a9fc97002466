"""Tests whether times differ between two results, for benchmarks/compare and the page: the U test
that compare.py uses, with Holm's correction for many rows.
"""

import statistics
from dataclasses import dataclass

from .words import time_text

# With fewer repetitions, compare.py calls its U test unreliable.
GOOD_REPETITIONS = 9
ALPHA = 0.05


@dataclass
class Change:
    """One row of both results; the times are in seconds, one per repetition."""

    name: str
    old_times: list
    new_times: list
    # The p-value of the U test; None if not tested.
    p: float = None
    # After Holm's correction for all tested rows.
    holm_p: float = None

    @property
    def old(self):
        return statistics.median(self.old_times)

    @property
    def new(self):
        return statistics.median(self.new_times)

    @property
    def share(self):
        return (self.new - self.old) / self.old if self.old else float("nan")

    @property
    def repetitions(self):
        """The repetitions of the side that has fewer."""
        return min(len(self.old_times), len(self.new_times))

    def is_supported(self, alpha=ALPHA):
        return self.holm_p is not None and self.holm_p <= alpha


def u_test(old, new):
    """The p-value of compare.py; None if a side has no repetitions."""
    from scipy.stats import mannwhitneyu  # only a comparison needs SciPy
    if min(len(old), len(new)) < 2:
        return None
    return float(mannwhitneyu(old, new, alternative="two-sided").pvalue)


def correct_by_holm(changes):
    """Sets holm_p, and returns the tested changes, lowest p first."""
    tested = sorted((change for change in changes if change.p is not None),
                    key=lambda change: change.p)
    highest = 0.0
    for place, change in enumerate(tested):
        highest = max(highest, min(1.0, change.p * (len(tested) - place)))
        change.holm_p = highest
    return tested


def lowest_p(repetitions):
    """The p-value of two samples of `repetitions` values without overlap."""
    return u_test(range(repetitions), range(repetitions, 2 * repetitions))


def repetitions_needed(rows, alpha=ALPHA):
    return next((n for n in range(2, 200) if lowest_p(n) * rows <= alpha), 200)


def verdict_text(change, alpha=ALPHA):
    if change.holm_p is None:
        return "not tested"
    p = "p < 0.0001" if change.holm_p < 0.0001 else f"p = {change.holm_p:.4f}"
    if not change.is_supported(alpha):
        return f"no support for a change ({p})"
    return f"{'slower' if change.new > change.old else 'faster'} ({p})"


def medians_text(change):
    return f"{time_text(change.old, 4)} -> {time_text(change.new, 4)}"
