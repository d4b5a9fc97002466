"""benchmarks/paceline_report: how it reads and condenses, what its page says, and how a browser
shows it.

Needs PACELINE, the path of the program. What opens the page is skipped where there is no Chromium:
`third_party/install page` installs it.
"""

import json
import math
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

from matplotlib.image import imread  # noqa: E402  (the path comes first)
from report import changes, chromium, comparison, headline, request_log, results  # noqa: E402
from report import style, words  # noqa: E402
from report.errors import ReportError  # noqa: E402
from report.view import views_of  # noqa: E402

REPORT = ROOT / "benchmarks" / "paceline_report"
SCHEMA = ROOT / "src" / "paceline" / "log" / "schema.cc"
MILLISECOND = 1_000_000
NAME = "chat/complete/rpm:{}/parallel:{}/iterations:{}/manual_time"


def row(rpm=6000, parallel=10, requests=100, p50=0.05, **changed):
    """A run's row of a result, as paceline writes it."""
    name = NAME.format(rpm, parallel, requests)
    return {"name": name, "run_name": name, "run_type": "iteration", "iterations": requests,
            "threads": 1, "repetitions": 1, "repetition_index": 0, "real_time": p50 * 1e6,
            "cpu_time": 20.0, "time_unit": "us", "p50": p50, "p90": 2 * p50, "p99": 3 * p50,
            "p99.9": 4 * p50, "max": 5 * p50, "due_p50": p50, "due_p99": 3 * p50, "late_p50": 1e-5,
            "late_p99": 1e-4, "late_max": 1e-3, "rpm": float(rpm), "rps": rpm / 60, "in_flight": 5.0,
            "errors": 0.0} | changed


def percentile_row(of, counter):
    """The row that compare.py reads: a time, and no counters."""
    name = f"{of['run_name']}/{counter}"
    kept = ("run_type", "iterations", "repetitions", "repetition_index", "cpu_time", "time_unit")
    return {key: of[key] for key in kept} | {"name": name, "run_name": name,
                                             "real_time": of[counter] * 1e6}


CONTEXT = {"date": "2026-03-04T05:06:07+00:00", "host_name": "lab", "host": "api.example.com",
           "model": "small-1", "http": "HTTP/2", "paceline": "0.1.0 (abc)", "precision": "fine"}


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write_result(self, *rows, name="r.json", context=None):
        path = self.folder / name
        path.write_text(json.dumps({"context": context or CONTEXT, "benchmarks": list(rows)}))
        return path

    def write_log(self, *runs, name="run.sqlite"):
        """Runs are (rpm, parallel, [(sent_ns, latency_ns, or None of a failed one)])."""
        path = self.folder / name
        with sqlite3.connect(path) as log:
            log.executescript(re.search(r'R"\((.*?)\)"', SCHEMA.read_text(), re.DOTALL)[1])
            log.executescript(f"PRAGMA application_id = {request_log.APPLICATION_ID};"
                              f"PRAGMA user_version = {request_log.SCHEMA_VERSION};")
            for number, (rpm, parallel, requests) in enumerate(runs, 1):
                log.execute("INSERT INTO runs VALUES (?, 'chat/complete', 'w', 0, "
                            "'2026-03-04T05:06:08.000Z', ?, ?, ?, 0, 'api.example.com', 'small-1')",
                            (number, rpm, parallel, len(requests)))
                log.executemany(
                    "INSERT INTO requests (run, slot, due_ns, sent_ns, done_ns, error, retries) "
                    "VALUES (?, ?, ?, ?, ?, ?, 0)",
                    [(number, slot, sent, sent, sent + (latency or 0),
                      None if latency is not None else "timed out")
                     for slot, (sent, latency) in enumerate(requests)])
        log.close()
        return path

    def run_report(self, *arguments, expected=0):
        done = subprocess.run([REPORT, *map(str, arguments)], capture_output=True, text=True,
                              cwd=self.folder, timeout=250)
        self.assertEqual(done.returncode, expected, done.stdout + done.stderr)
        return done

    def make_page(self, *arguments):
        self.run_report(*arguments, "-o", "page.html")
        return (self.folder / "page.html").read_text()


