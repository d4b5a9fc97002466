"""Several URLs that take turns, and several models with their shares.

Needs PACELINE, PACELINE_ENDPOINT and PACELINE_LOG, the paths of the programs.
"""

import json
import sqlite3
import tempfile
import unittest
from collections import Counter
from pathlib import Path

from program import Api, rows, run

RESPONSE = b'{"choices":[{"message":{"content":"x"}}]}'
QUICK = ("--paceline_rpm=0", "--paceline_parallel=4", "--paceline_requests=40")


def models_of(api, first=0):
    return Counter(json.loads(body)["model"] for _, body in api.seen[first:])


class Urls(unittest.TestCase):
    def test_take_turns(self):
        with Api(body=RESPONSE) as one, Api(body=RESPONSE) as two, Api(body=RESPONSE) as three:
            urls = [one.url, two.url, three.url]
            result = rows(*(f"--paceline_url={url}" for url in urls), *QUICK)
            # One of each is the trial request.
            self.assertEqual([len(api.seen) for api in (one, two, three)], [15, 14, 14])
            self.assertEqual(sorted(result["context"]["host"].split(", ")),
                             sorted(url.split("/")[2] for url in urls))

    def test_each_is_tried_first(self):
        with Api(body=RESPONSE) as good, Api(status=401, body=b"{}") as bad:
            done = run(f"--paceline_url={good.url}", f"--paceline_url={bad.url}", *QUICK)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"a first request to {bad.url.split('/')[2]} failed", done.stderr)
            self.assertEqual((len(good.seen), len(bad.seen)), (1, 1))

    def test_the_log_has_the_url_of_each_request(self):
        with (Api(body=RESPONSE) as one, Api(body=RESPONSE) as two,
              tempfile.TemporaryDirectory() as folder):
            file = Path(folder) / "log.sqlite"
            flags = (f"--paceline_url={one.url.replace('//', '//longuser:longpassword@')}",
                     f"--paceline_url={two.url}?key=hidden", "--paceline_model=a:3,b",
                     "--paceline_rpm=0")
            done = run(*flags, "--paceline_requests=40", f"--paceline_log={file}")
            self.assertEqual(done.returncode, 0, done.stderr)
            with sqlite3.connect(file) as log:
                found = Counter(log.execute("SELECT url, model FROM latencies"))
                runs = log.execute("SELECT host, model FROM runs").fetchall()
            log.close()
            urls = {url for url, _ in found}
            self.assertEqual(len(found), 4)
            self.assertIn(f"{one.url}/chat/completions", urls)
            self.assertNotIn("long", "".join(urls))
            self.assertNotIn("hidden", "".join(urls))
            self.assertEqual(Counter(url for url, _ in found.elements()).most_common(1)[0][1], 20)
            hosts = ", ".join(url.split("/")[2] for url in (one.url, two.url))
            self.assertEqual(runs, [(hosts, "a:0.75,b:0.25")])
            done = run(*flags, "--paceline_requests=50", f"--paceline_resume={file}")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("10 of 50 requests are left", done.stderr)
            done = run(*reversed(flags), "--paceline_requests=50", f"--paceline_resume={file}")
            self.assertEqual(done.returncode, 1)
            self.assertIn("made different requests: the URL was", done.stderr)

    def test_no_user_of_any_is_shown(self):
        with Api(status=500, body=b"longpassword") as api:
            url = api.url.replace("//", "//longuser:longpassword@")
            done = run("--paceline_url=http://127.0.0.1:1/v1", f"--paceline_url={url}")
            self.assertEqual(done.returncode, 1)
            self.assertNotIn("long", done.stderr)


class Models(unittest.TestCase):
    def test_have_their_shares(self):
        with Api(body=RESPONSE) as api:
            context = rows(f"--paceline_url={api.url}", "--paceline_model=llama3:8b:0.7,b:0.3",
                           *QUICK)["context"]
            found = models_of(api, first=2)
            self.assertEqual(set(found), {"llama3:8b", "b"})
            self.assertEqual(sum(found.values()), 40)
            self.assertAlmostEqual(found["b"], 12, delta=1)
            self.assertEqual(context["model"], "llama3:8b:0.7,b:0.3")

    def test_each_is_adapted_by_itself(self):
        error = {"error": {"message": "Unknown parameter: 'max_completion_tokens'."}}
        with Api(body=RESPONSE) as new, Api(status=400, body=json.dumps(error).encode()) as old:
            done = run(f"--paceline_url={new.url}", f"--paceline_url={old.url}",
                       "--paceline_max_tokens=9")
            self.assertEqual(done.returncode, 1)
            self.assertEqual([set(json.loads(body)) & {"max_tokens", "max_completion_tokens"}
                              for api in (new, old) for _, body in api.seen],
                             [{"max_completion_tokens"}, {"max_completion_tokens"}, {"max_tokens"}])

    def test_streams_of_threads_and_of_several_models(self):
        result = rows("--paceline_workload=chat/stream", "--paceline_model=a,b,c",
                      "--paceline_endpoint_latency=1ms", "--paceline_endpoint_token_time=1ms",
                      "--paceline_threads=2", "--paceline_by=model", *QUICK)
        (row,) = result["benchmarks"]
        self.assertEqual((row["errors"], row["threads"]), (0, 2))
        self.assertIn("ttft_p50", row)
        self.assertEqual(sum(row[f"requests@model={model}"] for model in "abc"), 40)


class Counters(unittest.TestCase):
    def test_of_each_model_url_and_status(self):
        with Api(body=RESPONSE) as one, Api(body=RESPONSE) as other:
            (row,) = rows(f"--paceline_url={one.url}", f"--paceline_url={other.url}",
                          "--paceline_model=a,b", "--paceline_by=model,url,status",
                          *QUICK)["benchmarks"]
            hosts = [url.split("/")[2] for url in (one.url, other.url)]
        self.assertEqual([row[f"requests@url={host}"] for host in hosts], [20, 20])
        self.assertEqual(row["requests@model=a"] + row["requests@model=b"], 40)
        self.assertEqual(row["error_ratio@model=a"], 0)
        self.assertGreater(row["p99@model=b"], 0)
        self.assertEqual(row["status_200"], 40)

    def test_csv_has_them_too(self):
        done = run("--paceline_model=a,b", "--paceline_by=model,status", "--benchmark_format=csv",
                   "--paceline_endpoint_latency=1ms", *QUICK)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"p99@model=b"', done.stdout)
        self.assertIn('"status_200"', done.stdout)

    def test_each_status_is_counted(self):
        (row,) = rows("--paceline_by=status", "--paceline_endpoint_fault=http_500:0.5",
                      "--paceline_endpoint_latency=1ms", "--paceline_max_error_ratio=1",
                      "--paceline_seed=3", *QUICK)["benchmarks"]
        self.assertEqual(row["status_200"] + row["status_500"], 40)
        self.assertEqual(row["status_500"], row["errors"])


if __name__ == "__main__":
    unittest.main()
