"""What run() returns: the runs of one result file."""

from __future__ import annotations

import importlib
import os
import re
import statistics
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from .errors import Error
from .packages import REPORT, why_missing
from .report.errors import ReportError
from .report.json_file import read_text
from .report.results import VERDICTS, parse_rows, requests_of, threads_of
from .report.words import UNITS
from .table import html_table, text_table
from .timeline import Timeline, timeline_of

if TYPE_CHECKING:
    import pandas

FileName = Union[str, "os.PathLike[str]"]

# Google Benchmark's own numbers of a row, which are no counters.
NUMBERS = {"family_index", "per_family_instance_index", "repetitions", "repetition_index", "threads",
           "iterations", "real_time", "cpu_time"}
# The counters that are percentiles, such as p99 or ttft_p50; all of them are times.
PERCENTILE = re.compile(r"(\w+_)?(p\d+(\.\d+)?|max)")


@dataclass(frozen=True)
class Row:
    """One run: one repetition of one workload at one rate and one `parallel`."""

    #: Google Benchmark's name of the run, equal for all its repetitions.
    name: str
    #: What was sent, such as "chat/stream".
    workload: str
    #: The rate asked for, in requests per minute. 0: unpaced. None: a search for the highest rate.
    rpm_asked: Optional[int]
    #: The rate achieved.
    rpm: float
    #: The most requests in flight; None if the run has no such limit.
    parallel: Optional[int]
    #: The threads that sent.
    threads: int
    #: The number of requests.
    iterations: int
    #: The number of the repetition, from 0.
    repetition: int
    #: What bounded the run, such as "paced"; None if the run has no verdict.
    verdict: Optional[str]
    #: The label: the verdict, and remarks such as "cut short".
    label: str
    #: The mean latency of successful requests, in seconds.
    mean: float
    #: Every counter by its name. Times are seconds. docs/metrics.md defines the counters.
    counters: Mapping[str, float]
    #: The run over time; None if the file has no timeline of the run.
    timeline: Optional[Timeline] = None

    @property
    def was_cut_short(self) -> bool:
        """Whether the run was interrupted."""
        return "cut short" in self.label


class Result:
    """The runs of one result file. In a notebook, a result is shown as figures."""

    def __init__(self, text: str, name: str, rows: Sequence[Row], context: Mapping[str, str]) -> None:
        self._text = text
        self._name = name
        #: The runs, in their order. If the file has only aggregates, their medians.
        self.rows: Tuple[Row, ...] = tuple(rows)
        #: What was measured where: model, host, versions, flags.
        self.context: Mapping[str, str] = context

    @classmethod
    def load(cls, path: FileName) -> Result:
        """Reads a file that `paceline --benchmark_out=FILE` or save() wrote. Raises Error."""
        try:
            text = read_text(path)
            found, context = parse_rows(text, path)
        except ReportError as error:
            raise Error(str(error)) from error
        rows = [row for row in found if "rpm" in row and "run_name" in row]
        repetitions = [row for row in rows if row.get("run_type") != "aggregate"]
        medians = [row for row in rows if row.get("aggregate_name") == "median"]
        try:
            return cls(text, Path(path).name, [make_row(row) for row in repetitions or medians],
                       context)
        except (KeyError, TypeError, ValueError) as error:
            raise Error(f"'{path}' is damaged: a row lacks or misstates {error}") from error

    def save(self, path: FileName) -> None:
        """Writes the file of the program, which paceline_report and paceline_compare read."""
        Path(path).write_text(self._text, encoding="utf-8")

    @property
    def percentiles(self) -> Dict[str, Dict[str, float]]:
        """Seconds by the name of a run and the metric: percentiles["chat/…"]["ttft_p50"]. Repeated
        runs have the median of their repetitions.
        """
        values: Dict[str, Dict[str, List[float]]] = {}
        for row in self.rows:
            of_run = values.setdefault(row.name, {})
            for name, value in row.counters.items():
                if PERCENTILE.fullmatch(name):
                    of_run.setdefault(name, []).append(value)
        return {run: {name: statistics.median(found) for name, found in metrics.items()}
                for run, metrics in values.items()}

    def to_pandas(self) -> pandas.DataFrame:
        """One line for each run; a column for each field of Row but `timeline`, and for each counter."""
        try:
            import pandas
        except ImportError as error:
            raise Error("this Python lacks pandas; run `pip install pandas`") from error
        return pandas.DataFrame([
            {name: value for name, value in vars(row).items() if name not in ("counters", "timeline")}
            | dict(row.counters) for row in self.rows])

    def report(self, path: FileName, logs: Sequence[FileName] = ()) -> None:
        """Writes the page of paceline_report. `logs` are files of the flag `log`. Needs
        the wheel's extra `report`. Raises Error.
        """
        if why := why_missing(REPORT):
            raise Error(why)
        from .report.main import make_page
        with self._as_file() as file:
            try:
                make_page([file], [Path(log) for log in logs], Path(path))
            except ReportError as error:
                raise Error(str(error)) from error

    def __repr__(self) -> str:
        return text_table(self.rows)

    def _repr_html_(self) -> str:
        """The figures of the page. A table if Matplotlib is missing or no run fits the figures."""
        if why_missing(REPORT):
            return html_table(self.rows)
        notebook: Any = importlib.import_module("paceline.report.notebook")
        with self._as_file() as file:
            try:
                return str(notebook.fragment([file]))
            except ReportError:
                return html_table(self.rows)

    @contextmanager
    def _as_file(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="paceline-") as folder:
            file = Path(folder) / self._name
            self.save(file)
            yield file


def make_row(row: Mapping[str, Any]) -> Row:
    """A row of the file, as read_rows() gives it."""
    name = row["run_name"]
    label = row.get("label", "")
    parts = dict(part.split(":", 1) for part in name.split("/") if ":" in part)
    rpm_asked, parallel = (parts.get(key) for key in ("rpm", "parallel"))
    return Row(
        name=name,
        workload=re.split(r"/(?:rpm|parallel):", name, maxsplit=1)[0],
        rpm_asked=None if rpm_asked is None else int(rpm_asked),
        rpm=float(row["rpm"]),
        parallel=None if parallel is None else int(parallel),
        threads=threads_of(row),
        iterations=requests_of(row, name),
        repetition=int(row.get("repetition_index", 0)),
        verdict=next((word for word in VERDICTS if re.match(rf"{word}\b(?!-)", label)), None),
        label=label,
        mean=float(row["real_time"]) * UNITS[row["time_unit"]],
        counters={key: float(value) for key, value in row.items()
                  if isinstance(value, (int, float)) and key not in NUMBERS},
        timeline=timeline_of(row))
