"""What would happen if, for programs: the answers of the library, with all that they are known by."""

from __future__ import annotations

import json

import pytest

from hansa.equilibrium.economy import Economy
from hansa.equilibrium.simulation import simulate
from hansa.office.api.problem import MEDIA_TYPE
from hansa.regions.lists import lists_beside
from hansa.scenario import Scenario
from hansa.trade.store import open_store

V1 = "/api/v1"
CLOSED = 'name = "Closed"\n[[change]]\nkind = "closure"\norigin = "XBR"\ndestination = "XKA"\n'


def post(client, **sent):
    """The answer to a scenario."""
    return client.post(f"{V1}/simulate", json.dumps(sent), content_type="application/json")


def test_a_barrier_that_goes(register, client, sample_store):
    answer = client.get(f"{V1}/what-if?barrier=bar-recycling&removed=0.5")
    assert answer.status_code == 200
    told = answer.json()
    scenario = Scenario.from_toml(told["scenario"])
    (change,) = scenario.changes
    assert (change.equivalent, change.removed) == (0.18, 0.5)
    assert "a barrier equal to 18% of the price falls by 50%" in told["changes"][0]
    economy = Economy.from_store(open_store(sample_store), period="2022", sectors="product")
    wanted = simulate(economy, scenario, lists=lists_beside(sample_store))
    own = {row["region"]: row["real_income"] for row in wanted.regions().rows()}
    assert {row["region"]: row["real_income"] for row in told["regions"]["data"]} == pytest.approx(own, abs=1e-12)
    assert [(row["origin"], row["destination"]) for row in told["trade"]["data"]] == [("XGA", "XKA"), ("XKA", "XGA")]
    meta = told["regions"]["meta"]
    assert (meta["model"], meta["closure"], meta["period"]) == ("caliendo-parro", "fixed", "2022")
    assert meta["numeraire"] == "value added of the world"
    assert meta["residual"] < 1e-9
    assert meta["walras"] < 1e-9
    assert set(meta["elasticity"]) == {4.0}
    assert told["compensation"]["meta"]["losers"]


def test_an_answer_is_not_sent_twice(register, client):
    url = f"{V1}/what-if?barrier=bar-quota"
    tag = client.get(url)["ETag"]
    assert client.get(url, HTTP_IF_NONE_MATCH=tag).status_code == 304
    assert client.get(f"{url}&removed=0.5", HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_a_program_states_cost_year_model_and_elasticity(register, client):
    url = f"{V1}/what-if?barrier=bar-carriers&equivalent=0.2&year=2020&model=armington&deficit=share&elasticity=6.5"
    told = client.get(url).json()
    meta = told["regions"]["meta"]
    assert (meta["model"], meta["closure"], meta["period"], meta["elasticity"]) == ("armington", "share", "2020", [6.5])
    (change,) = Scenario.from_toml(told["scenario"]).changes
    assert 0 < change.equivalent < 0.2  # of services alone: by their share in all trade of the pair
    assert change.where.product == ()


def test_a_draft_is_asked_only_by_who_may_see_it(register, client, client_of):
    url = f"{V1}/what-if?barrier=bar-weighing&equivalent=0.1"
    assert client.get(url).status_code == 404
    assert client_of("visitor").get(url).status_code == 404
    assert client_of("editor").get(url).status_code == 200


def test_several_scenarios_are_sent_as_one_text(register, client):
    text = (
        f"[[scenario]]\n{CLOSED.replace('[[change]]', '[[scenario.change]]')}"
        '[[scenario]]\nname = "Better"\nchange = [{kind = "productivity", factor = 1.1}]\n'
    )
    closed, better = post(client, scenario=text).json()["scenarios"]
    assert (closed["name"], better["name"]) == ("Closed", "Better")
    (sold,) = [row for row in closed["trade"]["data"] if row["origin"] == "XBR"]
    assert (sold["destination"], sold["after"]) == ("XKA", 0.0)
    assert len(closed["regions"]["data"]) == 25
    assert len(better["trade"]["data"]) > 500  # it names every region: trade of all pairs


@pytest.mark.parametrize(("sent", "status", "field", "said"), [
    ({"scenario": "change ="}, 400, "scenario", "TOML"),
    ({"scenario": CLOSED.replace("XKA", "XKB")}, 400, "scenario", "XKA"),
    ({"scenario": CLOSED, "model": "armington", "elasticity": "4"}, 400, "elasticity", "number"),
    ({"scenario": CLOSED, "modell": "armington"}, 400, "modell", "no known field"),
    ({"scenario": CLOSED, "model": "conditional"}, 400, "model", "armington"),
    ({"scenario": CLOSED, "deficit": "share"}, 400, "deficit", "armington"),
    ({"scenario": CLOSED, "year": "1999"}, 400, "year", "2013"),
    ({"scenario": 5}, 400, "scenario", "text"),
    ({"scenario": "x" * 20_001}, 400, "scenario", "20,000"),
    ({"scenario": 'change = [{kind = "tariff_schedule", file = "a.csv"}]'}, 400, "scenario", "folder"),
])  # fmt: skip
def test_what_cannot_be_is_said_by_field(register, client, sent, status, field, said):
    answer = post(client, **sent)
    assert (answer.status_code, answer["Content-Type"]) == (status, MEDIA_TYPE)
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert said in error["message"]


def test_a_world_without_suppliers_cannot_be_computed(register, client):
    alone = 'change = [{kind = "closure", origin = "XBR"}, {kind = "closure", destination = "XBR"}]'
    answer = post(client, scenario=alone)
    assert (answer.status_code, answer["Content-Type"]) == (422, MEDIA_TYPE)
    assert "no supplier is left" in answer.json()["detail"]


def test_without_statistics_nothing_can_be_computed(blind, client):
    for answer in (client.get(f"{V1}/what-if?barrier=bar-quota"), post(client, scenario=CLOSED)):
        assert (answer.status_code, answer["Content-Type"]) == (422, MEDIA_TYPE)
        assert "no statistics yet" in answer.json()["detail"]
