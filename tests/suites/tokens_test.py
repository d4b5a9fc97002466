"""Runs the built `paceline` on language models: streams, lengths, prompts, files and the log.

Needs PACELINE, the path of the program.
"""

import json
import sqlite3
import tempfile
import unittest
from pathlib import Path

from program import Api, rows, run

WORKLOADS = ["chat/complete", "chat/stream", "responses/complete", "responses/stream",
            "embeddings/create"]
# Tokens that come one by one, so that there is time between them.
FEW = ["--paceline_requests=40", "--paceline_rpm=12000", "--paceline_parallel=40",
       "--paceline_endpoint_latency=10ms", "--paceline_endpoint_token_time=4ms",
       "--paceline_endpoint_response_tokens=6"]
AT_ONCE = ["--paceline_requests=40", "--paceline_rpm=0", "--paceline_parallel=10",
           "--paceline_endpoint_latency=0"]


def workload_of(row):
    return row["name"].split("/rpm:")[0]


def line(custom_id, url="/v1/chat/completions", **body):
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], **body}
    return json.dumps({"custom_id": custom_id, "method": "POST", "url": url, "body": body}) + "\n"


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, text, name="requests.jsonl"):
        path = self.folder / name
        path.write_text(text)
        return path


class Streams(Folder):
    TIMES = ["ttft_p50", "ttft_p90", "ttft_p99", "itl_p50", "itl_p90", "itl_p99", "tpot_p50",
             "tpot_p99", "tokens_out_per_user"]

    def test_every_workload_has_its_counters(self):
        result = rows(*FEW, "--paceline_workload=" + ",".join(WORKLOADS))
        self.assertEqual([workload_of(row) for row in result["benchmarks"]], WORKLOADS)
        for row in result["benchmarks"]:
            workload = workload_of(row)
            self.assertEqual(row["errors"], 0)
            self.assertGreater(row["tokens_in"], 0)
            self.assertEqual(row["tokens_per_request"], 0 if workload == WORKLOADS[4] else 6)
            for name in self.TIMES:
                self.assertEqual(name in row, workload.endswith("/stream"), (workload, name))
            self.assertEqual(row["peak_tokens_out"] > 0, row["tokens_out"] > 0)
            self.assertTrue(1 <= row["peak_rps"] <= 40, row["peak_rps"])
            self.assertNotIn("length_mismatch", row)
            self.assertRegex(row["label"], "^(paced|client-bound)$")  # the latter on a busy machine
        self.assertEqual(result["context"]["model"], "gpt-4o-mini, text-embedding-3-small")

    def test_times_are_those_of_the_endpoint(self):
        (row,) = rows(*FEW, "--paceline_workload=chat/stream")["benchmarks"]
        self.assertGreaterEqual(row["ttft_p50"], 0.010)
        self.assertGreater(row["tpot_p50"], 0.002)
        self.assertGreaterEqual(row["itl_p99"], row["itl_p50"])
        # Five gaps after the first token. A histogram keeps three digits.
        self.assertGreaterEqual(row["p50"], 0.030)
        self.assertLess(row["ttft_p50"], row["p50"])
        self.assertLessEqual(5 * row["tpot_p50"], 1.002 * row["p50"])
        self.assertGreater(row["tokens_out"], 0)

    def test_the_endpoint_has_time_between_tokens_unless_told_otherwise(self):
        few = ["--paceline_requests=20", "--paceline_rpm=6000", "--paceline_parallel=20",
               "--paceline_endpoint_latency=1ms", "--paceline_workload=chat/stream"]
        (row,) = rows(*few)["benchmarks"]
        self.assertGreater(row["itl_p50"], 0)
        # Fifteen gaps of 5 ms after the first token: no client sees the last token earlier.
        self.assertGreaterEqual(row["p50"], 0.076)
        (row,) = rows(*few, "--paceline_endpoint_token_time=0")["benchmarks"]
        self.assertEqual(row["itl_p50"], 0)

    def test_times_become_rows(self):
        out = self.folder / "out.json"
        done = run(*FEW, "--paceline_workload=chat/stream", "--paceline_console=table",
                   f"--benchmark_out={out}")
        self.assertEqual(done.returncode, 0, done.stderr)
        mean, *others = json.loads(out.read_text())["benchmarks"]
        found = {row["name"][len(mean["name"]) + 1:]: row for row in others}
        for name in ("ttft_p50", "ttft_p99", "itl_p50", "itl_p99", "tpot_p50", "tpot_p99"):
            self.assertAlmostEqual(found[name]["real_time"], 1e6 * mean[name], places=3)
        # These rows are for the file only.
        self.assertIn("\nchat/stream/", done.stdout)
        self.assertNotIn("/ttft_p50", done.stdout)

    def test_means_and_deviations_are_in_the_file_and_where_they_are_rows(self):
        out = self.folder / "out.json"
        done = run(*FEW, "--paceline_workload=chat/stream", "--paceline_rows=p50,ttft_mean",
                   "--paceline_console=table", f"--benchmark_out={out}")
        self.assertEqual(done.returncode, 0, done.stderr)
        mean, p50, ttft = json.loads(out.read_text())["benchmarks"]
        for name in ("mean", "stddev", "ttft_mean", "ttft_stddev", "itl_mean", "itl_stddev",
                     "tpot_mean", "tpot_stddev"):
            self.assertIn(name, mean)
            self.assertEqual(f" {name} " in done.stdout, name == "ttft_mean", name)
        self.assertAlmostEqual(mean["real_time"], 1e6 * mean["mean"], places=3)
        self.assertAlmostEqual(ttft["real_time"], 1e6 * mean["ttft_mean"], places=3)
        self.assertTrue(ttft["name"].endswith("/ttft_mean"), ttft["name"])
        # Google Benchmark's own formats have all of them.
        done = run(*FEW, "--benchmark_format=json")
        self.assertIn('"stddev": ', done.stdout)

    def test_an_unknown_workload_is_refused(self):
        done = run("--paceline_workload=chat/streams")
        self.assertEqual(done.returncode, 1)
        self.assertIn("'chat/streams'", done.stderr)
        self.assertIn("chat/stream,", done.stderr)

    def events(self, *events):
        return "".join(f"data: {event}\n\n" for event in events).encode()

    def stream_from(self, *events, env=None):
        with Api(body=self.events(*events)) as api:
            out = self.folder / "out.json"
            done = run(f"--paceline_url={api.url}", "--paceline_workload=chat/stream",
                       "--paceline_requests=3", "--paceline_rpm=0", "--paceline_rows=",
                       f"--benchmark_out={out}", env=env)
            return done, out

    def test_without_usage_events_are_counted_and_that_is_said(self):
        text = '{"choices":[{"delta":{"content":"x"}}]}'
        done, out = self.stream_from(text, text, "[DONE]")
        self.assertEqual(done.returncode, 0, done.stderr)
        (row,) = json.loads(out.read_text())["benchmarks"]
        self.assertEqual(row["tokens_per_request"], 2)
        self.assertNotIn("tokens_in", row)
        self.assertIn("counted", row["label"])

    def test_an_error_in_the_stream_is_told_without_the_key(self):
        done, _ = self.stream_from('{"error":{"message":"out of memory"}}')
        self.assertEqual(done.returncode, 1)
        self.assertIn("out of memory", done.stderr)
        done, _ = self.stream_from('{"error":{"message":"no credit: sk-hidden"}}',
                                   env={"OPENAI_API_KEY": "sk-hidden"})
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("hidden", done.stderr + done.stdout)

    def test_an_api_that_does_not_stream_is_told_so(self):
        with Api(body=b'{"choices":[{"message":{"content":"x"}}]}') as api:
            done = run(f"--paceline_url={api.url}", "--paceline_workload=chat/stream")
            self.assertEqual(done.returncode, 1)
            self.assertIn("stream", done.stderr)


