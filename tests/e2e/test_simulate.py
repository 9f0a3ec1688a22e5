"""`hansa simulate SCENARIO.toml --store S`: what it prints, the files, and one message where it cannot."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path

import pytest

import hansa as package
from tests.e2e.conftest import Hansa, Said

BRIDGE = """
name = "Bridge"
note = "Trade costs fall by a tenth."
[[change]]
kind = "trade_cost"
origin = "XBR"
destination = "XKA"
both = true
factor = 0.9
"""
CLOSED = """
name = "Closed"
[[change]]
kind = "closure"
origin = "XBR"
destination = "XKA"
[[change]]
kind = "trade_effect"
origin = "XLU"
destination = "XKA"
coefficient = 0.3
error = 0.15
term = "agreement"
"""
TYPED = 'change = [{kind = "trade_cost", origin = "XBR", destination = "XKA", factor = 0.9}]'


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with two scenarios, where the command is called."""
    (tmp_path / "bridge.toml").write_text(BRIDGE)
    (tmp_path / "closed.toml").write_text(CLOSED)
    return tmp_path


def read_csv(text: str) -> list[dict[str, str]]:
    """The rows of a CSV under its comments."""
    return list(csv.DictReader(io.StringIO("".join(x for x in text.splitlines(True) if not x.startswith("#")))))


def codes_in(text: str) -> list[str]:
    """Codes of regions in the order in which the table has them."""
    return [line.split()[0] for line in text.splitlines() if line.startswith("  X") and "%" in line and "↔" not in line]


def test_words_first_then_every_region_then_who_loses(hansa: Hansa, world: Path, files: Path):
    said = hansa("simulate", "bridge.toml", "--store", world)
    assert said.code == 0, said.err
    assert said.err == ""
    lines = said.out.splitlines()
    assert lines[0] == "Bridge"
    assert lines[1] == "  Brinmark ↔ Kastovia, all products: trade costs change by −10.0%."
    assert lines[2] == "  (Trade costs fall by a tenth.)"
    assert max(map(len, lines)) <= 80
    known = [row["code"] for row in read_csv((world / "regions.csv").read_text(encoding="utf-8"))]
    codes = codes_in(said.out)
    assert set(codes) <= set(known)
    assert len(codes) == 25
    assert codes[:2] == ["XBR", "XKA"]  # named; third parties follow
    order = [said.out.index(part) for part in ("Named by", "XBR", "Third parties", "XLU", "Who loses: ", "Notes")]
    assert order == sorted(order)
    assert "Simonovska and Waugh 2014" in said.out
    assert "Residual / Walras gap: " in said.out


def test_figures_are_those_of_python(hansa: Hansa, world: Path, files: Path):
    said = hansa("simulate", "bridge.toml", "--store", world, "--format", "csv", "--elasticity", "5.03")
    assert said.code == 0, said.err
    economy = package.Economy.from_store(package.open(world), elasticity=5.03)
    after = package.simulate(economy, package.Scenario.read(files / "bridge.toml"))
    ours = {row["region"]: float(row["real_income"]) for row in read_csv(said.out)}
    assert ours == pytest.approx({row["region"]: row["real_income"] for row in after.regions().rows()}, abs=1e-12)
    assert "trade elasticity 5.03 (given by the caller)" in said.out


def test_a_scenario_may_be_typed(hansa: Hansa, world: Path):
    said = hansa("simulate", TYPED, "--store", world, "--period", "2021", "-f", "csv")
    assert said.code == 0, said.err
    assert {row["scenario"] for row in read_csv(said.out)} == {"scenario"}
    assert len(read_csv(said.out)) == 25


def test_a_scenario_from_standard_input(hansa: Hansa, world: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(BRIDGE))
    said = hansa("simulate", "-", "--store", world, "-f", "csv")
    assert said.code == 0, said.err
    assert {row["scenario"] for row in read_csv(said.out)} == {"Bridge"}
    refused(hansa("simulate", "-", "-", "--store", world), "Standard input (-) is named twice")


