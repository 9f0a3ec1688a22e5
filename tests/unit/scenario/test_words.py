"""A scenario says in words what it changes, in English and Russian."""

from __future__ import annotations

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest

from hansa.scenario import Change, Closure, Membership, Scenario, Tariff, TariffRow, TariffSchedule, TradeCost, Where
from hansa.wording import Words
from tests.unit.scenario.every_kind import EVERY

EN = Words("en")
RU = Words("ru", {("region", "XBR"): "Бринмарк", ("region", "XKA"): "Кастовия", ("product", "wood"): "Древесина"})

ENGLISH = (
    "XBR ↔ XKA, all products: a barrier equal to 12% of the price is removed; trade costs change by −10.7%.",
    "XBR, AMBER (as of 2019-01-01) → all others, wood, food: a barrier equal to 33.333% of the price rises by 50%; "
    "trade costs change by +12.5%.",
    "all regions → all regions, all products: trade costs change by +10.0%.",
    "all others → XKA, all products: the tariff becomes 3.75%.",
    "all others → XKA, all products: tariffs are abolished.",
    "all others → XKA, all products: tariffs are multiplied by 0.5.",
    "all others → XKA, all products: tariffs fall by 0.001 percentage points.",
    "Tariffs become those of a table, rows: 2 (XBR → XKA, all products: 10%; GRANITE (as of 2019) → XKA, wood: 0%).",
    "XBR, XDO join GRANITE (as of March 2022); trade with each member changes by +49.2% before prices adjust "
    "(coefficient 0.4).",
    "XRO leaves GRANITE; trade costs with each member change by +8.0%; tariffs between them and each member become 5%.",
    "XBR → XKA, wood: trade is closed, exactly zero.",
    "XBR ↔ XKA, all products: trade changes by −42.7% before prices adjust (coefficient of “rta” 0.557, its variable "
    "changes by −1).",
    "XBR → all others, all products: trade changes by +0.01% before prices adjust (coefficient 0.0001, its variable "
    "changes by 1).",
    "XBR, wood: productivity changes by +5.0%.",
    "XBR, wood: a project of 250 (in the money of the economy) changes productivity by 60% of its ratio to output; its "
    "stated cost is 40, which is taken from nobody's income.",
    "A corridor changes the cost of transport by −25.0% to +100.0%, rows: 2 (XBR → XKA, all products: from 80 to 60; "
    "XDO → XKA, wood: from 1e-05 to 2e-05); trade costs follow with an assumed elasticity of 0.3.",
    "A corridor changes the cost of transport by −25.0% to −22.2%, rows: 2 (XBR ↔ XKA, all products: from 80 to 60; "
    "XDO ↔ XKA, wood: from 90 to 70); trade costs follow by its share in the value of what is carried (120 to 400 a "
    "unit).",
    "A corridor changes the cost of transport by −25.0%, rows: 1 (XBR → XKA, all products: from 80 to 60); trade "
    "follows with an estimated coefficient of −0.8.",
    "XBR, XKA: imports equal exports.",
    "A corridor changes the cost of transport by −25.0%, rows: 1 (XBR → XKA, all products: from 80 to 60); trade "
    "costs follow by its share in the value of what is carried (400 a unit).",
    "XBR ↔ XKA, all products: a barrier equal to 12% of the price falls by 50%; trade costs change by −5.4%.",
    "all regions: imports minus exports are multiplied by 0.5.",
    "XBR: imports minus exports become −12.5 (in the money of the economy).",
)


@pytest.mark.parametrize(("change", "english"), list(zip(EVERY, ENGLISH, strict=True)))
def test_every_kind_in_english(change: Change, english: str):
    (sentence,) = Scenario("A", (change,)).sentences()
    assert EN.say(sentence).replace("\xa0", " ") == english


@pytest.mark.parametrize("change", EVERY)
def test_every_kind_in_russian(change: Change):
    """No English word is left but codes and terms that were given."""
    (sentence,) = Scenario("A", (change,)).sentences()
    said = Words("ru").say(sentence)
    assert re.search("[а-я]", said)
    assert not set(re.findall("[a-z]{2,}", said)) - {"wood", "food", "rta"}


def test_names_of_a_language_stand_for_codes():
    (sentence,) = Scenario("A", (Tariff(Where("XBR", "XKA", "wood"), points=0.025),)).sentences()
    assert RU.say(sentence) == "Бринмарк → Кастовия, Древесина: пошлины растут на 2,5 п. п."


def test_what_comes_and_goes_is_said_apart():
    (sentence,) = Scenario("A", (Membership("EAEU", joins="MDA", leaves="ARM", equivalent=0.25),)).sentences()
    assert EN.say(sentence) == (
        "MDA joins EAEU; trade costs with each member change by −20.0%. "
        "ARM leaves EAEU; trade costs with each member change by +25.0%."
    )


def test_long_lists_say_how_many_more():
    where = Where(tuple(f"R{n}" for n in range(20)))
    (sentence,) = Scenario("A", (TradeCost(where, 1.0001),)).sentences()
    assert EN.say(sentence) == (
        "R0, R1, R2, R3, R4, R5, R6, R7 and 12 more → all others, all products: trade costs change by +0.01%."
    )
    rows = tuple(TariffRow("A", f"B{n}", "", 0.0) for n in range(1200))
    (sentence,) = Scenario("A", (TariffSchedule(rows),)).sentences()
    assert "rows: 1,200 (" in EN.say(sentence)
    assert EN.say(sentence).endswith("A → B2, all products: 0% and 1,197 more).")


def test_a_scenario_prints_itself():
    assert (
        str(Scenario("Closed", (Closure(Where("XBR", "XKA", "wood")),)))
        == "Closed\n  XBR → XKA, wood: trade is closed, exactly zero."
    )


def _templates() -> list[str]:
    return sorted(
        {
            node.args[0].value
            for path in Path(str(files("hansa.scenario"))).glob("*.py")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "mark"
            and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
        }
    )  # fmt: skip


@pytest.mark.parametrize("template", _templates())
def test_every_template_is_translated(template: str):
    assert RU.knows(template), "no translation in locale/ru.po"
    assert sorted(re.findall(r"{(\w+)}", RU(template))) == sorted(re.findall(r"{(\w+)}", template))
