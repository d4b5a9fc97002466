"""The command line that repeats the runs of a result."""

import re
import shlex
from dataclasses import dataclass, field
from pathlib import PurePosixPath

# A result is a file that anybody may have written, so the command has no other words than these.
FLAG = re.compile(r"--(?P<name>(paceline|benchmark)_\w+)(=(?P<value>.*))?", re.DOTALL)
REMOVED = "[removed]"
CUT = "…"


@dataclass
class Command:
    """The words of a command line, each quoted for a shell."""

    words: list
    # What the reader has to fill in.
    notes: list = field(default_factory=list)

    @property
    def text(self):
        return " ".join(self.words)


def command_of(result):
    """None if the result does not say how it was measured."""
    try:
        flags = [word for name in ("paceline_flags", "benchmark_flags")
                 for word in shlex.split(result.context.get(name, ""))]
    except ValueError:  # of an open quote
        return None
    if not flags and "paceline" not in result.context:
        return None
    found = [known for flag in flags if (known := FLAG.fullmatch(flag))]
    names = {flag["name"] for flag in found}
    words = [program_of(result), *map(quoted, found), *flags_of_rows(result, names)]
    notes = notes_of([flag[0] for flag in found])
    if len(found) < len(flags):
        notes.append("Flags that are neither paceline's nor Google Benchmark's are left out. Add them.")
    return Command(words, notes)


def program_of(result):
    """The program as it was called, without the folders of a path from the root."""
    program = result.context.get("executable") or "paceline"
    return shlex.quote(PurePosixPath(program).name if program.startswith("/") else program)


def quoted(flag):
    value = "" if flag["value"] is None else f"={shlex.quote(flag['value'])}"
    return f"--{flag['name']}{value}"


def flags_of_rows(result, names):
    """The flags that the rows tell, in results of older programs."""
    row = result.cells[0].rows[0]
    repetitions = row.get("repetitions", 1)
    if (repetitions > 1 and "benchmark_repetitions" not in names
            and "/repeats:" not in row["run_name"]):
        yield f"--benchmark_repetitions={repetitions:.0f}"
    if not result.has_repetitions and "benchmark_report_aggregates_only" not in names:
        yield "--benchmark_report_aggregates_only=true"


def notes_of(flags):
    notes = []
    if any(REMOVED in flag for flag in flags):
        notes.append(f"paceline removed secrets from the result. Replace each {REMOVED} by your own "
                     "value.")
    if any(flag.endswith(CUT) for flag in flags):
        notes.append(f"The result has only the beginning of long values. Complete each value that ends "
                     f"with “{CUT}”.")
    return notes
