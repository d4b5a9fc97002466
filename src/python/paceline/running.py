"""Measures an API from Python."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Union

from .child import Child
from .errors import Error, Interrupted
from .flags import Value, flags_of
from .programs import environment, find_program
from .report.words import harmless
from .result import Result

# Set by run() itself.
RESERVED = {"benchmark_out", "benchmark_out_format", "benchmark_format"}


def run(*, url: Union[str, Sequence[str], None] = None, workload: Optional[str] = None,
        model: Optional[str] = None, rpm: Union[int, str, Sequence[int], None] = None,
        parallel: Union[int, Sequence[int], None] = None, requests: Optional[int] = None,
        duration: Union[str, timedelta, None] = None, repetitions: Optional[int] = None,
        prompt: Optional[str] = None, max_tokens: Optional[int] = None,
        api_key: Optional[str] = None, **flags: Value) -> Result:
    """Measures an API and returns the result, as the program `paceline` does.

    Without `url`, the requests go to the embedded endpoint: a test server in the program. A
    parameter that is None takes the program's default; `paceline --help` lists the defaults.

    url          base URL of the API, such as "https://api.openai.com/v1", or several
    workload     what to send, such as "chat/complete", "chat/stream" or "embeddings"
    model        the model to name in requests
    rpm          requests per minute. 0 is unpaced, "auto" the limit of the account. Each rate of a
                 list is measured with each value of `parallel`
    parallel     the most requests in flight
    requests     requests per run
    duration     time of a run, in place of `requests`: "20s" or timedelta(seconds=20)
    repetitions  how often each run is repeated
    prompt       text of the prompt; "{n}" becomes the number of the request
    max_tokens   the most tokens of a response
    api_key      the key. Only the program's environment contains it. Without `api_key`, the program
                 reads OPENAI_API_KEY, or the variable that the flag `api_key_env` names
    flags        any other flag by its name without "--paceline_": endpoint_latency="50ms" is
                 --paceline_endpoint_latency=50ms. Names with "benchmark_" are Google Benchmark's
                 flags. A list gives a list with commas, True a switch, a timedelta a duration, and
                 a list for `url`, `header` or `resolve` one flag for each value

    On a terminal, the program shows its progress on stderr.

    Raises Error if the program fails. Ctrl-C stops the run and raises Interrupted, which is a
    KeyboardInterrupt with the results until then.
    """
    named: Dict[str, Value] = {
        "url": url, "workload": workload, "model": model, "rpm": rpm, "parallel": parallel,
        "requests": requests, "duration": duration, "benchmark_repetitions": repetitions,
        "prompt": prompt, "max_tokens": max_tokens}
    for name in flags:
        if name in RESERVED:
            raise Error(f"run() sets {name} itself; save the result with Result.save()")
    variables = environment()
    if api_key is not None:
        variables[str(flags.get("api_key_env") or "OPENAI_API_KEY")] = api_key
    with tempfile.TemporaryDirectory(prefix="paceline-") as folder:
        out = Path(folder) / "result.json"
        # With this format, the program prints no table and no context beside its messages.
        command = [find_program("paceline"), *flags_of(named), *flags_of(flags),
                   "--benchmark_format=json", f"--benchmark_out={out}",
                   "--benchmark_out_format=json"]
        return measure(command, variables, out)


def measure(command: List[str], variables: Dict[str, str], out: Path) -> Result:
    """Runs the command, and reads the result that it writes to `out`."""
    try:
        child = Child(command, variables)
    except (OSError, ValueError) as error:
        raise Error(f"cannot start {command[0]}: {error}") from error
    with child:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            child.stop()
            raise Interrupted(written(out)) from None
        if code != 0:
            raise Error(sentence(child.lines(), code), code, written(out))
        if not out.is_file() or out.stat().st_size == 0:
            raise Error(f"nothing was measured: {sentence(child.lines(), code)}", code)
    return Result.load(out)


def written(out: Path) -> Optional[Result]:
    """The result of a run that did not succeed; None if there is none."""
    try:
        return Result.load(out)
    except Error:
        return None


def sentence(lines: List[str], code: int) -> str:
    """The last sentence that the program said about itself."""
    own = [line for line in lines if line.startswith("paceline: ")]
    if own:
        return str(harmless(own[-1].partition(": ")[2]))
    ended = f"signal {-code}" if code < 0 else f"status {code}"
    return f"paceline ended with {ended}" + (f": {harmless(lines[-1])}" if lines else "")
