"""An economy before any change: regions, sectors, who buys from whom, incomes, deficits, tariffs, elasticities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hansa import dense
from hansa.equilibrium import (
    baseline,
    economy_from_flows,
    economy_from_gravity,
    economy_from_shares,
    economy_from_store,
    fault,
)
from hansa.equilibrium.baseline import Baseline
from hansa.equilibrium.economy_from_flows import Settings
from hansa.equilibrium.elasticity import ELASTICITY, ELASTICITY_SOURCE, Given, meaning
from hansa.errors import DataError, UnknownCode
from hansa.provenance import Provenance
from hansa.units import Money

if TYPE_CHECKING:
    from hansa.gravity.fit import GravityFit
    from hansa.production.iotable import IOTable
    from hansa.trade.flows import Flows
    from hansa.trade.store import Store

__all__ = ["ELASTICITY", "ELASTICITY_SOURCE", "Economy"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Economy:
    """A world in balance, ready for `hansa.simulate`. It exists only if it is in balance.

    Axes are (sector, origin, destination), (sector, region) and, for inputs, (input, sector, region).

    Parameters
    ----------
    regions, sectors : codes, n and J of them.
    share : (J, n, n) of each origin in the destination's spending on a sector, tariff included; columns sum to one (to
        zero where nothing is bought).
    tariff : (J, n, n) ad-valorem rates, as shares of the value at producer prices.
    value_added : (J, n) share of labour in cost.
    inputs : (J, J, n) share of each input in the cost of each sector; None where labour alone produces.
    final : (J, n) shares of final spending, columns sum to one.
    elasticity : (J,) of trade to its cost, above zero.
    wage_income, deficit : (n,) value added; imports less exports at producer prices. In `unit`.
    spending : (J, n) on each sector, tariff included.
    elasticity_source, period, valuation, provenance, notes : what travels with every figure.
    residual : largest relative gap of any condition of equilibrium without a shock.

    Raises
    ------
    DataError : something cannot be (named with its place), or the world is not in balance: by how much and where.

    >>> trade = {"origin": list("AABB"), "destination": list("ABAB"), "value": [80.0, 20.0, 10.0, 90.0]}
    >>> world = Economy.from_flows(trade, elasticity=4.0)
    >>> world.regions, world.share[0].round(3).tolist(), world.deficit.tolist(), world.residual < 1e-12
    (('A', 'B'), [[0.889, 0.182], [0.111, 0.818]], [-10.0, 10.0], True)
    >>> print(str(world).splitlines()[0])
    Economy of 2 regions and 1 sector  [USD, current prices]
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    share: Array
    tariff: Array
    value_added: Array
    inputs: Array | None
    final: Array
    elasticity: Array
    wage_income: Array
    deficit: Array
    spending: Array
    unit: Money = field(default_factory=Money)
    elasticity_source: str = ""
    period: str | None = None
    valuation: str = ""
    provenance: Provenance = field(default_factory=Provenance)
    notes: tuple[str, ...] = ()
    residual: float = field(init=False)

    def __post_init__(self) -> None:
        for one in fields(Baseline):
            array = getattr(self, one.name)
            if array is not None:
                object.__setattr__(self, one.name, dense.array(array, one.name, read_only=True))
        arrays = self.baseline
        fault.check(self.regions, self.sectors, arrays)
        object.__setattr__(self, "residual", fault.residual(self.regions, self.sectors, arrays))

    @property
    def baseline(self) -> Baseline:
        """The arrays alone, as number files take them."""
        return Baseline(*(getattr(self, one.name) for one in fields(Baseline)))

    @cached_property
    def flow(self) -> Array:
        """(J, n, n) trade at producer prices, before tariffs; home sales on the diagonal."""
        return baseline.flow(self.baseline)

    @cached_property
    def output(self) -> Array:
        """(J, n) sales at producer prices."""
        return baseline.output(self.baseline)

    @classmethod
    def from_flows(
        cls,
        data: Any,
        *,
        elasticity: Given = None,
        elasticity_source: str = "",
        sector: str | Mapping[str, str] | None = None,
        tariff: Any = None,
        period: Any = None,
        domestic: Any = None,
        production: Any = None,
        missing_home: str = "refuse",
        keep: Sequence[str] = (),
        unit: Money | None = None,
    ) -> Economy:
        """An economy from flows at producer prices that hold sales at home, with labour as the only input.

        Parameters
        ----------
        data : Flows, or any frame with origin, destination and value (product, period), each flow once.
        elasticity : one number, one by sector, or one for each; 4 by default (Simonovska and Waugh 2014).
        elasticity_source : in words, printed with every figure.
        sector : None, one sector of all products; ``product``, one for each; or the sector of each product.
        tariff : column of rates in a frame; or a table with region (importer), partner (exporter), value and, where
            there are any, product and period; rates are weighted by trade where products are added up.
        period : which one; needed where there are several.
        domestic : home sales, where the flows hold none: SideTable, frame or mapping by region (and product).
        production : gross output instead, of which exports are taken off.
        missing_home : regions without home sales, or whose exports exceed production: ``refuse`` them, ``drop`` them
            with a note, or ``floor``: negative home sales count as zero, and output as exports.
        keep : regions that must not be dropped.
        unit : of a frame.

        Raises
        ------
        DataError : home sales are missing or negative (by region), values are negative, a flow stands twice, an
            elasticity is not above zero, a tariff is below -100 %.
        UnitMismatch : production is in another currency.

        >>> trade = {"origin": ["A", "B"], "destination": ["B", "A"], "value": [20.0, 10.0]}
        >>> Economy.from_flows(trade, production={"A": 100.0, "B": 100.0}).flow[0].tolist()
        [[80.0, 20.0], [10.0, 90.0]]
        >>> Economy.from_flows(trade)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        hansa.errors.DataError: 2 of 2 regions have no home sales: A, B. Without them nobody knows what share ...
        """
        settings = Settings(
            elasticity, elasticity_source, sector, tariff, domestic, production, missing_home, _texts(keep)
        )
        return cls(**economy_from_flows.parts(data, settings, period=period, unit=unit))

    @classmethod
    def from_shares(
        cls,
        share: ArrayLike,
        *,
        regions: Sequence[str],
        wage_income: ArrayLike,
        elasticity: Given = None,
        sectors: Sequence[str] = ("total",),
        deficit: ArrayLike | None = None,
        final: ArrayLike | None = None,
        value_added: ArrayLike | None = None,
        inputs: ArrayLike | None = None,
        tariff: ArrayLike | None = None,
        spending: ArrayLike | None = None,
        **about: Any,
    ) -> Economy:
        """An economy from arrays. Where shares and incomes do not fit together, the equilibrium of the shares is taken.

        Parameters
        ----------
        share : (J, n, n), or (n, n) for one sector, tariff included.
        regions, sectors : labels. wage_income : (n,) value added.
        elasticity : one number, one by sector, or one for each.
        deficit : (n,) imports less exports, zero by default. final : (J, n), needed where there are several sectors.
        value_added, inputs : (J, n) and (J, J, n); labour alone by default. tariff : (J, n, n), none by default.
        spending : (J, n) where it is known.
        about : unit, elasticity_source, period, valuation, provenance, notes.

        Raises
        ------
        DataError : shapes, signs or sums are wrong. NotConverged, NotIdentified : there is no such equilibrium.

        >>> world = Economy.from_shares([[0.9, 0.2], [0.1, 0.8]], regions=["A", "B"], wage_income=[100.0, 100.0])
        >>> round(float(world.wage_income.sum()), 9), world.notes[0][:61]
        (200.0, 'shares and incomes did not fit together: the equilibrium of t')
        """
        arrays = {
            "deficit": deficit, "final": final, "value_added": value_added, "inputs": inputs, "tariff": tariff,
            "spending": spending,
        }  # fmt: skip
        return cls(**economy_from_shares.parts(share, regions, sectors, wage_income, elasticity, arrays, **about))

    @classmethod
    def from_table(
        cls,
        table: IOTable,
        *,
        elasticity: Given = None,
        elasticity_source: str = "",
        tariff: ArrayLike | None = None,
        deficit: str = "fixed",
    ) -> Economy:
        """An economy from an input-output table with trade, final demand and value added.

        Only shares are taken from it; where the table is not in balance the equilibrium of these shares is found first,
        and the notes say how far it lies from the table.

        Parameters
        ----------
        table : see `hansa.production.iotable.IOTable`.
        elasticity : one number, or one by sector; those of the table where it has them.
        tariff : (J, n, n) rates, where not those of the table.
        deficit : ``fixed``, as in the table, or ``zero``.

        Raises
        ------
        DataError : final demand is negative, a sector is used where nobody supplies it, shapes do not fit.
        NotConverged, NotIdentified : there is no such equilibrium.

        >>> from hansa.production.iotable import IOTable
        >>> trade = np.array([[[80.0, 20.0], [10.0, 90.0]]])
        >>> table = IOTable(("A", "B"), ("all",), trade, np.array([[[40.0, 50.0]]]), np.array([[50.0, 60.0]]),
        ...                 np.array([[60.0, 50.0]]), np.array([-10.0, 10.0]))
        >>> world = Economy.from_table(table, elasticity=4.0)
        >>> world.inputs.tolist(), world.wage_income.tolist(), world.notes
        ([[[0.4, 0.5]]], [60.0, 50.0], ())
        """
        theta = elasticity, elasticity_source
        return cls(**economy_from_shares.of_table(table, theta, tariff=tariff, deficit=deficit))

    @classmethod
    def from_store(
        cls,
        store: Store,
        *,
        period: Any = None,
        dataset: str | None = None,
        elasticity: Given = None,
        elasticity_source: str = "",
        sectors: str | Mapping[str, str] = "total",
        regions: Sequence[str] = (),
        keep: Sequence[str] = (),
        missing_home: str = "",
        as_of: str | None = None,
        flows: Flows | None = None,
        services: bool = True,
        tariffs: bool = True,
    ) -> Economy:
        """An economy from a store: flows, with production (home sales are production less exports) and tariffs.

        Parameters
        ----------
        store : see `hansa.open`.
        period : a year; the latest that flows and production have by default.
        dataset, as_of : as for `Store.flows`.
        elasticity : one number, or one by sector; 4 by default.
        sectors : ``total``, ``product``, a level of the classification (``chapter``, ``section`` ...), or the sector of
            each product.
        regions : kept apart, while all others are added up to ``REST``; all by default.
        keep : regions that must not be left out for want of production.
        missing_home : ``floor``, ``drop`` or ``refuse`` (see `from_flows`); by default ``floor`` where there is
            production, and ``refuse`` where only GDP stands for it.
        flows : reconciled flows at hand, instead of those of the dataset.
        services, tariffs : whether those of the store are counted, where it has any.

        Raises
        ------
        MissingTable : the store has neither production nor gdp.
        DataError, UnknownCode : no period in common, unknown regions, a region of `keep` without production.

        >>> import tempfile
        >>> from hansa.trade.flows import as_flows
        >>> from hansa.trade.side import as_side
        >>> from hansa.trade.store import Store
        >>> store = Store.create(tempfile.mkdtemp() + "/demo")
        >>> trade = {"period": ["2022"] * 2, "origin": ["A", "B"], "destination": ["B", "A"], "value": [20.0, 10.0]}
        >>> made = as_side({("A", 2022): 100.0, ("B", 2022): 100.0}, "production")
        >>> _ = store.write(as_flows(trade)), store.write(made)
        >>> world = Economy.from_store(store, elasticity=4.0)
        >>> world.flow[0].tolist(), world.period
        ([[80.0, 20.0], [10.0, 90.0]], '2022')
        """
        regions = _texts(regions)
        how = Settings(elasticity, elasticity_source, missing_home=missing_home, keep=(*_texts(keep), *regions))
        asked = economy_from_store.Question(period, dataset, as_of, sectors, services, tariffs)
        economy = cls(**economy_from_store.parts(store, asked, how, flows))
        return economy._apart(regions) if regions else economy

    @classmethod
    def from_gravity(
        cls,
        fit: GravityFit,
        *,
        elasticity: float | None = None,
        elasticity_source: str = "",
        period: Any = None,
        reference: Any = None,
        unit: Money | None = None,
    ) -> Economy:
        """An economy of one sector whose trade is what a gravity model expects.

        With effects of exporters and importers in a PPML, output and expenditure of each are those of the data
        (Fally 2015). Yotov et al. 2016, An Advanced Guide to Trade Policy Analysis, chapter 2.

        Parameters
        ----------
        fit : of rows that hold home sales.
        elasticity : of trade, sigma - 1; 4 by default. The Guide takes sigma = 7, that is 6.
        period : needed where the fit has several.
        reference : kept in the notes: the importer whose resistance is one. unit : of the outcome.

        Raises
        ------
        NotIdentified : the fit has no effects of exporters and importers. DataError : no home sales, several periods.

        >>> from hansa.gravity.fit import ppml
        >>> pairs = [(a, b) for a in "ABC" for b in "ABC"]
        >>> trade = {"exporter": [a for a, _ in pairs], "importer": [b for _, b in pairs],
        ...          "home": [a == b for a, b in pairs], "trade": [9.0, 2.0, 1.0, 3.0, 8.0, 2.0, 1.0, 2.0, 7.0]}
        >>> fit = ppml("trade ~ home | exporter + importer", trade)
        >>> Economy.from_gravity(fit, elasticity=6.0).output[0].round(6).tolist()
        [12.0, 13.0, 10.0]
        """
        settings = {"elasticity": elasticity, "elasticity_source": elasticity_source, "period": period, "unit": unit}
        return cls(**economy_from_gravity.parts(fit, reference=reference, **settings))

    @classmethod
    def from_estimates(
        cls,
        data: Any,
        coefficients: Mapping[str, float],
        *,
        output: str = "Y",
        expenditure: str = "E",
        elasticity: float | None = None,
        elasticity_source: str = "",
        period: Any = None,
        reference: Any = None,
        unit: Money | None = None,
    ) -> Economy:
        """An economy of one sector from estimated trade costs: t^-theta = exp(sum of coefficient x column).

        Trade is that of structural gravity with the output and the expenditure of the data (Anderson and van Wincoop
        2003, American Economic Review 93(1); Yotov et al. 2016, chapter 2).

        Parameters
        ----------
        data : a row for each pair, home included: origin, destination, the columns of `coefficients`, output of the
            origin, expenditure of the destination.
        coefficients : by column, as estimated.
        output, expenditure : names of their columns.
        elasticity : of trade, sigma - 1.
        period : needed where there are several. reference : kept in the notes: the importer whose resistance is one.
        unit : of output and expenditure.

        Raises
        ------
        DataError : a column or a pair is missing, or output of one region differs between rows.

        >>> pairs = {"origin": list("AABB"), "destination": list("ABAB"), "border": [0, 1, 1, 0],
        ...          "Y": [90.0, 90.0, 60.0, 60.0], "E": [80.0, 70.0, 80.0, 70.0]}
        >>> world = Economy.from_estimates(pairs, {"border": -2.0}, elasticity=6.0)
        >>> world.output[0].round(9).tolist(), world.spending[0].round(9).tolist()
        ([90.0, 60.0], [80.0, 70.0])
        """
        margins = (output, expenditure)
        settings = {"elasticity": elasticity, "elasticity_source": elasticity_source, "period": period, "unit": unit}
        return cls(**economy_from_gravity.estimated(data, coefficients, margins, reference=reference, **settings))

    def __repr__(self) -> str:
        """What it is, then its notes, a line each."""
        J, n = len(self.sectors), len(self.regions)
        sectors = f"{J:,} sector{'' if J == 1 else 's'}{' with inputs' if self.inputs is not None else ''}"
        lines = [
            f"Economy of {n:,} regions and {sectors}{f', {self.period}' if self.period else ''}  [{self.unit}]",
            f"  elasticity {meaning(self.elasticity)} ({self.elasticity_source or 'no source given'})",
            f"  residual   {self.residual:.1e} without a shock",
            *(f"  note       {note}" for note in self.notes),
        ]
        return "\n".join(lines)

    def settled(self, deficit: str = "zero") -> Economy:
        """The equilibrium without any shock when deficits are none (``zero``), or stay (``fixed``).

        To judge a change free of what deficits do, settle first, as Caliendo and Parro (2015) do.

        Raises
        ------
        DataError : another word. NotConverged : there is no such equilibrium.

        >>> trade = {"origin": list("AABB"), "destination": list("ABAB"), "value": [80.0, 20.0, 10.0, 90.0]}
        >>> Economy.from_flows(trade).settled("zero").deficit.tolist()
        [0.0, 0.0]
        """
        with fault.named(self.regions, self.sectors):
            new = baseline.settled(self.baseline, deficit)
        change = float(np.abs(new.wage_income / self.wage_income - 1).max())
        note = f"settled with deficit = {deficit!r} before any change; wages moved by up to {change:.2%}"
        return self._with(new, ("settled", f"deficit = {deficit}"), note)

    def one_sector(self, elasticity: float | None = None, *, inputs: str = "none") -> Economy:
        """All sectors added up to one.

        Parameters
        ----------
        elasticity : of trade; the mean of the sectors', weighted by trade between regions, by default.
        inputs : ``none``, output is made by labour alone, as models of one sector have it; or ``keep``.

        Raises
        ------
        DataError : another word, or an elasticity that is not above zero.

        >>> trade = {"origin": list("AABB") * 2, "destination": list("ABAB") * 2, "product": list("ppppqqqq"),
        ...          "value": [80.0, 20.0, 10.0, 90.0, 5.0, 0.0, 5.0, 10.0]}
        >>> Economy.from_flows(trade, sector="product", elasticity=[2.0, 9.0]).one_sector().elasticity.tolist()
        [3.0]
        """
        if inputs not in ("none", "keep"):
            raise DataError(f"inputs={inputs!r} is no choice. Give one of 'none', 'keep'.")
        theta, source = elasticity, "given by the caller"
        if theta is None:
            abroad = self.flow.sum(axis=(1, 2)) - np.einsum("kii->k", self.flow)
            theta = (
                float(self.elasticity @ abroad / abroad.sum()) if abroad.sum() > 0 else float(self.elasticity.mean())
            )
            source = f"mean of {meaning(self.elasticity)} over sectors, weighted by trade: {self.elasticity_source}"
        new = baseline.in_one_sector(self.baseline, theta, with_inputs=inputs == "keep")
        note = f"{len(self.sectors):,} sectors are added up to one" if len(self.sectors) > 1 else ""
        if self.inputs is not None and inputs != "keep":
            note += f"{'; ' if note else ''}output counts as made by labour alone"
        one = self._with(new, ("one sector", f"elasticity {theta:g}"), note, sectors=("total",))
        return replace(one, elasticity_source=source)

    def regroup(self, groups: Mapping[str, str]) -> Economy:
        """Regions added up to groups; those not named stay. Trade inside a group becomes home sales.

        Raises
        ------
        UnknownCode : a region that is not in the economy.
        DataError : a group has the name of a region that is not in it.

        >>> trade = {"origin": list("AABBC"), "destination": list("ABABC"), "value": [80.0, 20.0, 10.0, 90.0, 5.0]}
        >>> Economy.from_flows(trade).regroup({"A": "G", "B": "G"}).flow[0].tolist()
        [[5.0, 0.0], [0.0, 200.0]]
        """
        for code in groups:
            if code not in self.regions:
                raise UnknownCode("region of the economy", code, self.regions)
        if not groups:
            return self
        names = [str(groups.get(code, code)) for code in self.regions]
        if mixed := [code for code in self.regions if code not in groups and code in names and names.count(code) > 1]:
            raise DataError(
                f"A group is called {mixed[0]!r}, as a region that is not in it. Name that region too, or call the "
                "group something else."
            )
        regions = sorted(set(names))
        new = baseline.regrouped(self.baseline, np.array([regions.index(name) for name in names], np.int64))
        formed = sorted({str(name) for name in groups.values()})
        note = f"{', '.join(formed)}: {len(groups):,} regions added up; trade inside a group is home sales"
        return self._with(new, ("regrouped", ", ".join(formed)), note, regions=tuple(regions))

    def _apart(self, regions: Sequence[str]) -> Economy:
        for code in regions:
            if code not in self.regions:
                raise UnknownCode("region of the economy", code, self.regions)
        others = {code: economy_from_store.REST for code in self.regions if code not in set(regions)}
        return self.regroup(others) if others else self

    def _with(self, new: Baseline, step: tuple[str, str], note: str, **labels: Any) -> Economy:
        arrays = {one.name: getattr(new, one.name) for one in fields(Baseline)}
        notes = (*self.notes, note) if note else self.notes
        return replace(self, **arrays, **labels, provenance=self.provenance.then(*step), notes=notes)


def _texts(given: Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
