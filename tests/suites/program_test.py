"""Runs the built `paceline` as a person would and looks at what it prints, writes and returns.

Needs PACELINE, the path of the program.
"""

import base64
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from program import Api, rows, run

QUICK = ["--paceline_requests=200", "--paceline_rpm=60000", "--paceline_parallel=50",
         "--paceline_endpoint_latency=2ms"]
COUNTERS = ["p50", "p90", "p99", "p99.9", "max", "due_p50", "due_p99", "late_p50", "late_p99",
            "late_max", "rpm", "rps", "in_flight", "errors", "tokens_out"]


class Results(unittest.TestCase):
    def test_one_row_a_cell_with_every_counter(self):
        result = rows("--paceline_requests=100", "--paceline_rpm=30000,60000",
                      "--paceline_parallel=10,20", "--paceline_endpoint_latency=2ms")
        names = [row["name"] for row in result["benchmarks"]]
        self.assertEqual(names, [
            f"chat/complete/rpm:{rpm}/parallel:{parallel}/iterations:100/manual_time"
            for rpm in (30000, 60000) for parallel in (10, 20)])
        for row in result["benchmarks"]:
            for counter in COUNTERS:
                self.assertIn(counter, row)
            self.assertEqual(row["errors"], 0)
            self.assertEqual(row["iterations"], 100)
            self.assertGreaterEqual(row["p50"], 0.002)
            self.assertLessEqual(row["p50"], row["p99"])
            self.assertLessEqual(row["p99"], row["max"])
            # real_time is the mean latency, in the row's unit.
            self.assertGreaterEqual(row["real_time"], 2000)
            self.assertEqual(row["time_unit"], "us")
            self.assertGreater(row["cpu_time"], 0)

    def test_unpaced(self):
        (row,) = rows("--paceline_requests=2000", "--paceline_rpm=0", "--paceline_parallel=20",
                      "--paceline_endpoint_latency=0")["benchmarks"]
        self.assertEqual(row["in_flight"], 20)

    def test_repetitions_aggregate(self):
        result = rows(*QUICK, "--benchmark_repetitions=3")
        aggregates = [row for row in result["benchmarks"] if row["run_type"] == "aggregate"]
        self.assertIn("median", [row["aggregate_name"] for row in aggregates])
        self.assertIn("p99", aggregates[0])

    def test_context_names_host_model_and_version(self):
        context = rows(*QUICK, "--paceline_model=some-model")["context"]
        self.assertEqual(context["model"], "some-model")
        self.assertRegex(context["paceline"], r"^\d+\.\d+\.\d+ \(.+\)$")
        self.assertEqual(context["host"], "embedded endpoint")
        self.assertEqual((context["http"], context["tls"]), ("HTTP/1.1", "none"))
        self.assertEqual(context["precision"], "fine")
        for library in ("google_benchmark", "libcurl", "libuv", "simdjson"):
            self.assertRegex(context[library], r"^\d+\.\d+")

    def test_context_names_google_benchmarks_flags(self):
        context = rows(*QUICK, "--benchmark_filter=rpm|.*", "--benchmark_repetitions=2")["context"]
        self.assertEqual(context["benchmark_flags"],
                         "--benchmark_filter='rpm|.*' --benchmark_repetitions=2")

    def test_an_empty_value_takes_no_other_flag(self):
        with Api(body=b'{"choices":[{}]}') as api:
            (row,) = rows(f"--paceline_url={api.url}", "--paceline_system=",
                          "--paceline_requests=3", "--paceline_rpm=0")["benchmarks"]
            self.assertIn("/rpm:0/", row["name"])
            self.assertNotIn("system", api.seen[0][1].decode())

    def test_the_last_of_a_flag_counts(self):
        (row,) = rows(*QUICK, "--paceline_rpm=6000,60000", "--paceline_rpm=30000",
                      "--paceline_endpoint_latency=4ms",
                      "--paceline_endpoint_latency=50ms")["benchmarks"]
        self.assertIn("/rpm:30000/", row["name"])
        self.assertGreaterEqual(row["p50"], 0.050)

    def test_lognormal_latency(self):
        (row,) = rows("--paceline_requests=500", "--paceline_rpm=60000",
                      "--paceline_parallel=200", "--paceline_endpoint_latency=5ms",
                      "--paceline_endpoint_latency_p99=250ms")["benchmarks"]
        self.assertGreater(row["p99"], 4 * row["p50"])

    def test_plain_http_get(self):
        with Api() as api:
            host = api.url[:-3]
            done = run(f"--paceline_http_url={host}/x", "--paceline_requests=1")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("501", done.stderr)

    def test_plain_http_post_sends_the_file(self):
        with Api() as api, tempfile.NamedTemporaryFile() as file:
            file.write(b'{"a":1}')
            file.flush()
            (row,) = rows(f"--paceline_http_url={api.url}", f"--paceline_http_body={file.name}",
                          "--paceline_requests=5", "--paceline_rpm=0")["benchmarks"]
            self.assertTrue(row["name"].startswith("http/post/rpm:0/parallel:10/"))
            self.assertEqual({body for _, body in api.seen}, {b'{"a":1}'})


