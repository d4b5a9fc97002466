"""The packages that only some parts of paceline need, and how to get them."""

from __future__ import annotations

import importlib.util
from typing import Mapping, Optional

from .programs import is_wheel

# Debian's packages of Python packages.
REPORT = {"matplotlib": "python3-matplotlib", "numpy": "python3-numpy"}
COMPARE = {"scipy": "python3-scipy"}


def why_missing(needed: Mapping[str, str]) -> Optional[str]:
    """The packages that this Python lacks, and the remedy; None if it has all of them."""
    missing = [name for name in needed if not importlib.util.find_spec(name)]
    if not missing:
        return None
    if is_wheel():
        return (f"this Python lacks {' and '.join(missing)}; run `pip install "
                f"{' '.join(missing)}`")
    debians = [needed[name] for name in missing]
    return (f"this Python lacks {' and '.join(debians)}; on Debian, run `apt-get install "
            f"{' '.join(debians)}`")
