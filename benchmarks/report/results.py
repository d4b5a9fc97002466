"""Reads results as paceline writes them with --benchmark_out: Google Benchmark's JSON."""

import datetime
import json
import re
import statistics
from dataclasses import dataclass, field
from pathlib import Path

from .errors import ReportError
from .words import UNITS, rate_text

VERDICTS = ("paced", "parallel-bound", "server-bound", "client-bound", "rate-limited", "failing")
# Of the rate asked for, where no verdict says whether it was kept.
HELD = 0.99
TOLERATED_ERRORS = 0.01
ERROR_KINDS = {"http_429": "429", "http_4xx": "other 4xx", "http_5xx": "5xx", "connects": "connect",
               "timeouts": "timeout", "resets": "reset", "bad_replies": "bad reply",
               "other_errors": "other"}

NAME = re.compile(r"(?P<workload>.+?)/rpm:(?P<rpm>\d+)/parallel:(?P<parallel>\d+)(?P<rest>(/.*)?)")
# Parts of a name that Google Benchmark adds; any other is a knob of the suite's own.
ADDED = re.compile(r"(iterations|repeats|threads|min_time|min_warmup_time):.*|manual_time|real_time"
                   r"|process_time")


@dataclass
class Cell:
    """One workload at one rpm (0: unpaced) and parallel, with all its repetitions."""

    workload: str
    rpm: int
    parallel: int
    requests: int
    rows: list = field(default_factory=list)

    @property
    def key(self):
        return self.rpm, self.parallel

    def values(self, counter):
        """Of each repetition; times in seconds."""
        return [row[counter] for row in self.rows if counter in row]

    def value(self, counter):
        """The median over the repetitions; None where no repetition has it."""
        values = self.values(counter)
        return statistics.median(values) if values else None

    @property
    def means(self):
        """The mean latency of each repetition."""
        return [row["real_time"] * UNITS[row["time_unit"]] for row in self.rows]

    @property
    def mean(self):
        return statistics.median(self.means)

    @property
    def labels(self):
        return [row["label"] for row in self.rows if row.get("label")]

    @property
    def verdict(self):
        """The commonest word of the repetitions' labels; None in results that have none."""
        words = [re.split(r"[\s:,;]", label, maxsplit=1)[0] for label in self.labels]
        words = [word for word in words if word in VERDICTS]
        return statistics.mode(words) if words else None

    @property
    def was_cut_short(self):
        return any("cut short" in label for label in self.labels)

    @property
    def missed_objective(self):
        """Of a search's probe: whether it missed what was searched for."""
        return any("; missed: " in label for label in self.labels)

    @property
    def asked_share(self):
        """Of the rate asked for that was achieved; None for an unpaced run."""
        return self.value("rpm") / self.rpm if self.rpm else None

    @property
    def error_share(self):
        return (self.value("errors") or 0) / self.requests

    @property
    def error_kinds(self):
        """Failed requests by kind, where the result has them: {"429": 12}."""
        found = {name: self.value(counter) for counter, name in ERROR_KINDS.items()}
        return {name: count for name, count in found.items() if count}

    @property
    def is_held(self):
        """Whether the rate asked for was kept and the replies were good."""
        if not self.rpm or self.was_cut_short or self.missed_objective:
            return False
        if self.verdict:
            return self.verdict == "paced"
        return self.asked_share >= HELD and self.error_share <= TOLERATED_ERRORS

    @property
    def verdict_text(self):
        """One or two words; where the result has no verdict, what its rate and errors say."""
        if self.was_cut_short:
            return "cut short"
        if self.missed_objective:
            return "missed"
        if self.verdict:
            return self.verdict
        if self.error_share > TOLERATED_ERRORS:
            return "errors"
        if not self.rpm:
            return "unpaced"
        return "rate held" if self.is_held else "below rate"


