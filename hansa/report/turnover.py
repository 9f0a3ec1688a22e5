"""Turnover: exports, imports and balance over the years, growth in each currency, and the year to date."""

from __future__ import annotations

from dataclasses import replace

from hansa import period as periods
from hansa.report.facts import Column, Drawing, Fact, Grid, Line, Section
from hansa.report.pair import Pair
from hansa.report.salience import own_past, salience
from hansa.trade.flows import Flows
from hansa.trade.side import SideTable
from hansa.wording.sentence import Amount, Evidence, Name, Sentence, Value, mark
from hansa.wording.words import scale_for

YEARS = 10
DEFLATED = mark("Growth in constant prices")
DEFLATED_FORMULA = r"(1 + g_{LCU}) P_0/P_1 - 1"


def turnover(pair: Pair, me: str, other: str) -> Section:
    """The chapter on the size of trade, seen from one side."""
    if not any(series(pair, me, other) + series(pair, other, me)):
        return Section("turnover", mark("Turnover"), (_no_trade(pair, me, other),))
    to_date = _year_to_date(pair, me, other)
    changes = _growth_grid(pair, me, other)
    sentences = [_level(pair, me, other), *_growth_sentences(pair, me, other)]
    drawings = [_over_years(pair, me, other)] if len(pair.periods) > 1 else []
    if to_date:
        sentences.append(to_date[0])
        drawings.append(to_date[1])
    grids = [grid for grid in (changes, _by_year(pair, me, other)) if grid]
    facts = [*_level_facts(pair, me, other), *_growth_facts(pair, me, other), *_balance_facts(pair, me, other)]
    limits = _unpriced(pair, me, other)
    return Section(
        "turnover",
        mark("Turnover"),
        tuple(sentences),
        tuple(grids),
        tuple(drawings),
        tuple(facts),
        limits=tuple(limits),
    )


def series(pair: Pair, origin: str, destination: str) -> list[float]:
    """Exports from one region to another in every year."""
    return [pair.value(origin, destination, period) for period in pair.periods]


def money(pair: Pair, value: float | None, *, signed: bool = False) -> Amount:
    """Money in the currency of the flows."""
    return Amount(value, "money", pair.currency, signed)


def region(code: str) -> Name:
    """A region by its name."""
    return Name(code, "region")


def when(period: str) -> Name:
    """A period as it is read."""
    return Name(period, "period")


def bilateral(pair: Pair, me: str, other: str, key: str = "turnover") -> Evidence | None:
    """How turnover or balance of the pair is known."""
    return pair.evidence_of(key, on="timed", by="region,partner", region=me, partner=other)


def one_way(pair: Pair, origin: str, destination: str) -> Evidence | None:
    """How exports from one to the other are known."""
    return pair.evidence_of("exports", on="timed", by="origin,destination", origin=origin, destination=destination)


def some(*evidence: Evidence | None) -> tuple[Evidence, ...]:
    """The pieces of evidence there are."""
    return tuple(known for known in evidence if known is not None)


def growth(before: float | None, after: float | None) -> float | None:
    """Relative change; none where there was nothing before."""
    return after / before - 1 if before and after is not None else None


def _no_trade(pair: Pair, me: str, other: str) -> Sentence:
    template = mark("No trade in goods between {a} and {b} is recorded from {first} to {last}.")
    values: dict[str, Value] = {
        "a": region(me),
        "b": region(other),
        "first": when(pair.periods[0]),
        "last": when(pair.period),
    }
    return Sentence(template, values, bilateral(pair, me, other))


def _level(pair: Pair, me: str, other: str) -> Sentence:
    x, m = pair.value(me, other), pair.value(other, me)
    template = mark(
        "{a} and {b} exchanged goods worth {turnover} in {period}: {a} sold for {exports} and bought for {imports}, a "
        "balance of {balance}."
    )
    values: dict[str, Value] = {
        "a": region(me),
        "b": region(other),
        "turnover": money(pair, x + m),
        "period": when(pair.period),
        "exports": money(pair, x),
        "imports": money(pair, m),
        "balance": money(pair, x - m, signed=True),
    }
    also = some(one_way(pair, me, other), one_way(pair, other, me), bilateral(pair, me, other, "balance"))
    return Sentence(template, values, bilateral(pair, me, other), also)


# ---- growth in each currency and in constant prices -----------------------------------------------------------------
Changes = tuple[float | None, float | None, float | None]  # of turnover, exports, imports


