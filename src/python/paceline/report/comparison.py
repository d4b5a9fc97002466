"""Compares each further result with the first, by the U test of benchmarks/compare."""

from dataclasses import dataclass

from .changes import (ALPHA, GOOD_REPETITIONS, Change, correct_by_holm, repetitions_needed, u_test)
from .words import count_text


@dataclass
class Comparison:
    """`new` against `old`: one change per row of the same name, percentile rows too."""

    old: str
    new: str
    changes: list
    # Whether SciPy is installed, which the U test needs.
    could_test: bool

    @property
    def tested(self):
        return [change for change in self.changes if change.p is not None]

    @property
    def moved(self):
        return [change for change in self.changes if change.is_supported()]

    def by_run(self):
        """The changes of each run, by row: "mean", "p99" and so on."""
        names = {change.name for change in self.changes}
        runs = {}
        for change in self.changes:
            stem, _, last = change.name.rpartition("/")
            run, row = (stem, last) if stem in names else (change.name, "mean")
            runs.setdefault(run, {})[row] = change
        return runs

    @property
    def sentence(self):
        """The outcome, in words."""
        if not self.changes:
            return (f"{self.new} and {self.old} have no row of the same name. Measure both with "
                    "the same rpm, parallel and requests.")
        if not self.could_test:
            return ("The changes are not tested, because the U test needs SciPy. Install it, on "
                    "Debian as python3-scipy.")
        if not self.tested:
            return ("The changes are not tested, because the U test needs the repetitions of both "
                    f"sides. Measure both with --benchmark_repetitions={GOOD_REPETITIONS} and without "
                    "--benchmark_report_aggregates_only.")
        return self.moved_text() + self.reliability_text()

    def moved_text(self):
        slower = sum(change.new > change.old for change in self.moved)
        faster = len(self.moved) - slower
        rows = count_text(len(self.tested), "row")
        if not self.moved:
            return f"No support for any change from {self.old} to {self.new} in {rows}."
        directions = [f"{count:,} {word}" for count, word in ((slower, "slower"), (faster, "faster"))
                      if count]
        return (f"From {self.old} to {self.new}, {len(self.moved):,} of {rows} moved: "
                f"{' and '.join(directions)}.")

    def reliability_text(self):
        fewest = min(change.repetitions for change in self.tested)
        needed = repetitions_needed(len(self.tested))
        if fewest < needed:
            return (f" Too few repetitions: with {fewest}, no change can be supported at {ALPHA:g}. "
                    f"Measure with --benchmark_repetitions={max(needed, GOOD_REPETITIONS)}.")
        if fewest < GOOD_REPETITIONS:
            return (f" With {fewest} repetitions, the U test is not reliable. Measure with "
                    f"--benchmark_repetitions={GOOD_REPETITIONS}.")
        return ""


def compare(old, new):
    changes = [Change(name, old.times[name], new.times[name])
               for name in old.times if name in new.times]
    could_test = True
    if old.has_repetitions and new.has_repetitions:
        try:
            for change in changes:
                change.p = u_test(change.old_times, change.new_times)
        except ImportError:
            could_test = False
    correct_by_holm(changes)
    return Comparison(old.label, new.label, changes, could_test)


def compare_all(results):
    """Compares every other result with the first."""
    return [compare(results[0], other) for other in results[1:]]
