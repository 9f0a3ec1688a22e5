"""The folder of immutable tables: vintages, refusals, damage, sweeping."""

import datetime
import json
import os
import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from hansa import archive as room
from hansa import tables
from hansa.archive import Archive, Entry
from hansa.errors import DataError, UnknownCode


def rows(*values: int) -> pa.Table:
    return pa.table({"a": list(values)})


def held(archive: Archive, as_of: str | None = None) -> list[int]:
    return sorted(tables.collect(archive.table(archive.find("flows", "own", as_of)))["a"].to_pylist())


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.create(tmp_path / "store")


def test_each_day_has_its_own_state(archive: Archive):
    publish = archive.publish
    publish(rows(1), kind="flows", name="own", vintage="2023-01-01")
    publish(rows(2), kind="flows", name="own", vintage="2023-03-01", mode="append")
    publish(rows(3, 4), kind="flows", name="own", vintage="2024-01-01")
    publish(rows(5), kind="flows", name="own", vintage="2024-02-01", mode="append")
    publish(rows(9), kind="flows", name="other", vintage="2020-01-01")
    assert held(archive, "2023-02-28") == [1]
    assert held(archive, "2023-03-01") == [1, 2]
    assert held(archive, "2023-12-31") == [1, 2]
    assert held(archive, "2024-01-01") == [3, 4]
    assert held(archive) == [3, 4, 5]
    with pytest.raises(
        DataError, match="Nothing of 'own' was known on 2022-12-31 yet; its first vintage is 2023-01-01."
    ):
        held(archive, "2022-12-31")


def test_what_is_published_later_for_the_same_day_counts(archive: Archive):
    archive.publish(rows(1), kind="flows", name="own", vintage="2023-01-01")
    archive.publish(rows(2), kind="flows", name="own", vintage="2023-01-01")
    assert held(archive) == [2]


def test_a_late_find_of_an_old_vintage_does_not_change_today(archive: Archive):
    archive.publish(rows(2), kind="flows", name="own", vintage="2024-01-01")
    archive.publish(rows(1), kind="flows", name="own", vintage="2023-01-01")
    assert held(archive) == [2]
    assert held(archive, "2023-06-01") == [1]


def test_an_entry_says_what_it_is(archive: Archive):
    entry = archive.publish(rows(1, 2), kind="goods flows", name="own", vintage="2023-01-01", meta={"unit": "USD"})
    assert archive.entries() == [entry]
    assert (entry.kind, entry.name, entry.vintage, entry.mode, entry.rows) == (
        "goods flows",
        "own",
        "2023-01-01",
        "replace",
        2,
    )
    assert entry.meta == {"unit": "USD"}
    assert entry.file.startswith("files/goods-flows-own-2023-01-01-")
    assert datetime.datetime.fromisoformat(entry.published).tzinfo is not None
    assert (archive.folder / entry.file).is_file()


def test_todays_vintage_by_default(archive: Archive):
    today = datetime.datetime.now(datetime.UTC).date()
    entry = archive.publish(rows(1), kind="flows", name="own")
    assert abs((datetime.date.fromisoformat(entry.vintage) - today).days) <= 1


def test_lazy_tables_are_written_too(archive: Archive):
    archive.publish(tables.frame({"a": [3, 4]}), kind="flows", name="own")
    import polars as pl

    archive.publish(tables.frame(pl.LazyFrame({"a": [5]})), kind="flows", name="own", mode="append")
    assert held(archive) == [3, 4, 5]


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"mode": "merge"}, "An import can replace or append, not 'merge'."),
        ({"vintage": "31.01.2024"}, "'31.01.2024' is no date. Write year-month-day, such as 2024-01-31."),
        ({"name": ""}, "'' is no name for a dataset. Use up to 80 letters, digits, -, _ and dots."),
        ({"name": "../own"}, "'../own' is no name for a dataset."),
        ({"name": "a" * 81}, "is no name for a dataset."),
    ],
)
def test_what_cannot_be_published_leaves_nothing(archive: Archive, facts: dict, message: str):
    before = (archive.folder / "manifest.json").read_bytes()
    with pytest.raises(DataError) as refused:
        archive.publish(rows(1), **{"kind": "flows", "name": "own", **facts})
    assert message in str(refused.value)
    assert (archive.folder / "manifest.json").read_bytes() == before
    assert list(archive.folder.glob("files/*")) == []


def test_a_refusal_at_the_last_moment_leaves_nothing(archive: Archive):
    archive.publish(rows(1), kind="flows", name="own", vintage="2023-01-01")
    before = (archive.folder / "manifest.json").read_bytes()

    def refuse(beside: list[Entry]) -> None:
        raise DataError(f"{len(beside)} beside it.")

    with pytest.raises(DataError, match="1 beside it."):
        archive.publish(rows(2), kind="flows", name="own", vintage="2023-02-01", mode="append", refuse=refuse)
    assert (archive.folder / "manifest.json").read_bytes() == before
    assert len(list(archive.folder.glob("files/*"))) == 1


