"""The figures of results as an HTML fragment for a notebook."""

import uuid
from html import escape
from pathlib import Path
from typing import Sequence

from . import headline, style
from .comparison import compare_all
from .drawing import drawing_style
from .request_log import read_logs
from .results import read_results
from .sections import comparison_section, workload_section
from .view import views_of

# Notebooks have schemes of their own, which need not be the browser's: Jupyter, VS Code, and Colab
# with the makers of books.
LIGHT = ('body[data-jp-theme-light="true"]', "body.vscode-light", 'html[theme="light"]',
         'html[data-theme="light"]')
DARK = ('body[data-jp-theme-light="false"]', "body.vscode-dark", 'html[theme="dark"]',
        'html[data-theme="dark"]')


def fragment(paths: Sequence[Path]) -> str:
    """The page's figures of the results in `paths`, for a document that may hold several fragments: the
    style applies to the fragment only, and ids are unique. Raises ReportError.
    """
    results = read_results([Path(path) for path in paths])
    views = views_of(results, read_logs([], results))
    prefix = f"paceline-{uuid.uuid4().hex[:12]}"
    for view in views:
        view.slug = f"{prefix}-{view.slug}"
    comparisons = compare_all(results)
    with drawing_style():
        sections = [workload_section(view, len(views) > 1) for view in views]
    sections[:0] = [comparison_section(comparison, f"{prefix}_{place}")
                    for place, comparison in enumerate(comparisons, 1)]
    return (f'<div class="paceline">\n<style>\n{style_sheet()}</style>\n'
            f'<p class="lead"><strong>{escape(headline.subject(results))}</strong></p>\n'
            + "".join(section.html for section in sections) + "</div>\n")


def style_sheet():
    return (f".paceline{{{style.variables(0)}}}\n"
            f"@media screen and (prefers-color-scheme:dark){{.paceline{{{style.variables(1)}}}}}\n"
            f"@media screen{{{scheme(LIGHT, 0)}{scheme(DARK, 1)}}}\n" + style.sheet("figures.css"))


def scheme(notebooks, number):
    selectors = ",".join(f"{notebook} .paceline" for notebook in notebooks)
    return f"{selectors}{{{style.variables(number)}}}"
