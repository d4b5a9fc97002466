"""Client certificates: what is sent, and what each error says."""

import ssl
import tempfile
import unittest
from pathlib import Path

from certificates import Certificates, openssl
from http2_server import GOOD
from program import run
from tls_server import TlsServer


class ClientCertificateTest:
    transport = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.certificates = Certificates(folder.name)
        cls.server = cls.certificates.signed("server", "localhost")
        cls.both = cls.certificates.signed("client", "client.test")
        cls.cert, cls.key = cls.folder / "client.crt", cls.folder / "client.key"

    def ask(self, url, *arguments):
        return run(f"--paceline_url={url}", f"--paceline_ca={self.certificates.authority}",
                   "--paceline_requests=4", "--paceline_rpm=0", "--paceline_parallel=2",
                   f"--paceline_transport={self.transport}", *map(str, arguments))

    def asking(self, version=None):
        return TlsServer(self.server, GOOD, self.certificates.authority, version)

    def refusal(self, url, *arguments):
        done = self.ask(url, *arguments)
        self.assertEqual(done.returncode, 1)
        return done.stderr

    def test_the_key_may_be_in_the_file_of_the_certificate(self):
        for version in (None, ssl.TLSVersion.TLSv1_2):
            for flags in ([f"--paceline_cert={self.both}"],
                          [f"--paceline_cert={self.cert}", f"--paceline_key={self.key}"]):
                with self.asking(version) as server:
                    done = self.ask(server.url, *flags)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    # The four requests, and the first one to see whether the server answers.
                    self.assertEqual(server.requests, 5)
                    self.assertEqual({name for name, _ in server.clients}, {"client.test"})

    def test_a_server_that_asks_for_one_is_told_of(self):
        for version in (None, ssl.TLSVersion.TLSv1_2):
            with self.asking(version) as server:
                self.assertRegex(self.refusal(server.url), "for a client certificate")
        with self.asking() as server:
            self.assertIn("give one with --paceline_cert", self.refusal(server.url))

    def test_a_server_may_refuse_it(self):
        other = [f"--paceline_cert={self.certificates.other}",
                 f"--paceline_key={self.folder / 'other.key'}"]
        for version in (None, ssl.TLSVersion.TLSv1_2):
            with self.asking(version) as server:
                said = self.refusal(server.url, *other)
                self.assertIn("the server refused the client certificate", said)
                self.assertIn("give --paceline_cert a certificate that the server accepts", said)
                self.assertEqual(server.requests, 0)

    def test_a_missing_file_is_named(self):
        for flag in ("--paceline_cert=/no/such.pem",
                     f"--paceline_cert={self.cert} --paceline_key=/no/such.pem"):
            self.assertIn("/no/such.pem", self.refusal("https://localhost:1/v1", *flag.split()))

    def test_a_key_of_another_certificate_is_told_of(self):
        with self.asking() as server:
            said = self.refusal(server.url, f"--paceline_cert={self.cert}",
                                f"--paceline_key={self.folder / 'other.key'}")
        self.assertIn("cannot be used, or the two do not match", said)
        self.assertIn("--paceline_key", said)

    def test_a_file_without_a_key_is_named(self):
        said = self.refusal("https://localhost:1/v1", f"--paceline_cert={self.cert}")
        self.assertIn(f"{self.cert} contains no private key in PEM", said)

    def test_a_key_needs_a_certificate(self):
        self.assertIn("--paceline_cert",
                      self.refusal("https://localhost:1/v1", f"--paceline_key={self.key}"))

    def test_an_encrypted_key_asks_for_no_password(self):
        encrypted = self.folder / "encrypted.key"
        openssl("pkey", "-in", self.key, "-aes128", "-passout", "pass:word", "-out", encrypted)
        said = self.refusal("https://localhost:1/v1", f"--paceline_cert={self.cert}",
                            f"--paceline_key={encrypted}")
        self.assertIn(f"the key in {encrypted} is encrypted; decrypt it", said)

    def test_without_tls_there_is_none(self):
        said = self.refusal("http://localhost:1/v1", f"--paceline_cert={self.both}")
        self.assertIn("--paceline_cert has no effect, because no URL begins with https", said)


class OverCurl(ClientCertificateTest, unittest.TestCase):
    transport = "curl"


class OverDirect(ClientCertificateTest, unittest.TestCase):
    transport = "direct"


if __name__ == "__main__":
    unittest.main()
