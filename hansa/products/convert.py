"""A table of trade in another classification, through a concordance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hansa.errors import DataError
from hansa.products.concordance import UNALLOCATED, Concordance

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

_MEASURES = ("value", "quantity")


@dataclass(frozen=True, eq=False)
class Converted:
    """The table with products of the target classification, and what a reader must know about it.

    table : lazy frame with the columns of the table given; value and quantity summed over all other columns
    split_share, lost_share : share of the value that was split among several codes, and that found no target; 0..1
    notes : both in words, and the notes of the concordance
    """

    table: nw.LazyFrame[Any]
    split_share: float
    lost_share: float
    notes: tuple[str, ...]


def convert(table: Any, concordance: Concordance) -> Converted:
    """A table of trade, converted to another classification of products.

    Each row's value (and quantity, where given) goes to the codes that its product became, by their shares. Value whose
    product has no target is kept under the product "unallocated", so that the total stays. A quantity is missing where
    any part of it is.

    Parameters
    ----------
    table : any frame with columns product (text) and value; all other columns but quantity are kept apart.
    concordance : its source is the classification of the table.

    Raises
    ------
    DataError : a column is missing, the products are numbers, or a row has none.

    >>> trade = {"origin": ["A", "A"], "product": ["01", "02"], "value": [8.0, 2.0]}
    >>> done = convert(trade, Concordance("X", "Y", {"01": {"a": 0.75, "b": 0.25}}))
    >>> sorted(done.table.collect().rows())
    [('A', 'a', 6.0), ('A', 'b', 2.0), ('A', 'unallocated', 2.0)]
    >>> print(*done.notes, sep="\\n")
    X -> Y: 80.0 % of the value was split among several codes, by the shares given.
    X -> Y: 20.0 % of the value has no target (products: 02) and is kept as 'unallocated'.
    """
    import duckdb  # slow import
    import narwhals.stable.v2 as nw  # slow import

    from hansa.tables import collect, frame  # slow import

    rows = frame(table)
    kinds = rows.collect_schema()
    for column in ("product", "value"):
        if column not in kinds:
            raise DataError(f"The table needs a column {column!r} to be converted; there are {', '.join(kinds)}.")
    if kinds["product"] != nw.String:
        raise DataError(
            f"Products are {kinds['product']}, not text, so leading zeros may be lost. Write codes as text."
        )
    present = collect(rows.group_by("product").agg(nw.col("value").sum())).to_pylist()
    if any(row["product"] is None for row in present):
        raise DataError("Some rows have no product. Drop them, or give them a code, before the table is converted.")
    links = frame(_links(concordance, [row["product"] for row in present]))
    try:
        linked = rows.join(links, on="product", how="inner")
    except (TypeError, duckdb.Error):  # a frame of another engine, or of another DuckDB: only one engine can join
        linked = frame(collect(rows)).join(links, on="product", how="inner")
    measures = [name for name in _MEASURES if name in kinds]
    keys = [name for name in kinds if name not in (*measures, "product")]
    parts = linked.select(
        *keys,
        nw.col("_target").alias("product"),
        *(nw.col(name).cast(nw.Float64) * nw.col("_share") for name in measures),
    )
    sums = [nw.col(name).sum().alias(name) for name in measures]
    holes = [nw.col(name).is_null().cast(nw.Int64).sum().alias(f"_holes_{name}") for name in measures]
    done = parts.group_by(*keys, "product").agg(*sums, *holes)
    whole = [nw.when(nw.col(f"_holes_{name}") == 0).then(nw.col(name)).alias(name) for name in measures]
    return _told(done.with_columns(*whole).select(*kinds), present, concordance)


def _links(concordance: Concordance, products: list[str]) -> dict[str, list[Any]]:
    """The shares that the products of a table need, as columns."""
    lines = [
        (code, target, share)
        for code in products
        for target, share in concordance.shares.get(code, {UNALLOCATED: 1.0}).items()
    ]
    return {"product": [x[0] for x in lines], "_target": [x[1] for x in lines], "_share": [x[2] for x in lines]}


def _told(table: nw.LazyFrame[Any], present: list[dict[str, Any]], concordance: Concordance) -> Converted:
    values = {row["product"]: row["value"] or 0.0 for row in present}
    total = sum(values.values())
    lost = sorted(code for code in values if concordance.shares.get(code, {UNALLOCATED: 1.0}).keys() == {UNALLOCATED})
    split = concordance.split()
    split_share = sum(value for code, value in values.items() if code in split) / total if total else 0.0
    lost_share = sum(values[code] * _lost(concordance, code) for code in values) / total if total else 0.0
    notes = list(concordance.notes)
    arrow = f"{concordance.source} -> {concordance.target}"
    if split_share:
        share = f"{split_share:.1%}".replace("%", " %")
        notes.append(f"{arrow}: {share} of the value was split among several codes, {concordance.split_by}.")
    if lost_share or lost:
        some = ", ".join(lost[:5]) + (" ..." if len(lost) > 5 else "")
        share = f"{lost_share:.1%}".replace("%", " %")
        notes.append(f"{arrow}: {share} of the value has no target (products: {some}) and is kept as {UNALLOCATED!r}.")
    return Converted(table, split_share, lost_share, tuple(notes))


def _lost(concordance: Concordance, code: str) -> float:
    return concordance.shares.get(code, {UNALLOCATED: 1.0}).get(UNALLOCATED, 0.0)
