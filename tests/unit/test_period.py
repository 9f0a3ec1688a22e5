"""Years, quarters and months, written one way."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hansa.errors import DataError
from hansa.period import canonical, frequency, same_period_last_year, shift, span, year

years = some.integers(1100, 9900).map(str)
quarters = some.builds("{}-Q{}".format, some.integers(1100, 9900), some.integers(1, 4))
months = some.builds("{}-{:02d}".format, some.integers(1100, 9900), some.integers(1, 12))
periods = years | quarters | months


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (2022, "2022"),
        (2022.0, "2022"),
        ("2022", "2022"),
        (" 2022 ", "2022"),
        (202203, "2022-03"),
        ("202203", "2022-03"),
        ("2022-03", "2022-03"),
        ("2022M03", "2022-03"),
        ("2022-M03", "2022-03"),
        ("2022.03", "2022-03"),
        ("2022/03", "2022-03"),
        ("03.2022", "2022-03"),
        ("03/2022", "2022-03"),
        ("2022Q1", "2022-Q1"),
        ("2022-q4", "2022-Q4"),
        ("2022 Q2", "2022-Q2"),
        (998, "998"),
    ],
)
def test_one_way_of_writing(written: object, wanted: str):
    assert canonical(written) == wanted


@pytest.mark.parametrize(
    "written",
    ["", "n/a", "2022-13", "2022-00", "2022-Q5", "13.2022", "2022-3-1", "22Q1", None, True, 2022.5, -1, 20221],
)
def test_what_is_no_period_is_refused(written: object):
    with pytest.raises(DataError) as refused:
        canonical(written)
    assert str(refused.value) == (
        f"{written!r} is no period that Hansa knows. Write a year (2022), a quarter (2022-Q1) or a month (2022-03)."
    )


def test_steps_by_hand():
    assert [shift("2022-11", steps) for steps in (1, 2, -11, -23)] == ["2022-12", "2023-01", "2021-12", "2020-12"]
    assert [shift("2022-Q4", steps) for steps in (1, -4)] == ["2023-Q1", "2021-Q4"]
    assert same_period_last_year("2022-Q4") == "2021-Q4"
    assert (year("2022-Q4"), frequency("2022-Q4")) == (2022, "Q")


def test_a_span_holds_both_ends_and_is_empty_backwards():
    assert span("2021", "2023") == ["2021", "2022", "2023"]
    assert span("2021-Q4", "2022-Q1") == ["2021-Q4", "2022-Q1"]
    assert span("2022", "2022") == ["2022"]
    assert span("2023", "2022") == []


def test_a_span_has_one_frequency():
    with pytest.raises(
        DataError, match="2021 and 2022-03 are periods of two frequencies; name two years, two quarters"
    ):
        span("2021", "2022-03")


@given(periods)
def test_canonical_is_at_rest(period: str):
    assert canonical(period) == period


@given(periods, some.integers(-40, 40))
def test_there_and_back(period: str, steps: int):
    assert shift(shift(period, steps), -steps) == period


@given(periods, some.integers(0, 30))
def test_text_order_is_time_order(period: str, steps: int):
    later = [shift(period, n) for n in range(steps + 1)]
    assert sorted(later) == later == span(period, later[-1])


@given(quarters | months)
def test_a_year_has_as_many_periods_as_lie_between_it_and_the_last(period: str):
    assert shift(period, -{"Q": 4, "M": 12}[frequency(period)]) == same_period_last_year(period)


@pytest.mark.parametrize(
    "written", ["2022-03-01", "01.03.2022", "20220301", datetime(2022, 3, 1, tzinfo=UTC), date(2022, 3, 1)]
)
def test_a_day_is_no_period(written: object):
    with pytest.raises(DataError, match="is a day, and Hansa counts in years, quarters and months"):
        canonical(written)
