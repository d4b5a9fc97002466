"""Renders a report as one HTML file that loads nothing from the network."""

from html import escape
from pathlib import Path

from . import headline, style
from .changes import ALPHA, medians_text, verdict_text
from .drawing import evenly, left_out_note
from .figures import (achieved, by_part, grid, latency_by_rate, percentile_curve, sends, streams,
                      time_line)
from .results import run_text
from .view import key_text
from .words import count_text, harmless, list_text

STYLE = Path(__file__).with_name("page.css")
# At most this many runs have a time line and sends, besides the run that is shown first.
MOST_FURTHER_RUNS = 11
# Forbids the page to load anything, even if a name in a result contains markup.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(results, views, comparisons):
    subject = headline.subject(results)
    body = [header(results, views, subject)]
    body += [comparison_section(comparison) for comparison in comparisons]
    body += [workload_section(view, len(views) > 1 or bool(comparisons)) for view in views]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(subject)} – paceline report</title>\n<style>\n{style_sheet()}</style>\n"
        "</head>\n<body>\n" + body[0] + "<main>\n" + "".join(body[1:]) + "</main>\n"
        + footer(results) + "</body>\n</html>\n")


def style_sheet():
    # Print uses the light colours in both schemes.
    return (f":root{{color-scheme:light dark;{style.variables(0)}}}\n"
            f"@media screen and (prefers-color-scheme:dark){{:root{{{style.variables(1)}}}}}\n"
            + STYLE.read_text(encoding="utf-8"))


def header(results, views, subject):
    runs = sum(len(cell.rows) for result in results for cell in result.cells)
    requests = sum(cell.requests * len(cell.rows) for result in results for cell in result.cells)
    what = list_text(escape(view.workload) for view in views)
    return (f'<header>\n<p class="kind">paceline report</p>\n<h1>{escape(subject)}</h1>\n'
            f'<p class="lead">{what}: {count_text(runs, "run")} with {requests:,} requests in '
            "total.</p>\n"
            + (facts(results[0]) if len(results) == 1 else facts_table(results)) + "</header>\n")


def known_facts(result):
    context = result.context
    known = {
        "measured": result.date.strftime("%-d %B %Y, %H:%M %Z") if result.date else "",
        "model": context.get("model"),
        "API": context.get("host"),
        "over": context.get("http"),
        "transport": context.get("transport"),
        "from": context.get("host_name"),
        "precision": context.get("precision"),
        "paceline": context.get("paceline"),
        "flags": context.get("paceline_flags")}
    return {name: escape(str(value)) for name, value in known.items() if value}


def facts(result):
    """The facts that the heading does not contain."""
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>"
                    for name, value in known_facts(result).items() if name not in ("model", "API"))
    return f'<dl class="facts">{items}</dl>\n'


def facts_table(results):
    known = [known_facts(result) for result in results]
    names = list(dict.fromkeys(name for facts_of_one in known for name in facts_of_one))
    head = "".join(f'<th scope="col" class="words">{name}</th>' for name in ("result", *names))
    rows = "".join(
        f'<tr><th scope="row" class="words">{swatch(place)}{escape(result.label)}</th>'
        + "".join(f'<td class="words {name}">{of_one.get(name, "")}</td>' for name in names)
        + "</tr>"
        for place, (result, of_one) in enumerate(zip(results, known)))
    return scrolled("What was measured", f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>")


def swatch(place):
    return (f'<svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">'
            f'<rect width="12" height="12" rx="2" style="fill:var(--series{place})"/></svg>')


def scrolled(name, table):
    return (f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name)}">'
            f"<table>{table}</table></div>\n")


def comparison_section(comparison):
    title = f"{comparison.new} against {comparison.old}"
    return (f'<section class="comparison">\n<h2>{escape(title)}</h2>\n'
            f'<p class="lead">{escape(comparison.sentence)}</p>\n'
            + (change_grid(comparison) + change_table(comparison) if comparison.changes else "")
            + "</section>\n")


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
    parts += [picture(figure) for figure in figures_of(view) if figure]
    parts.append(further_runs(view))
    return "".join(parts) + "</section>\n"


def figures_of(view):
    key = view.focus()
    return [grid.draw(view), latency_by_rate.draw(view), percentile_curve.draw(view),
            achieved.draw(view), streams.draw(view), by_part.draw(view, key),
            time_line.draw(view, key), sends.draw(view, key)]


def further_runs(view):
    """The time lines and sends of the other runs in the log, collapsed."""
    keys = [key for key in view.keys if key != view.focus()
            and any(key in side.logged for side in view.sides)]
    drawn = evenly(keys, MOST_FURTHER_RUNS)
    if not drawn:
        return ""
    folded = "".join(
        f"<details><summary>{escape(key_text(key))}</summary>\n"
        + picture(time_line.draw(view, key)) + picture(sends.draw(view, key)) + "</details>\n"
        for key in drawn)
    note = "".join(f'<p class="note">{escape(note)}</p>\n'
                   for note in left_out_note(drawn, keys, "runs"))
    others = count_text(len(drawn), "other run")
    return (f'<details class="more"><summary>{others} over time, and their sends</summary>\n'
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


def footer(results):
    files = list_text(escape(harmless(result.path.name)) for result in results)
    return (f"<footer><p>Made by paceline_report from {files}. Latencies are from the actual send to "
            "the last byte; repeated runs are shown by their medians.</p></footer>\n")
