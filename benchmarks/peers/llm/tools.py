"""The measured tools: installation, command line and reported times of each.

Every tool streams chat completions at a constant rate, where it can, without a limit of the requests
in flight, without warm-up, from one file with a prompt per request, and takes the number of tokens
from the server's usage."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from judge import BUILT

PLACE = Path(__file__).resolve().parents[3] / "build/peers/llm"
TOKENIZER = PLACE / "tokenizer"
TOKENS = 32


@dataclass
class Load:
    """The load that every tool gets."""
    url: str          # the endpoint's, without /v1
    rpm: int
    requests: int
    prompts: Path     # JSON lines with a prompt in the fields `prompt` and `text`
    folder: Path      # where the tool runs and writes its results

    @property
    def rate(self):
        return self.rpm / 60


@dataclass(eq=False)
class Tool:
    name: str
    link: str
    # The package, of which the environment has the name too; none for paceline.
    package: str
    command: Callable[[Load], list]
    # p50 and p99 of `ttft`, `itl` and `tpot` in ms, as paceline defines them, from the folder in which
    # the tool ran; without a time that the tool does not report.
    times: Callable[[Path], dict]
    environment: dict = field(default_factory=dict)

    @property
    def version(self):
        if not self.package:
            return ""
        code = f"from importlib.metadata import version; print(version('{self.package}'))"
        return subprocess.run([PLACE / self.package / "bin/python", "-c", code], check=True,
                              stdout=subprocess.PIPE, text=True).stdout.strip()

    def linked(self, text):
        return f"[{text}]({self.link})" if self.link else text

    @property
    def is_here(self):
        return not self.package or (PLACE / self.package / "ready").exists()


def program(name):
    return PLACE / name / "bin" / name


def paceline(load):
    return [BUILT / "paceline", "--paceline_workload=chat/stream", f"--paceline_url={load.url}/v1",
            f"--paceline_rpm={load.rpm}", "--paceline_parallel=1000",
            f"--paceline_requests={load.requests}", f"--paceline_max_tokens={TOKENS}",
            "--paceline_system=", f"--paceline_prompt={prompt('{n}')}", "--paceline_nonce=none",
            "--benchmark_out=result.json"]


def paceline_times(folder):
    # The rows after the run's are those of its percentiles.
    row = json.loads((folder / "result.json").read_text())["benchmarks"][0]
    return {name: (1e3 * row[f"{name}_p50"], 1e3 * row[f"{name}_p99"])
            for name in ("ttft", "itl", "tpot")}


def vllm(load):
    # An infinite burstiness, in vLLM's sense, is a constant rate.
    return [program("vllm"), "bench", "serve", "--backend=openai-chat", f"--base-url={load.url}",
            "--endpoint=/v1/chat/completions", "--model=words", f"--tokenizer={TOKENIZER}",
            "--dataset-name=custom", f"--dataset-path={load.prompts}", "--disable-shuffle",
            "--skip-chat-template", f"--custom-output-len={TOKENS}",
            f"--num-prompts={load.requests}", f"--request-rate={load.rate}", "--burstiness=inf",
            "--percentile-metrics=ttft,tpot,itl", "--metric-percentiles=50,99", "--disable-tqdm",
            "--save-result", "--result-filename=result.json"]


def vllm_times(folder):
    result = json.loads((folder / "result.json").read_text())
    return {name: (result[f"p50_{name}_ms"], result[f"p99_{name}_ms"])
            for name in ("ttft", "itl", "tpot")}


def evalscope(load):
    return [program("evalscope"), "perf", "--api=openai", "--model=words",
            f"--url={load.url}/v1/chat/completions", f"--tokenizer-path={TOKENIZER}",
            "--dataset=line_by_line", f"--dataset-path={load.prompts.with_suffix('.txt')}",
            f"--max-tokens={TOKENS}", "--stream", "--open-loop", f"--rate={load.rate}",
            f"--number={load.requests}", "--no-test-connection", "--outputs-dir=.",
            "--no-timestamp", "--name=results"]


def evalscope_times(folder):
    (file,) = folder.glob("results/*/benchmark_percentile.json")
    rows = {row["Percentiles"]: row for row in json.loads(file.read_text())}
    return {name: (rows["50%"][f"{name.upper()} (ms)"], rows["99%"][f"{name.upper()} (ms)"])
            for name in ("ttft", "itl", "tpot")}


def aiperf(load):
    return [program("aiperf"), "profile", "--model=words", f"--url={load.url}",
            "--endpoint-type=chat", "--streaming", f"--tokenizer={TOKENIZER}",
            f"--input-file={load.prompts}", "--custom-dataset-type=single_turn",
            f"--output-tokens-mean={TOKENS}", "--use-server-token-count",
            f"--request-rate={load.rate}", "--arrival-pattern=constant",
            f"--request-count={load.requests}", "--ui=none", "--no-server-metrics",
            "--no-gpu-telemetry", "--output-artifact-dir=results"]


def aiperf_times(folder):
    result = json.loads((folder / "results/profile_export_aiperf.json").read_text())
    # AIPerf's inter-token latency is one mean per response.
    names = {"ttft": "time_to_first_token", "itl": "inter_chunk_latency",
             "tpot": "inter_token_latency"}
    return {name: (result[theirs]["p50"], result[theirs]["p99"]) for name, theirs in names.items()}


def guidellm(load):
    return [program("guidellm"), "run",
            "--backend", f"kind=openai_http,target={load.url},model=words,"
            f"request_format=/v1/chat/completions,max_tokens={TOKENS}",
            "--profile", f"kind=constant,rate={load.rate}",
            "--constraint", f"kind=max_requests,count={load.requests}",
            "--tokenizer", f"kind=hf_auto,model={TOKENIZER}",
            "--data", f"kind=json_file,path={load.prompts}",
            "--output", "kind=json,path=result.json", "--disable-console"]


def guidellm_times(folder):
    (run,) = json.loads((folder / "result.json").read_text())["benchmarks"]
    # GuideLLM's inter-token latency is one mean per response, and its TPOT includes TTFT.
    names = {"ttft": "time_to_first_token_ms", "tpot": "inter_token_latency_ms"}
    found = {name: run["metrics"][theirs]["successful"]["percentiles"]
             for name, theirs in names.items()}
    return {name: (times["p50"], times["p99"]) for name, times in found.items()}


def prompt(number):
    return f"Request {number}: " + "one line keeps the prompt short and the answer steady " * 6


def all_tools():
    # On one core, GuideLLM with its default of 10 worker processes starts later and reaches less.
    # AIPerf takes a folder as tokenizer only while it believes that it is online.
    offline = {"HF_HUB_OFFLINE": "1"}
    return [
        Tool("paceline", "", "", paceline, paceline_times),
        Tool("vLLM `bench serve`", "https://docs.vllm.ai/en/latest/cli/bench/serve/", "vllm", vllm,
             vllm_times, offline),
        Tool("evalscope `perf`", "https://github.com/modelscope/evalscope", "evalscope", evalscope,
             evalscope_times, offline),
        Tool("AIPerf", "https://github.com/ai-dynamo/aiperf", "aiperf", aiperf, aiperf_times),
        Tool("GuideLLM", "https://github.com/vllm-project/guidellm", "guidellm", guidellm,
             guidellm_times, offline | {"GUIDELLM__MAX_WORKER_PROCESSES": "1"}),
    ]