class Lengths(unittest.TestCase):
    def test_a_warning_when_they_are_not_held(self):
        done = run(*AT_ONCE, "--paceline_max_tokens=32")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("100% of the responses", done.stderr)
        self.assertIn("--paceline_ignore_eos", done.stderr)
        (row,) = rows(*AT_ONCE, "--paceline_max_tokens=32")["benchmarks"]
        self.assertEqual(row["length_mismatch"], 1)

    def test_none_when_they_are(self):
        for held in ("--paceline_ignore_eos", "--paceline_min_tokens=32"):
            done = run(*AT_ONCE, "--paceline_max_tokens=32", held)
            self.assertEqual((done.returncode, done.stderr.count("length")), (0, 0), done.stderr)
            (row,) = rows(*AT_ONCE, "--paceline_max_tokens=32", held)["benchmarks"]
            self.assertEqual((row["length_mismatch"], row["tokens_per_request"]), (0, 32))

    def test_flags_that_do_not_go_together(self):
        done = run("--paceline_ignore_eos")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--paceline_max_tokens", done.stderr)


class Prompts(unittest.TestCase):
    def test_synthetic_has_both_lengths(self):
        with Api(body=b'{"choices":[{}]}') as api:
            for _ in range(2):
                done = run(f"--paceline_url={api.url}", "--paceline_synthetic=200:30",
                           "--paceline_requests=3", "--paceline_rpm=0")
                self.assertEqual(done.returncode, 0, done.stderr)
            bodies = [json.loads(body) for _, body in api.seen]
        for body in bodies:
            (message,) = body["messages"]
            self.assertEqual(len(message["content"].split(" ")), 200)
            self.assertEqual(body["max_completion_tokens"], 30)
        # No two are the same, over both runs and the trials before them.
        self.assertEqual(len({body["messages"][0]["content"] for body in bodies}), 8)

    def test_no_run_finds_another_ones_prompts_in_a_cache(self):
        result = rows(*AT_ONCE, "--paceline_synthetic=300:2", "--benchmark_repetitions=2")
        runs = [row for row in result["benchmarks"] if row["run_type"] == "iteration"]
        self.assertEqual([row["cached_tokens"] for row in runs], [0, 0])
        result = rows(*AT_ONCE, "--benchmark_repetitions=2")
        runs = [row for row in result["benchmarks"] if row["run_type"] == "iteration"]
        self.assertEqual([row["cached_tokens"] for row in runs], [0, 0])

    def test_a_shared_prefix_is_found_there(self):
        (row,) = rows(*AT_ONCE, "--paceline_shared_prefix=640",
                      "--paceline_endpoint_response_tokens=2")["benchmarks"]
        self.assertGreater(row["cached_tokens"], 500)


