"""How the programs end whatever flags, streams, files and signals are.

Needs PACELINE, PACELINE_ENDPOINT and PACELINE_LOG, the paths of the programs.
"""

import csv
import json
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from program import PACELINE, Api, run

QUICK = ["--paceline_rpm=60000", "--paceline_parallel=20", "--paceline_requests=50",
         "--paceline_endpoint_latency=1ms"]
ENDPOINT = os.environ["PACELINE_ENDPOINT"]
LOG = os.environ["PACELINE_LOG"]


def without(descriptor, command, **options):
    """Runs a command that is started with a closed standard stream."""
    return subprocess.run(command, preexec_fn=lambda: os.close(descriptor), timeout=60, check=False,
                          **options)


class StandardStreams(unittest.TestCase):
    def test_any_may_be_closed(self):
        for descriptor in (0, 1, 2):
            with self.subTest(descriptor=descriptor), tempfile.TemporaryDirectory() as folder:
                out = Path(folder) / "out.json"
                done = without(descriptor, [PACELINE, *QUICK, f"--benchmark_out={out}"],
                               stdout=subprocess.DEVNULL if descriptor != 1 else None,
                               stderr=subprocess.DEVNULL if descriptor != 2 else None)
                self.assertEqual(done.returncode, 0)
                self.assertEqual(json.loads(out.read_text())["benchmarks"][0]["errors"], 0)

    def test_the_other_programs_may_lack_them_too(self):
        for descriptor in (0, 1, 2):
            with self.subTest(descriptor=descriptor):
                endpoint = subprocess.Popen([ENDPOINT], stdout=subprocess.DEVNULL,
                                            stderr=subprocess.DEVNULL,
                                            preexec_fn=lambda: os.close(descriptor))
                time.sleep(0.5)
                endpoint.terminate()
                self.assertEqual(endpoint.wait(timeout=30), 0)
                self.assertEqual(without(descriptor, [LOG, "/no/such/log"],
                                         stderr=subprocess.DEVNULL if descriptor != 2 else None
                                         ).returncode, 1)

    def test_a_full_one_is_said(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            for arguments in (QUICK, [*QUICK, "--benchmark_format=json"], ["--help"],
                              ["--version"]):
                with self.subTest(arguments=arguments):
                    done = subprocess.run([PACELINE, *arguments], stdout=full,
                                          stderr=subprocess.PIPE, text=True, timeout=60, check=False)
                    self.assertEqual(done.returncode, 1, done.stderr)
                    self.assertNotIn("terminate", done.stderr)
            done = subprocess.run([PACELINE, *QUICK], stdout=subprocess.DEVNULL, stderr=full,
                                  timeout=60, check=False)
            self.assertEqual(done.returncode, 0)
            done = subprocess.run([ENDPOINT], stdout=full, stderr=subprocess.PIPE, timeout=60,
                                  check=False)
            self.assertEqual(done.returncode, 1)


class Page(unittest.TestCase):
    """The page's program, which is Python."""

    REPORT = Path(__file__).parents[2] / "src" / "programs" / "paceline_report"

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        run(*QUICK, f"--benchmark_out={cls.folder / 'r.json'}")
        cls.command = ["/usr/bin/python3", cls.REPORT, cls.folder / "r.json", "-o",
                       cls.folder / "page.html"]

    def test_any_standard_stream_may_be_closed(self):
        for descriptor in (0, 1, 2):
            done = without(descriptor, self.command)
            self.assertEqual(done.returncode, 0, descriptor)

    def test_a_full_one_is_said(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            for command in (self.command, [self.REPORT, "--help"]):
                done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True,
                                      timeout=60, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_its_version_is_that_of_the_programs(self):
        versions = [subprocess.run([program, "--version"], capture_output=True, text=True,
                                   timeout=60, check=True).stdout.split()[1]
                    for program in (self.REPORT, PACELINE)]
        self.assertEqual(*versions)


class Refused(unittest.TestCase):
    """Nothing is sent, and one line says why."""

    @classmethod
    def setUpClass(cls):
        cls.api = cls.enterClassContext(Api())

    def assert_refused(self, *arguments, says, env=None):
        done = run(f"--paceline_url={self.api.url}", *arguments, env=env)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(says, done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertLess(len(done.stderr), 300)
        self.assertEqual(self.api.seen, [])

    def test_a_filter_that_matches_nothing(self):
        self.assert_refused("--benchmark_filter=nothing", says="--benchmark_filter matches no run")
        self.assert_refused("--benchmark_filter=(", says="--benchmark_filter matches no run")

    def test_a_file_that_cannot_be_written(self):
        self.assert_refused("--benchmark_out=/no/such/folder/out.json", says="--benchmark_out")
        self.assert_refused("--benchmark_out=/", says="--benchmark_out")

    def test_a_refused_program_leaves_the_file_of_an_earlier_one(self):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out.json"
            out.write_text("earlier results")
            self.assert_refused("--benchmark_filter=nothing", f"--benchmark_out={out}", says="filter")
            self.assertEqual(out.read_text(), "earlier results")
            done = run("--paceline_url=http://127.0.0.1:1/v1", f"--benchmark_out={out}")
            self.assertEqual(done.returncode, 1)
            self.assertEqual(out.read_text(), "earlier results")

    def test_google_benchmarks_own_flags(self):
        for value in ("-1", "0", "nan", "99999999999"):
            self.assert_refused(f"--benchmark_repetitions={value}", says="--benchmark_repetitions")
        self.assert_refused(says="--benchmark_repetitions", env={"BENCHMARK_REPETITIONS": "-1"})
        self.assert_refused("--benchmark_min_warmup_time=1", says="--paceline_warmup")

    def test_numbers_that_are_none(self):
        for flag in ("max_error_ratio", "tpm", "max_response", "retries", "warmup", "seed", "requests",
                     "rpm", "parallel", "timeout", "duration"):
            for value in ("nan", "-1", "1e400", "9" * 60, ""):
                with self.subTest(flag=flag, value=value):
                    self.assert_refused(f"--paceline_{flag}={value}", says=f"--paceline_{flag}")

    def test_a_flag_near_a_known_one_is_named(self):
        for wrong, meant in {"--paceline_requets=5": "--paceline_requests",
                             "--benchmark_repetition=5": "--benchmark_repetitions",
                             "--paceline_max_eror_ratio=1": "--paceline_max_error_ratio",
                             "--paceline-rpm=5": "--paceline_rpm"}.items():
            self.assert_refused(wrong, says=f"did you mean {meant}?")
        self.assert_refused("--frobnicate", says="unknown flag --frobnicate; see --help")
        self.assert_refused("results.json", says="unknown argument 'results.json'")

    def test_the_other_programs_name_it_too(self):
        for program, wrong, meant in ((ENDPOINT, "--latancy=1ms", "--latency"),
                                      (LOG, "--rnu=1", "--run")):
            done = subprocess.run([program, "x.sqlite", wrong] if program == LOG
                                  else [program, wrong], capture_output=True, text=True,
                                  timeout=60, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"did you mean {meant}?", done.stderr)

    def test_a_duration_and_a_number(self):
        self.assert_refused("--paceline_duration=5s", "--paceline_requests=5", says="exclude")
        self.assert_refused("--paceline_duration=5s", "--paceline_rpm=0", says="needs a rate")


class Counters(unittest.TestCase):
    def test_csv_holds_runs_that_differ(self):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out.csv"
            done = run(*QUICK, "--paceline_workload=chat/complete,chat/stream", "--paceline_rows=",
                       f"--benchmark_out={out}", "--benchmark_out_format=csv")
            self.assertEqual(done.returncode, 0, done.stderr)
            lines = out.read_text().splitlines()
            whole, stream = csv.DictReader(lines[next(
                i for i, line in enumerate(lines) if line.startswith("name,")):])
            self.assertIn("chat/stream", stream["name"])
            self.assertGreater(float(stream["ttft_p50"]), 0)
            self.assertEqual(whole["ttft_p50"], "nan")

    def test_csv_on_the_console_too(self):
        done = run(*QUICK, "--paceline_rpm=30000,60000", "--benchmark_format=csv",
                   "--paceline_endpoint_fault=http_500:0.2", "--paceline_max_error_ratio=1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sum(line.startswith('"chat/') for line in done.stdout.splitlines()), 2)

    def test_aggregates_have_no_nan(self):
        done = run(*QUICK, "--benchmark_repetitions=3")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("nan", done.stdout)
        done = run(*QUICK, "--benchmark_repetitions=3", "--benchmark_format=json")
        json.loads(done.stdout, parse_constant=self.fail)


class Signals(unittest.TestCase):
    def test_with_nohup_the_run_goes_on(self):
        program = subprocess.Popen(
            [PACELINE, "--paceline_requests=300", "--paceline_rpm=6000", "--paceline_parallel=50",
             "--paceline_endpoint_latency=2ms"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        time.sleep(1)
        program.send_signal(signal.SIGHUP)
        self.assertEqual(program.wait(timeout=60), 0)


class FirstImpressions(unittest.TestCase):
    def test_versions(self):
        for program in (PACELINE, ENDPOINT, LOG):
            done = subprocess.run([program, "--version"], capture_output=True, text=True,
                                  timeout=60, check=False)
            self.assertEqual(done.returncode, 0)
            self.assertRegex(done.stdout, r"^paceline\w* \d+\.\d+\.\d+ \(")
            self.assertIn("\nlibcurl ", done.stdout)

    def test_a_duration_instead_of_a_number(self):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out.json"
            done = run("--paceline_rpm=6000,12000", "--paceline_parallel=20", "--paceline_rows=",
                       "--paceline_duration=500ms", "--paceline_endpoint_latency=1ms",
                       f"--benchmark_out={out}")
            self.assertEqual(done.returncode, 0, done.stderr)
            rows = json.loads(out.read_text())["benchmarks"]
            self.assertEqual([row["iterations"] for row in rows], [50, 100])

    def test_how_long_runs_will_take_is_said(self):
        program = subprocess.Popen(
            [PACELINE, "--paceline_rpm=60", "--paceline_parallel=1,2", "--paceline_requests=45",
             "--paceline_endpoint_latency=1ms"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True)
        line = program.stderr.readline()
        program.kill()
        program.communicate()
        self.assertEqual(line, "2 runs: about 90 s at the rates asked for\n")

    def test_debians_library_is_not_warned_of(self):
        self.assertNotIn("DEBUG", run(*QUICK).stderr)

    def test_the_host_is_the_one_that_is_asked(self):
        with Api() as api, tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out.json"
            done = self.post(api, out)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(out.read_text())["context"]["host"],
                             f"127.0.0.1:{api.server_port}")

    def post(self, api, out):
        with tempfile.NamedTemporaryFile() as body:
            body.write(b"{}")
            body.flush()
            return run(f"--paceline_http_url={api.url}", f"--paceline_http_body={body.name}",
                       f"--benchmark_out={out}", "--paceline_requests=1", "--paceline_rpm=0")


if __name__ == "__main__":
    unittest.main()
