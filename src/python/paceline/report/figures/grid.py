"""The grid as a heat map: p99 of each rpm and parallel, and what bounded the run."""

import math

from .. import style
from ..drawing import Figure, WIDTH, panels
from ..svg import to_svg
from ..tips import mark
from ..view import VERDICT, key_text, number_of, rate_heading, time_of
from ..words import number_text, share_text, time_text

# With more fields, none has a tooltip, so that the page stays small.
MOST_TIPS = 600
# The colours span at least this factor, so that small differences look small.
LEAST_SPAN = 2


def draw(view):
    p99 = [cell.value("p99") for cell in view.cells]
    low, high = min(p99), max(max(p99), LEAST_SPAN * min(p99))
    rows = len(view.parallels)
    figure, axes = panels(len(view.sides), 1.0 + 0.62 * rows, sharey=True)
    for panel, side in zip(axes, view.sides):
        draw_side(panel, view, side, lambda value: step_of(value, low, high))
        if view.compares:
            panel.set_title(side.label)
    axes[0].set_ylabel("parallel")
    alternative = "Heat map of p99 over rate and parallel. " + describe(view)
    return Figure(
        f"{view.slug}-grid", "p99 over the grid",
        "Each field is one run with its p99, the time that 99% of the requests did not exceed. A "
        "stronger colour is slower. An outline marks a rate that was not kept; the text says why.",
        alternative, to_svg(figure, f"{view.slug}-grid", alternative),
        view.table(VERDICT, time_of("p99"), number_of("rpm achieved", "rpm"),
                   number_of("in flight", "in_flight"), number_of("errors", "errors"),
                   *view.numbers(connections="connections opened",
                                 connect_requests="requests that waited for one"),
                   *view.times("connect_p50", "connect_p99"), *view.finishes()))


def step_of(value, low, high):
    """The colour step of a value, on a logarithmic scale."""
    if value <= low:
        return 0
    place = math.log(value / low) / math.log(high / low)
    return min(int(place * style.HEAT_STEPS), style.HEAT_STEPS - 1)


def draw_side(axes, view, side, step):
    rates, parallels = view.rates, view.parallels
    # Width of a field, in characters of the larger text.
    room = WIDTH * 72 / len(view.sides) / len(rates) / 7.5
    has_tips = len(view.cells) <= MOST_TIPS
    for key, cell in side.cells.items():
        x, y = rates.index(key[0]), parallels.index(key[1])
        colour = step(cell.value("p99"))
        is_short = cell.rpm and not cell.is_held
        width, height = (0.94, 0.82) if is_short else (0.97, 0.94)
        field = axes.bar(x, height, width=width, bottom=y - height / 2,
                         color=style.colour(f"heat{colour}"))
        mark(field.patches[0], tip_of(cell) if has_tips else None)
        if is_short:
            # A gap around the field keeps the outline visible beside any colour.
            axes.bar(x, 0.94, width=0.965, bottom=y - 0.47, fill=False, linewidth=2,
                     edgecolor=style.colour("alarm"))
        write(axes, x, y, cell, style.colour(f"on{colour}"), room)
    axes.set_xlim(-0.5, len(rates) - 0.5)
    axes.set_ylim(-0.5, len(parallels) - 0.5)
    axes.set_xticks(range(len(rates)), [rate_heading(rpm) for rpm in rates],
                    rotation=0 if room > 8 else 60)
    axes.set_yticks(range(len(parallels)), [f"{parallel:,}" for parallel in parallels])
    axes.set_xlabel("rpm asked for")
    axes.tick_params(length=0)
    axes.grid(False)
    axes.spines[:].set_visible(False)


def write(axes, x, y, cell, colour, room):
    if room < 5:
        return
    with_word = room > len(cell.verdict_text)
    axes.text(x, y + 0.17 * with_word, time_text(cell.value("p99")), ha="center", va="center",
              color=colour, fontsize=14 if room > 10 else 10, fontweight="bold")
    if with_word:
        axes.text(x, y - 0.22, cell.verdict_text, ha="center", va="center", color=colour,
                  fontsize=11 if room > 14 else 9)


def tip_of(cell):
    """One line for the run, one for latencies, one for the rate and errors."""
    latencies = ", ".join(f"{counter} {time_text(cell.value(counter))}"
                          for counter in ("p50", "p90", "p99", "p99.9", "max")
                          if cell.value(counter) is not None)
    errors = cell.value("errors") or 0
    share = f" ({share_text(cell.asked_share)})" if cell.rpm else ""
    return "\n".join([
        f"{key_text(cell.key)}: {cell.verdict_text}", latencies,
        f"{number_text(round(cell.value('rpm')))} rpm achieved{share}"
        + f", {number_text(errors)} of {cell.requests:,} requests failed" * bool(errors)])


def describe_cell(cell):
    text = (f"{key_text(cell.key)}: p50 {time_text(cell.value('p50'))}, "
            f"p99 {time_text(cell.value('p99'))}, {cell.verdict_text}")
    if cell.rpm:
        text += f", {share_text(cell.asked_share)} of the rate"
    return text


def describe(view):
    """Describes all cells if there are few, otherwise the fastest and the slowest."""
    parts = []
    for side in view.sides:
        cells = list(side.cells.values())
        if len(cells) > 12:
            cells = [choose(cells, key=lambda cell: cell.value("p99")) for choose in (min, max)]
        prefix = f"{side.label}: " if view.compares else ""
        parts.append(prefix + "; ".join(describe_cell(cell) for cell in cells) + ".")
    return " ".join(parts)
