"""Reads results as paceline writes them with --benchmark_out: Google Benchmark's JSON."""

import datetime
import math
import re
import statistics
from dataclasses import dataclass, field
from pathlib import Path

from ..timeline import timeline_of
from .errors import ReportError
from .json_file import NAME_A_RESULT, parse_json, read_text
from .words import UNITS, harmless, rate_text, shortened

VERDICTS = ("paced", "parallel-bound", "server-bound", "client-bound", "rate-limited", "failing")
# Share of the rate asked for that counts as kept, in results without a verdict.
HELD = 0.99
TOLERATED_ERRORS = 0.01
ERROR_KINDS = {"http_429": "429", "http_4xx": "other 4xx", "http_5xx": "5xx", "connects": "connect",
               "timeouts": "timeout", "resets": "reset", "bad_responses": "bad response",
               "other_errors": "other"}

NAME = re.compile(r"(?P<workload>.+?)/rpm:(?P<rpm>\d{1,15})/parallel:(?P<parallel>\d{1,15})"
                  r"(?P<rest>(/.*)?)")
LONGEST_LABEL = 60
# The fields of a row that are not numbers.
TEXTS = ("name", "run_name", "run_type", "time_unit", "label", "aggregate_name", "aggregate_unit",
         "error_message", "skip_message")
# Counters without which a row is left out.
NEEDED = ("real_time", "p50", "p99", "rpm")
# Parts of a name that Google Benchmark adds and that every run has. All other parts are arguments of
# the suite, and the threads.
ADDED = re.compile(r"(iterations|repeats|min_time|min_warmup_time):.*|threads:1|manual_time|real_time"
                   r"|process_time")


@dataclass
class Cell:
    """One workload at one rpm (0: unpaced) and parallel, with all its repetitions. Several threads are
    part of the workload's name.
    """

    workload: str
    rpm: int
    parallel: int
    # If only aggregates are left, of several threads, up to threads - 1 requests too few.
    requests: int
    threads: int = 1
    rows: list = field(default_factory=list)
    # The first repetition over time; None if the result does not have it.
    timeline: object = None

    @property
    def key(self):
        return self.rpm, self.parallel

    def values(self, counter):
        """The counter of each repetition; times in seconds."""
        return [row[counter] for row in self.rows if counter in row]

    def value(self, counter):
        """The median over the repetitions; None if no repetition has the counter."""
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
        """The most common verdict of the repetitions' labels; None if no label has one."""
        words = [re.split(r"[\s:,;]", label, maxsplit=1)[0] for label in self.labels]
        words = [word for word in words if word in VERDICTS]
        return statistics.mode(words) if words else None

    @property
    def was_cut_short(self):
        return any("cut short" in label for label in self.labels)

    @property
    def had_rate_changed(self):
        """Whether somebody changed the rate by hand during a repetition."""
        return any("rate changed to " in label for label in self.labels)

    @property
    def missed_objective(self):
        """Whether a probe of a search missed the conditions."""
        return any("; missed: " in label for label in self.labels)

    @property
    def asked_share(self):
        """The achieved share of the rate asked for; None for an unpaced run."""
        return self.value("rpm") / self.rpm if self.rpm else None

    @property
    def error_share(self):
        return (self.value("errors") or 0) / self.requests

    @property
    def error_kinds(self):
        """Failed requests by kind, if the result has kinds: {"429": 12}."""
        found = {name: self.value(counter) for counter, name in ERROR_KINDS.items()}
        others = (self.value("errors") or 0) - sum(count or 0 for count in found.values())
        # Medians of several repetitions need not add up.
        if len(self.rows) == 1 and others > 0:
            found["other"] = others
        return {name: count for name, count in found.items() if count}

    @property
    def is_held(self):
        """Whether the rate asked for was kept and the responses were good."""
        if (not self.rpm or self.was_cut_short or self.had_rate_changed
                or self.missed_objective):
            return False
        if self.verdict:
            return self.verdict == "paced"
        return self.asked_share >= HELD and self.error_share <= TOLERATED_ERRORS

    @property
    def verdict_text(self):
        """The verdict in one or two words; without one, derived from rate and errors."""
        if self.was_cut_short:
            return "cut short"
        if self.had_rate_changed:
            return "rate changed"
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
    """One result file."""

    path: Path
    context: dict
    cells: list
    # Real times in seconds of every row by run_name, percentile rows too; one per repetition.
    times: dict
    has_repetitions: bool
    # The name of the result on a page with several results.
    label: str = ""

    def workloads(self):
        return list(dict.fromkeys(cell.workload for cell in self.cells))

    def of(self, workload):
        """The cells of a workload by (rpm, parallel)."""
        return {cell.key: cell for cell in self.cells if cell.workload == workload}

    @property
    def date(self):
        """Start time of the program with its zone; None if the context has no date."""
        try:
            date = datetime.datetime.fromisoformat(self.context.get("date", ""))
        except ValueError:
            return None
        return date.astimezone()


