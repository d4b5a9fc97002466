"""Which compare.py paceline.compare takes, and what it says without SciPy."""

import subprocess
import sys
import types

import pytest
from conftest import ROOT

from paceline.compare import compare_py
from paceline.report.errors import ReportError


@pytest.fixture
def places(monkeypatch, tmp_path):
    """Files for every place, of which a test makes some."""
    google = tmp_path / "google_benchmark"
    module = types.ModuleType("google_benchmark")
    module.__spec__ = types.SimpleNamespace(submodule_search_locations=[str(google)])
    monkeypatch.setitem(sys.modules, "google_benchmark", module)
    found = {"own": tmp_path / "own.py", "google": google / "tools" / "compare.py",
             "debian": tmp_path / "debian.py"}
    monkeypatch.setattr(compare_py, "OWN", found["own"])
    monkeypatch.setattr(compare_py, "DEBIANS", found["debian"])
    monkeypatch.delenv("COMPARE_PY", raising=False)
    return found


def test_the_order(places):
    for place in ("debian", "google", "own"):
        places[place].parent.mkdir(parents=True, exist_ok=True)
        places[place].touch()
        assert compare_py.find_compare_py() == str(places[place])


def test_the_users_comes_first(places, monkeypatch, tmp_path):
    places["own"].touch()
    mine = tmp_path / "mine.py"
    monkeypatch.setenv("COMPARE_PY", str(mine))
    with pytest.raises(ReportError, match="COMPARE_PY names .*, which is no file"):
        compare_py.find_compare_py()
    mine.touch()
    assert compare_py.find_compare_py() == str(mine)


def test_without_scipy():
    """--help needs no package; a comparison says which one is missing."""
    code = (f"import sys; sys.path.insert(0, {str(ROOT / 'src' / 'python')!r}); "
            "from paceline.compare.program import run; sys.exit(run())")
    bare = [sys.executable, "-S", "-I", "-c", code]
    done = subprocess.run([*bare, "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "paceline_compare [OPTION]... A B" in done.stdout, done.stderr
    done = subprocess.run([*bare, "a.json", "b.json"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "paceline_compare: this Python lacks python3-scipy; on Debian, run" in done.stderr


@pytest.mark.parametrize("is_wheel, remedy", [(True, "COMPARE_PY"), (False, "libbenchmark-tools")])
def test_there_is_none(places, monkeypatch, is_wheel, remedy):
    monkeypatch.setattr(compare_py, "is_wheel", lambda: is_wheel)
    with pytest.raises(ReportError, match=remedy):
        compare_py.find_compare_py()
    assert compare_py.main() == 1