class PercentileRows(unittest.TestCase):
    NAME = "chat/complete/rpm:60000/parallel:50/iterations:200/manual_time"

    def test_follow_each_run_in_its_unit(self):
        result = rows(*QUICK, "--paceline_rows=p50,p99", "--benchmark_repetitions=2")
        runs = [row for row in result["benchmarks"] if row["run_type"] == "iteration"]
        self.assertEqual([row["name"] for row in runs],
                         [self.NAME, self.NAME + "/p50", self.NAME + "/p99"] * 2)
        for mean, p50, p99 in (runs[:3], runs[3:]):
            self.assertAlmostEqual(p50["real_time"], 1e6 * mean["p50"], places=3)
            self.assertAlmostEqual(p99["real_time"], 1e6 * mean["p99"], places=3)
            self.assertEqual(p99["run_name"], p99["name"])
            for key in ("cpu_time", "time_unit", "repetition_index", "iterations"):
                self.assertEqual(p99[key], mean[key])
        names = [row["name"] for row in result["benchmarks"]]
        for aggregate in ("mean", "median", "stddev", "cv"):
            self.assertIn(f"{self.NAME}/p99_{aggregate}", names)

    def test_the_usual_ones(self):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out.json"
            done = run(*QUICK, env={"BENCHMARK_OUT": str(out)})
            names = [row["name"] for row in json.loads(out.read_text())["benchmarks"]]
            self.assertEqual([name[len(self.NAME):] for name in names],
                             ["", "/p50", "/p90", "/p99", "/p99.9", "/due_p99"])
            self.assertNotIn("/p50", done.stdout)

    def test_every_format(self):
        for file_format in ("csv", "console"):
            with tempfile.TemporaryDirectory() as folder:
                out = Path(folder) / "out"
                run(*QUICK, f"--benchmark_out={out}", env={"BENCHMARK_OUT_FORMAT": file_format})
                self.assertIn(self.NAME + "/p99", out.read_text())
                self.assertFalse(out.read_text().startswith("{"))

    def test_without_a_file_nothing_changes(self):
        done = run(*QUICK)
        self.assertEqual(done.returncode, 0)
        self.assertNotIn("/p50", done.stdout)


