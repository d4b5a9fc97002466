"""Runs the built `paceline_endpoint` with values that it cannot use.

Needs PACELINE_ENDPOINT, the path of the program.
"""

import os
import socket
import subprocess
import unittest

PROGRAM = os.environ["PACELINE_ENDPOINT"]


class Numbers(unittest.TestCase):
    def test_what_is_out_of_range_is_a_sentence(self):
        for flag in ("--port=99999", "--port=-1", "--port=nan", "--port=80.5", "--slow_share=nan",
                     "--slow_share=inf", "--slow_factor=nan", "--fault=http_500:nan",
                     "--fault=http_500:inf", "--rpm_limit=-1",
                     "--rpm_limit=99999999999999999999999", "--tpm_limit=1e30", "--concurrency=1.5",
                     "--queue=-1", "--latency=nan", "--latency=-1s", "--latency=1441m",
                     "--token_time=inf", "--idle_timeout=99999999m"):
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

    def test_an_empty_key(self):
        self.assertEqual(self.error("--require_key_env=NO_KEY", NO_KEY=""),
                         "paceline_endpoint: the environment variable NO_KEY is empty; set it to "
                         "the key to require\n")


if __name__ == "__main__":
    unittest.main()
