"""Reads and condenses the runs of logs.

Reads the runs of one cell at a time, and three values per request. A run of a million requests takes
about 60 MB and two seconds to read, and is then condensed to some hundred points. Times are in seconds.
"""

import contextlib
import statistics
from dataclasses import dataclass

import numpy

from .connects import Connects, connects_of, waited
from .errors import ReportError
from .logged_runs import FAILED, SECOND, Log, list_runs, read_requests
from .parts import parts_of_runs
from .words import count_text, list_text, rate_text

MILLISECOND = 1_000_000
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
    """One run in bins of `width` seconds. Latencies are NaN if a bin has no good response."""

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
    """One cell in the logs. The curve, the connections and the parts cover all its runs, the rest only
    the first run.
    """

    runs: int
    # How many logs and ranks the first run's requests are from.
    logs: int
    ranks: int
    curve: Curve
    connects: Connects
    time_line: TimeLine
    sends: Sends
    # As parts_of_runs() returns them.
    parts: dict


def read_logs(paths, results):
    """Returns, for each result, LoggedCells by (workload, rpm, parallel)."""
    with contextlib.ExitStack() as stack:
        logs = [stack.enter_context(Log(path)) for path in dict.fromkeys(paths)]
        runs = list_runs(logs)
        matching = [{(cell.workload, *cell.key): runs_of(cell, result, runs) for cell in result.cells}
                    for result in results]
        shown = [run for of_result in matching for found in of_result.values() for run in found]
        for log in logs:
            if not any(place.log is log for run in shown for place in run.places):
                raise ReportError(foreign_text(log, runs))
        return [{key: condense(found) for key, found in of_result.items() if found}
                for of_result in matching]


def runs_of(cell, result, runs):
    """The runs of the cell. The logs may hold many runs of the same rpm and parallel. The result's date
    is that of its first row, so runs are matched by mean latency: no two have the same.
    """
    alike = [run for run in runs if (run.rpm, run.parallel) == cell.key
             and cell.requests <= run.requests < cell.requests + cell.threads]
    if result.has_repetitions:
        found = [run for mean in cell.means for run in alike if is_equal(mean, run.mean)]
        return list(dict.fromkeys(found))
    # Without repetitions, the result has only their median.
    repetitions = cell.rows[0].get("repetitions", 1)
    for begin in range(len(alike) - repetitions + 1):
        some = alike[begin:begin + repetitions]
        if is_equal(cell.mean, statistics.median(run.mean for run in some)):
            return some
    return []


def is_equal(mean, other):
    """Whether two means are equal within the result's rounding."""
    return abs(mean - other) <= SAME_MEAN * mean


def foreign_text(log, runs):
    runs = [run for run in runs if any(place.log is log for place in run.places)]
    kinds = dict.fromkeys((run.name, rate_text(run.rpm), run.parallel) for run in runs)
    shown = [f"{name} at {rate}, parallel {parallel}" for name, rate, parallel in list(kinds)[:3]]
    if len(kinds) > 3:
        shown.append(f"{len(kinds) - 3} more")
    for run in runs:
        if run.ranks_in_logs < run.ranks:
            return (f"the log '{log.path}' has a run of {run.ranks} ranks ({shown[0]}), and the given "
                    f"logs have the rows of {run.ranks_in_logs}; repeat --log for the log of each rank")
    return (f"the log '{log.path}' has other runs than these results: "
            f"{count_text(len(runs), 'run')} ({list_text(shown)}), the last started at "
            f"{runs[-1].started_utc}; name the log that --paceline_log wrote in the same call as "
            "--benchmark_out")


def condense(runs):
    requests = [read_requests(run, fields_of) for run in runs]
    # The requests of several threads are not sent in the order of their items.
    first = requests[0][numpy.argsort(requests[0]["sent"], kind="stable")]
    requests = numpy.concatenate(requests)
    good = requests[requests["latency"] >= 0]
    return LoggedCell(len(runs), runs[0].logs, runs[0].ranks_in_logs, curve_of(good["latency"]),
                      connects_of(good["latency"], good["connect"]),
                      time_line_of(first["sent"], first["latency"]), sends_of(first["sent"]),
                      parts_of_runs(runs))


def fields_of(log):
    """The send time of a request, and whether the request waited for a new connection."""
    return [("sent", "i8", "sent_ns"), ("connect", "?", waited(log))]


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
    errors = numpy.array([numpy.count_nonzero(latency[a:b] == FAILED) for a, b in zip(edges, edges[1:])])
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
