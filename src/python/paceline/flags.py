"""Makes the program's flags from the parameters of run()."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Iterable, List, Mapping, Union

Scalar = Union[str, int, float, bool, timedelta, "os.PathLike[str]"]
Value = Union[Scalar, Iterable[Scalar], None]

# Each value of these flags is a flag of its own; their values may contain commas.
REPEATED = {"url", "header", "resolve"}


def flags_of(parameters: Mapping[str, Value]) -> List[str]:
    """The flags, in the order of the parameters. None leaves a flag out."""
    return [flag for name, value in parameters.items() for flag in flags_of_one(name, value)]


def flags_of_one(name: str, value: Value) -> List[str]:
    flag = f"--{name}" if name.startswith("benchmark_") else f"--paceline_{name}"
    if value is None:
        return []
    if isinstance(value, (str, int, float, timedelta, os.PathLike)):
        # A switch takes no value.
        return [flag if value is True else f"{flag}={text_of(value)}"]
    if name in REPEATED:
        return [f"{flag}={text_of(one)}" for one in value]
    return [f"{flag}={','.join(map(text_of, value))}"]


def text_of(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return f"{value // timedelta(microseconds=1)}us"
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return str(value)
