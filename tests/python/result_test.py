"""paceline.Result: what it reads, and the files and tables that it makes."""

import json
import re

import pytest

import paceline
from paceline import packages, result as result_module

ROW = {"name": "chat/complete/rpm:60/parallel:5/iterations:9/manual_time",
       "run_name": "chat/complete/rpm:60/parallel:5/iterations:9/manual_time",
       "run_type": "iteration", "repetitions": 1, "repetition_index": 0, "threads": 1,
       "iterations": 9, "real_time": 2000.0, "cpu_time": 30.0, "time_unit": "us", "label": "paced",
       "rpm": 59.5, "p50": 0.002, "p99.9": 0.004, "late_max": 0.001, "ttft_p50": 0.0015,
       "errors": 0.0}


def load(tmp_path, *rows, context=None):
    path = tmp_path / "r.json"
    path.write_text(json.dumps({"context": context or {}, "benchmarks": rows}))
    return paceline.Result.load(path)


def test_a_row(tmp_path):
    (row,) = load(tmp_path, ROW).rows
    assert row == paceline.Row(
        name=ROW["run_name"], workload="chat/complete", rpm_asked=60, rpm=59.5, parallel=5,
        threads=1, iterations=9, repetition=0, verdict="paced", label="paced", mean=0.002,
        counters={"rpm": 59.5, "p50": 0.002, "p99.9": 0.004, "late_max": 0.001, "ttft_p50": 0.0015,
                  "errors": 0.0})
    assert not row.was_cut_short


TIMELINE = {"start": 0, "width": 0.5, "first_send": 0.0, "last_send": 0.9, "last_end": 1.1,
            "due": [5, 5, 0], "sent": [5, 4, 1], "ended": [4, 4, 2], "errors": [0, 1, 0],
            "in_flight": [1.5, 2, 0.25], "p50": [0.1, None, 0.2], "p99": [0.1, None, 0.3]}


def test_a_row_over_time(tmp_path):
    row, other = load(tmp_path, ROW | {"timeline": TIMELINE}, ROW).rows
    assert other.timeline is None
    assert row.counters == other.counters
    timeline = row.timeline
    assert timeline.starts == (0, 0.5, 1)
    assert timeline.sent == (5, 4, 1)
    assert timeline.in_flight == (1.5, 2, 0.25)
    assert timeline.p50 == (0.1, None, 0.2)
    unpaced = {name: value for name, value in TIMELINE.items() if name != "due"}
    assert load(tmp_path, ROW | {"timeline": unpaced}).rows[0].timeline.due is None


@pytest.mark.parametrize("changed", [{"sent": [1]}, {"width": 0}, {"p99": 7}, {"start": "x"},
                                     {"in_flight": [float("inf")] * 3}, {"ended": None}])
def test_a_damaged_timeline(tmp_path, changed):
    with pytest.raises(paceline.Error, match="misstates its timeline"):
        load(tmp_path, ROW | {"timeline": TIMELINE | changed})


def test_percentile_rows_and_failed_rows_are_no_runs(tmp_path):
    percentile = {key: value for key, value in ROW.items() if key != "rpm"} | {
        "run_name": ROW["run_name"] + "/p50"}
    failed = ROW | {"error_occurred": True, "error_message": "no"}
    assert len(load(tmp_path, ROW, percentile, failed).rows) == 1


@pytest.mark.parametrize("label, verdict, is_cut", [
    ("parallel-bound", "parallel-bound", False),
    ("paced, cut short: 5 of 9 requests", "paced", True),
    ("", None, False),
    ("paced-ish", None, False),
])
def test_verdicts(tmp_path, label, verdict, is_cut):
    (row,) = load(tmp_path, ROW | {"label": label}).rows
    assert (row.verdict, row.was_cut_short) == (verdict, is_cut)


def test_a_search_has_no_rate(tmp_path):
    name = "chat/complete/find_max/parallel:500/iterations:1/manual_time"
    (row,) = load(tmp_path, ROW | {"run_name": name}).rows
    assert (row.workload, row.rpm_asked, row.parallel) == ("chat/complete/find_max", None, 500)


def test_a_row_of_threads(tmp_path):
    # The name has the requests of each thread, rounded down.
    name = "chat/complete/rpm:60/parallel:5/iterations:4/manual_time/threads:2"
    of_threads = ROW | {"run_name": name, "threads": 2}
    result = load(tmp_path, of_threads)
    (row,) = result.rows
    assert (row.workload, row.threads, row.iterations) == ("chat/complete", 2, 9)
    assert "chat/complete threads:2 " in repr(result)
    median = of_threads | {"run_type": "aggregate", "aggregate_name": "median", "iterations": 5}
    (row,) = load(tmp_path, median).rows
    assert (row.threads, row.iterations) == (2, 8)


