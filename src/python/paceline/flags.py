"""Makes the program's flags from the parameters of run()."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Iterable, List, Mapping, Union, cast

from .errors import Error

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
    if isinstance(value, (bytes, Mapping)):
        raise Error(f"{name} takes a text, a number or a list, and no {type(value).__name__}")
    if hasattr(value, "item") and not isinstance(value, Iterable):
        value = cast(Scalar, value.item())  # of NumPy
    if isinstance(value, (str, int, float, timedelta, os.PathLike)):
        # A switch takes no value.
        return [flag if value is True else f"{flag}={text_of(value)}"]
    if not isinstance(value, Iterable):
        raise Error(f"{name} takes a text, a number or a list, and no {type(value).__name__}")
    texts = [text_of(one) for one in value]
    if name in REPEATED:
        return [f"{flag}={text}" for text in texts]
    return [f"{flag}={','.join(texts)}"]


def text_of(value: Scalar) -> str:
    if value is None:
        raise Error("a list of values contains None; leave it out")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return f"{value // timedelta(microseconds=1)}us"
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return str(value)
