"""Text from outside (servers, names, files, the environment): no secret of it, and no control
character, reaches a terminal, the results or a log.

Needs PACELINE and PACELINE_LOG, the paths of the programs.
"""

import base64
import json
import os
import re
import socket
import sqlite3
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path
from urllib.parse import quote

from program import PACELINE, run

LOG = os.environ["PACELINE_LOG"]
SOURCES = Path(__file__).parents[2]
KEY = "sk-SECRETsecret0123456789abcdef"
GOOD = json.dumps({"choices": [{"message": {"content": "hi"}}]}).encode()


def http(body, status="200 OK", headers=b""):
    return (f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n".encode() + headers + b"\r\n" +
            body)


def error(words):
    return http(json.dumps({"error": {"message": words}}).encode(), "500 Internal Server Error")


class Server:
    """Answers with GOOD at first, and then always with `response`, whatever bytes those are."""

    def __init__(self, response, good=1):
        self.response, self.good, self.count = response, good, 0
        self.lock = threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            while True:
                length = 0
                while (line := stream.readline()) not in (b"\r\n", b""):
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                if line == b"":
                    return
                stream.read(length)
                with self.lock:
                    self.count += 1
                    is_good = self.count <= self.good
                try:
                    connection.sendall(http(GOOD) if is_good else self.response)
                    if not is_good and b"Content-Length" not in self.response:
                        return
                except OSError:
                    return


class Outputs:
    """All that a run against such a server leaves behind."""

    def __init__(self, response, good=1, arguments=()):
        with tempfile.TemporaryDirectory() as folder, Server(response, good) as server:
            out, log = Path(folder) / "out.json", Path(folder) / "log.sqlite"
            self.done = run(f"--paceline_url=http://127.0.0.1:{server.port}/v1",
                            "--paceline_requests=8", "--paceline_rpm=6000", "--paceline_parallel=4",
                            "--paceline_max_error_ratio=1", "--paceline_timeout=5s",
                            "--paceline_progress=on", f"--benchmark_out={out}",
                            f"--paceline_log={log}", "--paceline_log_responses", *arguments,
                            env={"OPENAI_API_KEY": KEY})
            self.json = out.read_bytes() if out.exists() else b""
            self.log = b"".join(path.read_bytes() for path in Path(folder).glob("log.sqlite*"))
            self.rows = sqlite3.connect(log).execute("select error from requests").fetchall()
            self.jsonl = subprocess.run([LOG, str(log)], capture_output=True, timeout=60,
                                        check=False).stdout
        self.terminal = (self.done.stdout + self.done.stderr).encode()

    def everywhere(self):
        return {"terminal": self.terminal, "results": self.json, "log": self.log,
                "lines": self.jsonl}


def escaped(text):
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


class Secrets(unittest.TestCase):
    ECHOES = {
        "whole": error(f"your header was Bearer {KEY}"),
        "part": error(f"bad key {KEY[:-1]}"),
        "middle": error(f"bad key ***{KEY[8:20]}***"),
        "base64": error("Basic " + base64.b64encode(f"user:{KEY}".encode()).decode()),
        "percent": error("".join(f"%{ord(letter):02x}" for letter in KEY)),
        "json": http(b'{"error":{"message":"' + escaped(KEY).encode() + b'"}}', "400 Bad Request"),
        "doubly escaped": error(escaped(KEY)),
        "plain text": http(f"Bearer {KEY}".encode(), "500 X"),
        "html": http(f"<html><body><h1>{KEY}</h1></body></html>".encode(), "502 X"),
        "reason": http(b"", f"500 {KEY}"),
        "header": http(b"", "500 X", f"x-echo: {KEY}\r\n".encode()),
        "location": http(b"", "302 Found", f"Location: http://{KEY}/\r\n".encode()),
        "encoding": http(b"{}", "200 OK", f"Content-Encoding: {KEY}\r\n".encode()),
        "no header name": f"HTTP/1.1 200 OK\r\n{KEY}\r\nContent-Length: 0\r\n\r\n".encode(),
        "length": f"HTTP/1.1 200 OK\r\nContent-Length: {KEY}\r\n\r\n".encode(),
        "transfer": f"HTTP/1.1 200 OK\r\nTransfer-Encoding: {KEY}\r\n\r\n".encode(),
        "chunk": f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{KEY}\r\n".encode(),
        "version": f"HTTP/{KEY} 200 OK\r\n\r\n".encode(),
        "no HTTP": f"{KEY} {KEY}\r\n\r\n".encode(),
        "good response": http(json.dumps({"choices": [{"message": {"content": KEY}}]}).encode()),
    }

    def assert_kept(self, outputs):
        for name, data in outputs.everywhere().items():
            plain = data.decode("utf-8", "replace").replace("%", "\\x")
            for text in (plain, re.sub(r"\\u00|\\x", "", plain)):
                for begin in range(len(KEY) - 7):
                    self.assertNotIn(KEY[begin:begin + 8].lower(), text.lower(), name)
            self.assertNotIn(base64.b64encode(KEY[:9].encode()).decode(), plain, name)
            hexadecimal = KEY.encode().hex()
            self.assertNotIn(hexadecimal[:16], re.sub(r"\\+u00|\\+x|%", "", plain), name)

    def test_a_key_that_a_server_repeats_is_nowhere(self):
        for name, response in self.ECHOES.items():
            with self.subTest(echo=name):
                outputs = Outputs(response)
                self.assert_kept(outputs)
                self.assertEqual(len(outputs.rows), 8)

    def test_nor_where_it_is_the_first_response(self):
        for name in ("whole", "base64", "no header name", "no HTTP"):
            with self.subTest(echo=name):
                self.assert_kept(Outputs(self.ECHOES[name], good=0))

    def test_with_libcurl_too(self):
        for name in ("whole", "no header name", "length", "transfer", "encoding", "no HTTP"):
            with self.subTest(echo=name), Server(self.ECHOES[name], good=0) as server:
                done = run(f"--paceline_url=http://user:{KEY}@127.0.0.1:{server.port}/v1",
                           "--paceline_requests=2", env={"OPENAI_API_KEY": KEY})
                self.assertEqual(done.returncode, 1)
                self.assertNotIn("SECRET", done.stdout + done.stderr)

    def test_a_malformed_url_shows_no_part_of_its_userinfo(self):
        for url in ("htp://longuser:longpassword@host/v1", "http://longuser:longpass/word@host:x",
                    "longuser:longpassword@host", "http://longuser:longpassword@host:99999/v1",
                    "http://longuser:longpassword@host/v1#x"):
            for flag in ("--paceline_url", "--paceline_http_url"):
                done = run(f"{flag}={url}")
                self.assertEqual(done.returncode, 1)
                self.assertNotIn("long", done.stdout + done.stderr, url)

    def test_a_proxys_password(self):
        done = run("--paceline_url=http://host.invalid/v1", "--paceline_model=longpassword",
                   env={"http_proxy": "http://longuser:longpassword@127.0.0.1:1"})
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("longpass", done.stdout + done.stderr)


