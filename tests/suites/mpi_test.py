"""Runs the built `paceline_mpi` on this machine, with more ranks than cores.

Needs PACELINE, PACELINE_MPI, PACELINE_ENDPOINT and PACELINE_LOG, the paths of the programs.
"""

import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from program import Endpoint, rows

PROGRAM = os.environ["PACELINE_MPI"]
MPIRUN = ["mpirun", "--oversubscribe", "--bind-to", "none",
          *(["--allow-run-as-root"] if os.geteuid() == 0 else [])]
PACELINE_LOG = os.environ["PACELINE_LOG"]
VERSION = subprocess.run(["mpirun", "--version"], capture_output=True, text=True, check=True).stdout
# Open MPI 5 kills the ranks 0.25 s after it asks them to end.
KILLS_AT_ONCE = re.search(r"Open MPI\) [5-9]", VERSION)


def environment():
    return {name: value for name, value in os.environ.items()
            if not name.startswith("BENCHMARK_") and name != "OPENAI_API_KEY"}


def run(ranks, *flags):
    return subprocess.run([*MPIRUN, "-np", str(ranks), PROGRAM, *flags], capture_output=True,
                          text=True, timeout=120, env=environment())


def pids(mpirun):
    """The process of each rank that an mpirun has started, by rank."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int(process.joinpath("stat").read_text().rpartition(")")[2].split()[1])
            values = process.joinpath("environ").read_text().split("\0")
            rank = [value for value in values if value.startswith("OMPI_COMM_WORLD_RANK=")]
            if parent == mpirun and rank:
                found[int(rank[0].partition("=")[2])] = int(process.name)
    return found


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.out = self.folder / "out.json"
        self.log = self.folder / "run.sqlite"

    def results(self):
        return json.loads(self.out.read_text())

    def row(self):
        (row,) = self.results()["benchmarks"]
        return row

    def rows_of(self, ranks, *flags):
        done = run(ranks, "--paceline_rows=", f"--benchmark_out={self.out}", *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.results()

    def items(self, ranks):
        """The items in the ranks' logs with a good response."""
        good = []
        for rank in range(ranks):
            with contextlib.closing(sqlite3.connect(self.folder / f"run.{rank}.sqlite")) as log:
                good += [item for item, in log.execute(
                    "SELECT item FROM requests WHERE error IS NULL AND status = 200")]
        return good


