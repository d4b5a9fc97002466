"""Has paceline_report show names that nobody expects, from files that anybody may have written."""

import json
import os
import re
import shlex
import unittest
from html.parser import HTMLParser
from xml.etree import ElementTree

from report_fixture import MILLISECOND, NAME, Folder, percentile_row, row

from paceline.report.results import clean_row, read_result, read_rows
from paceline.report.words import harmless, shortened

NASTY = {
    "markup": "<script>alert('a&b')</script>\"'>]]> $\\frac{$ a^b_{c} \\$x$ %s {0} ../x",
    "mathtext": "$\\frac{$",
    "scripts": "🦙🏽‍🚀 نموذج עברית 日本語",
    "escapes": "\x1b[31mred\x1b]0;title\x07\x9b31m\x7f\0 a\nb\r\nc\u2028d \u202egnp.exe\u2066 \ud800",
    "long": "long " * 2_000,
    "blank": "  ",
}


class Words(unittest.TestCase):
    def test_what_controls_a_terminal_is_escaped(self):
        self.assertEqual(harmless("\x1b[31m\x9b\x07\0\n"), "\\x1b[31m\\x9b\\x07\\x00\\n")
        self.assertEqual(harmless("a\u202eb\u2066\u061c\ud800"), "a\\u202eb\\u2066\\u061c\\ud800")

    def test_other_text_stays_as_it_is(self):
        for text in ("", "a b", "ä $^\\", "🦙🏽‍🚀", "نموذج", "日本語"):
            self.assertEqual(harmless(text), text)

    def test_a_long_text_keeps_its_ends(self):
        self.assertEqual(shortened("a" * 9 + "z", 10), "a" * 9 + "z")
        self.assertEqual(shortened("a" * 50 + "z" * 50, 10), "aaaaaa…zzz")


class Rows(Folder):
    def test_numbers_that_are_none(self):
        text = json.dumps({"benchmarks": [row(p50=0.05, late_max="LATE", rps="RPS", max="MAX")]})
        for number in ("nan", "-nan", "-nan(ind)", "NaN", "inf", "-Infinity", "1e999"):
            path = self.folder / "r.json"
            path.write_text(text.replace('"LATE"', number).replace('"RPS"', "7"))
            ((read,), _) = read_rows(path)
            self.assertEqual(read["rps"], 7)
            self.assertNotIn("late_max", read)
            self.assertNotIn("max", read)
        self.make_page(path)

    def test_only_texts_and_numbers(self):
        self.assertEqual(clean_row({"name": 7, "label": "a\x1b", "p50": "0.05", "p99": [1], "rpm": 60,
                                    "max": 10 ** 400, "error_occurred": True}),
                         {"label": "a\\x1b", "rpm": 60, "error_occurred": True})

    def test_a_row_without_its_figures_is_left_out(self):
        for lacking in ("p50", "p99", "rpm", "real_time"):
            damaged = row(rpm=900) | {lacking: float("nan")}
            result = read_result(self.write_result(row(), damaged))
            self.assertEqual([cell.rpm for cell in result.cells], [6000])


class Page(HTMLParser):
    """The texts of a page by the element that they are in."""

    def __init__(self, text):
        super().__init__()
        self.tags = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)


class Names(Folder):
    def assert_sound(self, page):
        self.assertNotRegex(page, "[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
        self.assertNotIn("script", Page(page).tags)
        for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
            ElementTree.fromstring(svg)
        ids = re.findall(r' id="([^"]*)"', page)
        self.assertEqual(len(ids), len(set(ids)))
        self.assertNotIn("mathdefault", page)

    def test_of_files(self):
        log = self.write_log((6000, 10, [(item * MILLISECOND, 50 * MILLISECOND)
                                         for item in range(100)]))
        for kind, name in NASTY.items():
            with self.subTest(kind):
                name = name.replace("/", "-").replace("\0", "")[:120].strip("\ud800") or "x"
                first = self.write_result(row(), name=f"{name}.json")
                second = self.write_result(row(p50=0.06), name=f"{name} 2.json")
                done = self.run_report(first, second, "--log", log, "-o", f"{name}.html")
                self.assertEqual(done.stderr, "")
                self.assertNotRegex(done.stdout[:-1], "[\0-\x1f\x7f-\x9f\u202e]")
                page = (self.folder / f"{name}.html").read_text()
                self.assert_sound(page)
                if kind == "mathtext":
                    self.assertIn(">$\\frac{$ 2<", page)

    def test_of_files_that_are_no_text(self):
        path = os.fsencode(self.write_result(row()))
        odd = path.replace(b"r.json", b"\xff.json")
        os.rename(path, odd)
        self.assert_sound(self.make_page(os.fsdecode(odd)))

    def test_in_results(self):
        for kind, name in NASTY.items():
            with self.subTest(kind):
                run = f"{name}/rpm:6000/parallel:10"
                one = row(label=f"paced {name}", name=run, run_name=run, ttft_p50=0.01, **{name: 1.0})
                other = one | {"rpm": 12000.0, "run_name": run.replace("6000", "12000")}
                context = {key: name for key in ("date", "model", "host", "http", "host_name",
                                                 "paceline", "precision", "executable",
                                                 "paceline_flags", "benchmark_flags", name)}
                context["paceline_flags"] += f" --paceline_prompt={shlex.quote(name)}"
                result = self.write_result(one, percentile_row(one, "p50"), other, row(),
                                           context=context)
                again = self.write_result(one, other, name="s.json", context=context)
                self.assertEqual(self.run_report(result, again, "-o", "page.html").stderr, "")
                self.assert_sound((self.folder / "page.html").read_text())

    def test_of_workloads_that_would_be_called_alike(self):
        names = [NAME.format(6000, 10, 100).replace("chat", chat) for chat in ("ü", "ö", "ü ü")]
        page = self.make_page(self.write_result(*(row(name=name, run_name=name) for name in names)))
        self.assert_sound(page)

    def test_errors_have_no_escapes(self):
        for arguments in (["\x1b[31m.json"], ["--\x1b[31m"], [self.write_result(), "\x1b[31m"]):
            done = self.run_report(*arguments, expected=1)
            self.assertNotIn("\x1b", done.stderr)
            self.assertNotIn("Traceback", done.stderr)


class BadFiles(Folder):
    def says(self, content):
        path = self.folder / "bad.json"
        path.write_bytes(content)
        said = self.run_report(path, expected=1).stderr
        self.assertEqual(len(said.splitlines()), 1, said)
        self.assertIn("--benchmark_out", said)
        return said

    def test_get_a_sentence(self):
        self.assertIn("is empty", self.says(b""))
        self.assertIn("not UTF-8", self.says(b"\xff\xfe"))
        self.assertIn("is not JSON", self.says(b'{"benchmarks": ['))
        self.assertIn("is not JSON", self.says(b"[" * 100_000))
        self.assertIn("not a result", self.says(b"[]"))
        self.assertIn("not a result", self.says(b'{"benchmarks": {}}'))
        self.assertIn("holds no run", self.says(b'{"benchmarks": [1, null, {"name": {}}]}'))
        self.assertIn("not a regular file", self.run_report("/dev/zero", expected=1).stderr)
        self.assertIn("not a regular file", self.run_report(self.folder, expected=1).stderr)


if __name__ == "__main__":
    unittest.main()
