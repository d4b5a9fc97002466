"""Reads each request from the log of llama.cpp's server, as a reference for paceline's figures."""

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import Optional

from judge import quantile

# 1.08.512.010 I slot print_timing: id  3 | task 1159 | ...
# The time is in minutes, seconds, milliseconds and microseconds since the server's start.
LINE = re.compile(r"(\d+)\.(\d+)\.(\d+)\.(\d+) \w slot +(\w+): id +\d+ \| task (\d+) \| (.*)")
TIMING = re.compile(r" *(prompt eval|eval) time = +([\d.]+) ms / +(\d+) tokens")


@dataclass
class Request:
    began: float                         # when the server started the request, in seconds
    ended: Optional[float] = None        # None if the request did not end
    prompt_tokens: int = 0               # tokens that the server read; the others came from its cache
    prompt_ms: float = 0.0               # from the start to the first token
    tokens: int = 0
    decode_ms: float = 0.0               # from the first token to the last

    @property
    def tpot_ms(self):
        return self.decode_ms / (self.tokens - 1)


def note_timing(request, text):
    timing = TIMING.match(text)
    if timing and timing[1] == "prompt eval":
        request.prompt_ms, request.prompt_tokens = float(timing[2]), int(timing[3])
    elif timing:
        request.decode_ms, request.tokens = float(timing[2]), int(timing[3])


def read_requests(file):
    """All requests in the order in which the server started them."""
    requests = {}
    for line in file.read_text(errors="replace").splitlines():
        if not (parts := LINE.match(line)):
            continue
        minutes, seconds, milliseconds, microseconds = map(int, parts.groups()[:4])
        now = 60 * minutes + seconds + milliseconds / 1e3 + microseconds / 1e6
        event, task, text = parts.groups()[4:]
        if event == "launch_slot_":
            requests[task] = Request(began=now)
        elif task in requests and event == "print_timing":
            note_timing(requests[task], text)
        elif task in requests and event == "release":
            requests[task].ended = now
    return list(requests.values())


def split_runs(requests, counts):
    """The requests of the last runs, with `counts` requests each. None if a request did not end,
    because its run is then unknown."""
    requests = requests[max(0, len(requests) - sum(counts)):]
    if len(requests) < sum(counts) or not all(
            request.ended and request.tokens > 1 for request in requests):
        return None
    ends = list(accumulate(counts))
    return [requests[end - count:end] for end, count in zip(ends, counts)]


def figures(run):
    span = max(request.ended for request in run) - min(request.began for request in run)
    return {
        "prompt tokens": quantile([request.prompt_tokens for request in run], 0.5),
        "prompt p50": quantile([request.prompt_ms for request in run], 0.5),
        "tpot p50": quantile([request.tpot_ms for request in run], 0.5),
        "tokens/s": sum(request.tokens for request in run) / span,
    }
