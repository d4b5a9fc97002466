"""A run over time, as the file of results has it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Optional, Tuple

# More than the program writes.
MOST_SLICES = 4096


@dataclass(frozen=True)
class Timeline:
    """A run in slices of equal width. All times are seconds. Each tuple has one entry for each slice.
    docs/metrics.md defines the fields.
    """

    #: When the first slice begins, counted from the start of the run, which a warm-up precedes.
    start: float
    #: The width of a slice.
    width: float
    #: The times of the first and the last departure, and of the last end of a request.
    first_send: float
    last_send: float
    last_end: float
    #: Departures, by the time at which they were due; None if the run is unpaced.
    due: Optional[Tuple[int, ...]]
    #: Departures, retries included.
    sent: Tuple[int, ...]
    #: Requests that succeeded or failed.
    ended: Tuple[int, ...]
    #: Requests that failed.
    errors: Tuple[int, ...]
    #: The mean number of requests in flight.
    in_flight: Tuple[float, ...]
    #: Latencies of the requests that ended; None if no request succeeded at its first try.
    p50: Tuple[Optional[float], ...]
    p99: Tuple[Optional[float], ...]

    @property
    def starts(self) -> Tuple[float, ...]:
        """When each slice begins."""
        return tuple(self.start + place * self.width for place in range(len(self.sent)))


def timeline_of(row: Any) -> Optional[Timeline]:
    """The timeline of a row of the file; None if the row has none. ValueError: it is damaged."""
    found = row.get("timeline")
    if found is None:
        return None
    try:
        timeline = Timeline(
            start=finite(found["start"]), width=finite(found["width"]),
            first_send=finite(found["first_send"]), last_send=finite(found["last_send"]),
            last_end=finite(found["last_end"]),
            due=counts(found["due"]) if "due" in found else None, sent=counts(found["sent"]),
            ended=counts(found["ended"]), errors=counts(found["errors"]),
            in_flight=tuple(map(finite, found["in_flight"])),
            p50=latencies(found["p50"]), p99=latencies(found["p99"]))
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError("its timeline") from error
    slices = (timeline.sent, timeline.ended, timeline.errors, timeline.in_flight, timeline.p50,
              timeline.p99, *(() if timeline.due is None else (timeline.due,)))
    if (len({len(values) for values in slices}) > 1
            or not 1 <= len(timeline.sent) <= MOST_SLICES or timeline.width <= 0):
        raise ValueError("its timeline")
    return timeline


def counts(numbers: Any) -> Tuple[int, ...]:
    """The counts of a list."""
    return tuple(int(number) for number in numbers)


def latencies(numbers: Any) -> Tuple[Optional[float], ...]:
    """The times of a list, which may be missing."""
    return tuple(None if number is None else finite(number) for number in numbers)


def finite(number: Any) -> float:
    """The number as a float. ValueError: it is none, or not finite."""
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(number)
    return value
