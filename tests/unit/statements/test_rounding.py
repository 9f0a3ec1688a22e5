"""The arithmetic of a figure that was said: comparators, outcomes, margins, and laws that hold for any figure."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hansa.statements.claim import RELATIONS as WORDS
from hansa.statements.recognition.simple_fraction import fraction_interval
from hansa.statements.verification import rounding
from hansa.statements.verification.rounding import judge, judge_record, margin_of

FIFTY = (50.0, 49.5, 50.5)


@pytest.mark.parametrize(
    ("relation", "figure", "outcome"),
    [
        ("=", 49.5, "supported"),
        ("=", 50.499, "supported"),
        ("=", 50.5, "near"),
        ("=", 53.0, "near"),
        ("=", 53.01, "contradicted"),
        ("=", 47.0, "near"),
        ("=", 46.99, "contradicted"),
        ("~", 47.5, "supported"),
        ("~", 52.5, "supported"),
        ("~", 55.0, "near"),
        ("~", 55.01, "contradicted"),
        ("<~", 49.9, "supported"),
        ("<~", 47.5, "supported"),
        ("<~", 50.4, "supported"),  # it rounds to 50
        ("<~", 50.6, "near"),
        ("<~", 44.9, "contradicted"),
        (">", 50.01, "supported"),
        (">", 50.0, "near"),
        (">", 47.5, "near"),
        (">", 47.4, "contradicted"),
        (">=", 50.0, "supported"),
        (">=", 49.9, "near"),
        ("<", 49.9, "supported"),
        ("<", 50.0, "near"),
        ("<", 52.6, "contradicted"),
        ("<=", 50.0, "supported"),
        ("<=", 50.1, "near"),
    ],
)
def test_comparators(relation, figure, outcome):
    assert judge(figure, *FIFTY, relation).outcome == outcome


def test_every_comparator_of_a_claim_is_judged():
    assert set(WORDS.values()) == set(rounding.RELATIONS)


def test_a_figure_published_slightly_above():
    """INDICATORS, section 15: 38.5 said, 38.77 published: 0.7 % below."""
    found = judge(38.77, 38.5, 38.45, 38.55)
    assert found.outcome == "near"
    assert found.difference == pytest.approx(38.5 / 38.77 - 1)
    assert f"{found.difference:.1%}" == "-0.7%"


def test_a_third_of_growth():
    """35.4 % is nearer to a third than to two fifths; 37 % is not."""
    low, high = (100 * end for end in fraction_interval(1 / 3))
    assert (low, high) == pytest.approx((29.1667, 36.6667), abs=1e-4)
    assert judge(35.4, 100 / 3, low, high, measured_in="points").outcome == "supported"
    assert judge(37.0, 100 / 3, low, high, measured_in="points").outcome == "near"
    assert judge(38.0, 100 / 3, low, high, measured_in="points").outcome == "contradicted"


@pytest.mark.parametrize(("share", "ends"), [(0.1, (0.05, 0.15)), (0.5, (0.45, 0.55)), (0.9, (0.85, 0.95))])
def test_fractions_reach_halfway_to_their_neighbours(share, ends):
    assert fraction_interval(share) == pytest.approx(ends)


def test_what_is_no_simple_fraction():
    assert fraction_interval(0.38) is None


def test_points_and_places_have_margins_of_their_own():
    assert judge(13.4, 12.0, 11.5, 12.5, measured_in="points").outcome == "near"
    assert judge(13.6, 12.0, 11.5, 12.5, measured_in="points").outcome == "contradicted"
    assert judge(5.0, 4.0, 3.5, 4.5, measured_in="places").outcome == "near"
    assert judge(6.0, 4.0, 3.5, 4.5, measured_in="places").outcome == "contradicted"
    assert judge(6.0, 4.0, 3.5, 4.5, measured_in="places").difference == -2.0


def test_a_fall_is_said_by_its_size():
    """ "Fell by more than 7 %": a fall of 8 % is more, one of 6.5 % is not."""
    assert judge(-8.0, -7.0, -7.5, -6.5, ">", "points").outcome == "supported"
    assert judge(-6.5, -7.0, -7.5, -6.5, ">", "points").outcome == "near"
    assert judge(3.0, -7.0, -7.5, -6.5, ">", "points").outcome == "contradicted"
    assert judge(-7.65, -7.7, -7.75, -7.65, measured_in="points").outcome == "supported"
    assert judge(-7.75, -7.7, -7.75, -7.65, measured_in="points").outcome == "near"  # it rounds to -7.8


def test_more_than_that_is_far_more_understates():
    assert not judge(59.9, *FIFTY, ">").understated
    assert judge(60.0, *FIFTY, ">").understated
    assert not judge(60.0, *FIFTY, "=").understated


def test_a_figure_of_zero_has_no_relative_difference():
    assert judge(0.0, *FIFTY).difference is None


def test_records():
    assert judge_record(5.0, 4.9) == "supported"
    assert judge_record(5.0, 5.0) == "supported"
    assert judge_record(4.8, 5.0) == "near"
    assert judge_record(4.7, 5.0) == "contradicted"
    assert judge_record(11.2, 12.0, "points") == "near"


# ---- laws -----------------------------------------------------------------------------------------------------------
figures = st.floats(0.01, 1e6)
digits = st.sampled_from([0.01, 0.1, 1.0, 10.0, 100.0])
relations = st.sampled_from(rounding.RELATIONS)
kinds = st.sampled_from(rounding.MEASURED_IN)


def _rounded(x: float, u: float) -> tuple[float, float, float]:
    v = round(x / u) * u
    assume(v != 0 and abs(abs(x - v) - u / 2) > 1e-6 * max(u, abs(x)))  # not on the edge, where binary digits decide
    return v, v - u / 2, v + u / 2


@given(figures, digits, st.booleans(), st.sampled_from(["=", "~"]), kinds)
def test_a_figure_rounded_as_said_is_supported(x, u, falls, relation, kind):
    x = -x if falls else x
    assert judge(x, *_rounded(x, u), relation, kind).outcome == "supported"


@given(figures, figures, digits, st.floats(1.0, 50.0), relations, kinds)
def test_a_wider_interval_never_judges_harder(x, v, u, wider, relation, kind):
    order = ["supported", "near", "contradicted"]
    narrow = judge(x, v, v - u / 2, v + u / 2, relation, kind).outcome
    wide = judge(x, v, v - wider * u / 2, v + wider * u / 2, relation, kind).outcome
    assert order.index(wide) <= order.index(narrow)


@given(figures, figures, digits, st.integers(-20, 40), relations)
def test_the_scale_of_a_currency_changes_nothing(x, v, u, power, relation):
    by = 2.0**power  # exact in binary digits, so that edges stay edges
    here = judge(x, v, v - u / 2, v + u / 2, relation)
    there = judge(by * x, by * v, by * (v - u / 2), by * (v + u / 2), relation)
    assert (here.outcome, here.difference, here.understated) == (there.outcome, there.difference, there.understated)


@given(figures, figures, digits, relations, kinds)
def test_a_fall_is_judged_as_a_rise_of_that_size(x, v, u, relation, kind):
    rise = judge(x, v, v - u / 2, v + u / 2, relation, kind)
    low, high = -(v - u / 2), -(v + u / 2)
    fall = judge(-x, -v, high, low, relation, kind)
    assert rise.outcome == fall.outcome


@given(figures, figures, digits, relations, kinds)
def test_near_is_near(x, v, u, relation, kind):
    """What is near lies within two margins and half a last digit of the value said; what is contradicted does not."""
    found = judge(x, v, v - u / 2, v + u / 2, relation, kind)
    reach = 2 * margin_of(v, kind) + u
    if found.outcome == "near":
        assert abs(x - v) <= reach * (1 + 1e-9)
    if found.outcome == "contradicted":
        assert abs(x - v) > margin_of(v, kind) * (1 - 1e-9)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), figures, digits, relations, kinds)
def test_any_figure_has_an_outcome(x, v, u, relation, kind):
    found = judge(x, v, v - u / 2, v + u / 2, relation, kind)
    assert found.outcome in ("supported", "near", "contradicted")
    assert found.difference is None or math.isfinite(found.difference)
