"""Rate, requests in flight and latency over the time of one run, from its timeline in the result."""

from dataclasses import dataclass

import numpy

from .. import style
from ..drawing import (Figure, Table, evenly, latency_scale, left_out_note, panels, rate_axis,
                       short_time_text)
from ..legend import DASHED, DOTTED, SOLID, Entry
from ..request_log import MOST_BINS, TimeLine
from ..svg import to_svg
from ..tips import mark, range_text, zones
from ..view import key_text
from ..words import number_text, rate_text, time_text
from .time_line import (describe, draw_latency, draw_rate, finish_rate, latency_figures, line_tip,
                        rate_figures, seconds_text, zone_tips)

# An even rate has at most so many departures more or fewer in a slice.
EVEN = 1.5


@dataclass
class Slices(TimeLine):
    """As TimeLine; the rates are NaN before the first send and after the last."""

    in_flight: numpy.ndarray
    # The rate of the due times, NaN after the last; None if it is even, or if the run is unpaced.
    asked: numpy.ndarray


def draw(view, key):
    """Returns None if no result has the timeline of (rpm, parallel) `key`."""
    sides = [(place, side, slices_of(side.cells[key].timeline, key[0]))
             for place, side in enumerate(view.sides)
             if key in side.cells and side.cells[key].timeline]
    if not sides:
        return None
    name = f"{view.slug}-time-{key[0]}-{key[1]}"
    figure, (rate, in_flight, latency) = panels(3, 3.2)
    latency_scale(latency, numpy.concatenate(
        [values[numpy.isfinite(values)] for *_, one in sides for values in (one.p50, one.p99)]))
    for place, _, one in sides:
        whose = f"{view.sides[place].label}, " * view.compares
        draw_rate(rate, one, style.series(place), whose)
        draw_in_flight(in_flight, one, style.series(place), whose)
        draw_latency(latency, one, place, view.compares, whose)
    draw_asked(rate, key[0], [one for *_, one in sides])
    finish_panels(view, sides, {rate: ("rpm sent", rate_figures),
                                in_flight: ("requests in flight", in_flight_figures),
                                latency: ("latency by end time", latency_figures)})
    alternative = (f"Lines of rate, requests in flight and latency over time at {key_text(key)}. "
                   + " ".join(describe(side.label if view.compares else "", one)
                              + in_flight_text(one) for _, side, one in sides))
    table, notes = table_of(view, key, sides)
    return Figure(
        name, f"Over time: {key_text(key)}",
        "A steady run has flat lines. More requests in flight at the same rate show that responses "
        "take longer. Crosses mark failed requests, and each point covers "
        f"{short_time_text(sides[0][2].width)}.",
        alternative, to_svg(figure, name, alternative), table, notes + notes_of(view, key),
        legend_of(view, sides, key[0]))


def slices_of(timeline, rpm):
    starts = numpy.array(timeline.starts)
    width = timeline.width
    rates = rates_of(starts, timeline)
    p50, p99 = (numpy.array([numpy.nan if time is None else time for time in times])
                for times in (timeline.p50, timeline.p99))
    return Slices(starts, width, rates, p50, p99, numpy.array(timeline.errors),
                  numpy.array(timeline.in_flight), asked_of(timeline, rpm))


def rates_of(starts, timeline):
    sent = numpy.array(timeline.sent, dtype=float)
    covered = (numpy.minimum(starts + timeline.width, timeline.last_send)
               - numpy.maximum(starts, timeline.first_send))
    # n sends at an even rate have n - 1 gaps between them, and a gap after the last.
    covered *= numpy.where(sent > 1, sent / numpy.maximum(sent - 1, 1), 1)
    covered = numpy.minimum(covered, timeline.width)
    # A slice that the sends cover by less than half gives no useful rate.
    is_useful = covered >= timeline.width / 2
    if not is_useful.any():
        return 60 * sent / timeline.width
    return numpy.where(is_useful, 60 * sent / numpy.where(is_useful, covered, 1), numpy.nan)


