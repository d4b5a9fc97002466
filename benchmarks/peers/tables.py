"""The results as Markdown tables: medians over the rounds, with ranges."""

from markdown_table import median_text, print_table
from servers import MOST_STREAMS, Wire

MISSING = "-"


def cell(values, form="{:,.0f}"):
    if not values:
        return MISSING
    return median_text(values, form)


def column(rounds, figure, form="{:,.0f}"):
    return cell([figures[figure] for figures in rounds if figures[figure] is not None], form)


def print_trust(wire, names):
    """`names`: of the tools in the table that do not check the server's certificate."""
    if wire == Wire.HTTP2:
        print("h2load and oha open as many connections as paceline needs at least, one per "
              f"{MOST_STREAMS} requests in flight.")
    if wire != Wire.PLAIN:
        exceptions = f", except {', '.join(names)}" if names else ""
        print(f"All tools check the server's certificate{exceptions}.\n", flush=True)


PACED = (("RPM", "rpm", "{:,.0f}"), ("in 1 ms", "1 ms", "{:,.0f}"), ("in 10 ms", "10 ms", "{:,.0f}"),
         ("in 1 s", "1 s", "{:,.0f}"), ("gap p1, us", "gap p1", "{:,.0f}"),
         ("gap p99, us", "gap p99", "{:,.0f}"), ("CPU per request, us", "cpu", "{:,.0f}"),
         ("its p50, ms", "p50", "{:,.1f}"), ("its p99, ms", "p99", "{:,.1f}"),
         ("error of p50, us", "error p50", "{:,.0f}"), ("error of p99, us", "error p99", "{:,.0f}"))
MILLION = (("RPM", "rpm", "{:,.1f}"), ("in 10 ms, times even", "over even", "{:.2f}"),
           ("`late` p99, ms", "late p99", "{:.3f}"), ("CPU per request, us", "cpu", "{:,.1f}"),
           ("error of p50, us", "error p50", "{:,.0f}"), ("error of p99, us", "error p99", "{:,.0f}"))


def print_columns(columns, results):
    """`results` maps a tool's name to its rounds."""
    print_table(["tool", *(title for title, *_ in columns)],
                [[name, *(column(rounds, figure, form) for _, figure, form in columns)]
                 for name, rounds in results.items()])


def print_paced(wire, results, seconds):
    print(f"\n100,000 RPM, 500 parallel, {wire.value}, a server that takes 50 ms, {seconds} s. An even "
          "pace has 2, 17 and 1,667\narrivals, and gaps of 600 us.\n")
    print_columns(PACED, results)


def print_million(results, seconds):
    print(f"\n1,000,000 RPM, 2,000 parallel, a server that takes 50 ms, {seconds} s.\n")
    print_columns(MILLION, results)


def print_unpaced(wire, results):
    """`results` maps a tool's name and its requests in flight to its rounds."""
    in_flight = sorted({parallel for _, parallel in results})
    print(f"\nRequests per second, unpaced, {wire.value}, a server that answers at once, by the requests "
          "in flight.\n")
    rows = []
    for name in dict.fromkeys(name for name, _ in results):
        least = min(parallel for other, parallel in results if other == name)
        rows.append([name, *(column(results.get((name, parallel), []), "steady rate")
                             for parallel in in_flight),
                     *(column(results[name, least], figure, form)
                       for figure, form in (("cpu", "{:,.1f}"), ("busy", "{:.0%}")))])
    print_table(["tool", *(f"{parallel:,}" for parallel in in_flight),
                 "CPU per request, us", "server's core busy"], rows)