class ControlCharacters(unittest.TestCase):
    ESCAPES = "\x1b]0;title\x07\x1b[31mred\x1b[2J \u009b31m \x7f \u202edrawkcab\u202c\r\nfake line\0"

    def assert_harmless(self, outputs):
        self.assertNotRegex(outputs.terminal.decode(), "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
        text = outputs.json.decode("utf-8", "strict")
        if text:
            json.loads(text, parse_constant=self.fail)
            self.assertNotRegex(text, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
        for (why,) in outputs.rows:
            self.assertNotRegex(why or "", "[\x00-\x1f\x7f-\x9f\u202a-\u202e]")

    def test_of_servers(self):
        for name, response in {"error": error(self.ESCAPES),
                            "text": http(self.ESCAPES.encode(), "500 X"),
                            "cut within a character": error("x" * 299 + "€" * 50),
                            "no UTF-8": http(b"\xff\xfe\x1b[31m", "500 X"),
                            "status line": b"HTTP/1.1 \x1b[31m\r\n\r\n"}.items():
            for good in (0, 1):
                with self.subTest(response=name, good=good):
                    # A run that never succeeds has no row; every other request does.
                    self.assert_harmless(Outputs(response, good))
                    self.assert_harmless(Outputs(response, good=5))

    def test_of_names(self):
        outputs = Outputs(http(GOOD), arguments=[f"--paceline_model=m{self.ESCAPES[:-1]}\u00e9"])
        self.assert_harmless(outputs)
        self.assertIn("é", json.loads(outputs.json)["context"]["model"])

    def test_of_flags(self):
        done = run(f"--paceline_requets={self.ESCAPES[:-1]}", f"--{self.ESCAPES[:-1]}")
        self.assertEqual(done.returncode, 1)
        self.assertNotRegex(done.stderr, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")

    def test_of_the_programs_own_name(self):
        with tempfile.TemporaryDirectory() as folder:
            link = Path(folder) / "pace\x1b[31mline\udcff"
            os.symlink(PACELINE, os.fsencode(str(link)))
            out = Path(folder) / "out.json"
            done = subprocess.run([os.fsencode(str(link)), "--paceline_rpm=60000",
                                   "--paceline_parallel=5", "--paceline_requests=5",
                                   f"--benchmark_out={out}"], capture_output=True, timeout=60,
                                  check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn(b"\x1b", done.stderr + done.stdout)
            json.loads(out.read_text(encoding="utf-8"))


class WaysAround(unittest.TestCase):
    """Only what writes after the gate may write."""

    WRITERS = {"src/paceline/text/console.cc", "src/programs/progress/terminal.cc",
               "src/programs/progress/live_terminal.cc",
               "src/programs/progress/progress_display.cc",
               "src/programs/run_with_options.cc", "src/programs/benchmark_run.cc",
               "src/programs/paceline_log.cc"}
    WRITES = re.compile(r"\bstd::(cout|cerr|clog)\b|\bfmt::print\b|\b(std::)?(v?f?printf|f?puts|putc"
                        r"|fputc|perror|fwrite)\s*\(|(?<!\w)::write\(")
    BENCHMARKS = re.compile(r"\b(AddCustomContext|SetLabel|SkipWithError)\(")

    def sources(self):
        for folder in ("src", "benchmarks"):
            for path in (SOURCES / folder).rglob("*.cc"):
                name = str(path.relative_to(SOURCES))
                if not re.search(r"/(peers|cluster)/|overhead\.cc$", name):
                    yield name, path.read_text(encoding="utf-8")

    def test_nothing_else_writes(self):
        for name, text in self.sources():
            if name not in self.WRITERS:
                for number, line in enumerate(text.splitlines(), 1):
                    code = line.split("//")[0]
                    if name.startswith("src/paceline/loop/") and "std::" in code:
                        continue  # The system's own words, before the program ends.
                    self.assertIsNone(self.WRITES.search(code), f"{name}:{number}: {line}")

    def test_labels_and_errors_reach_google_benchmark_in_one_room(self):
        for name, text in self.sources():
            if self.BENCHMARKS.search(text):
                self.assertRegex(name, r"^src/paceline/gbench/|^src/programs/paceline.cc$")


if __name__ == "__main__":
    unittest.main()
