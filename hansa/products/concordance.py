"""Concordances between classifications: which code became which, and with what share of its value.

A code that became several is split by shares. They come from the table itself (a share column), from the trade of the
target codes (`weighted_by`), or are equal; `split_by` says which. Chains of editions are composed by multiplying.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from os import PathLike
from pathlib import Path

from hansa.code_list import Row, read_rows
from hansa.errors import DataError
from hansa.products.classification import EDITIONS, classification

UNALLOCATED = "unallocated"  # the product that value without a target is kept under
GIVEN, EQUAL, BY_VALUE = "by the shares given", "in equal parts", "by the value of the targets"

# The years by which the United Nations' tables name the editions.
_YEARS = {
    "SITC1": 1962, "SITC2": 1976, "SITC3": 1988, "SITC4": 2006,
    "HS92": 1992, "HS96": 1996, "HS02": 2002, "HS07": 2007, "HS12": 2012, "HS17": 2017, "HS22": 2022,
}  # fmt: skip
# Column names of the United Nations' tables ("after" is the newer edition) and plain ones.
_AFTER, _BEFORE = "code.after", "code.before"


@dataclass(frozen=True, eq=False)
class Concordance:
    """For every code of `source` its codes in `target` with the share of its value that goes there; shares sum to one.

    >>> c = Concordance("HS92", "HS96", {"010111": {"010111": 1.0}, "010119": {"010119": 0.5, "010120": 0.5}})
    >>> c.shares["010119"]["010120"], c.inverse().shares["010120"]
    (0.5, {'010119': 1.0})
    """

    source: str
    target: str
    shares: Mapping[str, Mapping[str, float]]
    split_by: str = GIVEN
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for code, targets in self.shares.items():
            total = sum(targets.values())
            if abs(total - 1) > 1e-6 or min(targets.values(), default=0) < 0:
                raise DataError(
                    f"Shares of {self.source} {code!r} sum to {total:g}; shares are not negative and sum to one."
                )

    def split(self) -> frozenset[str]:
        """Codes of the source that go to more than one target."""
        return frozenset(code for code, targets in self.shares.items() if len(targets) > 1)

    def then(self, other: Concordance) -> Concordance:
        """This concordance, then another that begins where it ends: shares are multiplied along every path.

        What the second does not know goes to the product "unallocated", and a note says so.

        Raises
        ------
        DataError : the other begins with another classification.
        """
        if other.source != self.target:
            raise DataError(f"{self.source} -> {self.target} cannot be continued by {other.source} -> {other.target}.")
        lost: set[str] = set()
        shares: dict[str, dict[str, float]] = {}
        for code, middle in self.shares.items():
            onward: dict[str, float] = defaultdict(float)
            for via, share in middle.items():
                if via != UNALLOCATED and via not in other.shares:
                    lost.add(via)
                for target, further in other.shares.get(via, {UNALLOCATED: 1.0}).items():
                    onward[target] += share * further
            shares[code] = dict(onward)
        note = f"Codes of {other.source} without a target in {other.target}: {len(lost):,} ({_some(sorted(lost))})."
        notes = (*self.notes, *other.notes, *((note,) if lost else ()))
        split_by = " and ".join(dict.fromkeys((self.split_by, other.split_by)))
        return Concordance(self.source, other.target, shares, split_by, tuple(dict.fromkeys(notes)))

    def inverse(self) -> Concordance:
        """The same pairs read the other way; shares are equal among the targets, for the old ones do not tell them."""
        pairs = [(target, code) for code, targets in self.shares.items() for target in targets if target != UNALLOCATED]
        return _equal(self.target, self.source, pairs)

    def weighted_by(self, values: Mapping[str, float]) -> Concordance:
        """The same pairs with shares by the value that each target code has, such as the trade of a later year.

        values : code of the target -> value, not negative. Where none of a code's targets has any, its shares stay,
            and a note counts these codes.
        """
        shares: dict[str, dict[str, float]] = {}
        untold = 0
        for code, targets in self.shares.items():
            lost = targets.get(UNALLOCATED, 0.0)
            weights = {target: float(values.get(target, 0.0)) for target in targets if target != UNALLOCATED}
            if any(not weight >= 0 for weight in weights.values()):
                raise DataError(f"Values that weight {self.source} {code!r} are negative or missing: {weights}.")
            total = sum(weights.values())
            untold += total == 0 and len(weights) > 1
            told = {target: (1 - lost) * weight / total for target, weight in weights.items() if weight > 0}
            shares[code] = told | ({UNALLOCATED: lost} if lost else {}) if total > 0 else dict(targets)
        arrow = f"{self.source} -> {self.target}"
        note = f"{arrow}: {untold:,} split codes keep their shares, for their targets have no value."
        notes = (*self.notes, note) if untold else self.notes
        return replace(self, shares=shares, split_by=BY_VALUE, notes=notes)


def read_concordance(path: str | PathLike[str], source: str, target: str) -> Concordance:
    """A concordance from a CSV or Parquet file.

    Columns: `code.after` and `code.before` as in the tables of the United Nations Statistics Division ("after" is the
    newer edition; either direction may be asked for), or `source` and `target`; optionally `share` (of the source
    code's value). Where a column `adjustment` names the editions ("1996 to 1992"), the rows of this pair are taken;
    editions further apart are composed step by step. Leading zeros that a spreadsheet took from HS codes are put back.

    Raises
    ------
    DataError : columns or editions are missing, a pair has two shares, shares do not sum to one.
    """
    source, target = _edition(source), _edition(target)
    if source == target:
        raise DataError(f"{source} to itself needs no concordance.")
    by_pair: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(Path(path)):
        by_pair[row["adjustment"]].append(row)
    restored: set[str] = set()
    if list(by_pair) == [""]:
        concordance = _pair(by_pair[""], source, target, restored)
    else:
        steps = []
        for here, there in pairwise(_steps(source, target)):
            label = f"{max(_YEARS[here], _YEARS[there])} to {min(_YEARS[here], _YEARS[there])}"
            if label not in by_pair:
                raise DataError(f"has no rows {label!r} for {here} -> {there}; it has {', '.join(by_pair)}.", file=path)
            steps.append(_pair(by_pair[label], here, there, restored))
        concordance = reduce(Concordance.then, steps)
    if not restored:
        return concordance
    note = (
        f"Leading zeros were put back on {len(restored):,} HS codes of the concordance, e.g. {_some(sorted(restored))}."
    )
    return replace(concordance, notes=(*concordance.notes, note))


def _edition(key: str) -> str:
    """The key of a classification that Hansa knows, else the key as given."""
    try:
        return classification(key).key
    except DataError:
        return key


def _steps(source: str, target: str) -> list[str]:
    """The editions from one to the other, each next to the one before."""
    for key in (source, target):
        if key not in _YEARS:
            raise DataError(f"Editions of {key!r} have no years, so the rows of this pair cannot be told from others.")
    line = ["SITC1", "SITC2", "SITC3", *(key for key in EDITIONS if key.startswith("HS"))]
    if source not in line or target not in line:
        return [source, target]
    first, last = line.index(source), line.index(target)
    return line[first : last + 1] if first < last else line[last : first + 1][::-1]


def _rows(path: Path) -> list[Row]:
    wanted = (_AFTER, _BEFORE, "source", "target", "share", "adjustment", "Relationship")
    if path.suffix.lower() != ".parquet":
        rows = read_rows(path, (), wanted)
    else:
        import pyarrow.parquet as pq  # slow import

        table = pq.read_table(path)
        entries = table.select([column for column in wanted if column in table.column_names]).to_pylist()
        empty = dict.fromkeys(wanted, "")
        rows = [
            Row(str(path), n, empty | {k: str(v) for k, v in e.items() if v is not None})
            for n, e in enumerate(entries, 1)
        ]
    if not rows or not ((rows[0][_AFTER] and rows[0][_BEFORE]) or (rows[0]["source"] and rows[0]["target"])):
        raise DataError("needs columns 'source' and 'target', or 'code.after' and 'code.before'.", file=path)
    return rows


def _pair(rows: Iterable[Row], source: str, target: str, restored: set[str]) -> Concordance:
    """The concordance of one pair of editions from its rows; adds codes that got their zero back to `restored`."""
    pairs: dict[tuple[str, str], float | None] = {}
    newer_first = _YEARS.get(source, 0) > _YEARS.get(target, 0)
    for row in rows:
        if row["source"]:
            here, there = row["source"], row["target"]
        else:
            here, there = (row[_AFTER], row[_BEFORE]) if newer_first else (row[_BEFORE], row[_AFTER])
        key = (_with_zero(here, source, restored), _with_zero(there, target, restored))
        share = row.number("share", 0, 1)
        if key in pairs and share != pairs[key]:
            raise row.error("share", f"{key[0]} -> {key[1]} has two shares. Keep one.")
        pairs[key] = share
    for edition, codes in ((source, {here for here, _ in pairs}), (target, {there for _, there in pairs})):
        if edition.startswith("SITC") and len(codes) > 100 and not any(code.startswith("0") for code in codes):
            raise DataError(
                f"The codes of {edition} have lost their leading zeros (none begins with 0), and in SITC they cannot "
                "be put back without doubt: 111 may be 0111. Take a table that holds codes as text."
            )
    if all(share is None for share in pairs.values()):
        return _equal(source, target, pairs)
    shares: dict[str, dict[str, float]] = defaultdict(dict)
    for (here, there), share in pairs.items():
        if share is None:
            raise DataError(f"{here} -> {there} has no share, others have. Give every pair one, or none.")
        shares[here][there] = share
    return Concordance(source, target, dict(shares))


def _with_zero(code: str, key: str, restored: set[str]) -> str:
    if key.startswith("HS") and code.isdecimal() and len(code) % 2:
        restored.add(f"0{code}")
        return f"0{code}"
    return code


def _equal(source: str, target: str, pairs: Iterable[tuple[str, str]]) -> Concordance:
    """Equal shares among the targets of every code."""
    targets: dict[str, dict[str, float]] = defaultdict(dict)
    for here, there in pairs:
        targets[here][there] = 1.0
    shares = {code: dict.fromkeys(found, 1 / len(found)) for code, found in targets.items()}
    return Concordance(source, target, shares, EQUAL)


def _some(texts: list[str]) -> str:
    return ", ".join(texts[:3]) + (" ..." if len(texts) > 3 else "")
