"""What an indicator is, told apart from what it computes."""

import pyarrow as pa
import pytest

from hansa import indicator as room
from hansa.errors import DataError, MissingTable, UnknownCode
from hansa.indicator import Answer, catalogue, find, indicator
from hansa.provenance import Provenance, Source
from hansa.trade.flows import Flows, as_flows

FACTS = {
    "title": "Total",
    "topic": "Tests",
    "unit": "of the flows",
    "range": ">= 0",
    "formula": r"\sum x",
    "reference": "arithmetic",
}
DATA = {"origin": ["A", "B"], "value": [1.0, 2.0]}


@pytest.fixture
def total(monkeypatch: pytest.MonkeyPatch):
    """An indicator in a catalogue of its own."""
    monkeypatch.setattr(room, "catalogue", {})

    @indicator(**FACTS, door=as_flows, needs=("gdp",))
    def total_for_tests(flows: Flows, *, gdp: float, among: list | None = None, secret: object = None) -> Answer:
        """Sum."""
        table = pa.table({"total_for_tests": [sum(flows.totals()["value"].to_pylist()) / gdp]})
        source = Provenance((Source("", "gdp.csv"),))
        return Answer(table, notes=["counted"], meta={"n": 2}, unit="USD" if gdp == 1 else None, provenance=source)

    return total_for_tests


def test_a_result_knows_its_indicator(total):
    flows = as_flows(DATA).noting("read with care")
    result = total(flows, gdp=1.0, among=["A", "B"], secret=object())
    assert result.value() == 3.0
    assert (result.title, result.unit, result.method, result.reference) == (
        "Total",
        "USD",
        "total_for_tests",
        "arithmetic",
    )
    assert result.notes == ("read with care", "counted")
    assert result.meta == {"formula": r"\sum x", "range": ">= 0", "n": 2}
    assert result.provenance.lines() == ["gdp.csv", "total_for_tests: gdp=1.0, among=['A', 'B']"]


def test_the_unit_is_that_of_the_indicator_unless_the_answer_says(total):
    assert total(DATA, gdp=2.0).unit == "of the flows"


def test_a_side_table_that_is_missing_is_named(total):
    with pytest.raises(MissingTable) as refused:
        total(DATA)
    assert str(refused.value) == ("The side table 'gdp' is missing: 'Total' is computed from it. Give it as gdp=TABLE.")


def test_the_catalogue_holds_it_with_its_parameters(total):
    entry = room.catalogue["total_for_tests"]
    assert (entry.key, entry.topic, entry.needs) == ("total_for_tests", "Tests", ("gdp",))
    assert [parameter.name for parameter in entry.parameters()] == ["gdp", "among", "secret"]
    assert entry.function is total
    assert entry.function.__doc__ == "Sum."


def test_two_indicators_of_one_name_are_refused(total):
    with pytest.raises(DataError, match="Two indicators are called 'total_for_tests'; name one of them otherwise."):

        @indicator(**FACTS, door=as_flows)
        def total_for_tests(flows: Flows) -> Answer:
            """Sum."""
            return Answer(flows.totals())


def test_an_unknown_key_names_the_nearest():
    import hansa.indicators

    assert find("eci") is catalogue["eci"]
    with pytest.raises(UnknownCode) as refused:
        find("ecj")
    assert str(refused.value).startswith("'ecj' is no known indicator. Nearest known: ")
    assert str(refused.value).endswith(". 'hansa indicators' lists them all.")
    assert hansa.indicators.__doc__
