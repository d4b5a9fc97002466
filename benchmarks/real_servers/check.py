"""Checks that paceline measures real servers: llama.cpp's server with a small model, LitServe, and
the proxies LiteLLM and Portkey in front of the embedded endpoint. Prints a Markdown table of the
results; exits with 1 if a check failed. benchmarks/real_servers/run installs the servers and starts
this script."""

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import checks
from servers import BUILT, MODEL, PLACE, SERVERS, NotStarted, endpoint

# Seconds for one check.
PATIENCE = 180
FILES = PLACE / "files"


def measure(check, url, flags, requests, log):
    """Runs paceline once. Returns the result in sentences; none if all is well."""
    result = FILES / "result.json"
    result.unlink(missing_ok=True)
    # Do not send a key for another API to these servers.
    surroundings = {name: value for name, value in os.environ.items() if name != "OPENAI_API_KEY"}
    command = [BUILT / "paceline", f"--paceline_url={url}", f"--paceline_workload={check.workload}",
               f"--paceline_model={MODEL}", f"--paceline_requests={requests}", "--paceline_rpm=0",
               "--paceline_parallel=4", "--paceline_wait=60s", "--paceline_by=status",
               "--paceline_rows=", f"--benchmark_out={result}", *flags, *check.flags(FILES)]
    if check.most:
        command.append(f"--paceline_max_tokens={check.most}")
    command = [str(part) for part in command]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env=surroundings, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return [f"paceline did not end within {PATIENCE} s"]
    log.write(f"$ {' '.join(command)}\n{done.stdout}\n")
    if not result.exists():
        said = [line for line in done.stdout.splitlines() if "paceline: " in line]
        return [f"exit code {done.returncode}: {(said or ['no message'])[-1]}"]
    rows = json.loads(result.read_text(encoding="utf-8"))["benchmarks"]
    if not rows:
        return ["an empty result"]
    return checks.problems(check, rows[0], requests)


def check_server(name, behind, options):
    """The results of a server's checks by their titles."""
    run, _, _ = SERVERS[name]
    results = {}
    with run(behind) as (url, flags), open(PLACE / f"{name}-paceline.log", "w", encoding="utf-8") as log:
        for check in checks.CHECKS[name]:
            wrong = measure(check, url, flags, options.requests, log)
            results[check.title] = "; ".join(wrong) or "ok"
            print(f"{name}: {check.title}: {results[check.title]}", file=sys.stderr, flush=True)
    return results


def measured(options):
    """The results of each server by its name and version; None stands for a server that is not
    installed."""
    columns = {}
    with endpoint() as behind:
        for name in options.servers.split(","):
            _, ready, version = SERVERS[name]
            if not ready.exists():
                columns[f"{name}, not installed"] = None
                continue
            try:
                columns[f"{name} {version()}"] = check_server(name, behind, options)
            except NotStarted as error:
                columns[name] = dict.fromkeys((check.title for check in checks.CHECKS[name]), str(error))
    return columns


def main():
    parser = argparse.ArgumentParser("benchmarks/real_servers/run", description=__doc__)
    parser.add_argument("--requests", type=int, default=20, help="requests of each check [20]")
    parser.add_argument("--servers", default=",".join(SERVERS),
                        help=f"servers to check [{','.join(SERVERS)}]")
    options = parser.parse_args()
    if unknown := set(options.servers.split(",")) - set(SERVERS):
        parser.error(f"unknown servers {', '.join(sorted(unknown))}; choose from {', '.join(SERVERS)}")
    # End the servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    FILES.mkdir(parents=True, exist_ok=True)
    (FILES / "tools.json").write_text(json.dumps(checks.TOOLS), encoding="utf-8")
    (FILES / "city.json").write_text(json.dumps(checks.CITY), encoding="utf-8")
    try:
        columns = measured(options)
    except NotStarted as error:
        sys.exit(f"real_servers: the embedded endpoint did not start: {error}")
    if not any(columns.values()):
        sys.exit("real_servers: none of the servers is installed; see above")
    titles = dict.fromkeys(title for column in columns.values() for title in column or ())
    print("| check | " + " | ".join(columns) + " |\n|" + "---|" * (len(columns) + 1))
    for title in titles:
        print(f"| {title} | " + " | ".join((column or {}).get(title, "-").replace("|", "/")
                                           for column in columns.values()) + " |")
    sys.exit(any(result != "ok" for column in columns.values()
                 for result in (column or {}).values()))


if __name__ == "__main__":
    main()
