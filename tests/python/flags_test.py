"""The flags that the parameters of run() become."""

from datetime import timedelta
from pathlib import Path

import numpy
import pytest

from paceline import Error
from paceline.flags import flags_of


@pytest.mark.parametrize("name, value, flags", [
    ("model", "small", ["--paceline_model=small"]),
    ("rpm", 60, ["--paceline_rpm=60"]),
    ("rpm", [60, 600], ["--paceline_rpm=60,600"]),
    ("rpm", (60,), ["--paceline_rpm=60"]),
    ("rpm", range(10, 40, 10), ["--paceline_rpm=10,20,30"]),
    ("rpm", 0, ["--paceline_rpm=0"]),
    ("endpoint_latency", "50ms", ["--paceline_endpoint_latency=50ms"]),
    ("duration", timedelta(seconds=1.5), ["--paceline_duration=1500000us"]),
    ("compressed", True, ["--paceline_compressed"]),
    ("compressed", False, ["--paceline_compressed=false"]),
    ("log", Path("a b.sqlite"), ["--paceline_log=a b.sqlite"]),
    ("resume", [Path("run.0.sqlite"), "run.1.sqlite"], ["--paceline_resume=run.0.sqlite,run.1.sqlite"]),
    ("prompt", "", ["--paceline_prompt="]),
    ("max_error_ratio", 0.5, ["--paceline_max_error_ratio=0.5"]),
    ("benchmark_repetitions", 9, ["--benchmark_repetitions=9"]),
    ("url", ["http://a/v1", "http://b/v1"],
     ["--paceline_url=http://a/v1", "--paceline_url=http://b/v1"]),
    ("header", ["a: 1, 2", "b: 3"], ["--paceline_header=a: 1, 2", "--paceline_header=b: 3"]),
    ("header", "a: 1", ["--paceline_header=a: 1"]),
    ("resolve", ["a:1:::1", "b:2:::2"], ["--paceline_resolve=a:1:::1", "--paceline_resolve=b:2:::2"]),
    ("requests", None, []),
    ("rpm", numpy.int64(60000), ["--paceline_rpm=60000"]),
    ("compressed", numpy.True_, ["--paceline_compressed"]),
    ("rpm", numpy.array([60, 600]), ["--paceline_rpm=60,600"]),
    ("max_error_ratio", numpy.float32(0.5), ["--paceline_max_error_ratio=0.5"]),
])
def test_a_parameter(name, value, flags):
    assert flags_of({name: value}) == flags


@pytest.mark.parametrize("value", [b"abc", {"a": "b"}, object()])
def test_what_is_no_value(value):
    with pytest.raises(Error, match=f"prompt takes .* and no {type(value).__name__}"):
        flags_of({"prompt": value})


def test_none_in_a_list():
    with pytest.raises(Error, match="contains None"):
        flags_of({"rpm": [60, None]})


def test_the_order_is_kept():
    assert flags_of({"rpm": 1, "model": None, "parallel": 2}) == [
        "--paceline_rpm=1", "--paceline_parallel=2"]
