"""The chapter "what if": figures by hand on worlds of two equals, wiring against the model itself, and its limits."""

from __future__ import annotations

import shlex

import pytest

from hansa.commitments.records import Barrier, Event
from hansa.commitments.register import Register
from hansa.equilibrium.economy import Economy
from hansa.equilibrium.simulation import simulate
from hansa.report import partnership
from hansa.scenario import Scenario
from hansa.trade.flows import as_flows
from hansa.trade.side import as_side
from hansa.trade.store import Store
from hansa.wording.sentence import Amount
from tests.unit.report.conftest import four_regions

THETA = 4.0  # the default elasticity
OUTPUT = {"A": 400.0, "B": 500.0, "C": 300.0, "D": 900.0}


def _store(folder, trade, output, **sides) -> Store:
    made = Store.create(folder)
    rows = [("2022", *way, value) for way, value in trade.items()]
    names = ("period", "origin", "destination", "value")
    made.write(as_flows(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))), vintage="2023-01-01")
    if output:
        made.write(as_side({(code, 2022): value for code, value in output.items()}, "production"), vintage="2023-01-01")
    for name, side in sides.items():
        made.write(as_side(side, name), vintage="2023-01-01")
    return made


@pytest.fixture
def equals(tmp_path):
    """Two regions that are alike: each makes 100, sells 20 of it to the other."""
    return _store(tmp_path / "two", {("A", "B"): 20.0, ("B", "A"): 20.0}, {"A": 100.0, "B": 100.0})


@pytest.fixture
def made(store):
    """The four regions of tests/published, and what each makes."""
    store.write(as_side({(c, y): v for c, v in OUTPUT.items() for y in (2021, 2022)}, "production"))
    return store


def _section(report, view=0):
    return next((part for part in report.views[view].sections if part.key == "what_if"), None)


def _said(report, view=0):
    return [report.words.say(sentence).replace("\xa0", " ") for sentence in _section(report, view).sentences]


def _limits(report):
    return [report.words.say(limit) for limit in report.views[0].limits if "What would happen if" in limit.template]


def _figures(grid):
    return {str(getattr(row[0], "code", "")): [cell.value for cell in row[1:]] for row in grid.rows}


def _scenarios(report, view=0):
    """The scenarios as the commands of the report hold them."""
    commands = [known.command for known in report.views[view].evidence if known.method == "simulate"]
    return [Scenario.from_toml(shlex.split(command)[2]) for command in commands]


def test_a_tenth_off_trade_costs_of_two_equals(equals):
    report = partnership(equals, "A", "B")
    (grid,) = _section(report).grids
    # wages stay equal: P_hat = (0.8 + 0.2 x 0.9^-4)^(-1/4), and the other's share becomes 0.2 x 0.9^-4 x P_hat^4
    weight = 0.8 + 0.2 * 0.9**-THETA
    sold = 100 * 0.2 * 0.9**-THETA / weight
    for code in "AB":
        income, gain, exports, exports_after, imports, imports_after = _figures(grid)[code]
        assert income == pytest.approx(weight ** (1 / THETA) - 1, abs=1e-9)
        assert gain == pytest.approx(100 * (weight ** (1 / THETA) - 1), abs=1e-7)
        assert (exports, imports) == pytest.approx((20, 20))
        assert (exports_after, imports_after) == pytest.approx((sold, sold), rel=1e-8)
    said = " ".join(_said(report))
    assert "fell by 10.0% in both directions (an assumption, not an estimate" in said
    assert f"what A sells to B (goods, USD 20) changes by +{100 * (sold / 20 - 1):.1f}%" in said
    assert f"real income changes by +{100 * (weight ** (1 / THETA) - 1):.3f}% in A" in said
    assert "Trade costs between A and B lower" in report.words.say(grid.title)  # nobody knows a barrier
    assert "The data hold no third party." in said
    assert "How exposed" not in said  # B has no other market