def test_products_go_by_their_names_and_borders_are_a_file(hansa: Hansa, world: Path, tmp_path: Path):
    typed = TYPED.replace("factor", 'product = "94A", factor')
    for language, name in (("en", "Furniture"), ("ru", "Мебель")):
        said = hansa("simulate", typed, "--store", world, "--sectors", "product", "--language", language)
        assert said.code == 0, said.err
        assert name in said.out
    refused(hansa("simulate", TYPED, "--store", world, "--borders", tmp_path / "none.json"), "none.json")


def test_several_side_by_side(hansa: Hansa, world: Path, files: Path):
    said = hansa("simulate", "bridge.toml", "closed.toml", "--store", world)
    assert said.code == 0, said.err
    assert "1. Bridge" in said.out
    assert "2. Closed" in said.out
    assert "Brinmark → Kastovia, all products: trade is closed, exactly zero." in said.out
    assert codes_in(said.out)[:3] == ["XLU", "XBR", "XKA"]
    assert len(codes_in(said.out)) == 25
    (row,) = [line for line in said.out.splitlines() if line.startswith("  XBR ")]
    assert row.split()[-2].startswith("+")
    assert row.split()[-1].startswith("−")


def test_draws_give_ranges_that_the_seed_decides(hansa: Hansa, world: Path, files: Path):
    ask = ("simulate", "closed.toml", "--store", world, "--draws", "32", "--model", "armington")
    said = hansa(*ask, "--json")
    assert said.code == 0, said.err
    (one,) = json.loads(said.out)["scenarios"]
    assert one["name"] == "Closed"
    drawn = {row["region"]: row for row in one["draws"]["data"]}
    assert len(drawn) == 25
    assert drawn["XBR"]["low"] < drawn["XBR"]["central"] < drawn["XBR"]["high"] < 0
    assert drawn["XBR"]["same_sign"] == 1.0
    notes = one["draws"]["meta"]["notes"]
    assert "32 draws from a scrambled Sobol sequence, seed 0" in notes
    assert "agreement: 0.3 (0.15), normal, standard error in brackets" in notes
    assert one["draws"]["meta"]["model"] == "armington"
    assert hansa(*ask, "--json").out == said.out
    assert hansa(*ask, "--json", "--seed", "1").out != said.out
    shown = hansa(*ask, "--elasticity-spread", "0.1")
    assert "from (5%)" in shown.out
    assert "standard error of ln 0.1" in shown.out


def test_processes_give_the_same_figures(hansa: Hansa, world: Path, files: Path, monkeypatch: pytest.MonkeyPatch):
    ask = ("simulate", "closed.toml", "--store", world, "--draws", "8", "-f", "csv")
    here = hansa(*ask)
    monkeypatch.setattr("hansa.cli.simulate.WORTH_PROCESSES", 0)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert hansa(*ask).out == here.out
    assert os.environ["OMP_NUM_THREADS"] == "3"


