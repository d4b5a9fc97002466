"""The page of paceline_report as text: what it says, and that its colours can be told apart."""

import re
import shutil
import subprocess
import unittest

import numpy

from report_fixture import CONTEXT, MILLISECOND, REPORT, Folder, row, run_program

from paceline.report import headline, results, style
from paceline.report.svg import in_page_style
from paceline.report.view import views_of


class Colours(unittest.TestCase):
    """By the formulas of WCAG 2, in both schemes."""

    @staticmethod
    def luminance(text):
        channels = [int(text[place:place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(self, one, other, scheme):
        light, dark = sorted((self.luminance(style.COLOURS[name][scheme]) for name in (one, other)),
                             reverse=True)
        return (light + 0.05) / (dark + 0.05)

    def test_text_and_marks_stand_out(self):
        for scheme in (0, 1):
            for name in ("ink", "muted", "accent", "alarm"):
                self.assertGreaterEqual(self.contrast(name, "surface", scheme), 4.5, (name, scheme))
            for step in range(style.HEAT_STEPS):
                self.assertGreaterEqual(self.contrast(f"on{step}", f"heat{step}", scheme), 4.5,
                                        (step, scheme))
            # WCAG asks 3 of what is not text.
            for name in style.COLOURS:
                if name.startswith(("series", "ramp")):
                    self.assertGreaterEqual(self.contrast(name, "surface", scheme), 2.9,
                                            (name, scheme))

    def test_orders_are_orders_without_colour(self):
        for scheme in (0, 1):
            for name, steps in (("ramp", style.RAMP_STEPS), ("heat", style.HEAT_STEPS)):
                contrasts = [self.contrast(f"{name}{step}", "surface", scheme)
                             for step in range(steps)]
                self.assertEqual(contrasts, sorted(contrasts), (name, scheme))

    def test_results_are_told_apart_by_the_colour_blind(self):
        # Machado, Oliveira and Fernandes (2009), severity 1, on linear light.
        sights = {
            "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                       [-0.003882, -0.048116, 1.051998]],
            "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                       [-0.011820, 0.042940, 0.968881]],
            "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                       [0.004733, 0.691367, 0.303900]]}
        for scheme in (0, 1):
            for sight, matrix in sights.items():
                first, second = (self.lab(style.COLOURS[f"series{place}"][scheme], matrix)
                                 for place in (0, 1))
                self.assertGreater(numpy.linalg.norm(first - second), 40, (scheme, sight))

    @staticmethod
    def lab(text, matrix):
        srgb = numpy.array([int(text[place:place + 2], 16) / 255 for place in (1, 3, 5)])
        linear = numpy.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
        seen = numpy.clip(numpy.array(matrix) @ linear, 0, 1)
        xyz = numpy.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722],
                           [0.0193, 0.1192, 0.9505]]) @ seen / [0.9505, 1, 1.089]
        f = numpy.where(xyz > 0.008856, numpy.cbrt(xyz), 7.787 * xyz + 16 / 116)
        return numpy.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


class Page(Folder):
    def test_the_headline(self):
        path = self.write_result(
            row(label="paced"), row(rpm=12000, label="paced", p50=0.06),
            row(rpm=24000, label="parallel-bound", p50=0.07) | {"rpm": 15000.0})
        result = results.read_result(path)
        (view,) = views_of([result], [{}])
        self.assertEqual(view.focus(), (12000, 10))
        self.assertEqual(headline.sentence(view, view.sides[0]),
                         "2 of 3 runs kept their rate, up to 12,000 rpm at parallel 10. 1 run reached "
                         "the limit of parallel, which held the rate back.")
        cards = {card.name: card.figure for card in headline.cards(view, view.sides[0])}
        self.assertEqual(cards, {"highest rate kept": "12,000 rpm", "half are done in": "60.0 ms",
                                 "99% are done in": "180 ms", "failed": "none"})
        self.assertEqual(headline.subject([result]), "small-1 at api.example.com")

    def test_the_headline_of_cancelled_requests(self):
        def cards(cancelled):
            result = results.read_result(self.write_result(row(cancelled=cancelled)))
            (view,) = views_of([result], [{}])
            return {card.name: card.figure for card in headline.cards(view, view.sides[0])}
        self.assertEqual(cards(25.0)["cancelled"], "25%")
        self.assertEqual(cards(25.0)["failed"], "none")
        self.assertNotIn("cancelled", cards(0.0))

    def test_the_headline_of_reasoning_and_tools(self):
        result = results.read_result(self.write_result(
            row(ttft_p50=0.02, ttft_p99=0.03, thinking_p50=0.9, thinking_p99=2.0, tool_calls_valid=0.9,
                finish_length=0.2, finish_tool_calls=0.05)))
        (view,) = views_of([result], [{}])
        cards = {card.name: card for card in headline.cards(view, view.sides[0])}
        self.assertEqual(cards["thinking for"].figure, "900 ms")
        self.assertEqual(cards["thinking for"].detail, "p50; p99 2.00 s")
        self.assertEqual(cards["ended by themselves"].figure, "75%")
        self.assertEqual(cards["ended by themselves"].detail, "20% by length and 5% by tool calls")
        self.assertEqual(cards["valid tool calls"].figure, "90%")
        self.assertTrue(cards["valid tool calls"].is_alarming)

    def test_the_numbers_have_the_counters_of_the_result_and_no_others(self):
        few = {"ttft_p50": 0.02, "ttft_p99": 0.03, "itl_p50": 0.01, "itl_p99": 0.02}
        more = few | {"mean": 0.0512, "stddev": 0.0111, "ttft_mean": 0.0211, "thinking_p50": 0.905,
                      "tokens_out_per_user": 41.5, "peak_tokens_out": 1234.0, "peak_rps": 321.0,
                      "reasoning_tokens": 90.0, "finish_length": 0.123, "tool_calls_valid": 0.5}
        texts = ("mean", "stddev", "ttft mean", "thinking p50", "per user", "in the peak second",
                 "peak rps", "reasoning tokens", "ended by length", "valid tool calls")
        for counters, has in ((few, False), (more, True)):
            page = self.make_page(self.write_result(row(**counters), row(rpm=12000, **counters)))
            headings = re.findall(r'<th scope="col">([^<]*)</th>', page)
            for text in texts:
                self.assertEqual(text in headings, has, text)
            self.assertNotIn("ended by other reasons", headings)
        for text in ("51.2 ms", "11.1 ms", "21.1 ms", "905 ms", "41.5", "1,234", "321", "90", "12.3%",
                     "50%"):
            self.assertIn(f"<td>{text}</td>", page)

    def test_the_page_says_what_was_measured(self):
        page = self.make_page(self.write_result(row(), row(rpm=12000, label="rate-limited",
                                                           errors=7.0, http_429=7.0)))
        for text in ("small-1 at api.example.com", "HTTP/2", "0.1.0 (abc)", "4 March 2026",
                     "rate-limited", "150 ms", "--paceline_system=&#x27;&lt;x&gt;&#x27;"):
            self.assertIn(text, page)
        self.assertIn("straight lines connect the percentiles", page)

    def test_every_figure_has_words_and_numbers(self):
        page = self.make_page(self.write_result(row(), row(rpm=12000, p50=0.06)))
        figures = re.findall(r'<figure id="([^"]+)">(.*?)</figure>', page, re.DOTALL)
        self.assertEqual([name for name, _ in figures],
                         [f"chat-complete-{one}" for one in ("grid", "latency", "curve", "achieved")])
        for name, body in figures:
            self.assertIn('role="img"', body, name)
            self.assertRegex(body, r'aria-label="[^"]*\d+(\.\d+)? [mu]s', name)
            self.assertRegex(body, r'class="how">[^<]{40,}</p>', name)
            self.assertRegex(body, r"<details><summary>The numbers</summary>.*<tbody><tr>", name)
            self.assertIn('class="mark"', body, name)

    def test_the_title_is_the_headline(self):
        page = self.make_page(self.write_result(row(), context=CONTEXT | {"host": "embedded endpoint"}))
        self.assertIn("<title>small-1 at the embedded endpoint – paceline report</title>", page)
        self.assertIn("<h1>small-1 at the embedded endpoint</h1>", page)

    def contents_of(self, page):
        """Two mappings: the texts of the contents to their targets, and the ids of sections to titles."""
        (contents,) = re.findall(r'<nav class="contents [a-z]+" aria-label="Contents">(.*?)</nav>', page,
                                 re.DOTALL)
        titles = dict(re.findall(r'<(?:figure|section) id="([^"]+)"[^>]*>\s*'
                                 r"(?:<figcaption>)?<h[23]>([^<]*)<", page))
        return dict(re.findall(r'<a href="#([^"]+)">([^<]*)</a>', contents)), titles

    def test_the_contents_lead_to_every_figure(self):
        contents, titles = self.contents_of(self.make_page(
            self.write_result(row(), row(rpm=12000, p50=0.06))))
        self.assertEqual(contents, titles)
        self.assertEqual(list(contents), [*(f"chat-complete-{one}" for one in (
            "grid", "latency", "curve", "achieved")), "repeat_runs"])

    def test_the_contents_lead_to_comparisons_workloads_and_other_runs(self):
        log = self.write_log(*((rpm, 10, [(item * MILLISECOND, 50 * MILLISECOND) for item in range(100)])
                               for rpm in (6000, 12000)))
        other = row(p50=0.06)
        other["run_name"] = other["run_name"].replace("complete", "stream")
        old = self.write_result(row(), row(rpm=12000), other, name="old.json")
        page = self.make_page(old, self.write_result(row(), other, name="new.json"), "--log", log)
        contents, titles = self.contents_of(page)
        self.assertIn('<details id="chat-complete-others" class="more">', page)
        self.assertIn('<li class="unprinted"><a href="#chat-complete-others">', page)
        shown = [name for name in titles if not name.startswith("chat-complete-time-12000")
                 and not name.startswith("chat-complete-sends-12000")]
        self.assertEqual([name for name in contents if name != "chat-complete-others"], shown)
        self.assertEqual({contents[name] for name in ("changes_1", "chat-complete", "chat-stream")},
                         {"new against old", "chat/complete", "chat/stream"})

    def test_nothing_is_loaded_from_anywhere(self):
        page = self.make_page(self.write_result(row(), row(rpm=12000)))
        self.assertNotIn("<script", page)
        self.assertNotIn("@import", page)
        for reference in re.findall(r'(?:src|href)="([^"]*)"|url\(([^)]*)\)', page):
            self.assertRegex("".join(reference), "^(#|data:)")
        # These are names of SVG's, and are not opened.
        self.assertLessEqual(set(re.findall(r'https?://[^"\s<]+', page)),
                             {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"})

    def test_ids_are_unique_and_all_references_lead_somewhere(self):
        page = self.make_page(self.write_result(row(), row(rpm=12000), row(parallel=20)))
        ids = re.findall(r'\bid="([^"]+)"', page)
        self.assertEqual(len(ids), len(set(ids)))
        references = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', page))
        self.assertGreater(len(references), 4)
        self.assertLessEqual(references, set(ids))
        self.assertNotIn(style.STAND_IN, page)

    def test_figures_take_the_font_and_the_colours_of_the_page(self):
        ink = style.colour("ink")
        for written in (f"fill: {ink}; font: bold 12px 'DejaVu Sans', sans-serif; text-anchor: start",
                        f"fill: {ink}; font-size: 12px; font-weight: bold; "
                        "font-family: 'DejaVu Sans', sans-serif; text-anchor: start"):
            self.assertEqual(in_page_style(written), "fill:var(--ink);font-size:12px;"
                                                     "font-weight:bold;text-anchor:start")
        self.assertNotIn("DejaVu", self.make_page(self.write_result(row())))

    def test_names_cannot_break_the_page(self):
        context = CONTEXT | {"model": '<script>alert("x")</script>', "host": "a&b"}
        bad = row()
        bad["run_name"] = bad["run_name"].replace("chat/complete", 'x"><b>y')
        page = self.make_page(self.write_result(bad, context=context))
        self.assertNotIn("<script", page)
        self.assertNotIn("<b>", page)
        self.assertIn("a&amp;b", page)

    def test_a_large_grid_and_one_run_and_unpaced(self):
        grid = [row(rpm=rpm, parallel=parallel) for rpm in range(1000, 13000, 1000)
                for parallel in (1, 2, 5, 10, 20, 50)]
        page = self.make_page(self.write_result(*grid, row(rpm=0) | {"rpm": 50000.0}))
        self.assertIn("4 of 6 parallels are drawn", page)
        self.assertIn("unpaced", page)
        self.assertLess(len(page), 600_000)
        page = self.make_page(self.write_result(row()))
        self.assertNotIn("chat-complete-latency", page)
        page = self.make_page(self.write_result(row(rpm=0) | {"rpm": 50000.0}))
        self.assertNotIn("chat-complete-achieved", page)
        self.assertIn("Unpaced runs reached 50,000 rpm", page)

    def test_the_same_input_gives_the_same_page(self):
        path = self.write_result(row(), row(rpm=12000))
        self.assertEqual(self.make_page(path, by=run_program), self.make_page(path, by=run_program))

    def test_results_side_by_side(self):
        old = self.write_result(*(row(p50=0.05 + n / 1e4) for n in range(9)), name="old.json")
        new = self.write_result(*(row(p50=0.09 + n / 1e4) for n in range(9)), name="new.json")
        page = self.make_page(old, new)
        self.assertIn("new against old", page)
        self.assertIn("1 of 1 row moved: 1 slower", page)
        self.assertRegex(page, r'class="slower" title="[^"]+">\+79\.\d% slower')

    def test_missing_packages_are_named(self):
        bare = [shutil.which("python3"), "-S", "-I", REPORT]
        done = subprocess.run([*bare, "result.json"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("apt-get install python3-matplotlib python3-numpy", done.stderr)
        done = subprocess.run([*bare, "--help"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("RESULT.json", done.stdout)


if __name__ == "__main__":
    unittest.main()