class Words(unittest.TestCase):
    def test_times_have_three_significant_digits(self):
        for seconds, text in ((0, "0 ns"), (3e-9, "3.00 ns"), (0.0512, "51.2 ms"), (1.2345, "1.23 s"),
                              (120.4, "120 s"), (0.0009999, "1.00 ms"), (0.99996, "1.00 s")):
            self.assertEqual(words.time_text(seconds), text)
        self.assertEqual(words.time_text(0.02019, 4), "20.19 ms")

    def test_shares_do_not_round_away_what_is_missing_or_there(self):
        for share, text in ((0, "0%"), (1e-6, "<0.01%"), (0.0123, "1.23%"), (0.5, "50%"),
                            (0.9955, "99.6%"), (0.99999, "99.9%"), (1, "100%")):
            self.assertEqual(words.share_text(share), text)

    def test_numbers(self):
        self.assertEqual(words.number_text(12000), "12,000")
        self.assertEqual(words.number_text(0.25), "0.25")
        self.assertEqual(words.rate_text(0), "unpaced")
        self.assertEqual(words.list_text(["a", "b", "c"]), "a, b and c")


class Results(Folder):
    def test_cells_are_medians_over_repetitions_and_percentile_rows_are_no_cells(self):
        rows = [row(p50=p50) for p50 in (0.05, 0.07, 0.06)]
        path = self.write_result(*rows, *(percentile_row(one, "p99") for one in rows))
        result = results.read_result(path)
        (cell,) = result.cells
        self.assertEqual((cell.workload, cell.key, cell.requests), ("chat/complete", (6000, 10), 100))
        self.assertEqual(cell.value("p50"), 0.06)
        self.assertEqual(cell.mean, 0.06)
        self.assertEqual(sorted(cell.values("p99")), [3 * 0.05, 3 * 0.06, 3 * 0.07])
        name = NAME.format(6000, 10, 100)
        self.assertEqual([round(time, 9) for time in result.times[name + "/p99"]],
                         [0.15, 0.21, 0.18])
        self.assertIsNone(cell.value("ttft_p50"))

    def test_cells_are_sorted_with_unpaced_last_and_knobs_are_part_of_the_workload(self):
        knob = row()
        knob["run_name"] = knob["run_name"].replace("/iterations", "/prompt:512/iterations")
        result = results.read_result(self.write_result(row(rpm=0), row(rpm=12000), row(), knob))
        self.assertEqual([(cell.workload, cell.rpm) for cell in result.cells],
                         [("chat/complete", 6000), ("chat/complete prompt:512", 6000),
                          ("chat/complete", 12000), ("chat/complete", 0)])

    def test_the_verdict_is_the_labels_first_word(self):
        def verdict_of(**changed):
            (cell,) = results.read_result(self.write_result(row() | changed)).cells
            return cell.verdict_text, cell.is_held
        self.assertEqual(verdict_of(label="paced"), ("paced", True))
        self.assertEqual(verdict_of(label="parallel-bound: parallel 40 would do"),
                         ("parallel-bound", False))
        self.assertEqual(verdict_of(label="cut short: 5 of 100 requests"), ("cut short", False))
        # Without one, the rate and the errors say it.
        self.assertEqual(verdict_of(), ("rate held", True))
        self.assertEqual(verdict_of(label="some model"), ("rate held", True))
        self.assertEqual(verdict_of(rpm=5880.0), ("below rate", False))
        self.assertEqual(verdict_of(errors=2.0), ("errors", False))

    def test_kinds_of_errors_where_there_are_any(self):
        (cell,) = results.read_result(self.write_result(
            row(errors=5.0, http_429=3.0, timeouts=2.0, resets=0.0))).cells
        self.assertEqual(cell.error_kinds, {"429": 3, "timeout": 2})
        self.assertEqual(cell.error_share, 0.05)

    def test_aggregates_alone_give_medians(self):
        base = row() | {"run_type": "aggregate", "repetitions": 9, "iterations": 9}
        result = results.read_result(self.write_result(
            base | {"aggregate_name": "mean", "p50": 9.0},
            base | {"aggregate_name": "median", "p50": 0.055}))
        self.assertEqual(result.cells[0].value("p50"), 0.055)
        self.assertEqual(result.cells[0].requests, 100)
        self.assertFalse(result.has_repetitions)

    def test_errored_rows_are_left_out(self):
        bad = row(rpm=9000) | {"error_occurred": True}
        self.assertEqual(len(results.read_result(self.write_result(row(), bad)).cells), 1)

    def test_bad_files_are_said_in_sentences(self):
        def says(path):
            done = self.run_report(path, expected=1)
            self.assertEqual(done.stdout, "")
            self.assertTrue(done.stderr.startswith("paceline_report: "), done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)
            return done.stderr
        broken = self.folder / "broken.json"
        broken.write_text('{"benchmarks": [')
        self.assertIn("is not JSON", says(broken))
        broken.write_bytes(b"\xff\xfe\x00")
        self.assertIn("is not JSON", says(broken))
        broken.write_text("[]")
        self.assertIn('no list "benchmarks"', says(broken))
        self.assertIn("No such file", says(self.folder / "none.json"))
        self.assertIn("holds no run", says(self.write_result()))
        self.assertIn("holds no run", says(self.write_result({"run_name": "BM_x", "real_time": 1,
                                                              "time_unit": "ns"})))
        self.assertIn("damaged", says(self.write_result(row(time_unit="years"))))

    def test_bad_calls_are_said_in_sentences(self):
        path = self.write_result(row())
        self.assertIn("at most 4 results", self.run_report(*[path] * 5, expected=1).stderr.lower())
        self.assertIn("overwritten", self.run_report(path, "-o", path, expected=1).stderr)
        self.assertIn("is a folder", self.run_report(path, "-o", ".", expected=1).stderr)
        self.assertIn("Could not write",
                      self.run_report(path, "-o", "none/page.html", expected=1).stderr)
        self.assertIn("--help", self.run_report(expected=1).stderr)
        self.assertIn("--log", self.run_report("--help").stdout)
        self.assertEqual(json.loads(path.read_text())["context"], CONTEXT)


