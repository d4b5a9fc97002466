"""Runs a program, passes on what it writes to stderr, and keeps that text."""

from __future__ import annotations

import codecs
import fcntl
import os
import re
import subprocess
import sys
import termios
from typing import List, Mapping, Tuple

# Sequences that control a terminal.
SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Child:
    """A program that runs. A `with` block ends it.

    On a terminal, the program's stderr is a terminal too, so that it shows its progress.
    """

    def __init__(self, command: List[str], environment: Mapping[str, str]) -> None:
        self._heard = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._ours, theirs = open_channel()
        try:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                             stdout=subprocess.DEVNULL, stderr=theirs,
                                             env=environment)
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
            self._heard += text
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
    if not sys.stderr or not sys.stderr.isatty():
        return os.pipe()
    ours, theirs = os.openpty()
    size = fcntl.ioctl(sys.stderr.fileno(), termios.TIOCGWINSZ, bytes(8))
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
    return ours, theirs
