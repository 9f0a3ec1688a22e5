"""The drill: an office is backed up, destroyed and brought back, also into the other kind of database."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.office_audit import asking, audit
from tests.e2e.office_process import Office, begin

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("account", "role", "token", "ledger", "change", "entry", "revision", "reference", "intake", "speech")
LIFE = """
import sys, pathlib
from hansa.office import founding
home, store = map(pathlib.Path, sys.argv[1:])
founding.found(home, store=store, title="Register of the drill")
founding.enter(home)
founding.migrate()
from dataclasses import replace
from hansa.office.api.tokens import new_token
from hansa.office.ledger import Edit, commit, edits_of
from hansa.office.models import Account, Intake, Speech
from hansa.office.permission import OFFICE
from hansa.office.snapshot import current
from hansa.office.viewer import viewer_of
from hansa.sample.register import sample_register
commit(OFFICE, edits_of(sample_register(), current(), draft=False), "the register")
passwords = {name: founding.account(name, roles) for name, roles in (
    ("Zoë", [("administrator", "")]), ("пётр", [("editor", "kastovia"), ("reporter", "brinmark")]), ("quiet", []))}
zoe = Account.objects.get(name="Zoë")
new_token(zoe, "a program")
held = current().held["prg-food"]
title = "Ёлки \\u2028 'и' \\"ещё\\""
commit(viewer_of(zoe), [Edit("edit", "prg-food", replace(held.record, title=title), held.tag)], "один")
leaf = sorted(key for key in current().held if not current().naming(key, OFFICE))[0]
commit(viewer_of(zoe), [Edit("delete", leaf)], "gone")
Speech.objects.create(title="Речь", language="ru", text="В 2022 году 12,5 %\\n" * 50, parties=["brinmark"], account=zoe)
Intake.objects.create(account=zoe, source="x.csv", content={"b": 1e16, "a": [0.1, -0.0, None]}, ledger=3)
for name, password in passwords.items():
    print(name, password)
