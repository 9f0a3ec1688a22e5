"""Who may do what: one table, which the site, its API, its documentation and the tests all read.

A role holds everywhere, or only where one party is concerned (`hansa.commitments.concerned`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

# Action -> roles that may do it. Visitors, and who is signed in without a role, see what is published, nothing else.
RIGHTS: dict[str, tuple[str, ...]] = {
    "see draft": ("reporter", "editor", "chair", "administrator"),
    "see history": ("reporter", "editor", "chair", "administrator"),  # who holds any role, of any published record
    "create draft": ("reporter", "editor", "chair", "administrator"),
    "edit draft": ("reporter", "editor", "chair", "administrator"),
    "delete draft": ("reporter", "editor", "chair", "administrator"),
    "report": ("reporter", "editor", "chair", "administrator"),  # add an event to the history of a published record
    "edit": ("editor", "chair", "administrator"),
    "publish": ("chair", "administrator"),
    "withdraw": ("chair", "administrator"),
    "delete": ("chair", "administrator"),
    "import": ("editor", "chair", "administrator"),
    "keep speech": ("reporter", "editor", "chair", "administrator"),
    "administer": ("administrator",),
}
ANYWHERE = (
    "see history",
    "import",
    "keep speech",
    "administer",
)  # not asked of a record: who has the role anywhere may


@dataclass(frozen=True)
class Viewer:
    """Who asks, and with what roles.

    account : primary key of the account; None for who has not signed in. roles : (role, party); the party is empty
    where the role holds everywhere.

    >>> officer = Viewer(7, "Officer", (("editor", "brin"),))
    >>> officer.may("edit", {"brin", "kast"}), officer.may("edit", {"kast"}), VISITOR.may("see draft", {"brin"})
    (True, False, False)
    """

    account: int | None = None
    name: str = ""
    roles: tuple[tuple[str, str], ...] = ()

    def may(self, action: str, concerned: Collection[str] = ()) -> bool:
        """Whether they may do that to a record that concerns these parties."""
        able = [party for role, party in self.roles if role in RIGHTS[action]]
        return any(not party or action in ANYWHERE or party in concerned for party in able)

    @property
    def signed_in(self) -> bool:
        """Whether it is somebody with an account."""
        return self.account is not None

    @property
    def staff(self) -> bool:
        """Whether they hold any role."""
        return bool(self.roles)


VISITOR = Viewer()
OFFICE = Viewer(None, "", (("administrator", ""),))  # the office itself: seeding, restoring


def who_may(action: str) -> tuple[str, ...]:
    """The roles that may do that."""
    return RIGHTS[action]
