"""What benchmarks/instructions --check says of the counts that it is given; `.ci/run` counts them."""

import importlib.machinery
import importlib.util
import json
import sys
import unittest
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
ROW_VERSIONS = {"libuv": "1.44", "valgrind": "3.19"}


def load_script():
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(BENCHMARKS))
    loader = importlib.machinery.SourceFileLoader("instructions", str(BENCHMARKS / "instructions"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("instructions", loader))
    sys.modules["instructions"] = module
    loader.exec_module(module)
    return module


instructions = load_script()


def judge(count, versions=None, accepted=100_000):
    (row, *_) = instructions.ROWS
    known = {row.name: {"instructions": accepted, "versions": ROW_VERSIONS}}
    return instructions.judge(row, count, versions or ROW_VERSIONS, known)


class Check(unittest.TestCase):
    def test_a_growth_of_more_than_five_percent_fails(self):
        sentence, fails = judge(105_100)
        self.assertTrue(fails)
        self.assertIn("curl: 105,100 instructions per request, +5.1% since accepted", sentence)
        self.assertIn("find the growth", sentence)
        self.assertIn("benchmarks/instructions --accept", sentence)

    def test_less_growth_passes(self):
        sentence, fails = judge(104_900)
        self.assertFalse(fails)
        self.assertNotIn("--accept", sentence)

    def test_a_gain_passes_and_asks_to_be_kept(self):
        sentence, fails = judge(94_900)
        self.assertFalse(fails)
        self.assertIn("keep the gain with benchmarks/instructions --accept", sentence)

    def test_other_versions_are_not_compared(self):
        for versions in (ROW_VERSIONS | {"libuv": "1.50"}, ROW_VERSIONS | {"libcurl": "8.14"}):
            sentence, fails = judge(200_000, versions)
            self.assertFalse(fails)
            self.assertIn("not compared, because the versions differ", sentence)
        self.assertIn("libcurl 8.14 in place of none", sentence)

    def test_a_row_without_an_accepted_count_fails(self):
        (row, *_) = instructions.ROWS
        sentence, fails = instructions.judge(row, 1, ROW_VERSIONS, {})
        self.assertTrue(fails)
        self.assertIn("benchmarks/instructions --accept", sentence)

    def test_each_row_has_an_accepted_count(self):
        accepted = json.loads(instructions.ACCEPTED.read_text(encoding="utf-8"))
        self.assertEqual(list(accepted), [row.name for row in instructions.ROWS])


if __name__ == "__main__":
    unittest.main()
