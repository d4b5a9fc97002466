"""The command line of paceline_report. Needs no third-party package, so --help always works."""

from pathlib import Path

from . import style
from ..command_line import Parser

DESCRIPTION = """Makes one HTML page from results: a heat map of the grid, latency by rate, every
percentile, the rate achieved, streamed tokens, and, with a log, each run over time. The page needs no
network, follows the light or dark scheme, and prints. Further results are overlaid on the first, with
the U test's result for each change."""
EXAMPLES = """Examples:
A result, and the log of the same call:

  $ paceline --benchmark_out=r.json --paceline_log=r.sqlite
  $ paceline_report r.json --log r.sqlite -o report.html

Compare two results:

  $ paceline --benchmark_out=before.json --benchmark_repetitions=9
  $ paceline --benchmark_out=after.json --benchmark_repetitions=9
  $ paceline_report before.json after.json -o changes.html"""


def parse(arguments):
    parser = Parser("paceline_report", "%(prog)s [OPTION]... RESULT.json [MORE.json]...",
                    DESCRIPTION, EXAMPLES)
    source = parser.add_argument_group("What to show")
    source.add_argument("results", nargs="+", type=Path, metavar="RESULT.json",
                        help="results that paceline wrote with --benchmark_out; at most "
                             f"{style.MOST_RESULTS}, each compared with the first")
    source.add_argument("--log", action="append", default=[], type=Path, metavar="RUN.sqlite",
                        dest="logs", help="log that paceline wrote with --paceline_log in the "
                                          "same call; repeat the flag for each log. The logs of "
                                          "the ranks of a run are shown as one run")
    page = parser.add_argument_group("The page")
    page.add_argument("-o", "--output", type=Path, default=Path("report.html"),
                      metavar="PAGE.html", help="the page to write [report.html]")
    parser.add_help_flags()
    return parser.parse_args(arguments)
