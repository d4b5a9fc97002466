"""Reads the runs of logs, the SQLite files that --paceline_log writes. A run may lie in several logs:
each rank of a run writes its own, and a log may have been copied.
"""

import contextlib
import os
import sqlite3
import urllib.parse
from dataclasses import dataclass

import numpy
from numpy.lib.recfunctions import repack_fields

from .errors import ReportError

APPLICATION_ID = 0x70616365  # "pace"
SCHEMA_VERSION = 11

SECOND = 1_000_000_000
# The first schema with cancelled requests.
CANCELLING_SCHEMA = 11
# In place of the latency of a request without a good response. Of an item's rows, the highest counts.
FAILED = -2
CANCELLED = -1


class Log:
    """An open log. Each error names the file."""

    def __init__(self, path):
        self.path = path
        self.connection, self.version = open_log(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def rows(self, sql, *parameters):
        with self.named_errors():
            cursor = self.connection.cursor()
            cursor.row_factory = sqlite3.Row
            return cursor.execute(sql, parameters).fetchall()

    def requests(self, run, fields):
        """The requests of a run as an array. `fields` are (name, type, SQL)."""
        columns = ", ".join(sql for *_, sql in fields)
        with self.named_errors():
            rows = self.connection.execute(f"SELECT {columns} FROM requests WHERE run = ?", (run,))
            return numpy.fromiter(rows, dtype=[(name, kind) for name, kind, _ in fields])

    @contextlib.contextmanager
    def named_errors(self):
        try:
            yield
        except sqlite3.Error as error:
            raise ReportError(f"cannot read the log '{self.path}': {error}") from error


@dataclass
class Place:
    """Where rows of a run are."""

    log: Log
    # The run's number in the log.
    run: int
    rank: int


@dataclass(eq=False)
class LoggedRun:
    """A run, each of whose items counts once."""

    name: str
    rpm: int
    parallel: int
    requests: int
    started_utc: str
    # How many processes made the run.
    ranks: int
    places: list
    # Mean latency in seconds; None without a good response.
    mean: float = None

    @property
    def logs(self):
        return len({place.log.path for place in self.places})

    @property
    def ranks_in_logs(self):
        return len({place.rank for place in self.places})


def open_log(path):
    """Returns the connection and the number of the schema."""
    if not os.path.isfile(path):
        raise ReportError(f"there is no log '{path}'; name the file that --paceline_log wrote")
    try:
        log = sqlite3.connect(f"file:{urllib.parse.quote(os.fsencode(path))}?mode=ro", uri=True)
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
    return log, version


def list_runs(logs):
    """The runs with a good response, in the order of the logs and of the starts in each log. Runs of
    the same identity are one.
    """
    runs = []
    by_identity = {}
    for log in logs:
        for row in log.rows("SELECT * FROM runs ORDER BY run"):
            known = dict(row)
            place = Place(log, known["run"], known.get("rank") or 0)
            identity = known.get("identity")
            if identity in by_identity:
                by_identity[identity].places.append(place)
                continue
            runs.append(LoggedRun(known["name"], known["rpm"], known["parallel"], known["requests"],
                                  known["started_utc"], known.get("ranks") or 1, [place]))
            # Older logs do not know which runs are the same.
            if identity is not None:
                by_identity[identity] = runs[-1]
    for run in runs:
        run.mean = mean_of(run)
    runs = [run for run in runs if run.mean is not None]
    for log in logs:
        if not any(place.log is log for run in runs for place in run.places):
            raise ReportError(f"the log '{log.path}' is empty: it has no successful request")
    return runs


def mean_of(run):
    if len(run.places) == 1:
        place = run.places[0]
        row, = place.log.rows("SELECT avg(done_ns - sent_ns) / 1e9 AS mean FROM requests "
                              "WHERE run = ? AND error IS NULL", place.run)
        return row["mean"]
    latency = read_requests(run, lambda log: [])["latency"]
    good = latency[latency >= 0]
    return float(good.mean()) / SECOND if len(good) else None


def latency_of(log):
    """SQL of a request's latency in nanoseconds, or FAILED or CANCELLED."""
    cancelled = f"WHEN cancelled THEN {CANCELLED} " * (log.version >= CANCELLING_SCHEMA)
    return (f"CASE WHEN error IS NULL AND done_ns >= sent_ns THEN done_ns - sent_ns {cancelled}"
            f"ELSE {FAILED} END")


def read_requests(run, fields_of):
    """The `latency` of a run's requests and the fields that `fields_of` gives for a log. If an item has
    rows in several logs, the last good one counts, or else the last cancelled one, or the last one.
    """
    if len(run.places) == 1:
        place = run.places[0]
        return place.log.requests(place.run, [("latency", "i8", latency_of(place.log)),
                                              *fields_of(place.log)])
    rows = numpy.concatenate([
        place.log.requests(place.run, [("latency", "i8", latency_of(place.log)),
                                       *fields_of(place.log),
                                       ("item", "i8", "item")]) for place in run.places])
    rows = rows[numpy.lexsort((numpy.minimum(rows["latency"], 0), rows["item"]))]
    is_last = numpy.ones(len(rows), dtype=bool)
    is_last[:-1] = rows["item"][1:] != rows["item"][:-1]
    return repack_fields(rows[is_last][[name for name in rows.dtype.names if name != "item"]])
