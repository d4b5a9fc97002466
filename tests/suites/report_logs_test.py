"""Several logs of the same run: paceline_report shows them as one."""

import contextlib
import sqlite3
import unittest

import numpy

from report_fixture import MILLISECOND, Folder, row

from paceline.report import request_log, results

REQUESTS = [(item * 10 * MILLISECOND, (item % 7 + 1) * MILLISECOND) for item in range(100)]
MEAN = sum(latency for _, latency in REQUESTS) / len(REQUESTS) / 1000


class SeveralLogs(Folder):
    def write(self, name, change="", requests=REQUESTS, identity=7, rank=0, ranks=1):
        log = self.write_log((6000, 10, requests), name=name)
        with contextlib.closing(sqlite3.connect(log)) as opened:
            opened.executescript(f"UPDATE runs SET identity = {identity}, rank = {rank}, ranks = {ranks};"
                                 f"{change}")
        return log

    def write_ranks(self, ranks=2, requests=REQUESTS):
        return [self.write(f"run.{rank}.sqlite", f"DELETE FROM requests WHERE item % {ranks} <> {rank}",
                           requests, rank=rank, ranks=ranks) for rank in range(ranks)]

    def logged(self, *logs, rows=None):
        result = results.read_result(self.write_result(*rows or [row(real_time=MEAN)]))
        return request_log.read_logs(logs, [result])[0].get(("chat/complete", 6000, 10))

    def assert_same(self, cell, other):
        for part, fields in (("time_line", ("starts", "rpm", "p50", "p99", "errors")),
                             ("curve", ("shares", "latencies")), ("sends", ("milliseconds_with",))):
            for field in fields:
                self.assertTrue(numpy.array_equal(getattr(getattr(cell, part), field),
                                                  getattr(getattr(other, part), field), equal_nan=True), field)

    def test_the_ranks_of_a_run_are_one_time_line(self):
        whole = self.logged(self.write("whole.sqlite"))
        cell = self.logged(*reversed(self.write_ranks(4)))
        self.assertEqual((cell.runs, cell.logs, cell.ranks), (1, 4, 4))
        self.assertEqual((whole.runs, whole.logs, whole.ranks), (1, 1, 1))
        self.assert_same(cell, whole)

    def test_an_item_of_several_logs_counts_once_with_a_good_response(self):
        whole = self.logged(self.write("whole.sqlite"))
        fails = "UPDATE requests SET error = 'lost', done_ns = NULL WHERE "
        one = self.write("one.sqlite", f"{fails} item < 30; DELETE FROM requests WHERE item > 80")
        other = self.write("other.sqlite", f"{fails} item BETWEEN 50 AND 60")
        for logs in ([one, other], [other, one]):
            self.assert_same(self.logged(*logs), whole)

    def test_cancelled_requests_are_no_failures(self):
        requests = [(sent, None if item % 4 == 1 else latency)
                    for item, (sent, latency) in enumerate(REQUESTS)]
        good = [latency for _, latency in requests if latency is not None]
        rows = [row(real_time=sum(good) / len(good) / 1000)]
        cancels = "UPDATE requests SET cancelled = 1 WHERE error IS NOT NULL AND item < 50"
        cell = self.logged(self.write("run.sqlite", cancels, requests), rows=rows)
        self.assertEqual(cell.time_line.errors.sum(), 12)
        self.assertEqual(cell.curve.requests, 75)
        # One that was cancelled in one log, and lost in the other.
        logs = [self.folder / "run.sqlite", self.write("other.sqlite", "", requests)]
        for some in (logs, logs[::-1]):
            self.assertEqual(self.logged(*some, rows=rows).time_line.errors.sum(), 12)

    def test_a_rank_without_a_good_response(self):
        requests = [(sent, None if item % 2 else latency) for item, (sent, latency) in enumerate(REQUESTS)]
        good = [latency for _, latency in requests if latency is not None]
        cell = self.logged(*self.write_ranks(2, requests),
                           rows=[row(real_time=sum(good) / len(good) / 1000)])
        self.assertEqual((cell.ranks, cell.time_line.errors.sum()), (2, 50))

    def test_repetitions_of_which_one_has_ranks(self):
        second = [(sent, 2 * latency) for sent, latency in REQUESTS]
        logs = [*self.write_ranks(), self.write("second.sqlite", requests=second, identity=8)]
        cell = self.logged(*logs, rows=[row(real_time=MEAN), row(real_time=2 * MEAN)])
        self.assertEqual((cell.runs, cell.logs, cell.curve.requests), (2, 2, 200))

    def test_the_parts_of_the_ranks(self):
        parts = ("INSERT INTO parts VALUES (1, 0, 'a', 'http://a/'), (1, 1, 'b', 'http://a/');"
                 "UPDATE requests SET part = item % 4 = 0;")
        logs = [self.write(f"{rank}.sqlite", f"{parts} DELETE FROM requests WHERE item % 2 <> {rank}",
                           rank=rank, ranks=2) for rank in range(2)]
        found = self.logged(*logs).parts["model"]
        self.assertEqual({name: part["requests"] for name, part in found.items()}, {"a": 75, "b": 25})

    def test_parts_leave_out_cancelled_requests(self):
        log = self.write("run.sqlite", "INSERT INTO parts VALUES (1, 0, 'a', 'http://a/');"
                         "UPDATE requests SET part = 0;"
                         "UPDATE requests SET error = 'cancelled', cancelled = 1 WHERE item >= 98;"
                         "UPDATE requests SET error = 'lost' WHERE item < 7;")
        rows = [row(real_time=sum(latency for _, latency in REQUESTS[7:98]) / 91 / 1000)]
        found = self.logged(log, rows=rows).parts["model"]["a"]
        self.assertEqual((found["requests"], round(found["error_ratio"], 6)), (98, round(7 / 98, 6)))

    def test_an_older_log_beside_a_newer(self):
        second = [(sent, 2 * latency) for sent, latency in REQUESTS]
        old = self.write("old.sqlite", "ALTER TABLE runs DROP COLUMN identity; ALTER TABLE runs DROP "
                         "COLUMN rank; ALTER TABLE runs DROP COLUMN ranks; PRAGMA user_version = 7",
                         requests=second)
        cell = self.logged(old, *self.write_ranks(), rows=[row(real_time=2 * MEAN), row(real_time=MEAN)])
        self.assertEqual((cell.runs, cell.logs, cell.ranks), (2, 1, 1))

    def test_the_page_says_from_how_many_logs(self):
        result = self.write_result(row(real_time=MEAN))
        logs = [word for log in self.write_ranks() for word in ("--log", log)]
        says = "has the requests of {}, each once."
        self.assertIn("The figure " + says.format("2 ranks from 2 logs"), self.make_page(result, *logs))
        copies = [word for name in ("a.sqlite", "b.sqlite") for word in ("--log", self.write(name))]
        self.assertIn("The figure " + says.format("2 logs"), self.make_page(result, *copies))
        self.assertNotIn("each once", self.make_page(result, *copies[:2]))
        other = self.write_result(row(real_time=MEAN), name="other.json")
        self.assertIn("The line of other " + says.format("2 logs"),
                      self.make_page(result, other, *copies))

    def test_the_log_at_fault_is_named(self):
        result = self.write_result(row(real_time=MEAN))
        ranks = self.write_ranks()

        def says(*logs):
            return self.run_report(result, *(word for log in logs for word in ("--log", log)),
                                   expected=1).stderr
        self.assertIn(f"the log '{ranks[0]}' has a run of 2 ranks (chat/complete at 6,000 rpm, parallel "
                      "10), and the given logs have the rows of 1; repeat --log", says(ranks[0]))
        other = self.write("other.sqlite", requests=REQUESTS[:50], identity=8)
        self.assertIn(f"the log '{other}' has other runs", says(*ranks, other))
        empty = self.write("empty.sqlite", "DELETE FROM requests", identity=9)
        self.assertIn(f"the log '{empty}' is empty", says(*ranks, empty))
        damaged = self.write("damaged.sqlite", "DROP TABLE requests")
        self.assertIn(f"cannot read the log '{damaged}'", says(*ranks, damaged))


if __name__ == "__main__":
    unittest.main()
