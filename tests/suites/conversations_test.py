"""Runs the built `paceline` with sessions from files.

Needs PACELINE and PACELINE_ENDPOINT, the paths of the programs.
"""

import contextlib
import json
import signal
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path

from program import PACELINE, rows, run
from session_api import SessionApi

FAST = ["--paceline_rpm=60000", "--paceline_parallel=100"]
CHECKED = [*FAST, "--paceline_endpoint_latency=5ms", "--paceline_endpoint_token_time=0",
           "--paceline_endpoint_check_sessions"]


def user(text):
    return {"role": "user", "content": text}


def request(session, text, **fields):
    return {"custom_id": text, "session_id": session, "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": "m", "messages": [user(text)], **fields}}


def lines(objects):
    return "".join(json.dumps(one) + "\n" for one in objects)


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "conversations.jsonl"
        self.flag = f"--paceline_conversations={self.file}"
        self.log = self.folder / "run.sqlite"

    def send(self, text, *flags, api=None):
        """The row of a run, and the sessions that arrived."""
        self.file.write_text(text)
        with api or SessionApi() as server:
            (row,) = rows(f"--paceline_url={server.url}", self.flag, *FAST, *flags)["benchmarks"]
        return row, sorted(server.sessions().values(), key=lambda turns: turns[0].messages[0][
            "content"])

    def assert_turns(self, turns, *expected):
        """Each turn has the messages and answers before it, and these new ones."""
        history = []
        self.assertEqual(len(turns), len(expected))
        for turn, new in zip(turns, expected):
            self.assertEqual(turn.messages, history + new)
            history = [*turn.messages, {"role": "assistant", "content": turn.answer}]

    def names(self):
        with contextlib.closing(sqlite3.connect(self.log)) as log:
            return [name for name, in log.execute("SELECT custom_id FROM requests ORDER BY item")]


class Forms(Files):
    def test_turns(self):
        row, sessions = self.send(
            lines([{"session_id": "a", "turns": ["Eins {n}", user("Zwei\u2028\n\"")]},
                   {"session_id": "b", "turns": [{"role": "system", "content": "B"}, "Drei",
                                                 {"role": "assistant", "content": "no"},
                                                 user([{"type": "text", "text": "Vier"}])]}]),
            f"--paceline_log={self.log}")
        self.assertTrue(row["name"].startswith("chat/session/"))
        self.assertEqual((row["iterations"], row["errors"]), (4, 0))
        self.assertEqual([row[f"turn{turn}_requests"] for turn in (1, 2)], [2, 2])
        self.assert_turns(sessions[0], [{"role": "system", "content": "B"}, user("Drei")],
                          [user([{"type": "text", "text": "Vier"}])])
        self.assert_turns(sessions[1], [user("Eins {n}")], [user("Zwei\u2028\n\"")])
        self.assertEqual(self.names(), ["a/1", "a/2", "b/1", "b/2"])

    def test_sharegpt(self):
        data = [{"id": "a", "conversations": [{"from": "human", "value": "one"},
                                              {"from": "gpt", "value": "no"},
                                              {"from": "human", "value": "two"}]},
                {"id": "b", "conversations": [{"from": "gpt", "value": "no"}]},
                {"id": "c", "conversations": [{"from": "user", "value": "three"}]}]
        for text in (json.dumps(data), json.dumps(data, indent=2), lines(data)):
            row, sessions = self.send(text)
            self.assertEqual((row["iterations"], row["errors"]), (3, 0))
            self.assert_turns(sessions[0], [user("one")], [user("two")])
            self.assert_turns(sessions[1], [user("three")])

    def test_requests(self):
        row, sessions = self.send(lines([request("b", "one", stream=True, seed=1),
                                         request("a", "two", stream=True, top_p=0.5),
                                         request("b", "three", stream=True, seed=3)]),
                                  '--paceline_body={"user": "u"}')
        self.assertEqual((row["iterations"], row["errors"]), (3, 0))
        self.assert_turns(sessions[0], [user("one")], [user("three")])
        self.assert_turns(sessions[1], [user("two")])
        self.assertEqual([turn.body["seed"] for turn in sessions[0]], [1, 3])
        self.assertEqual(sessions[1][0].body, {"messages": [user("two")], "model": "m",
                                               "stream": True, "top_p": 0.5, "user": "u"})

    def test_the_server_finds_every_history_exact(self):
        files = {
            "turns": lines({"session_id": number, "turns": [f"{number} {turn} \"\u00fc\n[]"
                                                            for turn in range(number % 5 + 1)]}
                           for number in range(100)),
            "sharegpt": json.dumps([{"id": str(number), "conversations": [
                {"from": ("human", "gpt")[turn % 2], "value": f"{number} {turn}"}
                for turn in range(number % 7 + 1)]} for number in range(100)]),
            "requests": lines(request(number % 40, f"{number}", stream=number % 3 == 0)
                              for number in range(200))}
        for form, text in files.items():
            for flags in ([], ["--paceline_threads=2"], ["--paceline_users=20"]):
                with self.subTest(form=form, flags=flags):
                    self.file.write_text(text)
                    row = rows(self.flag, *CHECKED, *flags, "--paceline_requests=600")[
                        "benchmarks"][0]
                    self.assertEqual((row["iterations"], row["errors"]), (600, 0))


