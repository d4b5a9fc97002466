"""The whole latency distribution, on the axis of HDR plots: each further nine is equally wide."""

import math

import matplotlib.ticker as ticker
import numpy

from .. import style
from ..drawing import (Figure, MOST_PANELS, Table, evenly, label_ends, latency_scale, left_out_note,
                       line, panels)
from ..legend import DASHED, SOLID, Entry
from ..svg import to_svg
from ..tips import zones
from ..view import key_text, rate_heading
from ..words import count_text, rate_text, time_text

COUNTERS = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999, "max": 1}
MOST_LINES = 5


def draw(view):
    panel_lines, notes = lines_of_sides(view) if view.compares else lines_of_rates(view)
    curves = [curve for _, lines in panel_lines for curve, *_ in lines]
    figure, axes = panels(len(panel_lines), 3.6, sharey=True)
    latency_scale(axes[0], [value for curve in curves for value in curve[1]])
    for panel, (title, lines) in zip(axes, panel_lines):
        draw_panel(panel, lines)
        panel.set_title(title)
    axes[0].set_ylabel("latency")
    exact = [side.logged.get(key) for side in view.sides for key in side.cells]
    if not all(exact):
        notes.append("Without a log (--log), straight lines connect the percentiles in the result."
                     if not any(exact) else
                     "For runs without a log (--log), straight lines connect the percentiles in the "
                     "result.")
    notes += notes_of_connects(view)
    table = table_of(view)
    alternative = "Curves of latency by percentile, on a logarithmic axis of nines. " + " ".join(
        f"{title}: " + "; ".join(describe(curve, name) for curve, name, *_ in lines) + "."
        for title, lines in panel_lines)
    return Figure(
        f"{view.slug}-curve", "Every percentile",
        "At each percentile, that share of the requests took no longer than the curve. Each step to "
        "the right leaves a tenth as many requests, so rare slow requests are visible.",
        alternative, to_svg(figure, f"{view.slug}-curve", alternative), table, notes,
        [Entry(side.label, f"series{place}", dashes=DASHED if place % 2 else SOLID)
         for place, side in enumerate(view.sides)] if view.compares else [])


def lines_of_rates(view):
    """One panel per parallel, one line per rate: (title, [(curve, name, label, colour,
    dashes)]).
    """
    (side,) = view.sides
    parallels = evenly(view.parallels, MOST_PANELS)
    rates = evenly(view.rates, MOST_LINES)
    colours = dict(zip(rates, style.ramp(len(rates))))
    found = []
    for parallel in parallels:
        lines = [(curve_of(side, (rpm, parallel)), rate_text(rpm), rate_heading(rpm), colours[rpm], "-")
                 for rpm in rates if (rpm, parallel) in side.cells]
        if lines:
            found.append((f"parallel {parallel:,}", lines))
    return found, (left_out_note(parallels, view.parallels, "parallels")
                   + left_out_note(rates, view.rates, "rates"))


def lines_of_sides(view):
    """One panel per cell, one line per result."""
    every = view.shared_keys or view.keys
    keys = evenly(every, MOST_PANELS)
    found = [(key_text(key), [(curve_of(side, key), side.label, "", style.series(place),
                               "--" if place % 2 else "-")
                              for place, side in enumerate(view.sides) if key in side.cells])
             for key in keys]
    return found, left_out_note(keys, every, "runs")


def notes_of_connects(view):
    """How many of the slowest requests waited for a new connection."""
    found = []
    for key in view.keys:
        for side in view.sides:
            connects = side.logged[key].connects if key in side.logged else None
            if not connects or not connects.requests:
                continue
            name = f"{side.label}, {key_text(key)}" if view.compares else key_text(key)
            found.append(
                f"{name}: {count_text(connects.requests, 'request')} waited for a new connection, "
                f"{connects.slow:,} of the slowest {connects.slowest:,} among them.")
    further = len(found) - MOST_LINES
    return found[:MOST_LINES] + (
        [f"Requests of {count_text(further, 'further run')} waited too."] if further > 0 else [])


def curve_of(side, key):
    """(shares left, latencies, requests): exact from a log, otherwise from the counters."""
    if key in side.logged:
        curve = side.logged[key].curve
        left = numpy.where(curve.shares < 1, 1 - curve.shares, 0.5 / curve.requests)
        return left, curve.latencies, curve.requests
    cell = side.cells[key]
    known = [(share, cell.value(name)) for name, share in COUNTERS.items()
             if cell.value(name) is not None and ((1 - share) * cell.requests >= 1 or share == 1)]
    known = known or [(COUNTERS["p50"], cell.value("p50"))]
    left = numpy.array([1 - share if share < 1 else 0.5 / cell.requests for share, _ in known])
    return left, numpy.array([value for _, value in known]), None


def draw_panel(axes, lines):
    axes.set_xscale("log")
    furthest = min(curve[0][-1] for curve, *_ in lines)
    axes.set_xlim(1, furthest * 0.9)
    for curve, name, _, colour, dashes in lines:
        left, latencies, requests = curve
        line(axes, left, latencies, colour, None if requests else "o", describe(curve, name),
             linestyle=dashes)
    zones(axes, zone_tips(lines))
    nines = range(int(-math.log10(furthest)) + 1)
    axes.set_xticks([10.0 ** -nine for nine in nines], [tick_text(nine) for nine in nines])
    axes.xaxis.set_minor_locator(ticker.NullLocator())
    axes.grid(True, axis="x")
    axes.set_xlabel("percentile")
    # If rates end at different percentiles, their last value is their slowest request.
    label_ends(axes, [(curve[0][-1], curve[1][-1], label, colour)
                      for curve, _, label, colour, _ in lines if label])


def zone_tips(lines):
    """The latencies of all lines at each percentile; the slowest requests are at the curves' ends."""
    tips = {}
    for percentile, share in COUNTERS.items():
        values = [(name, at(curve, share)) for curve, name, *_ in lines]
        figures = [f"{name}: {time_text(value)}" for name, value in values if value is not None]
        if figures:
            place = 1 - share if share < 1 else min(curve[0][-1] for curve, *_ in lines)
            tips[place] = "\n".join([percentile, *figures])
    return tips


def tick_text(nines):
    if nines < 2:
        return "0" if nines == 0 else "90%"
    return "99%" if nines == 2 else f"99.{'9' * (nines - 2)}%"


def at(curve, share):
    """The latency at a share of the requests; None if the curve has no such point."""
    left, latencies, requests = curve
    place = numpy.flatnonzero(numpy.isclose(left, 1 - share, rtol=1e-9, atol=0))
    if share == 1:
        return latencies[-1]
    return latencies[place[0]] if len(place) else None


def describe(curve, name):
    values = [(percentile, at(curve, share)) for percentile, share in COUNTERS.items()]
    return f"{name}: " + ", ".join(f"{percentile} {time_text(value)}"
                                   for percentile, value in values if value is not None)


def table_of(view):
    rows = []
    for key in view.keys:
        for side in view.sides:
            if key not in side.cells:
                continue
            curve = curve_of(side, key)
            source = count_text(curve[2], "request") if curve[2] else "the result's counters"
            values = [at(curve, share) for share in COUNTERS.values()]
            rows.append([rate_heading(key[0]), f"{key[1]:,}", *[side.label] * view.compares, source,
                         *("" if value is None else time_text(value) for value in values)])
    return Table(["rpm asked", "parallel", *["result"] * view.compares, "from", *COUNTERS], rows)
