"""The chapter on gravity: the figures of the indicator, ranks by hand, and what is said where there is none."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hansa.gravity.potential import gravity_potential
from hansa.report import partnership
from hansa.trade.flows import as_flows
from hansa.trade.side import as_side
from hansa.trade.store import Store
from hansa.wording.sentence import Amount

CODES = "ABCDE"
KM = {"AB": 100, "AC": 300, "AD": 500, "AE": 800, "BC": 250, "BD": 420, "BE": 640, "CD": 210, "CE": 510, "DE": 330}
PAIRS = [(one, other) for one in CODES for other in CODES if one != other]
VALUES = [9, 2, 40, 1, 8, 3, 2, 1, 2, 4, 5, 1, 1, 2, 6, 3, 1, 1, 2, 4]  # A sells 40 to D, against all nearness
DISTANCE = {"region": [k[0] for k in KM], "partner": [k[1] for k in KM], "value": [float(x) for x in KM.values()]}


def _flows(**more) -> dict:
    columns = {"origin": [a for a, _ in PAIRS], "destination": [b for _, b in PAIRS]}
    return {"period": ["2022"] * 20, **columns, "value": [1e6 * x for x in VALUES], **more}


@pytest.fixture
def store(tmp_path):
    made = Store.create(tmp_path / "five")
    made.write(as_flows(_flows()), vintage="2023-01-01")
    made.write(as_side(DISTANCE, "distance"), vintage="2023-01-01")
    return made


def _section(report, view=0):
    return next((part for part in report.views[view].sections if part.key == "gravity"), None)


def _said(report, sentences):
    return [report.words.say(sentence).replace("\xa0", " ") for sentence in sentences]


def test_figures_are_those_of_the_indicator_and_ranks_by_ratio(store):
    report = partnership(store, "A", "D")
    rows = {(r["origin"], r["destination"]): r for r in gravity_potential(_flows(), distance=DISTANCE).rows()}
    ways, markets = _section(report).grids
    names = ("actual", "predicted", "low", "high", "gravity_potential")
    for way, cells in zip((("A", "D"), ("D", "A")), ways.rows, strict=True):
        assert [cell.value for cell in cells[1:6]] == pytest.approx([rows[way][name] for name in names])
        others = [row["gravity_potential"] for (origin, _), row in rows.items() if origin == way[0]]
        assert [cell.value for cell in cells[6:]] == [1 + sum(x > cells[5].value for x in others), 4]
    assert [cell.value for cell in ways.rows[0][6:]] == [1, 4]
    assert markets.rows[0][0].code == "D"  # the highest ratio first
    ratios = [cells[5].value for cells in markets.rows]
    assert ratios == sorted(ratios, reverse=True)


def test_both_views_and_what_it_cannot_say(store):
    report = partnership(store, "A", "D")
    for view in (0, 1):
        said = " ".join(_said(report, _section(report, view).sentences))
        assert "with the average of the table, not with what is possible, and says nothing of why" in said
        assert "the uncertainty of the coefficients alone" in said
        limits = _said(report, report.views[view].limits)
        assert not any("no gravity model is estimated" in limit for limit in limits)
    assert any(note.startswith("in-sample: ") for note in report.notes)
    assert "A → D: USD 40.0 mn, where USD" in " ".join(_said(report, _section(report).sentences))


def test_the_chart_marks_the_partner_and_has_an_interval_for_each_market(store):
    (drawing,) = _section(partnership(store, "A", "D")).drawings
    own, others = drawing.lines
    assert [place.code for place, figure in zip(drawing.places, own.figures, strict=True) if figure] == ["D"]
    assert sum(figure is not None for figure in others.figures) == 3
    for line in drawing.lines:
        for low, figure, high in zip(drawing.low, line.figures, drawing.high, strict=True):
            assert figure is None or low <= figure <= high


def test_a_side_that_is_several_regions_is_their_sum(store):
    (store.archive.folder / "blocs.csv").write_text(
        "bloc,member,from,to,source\nPACT,A,2000-01-01,,x\nPACT,B,2000-01-01,,x\n", encoding="utf-8"
    )
    report = partnership(store, "PACT", "D")
    figures = [value.value for value in _section(report).grids[0].rows[0] if isinstance(value, Amount)]
    rows = {(r["origin"], r["destination"]): r for r in gravity_potential(_flows(), distance=DISTANCE).rows()}
    for place, name in enumerate(("actual", "predicted")):
        assert figures[place] == pytest.approx(rows["A", "D"][name] + rows["B", "D"][name])
    assert not any("Pairs stray" in text for text in _said(report, _section(report).sentences))


def test_without_places_there_is_no_chapter_and_the_limit_says_so(tmp_path):
    store = Store.create(tmp_path / "nowhere")
    store.write(as_flows(_flows()), vintage="2023-01-01")
    report = partnership(store, "A", "D")
    assert _section(report) is None
    assert any("no gravity model is estimated here" in limit for limit in _said(report, report.views[0].limits))
    assert "Gravity needs distances" in report.missing["gravity_potential"]


def test_without_numba_a_line_says_what_to_install(store):
    code = f"""
import sys
sys.modules["numba"] = None
import hansa
report = hansa.partnership(hansa.open({str(store.archive.folder)!r}), "A", "D")
(section,) = [part for part in report.sections if part.key == "gravity"]
print(*map(report.words.say, section.sentences), "|", *map(report.words.say, report.views[0].limits))
print(len(report.document("html")) > 1000)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("No gravity model: ")
    assert "pip install 'hansa[gravity]'. | " in done.stdout
    assert "no gravity model is estimated here" in done.stdout
    assert done.stdout.endswith("True\n")
