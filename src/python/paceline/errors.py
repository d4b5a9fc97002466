"""What run() raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from .result import Result


class Error(Exception):
    """A run that failed. The message is the program's own sentence: the fact, then the remedy.

    code    the program's exit code; None if the program did not run
    result  the runs that the program wrote all the same; None if it wrote none
    """

    def __init__(self, message: str, code: Optional[int] = None,
                 result: Optional[Result] = None) -> None:
        super().__init__(message)
        self.code = code
        self.result = result


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, or the Stop button of a notebook.

    result  the runs until then; the last one is cut short. None if there are none
    """

    def __init__(self, result: Optional[Result]) -> None:
        super().__init__("interrupted")
        self.result = result
