"""One workload of the page: its cells in every result, side by side."""

import re
from dataclasses import dataclass

from .drawing import Table
from .words import FINISHES, number_text, optional_time_text, rate_text, share_text


@dataclass
class Side:
    """The part of one result."""

    label: str
    # By (rpm, parallel).
    cells: dict
    # LoggedCells of the cells that a log has, by (rpm, parallel).
    logged: dict


@dataclass
class View:
    workload: str
    sides: list
    # Unique prefix for the ids of the view's elements.
    slug: str = "workload"

    @property
    def compares(self):
        return len(self.sides) > 1

    @property
    def keys(self):
        """Every (rpm, parallel), slowest rate first; unpaced comes last."""
        keys = {key for side in self.sides for key in side.cells}
        return sorted(keys, key=lambda key: (key[0] or float("inf"), key[1]))

    @property
    def shared_keys(self):
        return [key for key in self.keys if all(key in side.cells for side in self.sides)]

    @property
    def rates(self):
        return list(dict.fromkeys(rpm for rpm, _ in self.keys))

    @property
    def parallels(self):
        return sorted({parallel for _, parallel in self.keys})

    @property
    def cells(self):
        return [cell for side in self.sides for cell in side.cells.values()]

    def has(self, counter):
        return any(cell.value(counter) is not None for cell in self.cells)

    def table(self, *columns):
        """One row per cell and side: `columns` are (heading, function of a cell)."""
        headings = ["rpm asked", "parallel", *(heading for heading, _ in columns)]
        rows = []
        for key in self.keys:
            for side in self.sides:
                if key not in side.cells:
                    continue
                named = [rate_heading(key[0]), f"{key[1]:,}"] + [side.label] * self.compares
                rows.append(named + [of(side.cells[key]) for _, of in columns])
        if self.compares:
            headings.insert(2, "result")
        return Table(headings, rows)

    def times(self, *counters):
        """Columns of these times, without those that no cell has."""
        return [time_of(counter) for counter in counters if self.has(counter)]

    def numbers(self, **counters):
        """Columns of these counters, named by their headings, without those that no cell has."""
        return [number_of(heading, counter) for counter, heading in counters.items()
                if self.has(counter)]

    def finishes(self):
        """Columns of why responses ended, and of valid tool calls."""
        headings = {counter: f"ended by {reason}" for counter, reason in FINISHES.items()}
        return [share_of(heading, counter)
                for counter, heading in (headings | {"tool_calls_valid": "valid tool calls"}).items()
                if self.has(counter)]

    def focus(self):
        """The (rpm, parallel) that represents the workload: the highest rate that every side kept,
        with the lowest p99; if no rate was kept, the highest achieved rate.
        """
        keys = self.shared_keys or self.keys
        cells = {key: [side.cells[key] for side in self.sides if key in side.cells] for key in keys}
        held = [key for key in keys if all(cell.is_held for cell in cells[key])]
        if held:
            return max(held, key=lambda key: (key[0], -cells[key][0].value("p99")))
        return max(keys, key=lambda key: cells[key][0].value("rpm"))


def views_of(results, logged):
    """One view per workload, in the order of the first result that has the workload."""
    workloads = dict.fromkeys(name for result in results for name in result.workloads())
    return [View(workload, [
        Side(result.label, result.of(workload),
             {key[1:]: cell for key, cell in of_result.items() if key[0] == workload})
        for result, of_result in zip(results, logged) if result.of(workload)], slug)
        for workload, slug in slugs_of(workloads).items()]


def slugs_of(workloads):
    """A unique name for each workload that is valid in HTML ids."""
    slugs = {}
    for place, workload in enumerate(workloads, 1):
        slug = re.sub(r"[^a-z0-9]+", "-", workload.lower())[:40].strip("-") or "workload"
        slugs[workload] = slug if slug not in slugs.values() else f"{slug}-{place}"
    return slugs


def rate_heading(rpm):
    return number_text(rpm) if rpm else "unpaced"


def key_text(key):
    rpm, parallel = key
    return f"{rate_text(rpm)}, parallel {parallel:,}"


def time_of(counter):
    """A column of a table."""
    return counter.replace("_", " "), lambda cell: optional_time_text(cell.value(counter))


def number_of(heading, counter):
    def of(cell):
        value = cell.value(counter)
        return "" if value is None else number_text(round(value, 2))
    return heading, of


def share_of(heading, counter):
    def of(cell):
        value = cell.value(counter)
        return "" if value is None else share_text(value)
    return heading, of


VERDICT = ("verdict", lambda cell: cell.verdict_text)
