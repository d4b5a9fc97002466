"""Tooltips of figures, which need no script: SVG titles of points, lines, fields and zones."""

import math
import urllib.parse

from matplotlib.patches import Rectangle

# Ids that svg.py turns into classes.
MARK, ZONE = "mark", "zone"
# A panel has at most this many zones, so that pages of long runs stay small.
MOST_ZONES = 24
# A line with more points has tooltips of its zones only.
MOST_POINTS = 12
# Above the grid, below the data.
ZONE_ORDER = 0.6


def mark(artist, tip=None):
    """Marks an artist as data; `tip` is its tooltip."""
    artist.set_gid(MARK if tip is None else gid(MARK, tip))


def gid(kind, tip):
    # Matplotlib writes ids as attributes, which lose line breaks.
    return f"{kind}|{urllib.parse.quote(tip)}"


def zones(axes, tips):
    """Divides the axes into vertical zones, whose tooltips show the figures at one place of the x axis:
    `tips` maps places to texts. Call zones() after the limits of the x axis are set.
    """
    places = sorted(tips)
    low, high = sorted(axes.get_xlim())
    middle = geometric_mean if axes.get_xscale() == "log" else arithmetic_mean
    edges = [low, *(min(max(edge, low), high) for edge in map(middle, places, places[1:])), high]
    for place, begin, end in zip(places, edges, edges[1:]):
        zone = Rectangle((begin, 0), end - begin, 1, transform=axes.get_xaxis_transform(),
                         zorder=ZONE_ORDER)
        zone.set_gid(gid(ZONE, tips[place]))
        # add_patch() would change the limits of the axes.
        axes.add_artist(zone)


def arithmetic_mean(one, other):
    return (one + other) / 2


def geometric_mean(one, other):
    return math.sqrt(one * other)


def series_tip(name, places, values, text):
    """Describes a line by its ends, its lowest and its highest value. `places` are texts, and `text`
    formats a value.
    """
    points = list(zip(places, values))
    ends = dict.fromkeys((points[0], points[-1]))
    tip = f"{name}: " + " to ".join(f"{text(value)} at {place}" for place, value in ends)
    for word, choose in (("lowest", min), ("highest", max)):
        place, value = choose(points, key=lambda point: point[1])
        if value not in (points[0][1], points[-1][1]):
            tip += f"; {word} {text(value)} at {place}"
    return tip


def range_text(values, text):
    """The lowest and the highest value, or one text if both read the same."""
    return " to ".join(dict.fromkeys((text(min(values)), text(max(values)))))
