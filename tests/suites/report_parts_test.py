"""Models and servers of a run that mixes them, on the page of paceline_report."""

import contextlib
import re
import sqlite3
import unittest

from report_fixture import MILLISECOND, Folder, row

from paceline.report import parts


class Parts(Folder):
    MIX = {"requests@model=a": 70.0, "error_ratio@model=a": 0.1, "p50@model=a": 0.04,
           "p99@model=a": 0.2, "requests@model=b=c": 30.0, "error_ratio@model=b=c": 0.0,
           "p50@model=b=c": 0.06, "p99@model=b=c": 0.3, "requests@url=h:1": 100.0,
           "p50@url=h:1": 0.05, "p99@url=h:1": 0.3}

    def write_mixed_log(self):
        """Two models at two servers: latencies of 10, 20, 30 and 40 ms; every third failed."""
        requests = [(n * MILLISECOND, None if n % 3 == 2 else 10 * MILLISECOND * (n % 4 + 1))
                    for n in range(120)]
        log = self.write_log((6000, 10, requests))
        with contextlib.closing(sqlite3.connect(log)) as opened, opened:
            opened.execute("UPDATE requests SET part = item % 4, first_token_ns = sent_ns + 1000000")
            opened.executemany("INSERT INTO parts VALUES (1, ?, ?, ?)",
                               [(0, "a", "http://u/v1"), (1, "b", "http://u/v1"),
                                (2, "a", "https://v/v1?#1"), (3, "b", "https://v/v1?#1")])
        good = [latency for _, latency in requests if latency]
        mean = sum(good) / len(good) / 1e3
        return log, row(requests=120, real_time=mean)

    def figure(self, page):
        found = re.search(r'<figure id="chat-complete-parts">(.*?)</figure>', page, re.DOTALL)
        return found and found[1]

    def test_of_the_counters(self):
        figure = self.figure(self.make_page(self.write_result(row(**self.MIX))))
        for text in ("by model", "a p50 40.0 ms, p99 200 ms; b=c p50 60.0 ms, p99 300 ms", "10%"):
            self.assertIn(text, figure)
        self.assertNotIn("by server", figure)

    def test_medians_of_the_repetitions(self):
        found = parts.parts_of_counters([{"p50@url=h": value} for value in (1, 2, 9)])
        self.assertEqual(found, {"url": {"h": {"p50": 2}}})

    def test_of_the_log(self):
        log, mixed = self.write_mixed_log()
        figure = self.figure(self.make_page(self.write_result(mixed), "--log", log))
        for text in ("by model: a p50 10.0 ms, p99 30.0 ms; b p50 20.0 ms, p99 40.0 ms.",
                     "by server: u p50 10.0 ms, p99 20.0 ms; v p50 30.0 ms, p99 40.0 ms.",
                     "33.3%", "1.00 ms"):
            self.assertIn(text, figure)

    def test_counters_take_precedence(self):
        log, mixed = self.write_mixed_log()
        figure = self.figure(self.make_page(self.write_result(mixed | self.MIX), "--log", log))
        self.assertIn("by model: a p50 40.0 ms", figure)

    def test_two_results(self):
        old = self.write_result(row(**self.MIX), name="old.json")
        new = self.write_result(row(**(self.MIX | {"p50@model=a": 0.03})), name="new.json")
        self.assertIn("a old p50 40.0 ms, p99 200 ms, new p50 30.0 ms",
                      self.figure(self.make_page(old, new)))

    def test_one_part_is_no_mix(self):
        page = self.make_page(self.write_result(row(**{"requests@model=a": 9.0,
                                                       "p50@model=a": 0.1, "p99@model=a": 0.2})))
        self.assertIsNone(self.figure(page))

    def test_a_log_without_parts(self):
        log, mixed = self.write_mixed_log()
        with contextlib.closing(sqlite3.connect(log)) as opened:
            opened.executescript("DELETE FROM parts; UPDATE requests SET part = NULL")
        path = self.write_result(mixed)
        self.assertIsNone(self.figure(self.make_page(path, "--log", log)))
        with contextlib.closing(sqlite3.connect(log)) as opened:
            opened.executescript("DROP TABLE parts; ALTER TABLE requests DROP COLUMN part;"
                                 "PRAGMA user_version = 4")
        self.assertIsNone(self.figure(self.make_page(path, "--log", log)))

    def test_names_cannot_break_the_page(self):
        bad = {f"{figure}@model={name}": 0.1 for figure in ("requests", "p50", "p99")
               for name in ("<b>", "\x1b")}
        page = self.make_page(self.write_result(row(**bad)))
        self.assertIn("&lt;b&gt;", self.figure(page))
        self.assertNotIn("\x1b", page)

    def test_urls_are_named_as_in_the_counters(self):
        self.assertEqual(parts.url_names(["http://h:1/v1", "https://g/v1?#x"]), ["h:1", "g"])
        self.assertEqual(parts.url_names(["http://h/a", "http://h/b"]), ["h/a", "h/b"])


if __name__ == "__main__":
    unittest.main()
