"""Who has agreed what with whom: a matrix of regions, a map, and the pairs that lack an agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe
from markupsafe import Markup, escape

from hansa.errors import UnknownCode
from hansa.office.meaning import Meaning
from hansa.office.pages.frame import Asked, page, public, refusing, url
from hansa.office.pages.pen import Pen
from hansa.office.place import name_of
from hansa.office.verdicts import all_pairs
from hansa.regions.lists import Lists
from hansa.report.facts import Column, Grid
from hansa.report.maps import Map, Spot
from hansa.result import Result
from hansa.wording import Amount, Evidence, Name, Sentence, Words, mark
from hansa.wording.visible import visible
from hansa.wording.words import ABSENT, scale_for

# What a cell may show: its label, the columns of the two ways (one where it is the same from either side), its kind.
SHOWN: dict[str, tuple[str, tuple[str, ...], str]] = {
    "agreements": (mark("Agreements in force"), ("agreements",), "count"),
    "projects": (mark("Joint projects"), ("projects",), "count"),
    "barriers": (mark("Open barriers"), ("open_barriers",), "count"),
    "flow": (mark("Exports, from the row to the column"), ("flow", "flow_back"), "money"),
    "potential": (mark("Export potential, from the row to the column"), ("potential", "potential_back"), "money"),
    "gravity": (mark("Gravity: actual / predicted, from the row to the column"), ("gravity", "gravity_back"), "ratio"),
}
SIDES = ("a", "b")  # of a pair that is asked for by name
MOST = 40  # regions in a matrix
MAPPED = 400  # lines on a map


@dataclass(frozen=True)
class Matrix:
    """Regions in rows and columns, codes with names, and a cell for each two: ready for the page."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    rows: tuple[tuple[Markup, ...], ...]
    left_out: int


@require_safe
@public
@refusing
def regions(request: HttpRequest) -> HttpResponse:
    """The matrix, the map and the gaps; ``?show=`` chooses what cells show, ``?bloc=`` counts blocs as one region,
    ``?a=`` and ``?b=`` lead to the page of two, by their codes or names.
    """
    asked = Asked(request)
    words, lists = asked.words, asked.statistics.lists
    meaning = Meaning(asked.register, asked.statistics, words)
    if all(request.GET.get(side, "").strip() for side in SIDES):
        return HttpResponseRedirect(url("pair", *(_code(meaning, request.GET[side].strip()) for side in SIDES)))
    show = request.GET.get("show", "agreements")
    if show not in SHOWN:
        raise UnknownCode("content of a cell", show, SHOWN, hint=f"It may be {', '.join(SHOWN)}.")
    blocs = _blocs(request.GET.getlist("bloc"), lists) if asked.statistics.store else ()
    found = all_pairs(asked.statistics, asked.snapshot, asked.viewer, blocs)
    fictional = found is not None and any("fictional" in source.title for source in found.provenance.sources)
    rows = found.rows() if found else []
    evidence = _evidence(found, blocs) if found else None
    currency = found.unit.partition("; ")[2].split(",")[0] if found else ""
    gaps = [row for row in rows if row["gap"]]
    return page(
        asked,
        "regions.html",
        pen=Pen(words),
        found=found,
        show=show,
        shown={key: words(label) for key, (label, _, _) in SHOWN.items()},
        blocs=[(bloc.key, name_of(bloc.key, words), bloc.key in blocs) for bloc in _offered(asked, lists)],
        asked_blocs=blocs,
        gaps=_gaps(words, evidence, gaps, currency) if evidence and gaps else None,
        matrix=_matrix(rows, show, words, currency) if rows else None,
        unit=_unit(rows, show, words, currency),
        map=_map(rows, lists, words, fictional) if rows else None,
        fictional=fictional,
        partners=_partners(words, evidence, rows) if evidence else None,
        has_statistics=asked.statistics.store is not None,
        places=meaning.regions,
        named=request.GET.get("a", "")[:300],
    )


def _code(meaning: Meaning, text: str) -> str:
    """The code of a region or bloc that somebody typed.

    Raises
    ------
    UnknownCode : it is neither.
    """
    code = meaning.region(text)
    if code is None:
        raise UnknownCode("region or bloc", text, [said for place in meaning.regions for said in place], hint="")
    return code