class Replay(Folder):
    def test_sends_the_files_requests_over_and_over(self):
        path = self.write(line("a", messages=[{"role": "user", "content": "uno"}]) +
                          line("b", url="/v1/responses", input="dos") +
                          line("c", url="/v1/embeddings", input="tres"))
        result = rows(f"--paceline_batch={path}", "--paceline_rpm=0", "--paceline_parallel=2")
        (row,) = result["benchmarks"]
        self.assertEqual((workload_of(row), row["iterations"], row["errors"]), ("batch/replay", 3, 0))
        (row,) = rows(f"--paceline_batch={path}", "--paceline_rpm=0", "--paceline_parallel=2",
                      "--paceline_requests=8")["benchmarks"]
        self.assertEqual((row["iterations"], row["errors"]), (8, 0))

    def test_bodies_go_as_they_stand(self):
        body = '{ "model" : "m",  "messages":[ ], "x": "\\u00e9" }'
        path = self.write('{"custom_id":"a","method":"POST","url":"/v1/chat/completions",'
                          f'"body": {body} }}\n')
        with Api(body=b'{"choices":[{}]}') as api:
            rows(f"--paceline_url={api.url}", f"--paceline_batch={path}", "--paceline_rpm=0")
            self.assertEqual({sent.decode() for _, sent in api.seen}, {body})

    def test_a_bad_line_is_told_before_anything_is_sent(self):
        cases = {"{half": "not JSON", '{"custom_id":"b"}': "method",
                 line("a").strip(): "custom_id", line("b").replace("POST", "GET").strip(): "GET"}
        for bad, reason in cases.items():
            path = self.write(line("a") + "\n" + bad + "\n" + line("c"))
            with Api(body=b'{"choices":[{}]}') as api:
                done = run(f"--paceline_url={api.url}", f"--paceline_batch={path}")
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"{path}:3: ", done.stderr)
                self.assertIn(reason, done.stderr)
                self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
                self.assertEqual(api.seen, [])

    def test_a_file_without_a_request(self):
        for path in (self.write("\n"), self.folder / "none.jsonl", self.folder):
            done = run(f"--paceline_batch={path}")
            self.assertEqual(done.returncode, 1)
            self.assertIn(str(path), done.stderr)


