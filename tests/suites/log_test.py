"""Writes logs and has `paceline_log` turn them into OpenAI's batch output, as a person would.

Needs PACELINE_LOG, the path of the program, and WRITE_LOG, which makes logs to read.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path

from older_log import TO_THE_THIRD_SCHEMA

PACELINE_LOG = os.environ["PACELINE_LOG"]
WRITE_LOG = os.environ["WRITE_LOG"]
CHAT = {"run": "chat/complete", "workload": "f1", "model": "m"}


def run(*arguments, **others):
    return subprocess.run([PACELINE_LOG, *map(str, arguments)], text=True, timeout=60,
                          **({"capture_output": True} | others))


class Log(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "log.sqlite"

    def write(self, *rows, file=None):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        subprocess.run([WRITE_LOG, str(file or self.file)], input=text, text=True, check=True, timeout=60)

    def lines(self, *arguments, files=()):
        done = run(*files or [self.file], *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.split("\n")[:-1]]


class BatchOutput(Log):
    def test_a_good_response(self):
        response = {"id": "chatcmpl-1", "choices": [{"message": {"content": "Zeile\n\"ü\" 🙂"}}]}
        self.write(CHAT, {"item": 5, "custom_id": "task-\"5\"", "status": 200,
                          "response": json.dumps(response)})
        self.assertEqual(self.lines(), [{
            "id": "batch_req_1_5", "custom_id": "task-\"5\"",
            "response": {"status_code": 200, "request_id": "req_1_5", "body": response},
            "error": None}])

    def test_the_body_keeps_the_servers_words_on_one_line(self):
        self.write(CHAT, {"item": 0, "status": 200,
                          "response": '{\r\n  "b": 1.50,\n  "a": "x  y"\n}\n'})
        self.assertIn('"body":{"b":1.50,"a":"x  y"}}', run(self.file).stdout)

    def test_other_responses_become_strings(self):
        responses = ["plain\ttext\x00\u2028", '{"cut": ', "{} {}", "[1]", '"quoted"']
        self.write(CHAT, *({"item": item, "status": 200, "response": response}
                           for item, response in enumerate(responses)))
        self.assertEqual([line["response"]["body"] for line in self.lines()],
                         [*responses[:3], [1], "quoted"])

    def test_failures(self):
        self.write(CHAT,
                   {"item": 0, "error": "It timed out."},
                   {"item": 1, "status": 429, "error": "Too many.", "response": '{"error":{}}'},
                   {"item": 2, "status": 200, "error": "The response is not JSON.", "response": "<p>"},
                   {"item": 3, "status": 500, "error": "HTTP 500"})
        lines = self.lines()
        self.assertEqual([line["error"]["code"] for line in lines],
                         ["no_response", "http_429", "bad_response", "http_500"])
        self.assertEqual(lines[0]["error"]["message"], "It timed out.")
        self.assertIsNone(lines[0]["response"])
        self.assertEqual([line["response"]["status_code"] for line in lines[1:]], [429, 200, 500])
        self.assertEqual([line["response"]["body"] for line in lines[1:]],
                         [{"error": {}}, "<p>", None])

    def test_in_the_order_of_items_with_names_for_the_nameless(self):
        self.write(CHAT, *({"item": item, "status": 200, "response": "{}"} for item in (2, 10, 0, 1)))
        self.assertEqual([line["custom_id"] for line in self.lines()],
                         ["request-0", "request-1", "request-2", "request-10"])

    def test_responses_that_were_not_kept(self):
        self.write(CHAT, {"item": 0, "status": 200}, {"item": 1, "status": 200, "response": "{}"},
                   {"item": 2, "status": 500, "error": "HTTP 500"})
        self.assertIsNone(self.lines()[0]["response"]["body"])
        said = run(self.file).stderr
        self.assertIn("3 lines: 2 good responses, 1 failed", said)
        self.assertIn("1 good responses have", said)
        self.assertIn("--paceline_log_responses", said)

    def test_many(self):
        self.write(CHAT, *({"item": item, "status": 200, "response": json.dumps({"item": item})}
                           for item in range(20_000)))
        bodies = [line["response"]["body"]["item"] for line in self.lines()]
        self.assertEqual(bodies, list(range(20_000)))


class Runs(Log):
    def setUp(self):
        super().setUp()
        self.write(CHAT, {"item": 0, "status": 200, "response": '"first"'},
                   {"item": 1, "error": "It timed out."}, {"item": 2, "error": "It timed out."})

    def bodies(self, *arguments):
        return [line["response"] and line["response"]["body"] for line in self.lines(*arguments)]

    def test_a_resumed_run_comes_with_what_it_resumed(self):
        self.write(CHAT | {"resumed": 1}, {"item": 1, "status": 200, "response": '"second"'},
                   {"item": 2, "status": 500, "error": "HTTP 500"})
        self.assertEqual(self.bodies(), ["first", "second", None])
        self.assertEqual(self.lines()[2]["error"]["code"], "http_500")
        self.assertEqual(self.bodies("--run", 1), ["first", None, None])

    def test_of_several_one_is_chosen(self):
        self.write(CHAT, {"item": 0, "status": 200, "response": '"again"'})
        done = run(self.file)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")
        self.assertIn("--run", done.stderr)
        self.assertEqual(len([line for line in done.stderr.splitlines()
                              if "chat/complete" in line]), 2)
        self.assertEqual(self.bodies("--run", 1), ["first", None, None])
        self.assertEqual(self.bodies("--run=2"), ["again"])

    def test_a_run_that_is_not_there(self):
        done = run(self.file, "--run", 7)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no run 7", done.stderr)
        self.assertIn("chat/complete", done.stderr)

    def test_a_log_of_the_third_schema(self):
        with contextlib.closing(sqlite3.connect(self.file)) as log:
            log.executescript(TO_THE_THIRD_SCHEMA)
        self.assertEqual(self.bodies(), ["first", None, None])

    def test_python_reads_the_file(self):
        with sqlite3.connect(self.file) as log:
            self.assertEqual(log.execute("SELECT count(*) FROM requests WHERE error IS NULL")
                             .fetchone(), (1,))
        log.close()


class SeveralLogs(Log):
    def setUp(self):
        super().setUp()
        self.other = self.folder / "other.sqlite"

    def bodies(self, *files):
        return {line["custom_id"]: line["response"] and line["response"]["body"]
                for line in self.lines(files=files)}

    def write_ranks(self):
        for rank, file in enumerate((self.file, self.other)):
            self.write(CHAT | {"identity": 7, "rank": rank, "ranks": 2},
                       *({"item": item, "status": 200, "response": f'"{rank}"'}
                         for item in range(rank, 6, 2)), file=file)

    def test_the_ranks_of_a_run(self):
        self.write_ranks()
        lines = self.lines(files=[self.other, self.file])
        self.assertEqual([line["id"] for line in lines], [f"batch_req_1_{item}" for item in range(6)])
        self.assertEqual([line["response"]["body"] for line in lines], ["0", "1"] * 3)
        self.assertNotIn("ranks", run(self.file, self.other).stderr)

    def test_a_rank_that_is_missing(self):
        self.write_ranks()
        done = run(self.other)
        self.assertEqual(done.returncode, 0)
        self.assertIn("run 1 has the rows of 1 of its 2 ranks", done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 3)

    def test_a_job_that_was_continued_in_another_log(self):
        self.write(CHAT | {"identity": 7}, {"item": 0, "status": 200, "response": '"first"'},
                   {"item": 1, "error": "It timed out."}, {"item": 2, "error": "It timed out."})
        shutil.copy(self.file, self.other)
        self.write(CHAT | {"identity": 8, "resumed": 1},
                   {"item": 1, "status": 200, "response": '"second"'}, file=self.other)
        self.write(CHAT | {"identity": 9, "resumed": 1},
                   {"item": 2, "status": 200, "response": '"third"'})
        self.assertEqual(self.bodies(self.file, self.other),
                         {"request-0": "first", "request-1": "second", "request-2": "third"})

    def test_of_several_runs_one_is_chosen(self):
        self.write_ranks()
        self.write(CHAT | {"identity": 8}, {"item": 0, "status": 200, "response": '"again"'},
                   file=self.other)
        done = run(self.file, self.other)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        for words in (f"'{self.file}', '{self.other}' has several runs", "--run", "ranks:2"):
            self.assertIn(words, done.stderr)
        shown = [line.split() for line in done.stderr.splitlines() if "chat/complete" in line]
        self.assertEqual([(line[0], line[-3], line[-2]) for line in shown],
                         [("1", "6", "6"), ("2", "1", "1")])
        done = run(self.file, self.other, "--run=2")
        self.assertEqual(len(done.stdout.splitlines()), 1)

    def test_an_older_log(self):
        self.write(CHAT, {"item": 0, "status": 200, "response": '"old"'})
        with contextlib.closing(sqlite3.connect(self.file)) as log:
            log.executescript(TO_THE_THIRD_SCHEMA)
        self.write(CHAT | {"identity": 8, "resumed": 1},
                   {"item": 1, "status": 200, "response": '"new"'}, file=self.other)
        self.assertEqual(self.bodies(self.file, self.other),
                         {"request-0": "old", "request-1": "new"})

    def test_never_over_one_of_the_logs(self):
        self.write_ranks()
        done = run(self.file, self.other, "-o", self.other)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"'{self.other}' is the log itself", done.stderr)

    def test_the_log_at_fault_is_named(self):
        self.write(CHAT, {"item": 0, "status": 200})

        def says():
            done = run(self.file, self.other)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(f"'{self.other}'", done.stderr)
            return done.stderr
        self.assertIn("No such file", says())
        self.write(file=self.other)
        self.assertIn("has no runs", says())
        self.write(CHAT | {"model": "n"}, {"item": 0}, file=self.other)
        # Both runs started at the same time, so the run of the second log is the last one.
        done = run(self.other, self.file)
        self.assertIn(f"run 1 of the log '{self.other}' made other requests than run 2: the model was "
                      "'n' and is 'm'", done.stderr)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        with contextlib.closing(sqlite3.connect(self.other)) as log:
            log.executescript("DROP VIEW latencies; DROP TABLE requests")
        self.assertIn("cannot read the log", says())


class Output(Log):
    def setUp(self):
        super().setUp()
        self.write(CHAT, {"item": 0, "status": 200, "response": "{}"})

    def test_a_file(self):
        out = self.folder / "out.jsonl"
        out.write_text("old\n" * 100)
        done = run(self.file, "-o", out)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual(len(out.read_text().splitlines()), 1)

    def test_a_new_file_is_for_its_user_alone(self):
        out = self.folder / "out.jsonl"
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        run(self.file, "-o", out)
        self.assertEqual(out.stat().st_mode & 0o777, 0o600)
        out.chmod(0o640)
        run(self.file, "-o", out)
        self.assertEqual(out.stat().st_mode & 0o777, 0o640)

    def test_a_full_disk(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = run(self.file, capture_output=False, stdout=full, stderr=subprocess.PIPE)
        for done in (done, run(self.file, "-o", "/dev/full")):
            self.assertEqual(done.returncode, 1)
            self.assertIn("No space left", done.stderr)

    def test_a_file_that_cannot_be_written(self):
        done = run(self.file, "-o", self.folder / "no" / "out.jsonl")
        self.assertEqual(done.returncode, 1)
        self.assertIn("No such file", done.stderr)

    def test_never_over_the_log_itself(self):
        done = run(self.file, "-o", self.folder / "." / "log.sqlite")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the log itself", done.stderr)
        self.assertEqual(len(self.lines()), 1)


class BadInput(Log):
    def assert_refused(self, *arguments, says):
        done = run(*arguments)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(says, done.stderr)
        self.assertEqual(done.stdout, "")

    def test_no_log(self):
        self.assert_refused(self.file, says="No such file")
        self.file.write_text("text of no database")
        self.assert_refused(self.file, says="not a database")
        self.assert_refused(says="FILE")

    def test_another_programs_database(self):
        other = sqlite3.connect(self.file)
        other.execute("CREATE TABLE requests (item)")
        other.close()
        self.assert_refused(self.file, says="another program")

    def test_no_runs(self):
        self.write()
        self.assert_refused(self.file, says="has no runs")


class Help(unittest.TestCase):
    def test_names_its_options(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        for word in ("FILE...", "--out", "--run", "Batch"):
            self.assertIn(word, done.stdout)


if __name__ == "__main__":
    unittest.main()
