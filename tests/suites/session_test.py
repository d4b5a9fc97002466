"""Runs the built `paceline` with sessions.

Needs PACELINE, PACELINE_ENDPOINT and PACELINE_LOG, the paths of the programs.
"""

import json
import signal
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from program import PACELINE, TRANSPORTS, Endpoint, rows, run
from session_api import SessionApi

SESSIONS = ["--paceline_workload=chat/session", "--paceline_parallel=100"]
CHECKED = [*SESSIONS, "--paceline_rpm=60000", "--paceline_endpoint_latency=5ms",
           "--paceline_endpoint_token_time=0", "--paceline_endpoint_check_sessions"]


class Conversations(unittest.TestCase):
    def run_sessions(self, api, *flags):
        (row,) = rows(f"--paceline_url={api.url}", *SESSIONS, "--paceline_rpm=6000", *flags)[
            "benchmarks"]
        return row

    def test_a_turn_carries_the_messages_and_answers_before_it(self):
        with SessionApi() as api:
            row = self.run_sessions(api, "--paceline_turns=3", "--paceline_requests=29",
                                    "--paceline_prompt=Question {n}", "--paceline_system=Be brief.")
        self.assertEqual(row["iterations"], 29)
        self.assertEqual(row["errors"], 0)
        sessions = list(api.sessions().values())
        self.assertEqual(sorted(len(turns) for turns in sessions), [2] + [3] * 9)
        numbers = set()
        for turns in sessions:
            expected = []
            for turn in turns:
                new = turn.messages[len(expected):]
                self.assertEqual(turn.messages[:len(expected)], expected)
                roles = ["user"] if expected else ["system", "user"]
                self.assertEqual([message["role"] for message in new], roles)
                numbers.add(int(new[-1]["content"].removeprefix("Question ")))
                expected = [*turn.messages, {"role": "assistant", "content": turn.answer}]
        self.assertEqual(numbers, set(range(29)))

    def test_the_next_turn_waits_for_the_answer_and_the_thought(self):
        with SessionApi(delay=0.02) as api:
            self.run_sessions(api, "--paceline_turns=4", "--paceline_requests=40",
                              "--paceline_think_time=150ms")
        for turns in api.sessions().values():
            for before, turn in zip(turns, turns[1:]):
                self.assertGreaterEqual(turn.arrived - before.ended, 0.15)

    def test_a_turn_that_fails_is_left_out_and_the_session_goes_on(self):
        with SessionApi(status=lambda number: 500 if number % 5 == 1 else 200) as api:
            row = self.run_sessions(api, "--paceline_turns=4", "--paceline_requests=40",
                                    "--paceline_max_error_ratio=1")
        self.assertEqual((row["iterations"], row["errors"]), (40, 8))
        for turns in api.sessions().values():
            expected = []
            for turn in turns:
                self.assertEqual(turn.messages[:len(expected)], expected)
                if turn.answer:
                    expected = [*turn.messages, {"role": "assistant", "content": turn.answer}]

    def test_a_retry_sends_the_same_turn(self):
        with SessionApi(status=lambda number: 500 if number % 5 == 1 else 200) as api:
            row = self.run_sessions(api, "--paceline_turns=4", "--paceline_requests=40",
                                    "--paceline_retries=10", "--paceline_max_backoff=100ms")
        self.assertEqual((row["iterations"], row["errors"]), (40, 0))
        self.assertGreater(row["retries"], 0)
        for turns in api.sessions().values():
            for before, turn in zip(turns, turns[1:]):
                if not before.answer:
                    self.assertEqual(turn.messages, before.messages)

    def test_a_turn_that_is_cancelled_is_left_out(self):
        with SessionApi(delay=0.2) as api:
            row = self.run_sessions(api, "--paceline_turns=4", "--paceline_requests=40",
                                    "--paceline_cancel=30%@50ms", "--paceline_prompt=Question {n}")
        self.assertEqual(row["errors"], 0)
        self.assertGreater(row["cancelled"], 0)
        asked = [[message["content"] for message in turn.messages if message["role"] == "user"]
                 for turn in api.turns]
        self.assertEqual(sorted(int(questions[-1].split()[-1]) for questions in asked),
                         list(range(40)))
        last = {int(questions[-1].split()[-1]): questions for questions in asked}
        left_out = [number for number in range(40)
                    if f"Question {number}" not in last[number - number % 4 + 3]]
        # The cancelled ones, but for those that are the last of their sessions.
        self.assertGreater(len(left_out), 0)
        self.assertLessEqual(len(left_out), row["cancelled"])

    def test_the_header_has_the_name_that_is_asked_for(self):
        with SessionApi() as api:
            self.run_sessions(api, "--paceline_requests=8",
                              "--paceline_session_header=X-Conversation")
        self.assertEqual(len(api.sessions("X-Conversation")), 2)
        self.assertIsNone(api.turns[0].headers["X-Session-ID"])

    def test_sessions_of_several_models_keep_theirs(self):
        row = rows(*CHECKED, "--paceline_model=a,b", "--paceline_requests=400",
                   "--paceline_by=model")["benchmarks"][0]
        self.assertEqual(row["errors"], 0)
        self.assertEqual(row["requests@model=a"] + row["requests@model=b"], 400)
        self.assertEqual(row["requests@model=a"] % 4, 0)


