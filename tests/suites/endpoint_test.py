"""Runs the built `paceline_endpoint`: Anthropic's Messages API, and values that it cannot use.

Needs PACELINE_ENDPOINT, the path of the program.
"""

import json
import os
import socket
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

PROGRAM = os.environ["PACELINE_ENDPOINT"]


class Numbers(unittest.TestCase):
    def test_what_is_out_of_range_is_a_sentence(self):
        for flag in ("--port=99999", "--port=-1", "--port=nan", "--port=80.5", "--slow_share=nan",
                     "--slow_share=inf", "--slow_factor=nan", "--fault=http_500:nan",
                     "--fault=http_500:inf", "--rpm_limit=-1",
                     "--rpm_limit=99999999999999999999999", "--tpm_limit=1e30", "--concurrency=1.5",
                     "--queue=-1", "--latency=nan", "--latency=-1s", "--latency=1441m",
                     "--token_time=inf", "--idle_timeout=99999999m", "--tool_calls=1.5",
                     "--tokens_per_event=0", "--tokens_per_event=1001"):
            with self.subTest(flag):
                done = subprocess.run([PROGRAM, flag], capture_output=True, text=True, timeout=20,
                                      check=False)
                self.assertNotEqual(done.returncode, 0)
                self.assertGreater(done.returncode, 0)
                self.assertEqual(done.stdout, "")
                sentence = done.stderr.splitlines()[0]
                name, value = flag.split("=")
                self.assertIn(name, sentence)
                self.assertIn(value.split(":")[-1], sentence)
                self.assertLess(len(sentence), 160, sentence)


class StartErrors(unittest.TestCase):
    def error(self, *flags, **environment):
        done = subprocess.run([PROGRAM, *flags], capture_output=True, text=True, timeout=20,
                              check=False, env=os.environ | environment)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_a_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.assertEqual(self.error(f"--port={port}"),
                             f"paceline_endpoint: cannot listen on 127.0.0.1:{port}: Address "
                             "already in use; choose another --port, or 0 for any free port\n")

    def test_an_address_that_is_none(self):
        self.assertEqual(self.error("--address=nowhere"),
                         "paceline_endpoint: 'nowhere' is not an IPv4 address; give an IPv4 "
                         "address of this machine with --address\n")

    def test_flags_that_exclude_each_other(self):
        self.assertEqual(self.error("--latency=10ms", "--latency_p99=5ms"),
                         "paceline_endpoint: --latency_p99 must be at least --latency, and "
                         "--latency must be positive\n")

    def test_a_unix_socket_in_use(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/socket"
            with socket.socket(socket.AF_UNIX) as taken:
                taken.bind(path)
                taken.listen()
                self.assertEqual(self.error(f"--unix_socket={path}"),
                                 f"paceline_endpoint: cannot listen on the Unix socket '{path}': a "
                                 "server listens on it; choose another --unix_socket\n")

    def test_an_empty_key(self):
        self.assertEqual(self.error("--require_key_env=NO_KEY", NO_KEY=""),
                         "paceline_endpoint: the environment variable NO_KEY is empty; set it to "
                         "the key to require\n")


class UnixSocket(unittest.TestCase):
    def test_is_removed_when_the_program_ends(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/socket"
            endpoint = subprocess.Popen([PROGRAM, f"--unix_socket={path}"], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
            endpoint.stdout.readline()
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(20)
                client.connect(path)
                client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                self.assertTrue(client.recv(1000).startswith(b"HTTP/1.1 200 "))
            endpoint.terminate()
            endpoint.communicate()
            self.assertFalse(os.path.exists(path))


class Messages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.endpoint = subprocess.Popen(
            [PROGRAM, "--port=0", "--token_time=0", "--require_key_env=MESSAGES_KEY"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=os.environ | {"MESSAGES_KEY": "right"})
        cls.addClassCleanup(cls.stop)
        cls.url = cls.endpoint.stdout.readline().strip() + "/messages"
        cls.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    @classmethod
    def stop(cls):
        cls.endpoint.terminate()
        cls.endpoint.communicate()

    def post(self, key="right", **members):
        """The status, the type of the content and the text of the response."""
        body = {"model": "claude", "messages": [{"role": "user", "content": "Hello"}]} | members
        request = urllib.request.Request(
            self.url, json.dumps(body).encode(),
            {"content-type": "application/json", "x-api-key": key,
             "anthropic-version": "2023-06-01"})
        try:
            with self.opener.open(request, timeout=20) as response:
                return response.status, response.headers.get_content_type(), response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get_content_type(), error.read().decode()

    def test_whole(self):
        status, content_type, text = self.post(max_tokens=3, system="Be brief")
        self.assertEqual((status, content_type), (200, "application/json"))
        message = json.loads(text)
        self.assertRegex(message.pop("id"), "^msg_[0-9]+$")
        self.assertEqual(message, {
            "type": "message", "role": "assistant", "model": "claude",
            "content": [{"type": "text", "text": "one line keeps"}],
            "stop_reason": "max_tokens", "stop_sequence": None,
            "usage": {"input_tokens": 13, "cache_creation_input_tokens": 0,
                      "cache_read_input_tokens": 0, "output_tokens": 3}})

    def test_streamed(self):
        status, content_type, text = self.post(max_tokens=100, stream=True)
        self.assertEqual((status, content_type), (200, "text/event-stream"))
        events = []
        for event in text.removesuffix("\n\n").split("\n\n"):
            name, data = event.split("\n")
            events.append(json.loads(data.removeprefix("data: ")))
            self.assertEqual(name, "event: " + events[-1]["type"])
        self.assertEqual([event["type"] for event in events],
                         ["message_start", "content_block_start", "ping",
                          *["content_block_delta"] * 16,
                          "content_block_stop", "message_delta", "message_stop"])
        words = "".join(event["delta"]["text"] for event in events[3:19])
        self.assertTrue(words.startswith("one line keeps its pace"), words)
        self.assertEqual(events[-2]["delta"]["stop_reason"], "end_turn")
        self.assertEqual(events[-2]["usage"], {"output_tokens": 16})

    def test_errors(self):
        status, _, text = self.post()
        self.assertEqual(status, 400)
        self.assertEqual(json.loads(text), {
            "type": "error", "error": {"type": "invalid_request_error",
                                       "message": "max_tokens: Field required"}})
        status, _, text = self.post(key="wrong", max_tokens=3)
        self.assertEqual(status, 401)
        self.assertEqual(json.loads(text)["error"]["type"], "authentication_error")


if __name__ == "__main__":
    unittest.main()
