"""Where the two lie on the map, and what the report cannot say."""

from __future__ import annotations

from hansa.code_list import shipped
from hansa.regions import successions
from hansa.regions.great_circle import great_circle
from hansa.report import predicted as gravity
from hansa.report.composition import listed
from hansa.report.facts import Section
from hansa.report.maps import Map, Spot
from hansa.report.mirrored import compared
from hansa.report.outlines import read_outlines
from hansa.report.pair import Pair
from hansa.report.turnover import region, when
from hansa.wording.sentence import Amount, Sentence, Value, mark
from hansa.wording.words import Words


def map_section(pair: Pair, me: str, other: str, words: Words, borders: str | None, fictional: bool) -> Section:
    """The chapter with the map; says so where a region has no coordinates."""
    nowhere = [code for side in (me, other) for code in pair.behind(side) if _point(pair, code) is None]
    if nowhere:
        template = mark("No map: the list of regions has no coordinates for {a}.")
        return Section("map", mark("Map"), (Sentence(template, {"a": listed(tuple(nowhere))}),))
    if borders:
        read_outlines(borders)  # a bad file is refused before anything is written
    kilometres = None if pair.groups else great_circle(*(_point(pair, me) or ()), *(_point(pair, other) or ()))
    title = Sentence(mark("{a}, {b} and the partners of {a} by turnover"), {"a": region(me), "b": region(other)})
    shown = Map("map", title, _spots(pair, me, other, words), kilometres, fictional, borders)
    sentences = [_apart(kilometres)]
    if borders:
        said = mark("Borders are drawn as the file {file} has them, whose convention is not that of this report.")
        sentences.append(Sentence(said, {"file": borders.replace("\\", "/").rsplit("/", 1)[-1]}))
    else:
        sentences.append(
            Sentence(
                mark("The world does not exist: points on a grid of longitude and latitude, no land.")
                if fictional
                else mark("Land is drawn without borders; borders come only from a file that the reader names.")
            )
        )
    return Section("map", mark("Map"), tuple(sentences), (), (shown,))


def _apart(kilometres: float | None) -> Sentence:
    if kilometres is None:
        return Sentence(
            mark(
                "Every region is one point of its list, not a shape. A side that is several regions has several "
                "points, so that no one distance lies between the two."
            )
        )
    template = mark(
        "Between the two points lie {km} along the great circle; every region is one point of its list, not a shape."
    )
    return Sentence(template, {"km": Amount(kilometres, "km")})


def _point(pair: Pair, code: str) -> tuple[float, float] | None:
    """Latitude and longitude of a region, where its list has them."""
    place = pair.lists.place(code)
    return None if place is None or place.lat is None or place.lon is None else (place.lat, place.lon)


def _spots(pair: Pair, me: str, other: str, words: Words) -> tuple[Spot, ...]:
    trade = {code: pair.turnover(me, code) for code in pair.codes if code != me}
    whole = sum(trade.values()) or 1.0
    spots = []
    for code in pair.codes:
        role = "self" if code == me else "other" if code == other else "partner"
        for one in pair.behind(code):
            point = _point(pair, one)
            if point is not None and (role != "partner" or trade.get(code)):
                name = words.names.get(("region", one), one)
                spots.append(Spot(name, *point, trade.get(code, 0.0) / whole, role))
    return tuple(spots)


def limits(pair: Pair, me: str, other: str, sections: tuple[Section, ...]) -> list[Sentence]:
    """What the report cannot say, in one list: what the chapters could not give, then what no trade table holds."""
    said = [limit for section in sections for limit in section.limits]
    for measure, template in _TABLES:
        if measure not in pair.store.measures():
            said.append(Sentence(template))
    if pair.reports is None or not compared(pair):
        said.append(
            Sentence(
                mark(
                    "The data hold one report of each flow of the pair, so mirror reports cannot be compared and no "
                    "value is reconciled."
                )
            )
        )
    for year, count in pair.partial.items():
        template = (
            mark("{year} has {count} months: it is left out of yearly figures, and stands in the year to date.")
            if pair.monthly and year > pair.period
            else mark("{year} has {count} months or quarters: it is left out of yearly figures.")
        )
        said.append(Sentence(template, {"year": year, "count": Amount(count, "count")}))
    said += [limit for code in (me, other) for limit in _narrow(pair, code)]
    said += [limit for code in (me, other) for limit in _succession(pair, code)]
    if pair.monthly is None:
        said.append(Sentence(mark("The data hold no months, so there is no year to date.")))
    if pair.services is None:
        said.append(Sentence(mark("The data hold no trade in services.")))
    if "product" not in pair.flows.columns:
        said.append(
            Sentence(mark("The data hold no products: structure, potential, dependency and redirection are left out."))
        )
    if unspecified := _unspecified(pair):
        template = mark(
            "{count} codes of the data are no region (areas not specified, or of the world); their trade is in no "
            "partner."
        )
        said.append(Sentence(template, {"count": Amount(len(unspecified), "count")}))
    if not any(section.key == gravity.KEY and section.grids for section in sections):
        said.append(Sentence(_NO_GRAVITY))
    said += [Sentence(template, {"period": when(pair.period)}) for template in _ALWAYS]
    return _once(said)


