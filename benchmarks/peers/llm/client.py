"""Runs a client program on core 0 and counts the CPU time and the memory of all its processes."""

import ctypes
import os
import signal
import subprocess
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path

from judge import on_core

PR_SET_CHILD_SUBREAPER = 36
SAMPLE_TIME = 0.1
# The sizes of large processes take the kernel milliseconds.
SAMPLES_PER_SIZE = 10


@dataclass
class Usage:
    started: int             # nanoseconds on the monotonic clock
    succeeded: bool
    output: str
    cpu: float = 0           # seconds of CPU time, user and system, of all processes
    memory: int = 0          # most bytes at once, shared pages divided among the processes
    times: list[int] = field(default_factory=list)
    cpu_at: list[float] = field(default_factory=list)

    def cpu_between(self, begin, end):
        """CPU seconds between two times of the monotonic clock, to a tenth of a second's use."""
        return self._cpu_until(end) - self._cpu_until(begin)

    def _cpu_until(self, when):
        after = bisect_left(self.times, when)
        if after in (0, len(self.times)):
            return self.cpu_at[max(after - 1, 0)]
        (t0, t1), (c0, c1) = self.times[after - 1:after + 1], self.cpu_at[after - 1:after + 1]
        return c0 + (c1 - c0) * (when - t0) / (t1 - t0)


class Tree:
    """The processes that started after the object was made, as children of this process or of one
    another."""

    def __init__(self):
        # Orphans become children of this process, which can then wait for all of them.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.others = set(children(os.getpid()))
        self.cpu = {}

    def members(self):
        found = [child for child in children(os.getpid()) if child not in self.others]
        for process in found:
            found.extend(children(process))
        return found

    def read_cpu(self, members):
        """CPU seconds so far. An ended process counts with its last reading."""
        for process in members:
            try:
                # The kernel's number of a process' CPU clock, see clock_getcpuclockid(3).
                self.cpu[process] = time.clock_gettime((~process << 3) | 2)
            except OSError:
                pass
        return sum(self.cpu.values())

    def end(self):
        for process in self.members():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass


def children(process):
    found = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += [int(child) for child in path.read_text().split()]
        except OSError:
            pass
    return found


def memory_of(members):
    """Bytes in memory, each shared page divided among the processes that share it."""
    kilobytes = 0
    for process in members:
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return 1024 * kilobytes


def wait_for(process):
    """Exit code and CPU seconds of a process, with those of the children for which it waited."""
    _, status, usage = os.wait4(process, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime


def run_client(command, folder, patience, environment):
    """Runs the client in `folder`, and kills it after `patience` seconds."""
    tree = Tree()
    log = Path(folder) / "output"
    with log.open("wb") as out:
        usage = Usage(time.monotonic_ns(), False, "")
        client = subprocess.Popen(on_core(0, command), stdin=subprocess.DEVNULL, stdout=out,
                                  stderr=subprocess.STDOUT, cwd=folder,
                                  env=os.environ | environment)
    members = [client.pid]
    count = 0
    while os.waitid(os.P_PID, client.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic_ns() - usage.started > 1e9 * patience:
            tree.end()
        if count % SAMPLES_PER_SIZE == 0:
            members = tree.members()
            usage.memory = max(usage.memory, memory_of(members))
        usage.times.append(time.monotonic_ns())
        usage.cpu_at.append(tree.read_cpu(members))
        count += 1
        time.sleep(SAMPLE_TIME)
    code, usage.cpu = wait_for(client.pid)
    client.returncode = code
    tree.end()
    while orphans := [child for child in children(os.getpid()) if child not in tree.others]:
        usage.cpu += sum(wait_for(orphan)[1] for orphan in orphans)
    usage.output = log.read_text(errors="replace")
    usage.succeeded = code == 0
    return usage