def _blocs(texts: Sequence[str], lists: Lists) -> tuple[str, ...]:
    """Keys of the blocs that are asked for.

    Raises
    ------
    UnknownCode : there is no such bloc.
    """
    keys = []
    for text in filter(None, texts):
        if (bloc := lists.bloc(text)) is None:
            raise UnknownCode("bloc", text, [name for one in lists.blocs for name in (one.key, one.name)], hint="")
        keys.append(bloc.key)
    return tuple(sorted(set(keys)))


def _offered(asked: Asked, lists: Lists) -> list[Any]:
    """The blocs of which a member is in the flows or in the register."""
    parties = {getattr(record, "region", None) for record in asked.register}
    there = {fact.bloc for fact in lists.facts if fact.member in parties} | (
        parties & {bloc.key for bloc in lists.blocs}
    )
    return sorted((bloc for bloc in lists.blocs if bloc.key in there), key=lambda bloc: bloc.key)


def _evidence(found: Result, blocs: Sequence[str]) -> Evidence:
    counted = "".join(f" --bloc {key}" for key in blocs)
    return Evidence.of(found, f"hansa register coverage REGISTER --on {found.meta['on']}{counted} --store STORE")


# ---- the matrix -----------------------------------------------------------------------------------------------------
def _matrix(rows: Sequence[dict[str, Any]], show: str, words: Words, currency: str) -> Matrix:
    _, columns, kind = SHOWN[show]
    every = sorted({code for row in rows for code in (row["one"], row["other"])}, key=lambda code: name_of(code, words))
    codes = _busiest(rows, every)
    cells: dict[tuple[str, str], tuple[Any, bool]] = {}
    for row in rows:
        cells[row["one"], row["other"]] = row[columns[0]], row["gap"]
        cells[row["other"], row["one"]] = row[columns[-1]], row["gap"]
    scale = _scale(rows, columns) if kind == "money" else None
    names = {code: name_of(code, words) for code in codes}
    gap = words(mark("gap"))
    lines = tuple(
        tuple(_cell(one, other, names, cells.get((one, other)), Amount(None, kind, currency), scale, words, gap)
              for other in codes)
        for one in codes
    )  # fmt: skip
    return Matrix(tuple(codes), tuple(names[code] for code in codes), lines, len(every) - len(codes))


def _cell(
    one: str, other: str, names: dict[str, str], held: Any, amount: Amount, scale: float | None, words: Words, gap: str
) -> Markup:
    if held is None:
        return Markup('<td class="same">{}</td>').format(ABSENT if one != other else "")
    value, lacking = held
    shown = ABSENT if value is None else words.show(Amount(value, amount.kind, amount.currency), scale)
    said = f"{shown} {gap}" if lacking else shown
    look = "gap" if lacking else "none" if not value else "some"
    label = f"{names[one]} – {names[other]}: {said}"
    text = Markup('{}<br><span class="badge bad">{}</span>').format(shown, gap) if lacking else escape(shown)
    address = url("pair", one, other)
    return Markup('<td class="{}"><a href="{}" aria-label="{}">{}</a></td>').format(look, address, visible(label), text)


def _busiest(rows: Sequence[dict[str, Any]], every: list[str]) -> list[str]:
    """The regions of a matrix that a page can show: those with most in the register, then those with most trade."""
    if len(every) <= MOST:
        return every
    weight = dict.fromkeys(every, (0.0, 0.0))
    for row in rows:
        promised = row["agreements"] + row["projects"] + row["open_barriers"] + bool(row["gap"])
        trade = (row["flow"] or 0.0) + (row["flow_back"] or 0.0)
        for code in (row["one"], row["other"]):
            weight[code] = (weight[code][0] + promised, weight[code][1] + trade)
    kept = set(sorted(every, key=lambda code: weight[code], reverse=True)[:MOST])
    return [code for code in every if code in kept]


