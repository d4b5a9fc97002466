"""Rate and latency over the time of one run, from the log."""

import numpy

from .. import style
from ..drawing import (Figure, Table, latency_scale, line, mark, panels, rate_axis, short_time_text,
                       to_svg)
from ..legend import DASHED, DOTTED, SOLID, Entry
from ..view import key_text
from ..words import count_text, number_text, rate_text, time_text


def draw(view, key):
    """Returns None if no log has the run of (rpm, parallel) `key`."""
    sides = [(place, side, side.logged[key].time_line)
             for place, side in enumerate(view.sides) if key in side.logged]
    if not sides:
        return None
    name = f"{view.slug}-time-{key[0]}-{key[1]}"
    figure, (rate, latency) = panels(2, 3.2)
    latency_scale(latency, numpy.concatenate(
        [values[numpy.isfinite(values)] for *_, one in sides for values in (one.p50, one.p99)]))
    for place, _, one in sides:
        draw_rate(rate, one, style.series(place))
        draw_latency(latency, one, place, view.compares)
    finish_rate(rate, key[0], [one for *_, one in sides])
    rate.set_title("rpm sent")
    latency.set_title("latency by send time")
    for panel in (rate, latency):
        panel.set_xlabel("seconds since the first send")
        panel.set_xlim(left=0)
    alternative = f"Lines of rate and latency over time at {key_text(key)}. " + " ".join(
        describe(side.label if view.compares else "", one) for _, side, one in sides)
    return Figure(
        name, f"Over time: {key_text(key)}",
        "A steady run has flat lines. A falling rate or a rising p99 shows when a problem began. "
        f"Crosses mark failed requests, and each point covers {short_time_text(sides[0][2].width)}.",
        alternative, to_svg(figure, name, alternative), table_of(view, key, sides),
        notes_of(view, key), legend_of(view, sides, key[0]))


def draw_rate(axes, one, colour):
    edges = numpy.append(one.starts, one.starts[-1] + one.width)
    (drawn,) = axes.step(edges, numpy.append(one.rpm, one.rpm[-1]), where="post", color=colour,
                         linewidth=1.6)
    mark(drawn)


def finish_rate(axes, rpm, time_lines):
    highest = max(float(one.rpm.max()) for one in time_lines)
    if rpm:
        mark(axes.axhline(rpm, color=style.colour("muted"), linestyle=":", linewidth=1.4))
    axes.set_ylim(0, max(highest, rpm) * 1.15)
    rate_axis(axes.yaxis)
    for one in time_lines:
        failed = numpy.flatnonzero(one.errors)
        if len(failed):
            (crosses,) = axes.plot(one.starts[failed] + one.width / 2, one.rpm[failed], marker="x",
                                   color=style.colour("alarm"), linestyle="none", markersize=7,
                                   markeredgewidth=1.6)
            mark(crosses)


def draw_latency(axes, one, place, compares):
    middles = one.starts + one.width / 2
    colours = [style.series(place)] * 2 if compares else [style.colour("ramp1"),
                                                          style.colour("ramp4")]
    line(axes, middles, one.p50, colours[0], linestyle="--" if compares else "-", linewidth=1.5)
    line(axes, middles, one.p99, colours[1], linewidth=1.8)


def legend_of(view, sides, rpm):
    if view.compares:
        lines = [Entry(f"{side.label}, {name}", f"series{place}", dashes=dashes)
                 for place, side, _ in sides for name, dashes in (("p99", SOLID), ("p50", DASHED))]
    else:
        lines = [Entry("rpm sent", "series0"), Entry("p99", "ramp4"), Entry("p50", "ramp1")]
    return lines + [Entry("asked for", "muted", dashes=DOTTED)] * bool(rpm)


def notes_of(view, key):
    runs = max(side.logged[key].runs for side in view.sides if key in side.logged)
    return [f"The figure shows the first of {runs} repetitions."] if runs > 1 else []


def describe(label, one):
    p99 = one.p99[numpy.isfinite(one.p99)]
    text = f"{label}: " if label else ""
    text += f"the median rate is {number_text(round(float(numpy.median(one.rpm))))} rpm, "
    text += (f"the lowest {number_text(round(float(one.rpm.min())))} and "
             f"the highest {number_text(round(float(one.rpm.max())))}")
    if len(p99):
        text += f"; p99 ranges from {time_text(p99.min())} to {time_text(p99.max())}"
    return text + f"; {count_text(int(one.errors.sum()), 'request')} failed."


def table_of(view, key, sides):
    rows = []
    for _, side, one in sides:
        for start, rpm, p50, p99, errors in zip(one.starts, one.rpm, one.p50, one.p99, one.errors):
            rows.append([f"{start:.3f}".rstrip("0").rstrip("."), *[side.label] * view.compares,
                         number_text(round(float(rpm))), *("" if numpy.isnan(value) else
                                                           time_text(float(value))
                                                           for value in (p50, p99)), f"{errors:,}"])
    return Table(["second", *["result"] * view.compares, f"rpm sent, of {rate_text(key[0])}", "p50",
                  "p99", "failed"], rows)
