"""Reports on blocs and provinces of the sample world: their commands give the figures again, in both languages."""

from __future__ import annotations

import csv
import io
import shlex
from pathlib import Path

import pypdf
import pytest

from hansa.report import Partnership, partnership
from hansa.trade.store import open_store
from tests.e2e.conftest import Hansa
from tests.e2e.test_report import dense, foreign_words, pdf_text, visible

BLOC = ("AMBER", "XKA")


@pytest.fixture(scope="module")
def report(world: Path) -> Partnership:
    return partnership(open_store(world), *BLOC)


def rows(hansa: Hansa, command: str) -> list[dict[str, str]]:
    answer = hansa(*shlex.split(command)[1:], "--format", "csv")
    assert answer.code == 0, f"{command}: {answer.err}"
    return list(csv.DictReader(line for line in answer.out.splitlines() if not line.startswith("#")))


@pytest.mark.parametrize("pair", [("XBR", "AMBER"), ("XB-01", "XK-01")])
def test_commands_of_every_method_run_as_printed(
    pair: tuple[str, str], hansa: Hansa, world: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(world.parent)
    made = partnership(open_store(world), *pair)
    for known, commands in made.views[0].methods:
        assert rows(hansa, commands[-1][1]), known.method


def test_commands_print_the_very_figures(
    report: Partnership, hansa: Hansa, world: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(world.parent)
    view = report.views[0]
    for item in view.glance:
        last = rows(hansa, item.beside.evidence.command)[-1]
        assert float(list(last.values())[-1]) == pytest.approx(item.amount.value, rel=1e-12)
    composition = next(part for part in view.sections if part.key == "composition")
    inside = next(s for s in composition.sentences if "sell to each other" in s.template)
    flows = rows(hansa, inside.evidence.command)
    assert sum(float(row["exports"]) for row in flows) == pytest.approx(inside.values["value"].value, rel=1e-9)
    openness = next(s for s in composition.sentences if "GDP" in s.template)
    assert float(rows(hansa, openness.evidence.command)[0]["trade_openness"]) == pytest.approx(
        openness.values["share"].value, rel=1e-12
    )


def test_mirror_command_sums_members(report: Partnership, hansa: Hansa, world: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(world.parent)
    grid = next(part for part in report.sections if part.key == "mirror").grids[0]
    told = rows(hansa, grid.evidence[0].command)
    sold = next(row for row in told if row["origin"] == "AMBER")
    assert float(sold["reported_by_origin"]) == pytest.approx(grid.rows[0][1].value, rel=1e-12)
    assert float(sold["value"]) == pytest.approx(grid.rows[0][4].value, rel=1e-12)


def test_reports_of_members_add_up_to_that_of_their_bloc(report: Partnership, world: Path):
    members = [f"X{letters}" for letters in ("AL", "BR", "DO", "EL", "FE", "GA", "HO", "IR")]
    table = open_store(world).flows(told_by="reconciled").where(period="2022").totals("origin", "destination")
    sold = sum(r["value"] for r in table.to_pylist() if r["origin"] in members and r["destination"] == "XKA")
    assert report.views[0].glance[1].amount.value == pytest.approx(sold, rel=1e-12)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_pages_of_a_bloc(language: str, world: Path, tmp_path: Path):
    made = partnership(open_store(world), "GRANITE", "AMBER", language=language)
    assert {note for view in made.views for note in view.notes if not made.words.note(note)[1]} == set()
    page, pdf, _ = (path.read_bytes() for path in made.write(tmp_path))
    text = visible(page.decode())
    since = {"en": "Rovania since 2019-01-01", "ru": "Рования с 2019-01-01"}[language]
    assert since in text
    assert dense(since) in dense(pdf_text(pdf))
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) <= 8
    if language == "ru":
        assert foreign_words(page.decode(), {"USD", "FOB", "CIF", "S", "NT", "world", "AMBER", "GRANITE"}) == set()


def test_services_go_by_their_names(world: Path):
    for language, name in (("en", "Business services"), ("ru", "Деловые услуги")):
        made = partnership(open_store(world), "XBR", "XKA", language=language)
        grid = next(part for part in made.sections if part.key == "services").grids[0]
        assert name in [made.words.show(row[0]) for row in grid.rows]


def test_regroup_is_refused_where_groups_share_a_member(hansa: Hansa, world: Path):
    said = hansa("show", "exports", "--store", world, "--dataset", "flows", "--regroup", "AMBER", "--regroup", "AMBER")
    assert said.code == 2
    assert "XAL is in AMBER and in AMBER" in said.err
    said = hansa("show", "exports", "--store", world, "--dataset", "flows", "--regroup", "AMBR")
    assert said.code == 2
    assert "'AMBR' is no known bloc. Nearest known: 'AMBER'" in said.err