"""
AFTER = """
import sys, pathlib
from hansa.office import founding
founding.enter(pathlib.Path(sys.argv[1]))
from hansa.office.ledger import Edit, commit
from hansa.office.models import Account, Speech, Token
from hansa.office.snapshot import current
from hansa.office.viewer import ByPassword, viewer_of
from hansa.commitments.records import Party
account = ByPassword().authenticate(None, *sys.argv[2:4])
assert account is not None, "the old password does not open"
assert not ByPassword().authenticate(None, sys.argv[2], "another")
commit(viewer_of(account), [Edit("create", "later", Party("later", "Later", "institution"))], "after")  # new numbers
Speech.objects.create(title="next", language="en", text="", account=account)
Token.objects.create(account=account, name="next", digest="next")
Account.objects.create_account("newcomer", "a-long-password-of-the-drill")
print(current().number)
"""


def run(*words: object, url: str | None = None, **changed: str) -> subprocess.CompletedProcess[str]:
    """A command, with its database."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "HANSA_OFFICE")}
    environment |= {"PYTHONPATH": str(ROOT), **changed} | ({"DATABASE_URL": url} if url else {})
    return subprocess.run(
        [sys.executable, *map(str, words)], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def hansa(*words: object, url: str | None = None) -> subprocess.CompletedProcess[str]:
    """The command line."""
    return run("-m", "hansa", *words, url=url)


def content(home: Path, url: str | None) -> dict[str, list[Any]]:
    """Every row of every table, as the database itself gives it; what it holds as JSON, and truth, alike in both."""

    def plain(value: Any) -> Any:
        if isinstance(value, str) and value.startswith(("[", "{")):
            value = json.loads(value)
        if isinstance(value, dict | list):  # one writes 1e16 where the other writes 10000000000000000
            plain = json.loads(json.dumps(value), parse_int=float, parse_float=lambda text: float(text) + 0.0)
            return json.dumps(plain, sort_keys=True)
        if isinstance(value, datetime):
            value = value.astimezone(UTC).isoformat(" ")
        if isinstance(value, str) and re.match(r"20\d\d-\d\d-\d\d \d", value):
            return value.removesuffix("+00:00")
        return int(value) if isinstance(value, bool) else value

    found = {}
    with asking(home, url) as ask:
        for table in TABLES:
            rows = ask(f"SELECT {columns(table)} FROM office_{table}")
            found[table] = sorted(repr([plain(value) for value in row]) for row in rows)
    return found


def columns(table: str) -> str:
    """The columns of a table in the order of their names, which differs between kinds of databases."""
    from django.apps import apps

    fields = apps.get_model("office", table)._meta.local_concrete_fields
    return ", ".join(f'"{field.column}"' for field in sorted(fields, key=lambda field: field.column))


@dataclass(frozen=True)
class Lived:
    """The folder of an office that was lived in, on SQLite: the passwords of its people, and a backup of it."""

    home: Path
    passwords: dict[str, str]
    archive: Path


def live(home: Path, store: Path, url: str | None = None) -> dict[str, str]:
    """Found an office and live in it; names and passwords."""
    told = run("-c", LIFE, home, store, url=url)
    assert told.returncode == 0, told.stderr
    return dict(line.split() for line in told.stdout.splitlines())


@pytest.fixture(scope="module")
def lived(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """One life for all tests, which copy what they change."""
    folder = tmp_path_factory.mktemp("lived")
    passwords = live(folder / "office", world)
    assert hansa("backup", folder / "a.tar.gz", "--home", folder / "office").returncode == 0
    return Lived(folder / "office", passwords, folder / "a.tar.gz")


@pytest.mark.parametrize("way", ["sqlite>sqlite", "sqlite>postgresql>sqlite", "postgresql>postgresql"])
def test_an_office_comes_back_as_it_was(
    way: str, lived: Lived, world: Path, tmp_path: Path, request: pytest.FixtureRequest
):
    def place(number: int, kind: str) -> tuple[Path, str | None]:
        cluster = request.getfixturevalue("postgres_cluster") if kind == "postgresql" else None
        return tmp_path / f"office-{number}", cluster.create() if cluster else None

    kinds = way.split(">")
    home, url = place(0, kinds[0])
    if url is None:
        passwords = lived.passwords
        shutil.copytree(lived.home, home)
    else:
        passwords = live(home, world, url)
    audit(home, url)
    before = content(home, url)
    assert all(before.values()), "an empty table proves nothing"
    for number, kind in enumerate(kinds[1:], 1):
        archive = tmp_path / f"{number}.tar.gz"
        done = hansa("backup", archive, "--home", home, url=url)
        assert done.returncode == 0, done.stderr
        shutil.rmtree(home)
        home, url = place(number, kind)
        done = hansa("restore", archive, "--home", home, url=url)
        assert done.returncode == 0, done.stderr
        assert content(home, url) == before
        assert 'title = "Register of the drill"' in (home / "office.toml").read_text(encoding="utf-8")
        audit(home, url)
    for name, password in passwords.items():
        if name == "Zoë":
            after = run("-c", AFTER, home, name.upper(), password, url=url)
            assert after.returncode == 0, after.stderr
            assert after.stdout == "4\n"
    audit(home, url)


def test_nothing_is_written_over_an_office_that_holds_something(lived: Lived, tmp_path: Path):
    home = shutil.copytree(lived.home, tmp_path / "office")
    before = content(home, None)
    again = hansa("restore", lived.archive, "--home", home)
    assert (again.returncode, again.stdout) == (2, "")
    assert "holds something already" in again.stderr
    assert content(home, None) == before


def test_a_damaged_archive_leaves_nothing_behind(lived: Lived, tmp_path: Path, postgres: str):
    damaged = tmp_path / "damaged.tar.gz"
    damaged.write_bytes(lived.archive.read_bytes()[:-2000])
    for target, url in ((tmp_path / "new", None), (tmp_path / "new", postgres)):
        done = hansa("restore", damaged, "--home", target, url=url)
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert "Take another backup" in done.stderr
        assert not target.exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("keep me")
    done = hansa("restore", lived.archive, "--home", other)
    assert done.returncode == 2
    assert (other / "letter.txt").read_text() == "keep me"


def test_rows_that_contradict_each_other_are_not_taken(lived: Lived, tmp_path: Path):
    """An archive that is whole, and whose tables do not belong together: nothing of it comes in."""
    forged = tmp_path / "forged.tar.gz"
    _without_accounts(lived.archive, forged)
    done = hansa("restore", forged, "--home", tmp_path / "new")
    assert done.returncode == 2
    assert "FOREIGN KEY" in done.stderr.upper() or "foreign key" in done.stderr
    assert not (tmp_path / "new").exists()


def _without_accounts(archive: Path, forged: Path) -> None:
    import hashlib
    import io

    with tarfile.open(archive) as opened, tarfile.open(forged, "w:gz") as made:
        for member in opened:
            text = opened.extractfile(member).read()  # type: ignore[union-attr]
            if member.name == "account.jsonl":
                text = b""
            if member.name == "manifest.json":
                said = json.loads(text)
                said["tables"]["account"] = {"rows": 0, "sha256": hashlib.sha256(b"").hexdigest()}
                text = json.dumps(said).encode()
            member.size = len(text)
            made.addfile(member, io.BytesIO(text))


def test_a_backup_sees_one_moment_while_others_write(tmp_path: Path, office: Office):
    """Every archive that is taken while the register changes holds as many revisions as its ledger has counted."""
    office.founded(400)
    children = [office.at_work("edit", f"w{number}", 9_999, f"mil-{number}-0") for number in range(2)]
    for child in children:
        begin(child)
    seen = set()
    for number in range(3):
        archive = tmp_path / f"{number}.tar.gz"
        assert hansa("backup", archive, "--home", office.home, url=office.url).returncode == 0
        with tarfile.open(archive) as opened:
            said = json.load(opened.extractfile("manifest.json"))  # type: ignore[arg-type]
        tables = {name: table["rows"] for name, table in said["tables"].items()}
        assert tables["change"] == said["ledger"]
        assert tables["revision"] == tables["entry"] + said["ledger"] - 1
        seen.add(said["ledger"])
    for child in children:
        child.kill()
        child.communicate()
    assert len(seen) > 1, "nothing was written meanwhile"
