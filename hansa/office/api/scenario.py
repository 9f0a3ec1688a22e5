"""What would happen if: a barrier of the register that goes, or a scenario that is sent, in general equilibrium."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from hansa.commitments.entry import Refused
from hansa.commitments.records import Barrier
from hansa.errors import DataError, HansaError
from hansa.office import what_if
from hansa.office.api.content import answer
from hansa.office.api.operation import Call, Operation, Schema
from hansa.office.api.parameter import Parameter
from hansa.office.api.record import IF_NONE_MATCH
from hansa.office.api.serializer import closed, ref
from hansa.office.api.statistic import NotComputable
from hansa.office.what_if import CLOSURES, LONGEST, MODELS, THETA, Setting
from hansa.report.simulation_case import named
from hansa.scenario import Scenario

if TYPE_CHECKING:
    from hansa.equilibrium.counterfactual import Counterfactual
    from hansa.equilibrium.economy import Economy

COST = (0.0001, 10.0)  # ad-valorem equivalents that are taken
YEAR = "The year of the world before; the latest by default."
THE_MODEL = "The model: products with tariffs, or one sector without."
CLOSURE = "What becomes of imports less exports; 'share' goes with 'armington'."
OF_TRADE = "Of trade to its cost; 4 by default."


def operations() -> dict[str, list[Operation]]:
    """What may be asked, by the end of the address."""
    asked = (
        Parameter("barrier", "Id of a barrier that stands.", needed=True),
        Parameter("removed", "The share of it that goes.", "number", least=0.01, most=1, default=1.0),
        Parameter("equivalent", "What it costs, a share of the price, in the place of what the register says.",
                  "number", least=COST[0], most=COST[1]),
        Parameter("year", YEAR),
        Parameter("model", THE_MODEL, "word", MODELS, default=MODELS[0]),
        Parameter("deficit", CLOSURE, "word", CLOSURES, default=CLOSURES[0]),
        Parameter("elasticity", OF_TRADE, "number", least=THETA[0], most=THETA[1]),
    )  # fmt: skip
    goes = "What happens when a barrier goes: who gains, who pays, where trade goes."
    sent = "What happens under the scenarios of a text in TOML."
    return {
        "what-if": [
            Operation("GET", "what_if", goes, _what_if, {200: ref("Simulated"), 304: None}, (404, 422),
                      parameters=asked, headers=IF_NONE_MATCH, throttle="simulate"),
        ],
        "simulate": [
            Operation("POST", "simulate", sent, _simulate, {200: ref("SimulatedTexts")}, (422,), takes=ref("Scenario"),
                      throttle="simulate"),
        ],
    }  # fmt: skip


def _what_if(call: Call) -> HttpResponse:
    barrier = call.snapshot.find(call.asked["barrier"], call.viewer, "barrier").record
    assert isinstance(barrier, Barrier)
    cost = call.asked.get("equivalent")
    if cost is None and not barrier.equivalent:
        raise Refused((("equivalent", "is needed: nobody has estimated what this barrier costs."),))
    setting = _setting(call.asked)
    world = _world(call, setting)
    try:
        change = what_if.change(call.statistics, world, barrier, removed=call.asked["removed"], equivalent=cost)
        scenario = Scenario(f"{barrier.id[:100]!r}, {call.asked['removed']:g} of it removed", (change,))
        told = what_if.simulated(call.statistics, setting, scenario)
    except DataError as lack:  # not the caller's mistake: so the register and the statistics stand
        raise NotComputable(str(lack)) from None
    return answer(call.request, written(told, (barrier.origin, barrier.destination)))


def _simulate(call: Call) -> HttpResponse:
    sent = read_sent(call.request.data)
    try:
        scenarios = what_if.scenarios(sent["scenario"])
    except DataError as wrong:
        raise Refused((("scenario", str(wrong)),)) from None
    setting = _setting(sent)
    _world(call, setting)
    found = []
    for one in scenarios:
        try:
            found.append(written(what_if.simulated(call.statistics, setting, one)))
        except DataError as wrong:
            raise Refused((("scenario", f"{one.name}: {wrong}"),)) from None
    return answer(call.request, {"scenarios": found})


def _setting(given: Mapping[str, Any]) -> Setting:
    return Setting(
        given.get("year") or "",
        given.get("model") or MODELS[0],
        given.get("deficit") or CLOSURES[0],
        given.get("elasticity"),
    )


def _world(call: Call, setting: Setting) -> Economy:
    """The world before; a year that it cannot have is the caller's mistake, what else lacks is not."""
    if call.statistics.store is not None and setting.year:
        known = what_if.years(call.statistics)
        if known and setting.year not in known:
            raise Refused((("year", f"is none with trade and production. Known: {', '.join(known)}."),))
    if setting.deficit == "share" and setting.model != "armington":
        raise Refused((("deficit", "'share' goes with the model 'armington' alone."),))
    try:
        return what_if.economy(call.statistics, setting)
    except HansaError as lack:
        raise NotComputable(str(lack)) from None


