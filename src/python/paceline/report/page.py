"""Renders a report as one HTML file that loads nothing from the network."""

from html import escape

from . import headline, style
from .drawing import drawing_style
from .repeat import command_of
from .sections import Link, Section, comparison_section, scrolled, swatch, workload_section
from .words import count_text, harmless, list_text

# Forbids the page to load anything, even if a name in a result contains markup.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
# Words of a command up to this length are not broken over lines.
LONGEST_UNBROKEN = 40


def page(results, views, comparisons):
    subject = headline.subject(results)
    sections = sections_of(results, views, comparisons)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(subject)} – paceline report</title>\n<style>\n{style_sheet()}</style>\n"
        '</head>\n<body class="paceline">\n' + header(results, views, subject) + contents(sections)
        + "<main>\n" + "".join(section.html for section in sections) + "</main>\n"
        + footer(results) + "</body>\n</html>\n")


def style_sheet():
    # Print uses the light colours in both schemes.
    return (f":root{{color-scheme:light dark;{style.variables(0)}}}\n"
            f"@media screen and (prefers-color-scheme:dark){{:root{{{style.variables(1)}}}}}\n"
            + style.sheet("page.css") + style.sheet("figures.css"))


def sections_of(results, views, comparisons):
    with drawing_style():
        workloads = [workload_section(view, len(views) > 1 or bool(comparisons)) for view in views]
    changes = [comparison_section(comparison, f"changes_{place}")
               for place, comparison in enumerate(comparisons, 1)]
    return [*changes, *workloads, *repeat_section(results)]


def contents(sections):
    """Links to the sections and their figures."""
    links = [(Link(section.name, section.title), section.links) for section in sections]
    if sum(bool(of_section) for _, of_section in links) == 1 and len(links) <= 2:
        # The page is about one workload, whose section has no heading.
        links = [(link, []) for section in sections
                 for link in section.links or [Link(section.name, section.title)]]
    items = "".join(f"<li{unprinted(link)}>{link_to(link)}{sub_contents(of_section)}</li>\n"
                    for link, of_section in links)
    kind = "sections" if any(of_section for _, of_section in links) else "figures"
    return f'<nav class="contents {kind}" aria-label="Contents">\n<ul>\n{items}</ul>\n</nav>\n'


def sub_contents(links):
    items = "".join(f"<li{unprinted(link)}>{link_to(link)}</li>" for link in links)
    return f"<ul>{items}</ul>" if links else ""


def unprinted(link):
    return "" if link.prints else ' class="unprinted"'


def link_to(link):
    return f'<a href="#{link.target}">{escape(link.text)}</a>'


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
        "paceline": context.get("paceline")}
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
        + "".join(f'<td class="words">{of_one.get(name, "")}</td>' for name in names) + "</tr>"
        for place, (result, of_one) in enumerate(zip(results, known)))
    return scrolled("What was measured", f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>")


def repeat_section(results):
    """The command line of each result; no section if no result has one."""
    commands = [(place, result, command) for place, result in enumerate(results)
                if (command := command_of(result))]
    if not commands:
        return
    title = "Repeat the runs"
    html = "".join(
        (f'<p class="side">{swatch(place)}{escape(result.label)}</p>\n' if len(results) > 1 else "")
        + f'<pre class="command"><code>{" ".join(map(command_word, command.words))}</code></pre>\n'
        + "".join(f'<p class="note">{escape(note)}</p>\n' for note in command.notes)
        for place, result, command in commands)
    yield Section("repeat_runs", title, (
        f'<section id="repeat_runs">\n<h2>{title}</h2>\n<p class="how">A click selects the whole '
        "command line. To keep the results, add <code>--benchmark_out=FILE</code>.</p>\n"
        f"{html}</section>\n"))


def command_word(word):
    text = escape(word)
    return f"<span>{text}</span>" if len(word) <= LONGEST_UNBROKEN else text


def footer(results):
    files = list_text(escape(harmless(result.path.name)) for result in results)
    return (f"<footer><p>Made by paceline_report from {files}. Latencies are from the actual send to "
            "the last byte; repeated runs are shown by their medians.</p></footer>\n")
