"""A terminal of a fixed size for the pictures: a tmux server on a socket of its own."""

import re
import shlex
import subprocess
import tempfile
import time
from pathlib import Path

PROMPT = "$ "
# A busy machine takes its time to start a program.
SECONDS = 120


class Terminal:
    """A shell on a terminal, until the `with` block ends. `programs` is a folder for the PATH."""

    def __init__(self, programs, *, columns, lines):
        self.programs, self.columns, self.lines = programs, columns, lines

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        home = Path(self.folder.name)
        self.socket = home / "tmux"
        # The shell signals each prompt, so that the end of a command is known.
        (home / "shell").write_text(f"""PS1='{PROMPT}'
PATH={shlex.quote(str(self.programs))}:$PATH
PROMPT_COMMAND='tmux wait-for -S prompt'
unset NO_COLOR
""")
        shell = f"bash --noprofile --rcfile {shlex.quote(str(home / 'shell'))}"
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(self.columns), "-y",
                  str(self.lines), "-c", str(home), "env", "LC_ALL=C.UTF-8", "bash", "-c", shell)
        self.wait_for_prompt()
        return self

    def __exit__(self, *_):
        self.tmux("kill-server")
        self.folder.cleanup()

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-u", "-S", self.socket, *arguments], check=True, text=True,
                              stdout=subprocess.PIPE, timeout=SECONDS).stdout

    def press(self, keys):
        self.tmux("send-keys", "-l", keys)

    def type(self, command):
        self.tmux("send-keys", "-l", command)
        self.tmux("send-keys", "Enter")

    def wait_for_prompt(self):
        self.tmux("wait-for", "prompt")
        # The shell prints the prompt after the signal. Keys before that would appear twice.
        self.wait_for(re.compile(rf"{re.escape(PROMPT.rstrip())}\s*\Z"))

    def wait_for(self, pattern):
        """Waits until the terminal shows the pattern, a compiled regular expression."""
        end = time.monotonic() + SECONDS
        while not pattern.search(self.text()):
            if time.monotonic() > end:
                raise TimeoutError(f"the terminal does not show {pattern.pattern}:\n{self.text()}")
            time.sleep(0.1)

    def text(self):
        return self.tmux("capture-pane", "-p")

    def styled_lines(self):
        """What the terminal shows, with escape sequences and without the last prompt."""
        lines = self.tmux("capture-pane", "-e", "-p").rstrip().split("\n")
        return lines[:-1] if lines[-1] == PROMPT.rstrip() else lines
