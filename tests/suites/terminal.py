"""Runs programs on a terminal of their own, as a person would, and keeps what they write."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading

MARK = b"\0the program has ended\0"


class Terminal:
    """A terminal that controls the program on it, until the `with` block ends."""

    def __init__(self, *command, columns=80, lines=24, **environment):
        self.ours, self.inside = pty.openpty()
        self.resize(columns, lines)
        self.modes = termios.tcgetattr(self.inside)
        self.written = b""
        self.changed = threading.Condition()
        names = ("LC_ALL", "LC_CTYPE", "NO_COLOR", "OPENAI_API_KEY")
        inherited = {name: value for name, value in os.environ.items() if name not in names}
        self.process = subprocess.Popen(
            command, stdin=self.inside, stdout=self.inside, stderr=self.inside, close_fds=True,
            start_new_session=True, env=inherited | {"TERM": "xterm", "LANG": "C.UTF-8"} | environment,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.inside)
        self.reader.join()
        os.close(self.ours)

    def read(self):
        while True:
            try:
                piece = os.read(self.ours, 65536)
            except OSError:  # all have closed it
                return
            if not piece:
                return
            with self.changed:
                self.written += piece
                self.changed.notify_all()

    def resize(self, columns, lines):
        fcntl.ioctl(self.inside, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, keys):
        os.write(self.ours, keys.encode())

    def wait_for(self, pattern, since=0, timeout=60):
        """Waits until the program has written the pattern; returns the offset behind it."""
        found = None

        def is_found():
            nonlocal found
            found = re.compile(pattern.encode()).search(self.written, since)
            return found is not None

        with self.changed:
            if not self.changed.wait_for(is_found, timeout):
                raise AssertionError(f"no {pattern!r} in {self.written[since:].decode()!r}")
            return found.end()

    def end(self, timeout=60):
        """Waits for the end of the program and for all of its output; returns its exit code."""
        code = self.process.wait(timeout)
        # A terminal keeps the order of what is written to it, so the mark comes last.
        os.write(self.inside, MARK)
        with self.changed:
            if not self.changed.wait_for(lambda: self.written.endswith(MARK), timeout):
                raise AssertionError("the terminal lost the end of the program's output")
            self.written = self.written.removesuffix(MARK)
        return code

    @property
    def text(self):
        # Without what is still on its way of the last character.
        return self.written.decode(errors="ignore")

    @property
    def is_as_before(self):
        """Whether the terminal has the modes that it had at first."""
        return termios.tcgetattr(self.inside) == self.modes