class Key(unittest.TestCase):
    RESPONSE = b'{"choices":[{"message":{"content":"x"}}]}'

    def test_sent_from_its_variable_and_shown_nowhere(self):
        with Api(body=self.RESPONSE) as api, tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out.json"
            done = run(f"--paceline_url={api.url}", "--paceline_requests=2", "--paceline_rpm=0",
                       f"--benchmark_out={out}", env={"OPENAI_API_KEY": "sk-hidden"})
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual({h["Authorization"] for h, _ in api.seen}, {"Bearer sk-hidden"})
            self.assertNotIn("hidden", done.stdout + done.stderr + out.read_text())

    def test_another_variable(self):
        with Api(body=self.RESPONSE) as api:
            run(f"--paceline_url={api.url}", "--paceline_requests=1", "--paceline_api_key_env=MINE",
                env={"OPENAI_API_KEY": "sk-a", "MINE": "sk-b"})
            self.assertEqual(api.seen[0][0]["Authorization"], "Bearer sk-b")

    def test_none(self):
        with Api(body=self.RESPONSE) as api:
            run(f"--paceline_url={api.url}", "--paceline_requests=1")
            self.assertNotIn("Authorization", api.seen[0][0])

    def test_white_space_around_it_is_not_sent(self):
        with Api(body=self.RESPONSE) as api:
            done = run(f"--paceline_url={api.url}", "--paceline_requests=1",
                       env={"OPENAI_API_KEY": " sk-hidden\n"})
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(api.seen[0][0]["Authorization"], "Bearer sk-hidden")
            self.assertIn("the key in OPENAI_API_KEY has white space around it", done.stderr)

    def test_in_the_header_that_the_api_expects(self):
        basic = base64.b64encode(b"user:hidden-password").decode()
        for auth, name, value in (("api-key", "api-key", "user:hidden-password"),
                                  ("x-api-key", "x-api-key", "user:hidden-password"),
                                  ("basic", "Authorization", f"Basic {basic}")):
            with self.subTest(auth=auth), Api(status=500, body=value.encode()) as api:
                done = run(f"--paceline_url={api.url}?api-version=7", f"--paceline_auth={auth}",
                           env={"OPENAI_API_KEY": "user:hidden-password"})
                self.assertEqual(api.seen[0][0][name], value)
                self.assertIn("[removed]", done.stderr)
                self.assertNotIn("hidden", done.stderr + done.stdout)
                self.assertNotIn(basic[:12], done.stderr + done.stdout)

    def test_basic_needs_a_user(self):
        done = run("--paceline_url=http://127.0.0.1:1/v1", "--paceline_auth=basic",
                   env={"OPENAI_API_KEY": "sk-hidden"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("USER:PASSWORD in OPENAI_API_KEY", done.stderr)

    def test_refused(self):
        body = b'{"error":{"message":"Incorrect API key provided: sk-hi***en"}}'
        with Api(status=401, body=body) as api:
            done = run(f"--paceline_url={api.url}", env={"OPENAI_API_KEY": "sk-hidden"})
            self.assertEqual(done.returncode, 1)
            self.assertIn("401", done.stderr)
            self.assertIn("OPENAI_API_KEY", done.stderr)
            self.assertNotIn("sk-hi", done.stdout + done.stderr)
            self.assertEqual(len(api.seen), 1)


class Headers(unittest.TestCase):
    def test_of_the_environment_are_sent_and_shown_nowhere(self):
        with Api(status=500, body=b"bad: hidden-token-1") as api:
            done = run(f"--paceline_url={api.url}", "--paceline_header=x-team: 7",
                       "--paceline_header=x-gateway: env:GATEWAY",
                       env={"GATEWAY": "hidden-token-1"})
            self.assertEqual(api.seen[0][0]["x-team"], "7")
            self.assertEqual(api.seen[0][0]["x-gateway"], "hidden-token-1")
            self.assertIn("[removed]", done.stderr)
            self.assertNotIn("hidden", done.stderr + done.stdout)

    def test_that_usually_carry_secrets_are_shown_nowhere(self):
        with Api(status=500, body=b"bad: hidden-token-1") as api:
            done = run(f"--paceline_url={api.url}",
                       "--paceline_header=Authorization: Token hidden-token-1",
                       env={"OPENAI_API_KEY": "unused-key"})
            self.assertEqual(api.seen[0][0]["Authorization"], "Token hidden-token-1")
            self.assertNotIn("hidden", done.stderr + done.stdout)

    def test_of_plain_http(self):
        with Api(body=b"") as api, tempfile.NamedTemporaryFile() as body:
            run(f"--paceline_http_url={api.url}", f"--paceline_http_body={body.name}",
                "--paceline_requests=1", "--paceline_header=x-team: 7",
                "--paceline_transport=direct")
            self.assertEqual(api.seen[0][0]["x-team"], "7")

    def test_a_variable_that_is_not_set_is_named(self):
        done = run("--paceline_url=http://127.0.0.1:1/v1", "--paceline_header=x-key: env:NO_SUCH")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the header x-key takes its value from NO_SUCH", done.stderr)

    def test_a_line_break_of_the_environment_is_refused(self):
        done = run("--paceline_url=http://127.0.0.1:1/v1", "--paceline_header=x-key: env:KEY",
                   env={"KEY": "hidden-1\r\nx-evil: 1"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("the header x-key has a line break", done.stderr)
        self.assertNotIn("hidden", done.stderr)


class Body(unittest.TestCase):
    def bodies(self, *arguments):
        with Api(body=Key.RESPONSE) as api:
            done = run(f"--paceline_url={api.url}", "--paceline_requests=1", *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            return [json.loads(body) for _, body in api.seen]

    def test_the_users_fields_are_merged_last(self):
        for body in self.bodies('--paceline_body={"reasoning_effort":"low","max_tokens":null}',
                                "--paceline_max_tokens=9", "--paceline_max_tokens_field=max_tokens"):
            self.assertEqual(body["reasoning_effort"], "low")
            self.assertNotIn("max_tokens", body)
            self.assertNotIn("temperature", body)

    def test_lines_of_a_batch_are_merged_on_request(self):
        line = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions",
                "body": {"model": "m", "messages": []}}
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "batch.jsonl"
            file.write_text(json.dumps(line))
            flags = [f"--paceline_batch={file}", '--paceline_body={"seed":7}']
            self.assertNotIn("seed", self.bodies(*flags)[-1])
            self.assertEqual(self.bodies(*flags, "--paceline_batch_body")[-1]["seed"], 7)

    def test_a_server_that_refuses_a_field_is_sent_another(self):
        error = {"error": {"message": "Unknown parameter: 'max_completion_tokens'."}}
        with Api(status=400, body=json.dumps(error).encode()) as api:
            done = run(f"--paceline_url={api.url}", "--paceline_max_tokens=9")
            self.assertEqual(done.returncode, 1)
            first, second = (json.loads(body) for _, body in api.seen)
            self.assertEqual(first["max_completion_tokens"], 9)
            self.assertEqual(second["max_tokens"], 9)
            self.assertIn("the server refuses max_completion_tokens; max_tokens is sent instead",
                          done.stderr)


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.file = str(Path(folder.name) / "both.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-keyout", cls.file + ".key", "-out", cls.file, "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        with open(cls.file, "a", encoding="utf-8") as both:
            both.write(Path(cls.file + ".key").read_text())

    def test_a_ca_file_is_trusted(self):
        with Api(body=Key.RESPONSE, certificate=self.file) as api:
            result = rows(f"--paceline_url={api.url}", f"--paceline_ca={self.file}",
                          "--paceline_requests=3", "--paceline_rpm=0")
        self.assertEqual(result["benchmarks"][0]["errors"], 0)
        self.assertEqual(result["context"]["http"], "HTTP/1.1")
        self.assertNotEqual(result["context"]["tls"], "none")

    def test_without_it_nothing_is_sent(self):
        with Api(body=Key.RESPONSE, certificate=self.file) as api:
            done = run(f"--paceline_url={api.url}", env={"OPENAI_API_KEY": "sk-hidden"})
            self.assertEqual(done.returncode, 1)
            self.assertIn("certificate", done.stderr)
            self.assertEqual(api.seen, [])

    def test_a_file_that_is_not_there_is_said(self):
        done = run("--paceline_ca=/no/such.pem")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/no/such.pem", done.stderr)


if __name__ == "__main__":
    unittest.main()
