"""A number that knows itself: table, unit, method, reference, provenance and what was dropped."""

from __future__ import annotations

import csv
import io
import json
import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa

from hansa import tables
from hansa.errors import DataError
from hansa.provenance import Provenance

SHOWN_ROWS = 20
LONGEST_CELL = 40
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")


@dataclass(frozen=True)
class Result:
    """A table of figures with all that is needed to read, check and repeat it.

    Parameters
    ----------
    table : a PyArrow table, or a lazy narwhals frame that is computed when asked for.
    title : what it is, in the field's words.
    unit : of the figures; with a range or a neutral value where there is one.
    method : key of the method, as in the catalogue, and its authors.
    reference : the paper or handbook that defines it.
    provenance : what was read and done.
    notes : what a reader must know: rows dropped, choices, limits.
    meta : further facts by name (world definition, product level, number of missing cells ...).

    >>> r = Result(pa.table({"origin": ["A"], "hhi": [0.52]}), "Partner concentration", "0..1", "hhi_partners")
    >>> r.value()
    0.52
    >>> print(r)
    Partner concentration  [1 row]
      unit   0..1
      method hhi_partners
     origin  hhi
          A 0.52
    """

    table: pa.Table | nw.LazyFrame[Any]
    title: str
    unit: str
    method: str
    reference: str = ""
    provenance: Provenance = field(default_factory=Provenance)
    notes: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)

    def to_arrow(self) -> pa.Table:
        """The table as PyArrow."""
        return self.table if isinstance(self.table, pa.Table) else tables.collect(self.table)

    def to_pandas(self) -> Any:
        """The table as pandas (which must be installed)."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> Any:
        """The table as polars (which must be installed)."""
        import polars  # optional dependency

        return polars.from_arrow(self.to_arrow())

    def rows(self) -> list[dict[str, Any]]:
        """The table as a list of rows; nulls are None."""
        return self.to_arrow().to_pylist()

    def value(self) -> float:
        """The single figure of a table with one row: its last column.

        Raises
        ------
        DataError : the table has no row, or more than one.
        """
        rows = self.rows()
        if len(rows) != 1:
            raise DataError(
                f"'{self.title}' has {len(rows):,} rows, not one; take .rows(), or narrow the question down."
            )
        return list(rows[0].values())[-1]

    def cite(self) -> list[str]:
        """The lines that travel with the figures: unit, method, reference, sources, steps, notes."""
        lines = [f"unit   {self.unit}", f"method {self.method}{f' ({self.reference})' if self.reference else ''}"]
        lines += [f"source {source.line()}" for source in self.provenance.sources]
        lines += [f"step   {step.line()}" for step in self.provenance.steps]
        return lines + [f"note   {note}" for note in self.notes]

    def to_json(self) -> str:
        """``{"meta": {...}, "data": [row, ...]}``; nulls where a figure does not exist, never NaN."""
        meta = {
            "title": self.title,
            "unit": self.unit,
            "method": self.method,
            "reference": self.reference,
            "provenance": self.provenance.to_dict(),
            "notes": list(self.notes),
            **self.meta,
        }
        return json.dumps(_plain({"meta": meta, "data": self.rows()}), ensure_ascii=False, allow_nan=False, default=str)

    def to_csv(self) -> str:
        """CSV with the lines of `cite` as comments on top; text that a spreadsheet would run as a formula is dead."""
        out = io.StringIO()
        for line in (self.title, *self.cite()):
            out.write(f"# {' '.join(line.split())}\n")
        table = self.to_arrow()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([safe_cell(name) for name in table.column_names])
        for row in table.to_pylist():
            writer.writerow([safe_cell(_plain(value)) for value in row.values()])
        return out.getvalue()

    def to_text(self, rows: int = SHOWN_ROWS, width: int | None = None) -> str:
        """The result as it prints: title, lines of `cite`, the first rows.

        Parameters
        ----------
        rows : the most rows shown.
        width : columns of the screen. Longer lines are wrapped; a wider table comes in parts, each with its labels.

        >>> r = Result(pa.table({"origin": ["A", "B"], "hhi": [0.52, None]}), "Concentration", "0..1", "hhi_partners")
        >>> print(r.to_text(rows=1))
        Concentration  [first 1 of 2 rows]
          unit   0..1
          method hhi_partners
         origin  hhi
              A 0.52
        """
        head, count = self._head(rows)
        lines = [f"{self.title}  [{count}]", *(f"  {line}" for line in self.cite())]
        if width:
            wrapping = textwrap.TextWrapper(
                width, subsequent_indent=" " * 9, break_long_words=False, break_on_hyphens=False
            )
            lines = [part for line in lines for part in wrapping.wrap(line)]
        columns = [_column(name, values) for name, values in head.to_pydict().items()]
        labels = _leading_labels(head)
        for part in _parts([len(column[0]) + 1 for column in columns], labels, width):
            lines += ["".join(f" {columns[place][row]}" for place in part) for row in range(head.num_rows + 1)]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        head, count = self._head()
        titles = "".join(f"<th>{escape(name)}</th>" for name in head.column_names)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(_shown(value))}</td>" for value in row.values()) + "</tr>"
            for row in head.to_pylist()
        )
        cite = "<br>".join(escape(line) for line in self.cite())
        return (
            f"<table><caption>{escape(self.title)} [{count}]</caption><thead><tr>{titles}</tr></thead>"
            f"<tbody>{body}</tbody></table><p><small>{cite}</small></p>"
        )

    def _head(self, most: int = SHOWN_ROWS) -> tuple[pa.Table, str]:
        if isinstance(self.table, pa.Table):
            head, total = self.table.slice(0, most), self.table.num_rows
        else:
            head = tables.collect(self.table.head(most + 1))
            total = head.num_rows if head.num_rows <= most else -1
            head = head.slice(0, most)
        if total < 0:
            return head, f"first {most:,} rows"
        rows = f"{total:,} row{'' if total == 1 else 's'}"
        return head, rows if total <= most else f"first {most:,} of {rows}"


def safe_cell(value: Any) -> Any:
    """A cell as it may go into CSV: text that starts like a formula gets an apostrophe; numbers stay numbers.

    >>> safe_cell("=1+1"), safe_cell(-2.5), safe_cell(None)
    ("'=1+1", -2.5, '')
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")  # a bare carriage return would begin a new row
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _plain(value: Any) -> Any:
    """As JSON can hold it: a figure that does not exist is null, a set is a sorted list."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, set | frozenset):
        value = sorted(value, key=str)
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _shown(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:.6g}"
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def _column(name: str, values: Sequence[Any]) -> list[str]:
    """Head and cells of a column, all of one width."""
    cells = [name, *map(_shown, values)]
    width = max(map(len, cells))
    return [f"{cell:>{width}}" for cell in cells]


def _leading_labels(table: pa.Table) -> int:
    """How many columns on the left hold labels and not figures; at least one column is left for figures."""
    kinds = [pa.types.is_floating(column.type) for column in table.columns]
    return kinds.index(True) if True in kinds else max(0, len(kinds) - 1)


def _parts(widths: Sequence[int], labels: int, screen: int | None) -> Iterator[list[int]]:
    """Columns that go side by side on a screen: the labels, and as many figures as fit."""
    fixed, part = list(range(labels)), list[int]()
    for place in range(labels, len(widths)):
        if screen and part and sum(widths[other] for other in (*fixed, *part, place)) > screen:
            yield [*fixed, *part]
            part = []
        part.append(place)
    yield [*fixed, *part]
