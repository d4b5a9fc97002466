"""The measured tools: the program of each, its command line, and what it can carry."""

import math
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

import claims
from servers import MOST_STREAMS, Wire

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PLACE = ROOT / "build/peers"
BUILT = ROOT / "build/release/bin"
PACELINE = BUILT / "paceline"
HTTP1 = frozenset({Wire.PLAIN, Wire.TLS})
EVERY_WIRE = frozenset(Wire)


@dataclass
class Load:
    """The load that every tool gets."""
    wire: Wire
    url: str          # of the API; requests go to url + /chat/completions
    authority: Path   # the authority of the server's certificate
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

    @property
    def has_tls(self):
        return self.wire != Wire.PLAIN

    @property
    def connections(self):
        """As few as paceline opens: over HTTP/2 each carries as many streams as the server allows."""
        return math.ceil(self.parallel / MOST_STREAMS) if self.wire == Wire.HTTP2 else self.parallel

    @property
    def streams(self):
        """Of each connection, over HTTP/2."""
        return math.ceil(self.parallel / self.connections)


@dataclass
class Tool:
    name: str
    program: Path
    command: Callable[[Load], list]
    # The p50 and p99 that the tool reports, in milliseconds; None if the tool reports none.
    claims: Callable[[str], Optional[tuple]] = lambda output: None
    wires: frozenset = HTTP1
    paced: bool = True
    # The requests in flight of the unpaced comparison.
    parallel: tuple = (50, 100)
    # Whether the tool checks the server's certificate.
    verifies: bool = False

    @property
    def is_here(self):
        return self.program.exists()


def debian(name):
    return Path(shutil.which(name) or f"/usr/bin/{name}")


def paceline(transport, precision="fine"):
    def command(load):
        # A count bounds unpaced runs; with this count they take about as long as the other tools.
        requests = round(load.rate * load.seconds) or (
            30_000 if load.has_tls else 60_000) * load.seconds
        tls = [f"--paceline_ca={load.authority}",
               f"--paceline_http={'2' if load.wire == Wire.HTTP2 else '1.1'}"]
        return [PACELINE, f"--paceline_url={load.url}", f"--paceline_rpm={load.rpm}",
                f"--paceline_parallel={load.parallel}", f"--paceline_requests={requests}",
                f"--paceline_precision={precision}", f"--paceline_transport={transport}",
                *(tls if load.has_tls else []), "--paceline_system=",
                "--paceline_prompt=Translate: sentence #{n}", "--benchmark_format=json"]
    return command


def bare_sockets(load):
    return [BUILT / "bare_sockets", load.url, load.rpm, load.parallel, load.seconds, load.body]


def bare_multi(multis):
    """`multis(parallel)`: the number of multi handles."""
    return lambda load: [
        BUILT / "bare_multi", *(["--http2"] if load.wire == Wire.HTTP2 else []),
        *([f"--ca={load.authority}"] if load.has_tls else []),
        f"--multis={multis(load.parallel)}", load.target, load.parallel, load.seconds, load.body]


def wrk(load):
    return [debian("wrk"), "-t1", f"-c{load.parallel}", f"-d{load.seconds}s", "-s",
            HERE / "post.lua", load.target]


def ab(load):
    return [debian("ab"), "-k", "-q", "-t", load.seconds, "-n", 10_000_000, "-c", load.parallel,
            "-T", "application/json", "-p", load.body, load.target]


def h2load(load):
    shape = ["-c", load.connections, "-m", load.streams] if load.wire == Wire.HTTP2 else [
        "--h1", "-c", load.parallel]
    return [debian("h2load"), "-t1", *shape, "-D", load.seconds, "-d", load.body, "-H",
            "content-type: application/json", load.target]


def hey(load):
    limit = ["-q", f"{load.rate / load.parallel:.6f}"] if load.rpm else []
    version = ["-h2"] if load.wire == Wire.HTTP2 else []
    # hey puts the host and its port into the TLS server name, which GnuTLS refuses.
    name = ["-host", "localhost"] if load.has_tls else []
    return [debian("hey"), "-z", f"{load.seconds}s", "-c", load.parallel, *limit, *version, *name,
            "-m", "POST", "-T", "application/json", "-D", load.body, load.target]