def read_sent(sent: Any) -> dict[str, Any]:
    """A scenario and its setting, as they were sent.

    Raises
    ------
    Refused : there is no text, or a field is unknown or none that it may be; by field.
    """
    if not isinstance(sent, Mapping):
        raise Refused((("", 'Send an object such as {"scenario": "..."}.'),))
    known = ("scenario", "year", "model", "deficit", "elasticity")
    wrong = [(str(name)[:80], f"is no known field. Known: {', '.join(known)}.") for name in sent if name not in known]
    said = {name: value for name, value in sent.items() if value is not None and name in known}
    for name, most in (("scenario", LONGEST), ("year", 20)):
        text = said.get(name, "0")
        if not isinstance(text, str) or not text.strip() or len(text) > most:
            wrong.append((name, f"Write a text of 1 to {most:,} signs."))
    for name, words in (("model", MODELS), ("deficit", CLOSURES)):
        if said.get(name, words[0]) not in words:
            wrong.append((name, f"is none of {', '.join(words)}."))
    theta = said.get("elasticity", THETA[0])
    if isinstance(theta, bool) or not isinstance(theta, int | float) or not THETA[0] <= theta <= THETA[1]:
        wrong.append(("elasticity", f"Write a number from {THETA[0]:g} to {THETA[1]:g}."))
    if "scenario" not in said:
        wrong.append(("scenario", "is missing."))
    if wrong:
        raise Refused(tuple(wrong))
    return said


def written(told: Counterfactual, ends: tuple[str, ...] = ()) -> dict[str, Any]:
    """All tables of an answer. Trade is that among `ends`, or among the regions that the scenario names, or all."""
    codes = told.economy.regions
    among = [code for code in ends if code in codes] or [codes[place] for place in sorted(named(told))] or None
    tables = {
        "regions": told.regions(),
        "trade": told.trade(among, among, home=False),
        "compensation": told.compensation(),
    }
    return {
        "name": told.scenario.name,
        "note": told.scenario.note,
        "changes": [line.strip() for line in str(told.scenario).splitlines()[1:]],
        "scenario": told.scenario.to_toml(),
        **{name: json.loads(result.to_json()) for name, result in tables.items()},
    }


def components() -> Mapping[str, Schema]:
    """Schemas of a scenario and of its answer."""
    text: Schema = {"type": "string"}
    shaped: Schema = {"type": "string", "minLength": 1, "pattern": r"\S"}

    def maybe(schema: Schema) -> Schema:
        return {"anyOf": [schema, {"type": "null"}]}

    fields: dict[str, Schema] = {
        "scenario": {
            **shaped,
            "maxLength": LONGEST,
            "description": "TOML with [[change]], or up to four [[scenario]].",
        },
        "year": maybe({**shaped, "maxLength": 20, "description": YEAR}),
        "model": maybe({"type": "string", "enum": list(MODELS), "description": THE_MODEL}),
        "deficit": maybe({"type": "string", "enum": list(CLOSURES), "description": CLOSURE}),
        "elasticity": maybe({"type": "number", "minimum": THETA[0], "maximum": THETA[1], "description": OF_TRADE}),
    }
    answered: dict[str, Schema] = {
        **{"name": text, "note": text, "changes": {"type": "array", "items": text}, "scenario": text},
        **dict.fromkeys(("regions", "trade", "compensation"), ref("Result")),
    }
    about = (
        "A scenario and the world after it. `meta` of each table names model, closure, numeraire, elasticity, residual "
        "and Walras gap; `regions` holds third parties too."
    )
    return {
        "Scenario": {"type": "object", "properties": fields, "required": ["scenario"], "additionalProperties": False},
        "Simulated": {**closed(answered), "description": about},
        "SimulatedTexts": closed({"scenarios": {"type": "array", "items": ref("Simulated")}}),
    }
