"""The program paceline_report: its command line comes first, so that --help needs no package."""

import sys

from ..packages import REPORT, why_missing
from .. import standard_streams
from .command_line import parse


def main():
    options = parse(sys.argv[1:])
    if why := why_missing(REPORT):
        print(f"paceline_report: {why}", file=sys.stderr)
        return 1
    from .main import main as report
    return report(options)


def run():
    """Returns the exit code."""
    return standard_streams.run("paceline_report", main)
