"""Reads and condenses a log, the SQLite file that --paceline_log writes.

Reads one run at a time, and three values per request. A run of a million requests takes about 60 MB
and two seconds to read, and is then condensed to some hundred points. Times are in seconds.
"""

import contextlib
import os
import sqlite3
import statistics
import urllib.parse
from dataclasses import dataclass

import numpy

from .connects import Connects, connects_of, waited
from .errors import ReportError
from .parts import parts_of_log
from .words import count_text, list_text, rate_text

APPLICATION_ID = 0x70616365  # "pace"
SCHEMA_VERSION = 8

MILLISECOND = 1_000_000
SECOND = 1_000_000_000
MOST_BINS = 120
# With fewer requests in a bin, p99 is merely the slowest request.
REQUESTS_A_BIN = 30
CURVE_POINTS = 160
# Length of the window in the figure of sends.
WINDOW_MS = 200
# Largest relative difference of two equal mean latencies.
SAME_MEAN = 1e-6


@dataclass
class Curve:
    """The exact latency at shares of the requests; `shares` ascend from 0 to 1."""

    shares: numpy.ndarray
    latencies: numpy.ndarray
    requests: int


@dataclass
class TimeLine:
    """One run in bins of `width` seconds. NaN if a bin has no good response."""

    starts: numpy.ndarray
    width: float
    # Sends per minute.
    rpm: numpy.ndarray
    p50: numpy.ndarray
    p99: numpy.ndarray
    # Failed requests in each bin.
    errors: numpy.ndarray


@dataclass
class Sends:
    """The distribution of one run's sends over milliseconds, from the first send to the last."""

    # Number of milliseconds with 0, 1, 2, … sends.
    milliseconds_with: numpy.ndarray
    # Sends in each of WINDOW_MS milliseconds around the busiest, and the start of that window.
    window: numpy.ndarray
    window_start: float
    # Most sends in any 1 ms, 10 ms and 1 s, at any offset.
    most: dict
    # Mean sends per millisecond.
    mean: float


@dataclass
class LoggedCell:
    """One cell in the log. The curve, the connections and the parts cover all its runs, the rest only
    the first run.
    """

    runs: int
    curve: Curve
    connects: Connects
    time_line: TimeLine
    sends: Sends
    # As parts_of_log() returns them.
    parts: dict


def read_logs(paths, results):
    """Returns, for each result, LoggedCells by (workload, rpm, parallel)."""
    logged = [{} for _ in results]
    for path in paths:
        with contextlib.closing(open_log(path)) as log:
            try:
                read_log(log, path, results, logged)
            except sqlite3.Error as error:
                raise ReportError(f"cannot read the log '{path}': {error}") from error
    return logged


def read_log(log, path, results, logged):
    runs = list_runs(log, path)
    is_of_results = False
    for result, cells in zip(results, logged):
        for cell in result.cells:
            matching = runs_of(cell, result, runs)
            if matching:
                cells[(cell.workload, *cell.key)] = condense(log, matching)
                is_of_results = True
    if not is_of_results:
        raise ReportError(foreign_text(path, runs))


def open_log(path):
    if not os.path.isfile(path):
        raise ReportError(f"there is no log '{path}'; name the file that --paceline_log wrote")
    try:
        log = sqlite3.connect(f"file:{urllib.parse.quote(os.fsencode(path))}?mode=ro", uri=True)
        log.row_factory = sqlite3.Row
        application, = log.execute("PRAGMA application_id").fetchone()
        version, = log.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        raise ReportError(f"cannot read '{path}' as a log of paceline: {error}; name the file that "
                          "--paceline_log wrote") from error
    if application != APPLICATION_ID:
        raise ReportError(f"'{path}' is a database of another program; name the file that "
                          "--paceline_log wrote")
    if version > SCHEMA_VERSION:
        raise ReportError(f"the log '{path}' was written by a newer paceline; use the "
                          "paceline_report of that version")
    return log


def list_runs(log, path):
    """The runs with a good response, in the order of their starts."""
    runs = log.execute(
        "SELECT runs.*, (SELECT avg(done_ns - sent_ns) / 1e9 FROM requests "
        "WHERE requests.run = runs.run AND error IS NULL) AS mean FROM runs ORDER BY run").fetchall()
    runs = [run for run in runs if run["mean"] is not None]
    if not runs:
        raise ReportError(f"the log '{path}' is empty: it has no successful request")
    return runs


def runs_of(cell, result, runs):
    """The numbers of the cell's runs. A log may hold many runs of the same rpm and parallel. The
    result's date is that of its first row, so runs are matched by mean latency: no two have the same.
    """
    alike = [run for run in runs if (run["rpm"], run["parallel"]) == cell.key
             and cell.requests <= run["requests"] < cell.requests + cell.threads]
    if result.has_repetitions:
        found = [run["run"] for mean in cell.means for run in alike if is_equal(mean, run["mean"])]
        return list(dict.fromkeys(found))
    # Without repetitions, the result has only their median.
    repetitions = cell.rows[0].get("repetitions", 1)
    for begin in range(len(alike) - repetitions + 1):
        some = alike[begin:begin + repetitions]
        if is_equal(cell.mean, statistics.median(run["mean"] for run in some)):
            return [run["run"] for run in some]
    return []


def is_equal(mean, other):
    """Whether two means are equal within the result's rounding."""
    return abs(mean - other) <= SAME_MEAN * mean


