"""Latency percentiles by rate, one panel per parallel."""

from .. import style
from ..drawing import (Figure, MOST_PANELS, asked_scale, evenly, label_ends, latency_scale,
                       left_out_note, line, panels)
from ..legend import DASHED, SOLID, Entry
from ..svg import to_svg
from ..tips import MOST_ZONES, mark, series_tip, zones
from ..view import VERDICT, key_text, rate_heading, time_of
from ..words import list_text, rate_text, time_text

PERCENTILES = ("p50", "p90", "p99", "p99.9")


def draw(view):
    """Returns None if there is only one rate."""
    if len(view.rates) < 2:
        return None
    parallels = evenly(view.parallels, MOST_PANELS)
    figure, axes = panels(len(parallels), 3.6, sharex=True, sharey=True)
    lines = side_lines(view) if view.compares else percentile_lines(view)
    shown = [cell for cell in view.cells if cell.parallel in parallels]
    latency_scale(axes[0], [value for cell in shown for counter in {one[1] for one in lines}
                            for value in cell.values(counter)])
    asked_scale(axes[0], {position(cell): rate_heading(cell.rpm) for cell in shown})
    for panel, parallel in zip(axes, parallels):
        draw_parallel(panel, parallel, lines)
        zones(panel, zone_tips(view, parallel, [one[1] for one in lines]))
        panel.set_title(f"parallel {parallel:,}")
        panel.set_xlabel("rpm asked for")
    axes[0].set_ylabel("latency")
    alternative = describe(view, shown)
    title = "Latency by rate"
    how = ("Each line is a percentile: 99% of the requests took no longer than the p99 line. "
           "Lines that rise to the right show an API that slows down under load.")
    if view.compares:
        how = ("The solid line is p99, the dashed line p50. At each rate, the result with the higher "
               "line is slower.")
    if any(len(cell.rows) > 1 for cell in shown):
        how += " The bands span the minimum to the maximum of the repetitions."
    return Figure(f"{view.slug}-latency", title, how, alternative,
                  to_svg(figure, f"{view.slug}-latency", alternative),
                  view.table(VERDICT, *(time_of(name) for name in (*PERCENTILES, "max", "due_p50",
                                                                  "due_p99")),
                             *view.times("mean", "stddev")),
                  left_out_note(parallels, view.parallels, "parallels"),
                  legend_of(view) if view.compares else [])


def percentile_lines(view):
    """(cells, counter, text at the end, name, colour, marker, dashes) for each line of one result."""
    colours = style.ramp(len(PERCENTILES))
    return [(view.sides[0].cells, counter, counter, counter, colour, marker, "-")
            for counter, colour, marker in zip(PERCENTILES, colours, style.MARKERS)
            if view.has(counter)]


def side_lines(view):
    return [(side.cells, counter, None, f"{side.label}, {counter}", style.series(place),
             style.MARKERS[place], dashes)
            for place, side in enumerate(view.sides)
            for counter, dashes in (("p50", "--"), ("p99", "-"))]


def legend_of(view):
    return [Entry(f"{side.label}, {counter}", f"series{place}", style.MARKERS[place], dashes)
            for place, side in enumerate(view.sides)
            for counter, dashes in (("p99", SOLID), ("p50", DASHED))]


def position(cell):
    """The rate asked for; for an unpaced run, the rate reached."""
    return cell.rpm or cell.value("rpm")


def draw_parallel(axes, parallel, lines):
    ends = []
    for cells, counter, text, name, colour, marker, dashes in lines:
        along = sorted((cell for key, cell in cells.items()
                        if key[1] == parallel and cell.value(counter) is not None), key=position)
        if not along:
            continue
        x = [position(cell) for cell in along]
        y = [cell.value(counter) for cell in along]
        if any(len(cell.rows) > 1 for cell in along):
            mark(axes.fill_between(x, [min(cell.values(counter)) for cell in along],
                                   [max(cell.values(counter)) for cell in along],
                                   color=colour, alpha=0.18, linewidth=0))
        tips = [f"{name}, {key_text(cell.key)}: {time_text(value)}" for cell, value in zip(along, y)]
        tip = series_tip(name, [rate_text(cell.rpm) for cell in along], y, time_text)
        line(axes, x, y, colour, marker, tip, tips, linestyle=dashes)
        ends.append((x[-1], y[-1], text, colour))
    if any(text for _, _, text, _ in ends):
        label_ends(axes, ends)


def zone_tips(view, parallel, counters):
    """The percentiles at each rate, by position."""
    at = {}
    for side in view.sides:
        for key, cell in side.cells.items():
            figures = ", ".join(f"{counter} {time_text(cell.value(counter))}"
                                for counter in dict.fromkeys(counters)
                                if cell.value(counter) is not None)
            if key[1] == parallel and figures:
                heading = [] if position(cell) in at else [key_text(key)]
                at.setdefault(position(cell), heading).append(
                    f"{side.label}: " * view.compares + figures)
    return {place: "\n".join(at[place]) for place in evenly(sorted(at), MOST_ZONES)}


def describe(view, shown):
    parts = []
    for side in view.sides:
        prefix = f"{side.label}, " if view.compares else ""
        for parallel in dict.fromkeys(cell.parallel for cell in shown):
            along = [cell for cell in side.cells.values() if cell.parallel == parallel]
            ends = along[:1] + along[1:][-1:]
            steps = [f"at {rate_heading(cell.rpm)}" + (" rpm " if cell.rpm else " ") + list_text(
                f"{counter} {time_text(cell.value(counter))}" for counter in ("p50", "p99"))
                for cell in ends]
            parts.append(f"{prefix}parallel {parallel:,}: {', '.join(steps)}.")
    return "Lines of latency percentiles by rate. " + " ".join(parts)
