"""One way to read a claim, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hansa.provenance import Provenance
from hansa.wording import Sentence

OUTCOMES = ("supported", "near", "contradicted", "not checkable", "no data")


@dataclass(frozen=True)
class Reading:
    """One way to read a claim, and what it gives.

    Parameters
    ----------
    outcome : one of `OUTCOMES`.
    under : what was chosen, by name, in the order shown: ``dataset``, ``told_by`` (``origin``, ``destination``,
        ``reconciled``, or the code of a region that tells of its own trade), ``valuation``, ``partner`` (where the
        sentence does not say it), ``product`` (where not all goods are meant), ``scope``, ``period``, ``period_from``
        (where none was said), ``base``, ``currency``, ``prices``, ``of`` (what is ranked or shared), ``population``,
        ``vintage``, ``as_of`` (where it is the day of the statement).
    figure : what the data give, in the unit of the claim; None where there is none.
    difference : what was said against the figure, below zero where too little was said: a fraction for levels,
        changes, counts and multiples, percentage points for per cents, places for ranks.
    arithmetic : how the figure comes about and is compared, in a sentence.
    missing : what would be needed, where the outcome is ``not checkable`` or ``no data``.
    method : key of the indicator of the catalogue; command : what to type to see the figure.
    provenance : of the figure.
    notes : what to know of this reading.
    as_said : False for a reading that the words exclude (they said goods, this counts services): it is shown beside
        the others and not counted among them.
    """

    outcome: str
    under: Mapping[str, str]
    figure: float | None = None
    difference: float | None = None
    arithmetic: Sentence | None = None
    missing: Sentence | None = None
    method: str = ""
    command: str = ""
    provenance: Provenance = field(default_factory=Provenance)
    notes: tuple[str, ...] = ()
    as_said: bool = True