def vegeta(load):
    rate = f"{load.rpm}/1m" if load.rpm else "0"
    program = PLACE / "bin/vegeta"
    targets = f"POST {load.target}\nContent-Type: application/json\n@{load.body}\n"
    tls = ["-root-certs", load.authority] if load.has_tls else []
    attack = [program, "attack", f"-rate={rate}", f"-duration={load.seconds}s",
              f"-workers={load.parallel}", f"-max-workers={load.parallel}",
              f"-connections={load.parallel}",
              f"-http2={'true' if load.wire == Wire.HTTP2 else 'false'}", *tls]
    line = f"printf %s {shlex.quote(targets)} | {shlex.join(map(str, attack))} | " \
           f"{shlex.quote(str(program))} report -type=json"
    return ["bash", "-c", line]


def oha(load):
    limit = ["-q", round(load.rate)] if load.rpm else []
    shape = ["--http2", "-c", load.connections, "-p", load.streams] \
        if load.wire == Wire.HTTP2 else ["-c", load.parallel]
    tls = ["--cacert", load.authority] if load.has_tls else []
    return [PLACE / "bin/oha", "-z", f"{load.seconds}s", *shape, *limit, *tls, "-m", "POST", "-H",
            "content-type: application/json", "-D", load.body, "--no-tui", "--output-format",
            "json", load.target]


def autocannon(load):
    limit = ["-R", round(load.rate)] if load.rpm else []
    return [PLACE / "node/node_modules/.bin/autocannon", "-c", load.parallel, "-d", load.seconds,
            *limit, "-m", "POST", "-H", "content-type=application/json", "-i", load.body, "--json",
            "--no-progress", load.target]


def script(*start):
    return lambda load: [*start, load.url, load.rpm, load.parallel, load.seconds]


def all_tools():
    node = PLACE / "node/node_modules"
    curl_multi = BUILT / "bare_multi"
    return [
        Tool("paceline, curl", PACELINE, paceline("curl"), claims.paceline, EVERY_WIRE,
             parallel=(50, 100, 500, 5_000), verifies=True),
        Tool("paceline, direct", PACELINE, paceline("direct"), claims.paceline, EVERY_WIRE,
             parallel=(50, 100, 500, 5_000), verifies=True),
        Tool("paceline, direct, spin", PACELINE, paceline("direct", "spin"), claims.paceline,
             frozenset({Wire.PLAIN}), parallel=()),
        Tool("bare sockets", BUILT / "bare_sockets", bare_sockets, wires=frozenset({Wire.PLAIN})),
        *(Tool(f"bare curl_multi, {name}", curl_multi, bare_multi(multis), wires=EVERY_WIRE,
               paced=False, parallel=(50, 100, 500), verifies=True) for name, multis in (
                   ("1 multi", lambda parallel: 1), ("4 multis", lambda parallel: 4),
                   ("1 multi per 16", lambda parallel: math.ceil(parallel / 16)))),
        Tool("wrk", debian("wrk"), wrk, paced=False),
        Tool("ab", debian("ab"), ab, paced=False),
        Tool("h2load", debian("h2load"), h2load, wires=EVERY_WIRE, paced=False),
        Tool("hey", debian("hey"), hey, claims.hey, EVERY_WIRE),
        Tool("vegeta", PLACE / "bin/vegeta", vegeta, claims.vegeta, EVERY_WIRE, verifies=True),
        Tool("oha", PLACE / "bin/oha", oha, claims.oha, EVERY_WIRE, verifies=True),
        Tool("autocannon", node / ".bin/autocannon", autocannon, claims.autocannon),
        Tool("Node, OpenAI SDK", node / "openai",
             script("node", HERE / "node_openai.mjs", node / "openai"), claims.plain_json,
             parallel=(50,), verifies=True),
        Tool("asyncio, OpenAI SDK", PLACE / "venv/ready",
             script(PLACE / "venv/bin/python", HERE / "asyncio_openai.py"), claims.plain_json,
             parallel=(50,), verifies=True),
    ]
