"""Results as plain tables, for readers without Matplotlib."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, List, Sequence

from .report.words import number_text, rate_text, time_text

if TYPE_CHECKING:
    from .result import Row

COLUMNS = ("workload", "asked", "rpm", "parallel", "requests", "p50", "p99", "errors", "verdict")
# The columns with text; the others are numbers.
TEXTS = {"workload", "verdict"}


def cells(row: Row) -> List[str]:
    """The values of COLUMNS for people to read."""
    counters = row.counters
    times = [time_text(counters[name]) if name in counters else "" for name in ("p50", "p99")]
    threads = f" threads:{row.threads}" if row.threads > 1 else ""
    return [row.workload + threads, "" if row.rpm_asked is None else rate_text(row.rpm_asked),
            number_text(row.rpm), "" if row.parallel is None else str(row.parallel),
            f"{row.iterations:,}", *times, number_text(counters.get("errors", 0)),
            row.verdict or ""]


def text_table(rows: Sequence[Row]) -> str:
    lines = [list(COLUMNS), *map(cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join("  ".join(
        cell.ljust(width) if name in TEXTS else cell.rjust(width)
        for name, cell, width in zip(COLUMNS, line, widths)).rstrip() for line in lines)


def html_table(rows: Sequence[Row]) -> str:
    head = "".join(f"<th>{name}</th>" for name in COLUMNS)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells(row)) + "</tr>"
                   for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
