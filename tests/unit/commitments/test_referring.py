"""What cannot be read and what is named in vain, told in one round."""

from __future__ import annotations

import re

import pytest

from hansa.commitments import Register, read_register
from hansa.commitments.readers.assemble import MOST_TROUBLES, Unreadable
from hansa.commitments.records import Party
from hansa.commitments.referring import with_references

PARTIES = "id,name,kind,region,parent\nbrin,Brinmark,region,BLR,\nkast,Kastell,regoin,KAZ,\n"
BARRIERS = (
    "id,title,origin,destination,products,owner,deadline\n"
    "b1,One,BLR,KZA,,brin,\n"
    "b2,Two,BLR,KAZ,,brim,\n"
    "b3,Three,BLR,KAZ,04Q,kast,\n"
    "b4,Four,BLR,KAZ,,brim,soon\n"
)
EVENTS = "of,date,state,by\nb1,2020,reported,brin\nb1,2021,removed,nobody\nb9,2021,reported,brin\nb3,2021,signed,brin\n"


@pytest.fixture
def folder(tmp_path):
    for name, text in (("party", PARTIES), ("barrier", BARRIERS), ("event", EVENTS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def _unreadable(folder) -> Unreadable:
    with pytest.raises(Unreadable) as trouble:
        read_register(folder)
    return trouble.value


def _places(wrong: Unreadable) -> list[tuple[str, str, str]]:
    """File, line and column of each fault."""
    return [re.search(r"(\w+)\.csv, line (\d+), column '(\w+)'", fault).groups() for fault in wrong.faults]


def test_references_that_can_be_judged_are_told_beside_the_cells(folder):
    wrong = with_references(_unreadable(folder), Register(()), products=("04A",))
    assert sorted(_places(wrong)) == [
        ("barrier", "2", "destination"),  # a region that is not there
        ("barrier", "3", "owner"),  # a party that is not there
        ("barrier", "4", "products"),  # its owner is: in a row that cannot be read
        ("barrier", "5", "deadline"),  # a cell; what else the row names is looked at once it can be read
        ("event", "3", "by"),
        ("event", "4", "of"),
        ("event", "5", "state"),
        ("party", "3", "kind"),
    ]
    assert str(wrong).startswith("8 things are wrong, and nothing was read:\n  ")
    assert "no record has the id 'brim'; nearest known: 'brin'." in str(wrong)


def test_what_the_register_has_is_there(folder):
    there = Register((Party("brim", "Brim"), Party("nobody", "Nobody")))
    wrong = with_references(_unreadable(folder), there, products=("04Q",))
    assert {("barrier", "3", "owner"), ("event", "3", "by"), ("barrier", "4", "products")}.isdisjoint(_places(wrong))


def test_nothing_that_a_lost_row_may_hold_is_called_unknown(folder):
    path = folder / "party.csv"
    path.write_text(path.read_text(encoding="utf-8") + "brim,Brim,region\n", encoding="utf-8")  # too few cells: no id
    wrong = with_references(_unreadable(folder), Register(()))
    named = Unreadable([fault for fault in wrong.faults if ", column '" in fault])
    assert {place[2] for place in _places(named)} == {"destination", "deadline", "of", "state", "kind"}
    (folder / "barrier.csv").write_text(BARRIERS.replace("deadline", "dedline"), encoding="utf-8")
    assert not [fault for fault in _unreadable(folder).faults if "event.csv" in fault]  # of which barrier, nobody knows


def test_a_file_that_can_be_read_is_read_and_checked_as_before(folder):
    (folder / "party.csv").write_text(PARTIES.replace("regoin", "region"), encoding="utf-8")
    (folder / "barrier.csv").write_text(BARRIERS.replace("soon", "2030"), encoding="utf-8")
    (folder / "event.csv").write_text("".join(EVENTS.splitlines(keepends=True)[:3]), encoding="utf-8")
    assert read_register(folder)["b2"].owner == "brim"  # `hansa.commitments.problems` says that there is no such party


def test_no_more_are_listed_than_may_be(folder):
    rows = "".join(f"c{number},Fee,BLR,KAZ,,nobody-{number},\n" for number in range(200))
    (folder / "barrier.csv").write_text(BARRIERS + rows, encoding="utf-8")
    wrong = with_references(_unreadable(folder), Register(()))
    assert len(wrong.faults) > 200
    assert len(str(wrong).splitlines()) == MOST_TROUBLES + 2
    assert str(wrong).endswith(f"and {len(wrong.faults) - MOST_TROUBLES} more")
