"""Shared parts of the figures: panels, axes, labels, and the conversion from Matplotlib to SVG."""

import io
import re
import warnings
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend comes first)
import matplotlib.ticker as ticker  # noqa: E402

from . import style  # noqa: E402
from .words import number_text, time_text  # noqa: E402

# The SVG keeps text as text; the page's fonts have the glyphs that Matplotlib's fonts lack.
warnings.filterwarnings("ignore", message="Glyph .* missing from")
matplotlib.rcParams.update(style.with_stand_ins())

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
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


def panels(count, height, width=WIDTH, **options):
    """A row of panels."""
    figure, axes = plt.subplots(1, count, figsize=(width, height), squeeze=False,
                                layout="constrained", **options)
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.06, wspace=0.03)
    return figure, list(axes[0])


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


def mark(artist, tip=None):
    """Marks an artist as data; `tip` is its tooltip."""
    artist.set_gid("mark" if tip is None else f"mark|{tip}")


def line(axes, x, y, colour, marker=None, tips=(), **options):
    """Draws a line through values, with a marker at each. Missing values are NaN."""
    (drawn,) = axes.plot(x, y, color=colour, **options)
    mark(drawn)
    if marker:
        for place, (one_x, one_y) in enumerate(zip(x, y)):
            (dot,) = axes.plot([one_x], [one_y], color=colour, marker=marker, linestyle="none",
                               markeredgecolor=style.colour("surface"), markeredgewidth=0.8)
            mark(dot, tips[place] if tips else None)
    return drawn


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


def to_svg(figure, name, alternative):
    """The figure as an SVG element, whose ids begin with `name`."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    plt.close(figure)
    root = ElementTree.fromstring(text.getvalue())
    for parent in root.iter():
        for child in list(parent):
            is_empty = child.tag == f"{{{SVG}}}g" and len(child) == 0
            if (is_empty or child.tag == f"{{{SVG}}}metadata"
                    or child.find(f"{{{SVG}}}style") is not None):
                parent.remove(child)
    name_marks(root)
    rename_ids(root, name)
    # The page sets the width, and the aspect ratio sets the height.
    root.attrib.pop("width"), root.attrib.pop("height"), root.attrib.pop("version", None)
    root.set("role", "img")
    root.set("aria-label", alternative)
    for element in root.iter():
        if "style" in element.attrib:
            element.set("style", in_page_style(element.get("style")))
        for key in ("d", "x", "y", "transform"):
            if key in element.attrib:
                element.set(key, shorter(element.get(key)))
        if element.get("transform", "").startswith("rotate(-0 "):
            del element.attrib["transform"]
        element.text = element.text if element.text and element.text.strip() else None
        element.tail = None
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    return ElementTree.tostring(root, encoding="unicode")


def name_marks(root):
    """Turns the ids that mark() set into a class, and each tip into a title."""
    for element in root.iter():
        kind, _, tip = element.get("id", "").partition("|")
        if kind != "mark":
            continue
        del element.attrib["id"]
        element.set("class", "mark")
        if tip:
            title = ElementTree.Element(f"{{{SVG}}}title")
            title.text = tip
            element.insert(0, title)


def rename_ids(root, name):
    """Keeps referenced ids only, prefixed with the figure's name: a page has several figures."""
    text = ElementTree.tostring(root, encoding="unicode")
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', text))
    for element in root.iter():
        if element.get("id") not in used:
            element.attrib.pop("id", None)
        else:
            element.set("id", f"{name}-{element.get('id')}")
        for key, value in element.attrib.items():
            if key.endswith("href"):
                element.set(key, value.replace("#", f"#{name}-"))
            elif "url(#" in value:
                element.set(key, value.replace("url(#", f"url(#{name}-"))


def in_page_style(text):
    """Replaces colours and font by those of the page; keeps the size and the weight."""
    kept = {}
    for declaration in text.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":
            # Matplotlib before 3.9 writes "bold 12px 'DejaVu Sans', …".
            kept["font-size"] = re.search(r"[\d.]+px", value)[0]
            if re.match(r"(bold|700)\b", value):
                kept["font-weight"] = "bold"
        elif name and name != "font-family" and (name, value) != ("stroke-dashoffset", "0"):
            kept[name] = value
    style_text = ";".join(f"{name}:{value}" for name, value in kept.items())
    return re.sub(style.STAND_IN + "([0-9a-f]{2})",
                  lambda found: f"var(--{style.NAMES[int(found[1], 16)]})", style_text)


def shorter(places):
    """Rounds coordinates to a tenth of a pixel."""
    places = re.sub(r"-?\d+\.\d+", lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), places)
    return re.sub(r"\s+", " ", places).strip()
