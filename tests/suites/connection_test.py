"""How connections are made: one for each request, over a Unix socket, to given addresses, in
HTTP/3."""

import contextlib
import gzip
import os
import sqlite3
import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer

from certificates import Certificates
from http2_server import GOOD
from program import TRANSPORTS, Endpoint, rows, run
from tls_server import TlsServer

FEW = ("--paceline_requests=6", "--paceline_rpm=0", "--paceline_parallel=1")


class Handler(BaseHTTPRequestHandler):
    """Answers with a completion, compressed if that is asked for."""

    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.server.connections += 1

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.path, dict(self.headers)))
        is_compressed = "gzip" in self.headers.get("Accept-Encoding", "")
        body = gzip.compress(GOOD) if is_compressed else GOOD
        self.send_response(200)
        if is_compressed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return ""

    def log_message(self, *_):
        pass


class Started:
    """A server in the background."""

    daemon_threads = True

    def __enter__(self):
        self.connections, self.seen = 0, []
        threading.Thread(target=self.serve_forever, args=[0.02], daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        pass


class TcpServer(Started, ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)


class UnixServer(Started, ThreadingMixIn, UnixStreamServer):
    request_queue_size = 64

    def __init__(self, path):
        super().__init__(path, Handler)


class Reuse(unittest.TestCase):
    def test_off_makes_a_connection_for_each_request(self):
        for transport in TRANSPORTS:
            with TcpServer() as server:
                row = rows(f"--paceline_url=http://127.0.0.1:{server.server_port}/v1", *FEW,
                           f"--paceline_transport={transport}", "--paceline_reuse=off")
                self.assertEqual(row["benchmarks"][0]["errors"], 0)
                # With the first one to see whether the server answers.
                self.assertEqual(server.connections, 7)
                self.assertEqual({headers["Connection"] for _, headers in server.seen}, {"close"})

    def test_on_keeps_one(self):
        for transport in TRANSPORTS:
            with TcpServer() as server:
                rows(f"--paceline_url=http://127.0.0.1:{server.server_port}/v1", *FEW,
                     f"--paceline_transport={transport}")
                self.assertEqual(server.connections, 2)

    def test_each_has_a_handshake_of_its_own(self):
        with tempfile.TemporaryDirectory() as folder:
            certificates = Certificates(folder)
            certificate = certificates.signed("server", "localhost")
            for transport in TRANSPORTS:
                with TlsServer(certificate, GOOD) as server:
                    rows(f"--paceline_url={server.url}", f"--paceline_ca={certificates.authority}",
                         *FEW, f"--paceline_transport={transport}", "--paceline_reuse=off")
                    self.assertEqual(server.clients, [("", False)] * 7)

    def test_the_embedded_endpoint_takes_many(self):
        for transport in TRANSPORTS:
            row = rows("--paceline_requests=300", "--paceline_rpm=0", "--paceline_parallel=30",
                       "--paceline_endpoint_latency=1ms", f"--paceline_transport={transport}",
                       "--paceline_reuse=off")["benchmarks"][0]
            self.assertEqual(row["errors"], 0)


class Figures(unittest.TestCase):
    def measured(self, transport, *flags):
        """The counters, and for each logged request whether it has the times of a connection."""
        with tempfile.TemporaryDirectory() as folder, TcpServer() as server:
            log = Path(folder) / "log.sqlite"
            (row,) = rows(f"--paceline_url=http://127.0.0.1:{server.server_port}/v1", *FEW,
                          f"--paceline_transport={transport}", f"--paceline_log={log}",
                          *flags)["benchmarks"]
            with contextlib.closing(sqlite3.connect(log)) as database:
                marks = database.execute("SELECT lookup_ns IS NOT NULL AND tcp_ns > 0 AND "
                                         "tls_ns = 0 FROM requests ORDER BY item").fetchall()
        return row, [mark for mark, in marks]

    def test_of_each_request_without_reuse(self):
        for transport in TRANSPORTS:
            row, marks = self.measured(transport, "--paceline_reuse=off")
            self.assertEqual((row["connections"], row["connect_requests"]), (6, 6))
            self.assertGreater(row["connect_p50"], 0)
            self.assertLessEqual(row["connect_p99"], row["max"])
            self.assertEqual(marks, [1] * 6)

    def test_of_one_connection(self):
        for transport in TRANSPORTS:
            row, marks = self.measured(transport)
            self.assertEqual(row["connections"], 1)
            # It may be opened before the first request.
            self.assertEqual(row["connect_requests"], sum(marks))
            self.assertLessEqual(sum(marks), 1)
            self.assertEqual(marks[1:], [0] * 5)


class UnixSocket(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = str(Path(folder.name) / "api.sock")

    def test_it_carries_the_requests(self):
        for transport in TRANSPORTS:
            for reuse in ("on", "off"):
                with UnixServer(self.path) as server:
                    row = rows("--paceline_url=http://api.test/v1",
                               f"--paceline_unix_socket={self.path}", *FEW,
                               f"--paceline_transport={transport}", f"--paceline_reuse={reuse}",
                               env={"http_proxy": "http://127.0.0.1:1"})["benchmarks"][0]
                    self.assertEqual(row["errors"], 0)
                    self.assertEqual({(path, headers["Host"]) for path, headers in server.seen},
                                     {("/v1/chat/completions", "api.test")})
                os.unlink(self.path)

    def test_the_endpoint_answers_over_it(self):
        for transport in TRANSPORTS:
            with Endpoint("--latency=1ms", f"--unix_socket={self.path}"):
                row = rows("--paceline_url=http://localhost/v1", *FEW,
                           f"--paceline_unix_socket={self.path}", "--paceline_workload=chat/stream",
                           f"--paceline_transport={transport}")["benchmarks"][0]
                self.assertEqual(row["errors"], 0)

    def test_a_missing_one_is_named(self):
        for transport in TRANSPORTS:
            done = run("--paceline_url=http://api.test/v1", f"--paceline_unix_socket={self.path}",
                       f"--paceline_transport={transport}")
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"cannot connect to the Unix socket '{self.path}': there is no such file; check "
                          "--paceline_unix_socket, and that the server is up", done.stderr)

    def test_it_needs_a_url(self):
        done = run(f"--paceline_unix_socket={self.path}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--paceline_unix_socket needs --paceline_url", done.stderr)


class Resolve(unittest.TestCase):
    def test_the_host_is_not_looked_up(self):
        with Endpoint("--latency=1ms") as endpoint:
            port = endpoint.url.split(":")[2].split("/")[0]
            for transport in TRANSPORTS:
                result = rows(f"--paceline_url=http://api.invalid:{port}/v1", *FEW,
                              f"--paceline_resolve=api.invalid:{port}:[::1],127.0.0.1",
                              f"--paceline_transport={transport}")
                self.assertEqual(result["benchmarks"][0]["errors"], 0)

    def test_a_host_of_no_url_is_told_of(self):
        with Endpoint("--latency=1ms") as endpoint:
            port = int(endpoint.url.split(":")[2].split("/")[0])
            done = run(f"--paceline_url={endpoint.url}", *FEW,
                       f"--paceline_resolve=127.0.0.1:{port}:127.0.0.1",
                       f"--paceline_resolve=localhost:{port}:127.0.0.1")
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"--paceline_resolve=localhost:{port}:… has no effect", done.stderr)

    def test_a_unix_socket_has_no_host(self):
        done = run("--paceline_url=http://api.test/v1", "--paceline_unix_socket=/tmp/none",
                   "--paceline_resolve=api.test:80:127.0.0.1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--paceline_resolve has no effect with --paceline_unix_socket", done.stderr)

    def test_bad_forms_are_told_of(self):
        for flags, words in (
                (["api.test:443"], "give HOST:PORT:ADDRESS, such as api.test:443:10.0.0.7"),
                (["api.test:443:host"], "'host' is not an IP address"),
                (["a.test:1:1.2.3.4", "A.test:1:::1"], "A.test:1 is given twice")):
            done = run(*(f"--paceline_resolve={flag}" for flag in flags))
            self.assertEqual(done.returncode, 1)
            self.assertIn(words, done.stderr)


