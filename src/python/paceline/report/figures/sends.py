"""The distribution of one run's sends over milliseconds, from the log."""

import math

import matplotlib.ticker as ticker
import numpy

from .. import style
from ..drawing import Figure, Table, WIDTH, evenly, new_figure, rate_axis
from ..legend import DASHED, Entry
from ..svg import to_svg
from ..tips import MOST_ZONES, mark, zones
from ..view import key_text
from ..words import count_text, number_text, share_text

# A linear axis would hide smaller shares.
RARE = 0.02


def draw(view, key):
    """Returns None if no log has the run of (rpm, parallel) `key`."""
    sides = [(place, side, side.logged[key].sends)
             for place, side in enumerate(view.sides) if key in side.logged]
    if not sides:
        return None
    name = f"{view.slug}-sends-{key[0]}-{key[1]}"
    figure = new_figure(WIDTH, 2.1 + 1.1 * len(sides))
    spaces = figure.add_gridspec(len(sides), 2, width_ratios=(3, 2))
    windows = [figure.add_subplot(spaces[row, 0]) for row in range(len(sides))]
    shares = figure.add_subplot(spaces[:, 1])
    for panel, (place, side, sends) in zip(windows, sides):
        draw_window(panel, sends, style.series(place))
        panel.set_title("around the busiest millisecond"
                        + (f", {side.label}" if view.compares else ""))
    windows[-1].set_xlabel("milliseconds since the first send")
    draw_shares(shares, sides, key[0])
    zones(shares, share_tips(sides, view.compares))
    alternative = f"Sends in each millisecond at {key_text(key)}. " + " ".join(
        describe(side.label if view.compares else "", sends) for _, side, sends in sides)
    legend = [Entry(side.label, f"series{place}", style.MARKERS[place]) for place, side, _ in sides]
    if not view.compares:
        legend = [Entry("as sent", "series0", "o")]
    if key[0]:
        legend.append(Entry("evenly spaced", "muted", "D", dashes=DASHED))
    return Figure(
        name, f"Sends per millisecond: {key_text(key)}",
        "An even pace has few sends in any one millisecond. Tall bars on the left and a long tail on "
        "the right are bursts, which rate limiters punish.",
        alternative, to_svg(figure, name, alternative), table_of(view, sides), legend=legend)


def draw_window(axes, sends, colour):
    start = sends.window_start * 1e3
    busy = numpy.flatnonzero(sends.window)
    # One line with gaps takes a tenth of the space of one line per millisecond.
    x = numpy.repeat(start + busy, 3)
    y = numpy.array([(0, count, numpy.nan) for count in sends.window[busy]]).ravel()
    mark(axes.plot(x, y, color=colour, solid_capstyle="butt")[0])
    axes.set_xlim(start - 1, start + max(len(sends.window), 10))
    axes.set_ylim(0, max(4, sends.window.max() * 1.15))
    axes.yaxis.set_major_locator(ticker.MaxNLocator(4, integer=True))
    rate_axis(axes.xaxis)
    zones(axes, window_tips(sends))


def window_tips(sends):
    """The sends in each of the zones, by their middle."""
    width = math.ceil(len(sends.window) / MOST_ZONES)
    tips = {}
    for begin in range(0, len(sends.window), width):
        counts = sends.window[begin:begin + width]
        start = sends.window_start * 1e3 + begin
        tips[start + (len(counts) - 1) / 2] = (
            f"{number_text(round(start))} to {number_text(round(start + len(counts)))} ms: "
            f"{count_text(int(counts.sum()), 'send')}, at most {counts.max():,} in 1 ms")
    return tips


def share_tips(sides, compares):
    """The tooltips of the share of milliseconds with each number of sends."""
    most = max(len(sends.milliseconds_with) for *_, sends in sides)
    found = [count for count in range(most) if any(
        count < len(sends.milliseconds_with) and sends.milliseconds_with[count]
        for *_, sends in sides)]
    tips = {}
    for count in evenly(found, MOST_ZONES):
        lines = []
        for _, side, sends in sides:
            with_count = sends.milliseconds_with[count:count + 1].sum()
            share = float(with_count / sends.milliseconds_with.sum())
            lines.append(f"{side.label}: " * compares
                         + f"{share_text(share)} of all milliseconds ({with_count:,})")
        tips[count] = "\n".join([f"{count_text(count, 'send')} in 1 ms", *lines])
    return tips


def even_shares(mean):
    """The share of milliseconds by number of sends, if the sends were evenly spaced."""
    low = math.floor(mean)
    return {low: 1 - (mean - low), low + 1: mean - low}


def draw_shares(axes, sides, rpm):
    lowest = []
    most = max(len(sends.milliseconds_with) for *_, sends in sides)
    for place, _, sends in sides:
        counts = sends.milliseconds_with
        shares = counts / counts.sum()
        at = numpy.flatnonzero(counts)
        lowest.append(shares[at].min())
        mark(axes.plot(at, shares[at], color=style.series(place), marker=style.MARKERS[place],
                       markeredgecolor=style.colour("surface"), markeredgewidth=0.8)[0])
    if rpm:
        even = {sends: share for sends, share in even_shares(rpm / 60_000).items() if share > 1e-9}
        mark(axes.plot(list(even), list(even.values()), color=style.colour("muted"), marker="D",
                       markersize=8, markerfacecolor="none", linestyle="--", linewidth=1)[0])
    if min(lowest) < RARE:
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(ticker.NullLocator())
    else:
        axes.set_ylim(0, 1.05)
        axes.yaxis.set_major_locator(ticker.MultipleLocator(0.25))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(lambda share, _: f"{100 * share:g}%"))
    axes.xaxis.set_major_locator(ticker.MaxNLocator(8, integer=True))
    axes.set_xlim(-0.3, max(most - 1, 4) + 0.3)
    axes.set_xlabel("sends per millisecond")
    axes.set_title("share of all milliseconds")


def describe(label, sends):
    text = f"{label}: " if label else ""
    shares = sends.milliseconds_with / sends.milliseconds_with.sum()
    few = ", ".join(f"{count} in {share_text(float(share))}"
                    for count, share in enumerate(shares[:4]) if share)
    return (text + f"{number_text(round(sends.mean, 2))} on average; {few} of the milliseconds; at "
            "most " + ", ".join(f"{most:,} in any {window}" for window, most in sends.most.items()) + ".")


def table_of(view, sides):
    rows = []
    for _, side, sends in sides:
        total = sends.milliseconds_with.sum()
        label = [side.label] * view.compares
        rows += [[f"milliseconds with {count:,}", *label, f"{milliseconds:,}",
                  share_text(float(milliseconds / total))]
                 for count, milliseconds in enumerate(sends.milliseconds_with) if milliseconds]
        rows += [[f"most in any {window}", *label, f"{most:,}", ""]
                 for window, most in sends.most.items()]
    return Table(["sends", *["result"] * view.compares, "count", "share"], rows)
