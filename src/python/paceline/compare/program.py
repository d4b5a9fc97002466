"""The program paceline_compare: compares two results."""

import sys

from ..packages import COMPARE, why_missing
from .. import standard_streams
from . import summary

NAME = "paceline_compare"


def main():
    if why := why_missing(COMPARE):
        print(f"{NAME}: {why}", file=sys.stderr)
        return 1
    return summary.main(NAME)


def run():
    """Returns the exit code."""
    return standard_streams.run(NAME, main)
