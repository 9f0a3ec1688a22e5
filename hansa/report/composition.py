"""Who is counted where a side of the pair is several regions: the members, since when, and what is left out."""

from __future__ import annotations

from hansa.report.facts import Section
from hansa.report.pair import Pair
from hansa.report.turnover import money, region, when
from hansa.trade.group import ADDITIVE, Group
from hansa.wording.sentence import Amount, Evidence, Name, Sentence, Value, mark

YEARS = 10  # over which changes of membership are told: those that the tables show


def composition(pair: Pair, me: str, other: str) -> Section | None:
    """The chapter on who is counted; None where both sides are single regions."""
    groups = [group for code in (me, other) if (group := pair.group(code))]
    if not groups:
        return None
    sentences, limits = [], []
    for group in groups:
        sentences += [_members(pair, group), *_left_out(pair, group), *_inside(pair, group)]
        sentences += [*_changes(pair, group), *_sizes(pair, group)]
        limits += _limits(pair, group)
    return Section("composition", mark("Who is counted"), tuple(sentences), limits=tuple(limits))


def listed(codes: tuple[str, ...], kind: str = "region") -> Sentence:
    """Names joined by commas."""
    said = Sentence("{a}", {"a": Name(codes[-1], kind)})
    for code in reversed(codes[:-1]):
        said = Sentence("{a}, {rest}", {"a": Name(code, kind), "rest": said})
    return said


def _members(pair: Pair, group: Group) -> Sentence:
    values: dict[str, Value] = {
        "a": region(group.code),
        "count": Amount(len(group.members), "count"),
        "list": listed(group.members),
        "period": when(group.period),
    }
    template = (
        mark(
            "{a} is counted as one region in all years: those that were members throughout {period} ({count}): {list}."
        )
        if group.kind == "bloc"
        else mark("{a} is counted as one region, made of the provinces that the data name ({count}): {list}.")
    )
    return Sentence(template, values, _inside_evidence(pair, group))


def _left_out(pair: Pair, group: Group) -> list[Sentence]:
    """What is not in the group though one might think so."""
    said = []
    if group.without:
        if group.without not in (pair.a, pair.b):
            template = mark("{whole} is counted without {out}, as asked.")
        elif pair.group(group.without):
            template = mark(
                "Members of {out} belong to {whole} too, and are counted in {out}: here {whole} is what is left of it."
            )
        else:
            template = mark(
                "{out} belongs to {whole} too, and stands on the other side: here {whole} is what is left of it."
            )
        whole = Name(group.of, "bloc" if group.kind == "bloc" else "region")
        said.append(Sentence(template, {"out": region(group.without), "whole": whole}))
    if group.absent:
        template = mark("Members of {a} that the data do not name, so that their trade is missing: {list}.")
        said.append(Sentence(template, {"a": region(group.code), "list": listed(group.absent)}))
    return said


def _inside(pair: Pair, group: Group) -> list[Sentence]:
    """Trade between members, which the report leaves out."""
    if len(group.members) < 2:
        return []
    table = pair.members_now.where(origin=group.members, destination=group.members).totals("origin", "destination")
    total = sum(row["value"] or 0.0 for row in table.to_pylist() if row["origin"] != row["destination"])
    template = mark("What its members sell to each other ({value} in {period}) is trade inside {a} and left out.")
    values: dict[str, Value] = {"value": money(pair, total), "period": when(pair.period), "a": region(group.code)}
    return [Sentence(template, values, _inside_evidence(pair, group))]


def _inside_evidence(pair: Pair, group: Group) -> Evidence | None:
    members = list(group.members)
    return pair.evidence_of("exports", on="members_now", by="origin,destination", origin=members, destination=members)


def _changes(pair: Pair, group: Group) -> list[Sentence]:
    """Who joined or left within the years shown."""
    if group.kind != "bloc":
        return []
    moved = [
        Sentence(mark("{a} since {day}") if came else mark("{a} until {day}"), {"a": region(member), "day": day})
        for member, day, came in pair.lists.changes(group.of, pair.periods[-YEARS:][0], pair.period)
    ]
    if not moved:
        return []
    said = moved[-1]
    for change in reversed(moved[:-1]):
        said = Sentence("{a}; {rest}", {"a": change, "rest": said})
    template = mark(
        "The membership of {a} changed within the years shown: {list}. Figures of every year are those of the members "
        "named above, whether or not they belonged to it then."
    )
    return [Sentence(template, {"a": Name(group.of, "bloc"), "list": said})]


def _sizes(pair: Pair, group: Group) -> list[Sentence]:
    """Trade of the group beside its GDP, where every member has one."""
    answer = pair.ask("trade_openness", region=group.code) if "gdp" in pair.store.measures() else None
    rows = answer[0].rows() if answer else []
    figure = rows[0]["trade_openness"] if rows else None
    if answer is None or figure is None:
        return []
    template = mark("Its trade with all others is {share} of the sum of its members' GDP in {period}.")
    return [Sentence(template, {"share": Amount(figure, "share"), "period": when(pair.period)}, answer[1])]


def _limits(pair: Pair, group: Group) -> list[Sentence]:
    values: dict[str, Value] = {"a": region(group.code), "period": when(pair.period)}
    said = []
    for measure in ADDITIVE[:2]:
        table = pair.side(measure)
        if table is None or "period" not in table.columns:
            continue
        if not table.where(region=group.code, period=pair.period).to_arrow().num_rows:
            template = mark("{measure} of {a} in {period}: not every member has a figure, so there is no sum.")
            said.append(Sentence(template, {**values, "measure": Sentence(MEASURES[measure])}))
    said.append(
        Sentence(
            mark(
                "Prices of {a} as a whole: it has no exchange rate, price index, tariff or distance of its own, so "
                "growth in its currency and in constant prices is not given, and potential takes its tariffs and "
                "distances as no different from those of others."
            ),
            values,
        )
    )
    said.append(
        Sentence(
            mark(
                "How members of {a} differ: each figure is of all of them together, and may hide that one grows while "
                "another falls."
            ),
            values,
        )
    )
    if group.kind == "bloc":
        said.append(
            Sentence(
                mark(
                    "What joining or leaving {a} did: its members are the same in all years, so that no change of "
                    "figures is a change of membership."
                ),
                values,
            )
        )
    return said


MEASURES = {"gdp": mark("GDP"), "population": mark("Population")}
