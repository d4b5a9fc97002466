"""Finds Google Benchmark's compare.py. As a program, fails where there is none."""

import importlib.util
import os
import sys
from pathlib import Path

from ..programs import is_wheel
from ..report.errors import ReportError

# In the wheel, if it was built where Debian's libbenchmark-tools was installed.
OWN = Path(__file__).parent / "google_benchmark" / "compare.py"
DEBIANS = Path("/usr/share/benchmark/compare.py")


def find_compare_py():
    """The path of compare.py: the one that COMPARE_PY names, or else the wheel's, the one of the
    package google_benchmark, or Debian's.
    """
    if named := os.environ.get("COMPARE_PY"):
        if not Path(named).is_file():
            raise ReportError(f"COMPARE_PY names '{named}', which is no file; name Google Benchmark's "
                              "tools/compare.py")
        return named
    found = next((path for path in (OWN, *of_google_benchmark(), DEBIANS) if path.is_file()), None)
    if found is None:
        remedy = ("name Google Benchmark's tools/compare.py with the environment variable COMPARE_PY"
                  if is_wheel() else "on Debian, run `apt-get install libbenchmark-tools`")
        raise ReportError(f"there is no compare.py; {remedy}")
    return str(found)


def of_google_benchmark():
    """Where the package google_benchmark would have compare.py."""
    package = importlib.util.find_spec("google_benchmark")
    for folder in package.submodule_search_locations or () if package else ():
        yield Path(folder) / "tools" / "compare.py"


def main():
    try:
        print(find_compare_py())
    except ReportError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