def _growth_rows(pair: Pair, me: str, other: str) -> list[tuple[Sentence, Changes, tuple[Evidence, ...]]]:
    """Growth over the last year in each measure that the store allows: its name, three changes, how they are known."""
    if pair.before is None:
        return []
    plain = [_change(pair, way, "growth") for way in _ways(me, other)]
    rows = [_row(Sentence(mark("{currency}, current prices"), {"currency": pair.currency}), plain)]
    for code in (code for code in (me, other) if not pair.group(code)):
        local = [_change(pair, way, "growth_in_currency", currency_of=code) for way in _ways(me, other)]
        if any(answer is None for answer in local):
            continue
        if _moved(pair, code):
            rows.append(_row(Sentence(mark("currency of {a}, current prices"), {"a": region(code)}), local))
        if index := _yearly(pair.side("deflator"), code, (pair.before, pair.period)):
            name = Sentence(
                mark("currency of {a}, prices of {before}"), {"a": region(code), "before": when(pair.before)}
            )
            rows.append(_row(name, local, index[0] / index[1]))
    return rows


def _ways(me: str, other: str) -> list[dict[str, str]]:
    """Turnover, exports and imports, as options of the indicators of growth."""
    return [
        {"by": "region,partner", "region": me, "partner": other},
        {"by": "origin,destination", "origin": me, "destination": other},
        {"by": "origin,destination", "origin": other, "destination": me},
    ]


def _change(pair: Pair, way: dict[str, str], key: str, **options: str) -> tuple[float | None, Evidence] | None:
    answer = pair.ask(key, on="timed", period=pair.period, **way, **options)
    if answer is None:
        return None
    rows = answer[0].rows()
    return (rows[0][key] if rows else None, answer[1])


def _row(
    name: Sentence, answers: list[tuple[float | None, Evidence] | None], deflated: float = 1.0
) -> tuple[Sentence, Changes, tuple[Evidence, ...]]:
    found = [None if answer is None or answer[0] is None else (1 + answer[0]) * deflated - 1 for answer in answers]
    known = tuple(answer[1] for answer in answers if answer)
    if deflated != 1.0:
        known = tuple(replace(one, title=DEFLATED, formula=DEFLATED_FORMULA) for one in known)
    return name, (found[0], found[1], found[2]), known


def _moved(pair: Pair, code: str) -> bool:
    """Whether the exchange rate of a region moved: one that counts in the flows' currency adds nothing."""
    rates = _yearly(pair.side("exchange_rate"), code, (pair.before or "", pair.period))
    return rates is not None and rates[0] != rates[1]


def _yearly(table: SideTable | None, code: str, years: tuple[str, str]) -> tuple[float, float] | None:
    """Two years of a side table for a region; None where one of them is missing."""
    if table is None or "period" not in table.columns:
        return None
    found = table.where(region=code).lookup("period")
    first, last = (found.get(year) for year in years)
    return (first, last) if first and last else None


def _growth_grid(pair: Pair, me: str, other: str) -> Grid | None:
    rows = _growth_rows(pair, me, other)
    if not rows:
        return None
    heads = (mark("Measured in"), mark("Turnover"), mark("Exports"), mark("Imports"))
    columns = tuple(Column(Sentence(head), label=k == 0) for k, head in enumerate(heads))
    title = mark("Growth of trade of {a} with {b}, {before} to {period}")
    values: dict[str, Value] = {
        "a": region(me),
        "b": region(other),
        "before": when(pair.before or ""),
        "period": when(pair.period),
    }
    body: tuple[tuple[Value, ...], ...] = tuple(
        (name, *(Amount(change, "growth") for change in changes)) for name, changes, _ in rows
    )
    known = tuple(dict.fromkeys(evidence for _, _, several in rows for evidence in several[:1]))
    return Grid(Sentence(mark("Growth")), Sentence(title, values), columns, body, known)


def _growth_sentences(pair: Pair, me: str, other: str) -> list[Sentence]:
    rows = [row for row in _growth_rows(pair, me, other) if row[1][0] is not None]
    if not rows:
        return []
    listed = Sentence(
        mark("{growth} ({measure})"), {"growth": Amount(rows[-1][1][0], "growth"), "measure": rows[-1][0]}
    )
    for name, changes, _ in reversed(rows[:-1]):
        item: dict[str, Value] = {"growth": Amount(changes[0], "growth"), "measure": name, "rest": listed}
        listed = Sentence(mark("{growth} ({measure}), {rest}"), item)
    template = mark("Change of turnover on {before}: {list}.")
    known = [several[0] for _, _, several in rows]
    return [Sentence(template, {"before": when(pair.before or ""), "list": listed}, known[0], tuple(known[1:]))]


