"""The command line of paceline_report. Needs no third-party package, so --help always works."""

import argparse
import sys
from pathlib import Path

from . import style
from .version import VERSION
from .words import harmless

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


class Layout(argparse.HelpFormatter):
    """Formats the help like that of the other programs, as help2man expects for the manual page."""

    def __init__(self, prog):
        super().__init__(prog, max_help_position=20, width=82)

    def add_usage(self, usage, actions, groups, prefix=None):
        super().add_usage(usage, actions, groups, "Usage: ")

    def _fill_text(self, text, width, indent):
        return text if text == EXAMPLES else super()._fill_text(text, width, indent)


class Parser(argparse.ArgumentParser):
    def _print_message(self, message, file=None):
        # argparse ignores write errors; here they reach the caller.
        if message:
            (file or sys.stderr).write(message)

    def error(self, message):
        self.exit(1, f"{self.prog}: {harmless(message)}; see {self.prog} --help\n")


def parse(arguments):
    parser = Parser("paceline_report", usage="%(prog)s [OPTION]... RESULT.json [MORE.json]...",
                    description=DESCRIPTION, epilog=EXAMPLES, allow_abbrev=False,
                    formatter_class=Layout, add_help=False)
    source = parser.add_argument_group("What to show")
    source.add_argument("results", nargs="+", type=Path, metavar="RESULT.json",
                        help="results that paceline wrote with --benchmark_out; at most "
                             f"{style.MOST_RESULTS}, each compared with the first")
    source.add_argument("--log", action="append", default=[], type=Path, metavar="RUN.sqlite",
                        dest="logs", help="log that paceline wrote with --paceline_log in the "
                                          "same call; repeat the flag for each log")
    page = parser.add_argument_group("The page")
    page.add_argument("-o", "--output", type=Path, default=Path("report.html"),
                      metavar="PAGE.html", help="the page to write [report.html]")
    other = parser.add_argument_group("Help")
    other.add_argument("-h", "--help", action="help", help="print this help and exit")
    other.add_argument("--version", action="version", version=f"paceline_report {VERSION}",
                       help="print the version and exit")
    return parser.parse_args(arguments)
