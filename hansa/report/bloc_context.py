"""The blocs that both belong to in the year of the report, or that one of them is, and the trade inside them."""

from __future__ import annotations

from hansa.report.affinity import first_row
from hansa.report.facts import Column, Fact, Grid, Section
from hansa.report.pair import Pair, blocs_of, members_in_data
from hansa.report.salience import log_distance, salience
from hansa.report.turnover import region, when
from hansa.wording.sentence import Amount, Evidence, Name, Sentence, Value, mark


def bloc_context(pair: Pair, me: str, other: str) -> Section | None:
    """The chapter on common blocs; says so where there are none."""
    mine, theirs = blocs_of(pair, me), blocs_of(pair, other)
    common = [bloc for bloc in mine if bloc in theirs]
    sides = [group.of for group in pair.groups if group.kind == "bloc" and group.of not in common]
    sentences = [_membership(pair, me, other, common)]
    rows, known, facts = [], [], []
    for bloc in (*common, *sides):
        row = _bloc_row(pair, bloc)
        if row:
            rows.append(row[0])
            known += row[1]
            facts += _facts(pair, me, other, bloc) if bloc in common else []
    grids = []
    if rows:
        heads = (mark("Bloc"), mark("Members in the data"), mark("Share of trade inside"), mark("Intensity, corrected"))
        columns = tuple(Column(Sentence(head), label=k == 0) for k, head in enumerate(heads))
        title = Sentence(mark("Trade inside the blocs, {period}"), {"period": when(pair.period)})
        grids.append(Grid(Sentence(mark("Blocs")), title, columns, tuple(rows), tuple(dict.fromkeys(known))))
        sentences.append(
            Sentence(
                mark("The corrected intensity allows for the fact that no member can trade with itself; 1 is neutral.")
            )
        )
    return Section("blocs", mark("Blocs"), tuple(sentences), tuple(grids), (), tuple(facts))


def _membership(pair: Pair, me: str, other: str, common: list[str]) -> Sentence:
    values: dict[str, Value] = {"a": region(me), "b": region(other), "period": when(pair.period)}
    if not common:
        template = mark("{a} and {b} were in no common bloc of the list throughout {period}.")
        return Sentence(template, values)
    listed = Sentence("{bloc}", {"bloc": Name(common[-1], "bloc")})
    for bloc in reversed(common[:-1]):
        listed = Sentence("{bloc}, {rest}", {"bloc": Name(bloc, "bloc"), "rest": listed})
    return Sentence(mark("Blocs that both belonged to throughout {period}: {list}."), {**values, "list": listed})


def _bloc_row(pair: Pair, bloc: str) -> tuple[tuple[Name | Amount, ...], list[Evidence]] | None:
    members = members_in_data(pair, bloc)
    if len(members) < 2:
        return None
    share = pair.ask("intra_bloc_share", on="members_now", bloc=members)
    corrected = pair.ask("bloc_intensity", on="members_now", bloc=members)
    figures = [list(row.values())[-1] if (row := first_row(answer)) else None for answer in (share, corrected)]
    cells = (
        Name(bloc, "bloc"),
        Amount(len(members), "count"),
        Amount(figures[0], "share"),
        Amount(figures[1], "ratio"),
    )
    return cells, [answer[1] for answer in (share, corrected) if answer]


def _facts(pair: Pair, me: str, other: str, bloc: str) -> list[Fact]:
    answer = pair.ask("bloc_intensity", on="members_now", bloc=members_in_data(pair, bloc))
    row = first_row(answer)
    figure = list(row.values())[-1] if row else None
    if answer is None or not figure:
        return []
    trade = pair.turnover(me, other)
    template = mark(
        "Members of {bloc} sell {figure} times as much to each other as the size of their markets suggests."
    )
    values: dict[str, Value] = {"bloc": Name(bloc, "bloc"), "figure": Amount(figure, "ratio")}
    stake = trade - trade / figure
    score = salience(stake=stake, flow=max(trade, trade / figure), turnover=trade, distance=log_distance(figure, 1.0))
    return [Fact("bloc", Sentence(template, values, answer[1]), score)]
