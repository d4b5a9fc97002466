"""Measures paceline and other benchmarks of language models against the same streaming endpoint,
interleaved over several rounds, and prints two Markdown tables: the load as the endpoint recorded it
with what the client needed for it, and the errors of the reported times. benchmarks/peers/llm/run
installs the tools and starts this script."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from client import run_client
from judge import Endpoint, most_in
from markdown_table import median_text
from tools import TOKENS, Load, all_tools, prompt

FIRST_TOKEN = 50   # ms
TOKEN = 10         # ms
# p99 of fewer requests would be their maximum.
LEAST_REQUESTS = 100
# Seconds that a tool may take beyond its load before it is killed.
PATIENCE = 300
WINDOWS = {"1 ms": 1_000_000, "10 ms": 10_000_000, "1 s": 1_000_000_000}
TIMES = [(name, place) for name in ("ttft", "itl", "tpot") for place in (0, 1)]


def write_prompts(folder, count):
    """JSON lines for most tools, and beside them the plain lines that evalscope takes."""
    prompts = folder / "prompts.jsonl"
    texts = [prompt(number) for number in range(count)]
    prompts.write_text("".join(json.dumps({"prompt": text, "text": text}) + "\n" for text in texts),
                       encoding="utf-8")
    prompts.with_suffix(".txt").write_text("".join(text + "\n" for text in texts), encoding="utf-8")
    return prompts


def load_figures(usage, arrivals):
    """`arrivals` are those of the load alone, without trial requests before it."""
    count = len(arrivals)
    response = 1_000_000 * (FIRST_TOKEN + (TOKENS - 1) * TOKEN)
    during = usage.cpu_between(arrivals[0], arrivals[-1] + response)
    return {
        "rpm": 6e10 * (count - 1) / (arrivals[-1] - arrivals[0]),
        **{name: most_in(arrivals, window) for name, window in WINDOWS.items()},
        "cpu": 1e3 * during / count,
        "other cpu": usage.cpu - during,
        "memory": usage.memory / 1e6,
        "first": (arrivals[0] - usage.started) / 1e9,
    }


def measure(tool, rpm, seconds):
    count = max(round(rpm / 60 * seconds), LEAST_REQUESTS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prompts = write_prompts(folder, count)
        with Endpoint(f"{FIRST_TOKEN}ms", True, token_time=f"{TOKEN}ms",
                      response_tokens=TOKENS) as endpoint:
            load = Load(endpoint.url.removesuffix("/v1"), rpm, count, prompts, folder)
            usage = run_client(tool.command(load), folder, seconds + PATIENCE, tool.environment)
        arrivals = endpoint.arrivals()
        if not usage.succeeded or len(arrivals) < count:
            last = "\n".join(usage.output.splitlines()[-5:])
            print(f"peers/llm: {tool.name} failed; the end of its output:\n{last}", file=sys.stderr)
            return None
        said = tool.times(folder)
    figures = load_figures(usage, arrivals[-count:])
    truth = endpoint.token_times()
    for time, place in TIMES:
        if time in said:
            figures[time, place] = said[time][place] - truth[time][place]
    return figures


def cell(rounds, figure, form="{:,.0f}"):
    values = [figures[figure] for figures in rounds if figure in figures]
    if not values:
        return "-"
    return median_text(values, form)


def print_loads(results, links):
    links = dict(links)
    print("| tool | RPM asked | RPM | in 1 ms | in 10 ms | in 1 s | CPU per request, ms | other CPU, s "
          "| memory, MB | first request, s |\n|---|---|---|---|---|---|---|---|---|---|")
    for (rpm, name), rounds in results.items():
        cells = [cell(rounds, "rpm"), *(cell(rounds, window) for window in WINDOWS),
                 cell(rounds, "cpu", "{:.2f}"), cell(rounds, "other cpu", "{:.1f}"),
                 cell(rounds, "memory"), cell(rounds, "first", "{:.1f}")]
        print(f"| {links.pop(name, name)} | {rpm:,} | {' | '.join(cells)} |")


def print_errors(results):
    print("\nReported time minus the endpoint's, ms:\n\n| tool | RPM asked | TTFT p50 | p99 | ITL p50 "
          "| p99 | TPOT p50 | p99 |\n|---|---|---|---|---|---|---|---|")
    for (rpm, name), rounds in results.items():
        cells = [cell(rounds, time, "{:+.2f}") for time in TIMES]
        print(f"| {name} | {rpm:,} | {' | '.join(cells)} |")


def read_options(names):
    parser = argparse.ArgumentParser("benchmarks/peers/llm/run", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds over all tools [3]")
    parser.add_argument("--seconds", type=float, default=5,
                        help=f"seconds of each run, which has at least {LEAST_REQUESTS} requests [5]")
    parser.add_argument("--rpm", type=int, nargs="+", default=[600, 3_000, 6_000, 30_000],
                        help="requests per minute [600 3000 6000 30000]")
    parser.add_argument("--tool", nargs="+", choices=names, default=names,
                        help="tools to measure [all]")
    return parser.parse_args()


def main():
    tools = {tool.package or "paceline": tool for tool in all_tools()}
    options = read_options(list(tools))
    if (os.cpu_count() or 1) > 1:
        # This script reads the clients' CPU time; it must not take any of their core.
        os.sched_setaffinity(0, {1})
    chosen = [tools[name] for name in options.tool if tools[name].is_here]
    names = {tool: f"{tool.name} {tool.version}".strip() for tool in chosen}
    results = {(rpm, names[tool]): [] for rpm in options.rpm for tool in chosen}
    for number in range(1, options.rounds + 1):
        for rpm in options.rpm:
            for tool in chosen:
                print(f"round {number} of {options.rounds}: {rpm} RPM, {tool.name}", file=sys.stderr)
                figures = measure(tool, rpm, options.seconds)
                if figures:
                    results[rpm, names[tool]].append(figures)
    results = {key: rounds for key, rounds in results.items() if rounds}
    print_loads(results, {name: tool.linked(name) for tool, name in names.items()})
    print_errors(results)
    for name in options.tool:
        if not tools[name].is_here:
            print(f"\nNot measured: {tools[name].name}, which is not installed.")


if __name__ == "__main__":
    main()
