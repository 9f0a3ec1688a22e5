"""The world after a scenario, beside the world before: by region, by pair, with reasons, gainers and losers.

Nothing is tabulated until it is asked for. Every table says model, closure, numeraire, elasticity, residual and Walras
gap, and holds third parties as well as those whom the scenario names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hansa.equilibrium import account, caliendo_parro, compensation, decomposition, diversion
from hansa.equilibrium.account import Account, Outcome, Terms, growth
from hansa.equilibrium.economy import Economy
from hansa.equilibrium.place import Directory, Places, directory
from hansa.equilibrium.shock import Shock
from hansa.errors import DataError, NotIdentified
from hansa.regions.lists import Lists
from hansa.result import Result
from hansa.scenario import Scenario

Array = NDArray[np.float64]
METHODS = {
    "armington": (
        "armington (one sector, exact hat algebra)",
        "Dekle, Eaton and Kortum 2007, American Economic Review 97(2), 351-355",
    ),
    "caliendo-parro": (
        "caliendo-parro (sectors, inputs, tariffs, exact hat algebra)",
        "Caliendo and Parro 2015, Review of Economic Studies 82(1), 1-44",
    ),
    "conditional": (
        "conditional (structural gravity, output and spending held)",
        "Anderson, Larch and Yotov 2018, World Economy 41(10), 2750-2782",
    ),
}
NUMERAIRE = {
    "armington": "output of the world",
    "caliendo-parro": "value added of the world",
    "conditional": "output of the world (that of every region is held)",
}
CLOSURE = {
    "fixed": "fixed: imports less exports of each region stay as they are, in units of the numeraire",
    "zero": "zero: trade is balanced before and after; the economy was first solved without deficits",
    "share": "share: spending of each region stays in proportion to its output, with one common factor",
}
SHOWN = 250  # rows on screen: all regions, unless there are thousands


@dataclass(frozen=True, eq=False, repr=False)
class Counterfactual:
    """An economy after a scenario. It exists only when it is solved.

    Parameters
    ----------
    economy : the world before; with closure ``zero``, that without deficits.
    scenario : what changed.
    model, deficit : which equations, and which closure.
    shock : the scenario as arrays.
    outcome : what the solver found.
    lists : of regions and blocs, by which regions are asked for; those of Hansa where none are given.

    >>> from hansa.equilibrium.simulation import simulate
    >>> from hansa.scenario import Closure, Where
    >>> trade = {"origin": list("AABB"), "destination": list("ABAB"), "value": [80.0, 20.0, 20.0, 180.0]}
    >>> war = Scenario("war", (Closure(Where("A", "B", both=True)),))
    >>> after = simulate(Economy.from_flows(trade, elasticity=4.0), war)          # autarky: 0.8 ** (1 / 4) - 1
    >>> round(after.regions().rows()[0]["real_income"], 6)
    -0.054258
    """

    economy: Economy
    scenario: Scenario
    model: str
    deficit: str
    shock: Shock
    outcome: Outcome
    lists: Lists | None = None

    @property
    def numeraire(self) -> str:
        """What nominal figures are measured in: held at its value before."""
        return NUMERAIRE[self.model]

    @cached_property
    def before(self) -> Account:
        """Levels of the world before."""
        e = self.economy
        return account.baseline(e.share, e.tariff, e.spending, e.wage_income, e.deficit, e.output)

    @cached_property
    def after(self) -> Account:
        """Levels and hats of the world after."""
        o, home = self.outcome, np.arange(len(self.economy.regions))
        own = self._diagonal(home)
        return Account(
            o.wage_hat, o.price_hat, o.cost_hat, o.sector_price_hat, o.spending, o.output, o.income, o.revenue, own
        )

    @cached_property
    def real_income_hat(self) -> Array:
        """(n,) exact real income after over before.

        Raises
        ------
        NotIdentified : the conditional equilibrium, which holds incomes and says nothing of welfare.
        """
        if self.model == "conditional":
            raise NotIdentified(
                "The conditional equilibrium holds output and spending and says nothing of real income. Take "
                "model='armington'."
            )
        return account.real_income_hat(self.after, self.before)

    # ---- tables ------------------------------------------------------------------------------------------------------
    def regions(self) -> Result:
        """What becomes of every region: exact real income, real wage, prices, exports, imports, output, tariff revenue.

        Changes are fractions (0.01 = 1 %): real_income is income over the price of final goods, which is the equivalent
        variation as a share of income; real_wage is the wage over that price. price and wage depend on the numeraire,
        as do levels after. Exports and imports are at producer prices, without sales at home.
        """
        b, a = self.before, self.after
        held = self.model == "conditional"
        figures = {
            **({} if held else self._hats()),
            **_levels("exports", b.exports, a.exports),
            **_levels("imports", b.imports, a.imports),
            **_levels("output", b.output.sum(0), a.output.sum(0)),
        }
        if b.revenue.any() or a.revenue.any():
            figures |= _levels("tariff_revenue", b.revenue, a.revenue)
        notes = [] if held else [f"prices, wages and money after are in units of the numeraire, {self.numeraire}"]
        if self.model != "caliendo-parro":
            theta = float(self.outcome.elasticity[0])
            outward, inward = account.resistance_hat(a.wage_hat, a.cost_hat[0], a.price_hat, theta)
            figures |= {"outward_resistance": outward - 1, "inward_resistance": inward - 1}
            fixed = f"inward resistance of {self.economy.regions[0]} stays" if held else "that of the numeraire"
            notes.append(f"resistances are determined up to one factor for all regions; here {fixed}")
        table = pa.table({"region": pa.array(self.economy.regions), **_arrow(figures)})
        return self._result(table, "What changes for each region", self._changes, notes=notes)

    def _hats(self) -> dict[str, Array]:
        a = self.after
        real_wage = a.wage_hat / a.price_hat - 1
        return {
            "real_income": self.real_income_hat - 1,
            "real_wage": real_wage,
            "price": a.price_hat - 1,
            "wage": a.wage_hat - 1,
        }

    def sectors(self, region: str | Sequence[str] | None = None) -> Result:
        """Output, cost and price of every sector of regions (all by default), before and after.

        cost is the price at the factory gate, price what buyers in the region pay for the sector's goods.

        Raises
        ------
        UnknownCode : a region that the economy does not hold.
        """
        places = self._places(region)
        b, a, sectors = self.before, self.after, self.economy.sectors
        figures = {
            **_levels("output", b.output[:, places].T.ravel(), a.output[:, places].T.ravel()),
            "cost": a.cost_hat[:, places].T.ravel() - 1,
            "price": a.sector_price_hat[:, places].T.ravel() - 1,
        }
        labels = {
            "region": [self.economy.regions[place] for place in places for _ in sectors],
            "sector": list(sectors) * len(places),
        }
        return self._result(pa.table({**labels, **_arrow(figures)}), "What changes for each sector", self._changes)

    def trade(
        self,
        origin: str | Sequence[str] | None = None,
        destination: str | Sequence[str] | None = None,
        *,
        by: Sequence[str] = ("origin", "destination"),
        home: bool = True,
    ) -> Result:
        """Trade before and after, at producer prices; only the pairs that are asked for are computed.

        Parameters
        ----------
        origin, destination : regions or blocs; all by default.
        by : what rows are of: some of ``origin``, ``destination``, ``sector``; the rest is summed.
        home : whether sales at home count.

        Raises
        ------
        UnknownCode : a region that the economy does not hold.
        DataError : `by` names another column.
        """
        axes = ("sector", "origin", "destination")
        if not by or set(by) - set(axes):
            raise DataError(f"by={tuple(by)!r} must name some of {', '.join(axes)}.")
        i, j = self._places(origin), self._places(destination)
        terms = self.terms(i, j)
        before, after = terms.before, terms.after
        if not home:
            abroad = i[:, None] != j[None, :]
            before, after = before * abroad, after * abroad
        summed = tuple(place for place, axis in enumerate(axes) if axis not in by)
        before, after = before.sum(summed), after.sum(summed)
        names = {"sector": self.economy.sectors, "origin": self._codes(i), "destination": self._codes(j)}
        kept = [axis for axis in axes if axis in by]
        cells = np.nonzero((before != 0) | (after != 0))
        figures = _levels("", before[cells], after[cells])
        figures["difference"] = after[cells] - before[cells]
        places = dict(zip(kept, cells, strict=True))
        labels = {axis: _labels(names[axis], places[axis]) for axis in by}
        notes = ["rows without trade before and after are left out"] if cells[0].size < before.size else []
        if home and np.intersect1d(i, j).size:
            notes.append("sales at home count as trade; home=False leaves them out")
        return self._result(
            pa.table({**labels, **_arrow(figures)}), "Trade before and after", self._changes, notes=notes
        )

    def diversion(self, origin: str, destination: str, sector: str | None = None) -> Result:
        """Why trade of a pair changes: its own cost and tariff, competitors, spending, cost at the source.

        Two rows for each sector and two for all together: parts of ln(after / before) and, in money, parts of the
        difference. Both add up exactly; nothing is left over.

        own_cost : what the scenario does to the pair's trade cost.  tariff : its tariff, in what buyers pay and in what
        of it sellers get.  own_weight : the pair's own part in the price index of the destination, against which it
        competes.  competitors : the part of all others in that index, those at home among them.  spending : what the
        destination spends on the sector.  source_cost : the price at the factory gate.

        Raises
        ------
        UnknownCode : a region or sector that the economy does not hold.
        DataError : a bloc, or a pair without trade.
        """
        i, j = self._one(origin), self._one(destination)
        sectors = self._directory.products((sector,) if sector else ())
        parts = diversion.divert(self.terms(np.arange(len(self.economy.regions)), j, sectors), int(i[0]))
        traded = np.flatnonzero(parts.before)
        if not traded.size:
            raise DataError(
                f"{origin!r} sells nothing to {destination!r}, before or after: there is nothing to explain."
            )
        alone = traded.size == 1
        lines = [] if alone else _reasons("all", parts.before, parts.after, parts.total_log, parts.total_money)
        for k in traded:
            name = self.economy.sectors[sectors[k]]
            lines += _reasons(name, parts.before[k], parts.after[k], parts.log[:, k], parts.money[:, k])
        unit = f"parts of ln(after / before), and in {self.economy.unit}; both add up to 'total'"
        title = f"Why trade from {origin} to {destination} changes"
        return self._result(pa.Table.from_pylist(lines), title, unit, notes=self._elsewhere(int(i[0]), int(j[0])))

    def decomposition(self, *, one_step: bool = False) -> Result:
        """What the change of real income is made of: terms that add up to it, in fractions of real income before.

        terms_of_trade : what a region sells against what it buys, at the factory gate.  volume : imports under a tariff
        that grow, for which buyers would pay more than they cost.  trade_cost, productivity, deficit : what the
        scenario gives by itself. They are integrated while the shock grows from nothing to its size.

        Parameters
        ----------
        one_step : put the formula of the literature beside it (Caliendo and Parro 2015, table 2): finite changes at the
            weights and tariffs before. It holds for small changes and does not add up to real income.

        Raises
        ------
        NotConverged : the terms do not add up to 1e-6 of real income: the shock is to be decomposed in parts.
        NotIdentified : the conditional equilibrium, which says nothing of real income.
        """
        e, o = self.economy, self.outcome
        exact = self.real_income_hat - 1
        model = caliendo_parro.Model(
            e.share, e.tariff, e.inputs, e.value_added, e.final, o.elasticity, e.wage_income, e.deficit, e.spending
        )
        moved = not np.array_equal(o.deficit, e.deficit)
        path = decomposition.along_path(
            model,
            reach=self.shock.reach(o.elasticity),
            tariff=self.shock.tariff,
            productivity=self.shock.productivity,
            deficit=o.deficit if moved else None,
        )
        names = ("terms_of_trade", "volume", "trade_cost", "productivity", "deficit")
        figures = {"real_income": exact, **{name: getattr(path, name) for name in names}}
        notes = [
            f"the terms are integrated over {path.solved:,} states on the way; they miss real income by {path.gap:.1e}"
        ]
        if one_step:
            everyone = np.arange(len(e.regions))
            flow = self.terms(everyone, everyone).after
            formula = decomposition.one_step(e.flow, flow, o.cost_hat, self.before.income, e.tariff)
            figures |= {
                "one_step_terms_of_trade": formula.terms_of_trade,
                "one_step_volume": formula.volume,
                "one_step_welfare": formula.welfare,
            }
            notes.append(
                "one_step columns are the formula of the literature, a differential at the weights and tariffs before "
                "(Caliendo and Parro 2015, table 2): it holds for small changes of tariffs alone, leaves out trade "
                "costs and productivity, and its sum is not real income"
            )
        table = pa.table({"region": pa.array(e.regions), **_arrow(figures)})
        return self._result(
            table, "What the change of real income is made of", "fractions of real income, 0.01 = 1 %", notes=notes
        )

    def compensation(self) -> Result:
        """The test of mutual benefit: who loses, what would compensate, and whether gainers could pay it.

        equivalent_variation is income x change of real income, in money before; compensation_due what would make up for
        a loss; compensating_variation the same asked at prices after.
        """
        b, a = self.before, self.after
        test = compensation.compensate(b.income, a.income, self.real_income_hat)
        regions = np.array(self.economy.regions, object)
        figures = {
            "income_before": b.income,
            "real_income": self.real_income_hat - 1,
            "equivalent_variation": test.equivalent,
            "compensation_due": test.due,
            "compensating_variation": test.compensating,
        }
        losers, gainers = ([str(code) for code in regions[which]] for which in (test.loses, test.gains))
        total, due = float(test.equivalent.sum()), float(test.due.sum())
        meta = {"mutual": not losers, "losers": losers, "gainers": gainers}
        meta |= {"sum": total, "due": due, "compensable": total > 0}
        note = (
            f"{_mutual(losers, gainers, total)}; due to those who lose {_money(due)}, sum of equivalent variations "
            f"{_money(total)} ({self.economy.unit})"
        )
        unit = f"{self.economy.unit}; real_income as a fraction, 0.01 = 1 %"
        table = pa.table({"region": pa.array(self.economy.regions), **_arrow(figures)})
        return self._result(
            table, "Mutual benefit: who loses, and what would compensate", unit, notes=[note], meta=meta
        )

    def summary(self) -> Result:
        """Real income, its worth in money, prices and trade of every region, largest gain first."""
        b, a = self.before, self.after
        order = np.argsort(-self.real_income_hat, kind="stable")
        figures = {
            "real_income": self.real_income_hat - 1,
            "equivalent_variation": b.income * (self.real_income_hat - 1),
            "real_wage": a.wage_hat / a.price_hat - 1,
            "price": a.price_hat - 1,
            "exports": growth(b.exports, a.exports),
            "imports": growth(b.imports, a.imports),
            "output": growth(b.output.sum(0), a.output.sum(0)),
        }
        if b.revenue.any() or a.revenue.any():
            figures["tariff_revenue"] = a.revenue - b.revenue
        ordered = {name: values[order] for name, values in figures.items()}
        table = pa.table({"region": pa.array(self._codes(order)), **_arrow(ordered)})
        return self._result(table, f"{self.scenario.name}: gains and losses by region", self._changes)

    # ---- on screen ---------------------------------------------------------------------------------------------------
    def __str__(self) -> str:
        return self._screen().to_text(rows=SHOWN)

    def __repr__(self) -> str:
        regions, sectors = len(self.economy.regions), len(self.economy.sectors)
        return (
            f"Counterfactual({self.scenario.name!r}, {self.model}, deficit={self.deficit}: {regions:,} regions, "
            f"{sectors:,} sector{'' if sectors == 1 else 's'}, residual {self.residual:.1e})"
        )

    def _repr_html_(self) -> str:
        told = self._screen()
        table = told.to_arrow()
        titles = "".join(f"<th>{escape(name)}</th>" for name in table.column_names)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(str(value))}</td>' for value in row.values())}</tr>"
            for row in table.to_pylist()
        )
        cite = "<br>".join(escape(line) for line in told.cite())
        return (
            f"<table><caption>{escape(told.title)}</caption><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"
            f"<p><small>{cite}</small></p>"
        )

    def _screen(self) -> Result:
        """The summary as a reader sees it: changes in per cent with their sign."""
        if self.model == "conditional":
            return self.regions()
        told, notes = self.summary(), [self._verdict]
        table = told.to_arrow()
        if table.num_rows > SHOWN:
            table = pa.concat_tables([table.slice(0, SHOWN // 2), table.slice(table.num_rows - SHOWN // 2)])
            notes.append(f"of {told.to_arrow().num_rows:,} regions those that gain and lose most; summary() has all")
        columns: dict[str, Any] = {}
        for name, values in table.to_pydict().items():
            if name in ("region", "equivalent_variation", "tariff_revenue"):
                columns[name.replace("_", " ")] = [value if name == "region" else _money(value) for value in values]
            else:
                columns[f"{name.replace('_', ' ')}, %"] = ["-" if v is None else f"{100 * v:+.3f}" for v in values]
        money = (
            "equivalent variation and change of tariff revenue"
            if "tariff revenue" in columns
            else "equivalent variation"
        )
        unit = f"changes in per cent; {money} in {self.economy.unit}"
        return self._result(pa.table(columns), told.title, unit, notes=notes)

    # ---- what tables share -------------------------------------------------------------------------------------------
    @property
    def residual(self) -> float:
        """Largest gap of any condition of the equilibrium."""
        return self.outcome.residual

    @property
    def walras(self) -> float:
        """Gap of the condition that follows from the others, as a share."""
        return self.outcome.walras

    def terms(self, origins: Places, destinations: Places, sectors: Places | None = None) -> Terms:
        """What determines trade of some pairs, for positions of sectors, origins and destinations."""
        e, o = self.economy, self.outcome
        k = np.arange(len(e.sectors)) if sectors is None else sectors
        cells = np.ix_(k, origins, destinations)
        tariff = e.tariff[cells]
        after = tariff if self.shock.tariff is None else self.shock.tariff[cells]
        to = np.ix_(k, destinations)
        return Terms(
            share=e.share[cells],
            tariff=tariff,
            tariff_after=after,
            reach=self.shock.reach(o.elasticity, cells),
            elasticity=o.elasticity[k],
            cost_hat=o.cost_hat[np.ix_(k, origins)],
            price_hat=o.sector_price_hat[to],
            spending=e.spending[to],
            spending_after=o.spending[to],
        )

    def _diagonal(self, home: Places) -> Array:
        """(J, n) sales at home after."""
        e, o = self.economy, self.outcome
        own = (slice(None), home, home)
        ratio = (o.cost_hat / o.sector_price_hat) ** -o.elasticity[:, None]
        sales = e.share[own] * ratio * o.spending
        if self.shock.effect_hat is not None:
            sales = sales * self.shock.effect_hat[own]
        rate = e.tariff[own]
        if self.shock.tariff is None:
            return np.asarray(sales / (1 + rate))
        after = self.shock.tariff[own]
        return np.asarray(sales * ((1 + after) / (1 + rate)) ** -o.elasticity[:, None] / (1 + after))

    @cached_property
    def _directory(self) -> Directory:
        return directory(self.economy, self.lists)

    def _places(self, codes: str | Sequence[str] | None) -> Places:
        return self._directory.several(() if codes is None else (codes,) if isinstance(codes, str) else tuple(codes))

    def _one(self, code: str) -> Places:
        place = self._places(code)
        if place.size != 1:
            raise DataError(f"{code!r} is {place.size:,} regions; a pair is of one and one. Name a member, or regroup.")
        return place

    def _codes(self, places: Places) -> list[str]:
        return [self.economy.regions[place] for place in places]

    def _elsewhere(self, i: int, j: int) -> list[str]:
        """What else the destination buys and the origin sells, in a sentence each."""
        n = np.arange(len(self.economy.regions))
        at, of = np.array([i]), np.array([j])
        bought, sold = self.terms(n, of), self.terms(at, n)
        buys = (bought.after - bought.before).sum(0)[:, 0]
        sells = (sold.after - sold.before).sum(0)[0]
        origin, destination = self.economy.regions[i], self.economy.regions[j]
        others = buys.sum() - buys[i] - buys[j]
        markets = sells.sum() - sells[i] - sells[j]
        return [
            f"{destination} buys {_money(others)} from others and {_money(buys[j])} at home (change)",
            f"{origin} sells {_money(markets)} to others and {_money(sells[i])} at home (change)",
        ]

    @property
    def _changes(self) -> str:
        return f"changes as fractions, 0.01 = 1 %; money in {self.economy.unit}"

    @property
    def _verdict(self) -> str:
        change = self.real_income_hat - 1
        gain, lose = int((change > compensation.UNCHANGED).sum()), int((change < -compensation.UNCHANGED).sum())
        total = float((self.before.income * change).sum())
        return f"{gain:,} regions gain, {lose:,} lose; sum of equivalent variations {_money(total)}"

    def _result(
        self, table: pa.Table, title: str, unit: str, *, notes: Sequence[str] = (), meta: dict[str, Any] | None = None
    ) -> Result:
        method, reference = METHODS[self.model]
        facts = {
            "scenario": self.scenario.name,
            "model": self.model,
            "closure": self.deficit,
            "numeraire": self.numeraire,
            "elasticity": self.outcome.elasticity.tolist(),
            "residual": self.residual,
            "walras": self.walras,
            "period": self.economy.period,
            **(meta or {}),
        }
        return Result(
            table,
            title,
            unit,
            method,
            reference,
            self.economy.provenance.then("simulate", f"{self.scenario.name}, {self.model}, deficit={self.deficit}"),
            (*notes, *self.conditions),
            facts,
        )

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        """What every table says of how it came about: scenario, closure, numeraire, elasticity, residual, what is left
        out.
        """
        theta, source = self.outcome.elasticity, self.economy.elasticity_source
        changes = str(self.scenario).partition("\n")[2]  # what stands under the name
        low, high = float(theta.min()), float(theta.max())
        size = f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g} by sector"
        return (
            f"scenario {self.scenario.name}: {' '.join(changes.split())}",
            f"deficits {CLOSURE[self.deficit]}",
            f"numeraire {self.numeraire}",
            f"trade elasticity {size}{f' ({source})' if source else ''}",
            f"residual {self.residual:.1e}, Walras gap {self.walras:.1e}",
            *self.shock.notes,
            *self.economy.notes,
        )


def _levels(name: str, before: Array, after: Array) -> dict[str, Array]:
    """Columns before, after and change; the change does not exist where nothing was before."""
    head = f"{name}_" if name else ""
    return {f"{head}before": before, f"{head}after": after, f"{head}change": growth(before, after)}


def _arrow(figures: dict[str, Array]) -> dict[str, pa.Array]:
    """Columns of figures; one that does not exist is null."""
    return {name: pa.array(values, from_pandas=True) for name, values in figures.items()}


def _labels(names: Sequence[str], places: Places) -> pa.Array:
    return pa.array(names).take(pa.array(places))


def _reasons(sector: str, before: Array, after: Array, log: Array, money: Array) -> list[dict[str, Any]]:
    """Two rows of reasons: in logs, which do not exist where trade ends, and in money."""
    old, new = float(np.sum(before)), float(np.sum(after))
    ends = {"before": old, "after": new}
    total = float(np.log(new / old)) if new > 0 else None
    logs = [None if np.isnan(value) else float(value) for value in log]
    return [
        {"sector": sector, "measure": "log", "total": total, **dict(zip(diversion.PARTS, logs, strict=True)), **ends},
        {
            "sector": sector,
            "measure": "money",
            "total": new - old,
            **dict(zip(diversion.PARTS, money.tolist(), strict=True)),
            **ends,
        },
    ]


def _listed(codes: Sequence[str], most: int = 5) -> str:
    more = f" and {len(codes) - most:,} more" if len(codes) > most else ""
    return f"{', '.join(codes[:most])}{more}"


def _money(value: float) -> str:
    """A sum with its sign, in as many digits as say something."""
    return f"{value:+,.0f}" if abs(value) >= 1000 else f"{value:+,.3g}"


def _mutual(losers: Sequence[str], gainers: Sequence[str], total: float) -> str:
    if not losers:
        return "nobody loses" if gainers else "nobody gains or loses"
    who = f"the {len(losers):,} that lose ({_listed(losers)})"
    if total > 0:
        return f"gainers could compensate {who} and keep {_money(total)}"
    return f"gainers could not compensate {who}"
