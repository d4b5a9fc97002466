"""Measures paceline_mpi and prints Markdown tables. The ranks run on core 0 and the endpoint on core 1.

The parts: `ranks` measures one process, and 1, 2 and 4 ranks on this machine. `compare` runs
benchmarks/compare on nine repetitions of one process and of four ranks. `hosts` measures three hosts made of
network namespaces, whose MPI messages have no delay, a delay, or a delay with jitter. `clocks` compares the
starts of runs on the hosts' clocks with the true offsets of these clocks. `losses` takes a rank or a host away
in the middle of a run, salvages the results if rank 0 was lost, and resumes the job. `hosts`, `clocks` and
`losses` need root."""

import argparse
import contextlib
import json
import os
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from judge import BUILT, Endpoint, most_in, on_core, quantile
from markdown_table import median_text, print_table
from namespaces import SERVER, Hosts, check_root

HERE = Path(__file__).resolve().parent
MILLISECOND = 1_000_000
RPM = 100_000
REPETITIONS = 9
AS_ROOT = ["--allow-run-as-root"] if os.geteuid() == 0 else []
DELAYS = {"none": None, "5 ms": (5, 0), "5 ms, jitter of 1 ms": (5, 1)}
FLAGS = [f"--paceline_rpm={RPM}", "--paceline_parallel=500", "--paceline_rows="]
FIGURES = ("rpm", "1 ms", "10 ms", "1 s", "p50", "p99", "clock")


def local_command(ranks):
    """paceline for 0 ranks, or that many ranks on this machine."""
    if ranks == 0:
        return on_core(0, [BUILT / "paceline"])
    launcher = ["mpirun", *AS_ROOT, "--oversubscribe", "--bind-to", "none", "-np", str(ranks)]
    return on_core(0, [*launcher, BUILT / "paceline_mpi"])


def figures_of(endpoint, row):
    """The figures of a run, from the endpoint's record and the row."""
    arrivals = endpoint.arrivals()[1:]  # the first one is the trial request
    figures = {"rpm": 60e9 * (len(arrivals) - 1) / (arrivals[-1] - arrivals[0]),
               "clock": 1e6 * row.get("clock_error", 0)}
    for name, window in (("1 ms", 1), ("10 ms", 10), ("1 s", 1_000)):
        figures[name] = most_in(arrivals, window * MILLISECOND)
    for name in ("p50", "p99"):
        figures[name] = 1e6 * row[name] - 1e3 * endpoint.latency(name)
    return figures


def measure(command, requests, address="127.0.0.1"):
    """Runs the command once against an endpoint of 50 ms."""
    endpoint = Endpoint("50ms", is_paced=True, address=address)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        with endpoint:
            done = subprocess.run(
                [*command, f"--paceline_url={endpoint.url}", f"--paceline_requests={requests}",
                 f"--benchmark_out={out}", *FLAGS], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"hosts: {command} failed:\n{done.stderr}")
        (row,) = json.loads(out.read_text())["benchmarks"]
    return figures_of(endpoint, row)


def text_of(rounds, name):
    """The median and the range of a figure."""
    values = [figures[name] for figures in rounds]
    return median_text(values, "{:,.1f}" if name == "rpm" else "{:,.0f}")


def print_arrivals(title, results):
    print_table((title, "RPM", "most arrivals in any 1 ms", "10 ms", "1 s", "error of p50, us",
                 "error of p99, us", "clock error, us"),
                [(name, *(text_of(rounds, figure) for figure in FIGURES))
                 for name, rounds in results.items()])


def measure_ranks(options):
    kinds = {0: "one process"} | {ranks: f"{ranks} rank{'s' if ranks > 1 else ''}"
                                  for ranks in (1, 2, 4)}
    results = {name: [] for name in kinds.values()}
    for _ in range(options.rounds):
        for ranks, name in kinds.items():
            results[name].append(measure(local_command(ranks), options.requests))
    print_arrivals("on this machine", results)


def run_once(ranks, url, out):
    """Runs 5,000 requests. Returns the results."""
    subprocess.run(
        [*local_command(ranks), f"--paceline_url={url}", f"--paceline_rpm={RPM}",
         "--paceline_parallel=500", "--paceline_requests=5000", f"--benchmark_out={out}"],
        check=True, capture_output=True)
    return json.loads(out.read_text())


