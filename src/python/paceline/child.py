"""Runs a program, passes on what it writes to stderr, and keeps that text."""

from __future__ import annotations

import codecs
import contextlib
import ctypes
import fcntl
import os
import re
import signal
import subprocess
import sys
import termios
from typing import List, Mapping, Optional, Tuple

# Sequences that control a terminal.
SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# The letters of stderr that are kept. A progress line is redrawn four times per second.
KEPT = 65_536
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Child:
    """A program that runs. A `with` block ends it.

    On a terminal, the program's stderr is a terminal too, so that it shows its progress. If Python
    ends meanwhile, also by SIGKILL, the program stops sending.
    """

    def __init__(self, command: List[str], environment: Mapping[str, str]) -> None:
        self._heard = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._ours, theirs = open_channel()
        try:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                             stdout=subprocess.DEVNULL, stderr=theirs,
                                             env=environment, preexec_fn=end_with_parent)
        except BaseException:
            os.close(self._ours)
            raise
        finally:
            os.close(theirs)

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._ours)

    def wait(self) -> int:
        """Passes stderr on until the program ends. Returns its exit code."""
        while piece := self._read():
            text = self._decoder.decode(piece)
            self._heard = (self._heard + text)[-KEPT:]
            # A notebook or a terminal that has gone must not end the measurement.
            with contextlib.suppress(OSError, ValueError):
                if sys.stderr:
                    sys.stderr.write(text)
                    sys.stderr.flush()
        return self._process.wait()

    def stop(self) -> int:
        """Has the program send nothing more, and waits for its results."""
        # A terminal sends SIGINT to the program as well. A second SIGINT would end the program
        # without results; SIGTERM does not.
        self._process.terminate()
        return self.wait()

    def lines(self) -> List[str]:
        """The lines of stderr, without the sequences that control a terminal."""
        text = SEQUENCE.sub("", self._heard)
        return [line for line in re.split(r"[\r\n]+", text) if line.strip()]

    def _read(self) -> bytes:
        try:
            return os.read(self._ours, 65536)
        except OSError:
            # The terminal of a program that has ended.
            return b""


def open_channel() -> Tuple[int, int]:
    """A descriptor to read from, and one for the program's stderr."""
    size = terminal_size()
    if size is None:
        return os.pipe()
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
    return ours, theirs


def terminal_size() -> Optional[bytes]:
    """The size of the terminal that stderr is, as the kernel writes it; None without a terminal."""
    try:
        if sys.stderr and sys.stderr.isatty():
            return fcntl.ioctl(sys.stderr.fileno(), termios.TIOCGWINSZ, bytes(8))
    except (OSError, ValueError):
        pass  # such as an editor's window that says that it is a terminal
    return None


def end_with_parent() -> None:
    """Has the kernel send SIGTERM to this process when the thread that started it ends."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
