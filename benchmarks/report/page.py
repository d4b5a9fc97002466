"""Puts a report into one HTML file, which asks no network for anything."""

from html import escape
from pathlib import Path

from . import headline, style
from .changes import ALPHA, medians_text, verdict_text
from .drawing import evenly, left_out_note
from .figures import (achieved, grid, latency_by_rate, percentile_curve, sends, streams, time_line)
from .view import key_text
from .words import count_text, list_text

STYLE = Path(__file__).with_name("page.css")
# Runs whose time line and sends the page has, beside the one that it shows first.
MOST_FURTHER_RUNS = 11
# Nothing may be loaded, whatever a name in a result says.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(results, views, comparisons):
    subject = headline.subject(results)
    body = [header(results, views, subject)]
    body += [comparison_section(comparison) for comparison in comparisons]
    body += [workload_section(view, with_heading=len(views) > 1) for view in views]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(subject)} – paceline report</title>\n<style>\n{style_sheet()}</style>\n"
        "</head>\n<body>\n" + body[0] + "<main>\n" + "".join(body[1:]) + "</main>\n"
        + footer(results) + "</body>\n</html>\n")


def style_sheet():
    # Paper is white in either scheme.
    return (f":root{{color-scheme:light dark;{style.variables(0)}}}\n"
            f"@media screen and (prefers-color-scheme:dark){{:root{{{style.variables(1)}}}}}\n"
            + STYLE.read_text(encoding="utf-8"))


def header(results, views, subject):
    runs = sum(len(cell.rows) for result in results for cell in result.cells)
    requests = sum(cell.requests * len(cell.rows) for result in results for cell in result.cells)
    what = list_text(escape(view.workload) for view in views)
    return (f'<header>\n<p class="kind">paceline report</p>\n<h1>{escape(subject)}</h1>\n'
            f'<p class="lead">{what}: {count_text(runs, "run")} of {requests:,} requests together.</p>\n'
            + "".join(facts(result, len(results) > 1, place) for place, result in enumerate(results))
            + "</header>\n")


def facts(result, is_named, place):
    context = result.context
    known = {
        "measured": result.date.strftime("%-d %B %Y, %H:%M %Z") if result.date else "",
        "model": context.get("model") if is_named else "",
        "API": context.get("host") if is_named else "",
        "over": context.get("http"),
        "from": context.get("host_name"),
        "precision": context.get("precision"),
        "paceline": context.get("paceline")}
    items = "".join(f"<div><dt>{name}</dt><dd>{escape(str(value))}</dd></div>"
                    for name, value in known.items() if value)
    return (side_name(result.label, place) if is_named else "") + f'<dl class="facts">{items}</dl>\n'


def side_name(label, place):
    return (f'<p class="side"><svg class="sample" viewBox="0 0 28 12" aria-hidden="true" '
            f'style="color:var(--series{place})"><rect x="8" y="0" width="12" height="12"/></svg>'
            f"{escape(label)}</p>\n")


def comparison_section(comparison):
    table = change_table(comparison)
    title = f"{comparison.new} against {comparison.old}"
    return (f'<section class="comparison">\n<h2>{escape(title)}</h2>\n'
            f'<p class="lead">{escape(comparison.sentence)}</p>\n{table}</section>\n')


def change_table(comparison):
    if not comparison.changes:
        return ""
    rows = "".join(
        f'<tr><th scope="row" class="words">{escape(change.name)}</th><td>{change.share:+.1%}</td>'
        f'<td>{escape(medians_text(change).replace("->", "→"))}</td>'
        f'<td class="words{" supported" if change.is_supported() else ""}">'
        f"{escape(verdict_text(change))}</td></tr>" for change in comparison.changes)
    tested = len(comparison.tested)
    how = (f"Medians of the repetitions. A change is supported where p, the U test's after allowing for "
           f"{count_text(tested, 'row')} (Holm), is at most {ALPHA:g}." if tested
           else "Medians of the repetitions.")
    return (f'<p class="note">{how}</p>\n<div class="scroll" tabindex="0" role="region" '
            f'aria-label="Every row of the comparison"><table><thead><tr>'
            '<th scope="col" class="words">row</th><th scope="col">change</th>'
            '<th scope="col">medians</th><th scope="col" class="words">U test</th></tr></thead>'
            f"<tbody>{rows}</tbody></table></div>\n")


def workload_section(view, with_heading):
    parts = [f'<section id="{view.slug}" class="workload">\n']
    if with_heading:
        parts.append(f"<h2>{escape(view.workload)}</h2>\n")
    for place, side in enumerate(view.sides):
        if view.compares:
            parts.append(side_name(side.label, place))
        parts.append(f'<p class="lead">{escape(headline.sentence(view, side))}</p>\n')
        parts.append(cards(headline.cards(view, side)))
    parts += [picture(figure) for figure in figures_of(view) if figure]
    parts.append(further_runs(view))
    return "".join(parts) + "</section>\n"


def figures_of(view):
    key = view.focus()
    return [grid.draw(view), latency_by_rate.draw(view), percentile_curve.draw(view),
            achieved.draw(view), streams.draw(view), time_line.draw(view, key),
            sends.draw(view, key)]


def further_runs(view):
    """The time lines and sends of the other runs in the log, folded away."""
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
    return (f'<details class="more"><summary>{count_text(len(drawn), "other run")} over time, and their '
            f"sends</summary>\n{note}{folded}</details>\n")


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
    return (f'<details><summary>The numbers</summary><div class="scroll" tabindex="0" role="region" '
            f'aria-label="Numbers: {escape(figure.title)}"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div></details>\n")


def footer(results):
    files = list_text(escape(result.path.name) for result in results)
    return (f"<footer><p>Made by paceline_report from {files}. Latencies are from the actual send to the "
            "last byte; medians are shown where runs were repeated.</p></footer>\n")
