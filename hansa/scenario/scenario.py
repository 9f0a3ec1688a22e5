"""`Scenario`: what is altered in the world, one language for all models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from hansa.errors import DataError, UnknownCode
from hansa.scenario import limits, reading, words, writing
from hansa.scenario.change import KINDS, Change
from hansa.scenario.csv_rows import rows_text
from hansa.wording.sentence import Sentence
from hansa.wording.words import Words

INLINE = 24  # rows of a table that are written into the scenario itself; longer ones lie beside it
LONGEST_NOTE = 20_000
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a letter, which no file can hold


@dataclass(frozen=True)
class Scenario:
    """Changes of the world under a name; no numbers of any model.

    Changes hold together, in their order: trade costs and effects multiply; of two tariffs set for the same flow the
    later one holds.

    Parameters
    ----------
    name : as it stands above a result.
    changes : at least one.
    note : where its figures are from, for whom it was made.

    Raises
    ------
    DataError : there is no change, or one is of no kind that is known.

    >>> from hansa.scenario import Barrier, Where
    >>> half = Scenario("Half the barrier", (Barrier(Where("XBR", "XKA", both=True), 0.12, removed=0.5),))
    >>> print(half)
    Half the barrier
      XBR ↔ XKA, all products: a barrier equal to 12% of the price falls by 50%; trade costs change by −5.4%.
    """

    name: str
    changes: tuple[Change, ...]
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", limits.text(self.name, "name"))
        if not isinstance(self.changes, Iterable | Change):
            raise DataError(
                f"'changes' are a change or several, such as [Closure(Where('XBR'))], not {self.changes!r}."
            )
        given = (self.changes,) if isinstance(self.changes, Change) else tuple(self.changes)
        if not given:
            raise DataError(f"The scenario {self.name!r} has no change. Give at least one.")
        if strange := [one for one in given if not isinstance(one, Change)]:
            raise DataError(f"{strange[0]!r} is no change. It may be one of {', '.join(KINDS)}.")
        object.__setattr__(self, "changes", given)
        if not isinstance(self.note, str) or len(self.note) > LONGEST_NOTE or _SURROGATE.search(self.note):
            raise DataError(f"'note' is a text of at most {LONGEST_NOTE:,} letters.")

    def plus(self, *others: Scenario, name: str = "") -> Scenario:
        """This and other scenarios at once, the changes of this one first.

        name : of the whole; by default the names with + between them.

        >>> from hansa.scenario import Closure, TradeCost, Where
        >>> bridge = Scenario("Bridge", (TradeCost(Where("XBR", "XKA"), 0.9),))
        >>> bridge.plus(Scenario("Closed", (Closure(Where("XBR", "XLU")),))).name
        'Bridge + Closed'
        """
        whole = (self, *others)
        notes = dict.fromkeys(one.note for one in whole if one.note)
        changes = tuple(change for one in whole for change in one.changes)
        together = " + ".join(one.name for one in whole)
        if len(together) > limits.LONGEST_TEXT:
            together = f"{self.name[:100]} + {len(others)} more"
        return Scenario(name or together, changes, "\n".join(notes))

    @classmethod
    def read(cls, path: str | PathLike[str], *, name: str = "") -> Scenario:
        """The scenario of a TOML file.

        Parameters
        ----------
        path : tables that it names are looked for beside it.
        name : which, where the file holds several.

        Raises
        ------
        DataError : there is no such file, it is no TOML, says what cannot be, or holds several; names file and line.
        UnknownCode : a key, kind or name that is not known; names the nearest.

        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "bridge.toml"
        >>> _ = path.write_text('[[change]]\\nkind = "trade_cost"\\norigin = "XBR"\\nfactor = 0.9')
        >>> Scenario.read(path).name
        'bridge'
        """
        found = read_scenarios(path)
        known = [one.name for one in found]
        if name:
            for one in found:
                if one.name == name:
                    return one
            raise UnknownCode("scenario of this file", name, known, file=path, hint=f"It holds {', '.join(known)}.")
        if len(found) > 1:
            said = f"The file holds {len(found)} scenarios: {', '.join(known)}. Say which one by its name."
            raise DataError(said, file=path)
        return found[0]

    @classmethod
    def from_toml(cls, text: str, *, name: str = "scenario") -> Scenario:
        """The scenario of a text in TOML, which may name no table outside itself.

        name : where the text gives none.

        Raises
        ------
        DataError, UnknownCode : as `read`.

        >>> Scenario.from_toml('change = [{kind = "closure", origin = "XBR"}]').name
        'scenario'
        """
        found = reading.parsed(text)
        if len(found) > 1:
            raise DataError(f"The text holds {len(found)} scenarios. Give one.")
        return cls(found[0].name or name, found[0].changes, found[0].note)

    def to_toml(self) -> str:
        """The scenario as TOML, tables included; `from_toml` gives it again.

        >>> from hansa.scenario import Closure, Where
        >>> closed = Scenario("Closed", (Closure(Where("XBR", "XKA")),))
        >>> Scenario.from_toml(closed.to_toml()) == closed
        True
        """
        return writing.scenario_toml(self.name, self.changes, self.note)

    def write(self, path: str | PathLike[str]) -> Path:
        """Write the scenario as TOML; tables of more than 24 rows as CSV beside it. `read` gives it again.

        >>> import tempfile
        >>> from hansa.scenario import Closure, Where
        >>> closed = Scenario("Closed", (Closure(Where("XBR", "XKA")),))
        >>> Scenario.read(closed.write(Path(tempfile.mkdtemp()) / "closed.toml")) == closed
        True
        """
        place = Path(path)
        place.parent.mkdir(parents=True, exist_ok=True)

        def table(number: int, kind: str, rows: tuple[Any, ...]) -> str:
            if len(rows) <= INLINE:
                return ""
            file = place.with_name(f"{place.stem}_{kind}_{number}.csv")
            file.write_text(rows_text(rows), encoding="utf-8", newline="\n")
            return file.name

        text = writing.scenario_toml(self.name, self.changes, self.note, table)
        place.write_text(text, encoding="utf-8", newline="\n")
        return place

    def sentences(self) -> tuple[Sentence, ...]:
        """What it changes, a sentence for each change; `Words` says them in a language.

        >>> from hansa.scenario import Closure, Where
        >>> from hansa.wording import Words
        >>> Words("ru").say(Scenario("Closed", (Closure(Where("XBR", "XKA")),)).sentences()[0])
        'XBR → XKA, все товары: торговля закрыта, ровно ноль.'
        """
        return tuple(words.said(change) for change in self.changes)

    def __str__(self) -> str:
        english = Words("en")
        return "\n".join([self.name, *(f"  {english.say(sentence)}" for sentence in self.sentences())])


def read_scenarios(path: str | PathLike[str]) -> tuple[Scenario, ...]:
    """The scenarios of a TOML file: one with [[change]], or several of [[scenario]], each with [[scenario.change]].

    Raises
    ------
    DataError, UnknownCode : as `Scenario.read`.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "two.toml"
    >>> _ = path.write_text('''
    ... [[scenario]]
    ... name = "Cheaper"
    ... change = [{kind = "trade_cost", origin = "XBR", factor = 0.9}]
    ... [[scenario]]
    ... name = "Closed"
    ... change = [{kind = "closure", origin = "XBR"}]
    ... ''')
    >>> [scenario.name for scenario in read_scenarios(path)]
    ['Cheaper', 'Closed']
    """
    found = reading.read(path if isinstance(path, Path) else Path(path))
    try:
        return tuple(Scenario(one.name or Path(path).stem, one.changes, one.note) for one in found)
    except DataError as trouble:
        raise DataError(trouble.message, file=path) from None
