"""Reads the results and writes the page."""

import os
import sys
import tempfile

from . import style
from .comparison import compare_all
from .errors import ReportError
from .page import page
from .request_log import read_logs
from .results import read_results
from .view import views_of
from .words import count_text, harmless


def write(path, text):
    """Replaces the file atomically: an existing page stays until the new one is complete."""
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False,
                                         prefix=".paceline_report.") as file:
            unfinished = file.name
            file.write(text)
    except OSError as error:
        raise ReportError(f"cannot write '{path}': {error.strerror}; name a file in a writable "
                          "folder") from error
    umask = os.umask(0)
    os.umask(umask)
    os.chmod(unfinished, 0o666 & ~umask)
    os.replace(unfinished, path)


def check(results, logs, output):
    if len(results) > style.MOST_RESULTS:
        raise ReportError(f"at most {style.MOST_RESULTS} results fit on one page; make several "
                          "pages")
    if output.is_dir():
        raise ReportError(f"'{output}' is a folder; name a file in it")
    for path in (*results, *logs):
        if output.resolve() == path.resolve():
            raise ReportError(f"'{path}' would be overwritten by the page; name another file with -o")


def make_page(paths, logs, output):
    """Writes the page of the results and logs to `output`, and returns it."""
    check(paths, logs, output)
    results = read_results(paths)
    views = views_of(results, read_logs(logs, results))
    text = page(results, views, compare_all(results))
    write(output, text)
    return text


def report(options):
    text = make_page(options.results, options.logs, options.output)
    print(f"{harmless(str(options.output))}: {count_text(text.count('<figure id='), 'figure')}, "
          f"{len(text.encode()) / 1000:,.0f} kB")


def main(options):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    try:
        report(options)
    except ReportError as error:
        print(f"paceline_report: {harmless(str(error))}", file=sys.stderr)
        return 1
    return 0
