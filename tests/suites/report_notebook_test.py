"""The fragment for notebooks: its figures are the page's, and it leaves the notebook as it is."""

import re
import sys
import unittest
from html.parser import HTMLParser

import matplotlib

from report_fixture import CONTEXT, ROOT, Folder, row

sys.path.insert(0, str(ROOT / "docs" / "screenshots"))

import chromium  # noqa: E402  (the path comes first)

from paceline.report import style  # noqa: E402
from paceline.report.errors import ReportError  # noqa: E402
from paceline.report.notebook import fragment  # noqa: E402

# What Jupyter's style does to the elements of a fragment.
NOTEBOOK = """
table { table-layout: fixed; margin: 0 auto; } tbody tr:nth-child(odd) { background: #ff0000; }
td, th { white-space: normal; text-align: center; } svg { max-width: 50px; } figure { margin: 99px; }
h3 { font-size: 99px; } dd { margin-left: 99px; } .legend, .mark, .zone, .note { color: #00ff00; }
"""


class Balance(HTMLParser):
    """The elements that are open at the end of a text."""

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


class Fragment(Folder):
    def setUp(self):
        super().setUp()
        self.result = self.write_result(row(), row(rpm=12000, p50=0.06))

    def test_has_the_figures_of_the_page_and_no_document(self):
        text = fragment([self.result])
        page = self.make_page(self.result)
        self.assertEqual(re.findall(r"<h3>([^<]*)</h3>", text), re.findall(r"<h3>([^<]*)</h3>", page))
        self.assertEqual(len(re.findall("<title>", text)) + 1, len(re.findall("<title>", page)))
        for tag in ("<html", "<body", "<head", "<script", "<h1", "<nav", "<main"):
            self.assertNotIn(tag, text)
        self.assertEqual(Balance(text).open, [])
        self.assertIn("small-1 at api.example.com", text)

    def test_compares_results(self):
        other = self.write_result(row(p50=0.07), row(rpm=12000, p50=0.09), name="s.json")
        text = fragment([self.result, other])
        self.assertIn("<h2>s against r</h2>", text)

    def test_says_what_is_wrong(self):
        with self.assertRaisesRegex(ReportError, "No such file"):
            fragment([self.folder / "none.json"])

    def test_ids_are_unique_in_a_document_of_several(self):
        both = fragment([self.result]) + fragment([self.result])
        ids = re.findall(r' id="([^"]+)"', both)
        self.assertGreater(len(ids), 20)
        self.assertEqual(len(ids), len(set(ids)))
        self.assertLessEqual(set(re.findall(r'(?:url\(#|href="#)([^)"]+)', both)), set(ids))

    def test_every_rule_is_for_the_fragment_only(self):
        sheet = re.search(r"<style>(.*?)</style>", fragment([self.result]), re.DOTALL)[1]
        selectors = [selector.strip() for rule in re.findall(r"([^{}]+)\{[^{}]*\}", sheet)
                     for selector in re.sub(r":not\([^)]*\)+", "", rule).split(",")]
        self.assertGreater(len(selectors), 60)
        for selector in selectors:
            self.assertRegex(selector, r"^((html|body)(\[[^\]]+\]|\.[\w-]+) |div)?\.paceline\b")

    def test_names_cannot_break_the_notebook(self):
        bad = row()
        bad["run_name"] = bad["run_name"].replace("chat/complete", 'x"><b>y')
        text = fragment([self.write_result(bad, context=CONTEXT | {"host": "<script>"})])
        self.assertNotIn("<script", text)
        self.assertNotIn("<b>", text)

    def test_matplotlib_is_as_before(self):
        with matplotlib.rc_context({"font.size": 30, "axes.linewidth": 9}):
            before = dict(matplotlib.rcParams)
            fragment([self.result])
            self.assertEqual(dict(matplotlib.rcParams), before)
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            self.assertEqual(pyplot.get_fignums(), [])

    def test_the_settings_of_the_notebook_do_not_reach_the_figures(self):
        expected = re.sub(r"paceline-[0-9a-f]+", "", fragment([self.result]))
        with matplotlib.rc_context({"font.size": 30, "axes.linewidth": 9, "axes.labelpad": 20}):
            self.assertEqual(re.sub(r"paceline-[0-9a-f]+", "", fragment([self.result])), expected)


PROBE = """<script>
const look = (selector) => getComputedStyle(document.querySelector(selector));
const probe = document.createElement("pre");
probe.id = "probe";
probe.textContent = [look(".paceline").backgroundColor, look(".paceline .legend").color,
  look(".paceline .zone").fillOpacity, look(".paceline tbody tr").backgroundColor,
  look(".paceline tbody td").whiteSpace, look(".paceline h3").fontSize, look(".paceline table").tableLayout,
  look("#theirs td").textAlign, look("#theirs").color,
  document.querySelectorAll(".paceline .picture > svg")[1].getBoundingClientRect().width > 600].join("|");
document.body.append(probe);
</script>"""


@unittest.skipUnless(chromium.program(), "there is no Chromium: third_party/install page installs it")
class InANotebook(Folder):
    def seen(self, body, **options):
        text = fragment([self.write_result(row(), row(rpm=12000))])
        page = self.folder / "notebook.html"
        page.write_text(f'<!DOCTYPE html><html {body[0]}><head><meta charset="utf-8"><style>{NOTEBOOK}'
                        f'</style></head><body {body[1]}><table id="theirs" class="note"><tr><td>x'
                        f"</table>{text}{PROBE}</body></html>")
        dom, _ = chromium.dump_dom(page, **options)
        return re.search(r'<pre id="probe">(.*?)</pre>', dom)[1].split("|")

    def test_the_scheme_is_the_notebooks(self):
        light, dark = "rgb(255, 255, 255)", "rgb(21, 25, 30)"
        for body, scheme, surface in (
                (("", ""), chromium.LIGHT, light), (("", ""), chromium.DARK, dark),
                (("", 'data-jp-theme-light="true"'), chromium.DARK, light),
                (("", 'data-jp-theme-light="false"'), chromium.LIGHT, dark),
                (("", 'class="vscode-dark"'), chromium.LIGHT, dark),
                (('theme="dark"', ""), chromium.LIGHT, dark)):
            with self.subTest(body=body, scheme=scheme):
                self.assertEqual(self.seen(body, scheme=scheme)[0], surface)

    def test_neither_style_reaches_the_other(self):
        _, legend, zone, row_colour, field, heading, table, theirs, colour, wide = self.seen(("", ""))
        self.assertEqual(legend, "rgb(28, 35, 43)")
        self.assertEqual((zone, row_colour, field), ("0", "rgba(0, 0, 0, 0)", "nowrap"))
        self.assertLess(float(heading.removesuffix("px")), 20)
        self.assertEqual((table, theirs, colour), ("auto", "center", "rgb(0, 255, 0)"))
        self.assertEqual(wide, "true")


if __name__ == "__main__":
    unittest.main()
