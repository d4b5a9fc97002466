"""The servers of the measuring scripts. Each runs on its own core during a `with`, and keeps a record of the
arrivals, which can be read afterwards."""

import contextlib
import enum
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from judge import Endpoint, on_core, without_waiting

ECHO_MODULE = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")
# The streams that a client may have on one connection.
MOST_STREAMS = 128


class Wire(enum.Enum):
    """How requests are carried."""
    PLAIN = "HTTP/1.1 without TLS"
    TLS = "HTTP/1.1 over TLS"
    HTTP2 = "HTTP/2 over TLS"


# As command lines name them.
WIRES = {"plain": Wire.PLAIN, "tls": Wire.TLS, "http2": Wire.HTTP2}


class Certificate:
    """A certificate for this machine, by an authority that the clients trust."""

    def __init__(self, folder):
        self.authority, self.file, self.key = (Path(folder) / name for name in (
            "authority.pem", "server.pem", "server.key"))
        authority_key, request, extensions = (Path(folder) / name for name in (
            "authority.key", "server.csr", "extensions"))
        new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        self.openssl("req", "-x509", *new_key, "-days", "2", "-subj", "/CN=authority",
                     "-keyout", authority_key, "-out", self.authority)
        self.openssl("req", *new_key, "-subj", "/CN=localhost", "-keyout", self.key, "-out", request)
        extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
        self.openssl("x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", authority_key,
                     "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", self.file)

    @staticmethod
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def cpu_time(pid):
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class PlainServer(Endpoint):
    """`paceline_endpoint`."""

    def cpu_time(self):
        return cpu_time(self.process.pid)


class TlsServer(PlainServer):
    """`paceline_endpoint` with TLS."""

    def __init__(self, latency, is_paced, certificate):
        super().__init__(latency, is_paced, cert=certificate.file, key=certificate.key)


# One process and no master process, so that it runs as the user and ends at once.
NGINX = """
load_module @MODULE@;
daemon off;
master_process off;
pid @FOLDER@/pid;
error_log stderr crit;
events { worker_connections 16384; }
http {
  log_format arrivals $msec;
  access_log @LOG@;
  client_body_temp_path @FOLDER@/body;
  proxy_temp_path @FOLDER@/proxy;
  fastcgi_temp_path @FOLDER@/fastcgi;
  uwsgi_temp_path @FOLDER@/uwsgi;
  scgi_temp_path @FOLDER@/scgi;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  ssl_certificate @CERTIFICATE@;
  ssl_certificate_key @KEY@;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_buffer_size 4k;
  ssl_session_cache shared:sessions:10m;
  default_type application/json;
  upstream endpoint { server @BACKEND@; keepalive 4096; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:@PORT@ ssl@HTTP2@ backlog=4096;
    http2_max_concurrent_streams @STREAMS@;
    location / { @ANSWER@ }
  }
}
"""
RESPONSE = """{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"gpt-4o-mini",\
"choices":[{"index":0,"message":{"role":"assistant","content":"one line keeps its pace and the next one \
waits for its turn"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":16,\
"total_tokens":25}}"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Nginx:
    """nginx with TLS. Answers by itself, or passes requests on to `backend`, the port of an endpoint."""

    def __init__(self, certificate, has_http2, backend=None):
        self.folder = tempfile.TemporaryDirectory()
        self.log = Path(self.folder.name) / "arrivals"
        self.port = free_port()
        if backend:
            answer = 'proxy_pass http://endpoint; proxy_http_version 1.1; ' \
                     'proxy_set_header Connection "";'
        elif has_http2:
            # `return` would answer before the body is read, and reset the stream then.
            answer = f"echo_read_request_body; echo -n '{RESPONSE}';"
        else:
            answer = f"return 200 '{RESPONSE}';"
        self.is_prompt = backend is not None
        places = {"MODULE": ECHO_MODULE, "FOLDER": self.folder.name, "CERTIFICATE": certificate.file,
                  "KEY": certificate.key, "BACKEND": f"127.0.0.1:{backend or 1}",
                  "PORT": self.port, "HTTP2": " http2" if has_http2 else "",
                  "STREAMS": MOST_STREAMS, "ANSWER": answer,
                  "LOG": "off" if backend else f"{self.log} arrivals buffer=256k"}
        text = NGINX
        for place, value in places.items():
            text = text.replace(f"@{place}@", str(value))
        self.configuration = Path(self.folder.name) / "nginx.conf"
        self.configuration.write_text(text)
        self.url = f"https://127.0.0.1:{self.port}/v1"

    @staticmethod
    def is_here():
        return ECHO_MODULE.exists() and nginx() is not None

    def __enter__(self):
        command = on_core(1, [nginx(), "-p", self.folder.name, "-c", self.configuration])
        self.process = subprocess.Popen(without_waiting(command) if self.is_prompt else command)
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except ConnectionRefusedError:
                if self.process.poll() is not None:
                    raise RuntimeError("nginx ended; see above") from None
                time.sleep(0.01)

    def __exit__(self, *_):
        # nginx writes the rest of its log when it ends.
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def arrivals(self):
        """Times of the arrivals in nanoseconds, ascending, to a millisecond; when nginx had answered."""
        return sorted(1_000_000 * int(line.replace(".", "")) for line in self.log.read_text().split())

    def cpu_time(self):
        return cpu_time(self.process.pid)


def nginx():
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")


class Http2Server:
    """nginx with HTTP/2 in front of `paceline_endpoint`, whose record it is. The record therefore
    contains the way through nginx."""

    def __init__(self, latency, is_paced, certificate):
        self.endpoint = Endpoint(latency, is_paced)
        self.certificate = certificate

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            port = int(stack.enter_context(self.endpoint).url.split(":")[2].split("/")[0])
            self.proxy = stack.enter_context(Nginx(self.certificate, has_http2=True, backend=port))
            self.url = self.proxy.url
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def arrivals(self):
        return self.endpoint.arrivals()

    def latency(self, percentile):
        return self.endpoint.latency(percentile)

    def cpu_time(self):
        return cpu_time(self.endpoint.process.pid) + self.proxy.cpu_time()


def delaying_server(wire, certificate):
    """A server that takes 50 ms, and records each arrival by the kernel's time."""
    if wire == Wire.PLAIN:
        return PlainServer("50ms", is_paced=True)
    if wire == Wire.TLS:
        return TlsServer("50ms", is_paced=True, certificate=certificate)
    return Http2Server("50ms", is_paced=True, certificate=certificate)


def fast_server(wire, certificate):
    """A server that answers at once. nginx needs less CPU over TLS than the endpoint, so that the
    clients reach their limits."""
    if wire == Wire.PLAIN:
        return PlainServer("0", is_paced=False)
    return Nginx(certificate, has_http2=wire == Wire.HTTP2)
