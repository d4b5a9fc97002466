"""The measured tools: the path, the command line and the reported latencies of each."""

import json
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PLACE = ROOT / "build/peers"
BUILT = ROOT / "build/release/bin"
PACELINE = BUILT / "paceline"
BARE_SOCKETS = BUILT / "bare_sockets"


@dataclass
class Load:
    """The load that every tool gets."""
    url: str          # of the API; requests go to url + /chat/completions
    rpm: int          # 0: unpaced
    parallel: int
    seconds: int
    body: Path        # a file with the request's body

    @property
    def target(self):
        return self.url + "/chat/completions"

    @property
    def rate(self):
        return self.rpm / 60


@dataclass
class Tool:
    name: str
    program: Path
    command: Callable[[Load], list]
    # The p50 and p99 that the tool reports, in milliseconds; None if the tool reports none.
    claims: Callable[[str], Optional[tuple]] = lambda output: None
    paced: bool = True
    unpaced: bool = True
    # Requests in flight in the unpaced comparison.
    parallel: int = 50

    @property
    def is_here(self):
        return self.program.exists()


def debian(name):
    return Path(shutil.which(name) or f"/usr/bin/{name}")


def json_claims(output):
    said = json.loads(output)
    return said["p50"], said["p99"]


def paceline(precision, transport="curl"):
    def command(load):
        # A count bounds unpaced runs; with this count they take about as long as the other tools.
        requests = round(load.rate * load.seconds) or 60_000 * load.seconds
        return [PACELINE, f"--paceline_url={load.url}", f"--paceline_rpm={load.rpm}",
                f"--paceline_parallel={load.parallel}", f"--paceline_requests={requests}",
                f"--paceline_precision={precision}", f"--paceline_transport={transport}",
                "--paceline_system=", "--paceline_prompt=Translate: sentence #{n}",
                "--benchmark_format=json"]
    return command


def paceline_claims(output):
    (row,) = json.loads(output)["benchmarks"]
    return 1e3 * row["p50"], 1e3 * row["p99"]


def bare_sockets(load):
    return [BARE_SOCKETS, load.url, load.rpm, load.parallel, load.seconds, load.body]


def hey(load):
    limit = ["-q", f"{load.rate / load.parallel:.6f}"] if load.rpm else []
    return ["-z", f"{load.seconds}s", "-c", load.parallel, *limit, "-m", "POST", "-T",
            "application/json", "-D", load.body, load.target]


def hey_claims(output):
    found = [re.search(rf"{percent}% in ([\d.]+) secs", output) for percent in (50, 99)]
    return tuple(1e3 * float(match[1]) for match in found) if all(found) else None


def autocannon(load):
    limit = ["-R", round(load.rate)] if load.rpm else []
    return ["-c", load.parallel, "-d", load.seconds, *limit, "-m", "POST", "-H",
            "content-type=application/json", "-i", load.body, "--json", "--no-progress",
            load.target]


def autocannon_claims(output):
    latency = json.loads(output)["latency"]
    return latency["p50"], latency["p99"]


def vegeta(load):
    rate = f"{load.rpm}/1m" if load.rpm else "0"
    program = PLACE / "bin/vegeta"
    targets = f"POST {load.target}\nContent-Type: application/json\n@{load.body}\n"
    attack = [program, "attack", f"-rate={rate}", f"-duration={load.seconds}s",
              f"-workers={load.parallel}", f"-max-workers={load.parallel}",
              f"-connections={load.parallel}"]
    line = f"printf %s {shlex.quote(targets)} | {shlex.join(map(str, attack))} | " \
           f"{shlex.quote(str(program))} report -type=json"
    return ["bash", "-c", line]


def vegeta_claims(output):
    latencies = json.loads(output)["latencies"]
    return latencies["50th"] / 1e6, latencies["99th"] / 1e6


def oha(load):
    limit = ["-q", round(load.rate)] if load.rpm else []
    return ["-z", f"{load.seconds}s", "-c", load.parallel, *limit, "-m", "POST", "-H",
            "content-type: application/json", "-D", load.body, "--no-tui", "--output-format",
            "json", load.target]


def oha_claims(output):
    latencies = json.loads(output)["latencyPercentiles"]
    return 1e3 * latencies["p50"], 1e3 * latencies["p99"]


def script(*start):
    return lambda load: [*start, load.url, load.rpm, load.parallel, load.seconds]


def behind(program, arguments):
    return lambda load: [program, *arguments(load)]


def all_tools():
    node = PLACE / "node/node_modules"
    python = PLACE / "venv/bin/python"
    bare = [
        ("wrk", lambda load: ["-t1", f"-c{load.parallel}", f"-d{load.seconds}s", "-s",
                              HERE / "post.lua", load.target]),
        ("ab", lambda load: ["-k", "-q", "-t", load.seconds, "-n", 10_000_000, "-c", load.parallel,
                             "-T", "application/json", "-p", load.body, load.target]),
        ("h2load", lambda load: ["--h1", "-t1", "-c", load.parallel, "-D", load.seconds, "-d",
                                 load.body, "-H", "content-type: application/json", load.target]),
    ]
    return [
        Tool("paceline", PACELINE, paceline("fine"), paceline_claims),
        Tool("paceline, direct", PACELINE, paceline("fine", "direct"), paceline_claims),
        Tool("paceline, direct, spin", PACELINE, paceline("spin", "direct"), paceline_claims,
             unpaced=False),
        Tool("paceline, direct, parallel 500", PACELINE, paceline("fine", "direct"), paced=False,
             parallel=500),
        Tool("paceline, direct, parallel 5,000", PACELINE, paceline("fine", "direct"), paced=False,
             parallel=5_000),
        Tool("bare sockets", BARE_SOCKETS, bare_sockets),
        *(Tool(name, debian(name), behind(debian(name), arguments), paced=False)
          for name, arguments in bare),
        Tool("hey", debian("hey"), behind(debian("hey"), hey), hey_claims),
        Tool("vegeta", PLACE / "bin/vegeta", vegeta, vegeta_claims),
        Tool("oha", PLACE / "bin/oha", behind(PLACE / "bin/oha", oha), oha_claims),
        Tool("autocannon", node / ".bin/autocannon", behind(node / ".bin/autocannon", autocannon),
             autocannon_claims),
        Tool("Node, OpenAI SDK", node / "openai", script("node", HERE / "node_openai.mjs",
                                                         node / "openai"), json_claims),
        Tool("asyncio, OpenAI SDK", PLACE / "venv/ready",
             script(python, HERE / "asyncio_openai.py"), json_claims),
    ]
