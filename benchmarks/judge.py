"""`paceline_endpoint` as the judge of what really arrived, for the scripts that measure."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

BUILT = Path(__file__).resolve().parents[1] / "build/release/bin"


def on_core(core, command):
    """The client on core 0 and the endpoint on core 1, so that neither takes from the other."""
    command = [str(part) for part in command]
    return ["taskset", "-c", str(core), *command] if (os.cpu_count() or 1) > 1 else command


def without_waiting(command):
    """A judge that is off its core sees arrivals in clumps that were none."""
    allowed = subprocess.run(["chrt", "-f", "10", "true"], stderr=subprocess.DEVNULL, check=False)
    return ["chrt", "-f", "10", *command] if allowed.returncode == 0 else command


class Endpoint:
    """The endpoint for the time of a `with`; what it saw can be asked afterwards."""

    def __init__(self, latency, is_paced, **flags):
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "arrivals"
        command = on_core(1, [BUILT / "paceline_endpoint", f"--latency={latency}",
                              f"--arrivals={self.file}",
                              *(f"--{flag}={value}" for flag, value in flags.items())])
        # At full load a real-time thread would be throttled, and the kernel's times slow it down.
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
        """In ascending nanoseconds."""
        return [int(line) for line in self.file.read_text().split()]

    def latency(self, percentile):
        """From arrival to response, in ms, as the endpoint itself recorded it."""
        times = re.search(r"responses: sent ([\d.]+) ms .*?([\d.]+) ms", self.summary)
        return float(times[{"p50": 1, "p99": 2}[percentile]])


    def token_times(self):
        """As the endpoint itself recorded them, in ms: p50 and p99 of ttft, itl and tpot."""
        line = next(line for line in self.summary.splitlines() if "streamed responses" in line)
        times = [float(time) for time in re.findall(r"([\d.]+) ms", line)]
        return dict(zip(("ttft", "itl", "tpot"), zip(times[::2], times[1::2])))


def most_in(arrivals, window):
    """The most arrivals in any half-open window of that many nanoseconds."""
    most = begin = 0
    for end, arrival in enumerate(arrivals):
        while arrival - arrivals[begin] >= window:
            begin += 1
        most = max(most, end - begin + 1)
    return most


def quantile(values, share):
    ordered = sorted(values)
    return ordered[int(share * (len(ordered) - 1))]
