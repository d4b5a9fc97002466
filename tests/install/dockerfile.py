"""Carries out a Dockerfile in chroots, where no container engine is:
  tests/install/dockerfile.py DOCKERFILE ROOTS
ROOTS/debian12.base is the base image. Then runs the entry point as the image's user, and compares the
size of the last stage's layers with the limit. tests/install/bare starts this program, as root and in a
mount namespace of its own.
"""

import fnmatch
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

MOST_BYTES = 60_000_000
BASES = {"debian:bookworm-slim": "debian12.base"}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def instructions(path):
    """Of each instruction: its name, and the rest of its line."""
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line.strip():
            name, rest = line.split(maxsplit=1)
            yield name, rest


def size_of(folder):
    done = subprocess.run(["du", "--summarize", "--bytes", "--one-file-system", folder],
                          check=True, capture_output=True, text=True)
    return int(done.stdout.split()[0])


class Stage:
    """One stage of the build: a root with the settings that later instructions see."""

    def __init__(self, image, roots, number):
        self.root = roots / f"docker.{number}"
        self.user, self.folder, self.entry_point = "root", "/", []
        shutil.rmtree(self.root, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", roots / BASES[image], self.root], check=True)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        subprocess.run(["mount", "--rbind", "/dev", self.root / "dev"], check=True)
        subprocess.run(["mount", "-t", "proc", "proc", self.root / "proc"], check=True)
        self.added = 0

    def run(self, command):
        user, _, group = self.user.partition(":")
        as_user = ["setpriv", f"--reuid={user}", f"--regid={group or user}", "--init-groups"]
        script = f"cd {shlex.quote(self.folder)} && exec {shlex.join(command)}"
        done = subprocess.run(["chroot", self.root, *as_user, "env", "-i", f"PATH={PATH}", "sh", "-c", script],
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{done.stdout}{done.stderr}dockerfile.py: {shlex.join(command)} failed")
        return done.stdout

    def copy(self, source, names, target):
        to = self.root / target.lstrip("/")
        for name in names:
            path = source.root / name.lstrip("/") if source else Path(name)
            if path.is_dir():
                shutil.copytree(path, to, ignore=None if source else ignored, dirs_exist_ok=True)
            else:
                file = to / path.name if target.endswith("/") else to
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, file)

    def remove(self):
        for name in ("dev", "proc"):
            subprocess.run(["umount", "--recursive", self.root / name], check=True)
        shutil.rmtree(self.root)


def ignored(folder, names):
    patterns = [line.removeprefix("**/") for line in Path(".dockerignore").read_text().split()]
    return [name for name in names if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]


def carry_out(stage, stages, name, rest):
    if name == "RUN":
        stage.run(["sh", "-c", rest])
    elif name == "COPY":
        *names, target = shlex.split(rest)
        source = stages[names.pop(0).removeprefix("--from=")] if names[0].startswith("--") else None
        stage.copy(source, names, target)
    elif name == "WORKDIR":
        stage.folder = rest
        (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
    elif name == "USER":
        stage.user = rest
    elif name == "ENTRYPOINT":
        stage.entry_point = json.loads(rest)
    elif name != "LABEL":
        sys.exit(f"dockerfile.py: the instruction {name} is unknown; teach it to this program")


def build(path, roots):
    stages = {}
    for number, (name, rest) in enumerate(instructions(path)):
        print(f"{name} {' '.join(rest.split())}"[:100], flush=True)
        if name == "FROM":
            image, *alias = rest.split()
            stage = Stage(image, roots, number)
            stages[alias[-1] if alias else str(number)] = stage
            continue
        before = size_of(stage.root)
        carry_out(stage, stages, name, rest)
        stage.added += max(0, size_of(stage.root) - before)
    return stages


def check(image):
    if image.run(["id", "--user"]).strip() == "0":
        sys.exit("dockerfile.py: the image runs as root")
    print(image.run([*image.entry_point, "--version"]).strip())
    image.run([*image.entry_point, "--paceline_rpm=6000", "--paceline_requests=100",
               "--benchmark_out=results.json"])
    rows = json.loads((image.root / image.folder.lstrip("/") / "results.json").read_text())["benchmarks"]
    if not rows:
        sys.exit("dockerfile.py: the run in the image has no results")
    print(f"layers over the base: {image.added / 1e6:.1f} MB; {len(rows)} rows")
    if image.added > MOST_BYTES:
        sys.exit(f"dockerfile.py: the layers exceed {MOST_BYTES / 1e6:.0f} MB")


def main():
    stages = build(Path(sys.argv[1]), Path(sys.argv[2]))
    check(list(stages.values())[-1])
    for stage in stages.values():
        stage.remove()


if __name__ == "__main__":
    main()
