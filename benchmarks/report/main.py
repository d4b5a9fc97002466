"""The command line of paceline_report."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from . import style
from .comparison import compare_all
from .errors import ReportError
from .page import page
from .request_log import read_logs
from .results import read_results
from .view import views_of
from .words import count_text

DESCRIPTION = """Makes one HTML page of results: the grid as a heat map, latency by rate, every
percentile, the rate achieved, tokens as they stream, and from a log the run over time. It opens
without a network, light or dark, and prints. Further results are laid over the first, with what the
U test says of each change."""
EXAMPLE = """examples:
  paceline --benchmark_out=r.json --paceline_log=r.sqlite
  paceline_report r.json --log r.sqlite -o report.html
  paceline_report before.json after.json -o changes.html"""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(1, f"{self.prog}: {message}; see {self.prog} --help\n")


def parse(arguments):
    parser = Parser("paceline_report", description=DESCRIPTION, epilog=EXAMPLE, allow_abbrev=False,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="+", type=Path, metavar="RESULT.json",
                        help="what paceline wrote with --benchmark_out; at most "
                             f"{style.MOST_RESULTS}, each compared against the first")
    parser.add_argument("--log", action="append", default=[], type=Path, metavar="RUN.sqlite",
                        dest="logs", help="what paceline wrote with --paceline_log in the same "
                                          "call; once for each log")
    parser.add_argument("-o", "--output", type=Path, default=Path("report.html"),
                        metavar="PAGE.html", help="the page to write [report.html]")
    return parser.parse_args(arguments)


def write(path, text):
    """All of it or nothing: a page that is there already stays until the new one is whole."""
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False,
                                         prefix=f".{path.name}.") as file:
            unfinished = file.name
            file.write(text)
    except OSError as error:
        raise ReportError(f"Could not write '{path}': {error.strerror}; name a file in a folder "
                          "that can be written.") from error
    umask = os.umask(0)
    os.umask(umask)
    os.chmod(unfinished, 0o666 & ~umask)
    os.replace(unfinished, path)


def check(options):
    if len(options.results) > style.MOST_RESULTS:
        raise ReportError(f"At most {style.MOST_RESULTS} results can be told apart on one page: "
                          "make several pages.")
    if options.output.is_dir():
        raise ReportError(f"'{options.output}' is a folder: name the page to write in it.")
    for path in (*options.results, *options.logs):
        if options.output.resolve() == path.resolve():
            raise ReportError(f"'{path}' would be overwritten by the page: name another file with "
                              "-o.")


def report(options):
    check(options)
    results = read_results(options.results)
    views = views_of(results, read_logs(options.logs, results))
    text = page(results, views, compare_all(results))
    write(options.output, text)
    print(f"{options.output}: {count_text(text.count('<figure id='), 'figure')}, "
          f"{len(text.encode()) / 1000:,.0f} kB")


def main(arguments):
    try:
        report(parse(arguments))
    except ReportError as error:
        print(f"paceline_report: {error}", file=sys.stderr)
        return 1
    return 0
