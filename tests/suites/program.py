"""Runs the built `paceline` for the suites.

Needs PACELINE, the path of the program; Endpoint needs PACELINE_ENDPOINT, too.
"""

import json
import os
import signal
import ssl
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PACELINE = os.environ["PACELINE"]
TRANSPORTS = ("curl", "direct")


def run(*arguments, env=None):
    environment = {k: v for k, v in os.environ.items()
                   if not k.startswith("BENCHMARK_") and k != "OPENAI_API_KEY"}
    environment.update(env or {})
    return subprocess.run([PACELINE, *arguments], capture_output=True, text=True, timeout=120,
                          env=environment)


def rows(*arguments, env=None):
    """The file's JSON, without percentile rows unless the arguments ask for them."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        done = run("--paceline_rows=", *arguments, f"--benchmark_out={out}", env=env)
        assert done.returncode == 0, done.stderr
        return json.loads(out.read_text())


class Endpoint:
    """Runs `paceline_endpoint` in its own process until the `with` block ends."""

    def __init__(self, *arguments):
        self.arguments = arguments

    def __enter__(self):
        self.process = subprocess.Popen([os.environ["PACELINE_ENDPOINT"], *self.arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().strip()
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGCONT)  # a test may have stopped the process
        self.process.terminate()
        self.process.communicate()


class Api(ThreadingHTTPServer):
    """A server that answers every request with one status and body, and keeps its headers."""

    daemon_threads = True

    def __init__(self, status=200, body=b"not JSON", certificate=None):
        seen = self.seen = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                seen.append((dict(self.headers), self.rfile.read(length)))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.scheme = "https" if certificate else "http"
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        # shutdown() waits for as long as serve_forever() polls.
        threading.Thread(target=self.serve_forever, args=[0.02], daemon=True).start()

    @property
    def url(self):
        host = "localhost" if self.scheme == "https" else "127.0.0.1"
        return f"{self.scheme}://{host}:{self.server_port}/v1"

    def handle_error(self, *_):
        pass  # a client that does not trust the certificate hangs up

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
