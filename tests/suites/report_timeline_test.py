"""Runs over time on the page of paceline_report, from the timelines of a result."""

import re
import unittest

import numpy

from report_fixture import MILLISECOND, Folder, row

from paceline.report import results
from paceline.report.figures import run_over_time
from paceline.timeline import timeline_of


def timeline(seconds=20, rate=100, **changed):
    """A run at an even rate, whose latency grows from 50 ms by 1 ms a second."""
    count = seconds + 1
    sent = [rate] * seconds + [0]
    p50 = [0.05 + second / 1000 for second in range(count)]
    return {"start": 0, "width": 1, "first_send": 0.0, "last_send": seconds - 1 / rate,
            "last_end": seconds + 0.05, "due": list(sent), "sent": sent,
            "ended": [rate - 5] + [rate] * (seconds - 1) + [5], "errors": [0] * count,
            "in_flight": [rate * time for time in p50], "p50": p50,
            "p99": [2 * time for time in p50]} | changed


def timed_row(shown=None, **changed):
    return row(**changed) | {"timeline": shown or timeline()}


class Slices(unittest.TestCase):
    def slices(self, rpm=6000, **changed):
        return run_over_time.slices_of(timeline_of({"timeline": timeline(**changed)}), rpm)

    def test_rates_are_per_minute_and_end_with_the_last_send(self):
        one = self.slices(seconds=3)
        self.assertEqual(one.starts.tolist(), [0, 1, 2, 3])
        numpy.testing.assert_allclose(one.rpm, [6000, 6000, 6000, numpy.nan])

    def test_the_first_and_the_last_slice_are_covered_in_part(self):
        one = self.slices(seconds=3, first_send=0.25, sent=[75, 100, 60, 0], last_send=2.59)
        numpy.testing.assert_allclose(one.rpm, [6000, 6000, 6000, numpy.nan], rtol=0.02)
        one = self.slices(seconds=3, first_send=0.75, sent=[25, 100, 20, 0], last_send=2.19)
        numpy.testing.assert_allclose(one.rpm, [numpy.nan, 6000, numpy.nan, numpy.nan])

    def test_a_pause_has_a_rate_of_0(self):
        one = self.slices(seconds=4, sent=[100, 0, 1, 100, 0])
        numpy.testing.assert_allclose(one.rpm, [6000, 0, 60, 6000, numpy.nan])

    def test_a_run_of_one_slice_has_a_rate(self):
        one = self.slices(seconds=0, sent=[30], due=[30], ended=[30], last_send=0.2)
        self.assertEqual(one.rpm.tolist(), [1800])

    def test_an_uneven_schedule_is_asked_for_slice_by_slice(self):
        self.assertIsNone(self.slices().asked)
        self.assertIsNone(self.slices(rpm=0).asked)
        # One more or less in a slice is still even.
        self.assertIsNone(self.slices(due=[100, 99, 101] * 7).asked)
        asked = self.slices(seconds=4, due=[50, 80, 120, 150, 0]).asked
        numpy.testing.assert_allclose(asked, [3000, 4800, 7200, 9000, numpy.nan])


