"""Models and servers of a run that mixes them, side by side."""

from .. import style
from ..drawing import Figure, Table, evenly, left_out_note, line, panels, time_axis
from ..legend import Entry
from ..parts import FIGURES, KINDS, parts_of_cell
from ..svg import to_svg
from ..view import key_text, rate_heading
from ..words import number_text, share_text, shortened, time_text

MOST_PARTS = 12
LONGEST_NAME = 40
HEADINGS = {"model": "by model", "url": "by server"}


def draw(view, key):
    """Returns None if no run has several parts of a kind."""
    parts = [parts_of_side(side, key) for side in view.sides]
    kinds = [kind for kind in KINDS if len(names_of(parts, kind)) > 1]
    if not kinds:
        return None
    names = {kind: names_of(parts, kind) for kind in kinds}
    shown = {kind: evenly(of_kind, MOST_PARTS) for kind, of_kind in names.items()}
    rows = max(len(of_kind) for of_kind in shown.values())
    figure, axes = panels(len(kinds), 1.1 + 0.34 * rows * len(view.sides))
    for panel, kind in zip(axes, kinds):
        draw_kind(panel, view, shown[kind], [of_side.get(kind, {}) for of_side in parts])
        panel.set_title(HEADINGS[kind])
        panel.set_xlabel("latency")
    alternative = f"Latency of each part at {key_text(key)}. " + " ".join(
        f"{HEADINGS[kind]}: " + "; ".join(describe(view, name, kind, parts)
                                          for name in names[kind][:MOST_PARTS]) + "."
        for kind in kinds)
    notes = [note for kind in kinds for note in left_out_note(shown[kind], names[kind], f"{kind}s")]
    return Figure(
        f"{view.slug}-parts", "Which part is slower?",
        f"Each line spans p50 to p99 of the requests of one part, at {key_text(key)}. The numbers "
        "have every run.",
        alternative, to_svg(figure, f"{view.slug}-parts", alternative), table_of(view), notes,
        [Entry(side.label, f"series{place}", style.MARKERS[place])
         for place, side in enumerate(view.sides)] if view.compares else [])


def parts_of_side(side, key):
    return parts_of_cell(side.cells[key], side.logged.get(key)) if key in side.cells else {}


def names_of(parts, kind):
    """The names of all sides that have times, in their order."""
    return list(dict.fromkeys(name for of_side in parts for name, part in of_side.get(kind, {}).items()
                              if "p50" in part))


def draw_kind(axes, view, names, sides):
    highest = 0
    for place, of_side in enumerate(sides):
        colour = style.series(place) if view.compares else style.colour("accent")
        for row, name in enumerate(names):
            part = of_side.get(name, {})
            if "p50" not in part:
                continue
            times = [part["p50"], part["p99"]]
            highest = max(highest, *times)
            height = len(names) - 1 - row - 0.25 * (place - (len(sides) - 1) / 2)
            figures = [f"{counter} {time_text(time)}" for counter, time in zip(("p50", "p99"), times)]
            whose = f"{view.sides[place].label}, {name}" if view.compares else name
            line(axes, times, [height] * 2, colour, style.MARKERS[place],
                 f"{whose}: {', '.join(figures)}", [f"{whose}: {figure}" for figure in figures])
    axes.set_xlim(0, highest * 1.08)
    time_axis(axes.xaxis)
    axes.set_yticks(range(len(names)), [shortened(name, LONGEST_NAME) for name in names[::-1]])
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.grid(True, axis="x")


def describe(view, name, kind, parts):
    told = []
    for side, of_side in zip(view.sides, parts):
        part = of_side.get(kind, {}).get(name, {})
        if "p50" in part:
            told.append(f"{side.label} " * view.compares
                        + f"p50 {time_text(part['p50'])}, p99 {time_text(part['p99'])}")
    return f"{name} {', '.join(told)}"


def table_of(view):
    rows = []
    for key in view.keys:
        for side in view.sides:
            for kind, of_kind in parts_of_side(side, key).items():
                rows += [[rate_heading(key[0]), f"{key[1]:,}", *[side.label] * view.compares, name,
                          *(text_of(figure, part.get(figure)) for figure in FIGURES)]
                         for name, part in of_kind.items() if len(of_kind) > 1]
    return Table(["rpm asked", "parallel", *["result"] * view.compares, "part",
                  *(figure.replace("_", " ") for figure in FIGURES)], rows)


def text_of(figure, value):
    if value is None:
        return ""
    if figure == "error_ratio":
        return share_text(value)
    return number_text(round(value, 2)) if figure in ("requests", "tokens_out") else time_text(value)
