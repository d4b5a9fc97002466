"""What the built `paceline` says of flags, files and servers that it cannot use.

Needs PACELINE, the path of the program.
"""

import unittest

from program import Api, run


class BadInput(unittest.TestCase):
    def assert_refused(self, *arguments, says):
        done = run(*arguments)
        self.assertNotEqual(done.returncode, 0, arguments)
        for word in says:
            self.assertIn(word, done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertNotIn("chat/complete", done.stdout)

    def test_flags(self):
        self.assert_refused("--paceline_rmp=5", says=["--paceline_rmp"])
        self.assert_refused("--paceline_rpm=fast", says=["--paceline_rpm", "fast"])
        self.assert_refused("--paceline_rpm=-5", says=["--paceline_rpm"])
        self.assert_refused("--paceline_parallel=0", says=["--paceline_parallel"])
        self.assert_refused("--paceline_requests=0", says=["--paceline_requests"])
        self.assert_refused("--paceline_timeout=5", says=["--paceline_timeout", "5"])
        self.assert_refused("--paceline_timeout=0", says=["--paceline_timeout"])
        self.assert_refused("--paceline_rows=p50,p95", says=["--paceline_rows", "p95", "p99.9"])
        self.assert_refused("--paceline_precision=exact", says=["--paceline_precision", "spin"])
        self.assert_refused("--paceline_max_error_ratio=2", says=["--paceline_max_error_ratio"])
        self.assert_refused("--paceline_endpoint_latency=10ms",
                            "--paceline_endpoint_latency_p99=5ms",
                            says=["--paceline_endpoint_latency_p99"])

    def test_url_without_scheme(self):
        self.assert_refused("--paceline_url=api.openai.com/v1", says=["--paceline_url", "http"])

    def test_unreachable_host(self):
        self.assert_refused("--paceline_url=http://127.0.0.1:1/v1", says=["127.0.0.1:1"])

    def test_host_that_does_not_exist(self):
        self.assert_refused("--paceline_url=http://no-such-host.invalid/v1",
                            says=["no-such-host.invalid"])

    def test_response_that_is_not_json(self):
        with Api() as api:
            self.assert_refused(f"--paceline_url={api.url}", says=["JSON"])
            self.assertEqual(len(api.seen), 1)

    def test_missing_body_file(self):
        self.assert_refused("--paceline_http_url=http://127.0.0.1:1/",
                            "--paceline_http_body=/no/such/file", says=["/no/such/file"])
        self.assert_refused("--paceline_http_url=http://127.0.0.1:1/", "--paceline_http_body=/",
                            says=["--paceline_http_body"])

    def test_body_without_url(self):
        self.assert_refused("--paceline_http_body=/dev/null", says=["--paceline_http_url"])

    def test_google_benchmarks_own_unknown_flag(self):
        self.assertNotEqual(run("--benchmark_fliter=x").returncode, 0)

    def test_too_many_errors(self):
        done = run("--paceline_requests=50", "--paceline_rpm=6000", "--paceline_parallel=50",
                   "--paceline_endpoint_latency=100ms", "--paceline_endpoint_latency_p99=1s",
                   "--paceline_timeout=150ms", "--paceline_seed=4")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--paceline_max_error_ratio", done.stderr)
        self.assertIn("no whole response within 150 ms; ", done.stderr)
        self.assertIn("--paceline_timeout", done.stderr)
        self.assertIn("chat/complete", done.stdout)


if __name__ == "__main__":
    unittest.main()
