"""Runs the servers that check.py measures, each on a free port of 127.0.0.1, and ends them."""

import json
import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = Path(os.environ.get("PACELINE_PROGRAMS", ROOT / "build/release/bin"))
PLACE = ROOT / "build/real_servers"
MODEL = "paceline"
CONCURRENCY = 4
# Seconds that a server may take to start, and to end.
START, END = 120, 10
LLAMA = ROOT / "build/real_model/venv"
LITELLM, LITSERVE, PORTKEY = (PLACE / name for name in ("litellm", "litserve", "portkey"))
GATEWAY = PORTKEY / "node_modules/@portkey-ai/gateway"


class NotStarted(Exception):
    """A server that ended or did not answer, with the reason."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end(process):
    """Ends a server and its child processes: they have a session of their own."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, kind)
        with suppress(subprocess.TimeoutExpired):
            process.wait(END)


def await_port(process, port, log):
    until = time.monotonic() + START
    while time.monotonic() < until:
        if process.poll() is not None:
            raise NotStarted(f"ended with {process.returncode}; see {log}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
    raise NotStarted(f"no connection within {START} s; see {log}")


@contextmanager
def running(name, command, **surroundings):
    """Runs a server with its log in PLACE. The server does not see the keys of real APIs."""
    known = {key: value for key, value in os.environ.items() if not key.endswith("_API_KEY")}
    with open(PLACE / f"{name}.log", "w", encoding="utf-8") as log:
        process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE if name in SAYS_URL else log, stderr=log,
                                   text=True, start_new_session=True, env=known | surroundings)
    try:
        yield process
    finally:
        end(process)


# These print their URL when they are ready; the others are told their port.
SAYS_URL = ("endpoint", "llama.cpp")


def said_url(name, process):
    url = process.stdout.readline().strip()
    if not url:
        raise NotStarted(f"ended; see {PLACE / name}.log")
    return url


@contextmanager
def endpoint():
    # On a busy machine, a gateway sends tokens that are closer together as one piece.
    command = [BUILT / "paceline_endpoint", "--port=0", "--token_time=20ms",
               "--response_tokens=64"]
    with running("endpoint", command) as process:
        yield said_url("endpoint", process)


# A server's `with` yields its URL and further flags of paceline.
@contextmanager
def llama(_):
    # SmolLM2's own chat template has no tools.
    command = [LLAMA / "bin/python", ROOT / "benchmarks/real_model/server.py", MODEL, CONCURRENCY, 1,
               ROOT / "benchmarks/real_servers/tools.jinja"]
    with running("llama.cpp", command) as process:
        yield said_url("llama.cpp", process) + "/v1", ()


@contextmanager
def litellm(behind):
    """LiteLLM's proxy in front of the endpoint."""
    to = {"model": f"openai/{MODEL}", "api_base": behind, "api_key": "none"}
    settings = PLACE / "litellm.json"
    # YAML contains JSON.
    settings.write_text(json.dumps({
        "model_list": [{"model_name": MODEL, "litellm_params": to}],
        "litellm_settings": {"telemetry": False},
        # The proxy refuses to start without a key unless this is set.
        "general_settings": {"dangerously_permit_weak_or_unset_master_key": True}}), encoding="utf-8")
    port = free_port()
    command = [LITELLM / "bin/litellm", "--config", settings, "--host", "127.0.0.1", "--port", port]
    # The proxy would otherwise download its list of prices.
    with running("litellm", command, LITELLM_LOCAL_MODEL_COST_MAP="True") as process:
        await_port(process, port, PLACE / "litellm.log")
        yield f"http://127.0.0.1:{port}/v1", ()


@contextmanager
def portkey(behind):
    """Portkey's gateway, which requests tell where to go. It listens on all addresses."""
    port = free_port()
    command = ["node", GATEWAY / "build/start-server.js", f"--port={port}", "--headless"]
    with running("portkey", command) as process:
        await_port(process, port, PLACE / "portkey.log")
        yield f"http://127.0.0.1:{port}/v1", (
            "--paceline_header=x-portkey-provider: openai",
            f"--paceline_header=x-portkey-custom-host: {behind}")


@contextmanager
def litserve(_):
    port = free_port()
    command = [LITSERVE / "bin/python", ROOT / "benchmarks/real_servers/lit_server.py", port]
    with running("litserve", command) as process:
        await_port(process, port, PLACE / "litserve.log")
        yield f"http://127.0.0.1:{port}/v1", ()


def python_version(venv, package):
    return subprocess.check_output(
        [venv / "bin/python", "-c", "import sys; from importlib.metadata import version; "
         "print(version(sys.argv[1]))", package], text=True).strip()


def node_version(folder):
    return json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]


# Each server: how to run it, the file that marks its installation, and its version.
SERVERS = {
    "llama.cpp": (llama, LLAMA / "ready", lambda: python_version(LLAMA, "xllamacpp")),
    "LiteLLM": (litellm, LITELLM / "ready", lambda: python_version(LITELLM, "litellm")),
    "Portkey": (portkey, PORTKEY / "ready", lambda: node_version(GATEWAY)),
    "LitServe": (litserve, LITSERVE / "ready", lambda: python_version(LITSERVE, "litserve")),
}
