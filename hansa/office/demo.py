"""The office of the sample world: its register, people with roles, and a draft that visitors do not see."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from hansa.commitments.records import Barrier, Event
from hansa.commitments.register import Register
from hansa.errors import DataError
from hansa.office.ledger import Edit, commit, edits_of
from hansa.office.models import Account, Role
from hansa.office.permission import OFFICE, Viewer
from hansa.office.snapshot import current
from hansa.office.viewer import office, viewer_of
from hansa.sample.register import sample_register

# name, who that is, (role, party) ...
PEOPLE: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("admin", "Ada Minster (administrator)", (("administrator", ""),)),
    ("chair", "Carl Hallam (chair of the forum)", (("chair", ""),)),
    ("editor", "Edda Lind (secretariat)", (("editor", ""),)),
    ("editor-kastovia", "Emil Kasten (secretariat, for Kastovia)", (("editor", "kastovia"),)),
    ("reporter-brinmark", "Rena Brinley (reports for Brinmark)", (("reporter", "brinmark"),)),
    ("reporter-kastovia", "Rolf Kasper (reports for Kastovia)", (("reporter", "kastovia"),)),
    ("visitor", "Vera Norris (no role)", ()),
)


@dataclass(frozen=True)
class Key:
    """A name and the password that was made for it, to be shown once."""

    name: str
    password: str
    who: str


def seed(register: Register | None = None) -> None:
    """Write the register of the sample world into an empty office, and one draft of a barrier.

    Raises
    ------
    DataError : this office is no demo, or has records already.
    """
    if not office().demo:
        raise DataError("The sample world belongs into a demo. 'hansa serve' without --home makes one.")
    before = current()
    if before.held:
        raise DataError("This office has records already.")
    founded = datetime(2023, 6, 15, 9, tzinfo=UTC)
    held = register or sample_register()
    commit(OFFICE, edits_of(held, before, draft=False), "the register of the sample world", at=founded)
    author = viewer_of(Account.objects.filter(name="editor").first())
    commit(author if author.staff else OFFICE, [Edit("create", DRAFT.id, DRAFT)], "heard at the forum")


DRAFT = Barrier(
    id="bar-weighing",
    title="Second weighing of lorries at the border",
    origin="XBR",
    destination="XKA",
    kind="administrative",
    products=("25A", "48A", "94A"),  # heavy goods
    owner="kast-trade",
    deadline="2031-12-31",
    history=(Event("2023-06-14", "reported", by="brin-economy", note="invented, as all of this world"),),
)


def sample_accounts() -> list[Key]:
    """Make the people of the sample world, or give those that are there new passwords.

    Raises
    ------
    DataError : this office is no demo: there they are never made.
    """
    if not office().demo:
        raise DataError("Sample accounts are made in a demo only. 'hansa account NAME' makes one of your own.")
    keys = []
    for name, who, roles in PEOPLE:
        password = secrets.token_urlsafe(12)
        account = Account.objects.filter(name=name, sample=True).first()
        if account is None:
            account = Account.objects.create_account(
                name, password, full_name=who, sample=True, must_change_password=False
            )
            Role.objects.bulk_create(Role(account=account, role=role, party=party) for role, party in roles)
        else:
            account.set_password(password)
            account.save()
        keys.append(Key(name, password, who))
    return keys


def viewer_named(name: str) -> Viewer:
    """Who a sample account is."""
    return viewer_of(Account.objects.get(name=name))
