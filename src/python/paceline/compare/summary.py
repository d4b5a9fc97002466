"""Runs compare.py and adds a summary of its table in plain words.

Needs a Python that has SciPy. compare.py gets copies of the two results with only the comparable
rows that both have, so that no other row distorts its geometric mean. Rows that were left out are
named below the table.
"""

import contextlib
import io
import json
import math
import os
import runpy
import sys
import tempfile

from .compare_py import find_compare_py
from .sides import is_program, read_sides
from ..command_line import Parser
from ..packages import COMPARE, why_missing
from ..report.changes import (ALPHA, GOOD_REPETITIONS, Change, correct_by_holm, medians_text,
                            repetitions_needed, verdict_text)
from ..report.errors import ReportError
from ..report.words import count_text, harmless

MODES = {"benchmarks": 3, "filters": 4, "benchmarksfiltered": 5}
USAGE = """%(prog)s [OPTION]... A B
       %(prog)s [OPTION]... filters FILE FILTER_A FILTER_B
       %(prog)s [OPTION]... benchmarksfiltered A FILTER_A B FILTER_B"""
DESCRIPTION = """Compares two results: runs compare.py of Google Benchmark, then says in plain words
which percentiles moved. A and B are JSON files (--benchmark_out=FILE) or programs that write them; B
is compared against A. Options that are not listed go to the programs, for instance
--benchmark_repetitions=9."""
EXAMPLES = """Examples:
Two results of the same runs:

  $ paceline --benchmark_out=before.json --benchmark_repetitions=9
  $ paceline --benchmark_out=after.json --benchmark_repetitions=9
  $ paceline_compare before.json after.json -a

Two rates of one result:

  $ paceline_compare filters before.json rpm:60000/ rpm:100000/"""


def parse(program, arguments):
    """Returns compare.py's options, the mode and its arguments, and the programs' options."""
    parser = Parser(program, USAGE, DESCRIPTION, EXAMPLES)
    table = parser.add_argument_group("The comparison")
    table.add_argument("-a", "--display_aggregates_only", action="store_true",
                       help="show the aggregates only; the U test still uses every repetition")
    table.add_argument("--no-color", action="store_true", help="no colours")
    table.add_argument("--no-utest", action="store_true", help="no U test")
    table.add_argument("--alpha", type=float, default=ALPHA, metavar="P",
                       help="significance level, for all rows of the summary together [0.05]")
    table.add_argument("-d", "--dump_to_json", metavar="FILE",
                       help="also write the comparison to this file [none]")
    parser.add_help_flags()
    options, rest = parser.parse_known_args(arguments)
    if not 0 < options.alpha < 1:
        parser.error("--alpha must be above 0 and below 1")
    rest = [argument for argument in rest if argument != "--"]
    if not rest or rest[0] not in MODES:
        rest.insert(0, "benchmarks")
    count = MODES[rest[0]]
    if len(rest) < count:
        parser.error("name what to compare")
    return options, rest[:count], rest[count:]


def run_script(path, arguments):
    """The script's exit code and output. The script runs in this process, so SciPy loads once."""
    out = io.StringIO()
    before = sys.argv, sys.path
    sys.argv, sys.path = [path, *arguments], [os.path.dirname(os.path.abspath(path)), *sys.path]
    try:
        with contextlib.redirect_stdout(out):
            runpy.run_path(path, run_name="__main__")
    except SystemExit as end:
        return end.code or 0, out.getvalue()
    finally:
        sys.argv, sys.path = before
    return 0, out.getvalue()


def run_compare_py(options, sides, common, folder):
    """Prints compare.py's table and returns its exit code and its own report."""
    files = []
    for place, side in enumerate(sides):
        files.append(os.path.join(folder, f"{'ab'[place]}.json"))
        with open(files[-1], "w", encoding="utf-8") as file:
            json.dump({"benchmarks": [row for row in side.rows if row["name"] in common]}, file)
    dump = options.dump_to_json or os.path.join(folder, "report.json")
    command = [f"--dump_to_json={dump}", f"--alpha={options.alpha}"]
    if options.display_aggregates_only:
        command.append("--display_aggregates_only")
    if options.no_color or not sys.stdout.isatty():
        command.append("--no-color")
    if options.no_utest:
        command.append("--no-utest")
    code, table = run_script(find_compare_py(), command + ["benchmarks", *files])
    print("Comparing", " to ".join(harmless(side.path) for side in sides))
    print(table.partition("\n")[2], end="")
    if code != 0:
        return code, []
    with open(dump, encoding="utf-8") as file:
        return 0, json.load(file)