class Compressed(unittest.TestCase):
    def test_responses_are_asked_for_and_decoded(self):
        for transport in TRANSPORTS:
            with TcpServer() as server:
                row = rows(f"--paceline_url=http://127.0.0.1:{server.server_port}/v1", *FEW,
                           f"--paceline_transport={transport}", "--paceline_compressed")
                self.assertEqual(row["benchmarks"][0]["errors"], 0)
                self.assertEqual({headers["Accept-Encoding"] for _, headers in server.seen},
                                 {"gzip, deflate, br"})

    def test_streams_are_too(self):
        with Endpoint("--latency=1ms") as endpoint:
            for transport in TRANSPORTS:
                row = rows(f"--paceline_url={endpoint.url}", *FEW, "--paceline_workload=chat/stream",
                           f"--paceline_transport={transport}",
                           "--paceline_compressed")["benchmarks"][0]
                self.assertEqual(row["errors"], 0)
                self.assertGreater(row["tokens_out"], 0)

    def test_otherwise_none_is_asked_for(self):
        with TcpServer() as server:
            rows(f"--paceline_url=http://127.0.0.1:{server.server_port}/v1", *FEW)
            self.assertFalse(any("Accept-Encoding" in headers for _, headers in server.seen))


class Http3(unittest.TestCase):
    def test_a_libcurl_without_it_is_named(self):
        features = subprocess.run(["curl-config", "--features"], capture_output=True, text=True,
                                  check=True).stdout.split()
        done = run("--paceline_http=3", "--paceline_url=https://127.0.0.1:1/v1")
        self.assertEqual(done.returncode, 1)
        if "HTTP3" not in features:
            self.assertRegex(done.stderr, r"libcurl \d+\.\d+\.\d+ of this system has no HTTP/3; leave "
                                          "out --paceline_http=3")

    def test_direct_has_none(self):
        done = run("--paceline_http=3", "--paceline_transport=direct")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the direct transport does not support HTTP/3; use --paceline_transport=curl",
                      done.stderr)


if __name__ == "__main__":
    unittest.main()
