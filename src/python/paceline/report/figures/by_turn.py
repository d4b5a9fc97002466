"""The turns of sessions: time to first token, and where the prompts came from."""

from .. import style
from ..drawing import Figure, Table, latency_scale, line, panels, rate_axis
from ..legend import DASHED, Entry
from ..svg import to_svg
from ..view import key_text, rate_heading
from ..words import number_text, time_text

MOST_TURNS = 32
TIMES = {"ttft_p99": "-", "ttft_p50": "--"}
LATENCIES = {"p99": "-", "p50": "--"}
TOKENS = {"tokens_in": "-", "cached_tokens": "--"}
COLUMNS = ("requests", "errors", "ttft_p50", "ttft_p99", "p50", "p99", "tokens_in", "cached_tokens")


def draw(view, key):
    """Returns None if the runs have no turns."""
    sides = [(place, side, turns_of(side.cells[key])) for place, side in enumerate(view.sides)
             if key in side.cells]
    sides = [(place, side, turns) for place, side, turns in sides if turns]
    if not sides:
        return None
    streams = any("ttft_p50" in turn for _, _, turns in sides for turn in turns.values())
    times = TIMES if streams else LATENCIES
    has_tokens = any("tokens_in" in turn for _, _, turns in sides for turn in turns.values())
    figure, axes = panels(2 if has_tokens else 1, 3.3)
    draw_panel(axes[0], view, sides, times, time_text)
    latency_scale(axes[0], [turn[counter] for _, _, turns in sides for turn in turns.values()
                            for counter in times if counter in turn])
    axes[0].set_title("time to first token" if streams else "latency")
    if has_tokens:
        draw_panel(axes[1], view, sides, TOKENS, number_text)
        axes[1].set_ylim(bottom=0)
        rate_axis(axes[1].yaxis)
        axes[1].set_title("tokens of the prompt")
    alternative = f"Figures by turn at {key_text(key)}. " + " ".join(
        f"{side.label}: " * view.compares
        + "; ".join(f"turn {number} {', '.join(describe(turn, times))}"
                    for number, turn in turns.items()) + "." for _, side, turns in sides)
    return Figure(
        f"{view.slug}-turns", "How sessions change from turn to turn",
        "Each turn carries the messages before it. Cached tokens are the part of the prompt that the "
        f"server had read before. The lines are of the runs at {key_text(key)}.",
        alternative, to_svg(figure, f"{view.slug}-turns", alternative), table_of(view), [],
        legend(view, sides, has_tokens))


def turns_of(cell):
    """The counters of each turn by its number, without the prefix: {1: {"ttft_p50": 0.05}}."""
    turns = {}
    for number in range(1, MOST_TURNS + 1):
        found = {counter: cell.value(f"turn{number}_{counter}") for counter in COLUMNS}
        found = {counter: value for counter, value in found.items() if value is not None}
        if found:
            turns[number] = found
    return turns


def draw_panel(axes, view, sides, counters, text):
    for place, side, turns in sides:
        colour = style.series(place) if view.compares else style.colour("accent")
        for counter, dashes in counters.items():
            along = {number: turn[counter] for number, turn in turns.items() if counter in turn}
            if not along:
                continue
            whose = f"{side.label}, " * view.compares
            name = counter.replace("_", " ")
            tips = [f"{whose}turn {number}: {name} {text(value)}" for number, value in along.items()]
            line(axes, list(along), list(along.values()), colour, style.MARKERS[place],
                 f"{whose}{name}", tips, linestyle=dashes)
    last = max(number for _, _, turns in sides for number in turns)
    axes.set_xlim(0.5, last + 0.5)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel("turn")


def describe(turn, times):
    for counter in (*reversed(times), "tokens_in", "cached_tokens"):
        if counter in turn:
            text = time_text if counter in times else number_text
            yield f"{counter.replace('_', ' ')} {text(turn[counter])}"


def legend(view, sides, has_tokens):
    entries = [Entry(side.label, f"series{place}", style.MARKERS[place])
               for place, side, _ in sides] if view.compares else []
    solid, dashed = ("p99; whole prompt", "p50; cached part") if has_tokens else ("p99", "p50")
    return [*entries, Entry(solid, "muted"), Entry(dashed, "muted", dashes=DASHED)]


def table_of(view):
    rows = []
    for key in view.keys:
        for side in view.sides:
            if key not in side.cells:
                continue
            rows += [[rate_heading(key[0]), f"{key[1]:,}", *[side.label] * view.compares, str(number),
                      *(text_of(counter, turn.get(counter)) for counter in COLUMNS)]
                     for number, turn in turns_of(side.cells[key]).items()]
    return Table(["rpm asked", "parallel", *["result"] * view.compares, "turn",
                  *(counter.replace("_", " ") for counter in COLUMNS)], rows)


def text_of(counter, value):
    if value is None:
        return ""
    return time_text(value) if counter in (*TIMES, *LATENCIES) else number_text(round(value, 1))
