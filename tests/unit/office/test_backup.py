"""The archive of an office: what is in it, what is not, and what becomes of one that is damaged or foreign."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from pathlib import Path

import pytest

from hansa.errors import DataError
from hansa.office import backup
from hansa.office.api.tokens import new_token
from hansa.office.archive import canonical, look_over
from hansa.office.models import Account, Entry, Revision


@pytest.fixture
def archive(register, tmp_path: Path) -> Path:
    """A backup of the office of the sample world."""
    new_token(Account.objects.get(name="editor"), "a program")
    path = tmp_path / "office.tar.gz"
    backup.write(path)
    return path


def _members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]


def _packed(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def _unpacked(path: Path) -> bytes | None:
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error):
        return None


def test_every_table_of_the_office_is_in_it_row_by_row(archive: Path):
    manifest, _ = look_over(archive)
    assert manifest.tables["entry"].rows == Entry.objects.count()
    assert manifest.tables["revision"].rows == Revision.objects.count()
    assert set(manifest.tables) == {
        *("account", "role", "token", "ledger", "change", "entry", "revision", "reference", "intake", "speech"),
        "speechedit",
    }
    rows = [json.loads(line) for line in _members(archive)["entry.jsonl"].splitlines()]
    assert {row["id"]: row["content"] for row in rows} == dict(Entry.objects.values_list("id", "content"))
    assert (manifest.ledger, manifest.rows) == (2, sum(table.rows for table in manifest.tables.values()))


def test_the_hash_of_a_table_can_be_worked_out_by_hand(archive: Path):
    lines = _members(archive)["role.jsonl"].splitlines()
    sorted_ = [json.dumps(json.loads(line), sort_keys=True, separators=(",", ":")) + "\n" for line in lines]
    assert look_over(archive)[0].tables["role"].sha256 == hashlib.sha256("".join(sorted_).encode()).hexdigest()


def test_it_is_private_and_nobody_is_named_in_its_entries(archive: Path):
    assert archive.stat().st_mode & 0o777 == 0o600
    with tarfile.open(archive) as opened:
        assert {(member.uname, member.gname, member.uid, member.mode) for member in opened} == {("", "", 0, 0o600)}
    assert [path.name for path in archive.parent.iterdir()] == [archive.name]


def test_no_secret_is_in_it(archive: Path, settings, client_of):
    client_of("editor")
    held = b"".join(_members(archive).values())
    assert settings.SECRET_KEY.encode() not in held
    assert not any("session" in name or "axes" in name or "secret" in name for name in _members(archive))


def test_a_backup_overwrites_nothing(archive: Path):
    before = archive.read_bytes()
    with pytest.raises(DataError, match="There is such a file already"):
        backup.write(archive)
    assert archive.read_bytes() == before
    with pytest.raises(DataError, match="There is no such folder"):
        backup.write(archive.parent / "nowhere" / "office.tar.gz")


def test_numbers_that_databases_write_in_different_ways_are_one():
    assert canonical({"a": 1e22, "b": -0.0, "c": [1.0, 0.5]}) == canonical({"b": 0, "a": 10**22, "c": [1, 0.5]})
    assert canonical({"a": 0.1}) != canonical({"a": "0.1"})


def test_an_archive_cut_short_anywhere_is_refused(archive: Path, tmp_path: Path):
    whole, path = archive.read_bytes(), tmp_path / "short.tar.gz"
    for size in (0, 1, 20, len(whole) // 3, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(DataError, match="short.tar.gz: (This is no archive of an office|The archive is damaged)"):
            look_over(path)


def test_one_bit_turned_anywhere_is_noticed(archive: Path, tmp_path: Path):
    whole, path, noticed = archive.read_bytes(), tmp_path / "turned.tar.gz", 0
    for place in range(10, len(whole) - 8, len(whole) // 40):
        turned = bytearray(whole)
        turned[place] ^= 1 << place % 8
        path.write_bytes(bytes(turned))
        if _unpacked(path) == _unpacked(archive):
            continue  # a bit of the packing that says nothing
        with pytest.raises(DataError):
            look_over(path)
        noticed += 1
    assert noticed > 30


def test_a_row_that_was_changed_taken_out_or_added_is_noticed(archive: Path, tmp_path: Path):
    members = _members(archive)
    lines = members["role.jsonl"].splitlines(keepends=True)
    for role in (b"".join(lines[1:]), b"".join([*lines, lines[0]]), members["role.jsonl"].replace(b"editor", b"chair")):
        path = _packed(tmp_path / "changed.tar.gz", members | {"role.jsonl": role})
        with pytest.raises(DataError, match="damaged: of 'role' it holds . rows, and not the 6 rows that were written"):
            look_over(path)
    without = {name: content for name, content in members.items() if name != "role.jsonl"}
    with pytest.raises(DataError, match="of 'role' it holds nothing"):
        look_over(_packed(tmp_path / "without.tar.gz", without))


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", b"\x1f\x8b", gzip.compress(b"no tar"), b"PK\x03\x04"],
    ids=["empty", "text", "two bytes", "gzip", "zip"],
)
def test_a_foreign_file_is_refused(content: bytes, tmp_path: Path):
    path = tmp_path / "foreign"
    path.write_bytes(content)
    with pytest.raises(DataError, match="This is no archive of an office"):
        look_over(path)


@pytest.mark.parametrize("manifest", [b"[]", b"{", b'{"what": "hansa office"}', b'{"what": "a cake", "form": 1}'])
def test_a_foreign_manifest_is_refused(manifest: bytes, tmp_path: Path):
    with pytest.raises(DataError, match="This is no archive of an office: 'hansa backup' makes one"):
        look_over(_packed(tmp_path / "foreign.tar.gz", {"manifest.json": manifest}))
    with pytest.raises(DataError, match="This is no archive of an office: 'hansa backup' makes one"):
        look_over(_packed(tmp_path / "other.tar.gz", {"etc/passwd": manifest}))


def test_a_newer_form_says_what_to_do(archive: Path, tmp_path: Path):
    members = _members(archive)
    said = json.loads(members["manifest.json"]) | {"form": 2}
    with pytest.raises(DataError, match="has the form 2, of a newer version of Hansa"):
        look_over(_packed(tmp_path / "newer.tar.gz", members | {"manifest.json": json.dumps(said).encode()}))
    with pytest.raises(DataError, match=r"of a newer version of Hansa \(9999_later\)"):
        backup.historic(["0001_initial", "9999_later"])


def test_an_office_with_accounts_is_not_empty(people):
    assert not backup.is_empty()
    Account.objects.all().delete()
    assert backup.is_empty()