def unreported(pair: Pair) -> list[Sentence]:
    """A warning where a side, or a member of it, reports nothing for the year of the report."""
    if pair.reports is None:
        return []
    reporters = set()
    for end in ("origin", "destination"):
        told = pair.reports.totals("period", end, "told_by").to_pylist()
        reporters |= {row[end] for row in told if row["told_by"] == end and row["period"] == pair.period}
    silent = [code for side in (pair.a, pair.b) for code in pair.behind(side) if code not in reporters]
    if not silent:
        return []
    template = mark(
        "No report for {period} from: {list}. What only these would tell of that year is missing, so a fall may be one "
        "of reporting and not of trade."
    )
    return [Sentence(template, {"period": when(pair.period), "list": listed(tuple(silent))})]


def _succession(pair: Pair, code: str) -> list[Sentence]:
    """Says so where a side, or a member of it, changed its extent within the years shown."""
    template = mark("{a} changed its extent on {day}: figures before and after are not of one territory.")
    codes, first = set(pair.behind(code)), min(pair.periods)
    return [
        Sentence(template, {"a": listed((shared,)), "day": fact.day.isoformat()})
        for fact in successions()
        if first < fact.day.isoformat() <= f"{pair.period}-12-31"
        for shared in sorted(codes & {fact.before, fact.after})
    ]


def _narrow(pair: Pair, code: str) -> list[Sentence]:
    """Says so where the data hold trade of a region with few others, so that its ranks and shares are among these."""
    others = [one for one in pair.codes if one != code]
    traded = [one for one in others if any(pair.turnover(code, one, year) for year in pair.periods)]
    if len(traded) > len(others) / 2:
        return []
    template = mark(
        "All trade of {a}: the data hold its trade with {count} of {whole} other regions, so that its ranks, shares, "
        "intensity and dependency are among these alone."
    )
    values: dict[str, Value] = {
        "a": region(code),
        "count": Amount(len(traded), "count"),
        "whole": Amount(len(others), "count"),
    }
    return [Sentence(template, values)]


def _once(said: list[Sentence]) -> list[Sentence]:
    kept: dict[str, Sentence] = {}
    for sentence in said:
        kept.setdefault(f"{sentence.template}{sorted(map(str, sentence.values.items()))}", sentence)
    return list(kept.values())


def _unspecified(pair: Pair) -> list[str]:
    """Codes of the flows that providers use for the world, for what is left of it, or for no place at all."""
    known = {
        row["code"].upper() for row in shipped("not_regions.csv", ("code", "kind", "provider", "name_en", "name_ru"))
    }
    return [code for code in pair.codes if code.upper() in known]


_TABLES = (
    (
        "distance",
        mark(
            "No table of distances: the CIF margin of reports is the same for all pairs, and potential ignores "
            "distance."
        ),
    ),
    ("tariff", mark("No table of tariffs: potential takes all suppliers to face the same ones.")),
)
_NO_GRAVITY = mark(
    "What gravity would expect: no gravity model is estimated here; bias and potential rest on structure and "
    "size alone."
)
_ALWAYS = (
    mark("Why trade moved: the report counts and compares; it proves no cause. Its redirection is accounting."),
    mark("What the two buy at home: domestic trade is in no customs table, so shares are of foreign trade."),
    mark("What is inside the goods: value added by third regions needs input-output tables."),
    mark("Whether territory is counted alike: figures include what each reporter includes, as reported by it."),
)
