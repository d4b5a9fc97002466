"""What paceline_report says of requests that waited for a new connection."""

import contextlib
import sqlite3
import unittest

from report_fixture import MILLISECOND, Folder, row

from paceline.report import connects, request_log, results


class Connects(Folder):
    def logged(self, waited=(), log_of=None):
        """A log of 200 requests that take 1 ms to 200 ms; the requests of these latencies waited."""
        requests = log_of or [(item * MILLISECOND, (item + 1) * MILLISECOND) for item in range(200)]
        path = self.write_log((6000, 10, requests))
        with contextlib.closing(sqlite3.connect(path)) as log, log:
            for ms in waited:
                log.execute("UPDATE requests SET lookup_ns = 0, tcp_ns = 5, tls_ns = 0 "
                            "WHERE done_ns - sent_ns = ?", (ms * MILLISECOND,))
        return path

    def cell(self, path, **changed):
        result = self.write_result(row(requests=200, real_time=100.5e3) | changed)
        (cells,) = request_log.read_logs([path], [results.read_result(result)])
        return cells["chat/complete", 6000, 10]

    def test_they_are_counted_among_all_and_among_the_slowest(self):
        found = self.cell(self.logged(waited=(3, 50, 199))).connects
        self.assertEqual(found, connects.Connects(requests=3, slow=1, slowest=2))

    def test_a_failed_request_has_no_latency_that_could_contain_one(self):
        requests = [(item * MILLISECOND, (item + 1) * MILLISECOND) for item in range(199)]
        path = self.logged(waited=(0,), log_of=[*requests, (199 * MILLISECOND, None)])
        found = self.cell(path, real_time=100e3).connects
        self.assertEqual((found.requests, found.slowest), (0, 2))

    def test_an_older_log_does_not_know(self):
        path = self.logged()
        with contextlib.closing(sqlite3.connect(path)) as log, log:
            for column in ("lookup_ns", "tcp_ns", "tls_ns"):
                log.execute(f"ALTER TABLE requests DROP COLUMN {column}")
            log.execute("PRAGMA user_version = 6")
        self.assertEqual(self.cell(path).connects.requests, 0)

    def test_the_page_says_so(self):
        log = self.logged(waited=(3, 199, 200))
        counters = {"connections": 3.0, "connect_requests": 3.0, "connect_p50": 0.001,
                    "connect_p99": 0.002}
        result = self.write_result(row(requests=200, real_time=100.5e3) | counters)
        page = self.make_page(result, "--log", log)
        words = ("6,000 rpm, parallel 10: 3 requests waited for a new connection, 2 of the slowest 2 "
                 "among them.", ">connections opened<", ">requests that waited for one<",
                 ">connect p99<")
        self.assertEqual([word in page for word in words], [True] * 4)
        (self.folder / "run.sqlite").unlink()
        page = self.make_page(self.write_result(row(requests=200, real_time=100.5e3)), "--log",
                              self.logged())
        self.assertFalse("waited for" in page)


if __name__ == "__main__":
    unittest.main()