def _scale(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> float:
    return scale_for([row[name] or 0.0 for row in rows for name in columns])


def _unit(rows: Sequence[dict[str, Any]], show: str, words: Words, currency: str) -> str:
    """The unit of money in a matrix; empty where it shows counts."""
    _, columns, kind = SHOWN[show]
    if kind != "money" or not rows:
        return ""
    grid = Grid(Sentence(""), Sentence(""), (), (), (), _scale(rows, columns), currency)
    return Pen(words).unit(grid)


# ---- gaps, map, partners --------------------------------------------------------------------------------------------
def _gaps(words: Words, evidence: Evidence, rows: Sequence[dict[str, Any]], currency: str) -> Grid:
    """Pairs with high potential and no agreement, the highest potential first."""
    lines = []
    for row in rows:
        money = [Amount(row[name], "money", currency)
                 for name in ("potential", "potential_back", "flow", "flow_back", "unrealised")]  # fmt: skip
        both = f"{name_of(row['one'], words)} – {name_of(row['other'], words)}"
        pair = Markup('<a href="{}">{}</a>').format(url("pair", row["one"], row["other"]), both)
        signed = Name(mark("signed, not in force") if row["signed"] else mark("none"), "word")
        lines.append((pair, signed, *money, Amount(_over_predicted(row), "ratio"), Name(row["period"], "period")))
    heads = (
        *(mark("Pair"), mark("Agreement"), mark("Potential of the first"), mark("Potential of the second")),
        *(mark("Exports of the first"), mark("Exports of the second"), mark("Unrealised, both ways")),
        *(mark("Gravity: actual / predicted, both ways"), mark("Year")),
    )
    columns = tuple(Column(Sentence(head), label=k in (0, 1)) for k, head in enumerate(heads))
    scale = scale_for([row["potential"] + row["potential_back"] for row in rows])
    title = Sentence(mark("Pairs with high potential and no agreement in force"))
    return Grid(Sentence(mark("Gaps")), title, columns, tuple(lines), (evidence,), scale, currency)  # type: ignore[arg-type]


def _over_predicted(row: dict[str, Any]) -> float | None:
    """Trade both ways over what gravity predicts of it; None where it predicts nothing for one way."""
    ways = [row["predicted"], row["predicted_back"]]
    return None if None in ways or not sum(ways) else (row["flow"] + row["flow_back"]) / sum(ways)


def _map(rows: Sequence[dict[str, Any]], lists: Lists, words: Words, fictional: bool) -> Map | None:
    """Regions as points, agreements in force as lines between them; None where no two have a place."""
    bound = [row for row in rows if row["agreements"]]
    counts: dict[str, int] = {}
    for row in bound:
        for code in (row["one"], row["other"]):
            counts[code] = counts.get(code, 0) + row["agreements"]
    spots: list[Spot] = []
    at: dict[str, int] = {}
    for code in sorted({code for row in rows for code in (row["one"], row["other"])}):
        place = lists.place(code)
        if place is not None and place.lat is not None and place.lon is not None:
            at[code] = len(spots)
            role = "self" if counts.get(code) else "partner"
            spots.append(Spot(name_of(code, words), place.lat, place.lon, 0.0, role))
    if len(spots) < 2 or not counts.keys() & at.keys():
        return None
    ends = [(row["one"], row["other"]) for row in bound][:MAPPED]
    lines = tuple((at[a], at[b]) for a, b in ends if a in at and b in at)
    title = Sentence(mark("Agreements in force between regions"))
    said = Sentence(
        mark(
            "Regions as points, dark where an agreement is in force; a line joins two that share one. "
            "The table has all."
        )
    )
    return Map("regions", title, tuple(spots), None, fictional, None, lines, said)


def _partners(words: Words, evidence: Evidence, rows: Sequence[dict[str, Any]]) -> Grid:
    """Region by region: with whom an agreement is in force, how many projects and open barriers there are."""
    held: dict[str, dict[str, Any]] = {}
    for row in rows:
        for code, other in ((row["one"], row["other"]), (row["other"], row["one"])):
            line = held.setdefault(code, {"with": [], "projects": 0, "barriers": 0, "gaps": 0})
            line["with"] += [other] if row["agreements"] else []
            line["projects"] += row["projects"]
            line["barriers"] += row["open_barriers"]
            line["gaps"] += bool(row["gap"])
    lines = []
    for code in sorted(held, key=lambda code: name_of(code, words)):
        line = held[code]
        links = Markup(", ").join(
            Markup('<a href="{}">{}</a>').format(url("pair", code, other), name_of(other, words))
            for other in sorted(line["with"], key=lambda other: name_of(other, words))
        )
        figures = (Amount(len(line["with"]), "count"), Amount(line["projects"], "count"))
        rest = (Amount(line["barriers"], "count"), Amount(line["gaps"], "count"))
        lines.append((name_of(code, words), links or words(mark("none")), *figures, *rest))
    heads = (
        *(mark("Region"), mark("Agreement in force with"), mark("Partners")),
        *(mark("Joint projects"), mark("Open barriers"), mark("Gaps")),
    )
    columns = tuple(Column(Sentence(head), label=k < 2) for k, head in enumerate(heads))
    title = Sentence(mark("Agreements in force, region by region"))
    return Grid(Sentence(mark("Regions")), title, columns, tuple(lines), (evidence,))
