"""The requests of a log that waited for a new connection, whose latency contains its opening."""

from dataclasses import dataclass

import numpy

# The first schema whose requests have the times of their connections.
FIRST_SCHEMA = 7


@dataclass
class Connects:
    """How many requests waited for a new connection."""

    requests: int
    # Those among the slowest `slowest` requests, which are 1% of all.
    slow: int
    slowest: int


def waited(log):
    """An SQL expression of a request in a Log: whether it waited. Older logs do not know."""
    return "tcp_ns IS NOT NULL" if log.version >= FIRST_SCHEMA else "0"


def connects_of(latency, connect):
    slowest = max(round(len(latency) / 100), 1)
    slow = numpy.argsort(latency, kind="stable")[-slowest:]
    return Connects(int(connect.sum()), int(connect[slow].sum()), slowest)