class Log(Folder):
    def logged(self, log, *rows):
        result = results.read_result(self.write_result(*rows))
        return request_log.read_logs([log], [result])[0].get(("chat/complete", 6000, 10))

    def test_the_curve_is_exact(self):
        # 1 ms, 2 ms, … 1000 ms, in an order of no help.
        latencies = [(slot * 7 % 1000 + 1) * MILLISECOND for slot in range(1000)]
        log = self.write_log((6000, 10, [(slot * 10 * MILLISECOND, latency)
                                         for slot, latency in enumerate(latencies)]))
        curve = self.logged(log, row(requests=1000, real_time=500.5e3)).curve
        self.assertEqual(curve.requests, 1000)
        at = {round(share, 6): latency for share, latency in zip(curve.shares, curve.latencies)}
        for share, seconds in ((0, 0.001), (0.5, 0.5), (0.9, 0.9), (0.99, 0.99), (0.999, 0.999),
                               (1, 1.0)):
            self.assertEqual(at[share], seconds)
        self.assertTrue((numpy.diff(curve.latencies) >= 0).all())

    def test_repetitions_are_pooled_and_failed_requests_have_no_latency(self):
        first = [(slot * MILLISECOND, 10 * MILLISECOND) for slot in range(100)]
        second = [(slot * MILLISECOND, None if slot % 10 == 0 else 20 * MILLISECOND)
                  for slot in range(100)]
        log = self.write_log((6000, 10, first), (6000, 10, second))
        cell = self.logged(log, row(real_time=10e3), row(real_time=20e3))
        self.assertEqual((cell.runs, cell.curve.requests), (2, 190))
        self.assertEqual(cell.curve.latencies[0], 0.01)
        self.assertEqual(cell.curve.latencies[-1], 0.02)
        self.assertEqual(cell.time_line.errors.sum(), 0)
        alone = self.logged(log, row(real_time=20e3))
        self.assertEqual((alone.runs, alone.time_line.errors.sum()), (1, 10))

    def test_the_time_line(self):
        # A second at 6,000 rpm in 10 ms, then one at half of it in 30 ms.
        requests = [(slot * 10 * MILLISECOND, 10 * MILLISECOND) for slot in range(100)]
        requests += [(1000 * MILLISECOND + slot * 20 * MILLISECOND, 30 * MILLISECOND)
                     for slot in range(50)]
        mean = sum(latency for _, latency in requests) / len(requests) / 1000
        log = self.write_log((6000, 10, requests))
        line = self.logged(log, row(requests=150, real_time=mean)).time_line
        self.assertEqual(line.width, 0.2)
        self.assertEqual(list(line.rpm[:5]), [6000] * 5)
        self.assertEqual(list(line.rpm[5:9]), [3000] * 4)
        self.assertEqual(list(line.p99), [0.01] * 5 + [0.03] * 5)
        self.assertEqual(list(line.p50), list(line.p99))

    def test_sends_in_milliseconds_and_windows(self):
        # Two in each of ten milliseconds, but five across the edge of the fourth.
        sent = [ms * MILLISECOND + half for ms in range(10) for half in (0, 500_000)]
        sent += [4 * MILLISECOND - 100_000, 4 * MILLISECOND + 100_000, 4 * MILLISECOND + 200_000]
        log = self.write_log((6000, 10, [(time, MILLISECOND) for time in sorted(sent)]))
        sends = self.logged(log, row(requests=23, real_time=1e3)).sends
        self.assertEqual(list(sends.milliseconds_with), [0, 0, 8, 1, 1])
        self.assertEqual(sends.most, {"1 ms": 5, "10 ms": 23, "1 s": 23})
        self.assertEqual(list(sends.window), [2, 2, 2, 3, 4, 2, 2, 2, 2, 2])
        self.assertEqual(sends.mean, 2.3)

    def test_the_window_is_around_the_busiest_millisecond(self):
        sent = [ms * MILLISECOND for ms in range(0, 1000, 5)] + [700 * MILLISECOND + 1] * 3
        log = self.write_log((6000, 10, [(time, MILLISECOND) for time in sorted(sent)]))
        sends = self.logged(log, row(requests=203, real_time=1e3)).sends
        self.assertEqual(sends.window_start, 0.6)
        self.assertEqual((len(sends.window), sends.window[100], sends.window.max()), (200, 4, 4))

    def test_the_same_grid_many_times_in_one_log(self):
        runs = [(6000, 10, [(0, ms * MILLISECOND), (MILLISECOND, ms * MILLISECOND)])
                for ms in (10, 20, 30, 40)]
        log = self.write_log(*runs)
        cell = self.logged(log, row(requests=2, real_time=30e3))
        self.assertEqual(cell.curve.latencies[-1], 0.03)
        # Only the median of three repetitions is left.
        median = row(requests=2, real_time=30e3) | {"run_type": "aggregate", "repetitions": 3,
                                                    "aggregate_name": "median"}
        cell = self.logged(log, median)
        self.assertEqual((cell.runs, cell.curve.latencies[0]), (3, 0.02))

    def test_one_request_is_enough(self):
        log = self.write_log((6000, 10, [(5, 10 * MILLISECOND)]))
        cell = self.logged(log, row(requests=1, real_time=10e3))
        self.assertEqual(cell.curve.requests, 1)
        self.assertEqual(list(cell.sends.milliseconds_with), [0, 1])
        self.make_page(self.folder / "r.json", "--log", log)

    def test_bad_logs_are_said_in_sentences(self):
        path = self.write_result(row())
        good = [(0, MILLISECOND)] * 1

        def says(log):
            return self.run_report(path, "--log", log, expected=1).stderr
        self.assertIn("There is no log", says("none.sqlite"))
        self.assertIn("as a log of paceline", says(path))
        self.assertIn("is empty", says(self.write_log(name="empty.sqlite")))
        self.assertIn("is empty", says(self.write_log((6000, 10, []), name="norequest.sqlite")))
        other = says(self.write_log((900, 3, good), name="other.sqlite"))
        self.assertIn("other runs than these results", other)
        self.assertIn("chat/complete at 900 rpm, parallel 3", other)
        with sqlite3.connect(self.folder / "foreign.sqlite") as foreign:
            foreign.execute("CREATE TABLE t (x)")
        foreign.close()
        self.assertIn("of another program", says("foreign.sqlite"))
        newer = self.write_log((6000, 10, good), name="newer.sqlite")
        with sqlite3.connect(newer) as log:
            log.execute(f"PRAGMA user_version = {request_log.SCHEMA_VERSION + 1}")
        log.close()
        self.assertIn("newer paceline", says(newer))

    def test_the_schema_is_that_of_the_program(self):
        source = SCHEMA.read_text()
        self.assertIn(f"application_id = {request_log.APPLICATION_ID:#x};", source)
        self.assertIn(f"schema_version = {request_log.SCHEMA_VERSION};", source)


