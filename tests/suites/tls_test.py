"""HTTPS: what the server may refuse over HTTP/2, and what each TLS error says."""

import json
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from certificates import Certificates
from http2_server import (DATA, END_HEADERS, HEADERS, NO_ERROR, REFUSED_STREAM, Http2Server, frame,
                          goaway, reset, response, status)
from program import PACELINE, Api, rows, run


class TlsTest:
    transport = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.certificates = Certificates(cls.folder.name)
        cls.good = cls.certificates.signed("good", "localhost")

    def counters(self, answer):
        server = Http2Server(self.good, answer)
        self.addCleanup(server.close)
        result = rows(f"--paceline_url={server.url}", f"--paceline_ca={self.certificates.authority}",
                      "--paceline_rpm=6000", "--paceline_parallel=10", "--paceline_requests=60",
                      "--paceline_max_error_ratio=1", f"--paceline_transport={self.transport}")
        return result["benchmarks"][0], server.count

    def test_refused_streams_are_sent_again(self):
        row, sent = self.counters(
            lambda n, stream: (reset(stream, REFUSED_STREAM) if n % 7 == 3 else response(stream),
                               False))
        self.assertEqual(row["errors"], 0)
        self.assertGreater(sent, 61)

    def test_what_a_goaway_leaves_out_is_sent_again(self):
        row, sent = self.counters(
            lambda n, stream: (goaway(max(stream - 2, 0)), True) if n % 7 == 3 else (response(stream), False))
        self.assertEqual(row["errors"], 0)
        self.assertGreater(sent, 61)

    def test_what_a_server_may_have_done_is_not_sent_again(self):
        internal_error = 2
        row, sent = self.counters(
            lambda n, stream: (reset(stream, internal_error) if n % 7 == 3 else response(stream),
                               False))
        self.assertEqual((row["errors"], row["resets"], sent), (9, 9, 61))

    def test_an_early_refusal_keeps_its_status(self):
        def answer(number, stream):
            if number % 7 != 3:
                return response(stream), False
            refusal = (frame(HEADERS, END_HEADERS, stream, status(429)) +
                       frame(DATA, 0, stream, b'{"error":{"message":"slow down"}}'))
            return [refusal, reset(stream, NO_ERROR)], False

        row, _ = self.counters(answer)
        self.assertEqual((row["errors"], row["http_429"]), (9, 9))

    def refusal(self, url, authority=None):
        authority = authority or self.certificates.authority
        done = run(f"--paceline_url={url}", f"--paceline_ca={authority}", "--paceline_requests=1",
                   "--paceline_rpm=600", "--paceline_parallel=1",
                   f"--paceline_transport={self.transport}")
        self.assertEqual(done.returncode, 1)
        return done.stderr

    def refusal_by(self, certificate, authority=None):
        with Api(certificate=certificate) as api:
            return self.refusal(api.url, authority)

    def test_no_tls_there(self):
        with Api() as api:
            self.assertIn("does not speak TLS on this port", self.refusal(api.url.replace("http", "https")))

    def test_an_unknown_authority(self):
        self.assertIn("of an authority that is not trusted",
                      self.refusal_by(self.good, self.certificates.other))

    def test_a_self_signed_one(self):
        self.certificates.self_signed("self", "/CN=localhost")
        both = Path(self.folder.name) / "self.both"
        both.write_text("".join((Path(self.folder.name) / f"self.{kind}").read_text()
                                for kind in ("key", "pem")))
        self.assertIn("self-signed", self.refusal_by(both))

    def test_an_expired_one(self):
        self.assertIn("has expired", self.refusal_by(
            self.certificates.expired("old", "localhost")))

    def test_another_host(self):
        self.assertIn("for another host",
                      self.refusal_by(self.certificates.signed("elsewhere", "elsewhere.test")))

    def test_what_is_no_pem(self):
        file = Path(self.folder.name) / "no.pem"
        file.write_text("no certificate")
        self.assertIn("give --paceline_ca a file with PEM", self.refusal_by(self.good, file))

    def test_the_file_of_the_environment(self):
        """SSL_CERT_FILE names authorities; --paceline_ca comes first; results and errors say which."""
        flags = ("--paceline_requests=1", "--paceline_rpm=600", "--paceline_parallel=1",
                 f"--paceline_transport={self.transport}")
        trusted = {"SSL_CERT_FILE": str(self.certificates.authority)}
        server = Http2Server(self.good, lambda number, stream: (response(stream), False))
        self.addCleanup(server.close)
        context = rows(f"--paceline_url={server.url}", *flags, env=trusted)["context"]
        self.assertEqual(context["tls_authorities"],
                         f"{self.certificates.authority} (SSL_CERT_FILE)")
        context = rows(f"--paceline_url={server.url}", *flags,
                       f"--paceline_ca={self.certificates.authority}",
                       env={"SSL_CERT_FILE": "/none.pem"})["context"]
        self.assertEqual(context["tls_authorities"], f"{self.certificates.authority} (given)")
        done = run(f"--paceline_url={server.url}", *flags, env={"SSL_CERT_FILE": "/none.pem"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("trusted authorities: /none.pem (SSL_CERT_FILE); give --paceline_ca",
                      done.stderr)

    def test_the_folder_of_libcurl_without_its_file(self):
        """In a mount namespace, whose /etc/ssl/certs has the certificate alone."""
        if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("a mount namespace needs root")
        authority = self.certificates.authority
        shown = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", authority],
                               capture_output=True, text=True, check=True).stdout.strip()
        hide = f"mount -t tmpfs none /etc/ssl/certs && cp {authority} /etc/ssl/certs/{shown}.0"
        server = Http2Server(self.good, lambda number, stream: (response(stream), False))
        self.addCleanup(server.close)
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", f'{hide} && exec "$0" "$@"', PACELINE,
             f"--paceline_url={server.url}", "--paceline_rpm=6000", "--paceline_parallel=1",
             "--paceline_requests=5", "--benchmark_format=json",
             f"--paceline_transport={self.transport}"],
            capture_output=True, text=True, timeout=60, check=False,
            env={name: value for name, value in os.environ.items() if name != "SSL_CERT_FILE"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("/etc/ssl/certs (", json.loads(done.stdout)["context"]["tls_authorities"])

    def test_a_client_certificate(self):
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.good)
        tls.verify_mode = ssl.CERT_REQUIRED
        tls.load_verify_locations(self.certificates.authority)
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        # Kept open, so that the alert arrives before the end.
        connections = []

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connections.append(tls.wrap_socket(connection, server_side=True,
                                                   do_handshake_on_connect=False))
                try:
                    connections[-1].do_handshake()
                except OSError:
                    pass

        threading.Thread(target=serve, daemon=True).start()
        self.assertIn(" for a client certificate",
                      self.refusal(f"https://localhost:{listener.getsockname()[1]}/v1"))


class OverCurl(TlsTest, unittest.TestCase):
    transport = "curl"


class OverDirect(TlsTest, unittest.TestCase):
    transport = "direct"


class NamedAuthorities(unittest.TestCase):
    def test_results_without_tls_name_none(self):
        context = rows("--paceline_requests=1", "--paceline_rpm=600", "--paceline_parallel=1",
                       "--paceline_endpoint_latency=0")["context"]
        self.assertNotIn("tls_authorities", context)

    def test_the_version_names_them(self):
        done = run("--version", env={"SSL_CERT_FILE": "/some\x1b[31m.pem"})
        self.assertIn("trusted authorities: /some", done.stdout)
        self.assertNotIn("\x1b", done.stdout)


if __name__ == "__main__":
    unittest.main()