def test_percentiles_are_medians_of_repetitions(tmp_path):
    found = load(tmp_path, *(ROW | {"p50": p50, "repetition_index": place}
                             for place, p50 in enumerate((0.3, 0.1, 0.2))))
    assert found.percentiles == {ROW["run_name"]: {
        "p50": 0.2, "p99.9": 0.004, "late_max": 0.001, "ttft_p50": 0.0015}}


def test_aggregates_only(tmp_path):
    rows = [ROW | {"run_type": "aggregate", "aggregate_name": name, "p50": p50, "iterations": 3}
            for name, p50 in (("mean", 0.9), ("median", 0.2), ("stddev", 0.1))]
    found = load(tmp_path, *rows)
    assert found.percentiles[ROW["run_name"]]["p50"] == 0.2
    # The iterations of an aggregate are repetitions.
    assert [row.iterations for row in found.rows] == [9]


def test_the_context_is_harmless(tmp_path):
    context = load(tmp_path, ROW, context={"host": "a\x1b[31m", "model": "m"}).context
    assert context == {"host": "a\\x1b[31m", "model": "m"}


@pytest.mark.parametrize("content, words", [
    ("", "is empty"), ("{", "is not JSON"), ("{}", "is JSON but not a result"),
    (json.dumps({"benchmarks": [ROW | {"time_unit": "days"}]}), "is damaged")])
def test_files_that_are_no_results(tmp_path, content, words):
    path = tmp_path / "r.json"
    path.write_text(content)
    with pytest.raises(paceline.Error, match=words):
        paceline.Result.load(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(paceline.Error, match="cannot read"):
        paceline.Result.load(tmp_path / "none.json")


def test_save_and_load(measured, tmp_path):
    measured.save(tmp_path / "r.json")
    same = paceline.Result.load(tmp_path / "r.json")
    assert same.rows == measured.rows
    assert same.context == measured.context


def test_to_pandas(measured):
    pytest.importorskip("pandas")
    frame = measured.to_pandas()
    assert list(frame["rpm_asked"]) == [row.rpm_asked for row in measured.rows]
    assert list(frame["ttft_p50"]) == [row.counters["ttft_p50"] for row in measured.rows]
    assert "counters" not in frame
    assert "timeline" not in frame


def test_to_pandas_without_pandas(measured, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(paceline.Error, match="pip install pandas"):
        measured.to_pandas()


def test_the_page(measured, tmp_path):
    pytest.importorskip("matplotlib")
    measured.report(tmp_path / "x.html")
    assert "<figure id=" in (tmp_path / "x.html").read_text()


def test_a_page_that_cannot_be_written(measured, tmp_path):
    pytest.importorskip("matplotlib")
    with pytest.raises(paceline.Error, match="is a folder"):
        measured.report(tmp_path)


def test_without_matplotlib(measured, tmp_path, monkeypatch):
    monkeypatch.setattr(result_module, "why_missing", lambda _: "this Python lacks matplotlib")
    with pytest.raises(paceline.Error, match="lacks matplotlib"):
        measured.report(tmp_path / "x.html")
    html = measured._repr_html_()
    assert html.count("<tr>") == 5 and "chat/stream" in html


def test_a_notebook_shows_figures(measured):
    pytest.importorskip("matplotlib")
    assert "<svg" in measured._repr_html_()


def test_a_search_is_shown_as_a_table(tmp_path):
    name = "chat/complete/find_max/parallel:500/iterations:1/manual_time"
    assert "<td>chat/complete/find_max</td>" in load(tmp_path, ROW | {"run_name": name})._repr_html_()


def test_text(measured):
    head, *lines = repr(measured).splitlines()
    assert re.split(r" {2,}", head) == ["workload", "asked", "rpm", "parallel", "requests", "p50",
                                        "p99", "errors", "verdict"]
    assert len(lines) == 4 and "6,000 rpm" in lines[0]


def test_names_with_markup_are_escaped(tmp_path, monkeypatch):
    monkeypatch.setattr(result_module, "why_missing", lambda _: "nothing there")
    name = "<script>/rpm:60/parallel:5"
    assert "<script>" not in load(tmp_path, ROW | {"run_name": name})._repr_html_()


def test_the_remedy_depends_on_the_installation(monkeypatch):
    needed = {"no_such_package": "python3-no-such-package"}
    monkeypatch.setattr(packages, "is_wheel", lambda: True)
    assert "pip install no_such_package`" in packages.why_missing(needed)
    monkeypatch.setattr(packages, "is_wheel", lambda: False)
    assert "apt-get install python3-no-such-package" in packages.why_missing(needed)
    assert packages.why_missing({"json": "-"}) is None