def measure_difference(_):
    kinds = {0: "one process", 4: "four ranks"}
    # Each kind has an endpoint of its own, so that each record is of one kind.
    endpoints = {ranks: Endpoint("50ms", is_paced=True) for ranks in kinds}
    results = {}
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        for endpoint in endpoints.values():
            stack.enter_context(endpoint)
        # In turn, so that both meet the same moments of the machine.
        for _ in range(REPETITIONS):
            for ranks, endpoint in endpoints.items():
                result = run_once(ranks, endpoint.url, folder / "further")
                results.setdefault(ranks, result | {"benchmarks": []})
                results[ranks]["benchmarks"] += result["benchmarks"]
        for ranks, result in results.items():
            (folder / kinds[ranks]).write_text(json.dumps(result))
        compared = subprocess.run(
            [HERE.parent / "compare", *(folder / kind for kind in kinds.values())], check=True,
            capture_output=True, text=True)
    print(" -> ".join(kinds.values()) + compared.stdout.partition("In plain words")[2])
    for ranks, kind in kinds.items():
        rows = [row for row in results[ranks]["benchmarks"] if row["name"].endswith("_time")]
        print(f"{kind}: the endpoint's own record of all requests has p50 "
              f"{endpoints[ranks].latency('p50'):.2f} ms, p99 {endpoints[ranks].latency('p99'):.2f} ms; "
              f"CPU time per request {statistics.median(row['cpu_time'] for row in rows):.1f} us")


def measure_hosts(options):
    results = {name: [] for name in DELAYS}
    for name, delay in DELAYS.items():
        with Hosts(3, delay) as hosts:
            for _ in range(options.rounds):
                command = on_core(0, hosts.mpirun(BUILT / "paceline_mpi"))
                results[name].append(measure(command, options.requests, SERVER))
    print_arrivals("three hosts, by the delay of MPI messages", results)


def starts_of(hosts, runs):
    """For each run, by host but the first: how wrong its start was, and its clock_error, in us."""
    done = subprocess.run(on_core(0, hosts.mpirun(BUILT / "clock_starts", runs)), check=True,
                          capture_output=True, text=True)
    found = []
    for line in done.stdout.splitlines():
        if not re.match(r"0:\d+:", line):
            continue
        starts = [tuple(int(number) for number in part.split(":")) for part in line.split()]
        found.append({rank + 1: ((start - starts[0][1] - hosts.clock_offset(rank + 1)) / 1e3,
                                 error / 1e3) for rank, start, error in starts[1:]})
    return found


def measure_clocks(options):
    rows = []
    for name, delay in DELAYS.items():
        with Hosts(3, delay) as hosts:
            runs = [run for _ in range(options.programs) for run in starts_of(hosts, options.runs)]
        for host in (2, 3):
            wrong = [abs(run[host][0]) for run in runs]
            errors = [run[host][1] for run in runs]
            covered = sum(one <= error for one, error in zip(wrong, errors))
            is_delayed = delay and host == 3
            rows.append((name if is_delayed or not delay else "none", f"node{host}",
                         f"{statistics.median(errors):,.0f} ({min(errors):,.0f} to {max(errors):,.0f})",
                         f"{statistics.median(wrong):,.1f} ({quantile(wrong, 0.95):,.1f})",
                         f"{covered} of {len(runs)}"))
    print_table(("delay of MPI messages", "host", "clock_error, us",
                 "truly wrong by, us (95th percentile)", "runs whose error covers that"), rows)