@pytest.mark.parametrize(
    ("vintage", "mode", "wanted"),
    [
        ("2023-02-01", "append", ["2023-01-01", "2023-03-01"]),
        ("2023-02-01", "replace", ["2023-03-01"]),
        ("2024-02-01", "append", ["2024-01-01"]),
        ("2024-02-01", "replace", []),
        ("2022-01-01", "append", []),
    ],
)
def test_what_is_in_force_beside_a_new_import(archive: Archive, vintage: str, mode: str, wanted: list[str]):
    archive.publish(rows(1), kind="flows", name="own", vintage="2023-01-01")
    archive.publish(rows(2), kind="flows", name="own", vintage="2023-03-01", mode="append")
    archive.publish(rows(3), kind="flows", name="own", vintage="2024-01-01")
    archive.publish(rows(4), kind="flows", name="other", vintage="2023-01-01")
    seen: list[Entry] = []
    archive.publish(rows(5), kind="flows", name="own", vintage=vintage, mode=mode, refuse=seen.extend)
    assert [entry.vintage for entry in seen] == wanted


def test_a_failing_disk_leaves_the_former_state(archive: Archive, monkeypatch: pytest.MonkeyPatch):
    archive.publish(rows(1), kind="flows", name="own")
    before = (archive.folder / "manifest.json").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for step in ("_sha256", "_sync", "_write_manifest"):
        with monkeypatch.context() as patched:
            patched.setattr(room, step, full)
            with pytest.raises(OSError, match="No space left"):
                archive.publish(rows(2), kind="flows", name="own")
        assert (archive.folder / "manifest.json").read_bytes() == before
        assert [f"files/{path.name}" for path in archive.folder.glob("files/*")] == [archive.entries()[0].file]


def test_damage_is_found(archive: Archive):
    whole, changed, gone = (archive.publish(rows(n), kind="flows", name=f"d{n}") for n in range(3))
    assert archive.damaged() == []
    path = archive.folder / changed.file
    path.write_bytes(path.read_bytes()[:-1] + b"X")
    (archive.folder / gone.file).unlink()
    assert archive.damaged() == [changed.file, gone.file]
    with pytest.raises(DataError, match="The manifest names this file, but it is gone. Restore it from a backup, or"):
        archive.table([gone])
    assert whole.file not in archive.damaged()


def test_a_sweep_takes_only_what_no_manifest_names(archive: Archive):
    entry = archive.publish(rows(1), kind="flows", name="own")
    for loose in (".flows-x.parquet.part", "flows-x.parquet"):
        (archive.folder / "files" / loose).write_bytes(b"half")
    (archive.folder / ".manifest.json.1234.part").write_bytes(b"{")
    assert archive.sweep() == 3
    assert archive.sweep() == 0
    assert [f"files/{path.name}" for path in archive.folder.glob("files/*")] == [entry.file]
    assert archive.damaged() == []


def test_an_archive_is_made_once(tmp_path: Path):
    first = Archive.create(tmp_path / "a" / "store")
    first.publish(rows(1), kind="flows", name="own")
    assert Archive.create(tmp_path / "a" / "store").entries() == first.entries()


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(DataError, match="The folder is not empty and holds no store. Name an empty or new folder."):
        Archive.create(tmp_path)
    assert os.listdir(tmp_path) == ["letter.txt"]
    with pytest.raises(DataError, match=r"letter\.txt: A store is a folder, and this is a file."):
        Archive.create(tmp_path / "letter.txt")


def test_a_killed_creation_is_taken_up_again(tmp_path: Path):
    (tmp_path / ".lock").touch()
    assert Archive.create(tmp_path).entries() == []


def test_no_archive(tmp_path: Path):
    with pytest.raises(
        DataError, match=r"There is no store here \(no manifest.json\). Make one with 'hansa store create"
    ):
        Archive(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "entries": [{"kind": "flows"}]}', "\udcff"]
)
def test_a_damaged_manifest_is_said(archive: Archive, text: str):
    (archive.folder / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DataError, match=r"manifest\.json: The manifest of the store is damaged \("):
        archive.entries()


def test_a_newer_format_is_not_guessed(archive: Archive):
    (archive.folder / "manifest.json").write_text(json.dumps({"format": 2, "entries": []}))
    with pytest.raises(DataError, match="The store has format 2; this Hansa reads 1."):
        archive.entries()


def test_an_unknown_dataset_names_those_there_are(archive: Archive):
    archive.publish(rows(1), kind="flows", name="baci")
    with pytest.raises(
        UnknownCode, match="'bacy' is no known flows dataset of this store. Nearest known: 'baci'. It holds"
    ):
        archive.find("flows", "bacy")
    with pytest.raises(UnknownCode, match="It holds: none."):
        archive.find("side", "gdp")


vintages = some.dates(datetime.date(2020, 1, 1), datetime.date(2020, 1, 9)).map(str)
imports = some.lists(some.tuples(vintages, some.sampled_from(room.MODES)), min_size=1, max_size=8)


@given(history=imports, day=vintages)
def test_any_day_shows_the_last_replacement_and_what_came_after(tmp_path_factory, history: list, day: str):
    folder = tmp_path_factory.mktemp("any")
    archive = Archive.create(folder / "store")
    for number, (vintage, mode) in enumerate(history):
        archive.publish(rows(number), kind="flows", name="own", vintage=vintage, mode=mode)
    known = sorted(((vintage, number, mode) for number, (vintage, mode) in enumerate(history) if vintage <= day))
    wanted: list[int] = []
    for _, number, mode in known:
        wanted = [number] if mode == "replace" else [*wanted, number]
    if wanted:
        assert held(archive, day) == sorted(wanted)
    else:
        with pytest.raises(DataError, match="was known on"):
            held(archive, day)
    shutil.rmtree(folder)
