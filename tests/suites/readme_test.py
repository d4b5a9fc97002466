"""Runs the commands of README.md, CONTRIBUTING.md, docs/ and --help, and checks the flags, counters,
files and headings that the texts name.

Blocks that are fenced as ```bash run in order, in a folder that looks like a clone. The texts run side
by side, since most commands wait. A measurement has few requests and goes to an endpoint of the
test's own, whatever URL the text has.
Commands that install or build only have to exist.

Needs PACELINE, PACELINE_ENDPOINT and PACELINE_LOG, the paths of the programs.
"""

import os
import re
import shlex
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The texts that a newcomer reads first.
ENTRANCES = ("README.md", "CONTRIBUTING.md")
TEXTS = (*ENTRANCES, "CHANGELOG.md", "third_party/README.md",
         *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md")))
MOST_LINES_OF_README = 250
MOST_LINES_OF_SUITE = 15
# Google Benchmark's own columns of a CSV file.
BENCHMARK_COLUMNS = {"name", "iterations", "time_unit", "bytes_per_second", "items_per_second",
                     "label", "error_occurred", "error_message"}
BUILT = Path("build/release/bin")
REPORT = ROOT / "src" / "programs" / "paceline_report"
PROGRAMS = {"paceline": os.environ["PACELINE"],
            "paceline_endpoint": os.environ["PACELINE_ENDPOINT"],
            "paceline_log": os.environ["PACELINE_LOG"],
            "paceline_report": REPORT}

# Ends by itself, as when a reader presses Ctrl-C, on a port that is free.
SERVE = f'exec timeout --preserve-status --signal=INT 1 {PROGRAMS["paceline_endpoint"]} "$@" --port=0'
# A search needs some requests to see that a rate was kept.
MEASURE = f'''few=--paceline_requests=2
[[ $* != *find_max* ]] || few=--paceline_requests=5
[[ $* != *paceline_stages* ]] || few=--paceline_stages=100ms@1200
exec {PROGRAMS["paceline"]} "$@" "$few"'''
REPORT_PAGE = f'exec {REPORT} "$@"'
# Fails if the preset does not exist.
CHECK_PRESET = f"""while (($# > 0)); do
  [[ $1 != --preset ]] || grep -qF "\\"name\\": \\"$2\\"" {ROOT}/CMakePresets.json || exit 1
  shift
done"""
CLONE = '[[ $1 != clone ]] || ln -sfn "$PWD" "$(basename "${@: -1}" .git)"'
# tests/install compiles for real what the texts compile.
COMPILE = """while (($# > 0)); do
  [[ $1 != -o ]] || echo built >"$2"
  shift
done"""
# Runs what the container would run.
CONTAINER = '''[[ $1 == run ]] || exit 0
while [[ $1 != paceline ]]; do shift; done
exec "$@"'''
# Runs with one process what a launcher would run with many.
LAUNCH = '''while [[ $(basename "$1") != paceline_mpi ]]; do shift; done
shift
exec paceline "$@"'''
# One process writes no logs of ranks.
READ_LOG = f'''for log; do
  [[ $log == *.[0-9].sqlite && ! -e $log ]] || continue
  [[ -e one.sqlite ]] ||
    paceline --paceline_rpm=60000 --paceline_parallel=1 --paceline_log=one.sqlite >&2
  cp one.sqlite "$log"
done
exec {PROGRAMS["paceline_log"]} "$@"'''
# Flags of paceline_mpi only.
MPI_FLAGS = {"--paceline_clock"}
# What stands in for a command; the others are as on any machine.
COMMANDS = {"paceline": MEASURE, "paceline_endpoint": SERVE, "paceline_report": REPORT_PAGE,
            "paceline_log": READ_LOG, "mpirun": LAUNCH, "srun": LAUNCH,
            "docker": CONTAINER, "cmake": CHECK_PRESET, "ctest": CHECK_PRESET, "git": CLONE,
            **dict.fromkeys(("c++", "g++"), COMPILE),
            **dict.fromkeys(("sudo", "apt", "apt-get", "dpkg", "cpack", "pkg-config", "conan",
                             "pip", "sbatch"), ":")}
# What stands in for a program of the clone; the others do nothing.
SCRIPTS = {"benchmarks/run": MEASURE,
           "benchmarks/compare": f'exec {ROOT}/benchmarks/compare "$@"'}
READERS_FILES = {
    "--paceline_batch": '{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", '
                        '"body": {"model": "m", "messages": []}}\n',
    "--paceline_http_body": "{}"}


def blocks(text, language):
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [content for marked, content in fenced if marked == language]


def anchors(text):
    """The anchors that GitHub gives the headings."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]


def names_in_first_column(table):
    cells = re.findall(r"^\|(.*?)\|", table, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([a-z0-9_.]+)`", cell)}


def help_of(program):
    help_flag = "--help=all" if program == "paceline" else "--help"
    return subprocess.run([PROGRAMS[program], help_flag], capture_output=True, text=True,
                          timeout=60, check=True).stdout


def scripts_of_the_clone():
    """Programs that a reader can start, by their paths."""
    # Through a shell, because a bare machine has no git.
    names = subprocess.run("git ls-files", shell=True, cwd=ROOT, capture_output=True, text=True)
    paths = names.stdout.splitlines() or [str(path.relative_to(ROOT)) for folder in
                                          ("benchmarks", "packaging", "src", "tests",
                                           "third_party", ".ci")
                                          for path in (ROOT / folder).rglob("*")]
    return [path for path in paths
            if (ROOT / path).is_file() and os.access(ROOT / path, os.X_OK)]


def write_script(path, body):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/bash\n{body}\n")
    path.chmod(0o755)


class Reader:
    """Somebody in a clone who types what the text says."""

    def __init__(self, url):
        self.url = url
        self.folder = tempfile.TemporaryDirectory()
        self.home = Path(self.folder.name)
        self.clone = self.home / "clone"
        for name, body in COMMANDS.items():
            write_script(self.home / "bin" / name, body)
        for name in scripts_of_the_clone():
            write_script(self.clone / name, SCRIPTS.get(name, ":"))
        for name in {*PROGRAMS, *(source.stem for source in (ROOT / "benchmarks").glob("*.cc"))}:
            write_script(self.clone / BUILT / name, COMMANDS.get(name, ":"))

    def type(self, commands):
        """Runs them as one script; its exit code, and all that it wrote."""
        commands = re.sub(r"(--paceline_http_url=)[^\s'\"]+", rf"\1{self.url}/models", commands)
        commands = re.sub(r"https?://(?!127\.0\.0\.1:\d+/v1)[^\s'\"]+", self.url, commands)
        port = self.url.split(":")[2].split("/")[0]
        commands = re.sub(r"--paceline_resolve=('[^']*'|\S+)",
                          f"--paceline_resolve=127.0.0.1:{port}:127.0.0.1", commands)
        for flag, content in READERS_FILES.items():
            for name in re.findall(rf"{flag}=([^\s'\"]+)", commands):
                (self.clone / name).write_text(content)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("BENCHMARK_")}
        environment.update(PATH=f"{self.home / 'bin'}:{os.environ['PATH']}", OPENAI_API_KEY="a key")
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=self.clone,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env=environment, timeout=240)
        return done.returncode, done.stdout


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.endpoint = subprocess.Popen([PROGRAMS["paceline_endpoint"], "--latency=1ms"],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        cls.addClassCleanup(cls.stop_endpoint)
        cls.url = cls.endpoint.stdout.readline().strip()
        cls.texts = {name: blocks((ROOT / name).read_text(), "bash") for name in TEXTS}
        cls.examples = {program: re.findall(r"^  \$ (.*)$", help_of(program), re.MULTILINE)
                        for program in PROGRAMS}
        with ThreadPoolExecutor(4) as pool:
            # The longest begins first.
            cls.typed_help, *cls.typed_texts = pool.map(
                cls.type_all, [sum(cls.examples.values(), []), *cls.texts.values()])

    @classmethod
    def stop_endpoint(cls):
        cls.endpoint.terminate()
        cls.endpoint.wait()
        cls.endpoint.stdout.close()

    @classmethod
    def type_all(cls, all_commands):
        """Of each: the commands, their exit code and output, and the files that they did not write."""
        reader = Reader(cls.url)
        with reader.folder:
            return [(commands, *reader.type(commands), cls.not_written(reader.clone, commands))
                    for commands in all_commands]

    @staticmethod
    def not_written(folder, commands):
        names = re.findall(r"(?:--benchmark_out=|--paceline_log=| -o )([\w./-]+)", commands)
        return [name for name in names
                if not (folder / name).exists() or (folder / name).stat().st_size == 0]

    def assert_well(self, typed):
        for commands, code, output, not_written in typed:
            with self.subTest(commands=commands):
                self.assertEqual(code, 0, f"\n{commands}\nsays:\n{output}")
                self.assertEqual(not_written, [])

    def test_texts(self):
        for name in ENTRANCES:
            self.assertIn("tests/run", "".join(self.texts[name]))
        for typed in self.typed_texts:
            self.assert_well(typed)

    def test_help(self):
        for program, found in self.examples.items():
            self.assertTrue(any(shlex.split(line)[0] == program for line in found), program)
        self.assert_well(self.typed_help)


class Names(unittest.TestCase):
    def test_commands_are_marked(self):
        for name in TEXTS:
            for block in blocks((ROOT / name).read_text(), ""):
                self.assertNotRegex(block, r"(?m)^(\$ |benchmarks/|tests/|third_party/|paceline\b)",
                                    f"{name}: begin a block of commands with ```bash")

    def test_flags(self):
        known = set(re.findall(r"--(?:paceline|benchmark)_[a-z0-9_]+", help_of("paceline")))
        known |= MPI_FLAGS
        for name in TEXTS:
            text = (ROOT / name).read_text()
            for flag in set(re.findall(r"--(?:paceline|benchmark)_[a-z0-9_]*", text)):
                is_prefix = flag.endswith("_") and any(k.startswith(flag) for k in known)
                self.assertTrue(flag in known or is_prefix, f"{name} names {flag}")

    def test_counters(self):
        done = subprocess.run([PROGRAMS["paceline"], "--paceline_rpm=0", "--paceline_parallel=1",
                               "--paceline_requests=1", "--paceline_endpoint_latency=0",
                               "--benchmark_format=csv"], capture_output=True, text=True,
                              timeout=60, check=True)
        header = next(line for line in done.stdout.splitlines() if line.startswith("name,"))
        columns = {column.strip('"') for column in header.split(",")} - BENCHMARK_COLUMNS
        names = names_in_first_column((ROOT / "docs" / "metrics.md").read_text())
        self.assertEqual(columns - names, set(), "docs/metrics.md does not define these counters")

    def test_endpoint_flags(self):
        flags = set(re.findall(r"--paceline_endpoint_([a-z0-9_]+)", help_of("paceline")))
        text = (ROOT / "docs" / "endpoint.md").read_text()
        table = text.split("## Flags")[1].split("| fault |")[0]
        self.assertEqual(names_in_first_column(table), flags)

    def test_files(self):
        for name in TEXTS:
            text = (ROOT / name).read_text()
            folder = Path(name).parent
            links = re.findall(r"\]\((?!https?:)([^)\s]+)", text)
            for path, _, heading in (link.partition("#") for link in links):
                target = os.path.normpath(folder / path) if path else name
                self.assertTrue((ROOT / target).exists(), f"{name} links to {path}")
                if heading:
                    self.assertIn(heading, anchors((ROOT / target).read_text()), f"{name}: {path}")
            for picture in re.findall(r"src(?:set)?=\"([^\"]+)\"", text):
                self.assertTrue((ROOT / folder / picture).exists(), f"{name} shows {picture}")
            for path in re.findall(r"`([\w.-]+/[\w./-]*)[` ]", text):
                self.assertTrue(self.is_there(path), f"{name} names {path}")

    def test_readme_is_short(self):
        text = (ROOT / "README.md").read_text()
        self.assertLessEqual(len(text.splitlines()), MOST_LINES_OF_README)
        (suite,) = re.findall(r"<!-- example: suite.cc -->\n```cpp\n(.*?)```", text, re.DOTALL)
        self.assertLessEqual(len(suite.splitlines()), MOST_LINES_OF_SUITE)

    def test_every_page_is_linked(self):
        text = (ROOT / "README.md").read_text()
        for page in (ROOT / "docs").glob("*.md"):
            self.assertIn(f"](docs/{page.name})", text)

    def is_there(self, path):
        """In the tree, in src/paceline as the rooms are named, or built of a source there."""
        path = re.sub(r"^build/(release|dev|wheel)/?", "", path)
        places = (ROOT / path, ROOT / "src" / "paceline" / path, ROOT / f"{path}.cc")
        is_of_the_tree = (ROOT / path.split("/")[0]).exists() or path.endswith((".h", ".cc"))
        return not is_of_the_tree or any(place.exists() for place in places)


class Installer(unittest.TestCase):
    """third_party/install on a machine that has no package; apt-get must not be called."""

    def install(self, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            write_script(Path(folder) / "dpkg-query", "exit 1")
            for name in ("apt-get", "apt-cache", "sudo"):
                write_script(Path(folder) / name, f"echo {name} was called >&2; exit 1")
            return subprocess.run([ROOT / "third_party" / "install", *arguments],
                                  capture_output=True, text=True, timeout=60,
                                  env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"})

    def test_print_installs_nothing(self):
        done = self.install("--print", "compare", "report")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.split(), ["libbenchmark-tools", "python3-scipy", "python3",
                                               "python3-matplotlib", "python3-numpy"])

    def test_sets_are_described(self):
        done = self.install("--print")
        self.assertEqual(done.returncode, 1)
        text = (ROOT / "third_party" / "README.md").read_text()
        table = text.split("| set | for |")[1].split("##")[0]
        self.assertEqual(names_in_first_column(table),
                         set(done.stderr.split("the sets are: ")[1].split()))


if __name__ == "__main__":
    unittest.main()
