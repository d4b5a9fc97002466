"""Checks that the SDKs of OpenAI (Python, Node) and Anthropic (Python) read the responses of the
embedded endpoint. Prints a Markdown table of what passed; exits with 1 if a check failed.
benchmarks/sdks/run installs the SDKs and starts this script."""

import argparse
import json
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path

import anthropic_checks
import openai_checks

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NODE_SDK = ROOT / "build/sdks/node/node_modules/openai"
KEY = "the-right-key"
PATIENCE = 120  # seconds for all checks of Node


@contextmanager
def endpoint(program, *flags):
    """Runs the endpoint during a `with`, on a port that the system chooses, and yields its URL."""
    with subprocess.Popen([program, "--port=0", "--token_time=0", "--require_key_env=SDKS_KEY", *flags],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          env=os.environ | {"SDKS_KEY": KEY}) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def run(check):
    """"passed", or why the check failed."""
    try:
        check()
    except Exception as error:  # an SDK may fail in any way
        return f"{type(error).__name__}: {error}".split("\n")[0][:100]
    return "passed"


def node_results(urls):
    """The results of the checks by their names; nothing without Node."""
    if not NODE_SDK.exists():
        return {}
    done = subprocess.run(["node", HERE / "check.mjs", NODE_SDK, KEY, json.dumps(urls)],
                          stdout=subprocess.PIPE, text=True, timeout=PATIENCE, check=False)
    if done.returncode != 0:
        return {"whole": f"node ended with {done.returncode}"}
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser("benchmarks/sdks/run", description=__doc__)
    parser.add_argument("--endpoint", default=ROOT / "build/release/bin/paceline_endpoint",
                        help="the program to check [build/release/bin/paceline_endpoint]")
    options = parser.parse_args()
    with ExitStack() as stack:
        # Each SDK finds a fresh limit: of three requests, one a minute and one in advance pass.
        urls = {name: stack.enter_context(endpoint(options.endpoint, *flags)) for name, flags in {
            "plain": (), "limited_openai": ("--rpm_limit=1",), "limited_anthropic": ("--rpm_limit=1",),
            "limited_node": ("--rpm_limit=1",), "overloaded": ("--fault=http_503",),
            "failing": ("--fault=error_event",), "filtered": ("--fault=content_filter",),
            "compressed": ("--compressed",), "batched": ("--tokens_per_event=3",)}.items()}
        columns = {
            f"openai {version('openai')} (Python)":
                {name: run(check) for name, check in openai_checks.checks(urls, KEY).items()},
            f"anthropic {version('anthropic')} (Python)":
                {name: run(check) for name, check in anthropic_checks.checks(urls, KEY).items()},
            "openai (Node)": node_results(urls)}
    if NODE_SDK.exists():
        node = json.loads((NODE_SDK / "package.json").read_text(encoding="utf-8"))["version"]
        columns[f"openai {node} (Node)"] = columns.pop("openai (Node)")
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    print("| check | " + " | ".join(columns) + " |\n|" + "---|" * (len(columns) + 1))
    for name in names:
        print(f"| {name} | " + " | ".join(column.get(name, "-") for column in columns.values()) + " |")
    failed = sum(result != "passed" for column in columns.values() for result in column.values())
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