def test_what_the_chapter_shows_is_what_its_commands_give(made):
    report = partnership(made, "A", "B")
    economy = Economy.from_store(made, period="2022", sectors="total")
    grids = {report.words.say(grid.sheet): grid for grid in _section(report).grids}
    for scenario, grid in zip(_scenarios(report), grids.values(), strict=True):
        told = {row["region"]: row for row in simulate(economy, scenario).regions().rows()}
        for code, figures in _figures(grid).items():
            if not code:
                continue
            names = ("exports_before", "exports_after", "imports_before", "imports_after")
            assert figures[0] == pytest.approx(told[code]["real_income"], abs=1e-8)
            assert figures[2:] == pytest.approx([told[code][name] for name in names], rel=1e-7)
    assert [scenario.changes[0].where.both for scenario in _scenarios(report)] == [True, False]


def test_third_parties_are_always_there_and_add_up(made):
    report = partnership(made, "A", "B")
    halved, closed = _section(report).grids
    rows = _figures(halved)
    assert set(rows) == {"A", "B", "C", "D", ""}
    assert rows[""][1] == pytest.approx(rows["C"][1] + rows["D"][1])
    assert report.words.say(halved.rows[-1][0]) == "All third parties (2)"
    assert all("third parties" in text for text in _said(report)[:2])
    market = _scenarios(report)[1].changes[0].where.destination[0]  # that closes is no third party
    (third,) = {"C", "D"} - {market}
    rows = _figures(closed)
    assert set(rows) == {"A", "B", "C", "D", ""}
    assert rows[""][1] == pytest.approx(rows[third][1])
    assert report.words.say(closed.rows[-1][0]) == "All third parties (1)"
    assert f"Real income of {market} changes by" in _said(report)[1]


def test_each_view_asks_for_the_market_of_its_partner(made):
    report = partnership(made, "A", "B")
    for view, (partner, other) in enumerate((("B", "A"), ("A", "B"))):
        closed = _scenarios(report, view)[1].changes[0].where
        sold = {
            code: sum(
                value
                for when, origin, end, value in zip(
                    *(four_regions()[n] for n in ("period", "origin", "destination", "value")), strict=True
                )
                if (when, origin, end) == ("2022", partner, code)
            )
            for code in "ABCD"
            if code not in (partner, other)
        }
        assert closed.origin == (partner,)
        assert closed.destination == (max(sold, key=sold.get),)
        assert _scenarios(report, view)[0].changes == _scenarios(report)[0].changes


def _register(*barriers):
    return Register(barriers)


def _open(name, origin="A", destination="B", *states, **more):
    history = tuple(Event(day, state) for day, state in (("2020-01-01", "reported"), *states))
    return Barrier(name, f"Barrier {name}", origin, destination, history=history, **more)


def test_open_barriers_of_the_register_are_halved(made):
    register = _register(
        _open("queue", equivalent=0.2),
        _open("gone", "B", "A", ("2021-01-01", "removed"), equivalent=0.3),
        _open("unknown size", "B", "A"),
        _open("elsewhere", "C", "D", equivalent=0.4),
    )
    report = partnership(made, "A", "B", register=register)
    (change,) = _scenarios(report)[0].changes
    assert (change.where.origin, change.where.destination, change.where.both) == (("A",), ("B",), False)
    assert (change.equivalent, change.removed) == (0.2, 0.5)
    assert "stand in the register were halved (1: Barrier queue)" in _said(report)[0]
    economy = Economy.from_store(made, period="2022", sectors="total")
    told = {row["region"]: row["real_income"] for row in simulate(economy, _scenarios(report)[0]).regions().rows()}
    assert _figures(_section(report).grids[0])["B"][0] == pytest.approx(told["B"], abs=1e-8)


def test_a_barrier_to_some_products_counts_by_their_share_where_all_are_one_sector(made):
    report = partnership(made, "A", "B", register=_register(_open("p1", products=("p1",), equivalent=0.2)))
    (change,) = _scenarios(report)[0].changes
    assert change.equivalent == pytest.approx(0.2 * 0.48)  # 48 of the 100 that A sells to B are p1
    assert change.where.product == ()


