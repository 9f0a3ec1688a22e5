"""The register through the command line, on the sample world: as its secretariat would use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Hansa

DAY = ("--on", "2023-07-01")


def test_late_things_are_listed_and_nothing_is_to_be_mended(hansa: Hansa, world: Path):
    said = hansa("register", "check", world / "register", "--store", world, *DAY)
    assert said.code == 0, said.err
    assert "dec-recycling" in said.out
    assert "nothing is said of it since" in said.out
    assert "0 to be mended" in " ".join(said.out.split())


def test_what_must_be_mended_ends_with_code_2(hansa: Hansa, tmp_path: Path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "party.csv").write_text("id,name,region\nbrin,Brinmark,KZA\n")
    said = hansa("register", "check", folder)
    assert said.code == 2
    assert "To be mended" in said.out
    assert "'KZA' is no known region or bloc" in said.out
    assert "party.csv, line 2: " in said.out
    assert "1 record(s) must be mended" in said.err


@pytest.mark.parametrize("words", [("counts", "mine"), ("progress", "mine", "--store", "world")])
def test_who_computes_from_a_register_with_faults_is_told(hansa: Hansa, world: Path, tmp_path: Path, words):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "party.csv").write_text("id,name,region\nbrin,Brinmark,XBR\n")
    places = {"mine": folder, "world": world}
    assert "to be mended" not in hansa("register", *(places.get(word, word) for word in words)).err
    (folder / "milestone.csv").write_text("id,of,title,due\nm,nobody,A step,2024-01-31\n")
    said = hansa("register", *(places.get(word, word) for word in words))
    assert said.code == 0
    assert "1 record(s) are to be mended" in " ".join(said.err.split())


def test_cells_and_what_is_named_in_vain_are_told_in_one_round(hansa: Hansa, tmp_path: Path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "party.csv").write_text("id,name,kind\nbrin,Brinmark,institutoin\n")
    (folder / "barrier.csv").write_text("id,title,origin,destination,owner\nb,Fee,BLR,KZA,brin\nc,Toll,BLR,KAZ,brim\n")
    said = hansa("register", "check", folder)
    assert said.code == 2
    for place in ("party.csv, line 2, column 'kind'", "line 2, column 'destination'", "line 3, column 'owner'"):
        assert place in " ".join(said.err.split()), said.err
    assert "3 things are wrong" in said.err


def test_a_product_that_the_store_does_not_know_must_be_mended(hansa: Hansa, world: Path, tmp_path: Path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "barrier.csv").write_text("id,title,origin,destination,products\nqueue,Queue,XBR,XKA,04A|04Z\n")
    said = hansa("register", "check", folder, "--store", world)
    assert said.code == 2
    assert "barrier.csv, line 2: '04Z' is no known product; nearest known: '04A'" in " ".join(said.out.split())
    said = hansa("register", "check", folder, "--regions", world / "regions.csv")
    assert said.code == 0, said.err  # no store, so that no products are known


def test_progress_says_which_promises_moved_their_number(hansa: Hansa, world: Path):
    said = hansa("register", "progress", world / "register", "--store", world, *DAY, "--format", "json")
    assert said.code == 0, said.err
    verdicts = [row["verdict"] for row in json.loads(said.out)["data"]]
    counted = {verdict: verdicts.count(verdict) for verdict in set(verdicts)}
    assert counted == {"met": 5, "missed": 4, "too early": 2, "not computable": 1}


def test_one_barrier_by_year_and_none_that_is_no_barrier(hansa: Hansa, world: Path):
    said = hansa("register", "stake", world / "register", "bar-queue", "--store", world, *DAY, "--format", "json")
    assert said.code == 0, said.err
    assert json.loads(said.out)["data"][-1]["period"] == "2022"
    said = hansa("register", "stake", world / "register", "brinmark", "--store", world)
    assert said.code == 2
    assert "'brinmark' is no barrier" in said.err


@pytest.mark.parametrize("what", ["counts", "reporting", "funnel", "amounts"])
def test_tables_that_need_no_store(hansa: Hansa, world: Path, what: str):
    said = hansa("register", what, world / "register", *DAY, "--format", "json")
    assert said.code == 0, said.err
    assert json.loads(said.out)["data"]


def test_a_register_in_other_forms_is_the_same(hansa: Hansa, world: Path, tmp_path: Path):
    for name in ("register.json", "register.xlsx", "folder"):
        said = hansa("register", "convert", world / "register", tmp_path / name)
        assert said.code == 0, said.err
        said = hansa("register", "amounts", tmp_path / name, *DAY, "--format", "csv")
        assert "disbursed" in said.out
    said = hansa("register", "convert", world / "register", tmp_path / "r.xml", "--reporting-org", "forum-office")
    assert said.code == 0, said.err
    assert "barrier" in said.err  # what IATI cannot hold is said


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("check", "nowhere"), "There is no such file or folder"),
        (("progress", "REGISTER", "--store", "nowhere"), "There is no store here"),
        (("progress", "REGISTER", "--store", "WORLD", "--of", "tgt-fod"), "tgt-food"),
        (("progress", "REGISTER", "--store", "WORLD", "--on", "yesterday"), "is no date"),
        (("coverage", "REGISTER", "--store", "WORLD", "--region", "XBR"), "two regions or more"),
        (("convert", "REGISTER", "out.xml"), "IATI asks who reports"),
        (("convert", "REGISTER", "out", "--format", "docx"), "Known: csv, json, xlsx, iati"),
    ],
)
def test_bad_input(hansa: Hansa, world: Path, words: tuple[str, ...], wanted: str):
    places = {"REGISTER": world / "register", "WORLD": world}
    said = hansa("register", *(places.get(word, word) for word in words))
    assert said.code == 2
    assert wanted in " ".join(said.err.split())


def test_the_report_has_a_chapter_on_promises(hansa: Hansa, world: Path, tmp_path: Path):
    for language, heading in (("en", "Promises and what they moved"), ("ru", "Обещания и что они изменили")):
        said = hansa(
            *("report", "XBR", "XKA", "--store", world, "--register", world / "register"),
            *("--format", "html", "--language", language),
        )
        assert said.code == 0, said.err
        page = (tmp_path / f"XBR-XKA-2022-{language}.html").read_text(encoding="utf-8")
        assert heading in page
        assert "Veterinary re-inspection of food" in page
        assert "Settle the recycling fee on vehicles" in page