class Checks(unittest.TestCase):
    def ask(self, endpoint, *messages):
        """The status of a request of a session, and the answer."""
        request = urllib.request.Request(
            f"{endpoint.url}/chat/completions", headers={"X-Session-ID": "a"},
            data=json.dumps({"model": "m", "messages": messages}).encode())
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, json.load(response)["choices"][0]["message"]
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)["error"]

    def test_the_endpoint_refuses_another_history(self):
        one, two = ({"role": "user", "content": text} for text in ("one", "two"))
        with Endpoint("--check_sessions") as endpoint:
            status, answer = self.ask(endpoint, one)
            self.assertEqual(status, 200)
            status, error = self.ask(endpoint, one, two)
            self.assertEqual((status, error["code"]), (409, "broken_session"))
            self.assertEqual(self.ask(endpoint, one, answer, two)[0], 200)
            with urllib.request.urlopen(endpoint.url.removesuffix("/v1") + "/metrics") as metrics:
                self.assertRegex(metrics.read().decode(),
                                 r"paceline_endpoint_broken_sessions_total\{.*\} 1\n")
        with Endpoint() as endpoint:
            self.assertEqual(self.ask(endpoint, one)[0], 200)
            self.assertEqual(self.ask(endpoint, two)[0], 200)


class Rates(unittest.TestCase):
    def test_the_endpoint_finds_every_history_exact(self):
        for flags in (["--paceline_turns=4"], ["--paceline_turns=5:3"], ["--paceline_threads=2"],
                      *([f"--paceline_transport={transport}"] for transport in TRANSPORTS)):
            with self.subTest(flags=flags):
                row = rows(*CHECKED, "--paceline_requests=2000", *flags)["benchmarks"][0]
                self.assertEqual(row["iterations"], 2000)
                self.assertEqual(row["errors"], 0)
                self.assertEqual(row["turn1_cached_tokens"], 0)

    def test_faults_do_not_break_the_account(self):
        row = rows(*CHECKED, "--paceline_requests=4000", "--paceline_retries=8",
                   "--paceline_max_backoff=50ms",
                   "--paceline_endpoint_fault=http_500:0.005,reset:0.005")["benchmarks"][0]
        self.assertEqual((row["iterations"], row["errors"]), (4000, 0))
        self.assertGreater(row["retries"], 0)
        self.assertEqual([row[f"turn{turn}_requests"] for turn in range(1, 5)], [1000] * 4)

    def test_a_warm_up_has_sessions_of_its_own(self):
        row = rows(*CHECKED, "--paceline_requests=400", "--paceline_warmup=200")["benchmarks"][0]
        self.assertEqual((row["iterations"], row["errors"]), (400, 0))
        self.assertEqual(row["turn4_requests"], 100)

    def test_turns_have_counters_and_rows(self):
        result = rows(*CHECKED, "--paceline_requests=80", "--paceline_turns=2",
                      "--paceline_rows=turn_ttft_p50")["benchmarks"]
        first, *added = result
        self.assertEqual([row["name"].rsplit("/", 1)[1] for row in added],
                         ["turn1_ttft_p50", "turn2_ttft_p50"])
        for number, row in enumerate(added, 1):
            self.assertEqual(first[f"turn{number}_requests"], 40)
            self.assertEqual(first[f"turn{number}_errors"], 0)
            self.assertAlmostEqual(row["real_time"], 1e6 * first[f"turn{number}_ttft_p50"], places=3)
        self.assertNotIn("turn3_requests", first)
        self.assertEqual(first["turn1_cached_tokens"], 0)
        self.assertGreater(first["turn2_cached_tokens"], 0)
        self.assertGreater(first["turn2_tokens_in"], first["turn1_tokens_in"])

    def test_ctrl_c_cuts_the_run_short(self):
        with tempfile.TemporaryDirectory() as folder, SessionApi() as api:
            out = Path(folder) / "out.json"
            with subprocess.Popen(
                    [PACELINE, f"--paceline_url={api.url}", *SESSIONS, "--paceline_rpm=6000",
                     "--paceline_think_time=50ms", "--paceline_requests=100000",
                     "--paceline_rows=", f"--benchmark_out={out}"],
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as program:
                api.wait_for(100)
                program.send_signal(signal.SIGINT)
                program.communicate(timeout=60)
            self.assertEqual(program.returncode, 130)
            (row,) = json.loads(out.read_text())["benchmarks"]
        self.assertIn("cut short", row["label"])


class Resume(unittest.TestCase):
    def test_each_turn_is_answered_once_and_knows_those_before_it(self):
        """Interrupted runs, and one that completes them."""
        with tempfile.TemporaryDirectory() as folder, SessionApi(delay=0.01) as api:
            log = Path(folder) / "run.sqlite"
            command = [PACELINE, f"--paceline_url={api.url}", *SESSIONS, "--paceline_rpm=6000",
                       "--paceline_turns=4", "--paceline_requests=200",
                       "--paceline_prompt=Question {n}"]
            flag = f"--paceline_log={log}"
            for turns in (50, 120):
                with subprocess.Popen([*command, flag], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.PIPE, text=True) as program:
                    api.wait_for(turns)
                    program.send_signal(signal.SIGINT)
                    _, errors = program.communicate(timeout=60)
                self.assertEqual(program.returncode, 130, errors)
                flag = f"--paceline_resume={log}"
                api.count = -1
            done = run(*command[1:], flag, "--paceline_threads=2")
            self.assertEqual(done.returncode, 0, done.stderr)
        answers = {}
        for turn in api.turns:
            questions = [message["content"] for message in turn.messages
                         if message["role"] == "user"]
            number = int(questions[-1].removeprefix("Question "))
            self.assertNotIn(number, answers)
            answers[number] = turn.answer
            # The session's earlier turns, in their order, with the answers that they got.
            first = number - number % 4
            self.assertEqual(questions, [f"Question {n}" for n in range(first, number + 1)])
            self.assertEqual([message["content"] for message in turn.messages
                              if message["role"] == "assistant"],
                             [answers[n] for n in range(first, number)])
        self.assertEqual(sorted(answers), list(range(200)))


class Users(unittest.TestCase):
    def test_as_many_sessions_at_once(self):
        with SessionApi(delay=0.01) as api:
            (row,) = rows(f"--paceline_url={api.url}", "--paceline_workload=chat/session",
                          "--paceline_users=5", "--paceline_turns=3", "--paceline_requests=90",
                          "--paceline_think_time=20ms")["benchmarks"]
        self.assertEqual(row["name"],
                         "chat/session/users:5/rpm:0/parallel:5/iterations:90/manual_time")
        self.assertEqual((row["iterations"], row["errors"]), (90, 0))
        sessions = sorted(api.sessions().values(), key=lambda turns: turns[0].arrived)
        self.assertEqual([len(turns) for turns in sessions], [3] * 30)
        # A session begins when another one has ended, and its user has thought.
        ends = sorted(turns[-1].ended for turns in sessions)
        for number, turns in enumerate(sessions[5:]):
            self.assertGreaterEqual(turns[0].arrived - ends[number], 0.02)

    def test_no_session_is_sent_twice(self):
        with SessionApi() as api:
            rows(f"--paceline_url={api.url}", *SESSIONS, "--paceline_users=50",
                 "--paceline_rpm=6000", "--paceline_requests=200")
        self.assertEqual([len(turns) for turns in api.sessions().values()], [4] * 50)

    def test_the_rate_is_a_limit(self):
        row = rows(*CHECKED, "--paceline_users=50", "--paceline_rpm=6000",
                   "--paceline_requests=200")["benchmarks"][0]
        self.assertIn("chat/session/users:50/rpm:6000/parallel:100/", row["name"])
        self.assertEqual((row["iterations"], row["errors"]), (200, 0))
        self.assertLess(row["rpm"], 6100)

    def test_threads_share_them(self):
        row = rows(*CHECKED, "--paceline_users=3", "--paceline_threads=2", "--paceline_rpm=0",
                   "--paceline_requests=200")["benchmarks"][0]
        self.assertEqual((row["iterations"], row["errors"]), (200, 0))


class Refusals(unittest.TestCase):
    def assert_refused(self, message, *flags):
        done = run(*flags)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(message, done.stderr.replace("\n", " "))

    def test_flags_need_sessions(self):
        for flag in ("--paceline_turns=3", "--paceline_think_time=1s", "--paceline_users=4",
                     "--paceline_session_header=X-A"):
            self.assert_refused(f"{flag.split('=')[0]} needs sessions; give "
                                "--paceline_workload=chat/session too", flag)

    def test_contradictions(self):
        self.assert_refused("chat/session has one rate; leave out --paceline_trace and "
                            "--paceline_stages", *SESSIONS, "--paceline_stages=1s@60")
        self.assert_refused("--paceline_endpoint_check_sessions: expects the answers that "
                            "--paceline_cancel leaves out", *CHECKED, "--paceline_cancel=10%@1ms")
        self.assert_refused("--paceline_find_max searches", *SESSIONS,
                            "--paceline_find_max=p99<1s")
        self.assert_refused("--paceline_users goes with chat/session alone",
                            "--paceline_workload=chat/session,chat/stream", "--paceline_users=4")
        self.assert_refused("--paceline_duration needs a rate", *SESSIONS, "--paceline_users=4",
                            "--paceline_duration=1s")

    def test_values(self):
        self.assert_refused("'0.5x' is not a number from 0 to 10000", *SESSIONS,
                            "--paceline_turns=0.5x")
        self.assert_refused("the turns of a session are from 1", *SESSIONS, "--paceline_turns=0.5")
        self.assert_refused("--paceline_think_time", *SESSIONS, "--paceline_think_time=1s:2")
        self.assert_refused("paceline sets the header Connection itself", *SESSIONS,
                            "--paceline_session_header=Connection")


if __name__ == "__main__":
    unittest.main()
