"""Runs `paceline_endpoint`, whose record of arrivals is the reference for the measuring scripts."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

BUILT = Path(__file__).resolve().parents[1] / "build/release/bin"


def on_core(core, command):
    """Pins the client to core 0 and the endpoint to core 1, so that they do not compete."""
    command = [str(part) for part in command]
    return ["taskset", "-c", str(core), *command] if (os.cpu_count() or 1) > 1 else command


def without_waiting(command):
    """Gives a program real-time priority if this user may: an endpoint without its core would record
    false bursts."""
    allowed = subprocess.run(["chrt", "-f", "10", "true"], stderr=subprocess.DEVNULL, check=False)
    return ["chrt", "-f", "10", *command] if allowed.returncode == 0 else command


class Endpoint:
    """Runs the endpoint during a `with`; its record can be read afterwards."""

    def __init__(self, latency, is_paced, **flags):
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "arrivals"
        command = on_core(1, [BUILT / "paceline_endpoint", f"--latency={latency}",
                              f"--arrivals={self.file}",
                              *(f"--{flag}={value}" for flag, value in flags.items())])
        # At full load, a real-time thread would be throttled, and kernel timestamps slow the endpoint.
        self.command = [*without_waiting(command), "--kernel_times"] if is_paced else command

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.summary = self.process.communicate()[1]

    def arrivals(self):
        """Times of the arrivals in nanoseconds, ascending."""
        return [int(line) for line in self.file.read_text().split()]

    def latency(self, percentile):
        """Time from arrival to response, in ms, from the endpoint's own record."""
        times = re.search(r"responses: sent ([\d.]+) ms .*?([\d.]+) ms", self.summary)
        return float(times[{"p50": 1, "p99": 2}[percentile]])

    def token_times(self):
        """p50 and p99 of ttft, itl and tpot, in ms, from the endpoint's own record."""
        line = next(line for line in self.summary.splitlines() if "streamed responses" in line)
        times = [float(time) for time in re.findall(r"([\d.]+) ms", line)]
        return dict(zip(("ttft", "itl", "tpot"), zip(times[::2], times[1::2])))


def most_in(arrivals, window):
    """The most arrivals in any half-open window of `window` nanoseconds."""
    most = begin = 0
    for end, arrival in enumerate(arrivals):
        while arrival - arrivals[begin] >= window:
            begin += 1
        most = max(most, end - begin + 1)
    return most


def behind(arrivals, due):
    """How far each arrival lies behind its due time, in us; the least of them counts as 0. Both are in ns,
    ascending, and on clocks of their own."""
    differences = [arrived - asked for arrived, asked in zip(arrivals, due)]
    least = min(differences)
    return [(each - least) / 1e3 for each in differences]


def quantile(values, share):
    ordered = sorted(values)
    return ordered[int(share * (len(ordered) - 1))]
