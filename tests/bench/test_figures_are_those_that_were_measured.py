"""The pure parts of the measurements: percentiles, targets, and how a report says what was missed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.__main__ import MEASURES, options
from bench.figures import Result, Side, at_least, at_most, percentile, side
from bench.table import Machine, Report, document, figure, table

TIMES = st.lists(st.floats(min_value=0, max_value=1e3), min_size=1, max_size=50)


def report(*results: Result, **broken: str) -> Report:
    machine = Machine(
        at="2026-11-25T00:00:00+00:00",
        commit="abc",
        python="3.11.7",
        cpu="a processor",
        cores=2,
        system="Linux",
        load_before=0.5,
        load_after=4.25,
        quick=True,
    )
    return Report(machine=machine, results=results, broken=broken)


@given(TIMES, st.floats(min_value=0.01, max_value=1))
def test_a_percentile_is_a_value_that_was_measured_and_that_share_is_not_above_it(times, share):
    found = percentile(times, share)
    assert found in times
    assert sum(each <= found for each in times) >= share * len(times)


@given(TIMES)
def test_the_whole_of_the_samples_is_at_most_the_largest(times):
    assert percentile(times, 1) == max(times)
    assert percentile(times, 0.5) <= percentile(times, 0.99)


def test_one_of_a_hundred_does_not_make_the_99th_percentile_and_two_do():
    assert percentile([1.0] * 99 + [9.0], 0.99) == 1.0
    assert percentile([1.0] * 98 + [9.0] * 2, 0.99) == 9.0


@pytest.mark.parametrize(("samples", "share"), [([], 0.5), ([1.0], 0.0), ([1.0], 1.1)])
def test_a_percentile_of_nothing_is_refused(samples, share):
    with pytest.raises(ValueError):
        percentile(samples, share)


def test_a_side_is_in_milliseconds():
    assert side("ours", [0.001, 0.002, 0.003]) == Side(name="ours", count=3, p50=2.0, p99=3.0)


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (at_most("p50", 1.5, 1.5), True),
        (at_most("p50", 1.51, 1.5), False),
        (at_most("p50", float("nan"), 1.5), False),
        (at_most("p50", float("inf"), 1.5), False),
        (at_least("rate", 200, 200), True),
        (at_least("rate", 199.9, 200), False),
        (at_least("rate", float("nan"), 200), False),
    ],
)
def test_a_target_is_met_at_its_bound_and_never_by_what_is_no_number(target, met):
    assert target.met is met


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0.00"), (0.354, "0.35"), (12.34, "12.3"), (1234.4, "1,234"), (-3.5, "-3.50")]
)
def test_a_figure_has_the_digits_that_mean_something(value, said):
    assert figure(value) == said


def test_the_table_says_what_was_missed_under_which_load_and_what_broke():
    missed = Result(name="ack", how="how", sides=(side("ours", [0.0035]),), targets=(at_most("added", 3.5, 1.5),))
    said = table(report(missed, pods="it ended with 1"))
    assert "MISSED  ack: added: 3.50 ms, wanted ≤ 1.50 ms" in said
    assert "load 0.5 → 4.2" in said and "QUICK" in said
    assert "BROKEN  pods: it ended with 1" in said


def test_the_columns_of_all_measures_stand_below_each_other():
    results = [Result(name=name, how="", sides=(side(name * 3, [0.001]),)) for name in ("a", "longer")]
    rows = [line for line in table(report(*results)).splitlines() if line.rstrip().endswith("1.00")]
    assert len({line.index("1.00") for line in rows}) == 1 and len(rows) == 2


def test_the_document_tells_of_each_target_whether_it_was_met():
    result = Result(name="ack", how="", sides=(), targets=(at_most("a", 1, 2), at_least("b", 1, 2)))
    found = json.loads(document(report(result)))
    assert [each["met"] for each in found["results"][0]["targets"]] == [True, False]
    assert report(result).missed == (("ack", result.targets[1]),)


def test_measures_are_chosen_by_their_names():
    asked = options(["--only", "ack", "--only", "pods", "--quick", "--minutes", "5"])
    assert (asked.only, asked.quick, asked.minutes, asked.json) == (("ack", "pods"), True, 5.0, None)


def test_a_measure_that_is_none_is_refused_with_those_that_are(capsys):
    with pytest.raises(SystemExit):
        options(["--only", "speed"])
    said = capsys.readouterr().err
    assert all(name in said for name in MEASURES)