class Changes(Folder):
    def read(self, *times, name):
        rows = [row(p50=time) for time in times]
        rows += [percentile_row(one, "p99") for one in rows]
        return results.read_result(self.write_result(*rows, name=name))

    def test_the_u_test_and_holm(self):
        old = self.read(*(0.050 + 0.001 * n for n in range(9)), name="old.json")
        new = self.read(*(0.080 + 0.001 * n for n in range(9)), name="new.json")
        compared = comparison.compare(old, new)
        self.assertEqual(len(compared.changes), 2)
        # Two samples of nine without overlap: U is 0, which lies 40 of 11.32 from its mean, after
        # the correction for continuity.
        p = math.erfc(40 / math.sqrt(9 * 9 * 19 / 12) / math.sqrt(2))
        for change in compared.changes:
            self.assertAlmostEqual(change.p, p, places=9)
            self.assertAlmostEqual(change.holm_p, 2 * p, places=9)
            self.assertEqual(changes.verdict_text(change), "slower (p = 0.0008)")
        self.assertIn("2 of 2 rows moved: 2 slower", compared.sentence)
        self.assertEqual(list(compared.by_run()), [NAME.format(6000, 10, 100)])
        self.assertEqual(list(*compared.by_run().values()), ["mean", "p99"])

    def test_what_cannot_be_tested_is_said(self):
        old, new = self.read(0.05, name="old.json"), self.read(0.08, name="new.json")
        self.assertIn("Nothing says whether", comparison.compare(old, new).sentence)
        old = self.read(0.05, 0.06, 0.07, name="old.json")
        new = self.read(0.08, 0.09, 0.1, name="new.json")
        self.assertIn("Too few repetitions: with 3", comparison.compare(old, new).sentence)
        other = results.read_result(self.write_result(row(rpm=1), name="other.json"))
        self.assertIn("no row of the same name", comparison.compare(old, other).sentence)

    def test_holm_never_falls(self):
        rows = [changes.Change("x", [1], [2], p=p) for p in (0.04, 0.01, 0.03)]
        changes.correct_by_holm(rows)
        self.assertEqual([round(one.holm_p, 9) for one in rows], [0.06, 0.03, 0.06])


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
                         "2 of 3 runs kept their rate, up to 12,000 rpm at parallel 10. 1 run had all "
                         "of parallel in flight, which held the rate back.")
        cards = {card.name: card.figure for card in headline.cards(view, view.sides[0])}
        self.assertEqual(cards, {"highest rate kept": "12,000 rpm", "half are done in": "60.0 ms",
                                 "99% are done in": "180 ms", "failed": "none"})
        self.assertEqual(headline.subject([result]), "small-1 at api.example.com")

    def test_the_page_says_what_was_measured(self):
        page = self.make_page(self.write_result(row(), row(rpm=12000, label="rate-limited",
                                                           errors=7.0, http_429=7.0)))
        for text in ("small-1 at api.example.com", "HTTP/2", "0.1.0 (abc)", "4 March 2026",
                     "rate-limited", "150 ms"):
            self.assertIn(text, page)
        self.assertIn("goes straight between the percentiles", page)

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

    def test_nothing_is_loaded_from_anywhere(self):
        page = self.make_page(self.write_result(row(), row(rpm=12000)))
        self.assertNotIn("<script", page)
        self.assertNotIn("@import", page)
        for reference in re.findall(r'(?:src|href)="([^"]*)"|url\(([^)]*)\)', page):
            self.assertRegex("".join(reference), "^(#|data:)")
        self.assertEqual(set(re.findall(r'https?://[^"\s<]+', page)),
                         {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
                         & set(re.findall(r'https?://[^"\s<]+', page)))

    def test_ids_are_unique_and_all_references_lead_somewhere(self):
        page = self.make_page(self.write_result(row(), row(rpm=12000), row(parallel=20)))
        ids = re.findall(r'\bid="([^"]+)"', page)
        self.assertEqual(len(ids), len(set(ids)))
        self.assertLessEqual(set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', page)) and
                             {a or b for a, b in
                              re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', page)}, set(ids))
        self.assertNotIn(style.STAND_IN, page)

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
        self.assertIn("Unpaced, it reached 50,000 rpm", page)

    def test_the_same_input_gives_the_same_page(self):
        path = self.write_result(row(), row(rpm=12000))
        self.assertEqual(self.make_page(path), self.make_page(path))

    def test_results_side_by_side(self):
        old = self.write_result(*(row(p50=0.05 + n / 1e4) for n in range(9)), name="old.json")
        new = self.write_result(*(row(p50=0.09 + n / 1e4) for n in range(9)), name="new.json")
        page = self.make_page(old, new)
        self.assertIn("new against old", page)
        self.assertIn("1 of 1 row moved: 1 slower", page)
        self.assertRegex(page, r'class="slower" title="[^"]+">\+79\.\d% slower')

    def test_missing_packages_are_named(self):
        done = subprocess.run([shutil.which("python3"), "-S", "-I", REPORT, "--help"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("apt-get install python3-matplotlib python3-numpy", done.stderr)


PROBE = """
<script>
const seen = {height: document.documentElement.scrollHeight,
              width: document.documentElement.scrollWidth,
              surface: getComputedStyle(document.body).backgroundColor, figures: {}};
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
  seen.figures[figure.id] = {x: picture.x, y: picture.y + scrollY, width: picture.width,
                             height: picture.height, marks: marks.length, inside: inside.length, cut};
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
        cls.measure("r.json", "r.sqlite", "--paceline_measure=chat/complete,chat/stream")
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

    def probe(self, page, scheme=chromium.LIGHT):
        """What a script finds in a copy of the page, whose own policy allows none."""
        probed = self.folder / "probed.html"
        text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text())
        probed.write_text(text.replace("</body>", PROBE + "</body>"))
        dom, log = chromium.dump_dom(probed, scheme=scheme)
        self.assertNotIn("CONSOLE", log)
        found = re.search(r'<pre id="probe">(.*?)</pre>', dom, re.DOTALL)
        self.assertTrue(found, dom[-2000:])
        return json.loads(found[1].replace("&amp;", "&").replace("&lt;", "<"))

    def assert_is_drawn(self, name, figure, image):
        self.assertGreater(figure["height"], 100, name)
        self.assertGreaterEqual(figure["marks"], 2, name)
        self.assertEqual(figure["inside"], figure["marks"], name)
        self.assertEqual(figure["cut"], [], name)
        top, left = round(figure["y"]), round(figure["x"])
        crop = image[top:top + round(figure["height"]), left:left + round(figure["width"]), :3]
        differs = (numpy.abs(crop - image[2, 2, :3]).max(axis=2) > 0.1).mean()
        self.assertGreater(differs, 0.005, name)

    def test_each_figure_is_drawn_in_both_schemes_without_a_console_error(self):
        expected = {f"chat-{kind}-{figure}" for kind in ("complete", "stream")
                    for figure in ("grid", "latency", "curve", "achieved")}
        expected |= {"chat-stream-streams"}
        surfaces = []
        for scheme in (chromium.LIGHT, chromium.DARK):
            seen = self.probe(self.page, scheme)
            self.assertLessEqual(expected, set(seen["figures"]))
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
        # Narrower than a window may be, Chromium's is 500 wide.
        dom_page = self.folder / "page.html"
        probed = self.folder / "probed.html"
        text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", dom_page.read_text())
        probed.write_text(text.replace("</body>", PROBE + "</body>"))
        dom, _ = chromium.dump_dom(probed, width=500)
        seen = json.loads(re.search(r'<pre id="probe">(.*?)</pre>', dom, re.DOTALL)[1])
        self.assertLessEqual(seen["width"], 500)

    def test_two_results_are_laid_over_each_other(self):
        self.measure("s.json", "s.sqlite", "--paceline_endpoint_slow_factor=2")
        self.report("r.json", "s.json", "--log", "r.sqlite", "--log", "s.sqlite", "-o", "both.html")
        both = self.folder / "both.html"
        seen = self.probe(both)
        png = self.folder / "both.png"
        chromium.screenshot(both, png, height=seen["height"])
        image = imread(png)
        self.assertIn("chat-complete-curve", seen["figures"])
        for name, figure in seen["figures"].items():
            self.assert_is_drawn(name, figure, image)

    def test_it_prints(self):
        pdf = self.folder / "page.pdf"
        chromium.print_to_pdf(self.page, pdf, scheme=chromium.DARK)
        content = pdf.read_bytes()
        self.assertTrue(content.startswith(b"%PDF"))
        self.assertGreater(len(content), 20_000)


if __name__ == "__main__":
    unittest.main()
