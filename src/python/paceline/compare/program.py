"""The program paceline_compare: compares two results."""

from .. import standard_streams
from . import summary

NAME = "paceline_compare"


def run():
    """Returns the exit code."""
    return standard_streams.run(NAME, lambda: summary.main(NAME))
