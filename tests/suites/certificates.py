"""Certificates for the suites of TLS."""

import subprocess
from pathlib import Path


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Certificates:
    """An authority, and what it and others have signed."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.authority = self.self_signed("authority", "/CN=authority")
        self.other = self.self_signed("other", "/CN=other")

    def self_signed(self, name, subject, *more):
        file, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-days", "2", "-subj", subject, "-keyout", key, "-out", file,
                # Python since 3.13 asks for them.
                "-addext", "keyUsage=critical,digitalSignature,keyCertSign", *more)
        return file

    def signed(self, name, host, validity=("-days", "2")):
        """A file with a key and its certificate."""
        key, request, file = (self.folder / f"{name}.{kind}" for kind in ("key", "csr", "crt"))
        names = self.folder / "names"
        names.write_text(f"subjectAltName=DNS:{host}\nauthorityKeyIdentifier=keyid\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-subj", f"/CN={host}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.authority,
                "-CAkey", self.folder / "authority.key", "-CAcreateserial", *validity,
                "-extfile", names, "-out", file)
        both = self.folder / f"{name}.both"
        both.write_text(key.read_text() + file.read_text())
        return both

    def expired(self, name, host):
        """The same with a certificate of yesterday."""
        try:
            return self.signed(name, host, ("-days", "-1"))
        except subprocess.CalledProcessError:  # OpenSSL since 3.4
            return self.signed(name, host, ("-not_before", "20200101000000Z",
                                            "-not_after", "20200102000000Z"))
