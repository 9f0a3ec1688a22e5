"""Scenario files: every kind both ways, several in one file, and what each mistake is told, with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.errors import DataError, HansaError, UnknownCode
from hansa.scenario import (
    KINDS,
    Barrier,
    Change,
    Corridor,
    CorridorRow,
    Scenario,
    Tariff,
    TariffRow,
    TariffSchedule,
    TradeCost,
    Where,
    read_scenarios,
)
from tests.unit.scenario.every_kind import EVERY, PAIR


@pytest.mark.parametrize("change", EVERY, ids=lambda change: type(change).__name__)
def test_what_is_written_reads_back(change: Change, tmp_path: Path):
    scenario = Scenario('A "bridge"', (change,), "two\nlines \\ and\ta tab\x01\r")
    assert Scenario.read(scenario.write(tmp_path / "new" / "bridge.toml")) == scenario
    assert Scenario.from_toml(scenario.to_toml()) == scenario


def test_all_kinds_in_one_file(tmp_path: Path):
    scenario = Scenario("Всё сразу", EVERY)
    assert Scenario.read(scenario.write(tmp_path / "all.toml")) == scenario
    assert [path.name for path in tmp_path.iterdir()] == ["all.toml"]


names = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8).filter(lambda one: "@" not in one)
rates = st.floats(-0.99, 1e300, allow_nan=False)


@given(
    names, names, st.lists(names, unique=True, max_size=3), rates, st.text(st.characters(exclude_categories=("Cs",)))
)
def test_any_text_and_figure_reads_back(origin: str, name: str, products: list[str], rate: float, note: str):
    where = Where(origin, (), tuple(products), both=True)
    rows = (TariffRow(origin, name, "", rate),)
    scenario = Scenario(name, (Tariff(where, rate=rate), TariffSchedule(rows)), note)
    assert Scenario.from_toml(scenario.to_toml()) == scenario


def test_long_tables_lie_beside_it(tmp_path: Path):
    tariffs = TariffSchedule(tuple(TariffRow("XBR", f'X,"{n}"', "", n / 3) for n in range(40)))
    costs = Corridor(tuple(CorridorRow("A", f"B{n}", "x", 1.0 + n, 1 / 3) for n in range(40)), "elasticity", 0.5)
    scenario = Scenario("Long", (tariffs, costs))
    assert Scenario.read(scenario.write(tmp_path / "long.toml")) == scenario
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["long.toml", "long_corridor_2.csv", "long_tariff_schedule_1.csv"]
    assert Scenario.from_toml(scenario.to_toml()) == scenario


def test_several_in_one_file(tmp_path: Path):
    path = tmp_path / "two.toml"
    path.write_text(
        """
        [[scenario]]
        name = "Half"
        [[scenario.change]]
        kind = "barrier"
        origin = "XBR"
        destination = "XKA"
        both = true
        equivalent = 0.12
        removed = 0.5
        [[scenario]]
        name = "Dearer"
        note = "for comparison"
        change = [{kind = "trade_cost", factor = 1.1}]
        """
    )
    half, dearer = read_scenarios(path)
    assert half == Scenario("Half", (Barrier(PAIR, 0.12, 0.5),))
    assert dearer == Scenario("Dearer", (TradeCost(Where(), 1.1),), "for comparison")
    assert Scenario.read(path, name="Half") == half
    with pytest.raises(DataError, match=r"The file holds 2 scenarios: Half, Dearer. Say which one by its name"):
        Scenario.read(path)
    with pytest.raises(UnknownCode, match="'Halb' is no known scenario of this file. Nearest known: 'Half'"):
        Scenario.read(path, name="Halb")
    with pytest.raises(DataError, match="The text holds 2 scenarios"):
        Scenario.from_toml(path.read_text())


def test_a_file_of_one_is_named_by_itself_or_its_file(tmp_path: Path):
    path = tmp_path / "bridge.toml"
    path.write_bytes(b'\xef\xbb\xbf[[change]]\r\nkind = "closure"\r\n')  # as an editor of Windows writes it
    assert [one.name for one in read_scenarios(path)] == ["bridge"]


CLOSE = '[[change]]\nkind = "closure"\n'
COST = '[[change]]\nkind = "trade_cost"\n'
BARRIER = '[[change]]\nkind = "barrier"\norigin = "XBR"\n'
TABLE = '[[change]]\nkind = "tariff_schedule"\n'
MISTAKES: list[tuple[str, type[HansaError], str]] = [
    ("", DataError, "bad.toml: The file is empty. A scenario has a name and at least one [[change]]"),
    ("  \n", DataError, "The file is empty"),
    ('name = "A"\n', DataError, "There is no change. Write at least one [[change]] with its kind"),
    ('name = "A"\nchange = []\n', DataError, "There is no change"),
    ('name = "A"\n[change]\nkind = "closure"\n', DataError, "A change is written [[change]], with two brackets"),
    ("name = A\n", DataError, "bad.toml, line 1: The file is no readable TOML"),
    ("<html>", DataError, "line 1: The file is no readable TOML"),
    (f"x = {'[' * 5000}", DataError, "The file is no readable TOML"),
    (f"{COST}factor = {'1' * 5000}", DataError, "The file is no readable TOML"),
    (f"{COST}factor = 1\nfactor = 2\n", DataError, "line 4: A key or section stands twice"),
    (f"[name]\n[name]\n{CLOSE}", DataError, "line 2: A key or section stands twice"),
    ("name = 3\n" + CLOSE, DataError, "line 1: 'name' is a text in quotes, not 3"),
    (f"nmae = 'A'\n{CLOSE}", UnknownCode, "line 1: 'nmae' is no known key of a scenario. Nearest known: 'name'"),
    (
        "name = 'A'\n[[chnage]]\n",
        UnknownCode,
        "line 2: 'chnage' is no known key of a scenario. Nearest known: 'change'",
    ),
    ("[[change]]\norigin = 'A'\n", DataError, "line 1: Change 1 has no kind. It may be barrier, trade_cost"),
    (
        f"{CLOSE}[[change]]\nkind = 'barier'",
        UnknownCode,
        "line 4: 'barier' is no known kind of change. Nearest known: 'b",
    ),
    ("[[change]]\nkind = 'trade-cost'", UnknownCode, "Nearest known: 'trade_cost'"),
    ("[[change]]\nkind = 3", UnknownCode, "line 2: 3 is no known kind of change"),
    (f"{BARRIER}\norgin = 'A'", UnknownCode, "line 5: 'orgin' is no known key of a change of kind 'barrier'. Nearest"),
    (f"{CLOSE}rate = 0.1", UnknownCode, "It may be origin, destination, product, both"),
    (BARRIER, DataError, "line 1: Change 1 (barrier): 'equivalent' is missing"),
    (f"{CLOSE}{BARRIER}equivalent = -1.5", DataError, "line 6: Change 2 (barrier): 'equivalent' is -1.5, and must be"),
    (f"{BARRIER}equivalent = '5%'", DataError, "'equivalent' is a number such as 0.05, not '5%'"),
    (f"{BARRIER}equivalent = true", DataError, "'equivalent' is a number such as 0.05, not True"),
    (f"{BARRIER}equivalent = nan", DataError, "'equivalent' is nan, and must be finite"),
    (f"{BARRIER}equivalent = -inf", DataError, "'equivalent' is -inf, and must be finite"),
    (f"{CLOSE}product = 27", DataError, "line 3: Change 1 (closure): 'product' is a text in quotes or a list"),
    (f"{CLOSE}origin = 'EAEU@soon'", DataError, "line 3: Change 1 (closure): 'origin' is 'soon', which is no day"),
    (f"{COST}factor = 0", DataError, "line 3: Change 1 (trade_cost): 'factor' is 0, and must be above 0"),
    (
        "[[change]]\nkind='tariff'\nrate=0.1\nfactor=2",
        DataError,
        "line 4: Change 1 (tariff): 'factor': give exactly one",
    ),
    ("[[change]]\nkind='tariff'\nrate=-1.1", DataError, "line 3: Change 1 (tariff): 'rate' is -1.1"),
    (
        "[[change]]\nkind='membership'\nbloc='EU'\njoins='MDA'\ntariff=0\ndate='soon'",
        DataError,
        "line 6: Change 1 (membership): 'date' is 'soon', which is no day",
    ),
    (
        "[[change]]\nkind='membership'\nbloc='EU'\njoins='MDA'\ntariff=0\ndate=2025-01-01T10:00:00",
        DataError,
        "which is no day",
    ),
    (TABLE, DataError, "'rows': give either 'rows', or the 'file' of a table"),
    (f"{TABLE}rows = 3", DataError, "'rows' is a list of {...}, one for each row"),
    (f"{TABLE}rows = [{{origin = 'A', rate = 1}}]", DataError, "'rows', row 1: 'destination' is missing"),
    (f"{TABLE}rows = [{{orign = 'A'}}]", DataError, "'rows', row 1: 'orign' is no known key. Nearest known: 'origin'"),
    (
        f"{TABLE}rows = [{{origin='A', destination='B', rate=-2}}]",
        DataError,
        "line 3: Change 1 (tariff_schedule): 'rows', row 1: 'rate' is -2, and must be above -1",
    ),
    (f"{TABLE}file = 'no.csv'", DataError, "'file' is 'no.csv', and there is no such file beside the scenario"),
    (f"{TABLE}file = '../no.csv'", DataError, "must be the name of a table beside the scenario"),
    (f"{TABLE}file = '/etc/no.csv'", DataError, "must be the name of a table beside the scenario"),
    (f"{TABLE}file = 3", DataError, "'file' is the name of a table beside the scenario, in quotes, not 3"),
    ("scenario = 3", DataError, "Several scenarios are written as [[scenario]]"),
    ("name = 'A'\n[[scenario]]\n", UnknownCode, "line 1: 'name' is no known key beside [[scenario]]"),
    ("[[scenario]]\nname = 'A'\n", DataError, "line 1: There is no change"),
    ("[[scenario]]\n[[scenario.change]]\nkind = 'closure'\n", DataError, "line 1: Scenario 1 has no name"),
    (
        "[[scenario]]\nname = 'A'\n[[scenario.change]]\nkind = 'closure'\n" * 2,
        DataError,
        "line 5: Two scenarios are called 'A'",
    ),
    (
        "[[scenario]]\nname='A'\n[[scenario.change]]\nkind='closure'\n[[scenario]]\nname='B'\n"
        "[[scenario.change]]\nkind='trade_cost'\nfactor = -1",
        DataError,
        "line 9: Change 1 (trade_cost): 'factor' is -1",
    ),
    ('note = """\n[[change]]\nfactor = 7\n"""\n' + f"{COST}factor = -7", DataError, "line 7: Change 1 (trade_cost)"),
    ("change = [{kind = 'trade_cost', factor = -1}]", DataError, "bad.toml: Change 1 (trade_cost): 'factor' is -1"),
    ('name = "a\\u0007b"\n' + CLOSE, DataError, "bad.toml: 'name' holds letters that are not seen"),
]


@pytest.mark.parametrize(("text", "error", "message"), MISTAKES, ids=[message[:60] for _, _, message in MISTAKES])
def test_mistakes_are_named_with_their_place(tmp_path: Path, text: str, error: type[HansaError], message: str):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(error) as refusal:
        read_scenarios(path)
    said = str(refusal.value)
    assert said.startswith(str(path))
    assert message in said


def test_files_that_are_no_text(tmp_path: Path):
    path = tmp_path / "odd.toml"
    for content, said in (
        (CLOSE.encode("utf-16"), "The file is UTF-16, or no text. TOML is UTF-8: save it as UTF-8"),
        (CLOSE.encode("utf-16-le"), "The file is UTF-16, or no text"),
        ('name = "x"\nnote = "мост"\n'.encode("cp1251"), "line 2: A byte here is not UTF-8"),
        (b"#" * ((16 << 20) + 1), "Put long tables into a CSV file beside it"),
    ):
        path.write_bytes(content)
        with pytest.raises(DataError) as refusal:
            Scenario.read(path)
        assert said in str(refusal.value)
    with pytest.raises(DataError, match="There is no such file"):
        Scenario.read(tmp_path / "none.toml")
    with pytest.raises(DataError, match="This is a folder"):
        Scenario.read(tmp_path)


def test_a_text_without_a_folder_names_no_file():
    with pytest.raises(
        DataError, match=r"Change 1 \(tariff_schedule\): 'file' names a table, and this text came without"
    ):
        Scenario.from_toml(f"{TABLE}file = 'tariffs.csv'")


def test_every_example_of_the_page_is_a_scenario():
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "scenario.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    kinds = [type(change) for block in blocks for change in Scenario.from_toml(block).changes]
    assert set(kinds) == set(KINDS.values())
