"""The programs: where they are, their environment, and the commands of the wheel that start them."""

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Dict, NoReturn

from .errors import Error

BIN = Path(__file__).with_name("bin")


def is_wheel() -> bool:
    """Whether this package comes from a wheel, which contains the programs."""
    return BIN.is_dir()


def find_program(name: str) -> str:
    """The path of a program: in this package, or else on the PATH."""
    if is_wheel():
        return str(BIN / name)
    found = shutil.which(name)
    if found is None:
        raise Error(f"the program {name} is not on the PATH; install paceline, or add the folder of "
                    "its programs to the PATH")
    return found


def environment() -> Dict[str, str]:
    """The environment of a program. Names certifi's authorities, for systems that have none."""
    variables = dict(os.environ)
    try:
        import certifi
    except ImportError:
        return variables
    variables.setdefault("PACELINE_CA_FALLBACK", certifi.where())
    return variables


def start(name: str) -> NoReturn:
    """Replaces this process by the program, which gets this process's arguments."""
    # Python ignores these signals, and a program would inherit that.
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    try:
        os.execve(find_program(name), sys.argv, environment())
    except OSError as error:
        sys.exit(f"{name}: {error.filename} cannot be started: {error.strerror}; reinstall paceline")


def paceline() -> NoReturn:
    """The command `paceline`."""
    start("paceline")


def paceline_endpoint() -> NoReturn:
    """The command `paceline_endpoint`."""
    start("paceline_endpoint")


def paceline_log() -> NoReturn:
    """The command `paceline_log`."""
    start("paceline_log")
