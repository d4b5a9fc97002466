"""Rate and latency over the time of one run, from the log."""

import math

import numpy

from .. import style
from ..drawing import Figure, Table, latency_scale, line, panels, rate_axis, short_time_text
from ..legend import DASHED, DOTTED, SOLID, Entry
from ..svg import to_svg
from ..tips import MOST_ZONES, mark, range_text, series_tip, zones
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
        whose = f"{view.sides[place].label}, " * view.compares
        draw_rate(rate, one, style.series(place), whose)
        draw_latency(latency, one, place, view.compares, whose)
    finish_rate(rate, key[0], [one for *_, one in sides])
    rate.set_title("rpm sent")
    latency.set_title("latency by send time")
    for panel in (rate, latency):
        panel.set_xlabel("seconds since the first send")
        panel.set_xlim(0, panel.get_xlim()[1])
        zones(panel, zone_tips(view, sides, rate_figures if panel is rate else latency_figures))
    alternative = f"Lines of rate and latency over time at {key_text(key)}. " + " ".join(
        describe(side.label if view.compares else "", one) for _, side, one in sides)
    return Figure(
        name, f"Over time: {key_text(key)}",
        "A steady run has flat lines. A falling rate or a rising p99 shows when a problem began. "
        f"Crosses mark failed requests, and each point covers {short_time_text(sides[0][2].width)}.",
        alternative, to_svg(figure, name, alternative), table_of(view, key, sides),
        notes_of(view, key), legend_of(view, sides, key[0]))


def zone_tips(view, sides, figures):
    """The figures of all sides in each zone, which has whole bins of the side with the widest bins."""
    width = max(one.width for *_, one in sides)
    start = min(float(one.starts[0]) for *_, one in sides)
    end = max(float(one.starts[-1]) + one.width for *_, one in sides)
    width *= math.ceil((end - start) / width / MOST_ZONES - 1e-9)
    tips = {}
    for begin in numpy.arange(start, end - width * 1e-6, width):
        lines = []
        for _, side, one in sides:
            middles = one.starts + one.width / 2
            inside = (middles >= begin) & (middles < begin + width)
            if inside.any():
                lines.append(f"{side.label}: " * view.compares + figures(one, inside))
        if lines:
            heading = f"{seconds_text(begin)} to {seconds_text(begin + width)} s"
            tips[begin + width / 2] = "\n".join([heading, *lines])
    return tips


def seconds_text(seconds):
    return f"{seconds:,.3f}".rstrip("0").rstrip(".")


def rate_figures(one, inside):
    failed = int(one.errors[inside].sum())
    rates = [float(rate) for rate in one.rpm[inside] if numpy.isfinite(rate)]
    sent = range_text(rates, lambda rate: f"{number_text(round(rate))} rpm") if rates else "all sent"
    return (sent + f", {count_text(failed, 'request')} failed" * bool(failed))


def latency_figures(one, inside):
    texts = []
    for name, values in (("p50", one.p50[inside]), ("p99", one.p99[inside])):
        values = values[numpy.isfinite(values)]
        if len(values):
            texts.append(f"{name} {range_text(values.tolist(), time_text)}")
    return ", ".join(texts) or "no good response"


def draw_rate(axes, one, colour, whose):
    edges = numpy.append(one.starts, one.starts[-1] + one.width)
    (drawn,) = axes.step(edges, numpy.append(one.rpm, one.rpm[-1]), where="post", color=colour,
                         linewidth=1.6)
    mark(drawn, line_tip(f"{whose}rpm sent", one, one.rpm, lambda rate: number_text(round(rate))))


def line_tip(name, one, values, text):
    known = numpy.flatnonzero(numpy.isfinite(values))
    if not len(known):
        return None
    places = [f"{seconds_text(start)} s" for start in one.starts[known]]
    return series_tip(name, places, values[known].tolist(), text)


def finish_rate(axes, rpm, time_lines):
    highest = max(float(numpy.nanmax(one.rpm)) for one in time_lines)
    if rpm:
        mark(axes.axhline(rpm, color=style.colour("muted"), linestyle=":", linewidth=1.4),
             f"asked for: {rate_text(rpm)}")
    axes.set_ylim(0, max(highest, rpm) * 1.15)
    rate_axis(axes.yaxis)
    for one in time_lines:
        failed = numpy.flatnonzero(one.errors)
        if len(failed):
            (crosses,) = axes.plot(one.starts[failed] + one.width / 2,
                                   numpy.nan_to_num(one.rpm[failed]), marker="x",
                                   color=style.colour("alarm"), linestyle="none", markersize=7,
                                   markeredgewidth=1.6)
            mark(crosses)


def draw_latency(axes, one, place, compares, whose):
    middles = one.starts + one.width / 2
    colours = [style.series(place)] * 2 if compares else [style.colour("ramp1"),
                                                          style.colour("ramp4")]
    line(axes, middles, one.p50, colours[0], tip=line_tip(f"{whose}p50", one, one.p50, time_text),
         linestyle="--" if compares else "-", linewidth=1.5)
    line(axes, middles, one.p99, colours[1], tip=line_tip(f"{whose}p99", one, one.p99, time_text),
         linewidth=1.8)


def legend_of(view, sides, rpm):
    if view.compares:
        lines = [Entry(f"{side.label}, {name}", f"series{place}", dashes=dashes)
                 for place, side, _ in sides for name, dashes in (("p99", SOLID), ("p50", DASHED))]
    else:
        lines = [Entry("rpm sent", "series0"), Entry("p99", "ramp4"), Entry("p50", "ramp1")]
    return lines + [Entry("asked for", "muted", dashes=DOTTED)] * bool(rpm)


def notes_of(view, key):
    cells = [(side, side.logged[key]) for side in view.sides if key in side.logged]
    runs = max(cell.runs for _, cell in cells)
    notes = [f"The figure shows the first of {runs} repetitions."] if runs > 1 else []
    return notes + [
        f"{f'The line of {side.label}' if view.compares else 'The figure'} has the requests of "
        f"{origin_of(cell)}, each once." for side, cell in cells if cell.logs > 1]


def origin_of(cell):
    logs = count_text(cell.logs, "log")
    return f"{cell.ranks:,} ranks from {logs}" if cell.ranks > 1 else logs


def describe(label, one):
    p99 = one.p99[numpy.isfinite(one.p99)]
    text = f"{label}: " if label else ""
    text += f"the median rate is {number_text(round(float(numpy.nanmedian(one.rpm))))} rpm, "
    text += (f"the lowest {number_text(round(float(numpy.nanmin(one.rpm))))} and "
             f"the highest {number_text(round(float(numpy.nanmax(one.rpm))))}")
    if len(p99):
        text += f"; p99 ranges from {time_text(p99.min())} to {time_text(p99.max())}"
    return text + f"; {count_text(int(one.errors.sum()), 'request')} failed."


def table_of(view, key, sides):
    rows = []
    for _, side, one in sides:
        for start, rpm, p50, p99, errors in zip(one.starts, one.rpm, one.p50, one.p99, one.errors):
            rows.append([seconds_text(start), *[side.label] * view.compares,
                         number_text(round(float(rpm))), *("" if numpy.isnan(value) else
                                                           time_text(float(value))
                                                           for value in (p50, p99)), f"{errors:,}"])
    return Table(["second", *["result"] * view.compares, f"rpm sent, of {rate_text(key[0])}", "p50",
                  "p99", "failed"], rows)
