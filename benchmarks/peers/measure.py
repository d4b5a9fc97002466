"""Measures paceline and other tools against the same servers, interleaved over several rounds, and prints
Markdown tables: paced at 100,000 RPM, unpaced, and paceline at a million RPM, each without TLS, over TLS
and over HTTP/2. Arrivals come from the server's own record. All parts take an hour.
benchmarks/peers/run installs the tools and starts this script."""

import argparse
import bisect
import dataclasses
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import claims
import tables
from judge import most_in, on_core, quantile, without_waiting
from servers import WIRES, Certificate, Nginx, Wire, delaying_server, fast_server
from tools import Load, all_tools

BODY = """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Translate: sentence #1"}],\
"temperature":0}"""
MILLISECOND = 1_000_000
RPM = 100_000
MILLION = 1_000_000
PARTS = ("paced", "unpaced", "million")
# Seconds that a tool may run beyond its time before it is killed.
PATIENCE = 90


def run_client(command, load):
    """The client's standard output, CPU seconds and seconds; None if it failed or did not end."""
    environment = os.environ | {"BODY": str(load.body)}
    if load.has_tls:
        environment |= dict.fromkeys(("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"), str(load.authority))
    with tempfile.TemporaryFile() as out:
        begin = time.monotonic()
        client = subprocess.Popen(on_core(0, command), stdout=out, stderr=subprocess.DEVNULL,
                                  start_new_session=True, env=environment)
        # wait4 returns the CPU time, but has no timeout.
        ender = threading.Timer(load.seconds + PATIENCE, os.killpg, (client.pid, signal.SIGKILL))
        ender.start()
        _, status, usage = os.wait4(client.pid, 0)
        ender.cancel()
        took = time.monotonic() - begin
        client.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        output = out.read().decode(errors="replace")
    return (output, usage.ru_utime + usage.ru_stime, took) if status == 0 else None


def steady_rate(arrivals):
    """Arrivals per second in the second half of the run's time, when the connections are open."""
    middle = (arrivals[0] + arrivals[-1]) / 2
    return (len(arrivals) - bisect.bisect_right(arrivals, middle)) / ((arrivals[-1] - middle) / 1e9)


def judge(arrivals, server, said):
    """The figures of a paced run."""
    gaps = [(after - before) / 1e3 for before, after in zip(arrivals, arrivals[1:])]
    p50, p99 = said or (None, None)
    return {
        "rpm": 60e9 * (len(arrivals) - 1) / (arrivals[-1] - arrivals[0]),
        "1 ms": most_in(arrivals, MILLISECOND),
        "10 ms": most_in(arrivals, 10 * MILLISECOND),
        "1 s": most_in(arrivals, 1_000 * MILLISECOND),
        "gap p1": quantile(gaps, 0.01),
        "gap p99": quantile(gaps, 0.99),
        "p50": p50,
        "p99": p99,
        "error p50": said and 1e3 * (p50 - server.latency("p50")),
        "error p99": said and 1e3 * (p99 - server.latency("p99")),
        "arrivals": arrivals,
    }


