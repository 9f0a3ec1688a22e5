"""The figures of a store that commitments are held against: an indicator with its arguments, period by period."""

from __future__ import annotations

import inspect
import threading
import typing
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import hansa.indicators  # noqa: F401  fills the catalogue
from hansa import period as periods
from hansa import tables
from hansa.commitments.fields import listed
from hansa.commitments.product import several
from hansa.errors import DataError, HansaError, UnknownCode
from hansa.indicator import Indicator, find
from hansa.products import classification, read_classification
from hansa.provenance import Provenance
from hansa.regions.lists import Lists, lists_beside
from hansa.result import Result
from hansa.trade.flows import SCOPES, Flows
from hansa.trade.group import grouping, region_codes, regrouped
from hansa.trade.indicators.declare import NARROWING
from hansa.trade.side import MEASURES
from hansa.trade.store import Store

CHOOSING = ("dataset", "scope")  # arguments of a target that choose the flows, not rows of the answer
ENDS = ("origin", "destination", "region", "partner")
GROUPED = ("bloc", "population")  # parameters that take several regions at once
CODES = (*NARROWING, *GROUPED, "by", "closed", "currency_of", "deflator_of", "end", "lost", "market", "start", "world")
REPORTS = ("reconciled", "origin", "destination")
MOST = 20_000  # answers kept: a few kB each, but for the flows themselves, which every new answer asks for again
_NOTHING = object()
T = TypeVar("T")


