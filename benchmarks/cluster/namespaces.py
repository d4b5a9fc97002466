"""Makes hosts of an MPI program from network namespaces. Each has a host name, a monotonic clock of its own,
and two networks: one for requests to the server, and one for MPI. Needs root."""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The bridge of each network, and the address of the machine itself in it.
REQUESTS, SERVER = "plrequests", "10.77.0.254"
MPI, LAUNCHER = "plmpi", "10.78.0.254"
MPI_NETWORK = "10.78.0.0/24"
# How far the clock of each host is ahead of the clock of the host before it, in seconds.
CLOCK_STEP = 1_000


def run(*command):
    subprocess.run([str(part) for part in command], check=True)


def link_of(host, bridge):
    return f"{bridge}{host}"


def mpi_address(host):
    return f"10.78.0.{host}"


class Hosts:
    """Some hosts during a `with`. `delay`: milliseconds of delay and of jitter on the way of the last host's
    MPI messages; its requests are not delayed."""

    def __init__(self, count=3, delay=None):
        self.count = count
        self.delay = delay
        self.undo = contextlib.ExitStack()

    def __enter__(self):
        try:
            self.folder = Path(self.undo.enter_context(tempfile.TemporaryDirectory()))
            for bridge, address in ((REQUESTS, SERVER), (MPI, LAUNCHER)):
                run("ip", "link", "add", bridge, "type", "bridge")
                self.undo.callback(run, "ip", "link", "del", bridge)
                run("ip", "address", "add", f"{address}/24", "dev", bridge)
                run("ip", "link", "set", bridge, "up")
            for host in range(1, self.count + 1):
                self.add_host(host)
            if self.delay:
                self.add_delay()
        except BaseException:
            self.undo.close()
            raise
        return self

    def __exit__(self, *_):
        self.undo.close()

    def add_host(self, host):
        name = f"node{host}"
        run("ip", "netns", "add", name)
        self.undo.callback(run, "ip", "netns", "del", name)
        run("ip", "-netns", name, "link", "set", "lo", "up")
        self.connect(host, REQUESTS, f"10.77.0.{host}")
        if not (self.delay and host == self.count):
            self.connect(host, MPI, mpi_address(host))

    def connect(self, host, bridge, address):
        """Connects a host with a network."""
        inside, outside = bridge, link_of(host, bridge)
        run("ip", "link", "add", outside, "type", "veth", "peer", "name", inside, "netns",
            f"node{host}")
        # A namespace ends with the last process in it, and its links later.
        self.undo.callback(run, "ip", "link", "del", outside)
        run("ip", "link", "set", outside, "master", bridge, "up")
        inner = ("ip", "-netns", f"node{host}")
        run(*inner, "address", "add", f"{address}/24", "dev", inside)
        run(*inner, "link", "set", inside, "up")

    def add_delay(self):
        """Gives the last host its MPI address, which is reached through a program that delays."""
        delay, jitter = self.delay
        last = self.count
        near, far = "10.79.0.254", mpi_address(last)
        program = subprocess.Popen(
            [sys.executable, HERE / "delay.py", str(delay), str(jitter), near, f"node{last}", far],
            stdout=subprocess.PIPE, text=True)
        self.undo.callback(program.wait)
        self.undo.callback(program.terminate)
        if program.stdout.readline() != "ready\n":
            sys.exit("hosts: the program that delays packets did not start")
        forward = Path("/proc/sys/net/ipv4/ip_forward")
        self.undo.callback(forward.write_text, forward.read_text())
        forward.write_text("1")
        for host in range(1, last):
            run("ip", "-netns", f"node{host}", "route", "add", far, "via", LAUNCHER)
        run("ip", "-netns", f"node{last}", "route", "add", MPI_NETWORK, "via", near)

    def cut_off(self, host):
        """Takes a host's links down."""
        for bridge in (REQUESTS, MPI):
            run("ip", "link", "set", link_of(host, bridge), "down")

    def clock_offset(self, host):
        """How far the clock of a host is ahead of the first host's clock, in nanoseconds."""
        return (host - 1) * CLOCK_STEP * 1_000_000_000

    def mpirun(self, *command, per_host=1):
        """The command that starts a program on all hosts. The ranks go on if one is lost."""
        agent = self.folder / "agent"
        agent.write_text(
            "#!/bin/bash\n"
            "# Starts a command on a host: HOST COMMAND...\n"
            'host=$1; shift\n'
            'number=${host##*.}\n'
            f'exec ip netns exec "node$number" unshare --uts --time --monotonic '
            f'"$((number * {CLOCK_STEP}))" \\\n'
            '  bash -c "hostname node$number; $*"\n')
        agent.chmod(0o755)
        hosts = ",".join(f"{mpi_address(host)}:{per_host}" for host in range(1, self.count + 1))
        return ["mpirun", "--enable-recovery", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none",
                "--mca", "plm_rsh_agent", str(agent), "--mca", "btl_tcp_if_include", MPI_NETWORK,
                "--mca", "oob_tcp_if_include", MPI_NETWORK, "--mca", "btl", "tcp,self,vader",
                "-np", str(self.count * per_host), "--host", hosts, *map(str, command)]


def check_root():
    if os.geteuid() != 0:
        sys.exit("hosts: network namespaces need root; run this as root")