class Runs(Files):
    def test_the_sessions_start_again(self):
        row, sessions = self.send(lines([{"session_id": "a", "turns": ["one", "two"]},
                                         {"session_id": "b", "turns": ["three"]}]),
                                  "--paceline_requests=8", f"--paceline_log={self.log}")
        self.assertEqual((row["iterations"], row["errors"]), (8, 0))
        self.assertEqual([[turn.messages[-1]["content"] for turn in turns] for turns in sessions],
                         3 * [["one", "two"]] + 2 * [["three"]])
        self.assertEqual(self.names(), ["a/1", "a/2", "b/1", "a/1", "a/2", "b/1", "a/1", "a/2"])

    def test_delays_are_think_times(self):
        self.send(lines({"session_id": number,
                         "turns": ["a", {"content": "b", "delay": 150},
                                   {"content": "c", "delay": 0}, "d"]} for number in range(5)),
                  "--paceline_think_time=200ms", f"--paceline_log={self.log}")
        with contextlib.closing(sqlite3.connect(self.log)) as log:
            times = log.execute("SELECT due_ns, done_ns FROM requests ORDER BY item").fetchall()
        for session in range(0, 20, 4):
            turns = times[session:session + 4]
            self.assertEqual([after[0] - before[1] for before, after in zip(turns, turns[1:])],
                             [150_000_000, 0, 200_000_000])

    def test_a_system_message_that_is_given_goes_first(self):
        system = {"role": "system", "content": "Be brief."}
        _, (turns,) = self.send(lines([{"turns": ["one", "two"]}]), "--paceline_system=Be brief.",
                                "--paceline_max_tokens=7", "--paceline_model=other")
        self.assert_turns(turns, [system, user("one")], [user("two")])
        self.assertEqual((turns[0].body["model"], turns[0].body["max_completion_tokens"]),
                         ("other", 7))

    def test_drawn_sessions_are_numbered(self):
        rows(*CHECKED, "--paceline_workload=chat/session", "--paceline_turns=2",
             "--paceline_requests=4", f"--paceline_log={self.log}")
        self.assertEqual(self.names(), ["0/1", "0/2", "1/1", "1/2"])

    def test_an_interrupted_run_is_completed(self):
        self.file.write_text(lines({"session_id": f"s{number}", "turns": [
            f"s{number}/{turn}" for turn in range(1, number % 4 + 2)]} for number in range(60)))
        with SessionApi(delay=0.01) as api:
            command = [PACELINE, f"--paceline_url={api.url}", self.flag, "--paceline_rpm=6000",
                       "--paceline_parallel=50"]
            with subprocess.Popen([*command, f"--paceline_log={self.log}"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  text=True) as program:
                api.wait_for(60)
                program.send_signal(signal.SIGINT)
                _, errors = program.communicate(timeout=60)
            self.assertEqual(program.returncode, 130, errors)
            api.count = -1
            done = run(*command[1:], f"--paceline_resume={self.log}", "--paceline_threads=2")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.file.write_text(lines([{"turns": ["another"]}]))
            other = run(*command[1:], f"--paceline_resume={self.log}")
            self.assertEqual(other.returncode, 1)
            self.assertIn("conversations", other.stderr)
        answers = {}
        for turn in api.turns:
            asked = [one["content"] for one in turn.messages if one["role"] == "user"]
            name, count = asked[-1].split("/")
            self.assertNotIn(asked[-1], answers)
            answers[asked[-1]] = turn.answer
            self.assertEqual(asked, [f"{name}/{one}" for one in range(1, int(count) + 1)])
            self.assertEqual([one["content"] for one in turn.messages if one["role"] != "user"],
                             [answers[one] for one in asked[:-1]])
        self.assertEqual(len(answers), 150)


class Refusals(Files):
    def assert_refused(self, message, *flags, text=None):
        self.file.write_text(text or lines([{"turns": ["one"]}]))
        done = run(self.flag, *flags)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(message, done.stderr)
        self.assertNotIn("\x1b", done.stderr)

    def test_what_does_not_go_together(self):
        for flag in ("--paceline_turns=3", "--paceline_prompt=x", "--paceline_synthetic=9:9",
                     "--paceline_prompt_ids=9:1000", "--paceline_nonce=end",
                     "--paceline_shared_prefix=9", "--paceline_images=1x8x8"):
            self.assert_refused("--paceline_conversations has the turns and their texts; leave out "
                                + flag.split("=")[0], flag)
        for flag in ("--paceline_workload=chat/stream", f"--paceline_batch={self.file}",
                     "--paceline_http_url=http://127.0.0.1:9/"):
            self.assert_refused("--paceline_conversations goes with chat/session alone; leave out "
                                "the other workloads", flag)
        self.assert_refused("the turns of a session have their own messages; merge no messages",
                            '--paceline_body={"messages": []}')
        self.assert_refused("leave out --paceline_trace and --paceline_stages",
                            "--paceline_stages=1s@60")

    def test_requests_have_fields_of_their_own(self):
        for flag in ("--paceline_model=a", "--paceline_max_tokens=9", "--paceline_temperature=1",
                     "--paceline_system=S"):
            self.assert_refused("the requests of --paceline_conversations have their own fields; "
                                f"leave out {flag.split('=')[0]}, or merge fields with "
                                "--paceline_body", flag, text=lines([request("a", "one")]))

    def test_files(self):
        name = str(self.file)
        self.assert_refused(f"{name}:2: turns has no message of the user; give one",
                            text='{"turns": ["one"]}\n{"turns": []}\n')
        self.assert_refused(f"{name}:2: object 2: the object has no end; correct it",
                            text='[{"turns": ["one"]},\n{"turns": ["two"]')
        self.assert_refused(f"{name}:1: url is \"/v1/messages\"; sessions are of",
                            text=lines([{**request("a", "one"), "url": "/v1/messages"}]))
        self.assert_refused("name the server with --paceline_url",
                            text=lines([{**request("a", "one"), "url": "http://host/v1"}]))
        self.assert_refused(f"{name}: the file has no message of a user", text="\n")
        done = run("--paceline_conversations=/no/such/file")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/no/such/file: cannot be opened", done.stderr)


if __name__ == "__main__":
    unittest.main()
