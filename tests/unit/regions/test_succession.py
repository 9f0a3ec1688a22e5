"""Succession of states and territories as reported."""

from hansa.regions import breaks, find, predecessors, successions, successors, territory_notes


def test_every_code_is_known():
    for fact in successions():
        assert find(fact.before).code == fact.before
        assert find(fact.after).code == fact.after


def test_successors_and_predecessors():
    assert len(successors("SUN")) == 15
    assert set(successors("YUG")) == {"SVN", "HRV", "MKD", "BIH", "SCG"}
    assert set(successors("SCG")) == {"SRB", "MNE"}
    assert successors("CSK") == ("CZE", "SVK")
    assert successors("DDR") == successors("FRG") == ("DEU",)
    assert predecessors("YEM") == ("YAR", "YMD")
    assert set(successors("ANT")) == {"CUW", "SXM", "BES"}
    assert predecessors("SSD") == ("SDF",)
    assert predecessors("FRA") == ()


def test_a_series_across_a_break_says_so():
    assert breaks("BLR", "1990", "2000") == (
        "SUN -> BLR on 1991-12-26 (dissolved; Declaration 142-N of the Supreme Soviet).",
    )
    assert breaks("BLR", "1992", "2020") == ()
    assert [line[:10] for line in breaks("SRB", "2005", "2010")] == ["SCG -> SRB", "SRB -> XKX"]


def test_territories_are_notes_and_no_position():
    russia = territory_notes(["RUS"], "2021")
    assert {note.territory for note in russia} == {"UA-43", "GE-AB"}
    assert territory_notes(["RUS"], "2005") == ()
    assert territory_notes(["PRT", "BRA"]) == ()
    for note in territory_notes(
        [note.reported_by for note in territory_notes(["UKR", "CHN", "SRB", "MAR", "CYP", "ISR"])]
    ):
        assert find(note.territory)
        assert find(note.reported_by).kind == "country"
        assert note.source
        assert not {"annexed", "occupier", "illegal", "regime", "so-called"} & set(note.note.lower().split())
