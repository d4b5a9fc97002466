"""Panels of counters over the rate asked for.

One result has one row of panels, with one panel per measure and one line per parallel. Several
results have one row per measure, with one panel per parallel and one line per result.
"""

from dataclasses import dataclass

from .. import style
from ..drawing import WIDTH, asked_scale, evenly, latency_scale, line, new_figure, rate_axis
from ..legend import DASHED, Entry
from ..tips import MOST_ZONES, series_tip, zones
from ..view import rate_heading
from ..words import rate_text

MOST_LINES = 5
MOST_COLUMNS = 3


@dataclass
class Line:
    """The runs along a line of each panel, for each counter of the panel's measure."""

    name: str
    cells: list
    colour: str
    marker: str


@dataclass
class Measure:
    title: str
    # Line styles by counter: {"p99": "-", "p50": "--"}.
    counters: dict
    text: callable
    is_time: bool = True
    # Called with (axes, cells) after the cells are drawn.
    extra: callable = None


def draw_measures(view, measures):
    """Returns the figure, its legend, and the parallels that are drawn."""
    columns = evenly(view.parallels, MOST_COLUMNS) if view.compares else measures
    rows = len(measures) if view.compares else 1
    figure = new_figure(WIDTH, 3.3 if rows == 1 else 2.9 * rows)
    figure.get_layout_engine().set(h_pad=0.08, wspace=0.04, hspace=0.05)
    axes = figure.subplots(rows, len(columns), squeeze=False)
    if view.compares:
        for row, measure in zip(axes, measures):
            for panel, parallel in zip(row, columns):
                draw_panel(panel, measure, lines_of_sides(view, parallel), cells_of(view, columns))
                panel.set_title(f"{measure.title}, parallel {parallel:,}")
        return figure, legend_of_sides(view, measures), columns
    parallels = evenly(view.parallels, MOST_LINES)
    colours = style.ramp(len(parallels))
    lines = [Line(f"parallel {parallel:,}", cells_of(view, [parallel]), colour, marker)
             for parallel, colour, marker in zip(parallels, colours, style.MARKERS)]
    for panel, measure in zip(axes[0], measures):
        draw_panel(panel, measure, lines, cells_of(view, parallels))
        panel.set_title(measure.title)
    return figure, legend_of_parallels(parallels, colours, measures), parallels


def cells_of(view, parallels):
    return [cell for cell in view.cells if cell.parallel in parallels]


def lines_of_sides(view, parallel):
    return [Line(side.label, [cell for cell in side.cells.values() if cell.parallel == parallel],
                 style.series(place), style.MARKERS[place]) for place, side in enumerate(view.sides)]


def draw_panel(axes, measure, lines, scaled_by):
    """Scales the axes to all cells in `scaled_by`, so that the panels of a row are comparable."""
    values = [value for cell in scaled_by for counter in measure.counters
              for value in cell.values(counter)]
    if measure.is_time:
        latency_scale(axes, values)
    else:
        axes.set_ylim(0, max(values, default=1) * 1.12 or 1)
        rate_axis(axes.yaxis)
    asked_scale(axes, {position(cell): rate_heading(cell.rpm) for cell in scaled_by})
    for one in lines:
        for counter, dashes in measure.counters.items():
            draw_line(axes, measure, one, counter, dashes)
    zones(axes, zone_tips(measure, lines))
    if measure.extra:
        measure.extra(axes, [cell for one in lines for cell in one.cells])
    axes.set_xlabel("rpm asked for")


def draw_line(axes, measure, one, counter, dashes):
    along = sorted((cell for cell in one.cells if cell.value(counter) is not None), key=position)
    if not along:
        return
    values = [cell.value(counter) for cell in along]
    name = name_of_counter(counter)
    tips = [f"{one.name}, {rate_text(cell.rpm)}: {name} {measure.text(value)}"
            for cell, value in zip(along, values)]
    tip = series_tip(f"{one.name}, {name}", [rate_text(cell.rpm) for cell in along], values,
                     measure.text)
    line(axes, [position(cell) for cell in along], values, one.colour, one.marker, tip, tips,
         linestyle=dashes)


def zone_tips(measure, lines):
    """The figures of all lines at each rate, by position."""
    at = {}
    for one in lines:
        for cell in one.cells:
            figures = [f"{name_of_counter(counter)} {measure.text(cell.value(counter))}"
                       for counter in measure.counters if cell.value(counter) is not None]
            if figures:
                heading = [] if position(cell) in at else [rate_text(cell.rpm)]
                at.setdefault(position(cell), heading).append(f"{one.name}: {', '.join(figures)}")
    return {place: "\n".join(at[place]) for place in evenly(sorted(at), MOST_ZONES)}


def name_of_counter(counter):
    return {"rpm": "rpm achieved", "tokens_out": "tokens/s"}.get(counter, counter.replace("_", " "))


def position(cell):
    """The rate asked for; for an unpaced run, the rate reached."""
    return cell.rpm or cell.value("rpm")


def legend_of_parallels(parallels, colours, measures):
    entries = [Entry(f"parallel {parallel:,}", style.name_of(colour), marker)
               for parallel, colour, marker in zip(parallels, colours, style.MARKERS)]
    return entries + dash_entries(measures)


def legend_of_sides(view, measures):
    entries = [Entry(side.label, f"series{place}", style.MARKERS[place])
               for place, side in enumerate(view.sides)]
    return entries + dash_entries(measures)


def dash_entries(measures):
    if not any("--" in measure.counters.values() for measure in measures):
        return []
    return [Entry("p99", "muted"), Entry("p50", "muted", dashes=DASHED)]
