"""Reads the two sides of a comparison: result files, or programs that write them."""

import math
import os
import re
import subprocess
import sys

from ..report.errors import ReportError
from ..report.results import read_rows
from ..report.words import UNITS, harmless


class Side:
    """One side: its rows that can be compared, and the rows that were left out."""

    def __init__(self, path, rows, pattern="", replacement=""):
        self.path = path
        self.rows, self.left_out = [], []
        for row in rows:
            name = row.get("name")
            if not isinstance(name, str) or pattern and not re.search(pattern, name):
                continue
            if pattern:
                row = row | {"name": re.sub(pattern, lambda _: replacement, name)}
            if row.get("error_occurred") or row.get("skipped"):
                self.left_out.append(f"{name} failed: {row.get('error_message') or 'no reason given'}")
            elif not is_comparable(row):
                # The row's repetitions report this already.
                if row.get("run_type") == "aggregate":
                    continue
                self.left_out.append(f"{name} has no time above 0")
            else:
                self.rows.append(row)

    @property
    def names(self):
        return list(dict.fromkeys(row["name"] for row in self.rows))

    def times(self, name):
        return [row["real_time"] * UNITS[row["time_unit"]]
                for row in self.rows if row["name"] == name]

    def is_aggregate(self, name):
        return any(row["name"] == name and row.get("run_type") == "aggregate" for row in self.rows)

    def cut_short(self):
        """The names of runs that were interrupted."""
        return self.labelled("cut short")

    def with_changed_rate(self):
        """The names of runs whose rate was changed by hand."""
        return self.labelled("rate changed to ")

    def labelled(self, words):
        return sorted({row["run_name"] for row in self.rows
                       if words in row.get("label", "") and "run_name" in row})


def is_comparable(row):
    if row.get("time_unit") not in UNITS:
        return False
    times = [row.get("real_time"), row.get("cpu_time")]
    if not all(isinstance(time, (int, float)) and math.isfinite(time) for time in times):
        return False
    # Only the spread of an aggregate may be 0.
    return times[0] > 0 or row.get("aggregate_name") in ("stddev", "cv")


def is_program(path):
    try:
        with open(path, "rb") as file:
            return os.path.isfile(path) and file.read(4) == b"\x7fELF"
    except OSError:
        return False


def run_program(path, program_options, folder):
    """Runs the program. Returns the result file that it writes."""
    given = [option for option in program_options if option.startswith("--benchmark_out=")]
    out = given[-1].partition("=")[2] if given else os.path.join(folder, "out.json")
    command = [os.path.abspath(path), *program_options, f"--benchmark_out={out}"]
    print("RUNNING:", harmless(" ".join(command)), flush=True)
    code = subprocess.run(command).returncode
    if code != 0:
        raise ReportError(f"'{path}' failed with status {code}, so there is nothing to compare")
    return out


def read_side(program, path, program_options, folder, pattern="", replacement=""):
    if is_program(path):
        if pattern:
            program_options = [*program_options, f"--benchmark_filter={pattern}"]
        rows, _ = read_rows(run_program(path, program_options, folder), with_failed=True)
    else:
        if program_options:
            print(f"{program}: '{harmless(path)}' is a result file; "
                  f"{harmless(' '.join(program_options))} has no effect on it", file=sys.stderr)
        rows, _ = read_rows(path, with_failed=True)
    return Side(path, rows, pattern, replacement)


def read_sides(program, what, program_options, folder):
    mode, *rest = what
    if mode == "benchmarks":
        return [read_side(program, path, program_options, folder) for path in rest]
    if mode == "filters":
        rest = [rest[0], rest[1], rest[0], rest[2]]
    pairs = list(zip(rest[::2], rest[1::2]))
    for _, pattern in pairs:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ReportError(f"'{pattern}' is not a regular expression: {error}") from error
    replacement = f"[{pairs[0][1]} vs. {pairs[1][1]}]"
    return [read_side(program, path, program_options, folder, pattern, replacement)
            for path, pattern in pairs]
