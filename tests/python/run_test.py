"""paceline.run() against endpoints: what the program gets, and what the caller gets back."""

import contextlib
import http.server
import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import threading
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest

import paceline

ROOT = Path(__file__).resolve().parents[2]


class Api(http.server.BaseHTTPRequestHandler):
    """Answers every request with the status of its server, whose `seen` keeps the headers."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append(dict(self.headers))
        body = b'{"error": {"message": "no such thing"}}'
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def refusing_api():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    server.status, server.seen = 403, []
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def url_of(server):
    return f"http://127.0.0.1:{server.server_port}/v1"


def test_a_grid(measured):
    assert [(row.rpm_asked, row.repetition) for row in measured.rows] == [
        (6000, 0), (6000, 1), (12000, 0), (12000, 1)]
    for row in measured.rows:
        assert (row.workload, row.parallel, row.iterations) == ("chat/stream", 20, 10)
        assert row.counters["errors"] == 0
        assert row.rpm == row.counters["rpm"] > 0


def test_the_flags_reach_the_program(endpoint):
    result = paceline.run(url=[endpoint, endpoint.replace("127.0.0.1", "localhost")], rpm=6000,
                          duration=timedelta(milliseconds=200), parallel=10, model="a,b",
                          header=["x-tags: a, b", "x-team: 7"], compressed=True)
    flags = result.context["paceline_flags"]
    for flag in ("--paceline_duration=200000us", "--paceline_header='x-tags: a, b'",
                 "--paceline_header='x-team: 7'", "--paceline_compressed"):
        assert flag in flags
    assert {row.iterations for row in result.rows} == {20}
    assert "localhost" in result.context["host"] and "127.0.0.1" in result.context["host"]


def test_an_error_is_the_programs_sentence():
    with pytest.raises(paceline.Error) as caught:
        paceline.run(rpm=-1)
    assert str(caught.value).startswith("--paceline_rpm: '-1' is not a whole number")
    assert (caught.value.code, caught.value.result) == (1, None)


def test_an_unknown_flag():
    with pytest.raises(paceline.Error, match="unknown flag --paceline_no_such_flag"):
        paceline.run(no_such_flag=1)


@pytest.mark.parametrize("name", ["benchmark_out", "benchmark_out_format", "benchmark_format"])
def test_the_output_belongs_to_run(name):
    with pytest.raises(paceline.Error, match=name):
        paceline.run(**{name: "x"})


def test_runs_with_too_many_errors_are_kept():
    with pytest.raises(paceline.Error) as caught:
        paceline.run(rpm=6000, parallel=10, requests=50, endpoint_latency="1ms",
                     endpoint_fault="http_500:0.5", max_error_ratio=0.1)
    assert caught.value.code == 1
    (row,) = caught.value.result.rows
    assert row.counters["errors"] > 0 and row.verdict == "failing"


def test_the_key_is_for_the_program_only(refusing_api):
    with pytest.raises(paceline.Error) as caught:
        paceline.run(url=url_of(refusing_api), api_key="sk-a-secret-key", requests=1)
    assert refusing_api.seen[0]["Authorization"] == "Bearer sk-a-secret-key"
    assert "OPENAI_API_KEY" not in os.environ
    assert "sk-a-secret-key" not in str(caught.value)
    with pytest.raises(paceline.Error):
        paceline.run(url=url_of(refusing_api), api_key="another-key", api_key_env="MY_KEY",
                     requests=1)
    assert refusing_api.seen[-1]["Authorization"] == "Bearer another-key"


def test_a_call_that_measures_nothing():
    with pytest.raises(paceline.Error, match="nothing was measured") as caught:
        paceline.run(benchmark_list_tests=True)
    assert caught.value.code == 0


def test_without_stderr(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert len(paceline.run(rpm=6000, parallel=10, requests=5, endpoint_latency="1ms").rows) == 1


def test_no_program(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(paceline.Error, match="paceline is not on the PATH"):
        paceline.run()


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import paceline
try:
    paceline.run(url=sys.argv[2], rpm=600, parallel=10, requests=100000)
except KeyboardInterrupt as end:
    (row,) = end.result.rows
    print(type(end).__name__, row.was_cut_short, row.counters["cut_off"] < 100000)
"""


@contextlib.contextmanager
def started(endpoint, **options):
    """Python with SCRIPT, until the `with` block ends."""
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, ROOT / "src" / "python", endpoint],
                               stdout=subprocess.PIPE, text=True, process_group=0, **options)
    with process:
        try:
            yield process
        finally:
            # With the program that it runs.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def read_until(descriptor, words):
    """What a program writes until it has written these words."""
    heard = b""
    while words not in heard:
        ready, _, _ = select.select([descriptor], [], [], 60)
        assert ready, f"the program wrote only {heard!r}"
        heard += os.read(descriptor, 4096)
    return heard


def test_progress_and_ctrl_c_on_a_terminal(endpoint):
    """The terminal's SIGINT reaches the program as well, and Python asks the program to stop."""
    ours, theirs = pty.openpty()
    with started(endpoint, stderr=theirs) as process:
        os.close(theirs)
        read_until(ours, b" of 600 RPM")
        os.killpg(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    os.close(ours)
    assert out == "Interrupted True True\n"


def test_the_stop_button_of_a_notebook(endpoint):
    """Only Python gets the signal."""
    with started(endpoint, stderr=subprocess.PIPE) as process:
        wait_for_requests(endpoint)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert out == "Interrupted True True\n", err


def test_the_program_stops_when_python_is_killed(endpoint):
    with started(endpoint, stderr=subprocess.DEVNULL) as process:
        wait_for_requests(endpoint)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        (child,) = children.read_text(encoding="ascii").split()
        process.kill()
        for _ in range(6000):
            if not is_running(child):
                return
            threading.Event().wait(0.01)
        pytest.fail("the program went on")


def is_running(process):
    """Whether the process is there and no zombie."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return "State:\tZ" not in status


class Window(io.StringIO):
    """A stderr that says that it is a terminal and has no descriptor, as of an editor."""

    def isatty(self):
        return True


def test_a_window_that_is_no_terminal(monkeypatch):
    window = Window()
    monkeypatch.setattr(sys, "stderr", window)
    paceline.run(rpm=60000, parallel=1, requests=20, endpoint_latency="5ms")
    assert "What bounded the runs:" in window.getvalue()


def wait_for_requests(endpoint):
    """Returns when the endpoint has answered more than the trial request."""
    metrics = endpoint.removesuffix("/v1") + "/metrics"
    for _ in range(6000):
        text = urllib.request.urlopen(metrics).read().decode()
        counts = [float(line.split()[-1]) for line in text.splitlines()
                  if line.startswith("vllm:request_success_total")]
        if sum(counts) > 3:
            return
        threading.Event().wait(0.01)
    pytest.fail(f"no requests came: {text}")


def test_messages_without_a_terminal_are_passed_on(capsys):
    paceline.run(rpm=60000, parallel=1, requests=20, endpoint_latency="5ms")
    said = capsys.readouterr().err
    assert "What bounded the runs:" in said
    # Google Benchmark's context of its table.
    assert "Load Average" not in said and "Run on" not in said


def test_nothing_is_printed_on_stdout(capfd):
    paceline.run(rpm=6000, parallel=10, requests=5, endpoint_latency="1ms")
    assert capfd.readouterr().out == ""


def test_the_file_is_json(measured, tmp_path):
    measured.save(tmp_path / "r.json")
    assert json.loads((tmp_path / "r.json").read_text())["benchmarks"]
