"""Looks at the public headers: whatever a library's user meets has a comment."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "src" / "paceline"
# What needs none: the frame, what is declared for its name only, and members.
FRAME = re.compile(r"//|#|namespace |\}|(class|struct) \w+;| ")


class Headers(unittest.TestCase):
    def test_what_stands_by_itself_is_explained(self):
        headers = sorted(ROOT.rglob("*.h"))
        self.assertNotEqual(headers, [])
        for header in headers:
            lines = header.read_text().splitlines()
            for number, (before, line) in enumerate(zip(lines, lines[1:]), start=2):
                if line and not before and not FRAME.match(line):
                    self.fail(f"{header.relative_to(ROOT)}:{number}: say with /// what this is for, "
                              f"its units and errors: {line}")


if __name__ == "__main__":
    unittest.main()
