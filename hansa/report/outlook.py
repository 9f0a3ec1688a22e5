"""Where the two lie on the map, and what the report cannot say."""

from __future__ import annotations

from hansa.code_list import shipped
from hansa.regions.great_circle import great_circle
from hansa.report.facts import Amount, Section, Sentence, mark
from hansa.report.maps import Map, Spot
from hansa.report.mirrored import compared
from hansa.report.outlines import read_outlines
from hansa.report.pair import Pair, place_of
from hansa.report.turnover import region, when
from hansa.report.words import Words


def map_section(pair: Pair, me: str, other: str, words: Words, borders: str | None, fictional: bool) -> Section:
    """The chapter with the map; says so where a region has no coordinates."""
    here, there = place_of(pair, me), place_of(pair, other)
    if here is None or there is None or None in (here.lat, here.lon, there.lat, there.lon):
        code = me if here is None or here.lat is None else other
        template = mark("No map: the list of regions has no coordinates for {a}.")
        return Section("map", mark("Map"), (Sentence(template, {"a": region(code)}),))
    if borders:
        read_outlines(borders)  # a bad file is refused before anything is written
    kilometres = great_circle(here.lat or 0.0, here.lon or 0.0, there.lat or 0.0, there.lon or 0.0)
    title = Sentence(mark("{a}, {b} and the partners of {a} by turnover"), {"a": region(me), "b": region(other)})
    shown = Map("map", title, _spots(pair, me, other, words), kilometres, fictional, borders)
    template = mark(
        "Between the two points lie {km} along the great circle; every region is one point of its list, not a shape."
    )
    sentences = [Sentence(template, {"km": Amount(kilometres, "km")})]
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


def _spots(pair: Pair, me: str, other: str, words: Words) -> tuple[Spot, ...]:
    trade = {code: pair.turnover(me, code) for code in pair.codes if code != me}
    whole = sum(trade.values()) or 1.0
    spots = []
    for code in pair.codes:
        place = place_of(pair, code)
        if place is None or place.lat is None or place.lon is None:
            continue
        role = "self" if code == me else "other" if code == other else "partner"
        if role != "partner" or trade.get(code):
            name = words.names.get(("region", code), code)
            spots.append(Spot(name, place.lat, place.lon, trade.get(code, 0.0) / whole, role))
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
    said += [Sentence(template, {"period": when(pair.period)}) for template in _ALWAYS]
    return _once(said)


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
_ALWAYS = (
    mark("Why trade moved: the report counts and compares; it proves no cause. Its redirection is accounting."),
    mark("What the two buy at home: domestic trade is in no customs table, so shares are of foreign trade."),
    mark(
        "What gravity would expect: no gravity model is estimated here; bias and potential rest on structure and "
        "size alone."
    ),
    mark("What is inside the goods: value added by third regions needs input-output tables."),
    mark("Whether territory is counted alike: figures include what each reporter includes, as reported by it."),
)
