"""Completes the programs' flags in bash, zsh and fish, as a person does with the tab key.

Needs PACELINE, PACELINE_ENDPOINT and PACELINE_LOG, the paths of the programs.
"""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from terminal import Terminal

PROGRAMS = {name: os.environ[name.upper()] for name in ("paceline", "paceline_endpoint", "paceline_log")}
SHELLS = ("bash", "zsh", "fish")


def script_of(name, shell):
    done = subprocess.run([PROGRAMS[name], f"--completion={shell}"], capture_output=True, text=True,
                          timeout=60)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


class Folder(unittest.TestCase):
    """A folder with the scripts, and with a file and a folder to complete."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "run one.sqlite").touch()
        (self.folder / "results").mkdir()
        for name in PROGRAMS:
            for shell in SHELLS:
                (self.folder / f"{name}.{shell}").write_text(script_of(name, shell))

    def printed_by(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=self.folder,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"})
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout


class Bash(Folder):
    def completions(self, line, breaks=" \\t\\n\\\"'><=;|&(:"):
        name = line.split()[0]
        return self.printed_by(
            "bash", "--norc", "--noprofile", "-uc", f"""
            source ./{name}.bash
            COMP_WORDBREAKS=$'{breaks.replace("'", chr(92) + "'")}'
            COMP_LINE=$1 COMP_POINT=${{#1}} COMPREPLY=(of-before)
            "_$2"
            printf '%s\\n' "${{COMPREPLY[@]}}"
            """, "-", line, name).split("\n")[:-1]

    def test_flags(self):
        self.assertEqual(self.completions("paceline --paceline_con"),
                         ["--paceline_conversations=", "--paceline_console=", "--paceline_config="])
        self.assertEqual(self.completions("paceline --paceline_rpm=60 --vers"), ["--version"])
        self.assertIn("--benchmark_out=", self.completions("paceline "))
        self.assertIn("--latency=", self.completions("paceline_endpoint --l"))
        self.assertEqual(self.completions("paceline_log --ou"), ["--out="])

    def test_choices(self):
        self.assertEqual(self.completions("paceline --paceline_console="), ["full", "short", "table"])
        self.assertEqual(self.completions("paceline --paceline_console=f"), ["full"])
        self.assertEqual(self.completions("paceline --help=r"), ["rate", "results"])
        self.assertEqual(self.completions("paceline --completion=z"), ["zsh"])
        self.assertEqual(self.completions("paceline --benchmark_format=c"), ["console", "csv"])
        self.assertEqual(self.completions("paceline_endpoint --completion=b"), ["bash"])

    def test_the_flag_precedes_a_value_that_is_no_word_of_its_own(self):
        self.assertEqual(self.completions("paceline --paceline_console=f", breaks=" \\t\\n"),
                         ["--paceline_console=full"])

    def test_files(self):
        self.assertEqual(self.completions("paceline --paceline_log=ru"), ["run one.sqlite"])
        self.assertEqual(self.completions("paceline --benchmark_out=res"), ["results"])
        self.assertEqual(self.completions("paceline_log ru"), ["run one.sqlite"])
        self.assertEqual(self.completions("paceline_log -o ru"), ["run one.sqlite"])

    def test_nothing(self):
        for line in ("paceline --paceline_rpm=", "paceline --x=ru", "paceline --zzz",
                     "paceline --paceline_template_path=ru"):
            self.assertEqual([text for text in self.completions(line) if text], [], line)

    def test_a_terminal_completes(self):
        with Terminal("bash", "--norc", "--noprofile", PS1="ready>", HOME=str(self.folder),
                      INPUTRC="/dev/null") as terminal:
            terminal.wait_for("ready>")
            terminal.press(f"cd {self.folder}; source ./paceline.bash; PS1=next'>'\r")
            place = terminal.wait_for("next>")
            terminal.press("paceline --paceline_cons\tf\t --paceline_log=ru\t")
            terminal.wait_for(r"paceline --paceline_console=full +--paceline_log=run\\ one.sqlite", place)

    @unittest.skipUnless(shutil.which("shellcheck"), "needs shellcheck")
    def test_shellcheck(self):
        for name in PROGRAMS:
            self.assertEqual(self.printed_by("shellcheck", "--shell=bash", f"{name}.bash"), "")


class Zsh(Folder):
    def test_syntax(self):
        for name in PROGRAMS:
            self.printed_by("zsh", "-fn", f"{name}.zsh")

    def typed(self, line, shown):
        """Types a line, with tabs, into a shell in which the script is in the folder of functions."""
        functions = self.folder / "functions"
        functions.mkdir(exist_ok=True)
        for program in PROGRAMS:
            shutil.copy(self.folder / f"{program}.zsh", functions / f"_{program}")
        with Terminal("zsh", "-f", PS1="ready>", HOME=str(self.folder), columns=200) as terminal:
            terminal.wait_for("ready>")
            terminal.press(f"cd {self.folder}; fpath=({functions} $fpath); autoload -Uz compinit; "
                           "compinit -u -D; setopt no_beep; PS1=next'>'\r")
            terminal.wait_for("next>\x1b|next>$")
            place = len(terminal.written)
            terminal.press(line)
            terminal.wait_for(shown, place)

    def test_a_terminal_completes(self):
        self.typed("paceline --paceline_cons\tf\t", "full")
        self.typed("paceline --benchmark_out=res\t", "results")
        self.typed("paceline_log ru\t", r"n\\ one.sqlite")
        self.typed("paceline --paceline_cons\t\t", "full +short +table")


class Fish(Folder):
    def completions(self, line):
        name = line.split()[0]
        text = self.printed_by("fish", "--no-config", "-c",
                               f"source ./{name}.fish; complete -C $argv[1]", line)
        return dict((part + "\t").split("\t")[:2] for part in text.splitlines())

    def test_syntax(self):
        for name in PROGRAMS:
            self.printed_by("fish", "--no-config", "--no-execute", f"{name}.fish")

    def test_flags_have_descriptions(self):
        found = self.completions("paceline --paceline_rp")
        self.assertEqual(found["--paceline_rpm"], "Requests per minute, a comma-separated list")
        self.assertIn("--version", self.completions("paceline --vers"))
        self.assertIn("--latency", self.completions("paceline_endpoint --laten"))

    def test_choices(self):
        self.assertEqual(set(self.completions("paceline --paceline_console=")),
                         {f"--paceline_console={choice}" for choice in ("full", "short", "table")})

    def test_a_flag_takes_the_next_word(self):
        # Fish puts a space behind a flag.
        done = subprocess.run([PROGRAMS["paceline"], "--benchmark_filter", "zzz", "--paceline_rpm", "60"],
                              capture_output=True, text=True, timeout=60)
        self.assertIn("--benchmark_filter matches no run", done.stderr)

    def test_files(self):
        self.assertIn("--paceline_log=run one.sqlite",
                      [name.replace("\\", "") for name in self.completions("paceline --paceline_log=ru")])
        self.assertIn("run one.sqlite",
                      [name.replace("\\", "") for name in self.completions("paceline_log ru")])
        self.assertEqual(self.completions("paceline ru"), {})


class Refused(unittest.TestCase):
    def test_another_shell(self):
        for name, program in PROGRAMS.items():
            for argument in ("--completion", "--completion=tcsh"):
                done = subprocess.run([program, argument], capture_output=True, text=True, timeout=60)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertEqual(done.stderr, f"{name}: --completion takes bash, zsh or fish, such as "
                                              "--completion=bash\n")


if __name__ == "__main__":
    unittest.main()