def asked_of(timeline, rpm):
    if not rpm or timeline.due is None:
        return None
    due = numpy.array(timeline.due, dtype=float)
    last = numpy.flatnonzero(due)[-1] if due.any() else 0
    # The first and the last slice may not be covered.
    if (abs(due[1:last] - rpm / 60 * timeline.width) <= EVEN).all():
        return None
    asked = 60 * due / timeline.width
    asked[last + 1:] = numpy.nan
    return asked


def draw_in_flight(axes, one, colour, whose):
    (drawn,) = axes.plot(one.starts + one.width / 2, one.in_flight, color=colour, linewidth=1.6)
    mark(drawn, line_tip(f"{whose}in flight", one, one.in_flight, in_flight_number))


def in_flight_number(number):
    return number_text(round(number, 1))


def draw_asked(axes, rpm, sides):
    """Draws the rate asked for, and sets the axis of rates."""
    uneven = [one for one in sides if one.asked is not None]
    finish_rate(axes, 0 if uneven else rpm, sides)
    for one in uneven:
        edges = numpy.append(one.starts, one.starts[-1] + one.width)
        (drawn,) = axes.step(edges, numpy.append(one.asked, one.asked[-1]), where="post",
                             color=style.colour("muted"), linestyle=":", linewidth=1.4)
        mark(drawn, line_tip("asked for", one, one.asked, lambda rate: rate_text(round(rate))))
        axes.set_ylim(0, max(axes.get_ylim()[1], float(numpy.nanmax(one.asked)) * 1.15))


def finish_panels(view, sides, panels_of):
    start = min(float(one.starts[0]) for *_, one in sides)
    end = max(float(one.starts[-1]) + one.width for *_, one in sides)
    for panel, (title, figures) in panels_of.items():
        panel.set_title(title)
        panel.set_xlabel("seconds since the start of the run")
        panel.set_xlim(start, end)
        zones(panel, zone_tips(view, sides, figures))
        if figures is in_flight_figures:
            panel.set_ylim(0, max(panel.get_ylim()[1], 1))
            rate_axis(panel.yaxis)


def in_flight_figures(one, inside):
    return f"{range_text(one.in_flight[inside].tolist(), in_flight_number)} in flight"


def in_flight_text(one):
    return (f" Between {in_flight_number(float(one.in_flight.min()))} and "
            f"{in_flight_number(float(one.in_flight.max()))} requests are in flight.")


def legend_of(view, sides, rpm):
    if view.compares:
        lines = [Entry(f"{side.label}{name}", f"series{place}", dashes=dashes)
                 for place, side, _ in sides
                 for name, dashes in ((", rpm, in flight and p99", SOLID), (", p50", DASHED))]
    else:
        lines = [Entry("rpm sent, in flight", "series0"), Entry("p99", "ramp4"),
                 Entry("p50", "ramp1")]
    return lines + [Entry("asked for", "muted", dashes=DOTTED)] * bool(rpm)


def notes_of(view, key):
    runs = max(len(side.cells[key].rows) for side in view.sides if key in side.cells)
    return [f"The figure shows the first of {runs} repetitions."] if runs > 1 else []


def table_of(view, key, sides):
    """The numbers, and a note if some are left out."""
    rows = []
    for _, side, one in sides:
        for start, rpm, in_flight, p50, p99, errors in zip(
                one.starts, one.rpm, one.in_flight, one.p50, one.p99, one.errors):
            rows.append([seconds_text(start), *[side.label] * view.compares,
                         "" if numpy.isnan(rpm) else number_text(round(float(rpm))),
                         in_flight_number(float(in_flight)),
                         *("" if numpy.isnan(value) else time_text(float(value))
                           for value in (p50, p99)), f"{errors:,}"])
    shown = evenly(rows, MOST_BINS)
    columns = ["second", *["result"] * view.compares, f"rpm sent, of {rate_text(key[0])}",
               "in flight", "p50", "p99", "failed"]
    note = [text.replace("are drawn", "are in the table")
            for text in left_out_note(shown, rows, "slices")]
    return Table(columns, shown), note
