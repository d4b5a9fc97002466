"""The endpoint over TLS: versions, sessions that clients resume, clients that do not shake hands, and
files that cannot be used.

Needs PACELINE_ENDPOINT, the path of the program, and PACELINE.
"""

import os
import socket
import ssl
import subprocess
import tempfile
import unittest

from certificates import Certificates, openssl
from program import TRANSPORTS, Endpoint, rows

PROGRAM = os.environ["PACELINE_ENDPOINT"]
REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


class WithCertificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.certificates = Certificates(folder.name)
        cls.good = cls.certificates.signed("good", "localhost")


class Serving(WithCertificates):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.endpoint = cls.enterClassContext(Endpoint(f"--cert={cls.good}", "--token_time=0"))
        cls.address = ("127.0.0.1", int(cls.endpoint.url.split(":")[2].split("/")[0]))

    def context(self, version):
        context = ssl.create_default_context(cafile=self.certificates.authority)
        context.minimum_version = context.maximum_version = version
        return context

    def connect(self, context, session=None):
        plain = socket.create_connection(self.address, timeout=20)
        connection = context.wrap_socket(plain, server_hostname="localhost", session=session)
        self.addCleanup(connection.close)
        return connection

    def test_the_url_says_https(self):
        self.assertTrue(self.endpoint.url.startswith("https://127.0.0.1:"), self.endpoint.url)

    def test_sessions_are_resumed(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version):
                context = self.context(version)
                first = self.connect(context)
                first.sendall(REQUEST)
                # In TLS 1.3 the ticket arrives after the handshake.
                self.assertTrue(first.recv(1000).startswith(b"HTTP/1.1 200 "))
                self.assertFalse(first.session_reused)
                second = self.connect(context, first.session)
                self.assertTrue(second.session_reused)
                second.sendall(REQUEST)
                self.assertTrue(second.recv(1000).startswith(b"HTTP/1.1 200 "))

    def test_old_versions_are_refused(self):
        context = self.context(ssl.TLSVersion.TLSv1_1)
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        with self.assertRaises(OSError):
            self.connect(context)

    def test_a_handshake_in_pieces(self):
        """Others are served while a handshake waits for the rest of its bytes."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = self.context(ssl.TLSVersion.TLSv1_3).wrap_bio(incoming, outgoing,
                                                               server_hostname="localhost")
        plain = socket.create_connection(self.address, timeout=20)
        self.addCleanup(plain.close)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        is_done = False
        while not is_done:
            try:
                client.do_handshake()
                is_done = True
            except ssl.SSLWantReadError:
                pass
            for byte in outgoing.read():
                plain.sendall(bytes([byte]))
            other = self.connect(self.context(ssl.TLSVersion.TLSv1_3))
            other.sendall(REQUEST)
            self.assertTrue(other.recv(1000).startswith(b"HTTP/1.1 200 "))
            if not is_done:
                incoming.write(plain.recv(65536))
        client.write(REQUEST)
        plain.sendall(outgoing.read())
        incoming.write(plain.recv(65536))
        # Tickets may come first, in bytes of their own.
        while True:
            try:
                answer = client.read(1000)
                break
            except ssl.SSLWantReadError:
                incoming.write(plain.recv(65536))
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer)

    def test_bytes_that_are_no_tls_end_their_connection(self):
        for bytes_sent in (REQUEST, b"\x00" * 1000, b"\x16\x03\x01\xff\xff" + b"x" * 20_000):
            with self.subTest(bytes_sent[:5]), \
                 socket.create_connection(self.address, timeout=20) as stranger:
                stranger.sendall(bytes_sent)
                try:
                    # An alert may come first.
                    while stranger.recv(1000):
                        pass
                except ConnectionResetError:
                    pass

    def test_a_stranger_after_the_handshake(self):
        """Bytes that do not decrypt end their connection only."""
        connection = self.connect(self.context(ssl.TLSVersion.TLSv1_3))
        connection.sendall(REQUEST)
        self.assertTrue(connection.recv(1000).startswith(b"HTTP/1.1 200 "))
        with socket.socket(fileno=os.dup(connection.fileno())) as plain:
            plain.settimeout(20)
            plain.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)
            try:
                while plain.recv(1000):
                    pass
            except ConnectionResetError:
                pass
        other = self.connect(self.context(ssl.TLSVersion.TLSv1_3))
        other.sendall(REQUEST)
        self.assertTrue(other.recv(1000).startswith(b"HTTP/1.1 200 "))

    def test_paceline_measures_it(self):
        url = self.endpoint.url.replace("127.0.0.1", "localhost")
        for transport in TRANSPORTS:
            result = rows(f"--paceline_url={url}", f"--paceline_ca={self.certificates.authority}",
                          "--paceline_rpm=60000", "--paceline_parallel=50",
                          "--paceline_requests=500", f"--paceline_transport={transport}")
            self.assertEqual(result["benchmarks"][0]["errors"], 0)


class Files(WithCertificates):
    def error(self, *flags):
        done = subprocess.run([PROGRAM, *flags], capture_output=True, text=True, timeout=20,
                              check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_the_error_says_what_to_give(self):
        remedy = "; give --cert a PEM file with the certificate, and --key one with its key, not " \
                 "encrypted\n"
        start = "paceline_endpoint: "
        self.assertEqual(self.error("--cert=/none.pem"),
                         f"{start}cannot read /none.pem: No such file or directory{remedy}")
        good, authority = self.good, self.certificates.authority
        other = authority.with_suffix(".key")
        self.assertEqual(self.error(f"--cert={good}", f"--key={other}"),
                         f"{start}the key in {other} is not that of the certificate in {good}{remedy}")
        encrypted = authority.with_suffix(".encrypted")
        openssl("pkey", "-in", other, "-out", encrypted, "-aes256", "-passout", "pass:word")
        self.assertEqual(self.error(f"--cert={authority}", f"--key={encrypted}"),
                         f"{start}the key in {encrypted} is encrypted{remedy}")

    def test_a_key_alone(self):
        self.assertEqual(self.error("--key=server.key"), "paceline_endpoint: --key needs --cert, "
                         "which names the certificate\n")


if __name__ == "__main__":
    unittest.main()
