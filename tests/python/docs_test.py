"""Runs the examples of docs/python.md in their order, and checks their types and the package's."""

import os
import re
import subprocess
import sys

from conftest import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def mypy(*arguments, folder):
    return subprocess.run(["/usr/bin/python3", "-m", "mypy", "--strict", "--config-file",
                           ROOT / "pyproject.toml", *arguments], cwd=folder, capture_output=True,
                          text=True, timeout=240,
                          env=os.environ | {"MYPYPATH": str(ROOT / "src" / "python"),
                                            "MYPY_CACHE_DIR": str(folder / "cache")})


def test_the_examples_run(endpoint, tmp_path):
    assert len(EXAMPLES) >= 8
    # A user's URL; the others are the endpoint's own and an address where nobody listens.
    code = "\n".join(EXAMPLES).replace("https://api.openai.com/v1", endpoint)
    (tmp_path / "examples.py").write_text(code)
    done = subprocess.run([sys.executable, "examples.py"], cwd=tmp_path, capture_output=True,
                          text=True, timeout=240,
                          env=os.environ | {"PYTHONPATH": str(ROOT / "src" / "python")})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report.html").stat().st_size > 10_000
    assert "Connection refused" in done.stdout and "sk-" not in done.stdout


def test_the_examples_have_types(tmp_path):
    (tmp_path / "examples.py").write_text("\n".join(EXAMPLES))
    done = mypy("examples.py", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_type_is_found(tmp_path):
    (tmp_path / "wrong.py").write_text("import paceline\npaceline.run(parallel='many')\n")
    assert 'incompatible type "str"' in mypy("wrong.py", folder=tmp_path).stdout


def test_the_package_has_types(tmp_path):
    modules = sorted((ROOT / "src" / "python" / "paceline").glob("*.py"))
    done = mypy(*modules, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_public_name_is_documented():
    import paceline
    for name in paceline.__all__:
        if not name.startswith("_"):
            assert getattr(paceline, name).__doc__, name
            assert re.search(rf"\b{name}\b", PAGE), name
