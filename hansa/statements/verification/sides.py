"""The two sides of a claim where one is several regions: a bloc, or a country that the data have by provinces."""

from __future__ import annotations

from dataclasses import replace

from hansa.errors import HansaError
from hansa.statements.verification.holdings import periods_of, regions_of
from hansa.statements.verification.ledger import Ledger, View
from hansa.statements.verification.product import of_product
from hansa.statements.verification.question import Question
from hansa.trade.group import Group, apart, find_group, rest


def sides(asked: Question, ledger: Ledger, view: View) -> tuple[Question, View]:
    """The question in codes that the view knows: a bloc is counted as one region, its members of the period spoken of.

    Where one side lies in the other, the other is the rest of it (trade of Russia with the Union State is that with
    Belarus). A code that is neither a region of the data nor a bloc of the lists stays as it is.

    Raises
    ------
    Lacking : the product spoken of is not one in the lists.
    """
    asked, view = of_product(ledger, asked, view)
    try:
        known = sorted(regions_of(ledger, view))
        when = asked.period.last[:4] if asked.period else periods_of(ledger, view, "A")[-1]
    except (HansaError, IndexError):
        return asked, view

    def side(code: str) -> str | Group:
        return ledger.keep(("side", view, code, when), lambda: _side(code, known, ledger, when))

    one, other = side(asked.region), side(asked.partner) if asked.partner else None
    try:
        one, other = _apart(one, other)
    except HansaError:
        return asked, view
    groups = tuple(side for side in (one, other) if isinstance(side, Group))
    if not groups:
        return asked, view
    region, partner = (side.code if isinstance(side, Group) else side for side in (one, other))
    return replace(asked, region=str(region), partner=partner), replace(view, groups=groups)


def _side(code: str, known: list[str], ledger: Ledger, when: str) -> str | Group:
    if code in known:
        return code
    try:
        return find_group(code, known, ledger.lists, when)
    except HansaError:
        return code


def _apart(one: str | Group, other: str | Group | None) -> tuple[str | Group, str | Group | None]:
    """Two sides that share nothing."""
    if isinstance(one, Group) and isinstance(other, Group):
        return apart(one, other)
    if isinstance(one, Group) and isinstance(other, str) and other in one.members:
        return rest(one, other, (other,)), other
    if isinstance(other, Group) and isinstance(one, str) and one in other.members:
        return one, rest(other, one, (one,))
    return one, other