def _unpriced(pair: Pair, me: str, other: str) -> list[Sentence]:
    """Which growth could not be given, and for lack of what."""
    if pair.before is None:
        template = mark("Growth: the data hold no year before {period}.")
        return [Sentence(template, {"period": when(pair.period)})]
    said = []
    for measure, template in (
        (
            "exchange_rate",
            mark("Growth in the currency of {a}: the store has no exchange rate of {a} for {before} and {period}."),
        ),
        (
            "deflator",
            mark("Growth in constant prices of {a}: the store has no price index of {a} for {before} and {period}."),
        ),
    ):
        for code in (me, other):
            if not pair.group(code) and not _yearly(pair.side(measure), code, (pair.before, pair.period)):
                said.append(
                    Sentence(template, {"a": region(code), "before": when(pair.before), "period": when(pair.period)})
                )
    return said


# ---- over the years and months --------------------------------------------------------------------------------------
def _by_year(pair: Pair, me: str, other: str) -> Grid:
    years = pair.periods[-YEARS:]
    rows, amounts = [], []
    for year in years:
        x, m = pair.value(me, other, year), pair.value(other, me, year)
        before = periods.shift(year, -1)
        change = growth(pair.turnover(me, other, before), x + m) if before in pair.periods else None
        amounts += [x, m, x + m]
        balance = money(pair, x - m, signed=True)
        rows.append((when(year), money(pair, x), money(pair, m), money(pair, x + m), balance, Amount(change, "growth")))
    heads = (mark("Year"), mark("Exports"), mark("Imports"), mark("Turnover"), mark("Balance"), mark("Growth"))
    columns = tuple(Column(Sentence(head), label=k == 0) for k, head in enumerate(heads))
    title = Sentence(mark("Trade of {a} with {b} by year"), {"a": region(me), "b": region(other)})
    evidence = some(bilateral(pair, me, other), one_way(pair, me, other), one_way(pair, other, me))
    return Grid(Sentence(mark("By year")), title, columns, tuple(rows), evidence, scale_for(amounts), pair.currency)


def _over_years(pair: Pair, me: str, other: str) -> Drawing:
    years = pair.periods[-max(YEARS, 15) :]
    sold, bought = ([pair.value(o, d, year) for year in years] for o, d in ((me, other), (other, me)))
    title = Sentence(
        mark("Exports and imports of {a}, {b}"), {"a": region(me), "b": region(other)}, bilateral(pair, me, other)
    )
    lines = (Line(Sentence(mark("Exports")), tuple(sold)), Line(Sentence(mark("Imports")), tuple(bought)))
    scale = scale_for([*sold, *bought])
    return Drawing("years", "lines", title, tuple(map(when, years)), lines, money(pair, None), scale)


def _year_to_date(pair: Pair, me: str, other: str) -> tuple[Sentence, Drawing] | None:
    """The months of the latest year against the same months a year before, as `me` itself reports them."""
    if pair.monthly is None:
        return None
    sold, bought = monthly(pair.monthly, me, other, me), monthly(pair.monthly, other, me, me)
    months = [month for month in sorted({*sold, *bought}) if periods.year(month) <= periods.year(pair.period) + 1]
    if not months:
        return None
    year = periods.year(months[-1])
    these = [month for month in months if periods.year(month) == year]
    those = [periods.same_period_last_year(month) for month in these]
    if not all(month in months for month in those):
        return None
    tellers = (me, other) if pair.monthly.told_by == "both" else (me,)
    changes = [_months_growth(pair, me, other, teller, these, those) for teller in tellers]
    known = tuple(evidence for _, several in changes for evidence in several)
    values: dict[str, Value] = {
        "a": region(me),
        "b": region(other),
        "first": when(these[0]),
        "last": when(these[-1]),
        "growth": Amount(changes[0][0], "growth"),
        "other": Amount(changes[-1][0], "growth"),
    }
    template = (
        mark(
            "{first} to {last} against the same months a year before: turnover {growth} by the reports of {a}, {other} "
            "by those of {b}."
        )
        if len(tellers) == 2
        else mark("{first} to {last} against the same months a year before: turnover {growth}.")
    )
    turnover_of = {month: sold.get(month, 0.0) + bought.get(month, 0.0) for month in months}
    title = Sentence(
        mark("Turnover by month, by the reports of {a}"), {"a": region(me)}, None, known[: len(changes[0][1])]
    )
    lines = (
        Line(Sentence(str(year)), tuple(turnover_of[month] for month in these)),
        Line(Sentence(str(year - 1)), tuple(turnover_of[month] for month in those)),
    )
    places = tuple(str(int(month[-2:])) for month in these)
    scale = scale_for(list(turnover_of.values()))
    return Sentence(template, values, None, known), Drawing(
        "months", "columns", title, places, lines, money(pair, None), scale
    )


def _months_growth(
    pair: Pair, me: str, other: str, teller: str, these: list[str], those: list[str]
) -> tuple[float | None, tuple[Evidence, ...]]:
    """Growth of turnover over some months as one of the two reports it, and how it is known."""
    flows = pair.monthly
    if flows is None:
        return None, ()
    ways = ((me, other), (other, me))
    told = [monthly(flows, *way, teller) for way in ways]
    now, then = (sum(part.get(month, 0.0) for part in told for month in some_months) for some_months in (these, those))
    known = some(*(pair.own_report(flows, *way, teller, "origin,destination") for way in ways))
    return growth(then, now), known