class Log(Folder):
    def query(self, sql):
        database = sqlite3.connect(self.folder / "log.sqlite")
        self.addCleanup(database.close)
        return database.execute(sql).fetchall()

    def log_flag(self):
        return f"--paceline_log={self.folder / 'log.sqlite'}"

    def test_keeps_a_row_of_each_request_of_a_file(self):
        path = self.write(line("a") +
                          line("b", stream=True, stream_options={"include_usage": True}) +
                          line("c", url="/v1/embeddings", input="x"))
        rows(f"--paceline_batch={path}", self.log_flag(), "--paceline_log_responses",
             "--paceline_rpm=0", "--paceline_parallel=2", "--paceline_warmup=2",
             "--paceline_endpoint_response_tokens=4")
        self.assertEqual(self.query("SELECT name, requests, warmup FROM runs"),
                         [("batch/replay", 3, 2)])
        found = self.query("SELECT item, custom_id, status, tokens_out, first_token_ns IS NOT NULL,"
                           " error FROM requests ORDER BY item")
        self.assertEqual(found, [(0, "a", 200, 4, 0, None), (1, "b", 200, 4, 1, None),
                                 (2, "c", 200, 0, 0, None)])
        responses = [json.loads(response) for (response,) in
                   self.query("SELECT response FROM requests ORDER BY item")]
        # A stream is kept as the API would have answered at once.
        for response in responses[:2]:
            self.assertEqual(response["object"], "chat.completion")
            self.assertEqual(response["choices"][0]["message"]["content"], "one line keeps its")
            self.assertEqual(response["usage"]["completion_tokens"], 4)
        self.assertIn("embedding", responses[2]["data"][0])
        for due, sent, first_byte, done in self.query(
                "SELECT due_ns, sent_ns, first_byte_ns, done_ns FROM requests"):
            self.assertLessEqual(due, sent)
            self.assertLess(sent, first_byte)
            self.assertLessEqual(first_byte, done)

    def test_keeps_each_run_and_no_texts_unless_asked(self):
        rows(*AT_ONCE, self.log_flag(), "--paceline_workload=chat/complete,chat/stream")
        self.assertEqual(self.query("SELECT name, model FROM runs ORDER BY run"),
                         [("chat/complete", "gpt-4o-mini"), ("chat/stream", "gpt-4o-mini")])
        self.assertEqual(self.query("SELECT run, count(*), count(response), count(first_token_ns)"
                                    " FROM requests GROUP BY run"),
                         [(1, 40, 0, 0), (2, 40, 0, 40)])

    def test_responses_need_a_log(self):
        done = run("--paceline_log_responses")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--paceline_log", done.stderr)

    def test_a_log_that_takes_no_run_ends_the_program_with_a_sentence(self):
        rows(*AT_ONCE, self.log_flag())
        self.query("DROP VIEW latencies")
        self.query("DROP TABLE runs")
        for threads in ([], ["--benchmark_repetitions=2"]):
            done = run(*AT_ONCE, self.log_flag(), *threads)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("log.sqlite", done.stderr)


if __name__ == "__main__":
    unittest.main()
