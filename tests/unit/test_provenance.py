"""Where a number came from."""

from hypothesis import given
from hypothesis import strategies as some

from hansa.provenance import Provenance, Source, Step


def test_a_source_in_one_line_holds_what_is_known():
    whole = Source("CEPII", "BACI", "202401b", "https://www.cepii.fr", "Etalab 2.0", "2024-02-01", "abc", "2024-01-31")
    assert whole.line() == "CEPII, BACI (202401b), https://www.cepii.fr, as known on 2024-01-31, Etalab 2.0"
    assert Source("", "my.csv").line() == "my.csv"


def test_a_step_in_one_line():
    assert Step("rows", "period = 2022").line() == "rows: period = 2022"
    assert Step("mirror").line() == "mirror"


def test_then_adds_a_step_and_leaves_the_former_alone():
    first = Provenance((Source("", "my.csv"),))
    second = first.then("rows", "period = 2022")
    assert first.lines() == ["my.csv"]
    assert second.lines() == ["my.csv", "rows: period = 2022"]


def test_merge_keeps_each_source_and_step_once_in_order():
    a, b, c = Source("", "a.csv"), Source("", "b.csv"), Source("", "c.csv")
    merged = Provenance((a, b)).then("sum").merge(Provenance((b, c)).then("sum").then("mirror"))
    assert merged.lines() == ["a.csv", "b.csv", "c.csv", "sum", "mirror"]


words = some.text(max_size=6)
sources = some.builds(Source, words, words, some.none() | words, some.none() | words, some.none() | words)
provenances = some.builds(
    Provenance,
    some.lists(sources, max_size=3).map(tuple),
    some.lists(some.builds(Step, words, words), max_size=3).map(tuple),
)


@given(provenances)
def test_plain_values_and_back(provenance: Provenance):
    assert Provenance.from_dict(provenance.to_dict()) == provenance


@given(provenances)
def test_merging_with_itself_only_takes_out_what_stands_twice(provenance: Provenance):
    assert provenance.merge(provenance) == provenance.merge()