def monthly(flows: Flows, origin: str, destination: str, teller: str) -> dict[str, float]:
    """Trade by month; of two reports the one that `teller` itself made."""
    chosen = flows.where(origin=origin, destination=destination)
    if flows.told_by == "both":
        chosen = chosen.where(told_by="origin" if teller == origin else "destination")
    return {row["period"]: row["value"] or 0.0 for row in chosen.totals("period").to_pylist()}


# ---- facts ----------------------------------------------------------------------------------------------------------
def _level_facts(pair: Pair, me: str, other: str) -> list[Fact]:
    both = [x + m for x, m in zip(series(pair, me, other), series(pair, other, me), strict=True)]
    if len(both) < 4 or not both[-1] > 0:
        return []
    highest, lowest = max(both[:-1]), min(both[:-1])
    if lowest <= both[-1] <= highest:
        return []
    template = (
        mark("Turnover of {a} and {b} reached {turnover} in {period}, the highest since the data begin in {first}.")
        if both[-1] > highest
        else mark("Turnover of {a} and {b} fell to {turnover} in {period}, the lowest since the data begin in {first}.")
    )
    values: dict[str, Value] = {
        "a": region(me),
        "b": region(other),
        "turnover": money(pair, both[-1]),
        "period": when(pair.period),
        "first": when(pair.periods[0]),
    }
    stake = both[-1] - highest if both[-1] > highest else lowest - both[-1]
    score = salience(stake=stake, flow=max(both[-1], both[-2]), turnover=both[-1], distance=own_past(both))
    return [Fact("level", Sentence(template, values, bilateral(pair, me, other)), score)]


def _growth_facts(pair: Pair, me: str, other: str) -> list[Fact]:
    if pair.before is None:
        return []
    facts = []
    all_trade = max(pair.turnover(me, other), pair.turnover(me, other, pair.before))
    ways = _ways(me, other)
    for (template, before, after, past), way in zip(_changes(pair, me, other), ways, strict=True):
        answer = pair.ask("growth", on="timed", period=pair.period, **way)
        evidence = answer[1] if answer else None
        change = growth(before, after)
        if change is None:
            continue
        score = salience(stake=after - before, flow=max(before, after), turnover=all_trade, distance=own_past(past))
        values: dict[str, Value] = {
            "a": region(me),
            "b": region(other),
            "before": when(pair.before),
            "period": when(pair.period),
            "from": money(pair, before),
            "to": money(pair, after),
            "growth": Amount(change, "growth"),
        }
        facts.append(Fact("growth", Sentence(template, values, evidence), score))
    return facts


def _changes(pair: Pair, me: str, other: str) -> list[tuple[str, float, float, list[float]]]:
    sold, bought = series(pair, me, other), series(pair, other, me)
    both = [x + m for x, m in zip(sold, bought, strict=True)]
    year, before = pair.period, pair.before or pair.period
    return [
        (
            mark("Turnover of {a} and {b} went from {from} in {before} to {to} in {period} ({growth})."),
            pair.turnover(me, other, before),
            pair.turnover(me, other, year),
            both,
        ),
        (
            mark("What {a} sells to {b} went from {from} in {before} to {to} in {period} ({growth})."),
            pair.value(me, other, before),
            pair.value(me, other, year),
            sold,
        ),
        (
            mark("What {a} buys from {b} went from {from} in {before} to {to} in {period} ({growth})."),
            pair.value(other, me, before),
            pair.value(other, me, year),
            bought,
        ),
    ]


def _balance_facts(pair: Pair, me: str, other: str) -> list[Fact]:
    if pair.before is None:
        return []
    now, then = (pair.value(me, other, p) - pair.value(other, me, p) for p in (pair.period, pair.before))
    if not now * then < 0:
        return []
    trade, before = pair.turnover(me, other), pair.turnover(me, other, pair.before)
    template = (
        mark("The balance of {a} with {b} turned from a deficit of {then} into a surplus of {now}.")
        if now > 0
        else mark("The balance of {a} with {b} turned from a surplus of {then} into a deficit of {now}.")
    )
    values: dict[str, Value] = {
        "a": region(me),
        "b": region(other),
        "now": money(pair, abs(now)),
        "then": money(pair, abs(then)),
    }
    score = salience(
        stake=abs(now) + abs(then),
        flow=trade,
        turnover=max(trade, before),
        distance=(now / trade - then / before) / 0.1,
    )
    return [Fact("balance", Sentence(template, values, bilateral(pair, me, other)), score)]