def read_results(paths):
    """Reads the files in order, and gives each result a unique label."""
    results = [read_result(path) for path in paths]
    stems = [path.stem for path in paths]
    labels = [shortened(harmless(stem if stems.count(stem) == 1 else str(path)), LONGEST_LABEL)
              for path, stem in zip(paths, stems)]
    for place, (result, label) in enumerate(zip(results, labels), 1):
        result.label = label if labels.count(label) == 1 else f"{place}. {label}"
    return results


def read_result(path):
    rows, context = read_rows(path)
    repetitions = [row for row in rows if row.get("run_type") != "aggregate"]
    medians = [row for row in rows if row.get("aggregate_name") == "median"]
    chosen = repetitions or medians
    try:
        cells = collect_cells(chosen)
        times = collect_times(chosen)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise ReportError(f"'{path}' is damaged: a row lacks or misstates {error}; measure again "
                          "with --benchmark_out") from error
    if not cells:
        raise ReportError(
            f"'{path}' holds no run of paceline: no row name has rpm and parallel, or every run "
            f"failed; {NAME_A_RESULT}")
    return Result(Path(path), context, cells, times, bool(repetitions))


def is_number(value):
    try:
        return isinstance(value, (int, float)) and math.isfinite(value)
    except OverflowError:
        return False


def clean_row(row):
    """The texts of a row, made harmless, its finite numbers, and its timeline as it is."""
    return ({key: harmless(row[key]) for key in TEXTS if isinstance(row.get(key), str)}
            | {key: row[key] for key in ("timeline",) if key in row}
            | {harmless(key): value for key, value in row.items()
               if key not in TEXTS and is_number(value)})


def clean_context(context):
    if not isinstance(context, dict):
        return {}
    return {key: harmless(str(value)) for key, value in context.items()
            if isinstance(value, (str, int, float))}


def read_rows(path, with_failed=False):
    """Returns the rows and the context; `with_failed` adds the rows of failed runs."""
    return parse_rows(read_text(path), path, with_failed)


def parse_rows(text, path, with_failed=False):
    """As read_rows(), of the text that `path` holds."""
    content = parse_json(text, path)
    if not isinstance(content, dict) or not isinstance(content.get("benchmarks"), list):
        raise ReportError(f"'{path}' is JSON but not a result: it has no list \"benchmarks\"; "
                          f"{NAME_A_RESULT}")
    rows = [clean_row(row) for row in content["benchmarks"] if isinstance(row, dict)]
    if not with_failed:
        rows = [row for row in rows if not row.get("error_occurred") and not row.get("skipped")]
    return rows, clean_context(content.get("context"))


def collect_cells(rows):
    """Groups rows into cells. Percentile rows have no counters and are left out."""
    cells = {}
    for row in rows:
        name = NAME.fullmatch(row.get("run_name", ""))
        if not name or any(counter not in row for counter in NEEDED):
            continue
        knobs = [part for part in name["rest"].split("/") if part and not ADDED.fullmatch(part)]
        workload = " ".join([name["workload"], *knobs])
        rpm, parallel = int(name["rpm"]), int(name["parallel"])
        cell = cells.setdefault((workload, rpm, parallel), Cell(
            workload, rpm, parallel, requests_of(row, name["rest"]), threads_of(row),
            timeline=timeline_of(row)))
        cell.rows.append(row)
    # Unpaced counts as faster than any rate.
    return sorted(cells.values(), key=lambda cell: (cell.rpm or float("inf"), cell.parallel))


def run_text(run_name):
    """The workload, rpm and parallel of a row's run_name, as text."""
    name = NAME.fullmatch(run_name)
    if not name:
        return run_name
    text = f"{name['workload']}, {rate_text(int(name['rpm']))}, parallel {int(name['parallel']):,}"
    threads = re.search(r"/threads:(\d{1,15})", name["rest"])
    return f"{text}, {int(threads[1])} threads" if threads and int(threads[1]) > 1 else text


def requests_of(row, rest):
    """The requests of a row. An aggregate's iterations are repetitions; its name has the requests of
    each thread, rounded down.
    """
    named = re.search(r"/iterations:(\d{1,15})", rest)
    if named and row.get("run_type") == "aggregate":
        return int(named[1]) * threads_of(row)
    return int(row["iterations"])


def threads_of(row):
    return int(row.get("threads") or 1)


def collect_times(rows):
    times = {}
    for row in rows:
        if "run_name" in row and "real_time" in row:
            seconds = row["real_time"] * UNITS[row["time_unit"]]
            times.setdefault(row["run_name"], []).append(seconds)
    return times
