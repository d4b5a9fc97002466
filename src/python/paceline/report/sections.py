"""The sections of a page as HTML: a comparison, or a workload with its figures."""

from dataclasses import dataclass, field
from html import escape

from . import headline
from .changes import ALPHA, medians_text, verdict_text
from .drawing import evenly, left_out_note
from .figures import (achieved, by_part, by_turn, grid, latency_by_rate, percentile_curve,
                      run_over_time, sends, streams, time_line)
from .results import run_text
from .view import key_text
from .words import count_text

# At most this many runs have a time line and sends, besides the run that is shown first.
MOST_FURTHER_RUNS = 11


@dataclass
class Link:
    """A link to a part of a section."""

    target: str
    text: str
    # Whether the part is on paper too.
    prints: bool = True


@dataclass
class Section:
    """A part of the page with a heading of its own."""

    name: str
    title: str
    html: str
    links: list = field(default_factory=list)


def comparison_section(comparison, name):
    title = f"{comparison.new} against {comparison.old}"
    return Section(name, title, (
        f'<section id="{name}" class="comparison">\n<h2>{escape(title)}</h2>\n'
        f'<p class="lead">{escape(comparison.sentence)}</p>\n'
        + (change_grid(comparison) + change_table(comparison) if comparison.changes else "")
        + "</section>\n"))


def change_grid(comparison):
    """One row per run, one column per percentile."""
    runs = comparison.by_run()
    columns = list(dict.fromkeys(row for rows in runs.values() for row in rows))
    head = "".join(f'<th scope="col">{escape(column.replace("_", " "))}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row" class="words">{escape(run_text(run))}</th>'
        + "".join(change_field(rows.get(column)) for column in columns) + "</tr>"
        for run, rows in runs.items())
    how = "Change of the median over the repetitions"
    if comparison.tested:
        how += (": bold with its direction if the U test supports it, grey otherwise. The test corrects "
                f"for {count_text(len(comparison.tested), 'row')} (Holm) at {ALPHA:g}")
    return (f'<p class="note">{how}.</p>\n' + scrolled(
        "Changes of every run", '<thead><tr><th scope="col" class="words">run</th>'
        f"{head}</tr></thead><tbody>{body}</tbody>"))


def change_field(change):
    if change is None:
        return "<td></td>"
    kind, word = "unsupported", ""
    if change.is_supported():
        kind, word = ("slower", " slower") if change.new > change.old else ("faster", " faster")
    tip = f"{medians_text(change)}: {verdict_text(change)}".replace("->", "→")
    return f'<td class="{kind}" title="{escape(tip)}">{change.share:+.1%}{word}</td>'


def change_table(comparison):
    rows = "".join(
        f'<tr><th scope="row" class="words">{escape(change.name)}</th><td>{change.share:+.1%}</td>'
        f'<td>{escape(medians_text(change).replace("->", "→"))}</td>'
        f'<td class="words">{escape(verdict_text(change))}</td></tr>'
        for change in comparison.changes)
    return ("<details><summary>Every row, with medians and p</summary>" + scrolled(
        "Every row of the comparison", '<thead><tr><th scope="col" class="words">row</th>'
        '<th scope="col">change</th><th scope="col">medians</th>'
        f'<th scope="col" class="words">U test</th></tr></thead><tbody>{rows}</tbody>')
        + "</details>\n")


def workload_section(view, with_heading):
    parts = [f'<section id="{view.slug}" class="workload">\n']
    if with_heading:
        parts.append(f"<h2>{escape(view.workload)}</h2>\n")
    for place, side in enumerate(view.sides):
        if view.compares:
            parts.append(f'<p class="side">{swatch(place)}{escape(side.label)}</p>\n')
        parts.append(f'<p class="lead">{escape(headline.sentence(view, side))}</p>\n')
        parts.append(cards(headline.cards(view, side)))
    figures = [figure for figure in figures_of(view) if figure]
    links = [Link(figure.name, figure.title) for figure in figures]
    parts += map(picture, figures)
    if keys := further_keys(view):
        others = Link(f"{view.slug}-others", "Other runs over time", prints=False)
        links.append(others)
        parts.append(further_runs(view, keys, others.target))
    return Section(view.slug, view.workload, "".join(parts) + "</section>\n", links)


def figures_of(view):
    key = view.focus()
    return [grid.draw(view), latency_by_rate.draw(view), percentile_curve.draw(view),
            achieved.draw(view), streams.draw(view), by_part.draw(view, key),
            by_turn.draw(view, key), over_time(view, key), sends.draw(view, key)]


def over_time(view, key):
    """A run over time: from the log, which has each request, or from the result."""
    return time_line.draw(view, key) or run_over_time.draw(view, key)


def further_keys(view):
    """The runs that are known over time, besides the one that is shown first."""
    return [key for key in view.keys if key != view.focus()
            and any(key in side.logged or (key in side.cells and side.cells[key].timeline)
                    for side in view.sides)]


def further_runs(view, keys, name):
    """The other runs over time, and the sends of those in the log, collapsed."""
    drawn = evenly(keys, MOST_FURTHER_RUNS)
    folded = "".join(
        f"<details><summary>{escape(key_text(key))}</summary>\n"
        + "".join(picture(figure) for figure in (over_time(view, key), sends.draw(view, key))
                  if figure) + "</details>\n"
        for key in drawn)
    are_logged = any(key in side.logged for key in drawn for side in view.sides)
    note = "".join(f'<p class="note">{escape(note)}</p>\n'
                   for note in left_out_note(drawn, keys, "runs"))
    others = count_text(len(drawn), "other run")
    return (f'<details id="{name}" class="more"><summary>{others} over time'
            f'{", and their sends" * are_logged}</summary>\n'
            f"{note}{folded}</details>\n")


def cards(found):
    return '<dl class="cards">' + "".join(
        f'<div{" class=alarming" if card.is_alarming else ""}><dt>{escape(card.name)}</dt>'
        f'<dd class="figure">{escape(card.figure)}</dd>'
        f'<dd class="detail">{escape(card.detail)}</dd></div>' for card in found) + "</dl>\n"


def picture(figure):
    legend = "".join(f"<li>{entry.sample()}{escape(entry.text)}</li>" for entry in figure.legend)
    notes = "".join(f'<p class="note">{escape(note)}</p>\n' for note in figure.notes)
    return (f'<figure id="{figure.name}">\n<figcaption><h3>{escape(figure.title)}</h3>'
            f'<p class="how">{escape(figure.how)}</p></figcaption>\n'
            + (f'<ul class="legend">{legend}</ul>\n' if legend else "")
            + f'<div class="picture">{figure.svg}</div>\n{notes}{numbers(figure)}</figure>\n')


def numbers(figure):
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in figure.table.columns)
    rows = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(value)}</td>" for value in row[1:]) + "</tr>"
        for row in figure.table.rows)
    return ("<details><summary>The numbers</summary>" + scrolled(
        f"Numbers: {figure.title}", f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>")
        + "</details>\n")


def swatch(place):
    return (f'<svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">'
            f'<rect width="12" height="12" rx="2" style="fill:var(--series{place})"/></svg>')


def scrolled(name, table):
    return (f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name)}">'
            f"<table>{table}</table></div>\n")
