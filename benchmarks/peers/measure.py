"""Measures paceline and other tools against the same endpoint, interleaved over several rounds, and
prints two Markdown tables: paced at 100,000 RPM, and unpaced. Arrivals come from the endpoint's own
record. benchmarks/peers/run installs the tools and starts this script."""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from judge import Endpoint, most_in, on_core, quantile
from tools import Load, all_tools

BODY = """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Translate: sentence #1"}],\
"temperature":0}"""
MILLISECOND = 1_000_000
RPM = 100_000
# Seconds that a tool may run beyond its time before it is killed.
PATIENCE = 60


def run_client(command, load):
    """The client's standard output and CPU seconds; None if it failed or did not end."""
    with tempfile.TemporaryFile() as out:
        client = subprocess.Popen(on_core(0, command), stdout=out,
                                  stderr=subprocess.DEVNULL, start_new_session=True,
                                  env=os.environ | {"BODY": str(load.body)})
        # wait4 returns the CPU time, but has no timeout.
        ender = threading.Timer(load.seconds + PATIENCE, os.killpg, (client.pid, signal.SIGKILL))
        ender.start()
        _, status, usage = os.wait4(client.pid, 0)
        ender.cancel()
        client.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        output = out.read().decode(errors="replace")
    return (output, usage.ru_utime + usage.ru_stime) if status == 0 else None


def measure(tool, latency, rpm, parallel, seconds):
    with tempfile.TemporaryDirectory() as folder:
        body = Path(folder) / "body.json"
        body.write_text(BODY, encoding="utf-8")
        with Endpoint(latency, rpm > 0) as endpoint:
            load = Load(endpoint.url, rpm, parallel, seconds, body)
            done = run_client(tool.command(load), load)
    # The first arrival may be a trial request, such as paceline's.
    arrivals = endpoint.arrivals()[1:]
    if done is None or len(arrivals) < 2:
        return None
    output, cpu = done
    gaps = [(after - before) / 1e3 for before, after in zip(arrivals, arrivals[1:])]
    span = (arrivals[-1] - arrivals[0]) / 1e9
    return {
        "rate": (len(arrivals) - 1) / span,
        "cpu": 1e6 * cpu / len(arrivals),
        "1 ms": most_in(arrivals, MILLISECOND),
        "10 ms": most_in(arrivals, 10 * MILLISECOND),
        "1 s": most_in(arrivals, 1_000 * MILLISECOND),
        "gap p1": quantile(gaps, 0.01),
        "gap p99": quantile(gaps, 0.99),
        "claims": tool.claims(output) if rpm else None,
        "arrivals": arrivals,
    }


def cell(rounds, figure, form="{:,.0f}"):
    values = [figures[figure] for figures in rounds]
    texts = [form.format(value) for value in (statistics.median(values), min(values), max(values))]
    return texts[0] if texts[1] == texts[2] else f"{texts[0]} ({texts[1]} to {texts[2]})"


def claimed(rounds, place):
    said = [figures["claims"][place] for figures in rounds if figures["claims"]]
    return f"{statistics.median(said):,.1f}" if said else "-"


def print_paced(results, seconds):
    print(f"100,000 RPM, 500 parallel, an endpoint that takes 50 ms, {seconds} s. An even pace has 2, "
          "17 and 1,667 arrivals,\nand gaps of 600 us.\n")
    print("| tool | RPM | in 1 ms | in 10 ms | in 1 s | gap p1, us | gap p99, us | CPU per request, us "
          "| its p50, ms | its p99, ms |\n|---|---|---|---|---|---|---|---|---|---|")
    for name, rounds in results.items():
        rpm = [figures | {"rpm": 60 * figures["rate"]} for figures in rounds]
        cells = [cell(rpm, "rpm"), *(cell(rounds, figure) for figure in (
            "1 ms", "10 ms", "1 s", "gap p1", "gap p99", "cpu")), claimed(rounds, 0),
            claimed(rounds, 1)]
        print(f"| {name} | {' | '.join(cells)} |")


def print_unpaced(results):
    print("\nUnpaced, 50 parallel unless stated, an endpoint that answers at once, one client core.\n")
    print("| tool | requests/s | CPU per request, us |\n|---|---|---|")
    for name, rounds in results.items():
        print(f"| {name} | {cell(rounds, 'rate')} | {cell(rounds, 'cpu', '{:,.1f}')} |")


def measure_rounds(tools, rounds, measure_one):
    """Measures round-robin, so that other load on the machine affects all tools alike."""
    results = {}
    for number in range(1, rounds + 1):
        for tool in tools:
            print(f"round {number} of {rounds}: {tool.name}", file=sys.stderr)
            figures = measure_one(tool)
            if figures is None:
                print(f"peers: {tool.name} failed in this round", file=sys.stderr)
            else:
                results.setdefault(tool.name, []).append(figures)
    return results


def main():
    parser = argparse.ArgumentParser("benchmarks/peers/run", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds over all tools [3]")
    parser.add_argument("--seconds", type=int, default=10, help="seconds of each paced run [10]")
    parser.add_argument("--png", type=Path, help="draw the arrivals into this file")
    options = parser.parse_args()
    tools = all_tools()
    missing = [tool.name for tool in tools if not tool.is_here]
    tools = [tool for tool in tools if tool.is_here]
    paced = measure_rounds(
        [tool for tool in tools if tool.paced], options.rounds,
        lambda tool: measure(tool, "50ms", RPM, 500, options.seconds))
    unpaced = measure_rounds(
        [tool for tool in tools if tool.unpaced], options.rounds,
        lambda tool: measure(tool, "0", 0, tool.parallel, 5))
    print_paced(paced, options.seconds)
    print_unpaced(unpaced)
    for name in missing:
        print(f"\nNot measured: {name}, which is not installed.")
    if options.png:
        from picture import draw_arrivals  # the tables need no Matplotlib
        draw_arrivals({name: rounds[0] for name, rounds in paced.items()}, options.png)


if __name__ == "__main__":
    main()
