"""How a column writes its numbers: which decimal mark, which sign between thousands. One way, never two."""

from __future__ import annotations

from dataclasses import dataclass

from hansa.trade.readers.raw_table import ROW, RawTable, name, text, texts

BLANKS = " \u00a0\u202f\u2009'’"
_GROUPS = {"": "", " ": f"[{BLANKS}]", ",": ",", ".": "[.]", "'": f"[{BLANKS}]"}


@dataclass(frozen=True)
class Writing:
    """A decimal mark and a sign between groups of three digits (`` `` stands for any blank or apostrophe).

    >>> Writing(",", ".").said()
    "decimal ',', thousands '.'"
    """

    decimal: str = "."
    thousands: str = ""

    def number(self, cell: str) -> str:
        """SQL that gives the number a text cell holds, or null where it holds none written so."""
        if self == Writing():
            return f"try_cast({cell} as double)"
        group, mark = _GROUPS[self.thousands], "," if self.decimal == "," else "[.]"
        whole = rf"(\d+|\d{{1,3}}({group}\d{{3}})+)" if group else r"\d+"
        pattern = rf"[+-]?({whole}({mark}\d*)?|{mark}\d+)([eE][+-]?\d+)?"
        plain = f"regexp_replace({cell}, {text(group)}, '', 'g')" if group else cell
        plain = f"replace({plain}, ',', '.')" if self.decimal == "," else plain
        return f"case when regexp_full_match({cell}, {text(pattern)}) then try_cast({plain} as double) end"

    def said(self) -> str:
        """In words."""
        return f"decimal {self.decimal!r}" + (f", thousands {self.thousands!r}" if self.thousands else "")


# What a cell can look like. A single group of three digits after a mark ("1,234") may be read two ways.
_BLANK = f"[{BLANKS}]"
_SHAPES = {
    "whole": r"[+-]?\d+([eE][+-]?\d+)?",
    "dot": rf"[+-]?(\d+|\d{{1,3}}((,\d{{3}})+|({_BLANK}\d{{3}})+))?[.]\d*([eE][+-]?\d+)?",
    "comma": rf"[+-]?(\d+|\d{{1,3}}(([.]\d{{3}})+|({_BLANK}\d{{3}})+))?,\d*([eE][+-]?\d+)?",
    "blank groups": rf"[+-]?\d{{1,3}}({_BLANK}\d{{3}})+([.,]\d*)?",
    "comma groups": r"[+-]?\d{1,3}(,\d{3}){2,}|[+-]?\d{1,3}(,\d{3})+[.]\d*",
    "dot groups": r"[+-]?\d{1,3}([.]\d{3}){2,}|[+-]?\d{1,3}([.]\d{3})+,\d*",
    "either comma": r"[+-]?[1-9]\d{0,2},\d{3}",
    "either dot": r"[+-]?[1-9]\d{0,2}[.]\d{3}",
}


def writing_of(raw: RawTable, column: str, missing: tuple[str, ...] = ()) -> Writing:
    """How a text column writes its numbers, from every cell of it.

    Raises
    ------
    DataError : cells are written in two ways (named with their lines), or all could be read in two.
    """
    cell = f"trim({name(column)})"
    skipped = f"{cell} in {texts(('', *missing))}"
    found = {key: f"regexp_full_match({cell}, {text(pattern)})" for key, pattern in _SHAPES.items()}
    found["dot"] = f"({found['dot']} and not {found['either dot']})"
    found["comma"] = f"({found['comma']} and not {found['either comma']})"
    kept = raw.rows().filter(f"not coalesce({skipped}, true)")
    counted = kept.aggregate(", ".join(f"count(*) filter ({test})" for test in found.values())).fetchall()[0]
    seen = dict(zip(found, counted, strict=True))
    if seen["dot"] and seen["comma"]:
        rows = raw.rows(numbered=True)
        first = [
            rows.filter(found[key]).aggregate(f"min({ROW}), arg_min({cell}, {ROW})").fetchall()[0]
            for key in ("dot", "comma")
        ]
        later = max(first)
        raise raw.error(
            f"Decimal points and decimal commas are mixed: {first[0][1]!r} on line {raw.line_of(first[0][0]):,}, "
            f"{first[1][1]!r} on line {raw.line_of(first[1][0]):,}. Write them one way.",
            later[0],
            _said(raw, column),
        )
    if seen["either comma"] and not (seen["dot"] or seen["comma"] or seen["comma groups"]):
        record, example = (
            raw.rows(numbered=True)
            .filter(found["either comma"])
            .aggregate(f"min({ROW}), arg_min({cell}, {ROW})")
            .fetchall()[0]
        )
        raise raw.error(
            f"{example!r} may be a thousand or a decimal, and nothing else in the column tells. Say it in the column "
            "map: [table] decimal = ',' or thousands = ','.",
            record,
            _said(raw, column),
        )
    comma = bool(seen["comma"])
    if seen["blank groups"]:
        return Writing("," if comma else ".", " ")
    if comma:
        return Writing(",", "." if seen["dot groups"] or seen["either dot"] else "")
    return Writing(".", "," if seen["comma groups"] or seen["either comma"] else "")


def _said(raw: RawTable, column: str) -> str:
    return next((said for said, here in raw.names.items() if here == column), column)
