"""The tooltips of a page's figures: their numbers are those of the results and logs, and a page has few
of them.
"""

import re
import unittest
from xml.etree import ElementTree

from report_fixture import MILLISECOND, Folder, row

from paceline.report.tips import MOST_POINTS, MOST_ZONES, series_tip

SVG = "{http://www.w3.org/2000/svg}"


def tips_of(page, figure):
    """The tooltips of a figure by the class of what has them."""
    svg = re.search(rf'<figure id="{figure}">.*?(<svg xmlns.*?</svg>)</div>', page, re.DOTALL)[1]
    tips = {}
    for element in ElementTree.fromstring(svg).iter():
        if (title := element.find(f"{SVG}title")) is not None:
            tips.setdefault(element.get("class"), []).append(title.text)
    return tips


class Tips(Folder):
    def test_of_the_grid(self):
        page = self.make_page(self.write_result(
            row(label="paced"), row(rpm=0, parallel=20, p50=0.07) | {"rpm": 50000.0},
            row(rpm=12000, label="failing", errors=25.0) | {"rpm": 9000.0}))
        self.assertEqual(tips_of(page, "chat-complete-grid"), {"mark": [
            "6,000 rpm, parallel 10: paced\n"
            "p50 50.0 ms, p90 100 ms, p99 150 ms, p99.9 200 ms, max 250 ms\n"
            "6,000 rpm achieved (100%)",
            "12,000 rpm, parallel 10: failing\n"
            "p50 50.0 ms, p90 100 ms, p99 150 ms, p99.9 200 ms, max 250 ms\n"
            "9,000 rpm achieved (75%), 25 of 100 requests failed",
            "unpaced, parallel 20: unpaced\n"
            "p50 70.0 ms, p90 140 ms, p99 210 ms, p99.9 280 ms, max 350 ms\n"
            "50,000 rpm achieved"]})

    def test_of_latency_by_rate(self):
        tips = tips_of(self.make_page(self.write_result(
            row(), row(rpm=12000, p50=0.06), row(rpm=24000, p50=0.01))), "chat-complete-latency")
        self.assertEqual(tips["zone"], [
            "6,000 rpm, parallel 10\np50 50.0 ms, p90 100 ms, p99 150 ms, p99.9 200 ms",
            "12,000 rpm, parallel 10\np50 60.0 ms, p90 120 ms, p99 180 ms, p99.9 240 ms",
            "24,000 rpm, parallel 10\np50 10.0 ms, p90 20.0 ms, p99 30.0 ms, p99.9 40.0 ms"])
        self.assertIn("p99: 150 ms at 6,000 rpm to 30.0 ms at 24,000 rpm; highest 180 ms at 12,000 rpm",
                      tips["mark"])
        self.assertIn("p90, 12,000 rpm, parallel 10: 120 ms", tips["mark"])
        self.assertEqual(len(tips["mark"]), 4 * (1 + 3))

    def test_of_the_percentiles(self):
        tips = tips_of(self.make_page(self.write_result(row(requests=2000),
                                                        row(rpm=12000, p50=0.06, requests=2000))),
                       "chat-complete-curve")
        self.assertEqual(tips["zone"], [
            "max\n6,000 rpm: 250 ms\n12,000 rpm: 300 ms", "p99.9\n6,000 rpm: 200 ms\n12,000 rpm: 240 ms",
            "p99\n6,000 rpm: 150 ms\n12,000 rpm: 180 ms", "p90\n6,000 rpm: 100 ms\n12,000 rpm: 120 ms",
            "p50\n6,000 rpm: 50.0 ms\n12,000 rpm: 60.0 ms"])
        self.assertEqual(tips["mark"][1],
                         "12,000 rpm: p50 60.0 ms, p90 120 ms, p99 180 ms, p99.9 240 ms, max 300 ms")

    def test_of_rates_and_streams(self):
        page = self.make_page(self.write_result(
            row(ttft_p50=0.01, ttft_p99=0.02), row(parallel=20, ttft_p50=0.03, ttft_p99=0.04)))
        self.assertEqual(tips_of(page, "chat-complete-streams")["zone"], [
            "6,000 rpm\nparallel 10: ttft p99 20.0 ms, ttft p50 10.0 ms\n"
            "parallel 20: ttft p99 40.0 ms, ttft p50 30.0 ms"])
        achieved = tips_of(page, "chat-complete-achieved")
        self.assertIn("6,000 rpm\nparallel 10: rpm achieved 6,000\nparallel 20: rpm achieved 6,000",
                      achieved["zone"])
        self.assertIn("parallel 20, late p99: 100 us at 6,000 rpm", achieved["mark"])

    def test_of_results_side_by_side_name_the_result(self):
        page = self.make_page(self.write_result(row(), row(rpm=12000), name="old.json"),
                              self.write_result(row(p50=0.07), row(rpm=12000), name="new.json"))
        self.assertIn("6,000 rpm, parallel 10\nold: p50 50.0 ms, p99 150 ms\n"
                      "new: p50 70.0 ms, p99 210 ms", tips_of(page, "chat-complete-latency")["zone"])
        self.assertIn("new, p50, 6,000 rpm, parallel 10: 70.0 ms",
                      tips_of(page, "chat-complete-latency")["mark"])
        self.assertIn("p50\nold: 50.0 ms\nnew: 70.0 ms", tips_of(page, "chat-complete-curve")["zone"])
        self.assertIn("6,000 rpm\nold: rpm achieved 6,000\nnew: rpm achieved 6,000",
                      tips_of(page, "chat-complete-achieved")["zone"])

    def log_of_two_seconds(self):
        """100 sends per second. The 101st to 110th take 80 ms, the 150th fails."""
        sends = [[item * 10 * MILLISECOND, 50 * MILLISECOND] for item in range(201)]
        for item in range(100, 110):
            sends[item][1] = 80 * MILLISECOND
        sends[149][1] = None
        good = [latency for _, latency in sends if latency]
        mean = sum(good) / len(good) / 1e9
        return (self.write_result(row(requests=201) | {"real_time": mean * 1e6}),
                self.write_log((6000, 10, [tuple(one) for one in sends])))

    def test_of_a_run_over_time(self):
        result, log = self.log_of_two_seconds()
        page = self.make_page(result, "--log", log)
        tips = tips_of(page, "chat-complete-time-6000-10")
        rates, latencies = tips["zone"][:len(tips["zone"]) // 2], tips["zone"][len(tips["zone"]) // 2:]
        self.assertEqual(rates[0], "0 to 0.2 s\n6,000 rpm")
        self.assertEqual(rates[7], "1.4 to 1.6 s\n6,000 rpm, 1 request failed")
        self.assertEqual(latencies[0], "0 to 0.2 s\np50 50.0 ms, p99 50.0 ms")
        self.assertEqual(latencies[5], "1 to 1.2 s\np50 50.0 ms, p99 80.0 ms")
        self.assertIn("p99: 50.0 ms at 0 s to 50.0 ms at 1.8 s; highest 80.0 ms at 1 s", tips["mark"])
        self.assertIn("asked for: 6,000 rpm", tips["mark"])

    def test_of_sends(self):
        result, log = self.log_of_two_seconds()
        tips = tips_of(self.make_page(result, "--log", log), "chat-complete-sends-6000-10")
        self.assertIn("0 to 9 ms: 1 send, at most 1 in 1 ms", tips["zone"])
        self.assertIn("1 send in 1 ms\n10% of all milliseconds (201)", tips["zone"])

    def test_a_long_run_has_few(self):
        sends = [(item * MILLISECOND * 10, 50 * MILLISECOND + item) for item in range(6000)]
        mean = sum(latency for _, latency in sends) / len(sends) / 1e9
        page = self.make_page(self.write_result(row(requests=6000) | {"real_time": mean * 1e6}),
                              "--log", self.write_log((6000, 10, sends)))
        tips = tips_of(page, "chat-complete-time-6000-10")
        self.assertGreater(len(tips["zone"]), MOST_ZONES)
        self.assertLessEqual(len(tips["zone"]), 2 * MOST_ZONES)
        self.assertLessEqual(len(tips["mark"]), 4)
        # Together, the zones cover all bins.
        self.assertIn("to 60 s", tips["zone"][-1])

    def test_many_rates_have_zones_but_no_points(self):
        rates = [row(rpm=rpm) for rpm in range(1000, 1000 * (MOST_ZONES + 20), 1000)]
        tips = tips_of(self.make_page(self.write_result(*rates)), "chat-complete-latency")
        self.assertEqual(len(tips["zone"]), MOST_ZONES)
        self.assertEqual(len(tips["mark"]), 4)
        few = tips_of(self.make_page(self.write_result(*rates[:MOST_POINTS])), "chat-complete-latency")
        self.assertEqual(len(few["mark"]), 4 * (1 + MOST_POINTS))

    def test_zones_touch_halfway_between_the_points(self):
        page = self.make_page(self.write_result(row(), row(rpm=12000), row(rpm=48000)))
        figure = re.search(r'<figure id="chat-complete-latency">.*?</figure>', page, re.DOTALL)[0]
        points = [float(re.search(rf"p50, {rpm} rpm.*?<use [^>]*x=\"([\d.]+)\"", figure)[1])
                  for rpm in ("6,000", "12,000", "48,000")]
        zones = [tuple(map(float, zone)) for zone in re.findall(
            r'<rect class="zone" x="([\d.]+)" width="([\d.]+)"', figure)]
        self.assertEqual(len(zones), 3)
        for place in (0, 1):
            x, width = zones[place]
            self.assertAlmostEqual(x + width, zones[place + 1][0], delta=0.3)
            self.assertAlmostEqual(x + width, sum(points[place:place + 2]) / 2, delta=0.3)

    def test_the_ends_and_the_extremes_of_a_series(self):
        self.assertEqual(series_tip("p99", ["a"], [1], str), "p99: 1 at a")
        self.assertEqual(series_tip("p99", list("abc"), [1, 2, 3], str), "p99: 1 at a to 3 at c")
        self.assertEqual(series_tip("p99", list("abcd"), [2, 1, 4, 3], str),
                         "p99: 2 at a to 3 at d; lowest 1 at b; highest 4 at c")


if __name__ == "__main__":
    unittest.main()
