"""How paceline_report reads results and logs, condenses and compares them, to the exact number."""

import json
import math
import sqlite3
import unittest

import numpy

from report_fixture import (CONTEXT, MILLISECOND, NAME, SCHEMA, Folder, percentile_row, row)

from paceline.report import changes, comparison, logged_runs, request_log, results, words


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

    def test_runs_of_several_threads_are_a_workload_of_their_own(self):
        name = "chat/complete/rpm:6000/parallel:10/iterations:50/manual_time/threads:2"
        threads = row() | {"name": name, "run_name": name, "threads": 2, "iterations": 101}
        one = row() | {"run_name": NAME.format(6000, 10, 100) + "/threads:1"}
        result = results.read_result(self.write_result(row(), threads, one))
        self.assertEqual([(cell.workload, cell.requests, len(cell.rows)) for cell in result.cells],
                         [("chat/complete", 100, 2), ("chat/complete threads:2", 101, 1)])
        self.assertEqual(results.run_text(name),
                         "chat/complete, 6,000 rpm, parallel 10, 2 threads")
        # An aggregate has no number of requests but that in its name.
        median = threads | {"run_type": "aggregate", "aggregate_name": "median", "repetitions": 1}
        self.assertEqual(results.read_result(self.write_result(median)).cells[0].requests, 100)
        for path in (self.write_result(threads), self.write_result(median)):
            log = self.write_log((6000, 10, [(i * MILLISECOND, 50 * MILLISECOND)
                                             for i in range(101)]))
            (cells,) = request_log.read_logs([log], [results.read_result(path)])
            self.assertIn(("chat/complete threads:2", 6000, 10), cells)
            log.unlink()

    def test_the_verdict_is_the_labels_first_word(self):
        def verdict_of(**changed):
            (cell,) = results.read_result(self.write_result(row() | changed)).cells
            return cell.verdict_text, cell.is_held
        self.assertEqual(verdict_of(label="paced"), ("paced", True))
        self.assertEqual(verdict_of(label="parallel-bound: parallel 40 would do"),
                         ("parallel-bound", False))
        self.assertEqual(verdict_of(label="cut short: 5 of 100 requests"), ("cut short", False))
        self.assertEqual(verdict_of(label="paced; missed: p99 is 3 s"), ("missed", False))
        self.assertEqual(verdict_of(label="paced; met"), ("paced", True))
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
        self.assertIn("cannot write",
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
        latencies = [(item * 7 % 1000 + 1) * MILLISECOND for item in range(1000)]
        log = self.write_log((6000, 10, [(item * 10 * MILLISECOND, latency)
                                         for item, latency in enumerate(latencies)]))
        curve = self.logged(log, row(requests=1000, real_time=500.5e3)).curve
        self.assertEqual(curve.requests, 1000)
        at = {round(share, 6): latency for share, latency in zip(curve.shares, curve.latencies)}
        for share, seconds in ((0, 0.001), (0.5, 0.5), (0.9, 0.9), (0.99, 0.99), (0.999, 0.999),
                               (1, 1.0)):
            self.assertEqual(at[share], seconds)
        self.assertTrue((numpy.diff(curve.latencies) >= 0).all())

    def test_repetitions_are_pooled_and_failed_requests_have_no_latency(self):
        first = [(item * MILLISECOND, 10 * MILLISECOND) for item in range(100)]
        second = [(item * MILLISECOND, None if item % 10 == 0 else 20 * MILLISECOND)
                  for item in range(100)]
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
        requests = [(item * 10 * MILLISECOND, 10 * MILLISECOND) for item in range(100)]
        requests += [(1000 * MILLISECOND + item * 20 * MILLISECOND, 30 * MILLISECOND)
                     for item in range(50)]
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
        self.assertIn("there is no log", says("none.sqlite"))
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
            log.execute(f"PRAGMA user_version = {logged_runs.SCHEMA_VERSION + 1}")
        log.close()
        self.assertIn("newer paceline", says(newer))

    def test_the_schema_is_that_of_the_program(self):
        source = SCHEMA.read_text()
        self.assertIn(f"application_id = {logged_runs.APPLICATION_ID:#x};", source)
        self.assertIn(f"schema_version = {logged_runs.SCHEMA_VERSION};", source)


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
        self.assertIn("The changes are not tested", comparison.compare(old, new).sentence)
        old = self.read(0.05, 0.06, 0.07, name="old.json")
        new = self.read(0.08, 0.09, 0.1, name="new.json")
        self.assertIn("Too few repetitions: with 3", comparison.compare(old, new).sentence)
        other = results.read_result(self.write_result(row(rpm=1), name="other.json"))
        self.assertIn("no row of the same name", comparison.compare(old, other).sentence)

    def test_holm_never_falls(self):
        rows = [changes.Change("x", [1], [2], p=p) for p in (0.04, 0.01, 0.03)]
        changes.correct_by_holm(rows)
        self.assertEqual([round(one.holm_p, 9) for one in rows], [0.06, 0.03, 0.06])


if __name__ == "__main__":
    unittest.main()
