"""What the tests of the Python package share.

Needs PACELINE and PACELINE_ENDPOINT, the paths of the programs.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "src" / "python"))


@pytest.fixture(autouse=True)
def programs(monkeypatch):
    """The built programs come first on the PATH, and no key of the tester's is used."""
    monkeypatch.setenv("PATH", f"{Path(os.environ['PACELINE']).parent}:{os.environ['PATH']}")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture
def endpoint():
    """The URL of an endpoint in a process of its own."""
    process = subprocess.Popen([os.environ["PACELINE_ENDPOINT"], "--latency=1ms"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    yield process.stdout.readline().strip()
    process.terminate()
    process.communicate()


@pytest.fixture(scope="session")
def measured():
    """A result of two rates with two repetitions each."""
    import paceline
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(os.environ['PACELINE']).parent}:{os.environ['PATH']}")
        return paceline.run(workload="chat/stream", rpm=[6000, 12000], parallel=20, requests=10,
                            repetitions=2, endpoint_latency="1ms")