class Page(Folder):
    def figure(self, page, name="chat-complete-time-6000-10"):
        found = re.search(rf'<figure id="{name}">(.*?)</figure>', page, re.DOTALL)
        return found and found[1]

    def test_a_run_over_time(self):
        failed = timeline(errors=[0, 0, 3] + [0] * 18)
        page = self.make_page(self.write_result(timed_row(failed)))
        figure = self.figure(page)
        for text in ("rpm sent", "requests in flight", "latency by end time",
                     "the median rate is 6,000 rpm", "p99 ranges from 100 ms to 140 ms",
                     "3 requests failed", "Between 5 and 7 requests are in flight",
                     "each point covers 1 s", "asked for: 6,000 rpm"):
            self.assertIn(text, figure)
        self.assertIn('<tr><th scope="row">2</th><td>6,000</td><td>5.2</td><td>52.0 ms</td>'
                      "<td>104 ms</td><td>3</td></tr>", figure)
        # After the last send there is no rate.
        self.assertIn('<tr><th scope="row">20</th><td></td><td>7</td>', figure)
        self.assertIn('<a href="#chat-complete-time-6000-10">', page)

    def test_a_slice_without_a_response(self):
        shown = timeline(p50=[None] * 21, p99=[0.1, None] + [0.1] * 19)
        figure = self.figure(self.make_page(self.write_result(timed_row(shown))))
        self.assertIn("<td>5.1</td><td></td><td></td><td>0</td>", figure)
        self.assertNotIn("nan", figure)

    def test_a_result_without_a_timeline_has_no_run_over_time(self):
        self.assertNotIn("-time-", self.make_page(self.write_result(row())))

    def test_a_log_has_the_run_already(self):
        requests = [(item * 10 * MILLISECOND, 50 * MILLISECOND) for item in range(100)]
        log = self.write_log((6000, 10, requests))
        page = self.make_page(self.write_result(timed_row()), "--log", log)
        self.assertEqual(page.count("-time-6000-10\">"), 2)  # the figure, and the link to it
        self.assertNotIn("requests in flight", self.figure(page))

    def test_the_first_repetition_is_shown(self):
        later = timeline(p99=[9.0] * 21)
        page = self.make_page(self.write_result(
            timed_row(), timed_row(later, p50=0.051) | {"repetition_index": 1}))
        self.assertIn("The figure shows the first of 2 repetitions.", self.figure(page))
        self.assertIn("p99 ranges from 100 ms to 140 ms", self.figure(page))

    def test_other_runs_are_folded(self):
        page = self.make_page(self.write_result(
            timed_row(), timed_row(rpm=12000, parallel=20),
            row(rpm=24000, label="parallel-bound") | {"rpm": 15000.0}))
        self.assertIn("<summary>1 other run over time</summary>", page)
        self.assertTrue(self.figure(page, "chat-complete-time-6000-10"))
        self.assertTrue(self.figure(page, "chat-complete-time-12000-20"))

    def test_results_side_by_side(self):
        old = self.write_result(timed_row(), name="old.json")
        new = self.write_result(timed_row(timeline(seconds=10)), name="new.json")
        figure = self.figure(self.make_page(old, new))
        for text in ("old, rpm, in flight and p99", "new, p50", "new: the median rate is 6,000 rpm"):
            self.assertIn(text, figure)

    def test_a_warm_up_comes_before_the_first_slice(self):
        shown = timeline(start=30, first_send=30.0, last_send=49.99, last_end=50.05)
        figure = self.figure(self.make_page(self.write_result(timed_row(shown))))
        self.assertIn('<th scope="row">30</th>', figure)
        self.assertNotIn('<th scope="row">0</th>', figure)
        self.assertIn("30 to 31 s", figure)

    def test_a_long_run_has_a_short_table(self):
        page = self.make_page(self.write_result(timed_row(timeline(seconds=511))))
        self.assertIn("120 of 512 slices are in the table.", page)
        self.assertLess(len(page), 200_000)

    def test_damaged_timelines_are_refused(self):
        for changed in ({"sent": [1]}, {"width": 0}, {"p50": ["x"] * 21}, {"start": None},
                        {"in_flight": [float("nan")] * 21}, {"errors": 5}):
            path = self.write_result(timed_row(timeline(**changed)))
            done = self.run_report(path, expected=1)
            self.assertIn("a row lacks or misstates its timeline", done.stderr)
        for damaged in ([], "x", 7):
            path = self.write_result(row() | {"timeline": damaged})
            self.assertIn("misstates its timeline", self.run_report(path, expected=1).stderr)

    def test_the_timeline_is_no_counter(self):
        (cell,) = results.read_result(self.write_result(timed_row())).cells
        self.assertEqual(cell.timeline.sent[:2], (100, 100))
        self.assertIsNone(results.read_result(self.write_result(row())).cells[0].timeline)


if __name__ == "__main__":
    unittest.main()