class Kept:
    """What was computed once. One thread computes at a time, since the engine does; what is there is given at once.

    most : answers that are kept; beyond that those go that were asked the longest ago, but none that the question at
        hand has asked (`together`).
    """

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._found: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._lock = threading.Lock()  # of the order in which they were asked
        self._together = 0

    def __len__(self) -> int:
        """How many answers there are."""
        return len(self._found)

    def keep(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """What `make` gives, or gave the first time under this key; a refusal is kept as well.

        Raises
        ------
        HansaError : the refusal of `make`.

        >>> kept = Kept(most=2)
        >>> kept.keep(("answer",), lambda: 42), kept.keep(("answer",), lambda: 43)
        (42, 42)
        >>> [kept.keep((key,), lambda: key) for key in "abc"], len(kept)
        (['a', 'b', 'c'], 2)
        """
        found = self._asked(key)
        if found is _NOTHING:
            with tables.ENGINE:
                found = self._asked(key)
                if found is _NOTHING:
                    try:
                        found = make()
                    except HansaError as refusal:  # kept, so that a hundred targets do not each ask again
                        found = refusal
                    self._put(key, found)
        if isinstance(found, HansaError):
            raise found.with_traceback(None)  # else it would grow each time
        return typing.cast(T, found)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Within it nothing is let go, so that one question, however long, computes nothing twice.

        >>> kept, made = Kept(most=1), []
        >>> with kept.together():
        ...     for key in "abab":
        ...         kept.keep((key,), lambda: made.append(key))
        >>> made, len(kept)
        (['a', 'b'], 1)
        """
        with self._lock:
            self._together += 1
        try:
            yield
        finally:
            with self._lock:
                self._together -= 1
                self._let_go()

    def _asked(self, key: tuple[Any, ...]) -> Any:
        with self._lock:
            if key not in self._found:
                return _NOTHING
            self._found.move_to_end(key)
            return self._found[key]

    def _put(self, key: tuple[Any, ...], found: Any) -> None:
        with self._lock:
            self._found[key] = found
            self._let_go()

    def _let_go(self) -> None:
        while not self._together and len(self._found) > self.most:
            self._found.popitem(last=False)


@dataclass(frozen=True)
class Series:
    """An indicator by period, by one report; a period without a figure is absent.

    known : every period of the flows it was computed on, in order of time. vintage : the day from which these flows
    were known.
    """

    values: Mapping[str, float]
    known: tuple[str, ...]
    unit: str
    told_by: str | None
    vintage: str
    notes: tuple[str, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True)
class Figures:
    """A store as it was known on a day; flows are loaded and reconciled once for all that is asked of them.

    What was asked once is kept, so that it is there at once when it is asked again (the latest 20,000 answers; those of
    one question are all kept until it is answered); after an import, make new ones.
    Several threads may ask the same figures. Flows that they give compute in the engine that all threads share: one of
    several threads that goes on computing on them holds `hansa.tables.ENGINE`.

    Parameters
    ----------
    as_of : ISO day; the latest vintage by default.
    dataset : of flows; by default the store's own, or the first other one that names all regions asked for.
    lists : of regions and blocs; by default those beside the store.
    """

    store: Store
    as_of: str | None = None
    dataset: str | None = None
    lists: Lists | None = None
    kept: Kept = field(default_factory=Kept, repr=False, compare=False)

    @cached_property
    def places(self) -> Lists:
        """The lists of regions and blocs that hold here."""
        return self.lists or lists_beside(self.store.archive.folder)

    def tellers(self, dataset: str | None, scope: str, frequency: str | None) -> tuple[str | None, ...]:
        """Whose reports there are: both and what reconciles them, or the only one."""
        told_by = self._raw(dataset, scope, frequency).told_by
        return REPORTS if told_by == "both" else (told_by,)

    def flows(
        self, dataset: str | None = None, scope: str = "goods", frequency: str | None = None, told_by: str | None = None
    ) -> Flows:
        """Flows by one report; the reconciled value where both are there and none is chosen.

        Raises
        ------
        DataError : there is no such dataset, vintage, frequency or report.
        """
        if told_by is None:
            told_by = self.tellers(dataset, scope, frequency)[0]
        return self._load(dataset, scope, frequency, told_by)

    def datasets(self, scope: str = "goods") -> tuple[str, ...]:
        """The datasets of flows, the store's own first; only the one chosen, where one is."""
        if self.dataset:
            return (self.dataset,)
        return self.kept.keep(
            ("datasets", scope),
            lambda: tuple(sorted(self.store.datasets(scope), key=lambda name: (name != "flows", name))),
        )

    def dataset_of(self, codes: set[str], scope: str = "goods") -> str | None:
        """The dataset that names all these regions: the one chosen, the store's own, or the first other; None if none.

        Blocs of the lists count as named.
        """
        for name in self.datasets(scope):
            there = self.regions(name, scope)
            if all(code in there or self.places.bloc(code) for code in codes):
                return name
        return None

    def regions(self, dataset: str | None, scope: str = "goods", frequency: str | None = None) -> frozenset[str]:
        """Every region that the flows of a dataset name."""
        return self.kept.keep(
            ("regions", dataset, scope, frequency),
            lambda: frozenset(region_codes(self._raw(dataset, scope, frequency))),
        )

    def series(
        self, key: str, arguments: Mapping[str, Any], *, frequency: str | None = None, told_by: str | None = None
    ) -> Series:
        """An indicator of the catalogue, narrowed by arguments, as one figure a period; computed once.

        Totals (exports, turnover ...) of several products are those of the products together. Where an end of the
        trade is a bloc of the lists, its members are counted as one region.

        Raises
        ------
        HansaError : it cannot be computed: the message says what is missing (table, region, argument, period).
        """
        asked = tuple(sorted((name, repr(value)) for name, value in arguments.items()))
        return self.kept.keep(
            ("series", key, asked, frequency, told_by), lambda: self._series(key, arguments, frequency, told_by)
        )

    def result(
        self, key: str, arguments: Mapping[str, Any], *, frequency: str | None = None, told_by: str | None = None
    ) -> Result:
        """The same question answered in full, with every row: computed each time, since an answer may be large.

        Raises
        ------
        HansaError : as `series`.
        """
        entry, flows, options, _ = self._question(key, arguments, frequency, told_by)
        return entry.function(flows, **options)

    def _series(self, key: str, arguments: Mapping[str, Any], frequency: str | None, told_by: str | None) -> Series:
        return _series_of(*self._question(key, arguments, frequency, told_by))

    def _question(
        self, key: str, arguments: Mapping[str, Any], frequency: str | None, told_by: str | None
    ) -> tuple[Indicator, Flows, dict[str, Any], str]:
        """The indicator, the flows that it is computed on, its options by type, and the vintage of these flows."""
        entry = find(key)
        given = {name: several(text) for name, text in arguments.items() if name not in CHOOSING}
        scope = str(arguments.get("scope", "goods"))
        dataset = arguments.get("dataset") or self._dataset_for(given, scope)
        flows = self.flows(dataset, scope, frequency, told_by)
        options = _typed(entry, given)
        flows, options = self._with_blocs(flows, options)
        split = any(parameter.name == "by" and parameter.default != () for parameter in entry.parameters())
        if split and "by" not in options:  # of an indicator that is a total by some columns, not one that may be split
            if products := options.pop("product", None):
                flows = flows.where(product=_products_of(flows, products))
            options["by"] = tuple(name for name in ("origin", "destination", "region", "partner") if name in options)
            options = {name: value for name, value in options.items() if value != ()}
        options |= self._sides(entry, options)
        for parameter in entry.parameters():
            if parameter.default is parameter.empty and parameter.name not in options:
                raise DataError(f"{key!r} must be told {parameter.name!r}: give it as an argument of the target.")
        return entry, flows, options, self._vintage(dataset, scope)

    def _vintage(self, dataset: str | None, scope: str) -> str:
        names = self.store.datasets(scope)
        name = dataset or self.dataset or ("flows" if "flows" in names else names[0])
        return self.store.archive.find(f"{scope} flows", name, self.as_of)[-1].vintage

    def _dataset_for(self, given: Mapping[str, Any], scope: str) -> str | None:
        codes = {code for name in ENDS for code in listed(given.get(name))}
        if self.dataset or not codes or len(self.store.datasets(scope)) < 2:
            return self.dataset
        return self.dataset_of(codes, scope)

    def _sides(self, entry: Indicator, options: Mapping[str, Any]) -> dict[str, Any]:
        """Side tables that it needs, and those that it can use, where the store has them."""
        here, kinds = self.store.measures(), _kinds(entry.function)
        usable = [one.name for one in entry.parameters() if kinds.get(one.name) is Any and one.name in here]
        names = dict.fromkeys([*(name for name in entry.needs if name in MEASURES), *usable])
        return {name: self.store.side(name, as_of=self.as_of) for name in names if name not in options}

    def _with_blocs(self, flows: Flows, options: dict[str, Any]) -> tuple[Flows, dict[str, Any]]:
        known = set(region_codes(flows))
        named = {
            name: value
            for name, value in options.items()
            if isinstance(value, str) and value not in known and self.places.bloc(value)
        }
        ends = sorted({value for name, value in named.items() if name in ENDS})
        groups = dict(zip(ends, grouping(flows, ends, self.places), strict=True))
        for name, text in named.items():
            if name in ENDS:
                options = {**options, name: groups[text].code}
            elif name in GROUPED:
                (group,) = grouping(flows, [text], self.places)
                options = {**options, name: list(group.members)}
        return regrouped(flows, list(groups.values())), options

    def _raw(self, dataset: str | None, scope: str, frequency: str | None) -> Flows:
        return self._load(dataset, scope, frequency, None)

    def _load(self, dataset: str | None, scope: str, frequency: str | None, told_by: str | None) -> Flows:
        name = dataset or self.dataset
        return self.kept.keep(
            ("flows", name, scope, frequency, told_by),
            lambda: self.store.flows(name, as_of=self.as_of, told_by=told_by, scope=scope, frequency=frequency),
        )


def figures_of(
    store: Store | Figures, on: str | None, as_of: str | None, dataset: str | None, lists: Lists | None
) -> Figures:
    """Figures of a store as it was known by `as_of`, else by the day of the question; figures as they are.

    Raises
    ------
    DataError : figures were given together with what they have settled already.
    """
    if not isinstance(store, Figures):
        return Figures(store, as_of or on, dataset, lists)
    given = [name for name, value in (("as_of", as_of), ("dataset", dataset), ("lists", lists)) if value is not None]
    if given:
        raise DataError(
            f"Figures are of one day, dataset and lists already: leave out {' and '.join(given)}, or make other "
            "Figures with it."
        )
    return store


def known_products(figures: Figures) -> tuple[str, ...]:
    """The codes of products that a register may name, in their order; found once.

    They are those of the flows of every dataset, goods and services, and those of the list they are written in, since
    what nobody trades stands in no flow: ``products.csv`` beside the store, else what Hansa holds of the classification
    that the flows name (of the Harmonized System only sections and chapters).

    Raises
    ------
    DataError : products.csv cannot be read; names line and column.
    """
    return figures.kept.keep(("products",), lambda: _known_products(figures))


def _known_products(figures: Figures) -> tuple[str, ...]:
    codes, editions = set[str](), set[str]()
    for scope in SCOPES:
        for name in figures.store.datasets(scope):
            try:
                flows = figures.flows(name, scope)
            except HansaError:  # not known yet on that day
                continue
            if "product" in flows.columns:
                codes.update(flows.totals("product")["product"].to_pylist())
                editions.add(flows.classification or "")
    path = figures.store.archive.folder / "products.csv"
    if path.is_file():
        codes.update(product.code for product in read_classification(path, "products").products)
        return tuple(sorted(codes))
    for edition in editions:
        try:
            codes.update(product.code for product in classification(edition).products)
        except UnknownCode:  # a classification of the store's own, or none named
            continue
    return tuple(sorted(codes))


def _series_of(entry: Indicator, flows: Flows, options: Mapping[str, Any], vintage: str) -> Series:
    known = tuple(sorted(periods.canonical(one) for one in flows.totals("period")["period"].to_pylist()))
    result = entry.function(flows, **options)
    table = result.to_arrow()
    if "period" not in table.column_names:
        raise DataError(f"{entry.key!r} gives no figure by period, so that none can be followed.")
    figure = entry.key if entry.key in table.column_names else table.column_names[-1]
    found: dict[str, list[float]] = {}
    for row in table.select(["period", figure]).to_pylist():
        if row[figure] is not None:
            found.setdefault(row["period"], []).append(float(row[figure]))
    additive = "by" in options and result.unit == str(flows.unit)
    if not additive and (several := {period: len(rows) for period, rows in found.items() if len(rows) > 1}):
        period, count = next(iter(several.items()))
        labels = [name for name in table.column_names if name in NARROWING[1:] and name not in options]
        by = ", ".join(labels) or "fewer codes"
        raise DataError(f"{entry.key!r} has {count:,} figures for {period}, not one; narrow it by {by}.")
    return Series(
        {period: sum(rows) for period, rows in sorted(found.items())},
        known,
        result.unit,
        flows.told_by,
        vintage,
        result.notes,
        result.provenance,
    )


def _products_of(flows: Flows, asked: Any) -> list[str]:
    known = flows.totals("product")["product"].to_pylist()
    found, absent = covered(listed(asked), known)
    if absent:
        raise DataError(f"The flows name no product {', '.join(map(repr, absent))}, and none that begins with it.")
    return found


def covered(asked: list[str] | tuple[str, ...], known: list[str]) -> tuple[list[str], list[str]]:
    """The products of a table that codes cover, and the codes that cover none: a code covers those it begins.

    >>> covered(["04", "27A", "99"], ["0401", "0402", "27A", "27AB"])
    (['0401', '0402', '27A'], ['99'])
    """
    found, absent = dict[str, None](), []
    for code in asked:
        inside = [code] if code in known else sorted(one for one in known if one.startswith(code))
        found.update(dict.fromkeys(inside))
        absent += [] if inside else [code]
    return list(found), absent


def _kinds(function: Callable[..., Any]) -> dict[str, Any]:
    return typing.get_type_hints(inspect.unwrap(function))


def _typed(entry: Indicator, given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments, which a register holds as text, as the types that the indicator declares.

    Raises
    ------
    UnknownCode : it has no such argument.
    DataError : a text is not of the type; or a table is given, which a register cannot hold (nor name a file).
    """
    kinds, own = _kinds(entry.function), {parameter.name: parameter for parameter in entry.parameters()}
    known = [*dict.fromkeys((*own, *NARROWING, *CHOOSING))]
    typed = dict(given)
    for name, value in given.items():
        if name not in known:
            raise UnknownCode(f"argument of {entry.key!r}", name, known, hint=f"It may have {', '.join(known)}.")
        if name not in own or (kinds.get(name) is Any and name in CODES):
            continue
        hint = kinds.get(name, Any)
        wanted = {hint, *typing.get_args(hint)}
        try:
            if typing.get_origin(hint) is tuple:
                typed[name] = tuple(float(part) for part in listed(value))
            elif bool in wanted:
                typed[name] = {"true": True, "false": False}[str(value).lower()]
            elif hint is Any or float in wanted:
                typed[name] = float(value)
            elif int in wanted and str not in wanted:
                typed[name] = int(value)
        except (ValueError, KeyError, TypeError):
            why = "a table, which is taken from the store" if hint is Any else f"of the type {hint}"
            raise DataError(f"The argument {name!r} of {entry.key!r} is {why}, not {value!r}.") from None
    return typed