def test_a_barrier_to_some_products_is_one_of_sectors_where_production_has_products(store):
    rows = four_regions()
    sold: dict[tuple[str, str], float] = {}
    for when, origin, product, value in zip(*(rows[n] for n in ("period", "origin", "product", "value")), strict=True):
        if when == "2022":
            sold[origin, product] = sold.get((origin, product), 0.0) + value
    columns = {"region": [k[0] for k in sold], "product": [k[1] for k in sold], "period": ["2022"] * len(sold)}
    store.write(as_side({**columns, "value": [2 * value for value in sold.values()]}, "production"))
    report = partnership(store, "A", "B", register=_register(_open("p1", products=("p1",), equivalent=0.2)))
    (change,) = _scenarios(report)[0].changes
    assert (change.where.product, change.equivalent) == (("p1",), 0.2)
    command = next(known.command for known in report.views[0].evidence if known.method == "simulate")
    assert "--sectors product" in command


def test_a_bloc_is_the_sum_of_its_members(made):
    folder = made.archive.folder
    head = "bloc,member,from,to,source\n"
    (folder / "blocs.csv").write_text(head + "BC,B,2000-01-01,,hand\nBC,C,2000-01-01,,hand\n", encoding="utf-8")
    report = partnership(made, "A", "BC")
    grid = _section(report).grids[0]
    economy = Economy.from_store(made, period="2022", sectors="total")
    told = simulate(economy, _scenarios(report)[0])
    members = [row for row in told.compensation().rows() if row["region"] in "BC"]
    gain = sum(row["equivalent_variation"] for row in members)
    figures = _figures(grid)["BC"]
    assert figures[1] == pytest.approx(gain, abs=1e-6)
    assert figures[0] == pytest.approx(gain / sum(row["income_before"] for row in members), abs=1e-8)
    outside = told.trade(("B", "C"), ("A", "D")).rows()
    assert figures[2] == pytest.approx(sum(row["before"] for row in outside))  # what members sell each other is inside


def test_model_closure_and_limits_are_said(made):
    report = partnership(made, "A", "B")
    said = " ".join(_said(report))
    for part in (
        "not forecasts",
        "numeraire (output of the world)",
        "trade elasticity is 4.00",
        "long run",
        "goods alone",
    ):
        assert part in said
    known = [known for known in report.views[0].evidence if known.method == "simulate"]
    assert all("Simonovska and Waugh 2014" in one.reference for one in known)
    assert all(one.command.startswith("hansa simulate ") for one in known)


def test_a_store_without_output_has_a_limit_and_no_chapter(store):
    report = partnership(store, "A", "B")
    assert _section(report) is None
    assert _limits(report) == [
        "What would happen if: a model of trade needs what is sold at home. The store has neither production (gross "
        "output) nor GDP, of which exports could be taken off."
    ]


def test_output_of_others_alone_makes_no_world(store):
    store.write(as_side({("C", 2022): 900.0, ("D", 2022): 900.0}, "production"))
    report = partnership(store, "A", "B")
    assert _section(report) is None
    assert "no world in balance can be made of what this store holds of A, B and their partners" in _limits(report)[0]
    assert "Home sales of A, B are not known" in report.missing["what_if"]


def test_gdp_stands_for_production_and_that_is_noted(store):
    store.write(as_side({(code, 2022): 5 * value for code, value in OUTPUT.items()}, "gdp"))
    report = partnership(store, "A", "B")
    assert _section(report) is not None
    assert any("GDP less exports" in note for note in report.notes)


def test_a_question_without_an_answer_is_a_limit(tmp_path):
    # B sells two thirds of what it makes to C, buys next to nothing and keeps its surplus: without C it cannot
    trade = {("B", "C"): 100.0, ("A", "B"): 0.1, ("B", "A"): 0.1, ("C", "A"): 5.0, ("A", "C"): 5.0}
    store = _store(tmp_path / "s", trade, {"A": 100.0, "B": 150.1, "C": 400.0})
    report = partnership(store, "A", "B")
    assert _limits(report) == [
        "What would happen if C takes nothing more from B: the model finds no answer for these data."
    ]
    assert len(_section(report).grids) == 1
    assert report.missing["what_if closed B"]


def test_it_is_in_every_form_and_language(made, tmp_path):
    report = partnership(made, "A", "B", language="ru")
    assert all(known for known in (sentence.known for sentence in _section(report).sentences))
    assert "Что было бы, если" in report.document("html").decode()
    assert len(report.write(tmp_path / "out")) == 3
    for grid in _section(report).grids:
        assert all(isinstance(cell, Amount) for row in grid.rows for cell in row[1:])
