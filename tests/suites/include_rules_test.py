"""The rules of includes: rooms include only rooms below them, and public headers nothing private."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "src"
LIBRARY = SOURCES / "paceline"
PUBLIC = "public headers"
# From the lowest to the highest. A room may include the rooms of the rows before its own; rooms of one
# row do not know each other.
ROWS = (
    {PUBLIC},
    {"text"},
    {"loop", "log"},
    {"stats"},
    {"pace"},
    {"http"},
    {"http/curl", "http/direct"},
    {"api"},
    {"workload"},
    {"run"},
    {"gbench"},
    {"gbench/display"},
    {"endpoint"},
    {"mpi"},
    {"programs/progress"},
    {"programs"},
)
# What only these rooms may include of other libraries.
OWNERS = {
    "CLI/": {"programs"},
    "benchmark/": {PUBLIC, "gbench", "gbench/display", "programs"},
    "brotli/": {"http"},
    "curl/": {"http", "http/curl", "gbench", "programs"},
    "gnutls/": {"endpoint"},
    "http_parser.h": {"http/direct"},
    "microhttpd.h": {"endpoint"},
    "mpi.h": {"mpi"},
    "png.h": {"workload"},
    "sqlite3.h": {"log"},
    "toml++/": {"programs"},
    "uv.h": {"loop", "gbench"},
    "zlib.h": {"endpoint", "http", "workload"},
}
INCLUDE = re.compile(r'^#include [<"]([^>"]+)[>"]', re.MULTILINE)
STANDARD = re.compile(r"[a-z_0-9]+")


def room_of(path):
    """The room of a file beneath src/."""
    folder = path.relative_to(SOURCES).parent
    if folder == Path("paceline"):
        return PUBLIC
    parts = folder.parts[1:] if folder.parts[0] == "paceline" else folder.parts
    return "/".join(parts)


def row_of(room):
    return next(row for row, rooms in enumerate(ROWS) if room in rooms)


def files():
    return [path for path in sorted(SOURCES.rglob("*")) if path.suffix in (".h", ".cc")]


def includes(path):
    return INCLUDE.findall(path.read_text(encoding="utf-8"))


class IncludeRules(unittest.TestCase):
    def test_every_room_has_its_row(self):
        rooms = {room_of(path) for path in files()}
        self.assertEqual(rooms, set().union(*ROWS))

    def test_rooms_include_only_rooms_below(self):
        for path in files():
            room = room_of(path)
            for name in includes(path):
                included = SOURCES / name
                if not included.is_file():
                    continue
                other = room_of(included)
                # The implementation of a public header lies in a room.
                if other in (room, PUBLIC):
                    continue
                self.assertLess(row_of(other), row_of(room),
                                f"{path.relative_to(SOURCES)} of the room {room} includes {name} of "
                                f"the room {other}, which is not below it")

    def test_no_circles(self):
        """Of headers; between rooms there are none where every room includes only rooms below."""
        headers = {str(path.relative_to(SOURCES)): includes(path)
                   for path in files() if path.suffix == ".h"}
        done = set()

        def visit(name, way):
            self.assertNotIn(name, way, f"headers include each other: {' -> '.join([*way, name])}")
            if name in done or name not in headers:
                return
            for included in headers[name]:
                visit(included, [*way, name])
            done.add(name)

        for name in headers:
            visit(name, [])

    def test_libraries_have_their_rooms(self):
        for path in files():
            for name in includes(path):
                for library, rooms in OWNERS.items():
                    if name.startswith(library):
                        self.assertIn(room_of(path), rooms, f"{path.relative_to(SOURCES)}: {name}")

    def test_public_headers_include_public_headers_and_the_standard_library(self):
        for header in sorted(LIBRARY.glob("*.h")):
            for name in includes(header):
                is_public = (SOURCES / name).parent == LIBRARY and (SOURCES / name).is_file()
                is_allowed = is_public or name == "benchmark/benchmark.h" or STANDARD.fullmatch(name)
                self.assertTrue(is_allowed, f"{header.name} includes {name}")

    def test_each_public_header_compiles_alone(self):
        headers = sorted(LIBRARY.glob("*.h"))
        self.assertGreater(len(headers), 10)
        with tempfile.TemporaryDirectory() as folder:
            # As installed: nothing else of the sources can be found.
            (Path(folder) / "paceline").mkdir()
            for header in headers:
                (Path(folder) / "paceline" / header.name).write_bytes(header.read_bytes())
            for header in headers:
                done = subprocess.run(
                    ["c++", "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only",
                     "-I", folder, "-x", "c++", "-"], input=f"#include <paceline/{header.name}>\n",
                    capture_output=True, text=True, timeout=120, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
