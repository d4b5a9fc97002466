"""The parts of runs that mix models or servers: from the counters of --paceline_by, or from a log.

A part's figures are a dict by the names of the counters; times are in seconds.
"""

import re
import statistics

import numpy

from .logged_runs import CANCELLED, SECOND, read_requests
from .words import harmless

KINDS = ("model", "url")
COUNTER = re.compile(r"(\w+)@(model|url)=(.+)", re.DOTALL)
FIGURES = ("requests", "error_ratio", "p50", "p99", "ttft_p50", "ttft_p99", "itl_p50", "tokens_out")
# The first schema with parts.
FIRST_SCHEMA = 5
# The part of a request, and the time to its first token in nanoseconds; -1 for none.
FIELDS = (("part", "i8", "coalesce(part, -1)"),
          ("first_token", "i8", "CASE WHEN error IS NULL AND first_token_ns >= sent_ns "
                                "THEN first_token_ns - sent_ns ELSE -1 END"))


def parts_of_cell(cell, logged):
    """{kind: {name: figures}}. A kind that the counters lack comes from the LoggedCell, if any."""
    found = dict(logged.parts if logged else {})
    return found | parts_of_counters(cell.rows)


def parts_of_counters(rows):
    """The medians over the repetitions."""
    values = {}
    for row in rows:
        for counter, value in row.items():
            if named := COUNTER.fullmatch(counter):
                figure, kind, name = named.groups()
                part = values.setdefault(kind, {}).setdefault(name, {})
                part.setdefault(figure, []).append(value)
    return {kind: {name: {figure: statistics.median(all_of) for figure, all_of in part.items()}
                   for name, part in parts.items()} for kind, parts in values.items()}


def parts_of_runs(runs):
    """The parts of the LoggedRuns of one cell; empty for runs without parts, and for older logs."""
    place = runs[0].places[0]
    if place.log.version < FIRST_SCHEMA:
        return {}
    names = place.log.rows("SELECT part, model, url FROM parts WHERE run = ? ORDER BY part", place.run)
    if not names:
        return {}
    requests = numpy.concatenate([read_requests(run, lambda log: FIELDS) for run in runs])
    # As in the counters.
    requests = requests[requests["latency"] != CANCELLED]
    found = {}
    for kind, of_part in (("model", [harmless(row["model"]) for row in names]),
                          ("url", url_names([row["url"] for row in names]))):
        found[kind] = {}
        for name in dict.fromkeys(of_part):
            places = [place for place, other in enumerate(of_part) if other == name]
            chosen = requests[numpy.isin(requests["part"], places)]
            if len(chosen):
                found[kind][name] = figures_of(chosen)
    return found


def url_names(urls):
    """The hosts, or hosts and paths if two URLs have the same host, as in the counters."""
    paths = [harmless(re.sub(r"^\w+://|\?.*$", "", url, flags=re.DOTALL)) for url in urls]
    hosts = [path.split("/")[0] for path in paths]
    return hosts if len(set(hosts)) == len(set(paths)) else paths


def figures_of(requests):
    good = requests["latency"][requests["latency"] >= 0]
    first = requests["first_token"][requests["first_token"] >= 0]
    found = {"requests": len(requests), "error_ratio": 1 - len(good) / len(requests)}
    for prefix, times in (("", good), ("ttft_", first)):
        if len(times):
            ordered = numpy.sort(times)
            for name, share in (("p50", 0.5), ("p99", 0.99)):
                rank = int(numpy.ceil(share * len(ordered) - 1e-9)) - 1
                found[prefix + name] = float(ordered[max(rank, 0)]) / SECOND
    return found