def changes_of(report, sides):
    """One Change per repeated row; if only aggregates are left, one per median, or else per mean.
    Also returns which of these kinds the changes are.
    """
    entries = {entry["name"]: entry for entry in report if entry["name"] in sides[0].names}
    for kind in ("repetitions", "median", "mean"):
        found = []
        for name, entry in entries.items():
            if (entry["aggregate_name"] or "repetitions") != kind:
                continue
            shown = name if kind == "repetitions" else name.removesuffix(f"_{kind}")
            p = entry["utest"].get("time_pvalue")
            found.append(Change(shown, *(side.times(name) for side in sides),
                                p=p if p is None or math.isfinite(p) else 1.0))
        if found:
            return found, kind
    return [], "repetitions"


def print_rows(rows, alpha):
    """Prints each run's name, then its rows: the mean, X/p50 as p50, and so on."""
    names = {row.name for row in rows}
    for row in rows:
        stem, _, last = row.name.rpartition("/")
        if stem not in names:
            print(row.name)
            last = "mean"
        print(f"  {last:<9}{row.share:+8.1%}  {medians_text(row):<24}  {verdict_text(row, alpha)}")


def print_warnings(tested, kind, options):
    if options.no_utest:
        print("These changes are not tested, because --no-utest turns the U test off.")
        return
    if not tested:
        print("These changes are not tested, because the U test needs the repetitions of both sides. "
              "Run\nboth with --benchmark_repetitions=9" + (
                  "." if kind == "repetitions" else
                  ", and without --benchmark_report_aggregates_only, which discards\nthe "
                  "repetitions."))
        return
    fewest = min(row.repetitions for row in tested)
    needed = repetitions_needed(len(tested), options.alpha)
    if fewest < needed:
        print(f"Too few repetitions: with {fewest}, no change in one of {len(tested)} rows can be "
              f"supported at {options.alpha:g}.\n"
              f"Run both with --benchmark_repetitions={max(needed, GOOD_REPETITIONS)}, or compare "
              "fewer rows.")
    elif fewest < GOOD_REPETITIONS:
        print(f"Few repetitions: {fewest}. The U test is not reliable below {GOOD_REPETITIONS}; "
              f"run both with --benchmark_repetitions={GOOD_REPETITIONS}.")


def heading(kind, tested, alpha):
    if kind != "repetitions":
        return (f"In plain words, the {kind} rows of A -> B (aggregates: the repetitions were not "
                "kept):")
    if not tested:
        return "In plain words, medians of A -> B:"
    return ("In plain words, medians of A -> B. A change is supported if the p of the U test, corrected "
            f"for\n{len(tested)} rows (Holm), is at most {alpha:g}:")


def print_summary(report, sides, options):
    rows, kind = changes_of(report, sides)
    print()
    if not rows:
        print("Nothing to compare: A and B have no row of the same name. To compare rows of different "
              "names,\nsuch as two rates, use the modes filters or benchmarksfiltered.")
        return
    tested = correct_by_holm(rows)
    print(heading(kind, tested, options.alpha))
    print_rows(rows, options.alpha)
    if tested:
        moved = [row for row in tested if row.is_supported(options.alpha)]
        print(f"{len(moved)} of {len(tested)} rows moved.")
    print_warnings(tested, kind, options)


def print_left_out(sides):
    """Prints rows that only one side has, once per run, and rows that cannot be compared."""
    for letter, side, other in zip("AB", sides, reversed(sides)):
        alone = [name for name in side.names if name not in other.names]
        # Omits the aggregates of a run that is already named.
        plain = [name for name in alone if not side.is_aggregate(name)] or alone
        runs = {name: 0 for name in plain if name.rpartition("/")[0] not in plain}
        for name in plain:
            runs[name if name in runs else name.rpartition("/")[0]] += 1
        for run, count in runs.items():
            print(f"Only in {letter}: {run}" + (f" ({count_text(count, 'row')})" if count > 1 else ""))
        for what in dict.fromkeys(side.left_out):
            print(f"Left out of {letter}: {what}")
        for name in side.cut_short():
            print(f"{harmless(side.path)}: {name} was cut short and lacks some of its requests.")
        for name in side.with_changed_rate():
            print(f"{harmless(side.path)}: the rate of {name} was changed by hand during a run.")


def main(program):
    """`program` is its name in messages."""
    sys.stdout.reconfigure(errors="backslashreplace")
    options, what, program_options = parse(program, sys.argv[1:])
    if why := why_missing(COMPARE):
        print(f"{program}: {why}", file=sys.stderr)
        return 1
    if options.display_aggregates_only and any(map(is_program, what[1:])):
        program_options.append("--benchmark_display_aggregates_only=true")
    with tempfile.TemporaryDirectory() as folder:
        try:
            sides = read_sides(program, what, program_options, folder)
            code, report = run_compare_py(options, sides, {*sides[0].names} & {*sides[1].names}, folder)
        except ReportError as error:
            print(f"{program}: {harmless(str(error))}", file=sys.stderr)
            return 1
        if code != 0:
            return code
        print_summary(report, sides, options)
        print_left_out(sides)
    return 0
