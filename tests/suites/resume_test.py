"""Resumes logs with `paceline`: only what asks for the same is the same job.

Needs PACELINE and PACELINE_LOG, the paths of the programs.
"""

import collections
import contextlib
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from older_log import TO_THE_THIRD_SCHEMA
from program import Api, run

RESPONSE = b'{"choices":[{"message":{"content":"x"}}],"data":[]}'
FAST = ["--paceline_rpm=0", "--paceline_parallel=5", "--paceline_requests=10"]


class PartialApi(ThreadingHTTPServer):
    """Answers the requests of some lines of the batch, and the others with 500. Counts the good
    responses to each line, without those to the trial request of each program.
    """

    daemon_threads = True

    def __init__(self):
        self.lock = threading.Lock()
        self.answered = collections.Counter()
        self.asked = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                is_good = api.take(int(body["messages"][0]["content"]))
                self.send_response(200 if is_good else 500)
                self.send_header("Content-Length", str(len(RESPONSE)))
                self.end_headers()
                self.wfile.write(RESPONSE)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        # shutdown() waits for as long as serve_forever() polls.
        threading.Thread(target=self.serve_forever, args=[0.02], daemon=True).start()

    def begin(self, good):
        """Lets another program connect, which gets good responses for the lines in `good` only."""
        self.good, self.asked, self.is_trial = good, [], True

    def take(self, line):
        with self.lock:
            if self.is_trial:
                self.is_trial = False
                return True
            self.asked.append(line)
            self.answered[line] += line in self.good
            return line in self.good

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Resume(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.log = self.folder / "log.sqlite"
        self.batch = self.folder / "batch.jsonl"
        self.write_batch()

    def write_batch(self, lines=10, **changed):
        """`changed` gives line N another text as lineN="text"."""
        self.batch.write_text("".join(json.dumps(
            {"custom_id": f"c-{i}", "method": "POST", "url": "/v1/chat/completions",
             "body": {"model": "m", "messages": [{"role": "user",
                                                  "content": changed.get(f"line{i}", "?")}]}})
            + "\n" for i in range(1, lines + 1)))

    def begin(self, *flags):
        done = run(*FAST, *flags, f"--paceline_log={self.log}")
        self.assertEqual(done.returncode, 0, done.stderr)
        with contextlib.closing(sqlite3.connect(self.log)) as log, log:
            log.execute("UPDATE requests SET error = 'lost' WHERE item < 4")

    def resume(self, *flags):
        return run(*FAST, *flags, f"--paceline_resume={self.log}")

    def assert_resumed(self, *flags):
        done = self.resume(*flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("4 of 10 requests are left", done.stderr)

    def assert_refused(self, *flags, says, api):
        sent = len(api.seen)
        done = self.resume(*flags)
        self.assertEqual(done.returncode, 1)
        for words in (says, str(self.log), "run 1", "begin a new log with --paceline_log"):
            self.assertIn(words, done.stderr)
        self.assertEqual(len(api.seen), sent)

    def test_the_embedded_endpoint_at_another_port(self):
        self.begin()
        self.assert_resumed()
        with contextlib.closing(sqlite3.connect(self.log)) as log:
            self.assertEqual(log.execute("SELECT DISTINCT host, url FROM runs").fetchall(),
                             [("embedded endpoint", "embedded endpoint/chat/completions")])

    def test_each_run_has_an_identity(self):
        self.begin()
        self.assert_resumed()
        with contextlib.closing(sqlite3.connect(self.log)) as log:
            self.assertEqual(log.execute("SELECT count(*), count(DISTINCT identity), sum(rank), sum(ranks) "
                                         "FROM runs").fetchone(), (2, 2, 0, 2))

    def test_a_log_of_the_third_schema(self):
        self.begin()
        with contextlib.closing(sqlite3.connect(self.log)) as log:
            log.executescript(TO_THE_THIRD_SCHEMA)
        self.assert_resumed()
        with contextlib.closing(sqlite3.connect(self.log)) as log:
            self.assertEqual(log.execute("SELECT count(DISTINCT item) FROM requests "
                                         "WHERE error IS NULL").fetchone(), (10,))

    def test_a_batch_file_of_another_name(self):
        with Api(body=RESPONSE) as api:
            flags = [f"--paceline_url={api.url}"]
            self.begin(*flags, f"--paceline_batch={self.batch}")
            other = self.batch.rename(self.folder / "other.jsonl")
            self.assert_resumed(*flags, f"--paceline_batch={other}")

    def test_a_batch_file_with_other_lines(self):
        with Api(body=RESPONSE) as api:
            flags = [f"--paceline_url={api.url}", f"--paceline_batch={self.batch}"]
            self.begin(*flags)
            self.write_batch(line3="other", line5="other")
            self.assert_refused(*flags, says="request 3 of the file differs", api=api)
            self.write_batch(lines=12)
            self.assert_refused(*flags, says="the file had 10 lines and has 12", api=api)
            self.write_batch()
            self.assert_resumed(*flags)

    def test_another_host(self):
        with Api(body=RESPONSE) as one, Api(body=RESPONSE) as other:
            for what in ([f"--paceline_batch={self.batch}"], []):
                with self.subTest(what):
                    self.log.unlink(missing_ok=True)
                    self.begin(f"--paceline_url={one.url}", *what)
                    self.assert_refused(f"--paceline_url={other.url}", *what,
                                        says=f"the URL was {one.url}", api=other)

    def test_another_model_and_prompt_are_named_one_by_one(self):
        with Api(body=RESPONSE) as api:
            url = f"--paceline_url={api.url}"
            self.begin(url, "--paceline_model=a", "--paceline_max_tokens=5")
            self.assert_refused(url, "--paceline_model=b", "--paceline_max_tokens=6", api=api,
                                says="the model was 'a' and is 'b'; max_completion_tokens was 5 and is 6; ")
            self.assert_refused(url, "--paceline_model=a", "--paceline_max_tokens=5",
                                "--paceline_prompt=other", says="messages differs", api=api)

    def test_another_url_and_body_of_plain_http(self):
        body = self.folder / "body"
        body.write_text("one")
        with Api() as api:
            flags = [f"--paceline_http_url={api.url}/a", f"--paceline_http_body={body}"]
            self.begin(*flags)
            self.assert_refused(f"--paceline_http_url={api.url}/b", flags[1], api=api,
                                says=f"the URL was {api.url}/a and is {api.url}/b")
            self.assert_refused(f"--paceline_http_url={api.url}/a?x=1", flags[1], api=api,
                                says="the query of the URL differs")
            body.write_text("two")
            self.assert_refused(*flags, says="body differs", api=api)

    def test_a_job_in_two_logs_sends_each_item_until_it_is_answered_once(self):
        other = self.folder / "other.sqlite"
        self.write_batch(**{f"line{line}": str(line) for line in range(1, 11)})
        with PartialApi() as api:
            def send(good, logs):
                api.begin(good)
                done = run(*FAST[:2], f"--paceline_url=http://127.0.0.1:{api.server_port}/v1",
                           f"--paceline_batch={self.batch}", "--paceline_max_error_ratio=1", logs,
                           "--paceline_log_responses")
                self.assertEqual(done.returncode, 0, done.stderr)
                return done.stderr
            send({1, 4}, f"--paceline_log={self.log}")
            shutil.copy(self.log, other)
            send({2, 7}, f"--paceline_resume={self.log}")
            send({3, 8}, f"--paceline_resume={other}")
            before = other.read_bytes()
            said = send({5, 6}, f"--paceline_resume={self.log},{other}")
            self.assertIn("4 of 10 requests are left", said)
            self.assertEqual(sorted(api.asked), [5, 6, 9, 10])
            said = send({9, 10}, f"--paceline_resume={self.log},{other}")
            self.assertEqual(sorted(api.asked), [9, 10])
            said = send(set(), f"--paceline_resume={other},{self.log}")
            self.assertIn("0 of 10 requests are left", said)
            self.assertEqual(api.answered, dict.fromkeys(range(1, 11), 1))
        self.assertEqual(other.read_bytes(), before)
        done = subprocess.run([os.environ["PACELINE_LOG"], self.log, other], capture_output=True,
                              text=True, timeout=60)
        self.assertIn("10 lines: 10 good responses, 0 failed", done.stderr)
        self.assertEqual([json.loads(line)["custom_id"] for line in done.stdout.splitlines()],
                         [f"c-{line}" for line in range(1, 11)])

    def test_the_log_at_fault_is_named(self):
        self.begin()
        other = self.folder / "other.sqlite"

        def says(*flags):
            done = run(*FAST, f"--paceline_resume={self.log},{other}", *flags)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(str(other), done.stderr)
            self.assertNotIn(str(self.log), done.stderr)
            return done.stderr
        self.assertIn("does not exist", says())
        other.write_text("text of no database")
        self.assertIn("not a database", says())
        other.unlink()
        self.assertEqual(run(*FAST, "--paceline_prompt=other", f"--paceline_log={other}").returncode, 0)
        self.assertIn("messages differs", says())
        with contextlib.closing(sqlite3.connect(other)) as log, log:
            log.executescript("DELETE FROM requests; DELETE FROM runs")
        self.assertIn("has no run to resume", says())
        for logs in ("", ",", f"{self.log},,{self.log}"):
            self.assertIn("does not exist", run(*FAST, f"--paceline_resume={logs}").stderr)

    def test_another_rate_is_the_same_job(self):
        self.begin()
        self.assert_resumed("--paceline_rpm=60000", "--paceline_parallel=2")

    def test_the_log_is_for_its_user_alone(self):
        self.begin("--paceline_log_responses")
        self.assertEqual(stat.S_IMODE(self.log.stat().st_mode), 0o600)


if __name__ == "__main__":
    unittest.main()
