"""Runs the built `paceline_endpoint` with numbers that make no sense.

Needs PACELINE_ENDPOINT, the path of the program.
"""

import os
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


if __name__ == "__main__":
    unittest.main()
