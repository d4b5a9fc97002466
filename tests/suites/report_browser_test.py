"""A measured page of paceline_report in headless Chromium: that it opens without a complaint, and
that each figure is there and not empty, with a tooltip below the pointer.

Needs PACELINE, the path of the program. Skipped where there is no Chromium: `third_party/install
page` installs it.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy
from matplotlib.image import imread

from report_fixture import REPORT, ROOT

sys.path.insert(0, str(ROOT / "docs" / "screenshots"))

import chromium  # noqa: E402  (the path comes first)

PROBE = """
<script>
const seen = {height: document.documentElement.scrollHeight,
              width: document.documentElement.scrollWidth,
              surface: getComputedStyle(document.body).backgroundColor, figures: {},
              title: document.title,
              selected: getComputedStyle(document.querySelector(".command")).userSelect};
for (const figure of document.querySelectorAll("figure")) {
  const picture = figure.querySelector(".picture > svg").getBoundingClientRect();
  if (figure.closest("details:not([open])")) continue;
  const marks = [...figure.querySelectorAll(".mark")].filter(mark => {
    const box = mark.getBoundingClientRect();
    const drawn = mark.querySelector("path, use");
    if (!drawn || box.width + box.height === 0) return false;
    const look = getComputedStyle(drawn);
    return look.stroke.startsWith("rgb") || look.fill.startsWith("rgb");
  });
  const inside = marks.filter(mark => {
    const box = mark.getBoundingClientRect();
    return box.right >= picture.left - 1 && box.left <= picture.right + 1
        && box.bottom >= picture.top - 1 && box.top <= picture.bottom + 1;
  });
  const cut = [...figure.querySelectorAll(".picture text")].filter(text => {
    const box = text.getBoundingClientRect();
    return box.left < picture.left - 1 || box.right > picture.right + 1;
  }).map(text => text.textContent);
  figure.scrollIntoView({behavior: "instant"});
  // A field of the heat map has text above and below its centre.
  const untold = [...figure.querySelectorAll(".picture .zone, [id$=-grid] .mark")].filter(area =>
    [0.25, 0.5, 0.75].some(height => {
      const box = area.getBoundingClientRect();
      let under = document.elementFromPoint(box.left + box.width / 2, box.top + box.height * height);
      while (under && !under.querySelector(":scope > title")) under = under.parentElement;
      return !under || area.matches(".mark") && under !== area;
    })).map(area => area.textContent);
  const tips = figure.querySelectorAll(".picture title").length;
  scrollTo(0, 0);
  seen.figures[figure.id] = {x: picture.x, y: picture.y + scrollY, width: picture.width,
                             height: picture.height, marks: marks.length, inside: inside.length, cut,
                             tips, untold};
}
const probe = document.createElement("pre");
probe.id = "probe";
probe.textContent = JSON.stringify(seen);
document.body.append(probe);
</script>
"""


@unittest.skipUnless(chromium.program(), "there is no Chromium: third_party/install page installs it")
class Browser(unittest.TestCase):
    """A measured page, as Chromium shows it."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.page = cls.folder / "page.html"
        cls.measure("r.json", "r.sqlite", "--paceline_workload=chat/complete,chat/stream")
        cls.report("r.json", "--log", "r.sqlite", "-o", "page.html")

    @classmethod
    def measure(cls, result, log, *arguments):
        subprocess.run(
            [os.environ["PACELINE"], "--paceline_rpm=6000,12000", "--paceline_parallel=2,50",
             "--paceline_requests=100", "--paceline_endpoint_latency=20ms",
             "--paceline_endpoint_latency_p99=60ms", "--paceline_endpoint_token_time=1ms",
             f"--benchmark_out={result}", f"--paceline_log={log}", *arguments],
            check=True, capture_output=True, timeout=200, cwd=cls.folder)

    @classmethod
    def report(cls, *arguments):
        subprocess.run([REPORT, *arguments], check=True, capture_output=True, timeout=200,
                       cwd=cls.folder)

    def probe(self, page, **options):
        """What a script finds in a copy of the page, whose own policy allows none."""
        probed = self.folder / "probed.html"
        text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text())
        probed.write_text(text.replace("</body>", PROBE + "</body>"))
        dom, log = chromium.dump_dom(probed, **options)
        self.assertNotIn("CONSOLE", log)
        found = re.search(r'<pre id="probe">(.*?)</pre>', dom, re.DOTALL)
        self.assertTrue(found, dom[-2000:])
        return json.loads(found[1].replace("&amp;", "&").replace("&lt;", "<"))

    def assert_is_drawn(self, name, figure, image):
        self.assertGreater(figure["height"], 100, name)
        self.assertGreaterEqual(figure["marks"], 2, name)
        self.assertEqual(figure["inside"], figure["marks"], name)
        self.assertEqual(figure["cut"], [], name)
        self.assertGreaterEqual(figure["tips"], 2, name)
        self.assertEqual(figure["untold"], [], name)
        top, left = round(figure["y"]), round(figure["x"])
        crop = image[top:top + round(figure["height"]), left:left + round(figure["width"]), :3]
        differs = (numpy.abs(crop - image[2, 2, :3]).max(axis=2) > 0.1).mean()
        self.assertGreater(differs, 0.005, name)

    def drawn_figures(self, page):
        """The names of the page's figures, each of which is drawn."""
        seen = self.probe(page)
        png = self.folder / f"{page.stem}.png"
        chromium.screenshot(page, png, height=seen["height"])
        image = imread(png)
        for name, figure in seen["figures"].items():
            self.assert_is_drawn(name, figure, image)
        return list(seen["figures"])

    def test_each_figure_is_drawn_in_both_schemes_without_a_console_error(self):
        expected = {f"chat-{kind}-{figure}" for kind in ("complete", "stream")
                    for figure in ("grid", "latency", "curve", "achieved")}
        expected |= {"chat-stream-streams"}
        surfaces = []
        for scheme in (chromium.LIGHT, chromium.DARK):
            seen = self.probe(self.page, scheme=scheme)
            self.assertLessEqual(expected, set(seen["figures"]))
            self.assertTrue(seen["title"].endswith(" at the embedded endpoint – paceline report"))
            self.assertEqual(seen["selected"], "all")
            for figure in ("time", "sends"):
                self.assertEqual(sum(f"-{figure}-" in name for name in seen["figures"]), 2)
            png = self.folder / f"{scheme}.png"
            _, log = chromium.screenshot(self.page, png, scheme=scheme, height=seen["height"])
            self.assertNotIn("CONSOLE", log)
            image = imread(png)
            for name, figure in seen["figures"].items():
                self.assert_is_drawn(name, figure, image)
            surfaces.append(seen["surface"])
        self.assertEqual(surfaces, ["rgb(255, 255, 255)", "rgb(21, 25, 30)"])

    def test_a_narrow_window_scrolls_figures_and_not_the_page(self):
        # No window of Chromium's is narrower.
        self.assertLessEqual(self.probe(self.page, width=500)["width"], 500)

    def test_two_results_are_laid_over_each_other(self):
        self.measure("s.json", "s.sqlite", "--paceline_endpoint_slow_factor=2")
        self.report("r.json", "s.json", "--log", "r.sqlite", "--log", "s.sqlite", "-o", "both.html")
        self.assertIn("chat-complete-curve", self.drawn_figures(self.folder / "both.html"))

    def test_a_run_over_time_without_a_log(self):
        self.measure("t.json", "t.sqlite", "--paceline_timeline=on",
                     "--paceline_endpoint_fault=http_500:0.1", "--paceline_max_error_ratio=1")
        self.report("t.json", "-o", "over_time.html")
        drawn = self.drawn_figures(self.folder / "over_time.html")
        self.assertEqual(sum("-time-" in name for name in drawn), 1)
        self.assertFalse([name for name in drawn if "-sends-" in name])

    def test_it_prints(self):
        pdf = self.folder / "page.pdf"
        chromium.print_to_pdf(self.page, pdf, scheme=chromium.DARK)
        content = pdf.read_bytes()
        self.assertTrue(content.startswith(b"%PDF"))
        self.assertGreater(len(content), 20_000)


if __name__ == "__main__":
    unittest.main()