def foreign_text(path, runs):
    kinds = dict.fromkeys((run["name"], rate_text(run["rpm"]), run["parallel"]) for run in runs)
    shown = [f"{name} at {rate}, parallel {parallel}" for name, rate, parallel in list(kinds)[:3]]
    if len(kinds) > 3:
        shown.append(f"{len(kinds) - 3} more")
    return (f"the log '{path}' has other runs than these results: "
            f"{count_text(len(runs), 'run')} ({list_text(shown)}), the last started at "
            f"{runs[-1]['started_utc']}; name the log that --paceline_log wrote in the same call as "
            "--benchmark_out")


def condense(log, runs):
    first_sent, first_latency, first_connects = read_requests(log, runs[0])
    latencies, connects = [first_latency], [first_connects]
    for run in runs[1:]:
        _, latency, connect = read_requests(log, run)
        latencies.append(latency)
        connects.append(connect)
    latency = numpy.concatenate(latencies)
    good = latency >= 0
    return LoggedCell(len(runs), curve_of(latency[good]),
                      connects_of(latency[good], numpy.concatenate(connects)[good]),
                      time_line_of(first_sent, first_latency), sends_of(first_sent),
                      parts_of_log(log, runs))


def read_requests(log, run):
    """The send times of a run's requests, ascending, their latencies, in nanoseconds, and whether each
    waited for a new connection. The latency of a failed request is -1.
    """
    cursor = log.cursor()
    cursor.row_factory = None
    rows = cursor.execute("SELECT sent_ns, CASE WHEN error IS NULL AND done_ns >= sent_ns "
                          f"THEN done_ns - sent_ns ELSE -1 END, {waited(log)} FROM requests "
                          "WHERE run = ?", (run,))
    found = numpy.fromiter(rows, dtype=[("sent", "i8"), ("latency", "i8"), ("connect", "?")])
    # The requests of several threads are not sent in the order of their items.
    order = numpy.argsort(found["sent"], kind="stable")
    return found["sent"][order], found["latency"][order], found["connect"][order]


def nearest_rank(ordered, share):
    """The value that a share of the values does not exceed, as in paceline's histogram."""
    ranks = numpy.ceil(numpy.asarray(share) * len(ordered) - 1e-9).astype(int) - 1
    return ordered[numpy.clip(ranks, 0, len(ordered) - 1)]


def curve_of(latencies):
    ordered = numpy.sort(latencies)
    # Evenly spaced on the axis, where each step to the right leaves a tenth as many requests.
    left = numpy.geomspace(1, 1 / len(ordered), CURVE_POINTS)
    shares = numpy.unique(numpy.concatenate([1 - left, [0.5, 0.9, 0.99, 0.999, 1]]))
    shares = shares[(shares <= 1 - 1 / len(ordered)) | (shares == 1)]
    return Curve(shares, nearest_rank(ordered, shares) / SECOND, len(ordered))


def nice_width(span, bins):
    """The shortest of 1, 2, 5, 10, … ms that needs at most `bins` bins."""
    width = MILLISECOND
    while True:
        for step in (1, 2, 5):
            if span / (width * step) <= bins:
                return width * step
        width *= 10


def time_line_of(sent, latency):
    origin = sent[0]
    span = int(sent[-1] - origin)
    bins = int(numpy.clip(len(sent) / REQUESTS_A_BIN, 10, MOST_BINS))
    width = nice_width(span, bins)
    place = (sent - origin) // width
    edges = numpy.searchsorted(place, numpy.arange(place[-1] + 2))
    covered = numpy.full(len(edges) - 1, float(width))
    if len(covered) > 1:
        covered[-1] = max(span - int(place[-1]) * width, 1)
        # A last bin that the run covers by less than half gives no useful rate.
        if covered[-1] < width / 2:
            edges, covered = edges[:-1], covered[:-1]
    elif span > 0:
        covered[-1] = span
    counts = numpy.diff(edges)
    p50, p99 = percentiles_between(latency, edges)
    errors = numpy.array([numpy.count_nonzero(latency[a:b] < 0) for a, b in zip(edges, edges[1:])])
    return TimeLine(numpy.arange(len(counts)) * width / SECOND, width / SECOND,
                    counts * (60 * SECOND) / covered, p50, p99, errors)


def percentiles_between(latency, edges):
    found = numpy.full((2, len(edges) - 1), numpy.nan)
    for place, (begin, end) in enumerate(zip(edges, edges[1:])):
        good = latency[begin:end]
        good = numpy.sort(good[good >= 0])
        if len(good):
            found[:, place] = nearest_rank(good, [0.5, 0.99]) / SECOND
    return found


def most_within(sent, window):
    """The most sends in any half-open window of `window` nanoseconds."""
    ends = numpy.searchsorted(sent, sent + window)
    return int((ends - numpy.arange(len(sent))).max())


def sends_of(sent):
    milliseconds = (sent - sent[0]) // MILLISECOND
    length = int(milliseconds[-1]) + 1
    busy, counts = numpy.unique(milliseconds, return_counts=True)
    milliseconds_with = numpy.bincount(counts)
    milliseconds_with[0] = length - len(busy)
    start = int(numpy.clip(busy[counts.argmax()] - WINDOW_MS // 2, 0, max(length - WINDOW_MS, 0)))
    inside = (busy >= start) & (busy < start + WINDOW_MS)
    window = numpy.zeros(min(WINDOW_MS, length), dtype=int)
    window[busy[inside] - start] = counts[inside]
    return Sends(milliseconds_with, window, start / 1e3,
                 {"1 ms": most_within(sent, MILLISECOND),
                  "10 ms": most_within(sent, 10 * MILLISECOND),
                  "1 s": most_within(sent, SECOND)},
                 len(sent) / length)