def ranks_of(job):
    """Maps each rank of a job to its process. `job` is a part of the command line of this job only."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process.joinpath("comm").read_text().strip() != "paceline_mpi"
                    or job not in process.joinpath("cmdline").read_text()):
                continue
            values = process.joinpath("environ").read_text().split("\0")
            (rank,) = [value for value in values if value.startswith("OMPI_COMM_WORLD_RANK=")]
            found[int(rank.partition("=")[2])] = int(process.name)
    return found


def good_items(folder, ranks):
    good = []
    for rank in range(ranks):
        with sqlite3.connect(folder / f"run.{rank}.sqlite") as log:
            good += [item for item, in log.execute(
                "SELECT item FROM requests WHERE error IS NULL AND status = 200")]
    return good


def lose(what, hosts, rank, process):
    """Takes a rank or its host away."""
    if what == "killed (-9)":
        os.kill(process, signal.SIGKILL)
    elif what == "link down":
        hosts.cut_off(rank + 1)
    else:
        os.kill(process, signal.SIGSTOP)
        if what == "stopped for 5 s":
            time.sleep(5)
            os.kill(process, signal.SIGCONT)


def wait_for_results(run, out):
    """Waits until the file of results is whole, or the launcher has ended. Returns the seconds."""
    began = time.monotonic()
    while time.monotonic() - began < 60 and run.poll() is None:
        if out.exists() and out.read_text().rstrip().endswith("}"):
            break
        time.sleep(0.05)
    return time.monotonic() - began


def label_of(out):
    text = out.read_text() if out.exists() else ""
    return json.loads(text)["benchmarks"][0]["label"] if text else "no result"


def run_and_lose(rank, what, hosts, folder, flags):
    """Starts a job on three hosts, which loses a rank. Returns how long after the loss the results were
    written or the launcher had ended, and whether the launcher ended by itself."""
    out = folder / "out.json"
    run = subprocess.Popen(
        hosts.mpirun(BUILT / "paceline_mpi", *flags, f"--benchmark_out={out}",
                     f"--paceline_log={folder}/run.sqlite"),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(8)
    lose(what, hosts, rank, ranks_of(str(folder))[rank])
    took = wait_for_results(run, out)
    with contextlib.suppress(subprocess.TimeoutExpired):
        run.wait(20)
    has_ended = run.poll() is not None
    run.kill()
    for process in ranks_of(str(folder)).values():
        os.kill(process, signal.SIGKILL)
    return took, has_ended


def measure_loss(rank, what, requests):
    """A job of three hosts that loses one, and its continuation by two ranks."""
    flags = [f"--paceline_requests={requests}", "--paceline_rows=", "--paceline_rpm=12000",
             "--paceline_parallel=60"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Hosts(3) as hosts, Endpoint("50ms", is_paced=False, address=SERVER) as endpoint:
            flags.append(f"--paceline_url={endpoint.url}")
            took, has_ended = run_and_lose(rank, what, hosts, folder, flags)
            if rank == 0:
                subprocess.run([BUILT / "paceline_log", *folder.glob("run.*.sqlite"), "--salvage",
                                "-o", folder / "out.json"], check=True, capture_output=True)
            label = label_of(folder / "out.json")
            before = good_items(folder, 3)
            subprocess.run([*local_command(2), *flags, f"--paceline_resume={folder}/run.sqlite"],
                           check=True, capture_output=True)
        is_complete = sorted(good_items(folder, 3)) == list(range(requests))
    return (f"rank {rank} {what}", f"{took:.1f} s" if rank > 0 else "salvaged",
            "yes" if has_ended else "no",
            label.partition("; ")[2] or label, f"{len(before):,}", "yes" if is_complete else "no")


def measure_losses(options):
    print_table(("what was lost", "results written after", "mpirun ends by itself", "label",
                 "good responses in the logs", "each item once after the continuation"),
                [measure_loss(rank, what, options.loss_requests)
                 for rank, what in ((2, "killed (-9)"), (2, "stopped for 5 s"), (2, "stopped"),
                                    (2, "link down"), (0, "killed (-9)"))])


PARTS = {"ranks": measure_ranks, "compare": measure_difference, "hosts": measure_hosts, "clocks": measure_clocks,
         "losses": measure_losses}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, help="only this part")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each kind [5]")
    parser.add_argument("--requests", type=int, default=20_000, help="requests per run [20000]")
    parser.add_argument("--programs", type=int, default=10,
                        help="programs that agree on starts [10]")
    parser.add_argument("--runs", type=int, default=10, help="starts of each such program [10]")
    parser.add_argument("--loss_requests", type=int, default=4_000,
                        help="requests of the job that loses a rank [4000]")
    options = parser.parse_args()
    for name, part in PARTS.items():
        if options.part in (None, name):
            if name in ("hosts", "clocks", "losses"):
                check_root()
            part(options)
            print(flush=True)


if __name__ == "__main__":
    main()
