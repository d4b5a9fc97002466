"""The command line of paceline_report. It needs no package, so that --help always answers."""

import argparse
import sys
from pathlib import Path

from . import style
from .version import VERSION
from .words import harmless

DESCRIPTION = """Makes one HTML page of results: the grid as a heat map, latency by rate, every
percentile, the rate achieved, tokens as they stream, and from a log the run over time. It opens
without a network, light or dark, and prints. Further results are laid over the first, with what the
U test says of each change."""
EXAMPLES = """Examples:
A result, and the log of the same call:

  $ paceline --benchmark_out=r.json --paceline_log=r.sqlite
  $ paceline_report r.json --log r.sqlite -o report.html

What changed between two results:

  $ paceline --benchmark_out=before.json --benchmark_repetitions=9
  $ paceline --benchmark_out=after.json --benchmark_repetitions=9
  $ paceline_report before.json after.json -o changes.html"""


class Layout(argparse.HelpFormatter):
    """As the other programs' help, of which help2man makes the manual pages."""

    def __init__(self, prog):
        super().__init__(prog, max_help_position=20, width=82)

    def add_usage(self, usage, actions, groups, prefix=None):
        super().add_usage(usage, actions, groups, "Usage: ")

    def _fill_text(self, text, width, indent):
        return text if text == EXAMPLES else super()._fill_text(text, width, indent)


class Parser(argparse.ArgumentParser):
    def _print_message(self, message, file=None):
        # argparse passes over a text that cannot be written.
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
                        help="what paceline wrote with --benchmark_out; at most "
                             f"{style.MOST_RESULTS}, each compared against the first")
    source.add_argument("--log", action="append", default=[], type=Path, metavar="RUN.sqlite",
                        dest="logs", help="what paceline wrote with --paceline_log in the same "
                                          "call; once for each log")
    page = parser.add_argument_group("The page")
    page.add_argument("-o", "--output", type=Path, default=Path("report.html"),
                      metavar="PAGE.html", help="the page to write [report.html]")
    other = parser.add_argument_group("Help")
    other.add_argument("-h", "--help", action="help", help="print this help and exit")
    other.add_argument("--version", action="version", version=f"paceline_report {VERSION}",
                       help="print the version and exit")
    return parser.parse_args(arguments)
