"""Shared parts of the figures: panels, axes, labels and lines."""

import contextlib
import re
import warnings
from dataclasses import dataclass, field

import matplotlib
import matplotlib.figure
import matplotlib.ticker as ticker

from . import style
from .tips import MOST_POINTS, mark
from .words import number_text, time_text

# Width of a figure across the page, in inches of 72 CSS pixels.
WIDTH = 13.2
MOST_PANELS = 4


@dataclass
class Table:
    """The numbers of a figure; the first column contains the row headings."""

    columns: list
    rows: list


@dataclass
class Figure:
    """One picture of the page."""

    name: str
    title: str
    # How to read the figure.
    how: str
    # The content in words and numbers, for readers who cannot see the figure.
    alternative: str
    svg: str
    table: Table
    notes: list = field(default_factory=list)
    # Entries of legend.py.
    legend: list = field(default_factory=list)


@contextlib.contextmanager
def drawing_style():
    """Sets up Matplotlib for the figures. Afterwards, Matplotlib is as before: a notebook has figures of
    its own.
    """
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(style.with_stand_ins())
        # The SVG keeps text as text; the page's fonts have the glyphs that Matplotlib's fonts lack.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def new_figure(width, height):
    """A figure without pyplot, which would keep and show every figure of a notebook."""
    figure = matplotlib.figure.Figure(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.06, wspace=0.03)
    return figure


def panels(count, height, **options):
    """A row of panels."""
    figure = new_figure(WIDTH, height)
    return figure, list(figure.subplots(1, count, squeeze=False, **options)[0])


def evenly(items, most):
    """At most `most` evenly spaced items, including the first and the last."""
    items = list(items)
    if len(items) <= most:
        return items
    return [items[round(place * (len(items) - 1) / (most - 1))] for place in range(most)]


def left_out_note(shown, of, noun):
    if len(shown) == len(of):
        return []
    return [f"{len(shown)} of {len(of)} {noun} are drawn."]


def line(axes, x, y, colour, marker=None, tip=None, tips=(), **options):
    """Draws a line through values, with a marker at each. Missing values are NaN. `tip` is the tooltip
    of the line, `tips` are those of its points, of which long lines have none.
    """
    (drawn,) = axes.plot(x, y, color=colour, **options)
    mark(drawn, tip)
    if not marker:
        return
    dots = {"color": colour, "marker": marker, "linestyle": "none", "markeredgewidth": 0.8,
            "markeredgecolor": style.colour("surface")}
    if not tips or len(tips) > MOST_POINTS:
        mark(axes.plot(x, y, **dots)[0])
        return
    for one_x, one_y, text in zip(x, y, tips):
        mark(axes.plot([one_x], [one_y], **dots)[0], text)


def label_ends(axes, ends):
    """Labels lines at the right of the axes: (x, y, text, colour) in data coordinates, moved apart if
    labels would overlap.
    """
    to_axes = axes.transData + axes.transAxes.inverted()
    ends = sorted(ends, key=lambda end: end[1])
    gap = 15 / (axes.get_window_extent().height * 72 / axes.figure.dpi)
    heights = spread([to_axes.transform((x, y))[1] for x, y, _, _ in ends], gap)
    for (_, _, text, colour), height in zip(ends, heights):
        axes.annotate(text, (1.015, height), xycoords="axes fraction", color=colour, va="center",
                      fontsize=11, annotation_clip=False)


def spread(heights, gap):
    """Moves ascending heights as little as needed to be `gap` apart, within 0 to 1."""
    groups = []
    for height in heights:
        groups.append([height, 1])
        while len(groups) > 1 and (groups[-1][0] - groups[-2][0]
                                   < gap * (groups[-1][1] + groups[-2][1]) / 2):
            height, count = groups.pop()
            middle, before = groups[-1]
            groups[-1] = [(middle * before + height * count) / (before + count), before + count]
    placed = []
    for middle, count in groups:
        half = gap * (count - 1) / 2
        middle = min(max(middle, half), max(1 - half, half))
        placed += [middle - half + gap * place for place in range(count)]
    return placed


def time_axis(axis):
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: short_time_text(value)))


def short_time_text(seconds):
    """A time for an axis: 50 ms, not 50.0 ms."""
    if seconds <= 0:
        return "0"
    return re.sub(r"(\.\d*?)0+ ", r"\1 ", time_text(seconds)).replace(". ", " ")


def rate_axis(axis):
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: number_text(value)))


def latency_scale(axes, values):
    """Starts at 0 if the values are of similar size; otherwise logarithmic."""
    values = [value for value in values if value and value > 0]
    if values and max(values) > 20 * min(values):
        axes.set_yscale("log")
        steps = (1, 2, 5) if max(values) < 200 * min(values) else (1,)
        axes.yaxis.set_major_locator(ticker.LogLocator(subs=steps, numticks=12))
        axes.yaxis.set_minor_locator(ticker.NullLocator())
        axes.set_ylim(min(values) / 1.3, max(values) * 1.3)
    else:
        axes.set_ylim(0, max(values, default=1) * 1.12)
        axes.yaxis.set_major_locator(ticker.MaxNLocator(5, steps=(1, 2, 5, 10)))
    time_axis(axes.yaxis)


def asked_scale(axes, positions):
    """A logarithmic axis of rates, with a tick at each rate asked for if there is room.
    `positions` maps a position to its text.
    """
    axes.set_xscale("log")
    values = sorted(positions)
    ratio = values[-1] / values[0]
    margin = max(ratio ** 0.06, 1.03)
    axes.set_xlim(values[0] / margin, values[-1] * margin)
    axes.xaxis.set_minor_locator(ticker.NullLocator())
    shown = far_apart(values, ratio ** 0.16)
    axes.set_xticks(shown, [positions[value] for value in shown])


def far_apart(values, factor):
    """The values at least `factor` times the previous one, always including the last value."""
    kept = []
    for value in values:
        if not kept or value >= kept[-1] * factor:
            kept.append(value)
    if kept[-1] != values[-1]:
        kept[-1 if len(kept) > 1 else len(kept):] = [values[-1]]
    return kept
