"""Runs a command of paceline that is written in Python, as its other programs run."""

from __future__ import annotations

import os
import sys
from typing import Callable, Union


def open_missing() -> None:
    """Opens standard streams that are closed as /dev/null."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))


def run(program: str, main: Callable[[], int]) -> Union[int, str, None]:
    """Runs main(), and reports an error if standard output cannot be written. Returns the exit
    code.
    """
    open_missing()
    try:
        code: Union[int, str, None]
        try:
            code = main()
        except SystemExit as end:  # of argparse
            code = end.code
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        # Python would otherwise flush the buffer at exit and fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if isinstance(error, BrokenPipeError):
            return 0
        try:
            print(f"{program}: cannot write to standard output: {error.strerror}", file=sys.stderr)
            sys.stderr.flush()
        except OSError:
            os.dup2(1, 2)
        return 1
    return code