@dataclass
class Result:
    """One file."""

    path: Path
    context: dict
    cells: list
    # Every row by run_name, those of percentiles too: real times in seconds, one a repetition.
    times: dict
    has_repetitions: bool
    # What the page calls it beside others.
    label: str = ""

    def workloads(self):
        return list(dict.fromkeys(cell.workload for cell in self.cells))

    def of(self, workload):
        """The cells of a workload by (rpm, parallel)."""
        return {cell.key: cell for cell in self.cells if cell.workload == workload}

    @property
    def date(self):
        """When the program began, with its zone; None where the context does not say."""
        try:
            date = datetime.datetime.fromisoformat(self.context.get("date", ""))
        except ValueError:
            return None
        return date.astimezone()


def read_results(paths):
    """The files' results in order, each with a label of its own."""
    results = [read_result(path) for path in paths]
    stems = [path.stem for path in paths]
    for result, stem in zip(results, stems):
        result.label = stem if stems.count(stem) == 1 else str(result.path)
    return results


def read_result(path):
    rows, context = read_rows(path)
    repetitions = [row for row in rows if row.get("run_type") != "aggregate"]
    medians = [row for row in rows if row.get("aggregate_name") == "median"]
    chosen = repetitions or medians
    try:
        cells = collect_cells(chosen)
        times = collect_times(chosen)
    except (KeyError, TypeError, ZeroDivisionError) as error:
        raise ReportError(f"'{path}' is damaged: a row of it lacks or misstates {error}; measure "
                          "again with --benchmark_out.") from error
    if not cells:
        raise ReportError(
            f"'{path}' holds no run of paceline: its rows have no rpm and parallel in their names, "
            "or every run failed. Name a file that paceline wrote with --benchmark_out.")
    return Result(Path(path), context, cells, times, bool(repetitions))


def read_rows(path):
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except OSError as error:
        raise ReportError(f"Could not read '{path}': {error.strerror}.") from error
    except ValueError as error:
        raise ReportError(f"'{path}' is not JSON ({error}): name a file that paceline wrote with "
                          "--benchmark_out; an interrupted program may have left half of one."
                          ) from error
    if not isinstance(content, dict) or not isinstance(content.get("benchmarks"), list):
        raise ReportError(f"'{path}' is JSON, but no result: it has no list \"benchmarks\". Name a "
                          "file that paceline wrote with --benchmark_out.")
    rows = [row for row in content["benchmarks"]
            if isinstance(row, dict) and not row.get("error_occurred") and not row.get("skipped")]
    return rows, content.get("context") or {}


def collect_cells(rows):
    """Rows of a percentile have no counters, and are left out."""
    cells = {}
    for row in rows:
        name = NAME.fullmatch(row.get("run_name", ""))
        if not name or "p50" not in row or "rpm" not in row:
            continue
        knobs = [part for part in name["rest"].split("/") if part and not ADDED.fullmatch(part)]
        workload = " ".join([name["workload"], *knobs])
        rpm, parallel = int(name["rpm"]), int(name["parallel"])
        cell = cells.setdefault((workload, rpm, parallel), Cell(
            workload, rpm, parallel, requests=requests_of(row, name["rest"])))
        cell.rows.append(row)
    # Unpaced is faster than any rate.
    return sorted(cells.values(), key=lambda cell: (cell.rpm or float("inf"), cell.parallel))


def run_text(run_name):
    """The workload, rpm and parallel of a row's run_name, as people say them."""
    name = NAME.fullmatch(run_name)
    if not name:
        return run_name
    return f"{name['workload']}, {rate_text(int(name['rpm']))}, parallel {int(name['parallel']):,}"


def requests_of(row, rest):
    """An aggregate's iterations are its repetitions, so the name comes first."""
    named = re.search(r"/iterations:(\d+)", rest)
    threads = int(row.get("threads") or 1)
    return int(named[1]) * threads if named else int(row["iterations"])


def collect_times(rows):
    times = {}
    for row in rows:
        if "run_name" in row and "real_time" in row:
            seconds = row["real_time"] * UNITS[row["time_unit"]]
            times.setdefault(row["run_name"], []).append(seconds)
    return times
