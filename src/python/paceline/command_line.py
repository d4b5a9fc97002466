"""The form of the command lines: that of paceline's other programs, which help2man expects."""

from __future__ import annotations

import argparse
import sys
from typing import Any, NoReturn

from .report.version import VERSION
from .report.words import harmless


class Layout(argparse.HelpFormatter):
    """Lays out the help in at most 80 columns. Examples keep their lines."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=20, width=82)

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: Any = None) -> None:
        super().add_usage(usage, actions, groups, "Usage: ")

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if "\n  $ " in text else super()._fill_text(text, width, indent)


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line and end the program with 1."""

    def __init__(self, program: str, usage: str, description: str, examples: str) -> None:
        super().__init__(program, usage=usage, description=description, epilog=examples,
                         allow_abbrev=False, formatter_class=Layout, add_help=False)

    def add_help_flags(self) -> None:
        """Adds --help and --version as the last group."""
        group = self.add_argument_group("Help")
        group.add_argument("-h", "--help", action="help", help="print this help and exit")
        group.add_argument("--version", action="version", version=f"{self.prog} {VERSION}",
                           help="print the version and exit")

    def _print_message(self, message: str, file: Any = None) -> None:
        # argparse ignores write errors; here they reach the caller.
        if message:
            (file or sys.stderr).write(message)

    def error(self, message: str) -> NoReturn:
        self.exit(1, f"{self.prog}: {harmless(message)}; see {self.prog} --help\n")