class Measurement:
    """The certificate, the body, and what could not be measured."""

    def __init__(self, folder):
        self.certificate = Certificate(folder)
        self.body = Path(folder) / "body.json"
        self.body.write_text(BODY, encoding="utf-8")
        # Maps a tool and a wire to the reason.
        self.refused = {}

    def load(self, wire, server, rpm, parallel, seconds):
        return Load(wire, server.url, self.certificate.authority, rpm, parallel, seconds, self.body)

    def can(self, tool, wire):
        """Whether the tool carries requests so. paceline itself says what a transport refuses."""
        if wire not in tool.wires or (tool.name, wire) in self.refused:
            return False
        if not tool.name.startswith("paceline, direct") or wire == Wire.PLAIN:
            return True
        with fast_server(wire, self.certificate) as server:
            command = tool.command(self.load(wire, server, 60_000, 1, 1))
            done = subprocess.run([str(part) for part in command] + ["--paceline_requests=1"],
                                  capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.refused[tool.name, wire] = done.stderr.strip().splitlines()[-1]
        return done.returncode == 0

    def run(self, tool, wire, make_server, load):
        """`load`: rpm, parallel, seconds. The figures; None if the tool failed."""
        rpm, parallel, seconds = load
        with make_server(wire, self.certificate) as server:
            asked = self.load(wire, server, rpm, parallel, seconds)
            spent_before = server.cpu_time()
            done = run_client(tool.command(asked), asked)
            spent = server.cpu_time() - spent_before
        # The first arrival may be a trial request, such as paceline's.
        arrivals = server.arrivals()[1:]
        if done is None or len(arrivals) < 2 or arrivals[0] == arrivals[-1]:
            return None
        output, cpu, took = done
        figures = {"cpu": 1e6 * cpu / len(arrivals)}
        if rpm == 0:
            return figures | {"steady rate": steady_rate(arrivals), "busy": spent / took}
        figures |= judge(arrivals, server, tool.claims(output))
        if rpm == MILLION:
            figures["over even"] = figures["10 ms"] / (rpm / 6_000)
            figures["late p99"] = 1e3 * claims.row_of_paceline(output)["late_p99"]
        return figures


def measure_rounds(jobs, rounds, run):
    """Runs each of `jobs`, a list of arguments of Measurement.run(), round-robin, so that other load on
    the machine affects all alike. Maps a tool's name, the wire and the requests in flight to the figures
    of the rounds."""
    results = {}
    for number in range(1, rounds + 1):
        for tool, wire, make_server, load in jobs:
            what = f"{tool.name}, {wire.value}, {load[1]:,} in flight"
            print(f"round {number} of {rounds}: {what}", file=sys.stderr)
            figures = run(tool, wire, make_server, load)
            if figures is None:
                print(f"peers: {what}: failed in this round", file=sys.stderr)
            else:
                results.setdefault((tool.name, wire, load[1]), []).append(figures)
    return results


def names_without_check(jobs):
    return list(dict.fromkeys(tool.name for tool, *_ in jobs if not tool.verifies))


def measure_paced(measurement, tools, wire, options):
    jobs = [(tool, wire, delaying_server, (RPM, 500, options.seconds))
            for tool in tools if tool.paced and measurement.can(tool, wire)]
    found = measure_rounds(jobs, options.rounds, measurement.run)
    results = {name: rounds for (name, *_), rounds in found.items()}
    tables.print_paced(wire, results, options.seconds)
    tables.print_trust(wire, names_without_check(jobs))
    if options.png and wire == Wire.PLAIN:
        from picture import draw_arrivals  # the tables need no Matplotlib
        draw_arrivals({name: rounds[0] for name, rounds in results.items()}, options.png)


def measure_unpaced(measurement, tools, wire, options):
    seconds = max(options.seconds // 2, 1)
    # Thousands of handshakes take seconds.
    jobs = [(tool, wire, fast_server, (0, parallel, 3 * seconds if parallel > 500 else seconds))
            for tool in tools if measurement.can(tool, wire) for parallel in tool.parallel]
    found = measure_rounds(jobs, options.rounds, measurement.run)
    tables.print_unpaced(wire, {(name, parallel): rounds
                                for (name, _, parallel), rounds in found.items()})
    tables.print_trust(wire, names_without_check(jobs))


def before_services(tool):
    """The tool with real-time priority: the services of the machine do not take its core. None if this
    user may not ask for the priority."""
    if without_waiting(["true"]) == ["true"]:
        return None
    return dataclasses.replace(
        tool, name=f"{tool.name}, real-time priority",
        command=lambda load: without_waiting([str(part) for part in tool.command(load)]))


def measure_million(measurement, tools, wires, options):
    jobs = [(shape, wire, delaying_server, (MILLION, 2_000, options.seconds))
            for wire in wires if wire != Wire.HTTP2
            for tool in tools if tool.name in ("paceline, curl", "paceline, direct")
            if measurement.can(tool, wire)
            for shape in (tool, before_services(tool)) if shape]
    found = measure_rounds(jobs, options.rounds, measurement.run)
    tables.print_million({f"{name}, {wire.value}": rounds
                          for (name, wire, _), rounds in found.items()}, options.seconds)


def chosen(known, text):
    names = text.split(",")
    for name in names:
        if name not in known:
            raise argparse.ArgumentTypeError(f"there is no '{name}'; choose from {','.join(known)}")
    return names


def parse_options(names):
    parser = argparse.ArgumentParser("benchmarks/peers/run", description=__doc__)
    parser.add_argument("--part", type=lambda text: chosen(PARTS, text), default=list(PARTS),
                        metavar="LIST", help=f"which parts, of {','.join(PARTS)} [all]")
    parser.add_argument("--wire", type=lambda text: chosen(WIRES, text), default=list(WIRES),
                        metavar="LIST", help=f"which protocols, of {','.join(WIRES)} [all]")
    parser.add_argument("--tool", nargs="+", choices=names, default=names, metavar="NAME",
                        help=f"which tools, of {'; '.join(names)} [all]")
    parser.add_argument("--rounds", type=int, default=3, help="rounds over all tools [3]")
    parser.add_argument("--seconds", type=int, default=10,
                        help="seconds of each paced run; an unpaced one takes half as long [10]")
    parser.add_argument("--png", type=Path, help="draw the arrivals without TLS into this file")
    return parser.parse_args()


def measure(measurement, tools, options):
    wires = [WIRES[name] for name in options.wire]
    if wires != [Wire.PLAIN] and not Nginx.is_here():
        sys.exit("peers: nginx or its echo module is missing; install both with third_party/install "
                 "peers, or give --wire=plain")
    for wire in wires:
        if "paced" in options.part:
            measure_paced(measurement, tools, wire, options)
        if "unpaced" in options.part:
            measure_unpaced(measurement, tools, wire, options)
    if "million" in options.part:
        measure_million(measurement, tools, wires, options)


def main():
    tools = all_tools()
    options = parse_options([tool.name for tool in tools])
    tools = [tool for tool in tools if tool.name in options.tool]
    # Servers and clients inherit the limit on open files.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as folder:
        measurement = Measurement(folder)
        measure(measurement, [tool for tool in tools if tool.is_here], options)
    for tool in tools:
        if not tool.is_here:
            print(f"Not measured: {tool.name}, which is not installed.\n")
    for (name, wire), reason in measurement.refused.items():
        print(f"Not measured: {name}, {wire.value}: {reason}\n")


if __name__ == "__main__":
    main()