def test_files(hansa: Hansa, world: Path, files: Path):
    said = hansa("simulate", "bridge.toml", "--store", world, "-o", "out", "--focus", "XBR,XKA", "--language", "ru")
    assert said.code == 0, said.err
    written = sorted(path.name for path in (files / "out").iterdir())
    assert written == ["Bridge-ru.html", "Bridge.csv", "Bridge.json"]
    assert sorted(said.out.splitlines()[-3:]) == [f"out/{name}" for name in written]
    assert "Бринмарк" in said.out
    assert "Третьи стороны" in said.out
    assert len(read_csv((files / "out" / "Bridge.csv").read_text())) == 25
    assert "Бринмарк" in (files / "out" / "Bridge-ru.html").read_text()
    only = hansa("simulate", "bridge.toml", "--store", world, "-o", "two", "-f", "csv", "--json")
    assert [path.name for path in (files / "two").iterdir()] == ["Bridge.csv"]
    assert json.loads(only.out)["scenarios"][0]["name"] == "Bridge"
    assert only.err == "two/Bridge.csv\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.toml"], "none.toml: There is no such file."),
        (["bridge.toml", "--store", "nowhere"], "nowhere: There is no store here (no manifest.json)."),
        (["bridge.toml", "--model", "gtap"], "'gtap' is no known value of --model."),
        (["bridge.toml", "--deficit", "free"], "'free' is no known value of --deficit."),
        (["bridge.toml", "--draws", "-5"], "--draws is -5; it must be 0 or more."),
        (["bridge.toml", "--seed", "-1"], "--seed is -1; it must be 0 or more."),
        (["bridge.toml", "--format", "html"], "--format html goes into files: name their folder with -o FOLDER."),
        (["bridge.toml", "--format", "xml"], "'xml' is no known value of --format."),
        (["bridge.toml", "-o", "out", "--format", "pdf"], "'pdf' is no known value of --format with -o."),
        (["bridge.toml", "--language", "xx"], "'xx' is no known value of --language."),
        (["bridge.toml", "bridge.toml"], "Two scenarios are named 'Bridge'. Name them apart"),
        (["kind = 3\n"], "'kind' is no known key of a scenario"),
    ],
)
def test_bad_input_is_one_message(hansa: Hansa, world: Path, files: Path, words: list[str], message: str):
    refused(hansa("simulate", "--store", world, *words), message)


@pytest.mark.parametrize(
    ("old", "new", "words", "message"),
    [
        (
            "origin =",
            "orign =",
            [],
            "bad.toml, line 6: 'orign' is no known key of a change of kind 'trade_cost'. Nearest",
        ),
        ("XBR", "XBZ", [], "'XBZ' is no known region of the economy. Nearest known: 'XZE', 'XBR'."),
        ("factor = 0.9", "factor = -1", [], "'factor'"),
        ("XBR", "XBR", ["--draws", "1"], "1 draws give no spread; take two or more"),
        ("XBR", "XBR", ["--focus", "XBZ"], "'XBZ' is no known region"),
        ("XBR", "XBR", ["--elasticity", "-1"], "The trade elasticity of sector 'total' is -1; it must be above zero"),
        ("XBR", "XBR", ["--period", "2031"], "nothing for 2031"),
        ("XBR", "XBR", ["--sectors", "chaptr"], "sectors='chaptr' is no choice."),
        ("XBR", "XBR", ["--draws", "4", "--elasticity-spread", "-1"], "elasticity_spread is -1; a standard error is 0"),
        ("XBR", "XBR", ["closed.toml", "--deficit", "share"], "'Bridge': "),
        ('destination = "XKA"', 'destination = "XKA"\nproduct = "02A"', [], "the economy has a single sector"),
    ],
)
def test_bad_scenarios_and_economies(
    hansa: Hansa, world: Path, files: Path, old: str, new: str, words: list[str], message: str
):
    (files / "bad.toml").write_text(BRIDGE.replace(old, new))
    refused(hansa("simulate", "bad.toml", *words, "--store", world), message)


def test_a_market_without_a_supplier_left_is_refused(hansa: Hansa, world: Path, files: Path):
    """Brinmark makes nothing of 02A: who closes it to all others leaves it with none."""
    (files / "shut.toml").write_text('[[change]]\nkind = "closure"\ndestination = "XBR"\nproduct = "02A"\n')
    refused(hansa("simulate", "shut.toml", "--store", world, "--sectors", "product"), "'XBR' buys sector '02A'")


def test_a_store_without_production_says_how_to_get_it(filled: Hansa, tmp_path: Path):
    (tmp_path / "cheaper.toml").write_text('[[change]]\nkind = "trade_cost"\norigin = "BLR"\nfactor = 0.9\n')
    said = filled("simulate", "cheaper.toml")
    refused(said, "The side table 'production' is missing")
    assert "--side production" in said.err


def refused(said: Said, message: str) -> None:
    """It ended with one message, code 2 and nothing on the screen."""
    assert said.code == 2, said
    assert said.out == ""
    assert said.err.startswith("hansa: ")
    assert message in said.err
    assert "Traceback" not in said.err
    assert len(said.err.splitlines()) == 1
