"""Reads the file of a result, whose numbers may be NaN or infinite as C prints them."""

import json
import re
from pathlib import Path

from .errors import ReportError

NAME_A_RESULT = "name a file that paceline wrote with --benchmark_out"
# NaN and infinity as C prints them, which is not valid JSON.
C_NUMBER = re.compile(r"(:\s*)[-+]?(?:nan|inf|infinity)(?:\([a-z]*\))?(?=\s*[,}\]])", re.IGNORECASE)


def read_text(path):
    path = Path(path)
    try:
        # Reading a device or a pipe may never end.
        if path.exists() and not path.is_file():
            raise ReportError(f"'{path}' is not a regular file; {NAME_A_RESULT}")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ReportError(f"cannot read '{path}': {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ReportError(f"'{path}' is not JSON: the text is not UTF-8; {NAME_A_RESULT}") from error
    if not text.strip():
        raise ReportError(f"'{path}' is empty, perhaps because a program was interrupted; "
                          f"{NAME_A_RESULT}")
    return text


def parse_json(text, path):
    try:
        try:
            return json.loads(text)
        except ValueError:
            return json.loads(C_NUMBER.sub(r"\1NaN", text))
    except (ValueError, RecursionError) as error:
        raise ReportError(f"'{path}' is not JSON ({error}), perhaps because a program was "
                          f"interrupted; {NAME_A_RESULT}") from error