class OneRun(Files):
    def test_ranks_make_the_rows_of_one_process(self):
        flags = ("--paceline_rpm=30000,0", "--paceline_parallel=30", "--paceline_requests=301",
                 "--paceline_warmup=7")
        alone = rows(*flags)
        # Enough ranks for a tree of several levels.
        together = self.rows_of(6, *flags)
        names = [[row["name"] for row in result["benchmarks"]] for result in (alone, together)]
        self.assertEqual(*names)
        for row in together["benchmarks"]:
            self.assertEqual(row["iterations"], 301)
            self.assertEqual(row["errors"], 0)
            self.assertEqual(row["clock_error"], 0)
            self.assertGreater(row["cpu_time"], 0)
        self.assertEqual(together["context"]["ranks"], "6 ranks on 1 machine")
        self.assertEqual(together["context"]["clock_error"], "0.00 us")

    def test_each_request_is_sent_once(self):
        with Endpoint() as endpoint:
            row = self.rows_of(3, f"--paceline_url={endpoint.url}", "--paceline_threads=2",
                               f"--paceline_log={self.log}", "--paceline_rpm=60000",
                               "--paceline_parallel=31", "--paceline_requests=500")["benchmarks"][0]
        self.assertEqual(row["iterations"], 500)
        self.assertEqual(sorted(self.items(3)), list(range(500)))
        for rank in range(3):
            with contextlib.closing(sqlite3.connect(self.folder / f"run.{rank}.sqlite")) as log:
                written = log.execute("SELECT rank, ranks, requests FROM runs").fetchall()
                self.assertEqual(written, [(rank, 3, 500)])
        printed = subprocess.run([os.environ["PACELINE_LOG"],
                                  *(self.folder / f"run.{rank}.sqlite" for rank in range(3))],
                                 capture_output=True, text=True, check=True)
        self.assertIn("500", printed.stdout + printed.stderr)

    def test_ranks_have_one_timeline(self):
        self.rows_of(3, "--paceline_rpm=6000", "--paceline_parallel=30", "--paceline_requests=100",
                     "--paceline_timeline=on")
        found = self.row()["timeline"]
        self.assertEqual([sum(found[name]) for name in ("due", "sent", "ended", "errors")],
                         [100, 100, 100, 0])
        # Each slice has the requests of all ranks.
        for due in found["due"][:5]:
            self.assertAlmostEqual(due, 100 * found["width"], delta=1)

    def test_ranks_replay_one_trace(self):
        trace = self.folder / "trace.csv"
        trace.write_text("due,input_length,output_length\n"
                         + "".join(f"{number // 3 / 10},{number + 1},3\n" for number in range(20)))
        (row,) = self.rows_of(3, f"--paceline_trace={trace}", "--paceline_parallel=9",
                              f"--paceline_log={self.log}")["benchmarks"]
        self.assertTrue(row["name"].startswith("chat/complete/trace/rpm:1900/"), row["name"])
        self.assertEqual(row["iterations"], 20)
        due = {}
        for rank in range(3):
            with contextlib.closing(sqlite3.connect(self.folder / f"run.{rank}.sqlite")) as log:
                due |= log.execute("SELECT item, due_ns FROM requests").fetchall()
        self.assertEqual(due, {number: number // 3 * 100_000_000 for number in range(20)})

    def test_ranks_share_the_sessions_of_a_file(self):
        file = self.folder / "conversations.jsonl"
        file.write_text("".join(json.dumps({"session_id": number, "turns": 3 * ["text"]}) + "\n"
                                for number in range(20)))
        (row,) = self.rows_of(3, f"--paceline_conversations={file}", "--paceline_rpm=6000",
                              "--paceline_parallel=30", "--paceline_endpoint_check_sessions",
                              f"--paceline_log={self.log}")["benchmarks"]
        self.assertEqual((row["iterations"], row["errors"]), (60, 0))
        self.assertEqual(sorted(self.items(3)), list(range(60)))

    def test_repetitions_aggregate_the_cpu_time_of_all_ranks(self):
        result = self.rows_of(2, "--paceline_rpm=30000", "--paceline_parallel=20",
                              "--paceline_requests=200", "--benchmark_repetitions=3")
        times = [row["cpu_time"] for row in result["benchmarks"] if row["run_type"] == "iteration"]
        (mean,) = [row["cpu_time"] for row in result["benchmarks"]
                   if row.get("aggregate_name") == "mean"]
        self.assertEqual(len(times), 3)
        self.assertAlmostEqual(mean, sum(times) / 3, places=3)

    def test_ranks_search_together(self):
        # A busy machine keeps these rates too.
        row = self.rows_of(2, "--paceline_find_max=errors<50%", "--paceline_rpm=600,1200",
                           "--paceline_parallel=20", "--paceline_requests=40")["benchmarks"][0]
        self.assertEqual(row["max_rpm"], 1_200)

    def test_threads_are_chosen_for_all_ranks(self):
        result = self.rows_of(2, "--paceline_threads=auto", "--paceline_rpm=6000",
                              "--paceline_parallel=20", "--paceline_requests=100")
        self.assertIn("1 at 6000 RPM", result["context"]["threads"])

    def test_ranks_can_use_the_time_of_day(self):
        row = self.rows_of(2, "--paceline_clock=realtime", "--paceline_rpm=6000",
                           "--paceline_parallel=20", "--paceline_requests=100")["benchmarks"][0]
        self.assertEqual(row["errors"], 0)
        self.assertEqual(row["clock_error"], 0)

    def test_only_rank_0_prints(self):
        version = run(3, "--version")
        self.assertEqual(version.stdout.count("google_benchmark"), 1)
        listed = run(3, "--benchmark_list_tests", "--paceline_rpm=60", "--paceline_parallel=7")
        self.assertEqual(listed.stdout.count("rpm:60"), 1)

    def test_progress_is_that_of_all_ranks(self):
        # A sentence is printed after ten seconds.
        done = run(2, "--paceline_progress=on", "--paceline_rpm=600", "--paceline_parallel=10",
                   "--paceline_requests=110")
        progress = re.search(r"(\d+) of 110", done.stderr)
        self.assertTrue(progress, done.stderr)
        self.assertGreater(int(progress[1]), 80)


class Refusals(Files):
    def check(self, done, *texts):
        self.assertNotEqual(done.returncode, 0)
        for text in texts:
            self.assertIn(text, done.stderr)
            self.assertEqual(done.stderr.count(text), 1, done.stderr)

    def test_a_bad_flag_is_said_once(self):
        self.check(run(3, "--paceline_rpm=x"), "'x' is not a whole number")

    def test_each_rank_needs_a_request_in_flight(self):
        done = run(3, "--paceline_parallel=2", "--paceline_rpm=600", "--paceline_requests=10")
        self.check(done, "paceline: parallel 2 is less than the number of threads of all 3 ranks, 3")

    def test_a_server_that_refuses_ends_all_ranks(self):
        done = run(3, "--paceline_url=http://127.0.0.1:9/v1", "--paceline_requests=10")
        self.check(done, "a first request to 127.0.0.1:9 failed")

    @unittest.skipIf(KILLS_AT_ONCE, "Open MPI 5 drops what the ranks print before their end")
    def test_ranks_have_the_same_flags(self):
        done = subprocess.run(
            [*MPIRUN, "-np", "1", PROGRAM, "--paceline_rpm=60", ":", "-np", "1", PROGRAM,
             "--paceline_rpm=61"], capture_output=True, text=True, timeout=60, env=environment())
        self.check(done, "has other flags than rank 0")

    def test_an_error_of_another_rank_names_the_rank(self):
        done = subprocess.run(
            [*MPIRUN, "-np", "2", "bash", "-c",
             f"cd {self.folder}; mkdir -p 0 1; touch 0/some.toml; cd $OMPI_COMM_WORLD_RANK; "
             f"exec {PROGRAM} --paceline_config=some.toml --paceline_requests=10"],
            capture_output=True, text=True, timeout=60, env=environment())
        self.check(done, "paceline: rank 1 (", "some.toml")

    def test_ranks_need_the_same_conversations(self):
        done = subprocess.run(
            [*MPIRUN, "-np", "2", "bash", "-c",
             f"cd {self.folder}; mkdir -p 0 1; cd $OMPI_COMM_WORLD_RANK; "
             """echo '{"turns": ["'$OMPI_COMM_WORLD_RANK'"]}' >some.jsonl; """
             f"exec {PROGRAM} --paceline_conversations=some.jsonl"],
            capture_output=True, text=True, timeout=60, env=environment())
        self.check(done, "has other conversations than rank 0")

    def test_each_rank_needs_the_key(self):
        done = subprocess.run(
            [*MPIRUN, "-np", "2", "bash", "-c",
             "[[ $OMPI_COMM_WORLD_RANK == 1 ]] || export OPENAI_API_KEY=secret; "
             f"exec {PROGRAM} --paceline_url=http://127.0.0.1:9/v1 --paceline_requests=10"],
            capture_output=True, text=True, timeout=60, env=environment())
        self.check(done, "has other API keys than rank 0", "mpirun -x NAME")
        self.assertNotIn("secret", done.stderr + done.stdout)

    def test_a_log_to_resume_has_a_name(self):
        self.check(run(2, "--paceline_resume="), "paceline: --paceline_resume")

    def test_a_log_to_resume_is_on_some_machine(self):
        done = run(2, f"--paceline_resume={self.folder}/none.sqlite", "--paceline_rpm=60",
                   "--paceline_parallel=2", "--paceline_requests=10")
        self.check(done, "no rank finds a log to resume")

    def test_each_rank_opens_its_log(self):
        (self.folder / "run.1.sqlite").mkdir()
        done = run(2, f"--paceline_log={self.log}", "--paceline_requests=10")
        self.check(done, "paceline: rank 1 (", "cannot open the log")

    def test_random_order_needs_one_process(self):
        done = run(2, "--benchmark_enable_random_interleaving=true", "--paceline_requests=10")
        self.check(done, "--benchmark_enable_random_interleaving")


class Losses(Files):
    REQUESTS = 4_000

    @contextlib.contextmanager
    def started(self, url, *flags):
        """An mpirun with three ranks in the middle of a run of 20 s, and the ranks' processes."""
        with subprocess.Popen(
                [*MPIRUN, "-np", "3", PROGRAM, f"--paceline_url={url}", "--paceline_rpm=12000",
                 "--paceline_parallel=30", f"--paceline_requests={self.REQUESTS}",
                 "--paceline_rows=", f"--paceline_log={self.log}", f"--benchmark_out={self.out}",
                 *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                env=environment()) as mpirun:
            try:
                self.wait_for_responses()
                yield mpirun, pids(mpirun.pid)
            finally:
                mpirun.kill()

    def wait_for_responses(self):
        for _ in range(300):
            time.sleep(0.1)
            with contextlib.suppress(sqlite3.Error, OSError):
                if len(self.items(3)) > 100:
                    return
        self.fail("the run has not begun")

    def salvage(self, *ranks):
        """Makes the results of these ranks' logs. Returns what the program says."""
        logs = [self.folder / f"run.{rank}.sqlite" for rank in ranks]
        done = subprocess.run([PACELINE_LOG, *logs, "--salvage", "-o", self.out],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def first_row(self):
        return self.results()["benchmarks"][0]

    def resume(self, url):
        """Sends the requests without a response, and checks that each has one then."""
        left = self.REQUESTS - len(set(self.items(3)))
        self.assertGreater(left, 1_000)
        done = run(3, f"--paceline_url={url}", "--paceline_rpm=0", "--paceline_parallel=30",
                   f"--paceline_requests={self.REQUESTS}", f"--paceline_resume={self.log}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"{left} of {self.REQUESTS} requests are left to send", done.stderr)
        self.assertEqual(sorted(self.items(3)), list(range(self.REQUESTS)))

    def test_ctrl_c_on_mpirun_ends_the_run_with_its_results(self):
        with Endpoint() as endpoint, self.started(endpoint.url) as (mpirun, _):
            mpirun.send_signal(signal.SIGINT)
            printed, _ = mpirun.communicate(timeout=30)
        if KILLS_AT_ONCE:
            self.salvage(0, 1, 2)
        else:
            self.assertIn("cut short", printed)
        row = self.first_row()
        self.assertIn("cut short", row["label"])
        self.assertNotIn("lost", row["label"])
        self.assertLess(row["errors"], 10)

    def test_a_rank_that_dies_is_named_and_its_requests_can_be_resumed(self):
        with Endpoint() as endpoint:
            with self.started(endpoint.url) as (mpirun, ranks):
                os.kill(ranks[1], signal.SIGKILL)
                _, errors = mpirun.communicate(timeout=30)
            self.assertNotEqual(mpirun.returncode, 0)
            if KILLS_AT_ONCE:
                errors = self.salvage(0, 2)
            self.assertRegex(errors, r"a run was cut short: rank 1.* was lost, with 1333 requests")
            self.assertIn("was lost, with 1333 requests", self.first_row()["label"])
            self.resume(endpoint.url)

    def test_the_logs_have_the_results_of_a_run_whose_rank_0_dies(self):
        with Endpoint() as endpoint:
            with self.started(endpoint.url) as (mpirun, ranks):
                # Each rank keeps its tally once per second.
                time.sleep(2)
                os.kill(ranks[0], signal.SIGKILL)
                mpirun.communicate(timeout=30)
            self.assertNotEqual(mpirun.returncode, 0)
            self.assertIn("was lost, with 1334 requests",
                          self.salvage(1, 2))
            self.salvage(0, 1, 2)
            row = self.first_row()
            self.assertRegex(row["label"], r"cut short: \d+ of 4000 requests")
            self.assertNotIn("lost", row["label"])
            self.resume(endpoint.url)

    def test_a_stop_of_five_seconds_loses_no_rank(self):
        with Endpoint() as endpoint, self.started(endpoint.url) as (mpirun, ranks):
            os.kill(ranks[1], signal.SIGSTOP)
            time.sleep(5)
            os.kill(ranks[1], signal.SIGCONT)
            _, errors = mpirun.communicate(timeout=60)
        self.assertEqual(mpirun.returncode, 0, errors)
        self.assertEqual(sorted(self.items(3)), list(range(self.REQUESTS)))
        self.assertRegex(errors, r"most of all rank 1 \(.*\), which sent")

    def test_a_rank_that_stays_stopped_is_lost(self):
        with Endpoint() as endpoint, self.started(endpoint.url) as (mpirun, ranks):
            os.kill(ranks[2], signal.SIGSTOP)
            began = time.monotonic()
            _, errors = mpirun.communicate(timeout=60)
            self.assertLess(time.monotonic() - began, 30)
        self.assertNotEqual(mpirun.returncode, 0)
        self.assertRegex(errors, r"rank 2 \(.*\) was lost")
        self.assertIn("was lost, with 1333 requests", self.row()["label"])


if __name__ == "__main__":
    unittest.main()
