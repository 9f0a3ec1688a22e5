"""The report on A and B of the four regions; figures as printed with the methods, or by hand."""

from __future__ import annotations

import io

import openpyxl
import pypdf
import pytest

from hansa.errors import DataError, UnknownCode
from hansa.report import partnership
from hansa.report.partnership import headlines
from hansa.trade.flows import as_flows
from hansa.trade.side import as_side
from hansa.trade.store import Store
from hansa.wording.sentence import Amount
from tests.unit.report.conftest import four_regions


@pytest.fixture
def report(store):
    return partnership(store, "A", "B")


def section(report, key, view=0):
    return next(part for part in report.views[view].sections if part.key == key)


def figures(grid, row):
    return [value.value for value in grid.rows[row] if isinstance(value, Amount)]


def said(report, view=0):
    return [report.words.say(s).replace("\xa0", " ") for part in report.views[view].sections for s in part.sentences]


def test_turnover_and_balance_of_both_views(report):
    # A sells 100 to B and buys 110 in the second period; 75 and 70 in the first
    assert [item.amount.value for item in report.views[0].glance] == [210, 100, 110, -10]
    assert [item.amount.value for item in report.views[1].glance] == [210, 110, 100, 10]
    years = section(report, "turnover").grids[-1]
    assert figures(years, 0) == [75, 70, 145, 5, None]
    assert figures(years, 1)[:4] == [100, 110, 210, -10]
    assert figures(years, 1)[4] == pytest.approx(210 / 145 - 1)


def test_rank_with_population_and_gaps(report):
    grid = section(report, "standing").grids[0]
    # D 250, B 210, C 55: second of three, as a year before; 40 below D and 155 above C
    assert figures(grid, 0) == [2, 3, 2, 210, 40, 155, 0]
    assert "B is partner no. 2 of 3 of A by turnover." in said(report)


def test_structure_and_contributions(report):
    grid = section(report, "structure").grids[0]
    # 48 of 100 is p1, which rose by 8 from a total of 75
    assert figures(grid, 0) == pytest.approx([48, 0.48, 0.2, 8 / 75])


def test_intensity_is_complementarity_times_bias(report):
    grid = section(report, "affinity").grids[0]
    intensity, complementarity, bias, _ = figures(grid, 0)
    assert intensity == pytest.approx(2.277778, abs=1e-6)
    assert complementarity * bias == pytest.approx(intensity)


def test_redirection_is_a_range(report):
    # printed: B loses C; redirected to A at most 32.230769 without growth, 44.238156 with that of other suppliers
    grids = {report.words.say(grid.sheet): grid for grid in section(report, "redirection").grids}
    rows = [figures(grids["Redirection B"], row) for row in (0, 1)]
    assert [row[0] for row in rows] == pytest.approx([40, 47.158333], abs=1e-6)
    assert [row[2] for row in rows] == pytest.approx([0, 2.290909], abs=1e-6)
    assert [row[3] for row in rows] == pytest.approx([32.230769, 44.238156], abs=1e-6)
    assert "Closed to B: C. Lost there: USD 40 to USD 47.2; not replaced anywhere: USD 0 to USD 2.29." in said(report)


def test_imports_at_risk_from_each_other(report):
    # A buys 26 of p4 from B, of 57 in all
    grid = section(report, "dependency").grids[0]
    shares = {row[0].code: row[2].value for row in grid.rows}
    assert shares["p4"] == pytest.approx(26 / 57)


def test_headlines_are_the_best_of_each_family(report):
    view = report.views[0]
    scores = [fact.score for fact in view.facts]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    assert view.headlines == headlines(list(view.facts))
    assert len({fact.family for fact in view.headlines}) == len(view.headlines) <= 6
    growth = next(fact for fact in view.facts if "Turnover of" in fact.sentence.template)
    assert growth.score == 0.244  # worked by hand in test_salience


def test_the_balance_that_turned_is_a_fact(report):
    fact = next(fact for fact in report.facts if fact.family == "balance")
    assert report.words.say(fact.sentence).replace("\xa0", " ") == (
        "The balance of A with B turned from a surplus of USD 5 into a deficit of USD 10."
    )
    assert fact.salience.size == pytest.approx(15 / 210)


def test_every_sentence_with_a_figure_says_how_it_is_known(report):
    silent = []
    for view in report.views:
        for sentence in [f.sentence for f in view.facts] + [s for part in view.sections for s in part.sentences]:
            rule = sentence.template.startswith(("A market counts", "Import-dependent"))
            if any(isinstance(value, Amount) for value in sentence.values.values()) and not sentence.known and not rule:
                silent.append(sentence.template)
        for part in view.sections:
            silent += [str(grid.title) for grid in part.grids if not grid.evidence]
        for number, known in enumerate(view.evidence, start=1):
            assert view.numbers((known,)) == [number]
            assert known.command.startswith("hansa ")
            assert known.formula
            assert known.reference
            assert known.provenance is not None
    assert not silent


def test_what_is_missing_is_said(report):
    assert set(report.missing) >= {"deflator", "distance", "exchange_rate", "tariff"}
    limits = [report.words.say(limit) for limit in report.views[0].limits]
    assert "Growth in the currency of A: the store has no exchange rate of A for 2021 and 2022." in limits
    assert "The data hold no trade in services." in limits
    assert any("proves no cause" in limit for limit in limits)
    assert any("domestic trade is in no customs table" in limit for limit in limits)
    assert any("no gravity model" in limit for limit in limits)


def test_growth_in_each_currency_and_in_constant_prices(store):
    rates = {("A", 2021): 2.0, ("A", 2022): 2.2, ("B", 2021): 1.0, ("B", 2022): 1.0}
    prices = {("A", 2021): 1.0, ("A", 2022): 1.1, ("B", 2021): 1.0, ("B", 2022): 1.02}
    store.write(as_side(rates, "exchange_rate"), vintage="2023-02-01")
    store.write(as_side(prices, "deflator"), vintage="2023-02-01")
    grid = section(partnership(store, "A", "B"), "turnover").grids[0]
    usd = 210 / 145
    turnover = [figures(grid, row)[0] for row in range(len(grid.rows))]
    # dollars; A's currency lost a tenth; at A's prices; at B's prices (B counts in dollars)
    assert turnover == pytest.approx([usd - 1, usd * 1.1 - 1, usd - 1, usd / 1.02 - 1])


def test_as_of_gives_what_was_known_on_the_day(store):
    later = four_regions()
    later["value"] = [2 * value for value in later["value"]]
    store.write(as_flows(later), dataset="flows", vintage="2023-06-01")
    assert partnership(store, "A", "B").views[0].glance[0].amount.value == 420
    early = partnership(store, "A", "B", as_of="2023-03-01")
    assert early.views[0].glance[0].amount.value == 210
    assert all("--as-of 2023-03-01" in known.command for known in early.views[0].evidence)


def test_another_year(store):
    report = partnership(store, "A", "B", period="2021")
    assert report.views[0].glance[0].amount.value == 145
    assert "Growth: the data hold no year before 2021." in [report.words.say(x) for x in report.views[0].limits]


def test_a_pair_without_trade_stands(tmp_path):
    store = Store.create(tmp_path / "s")
    rows = {
        "period": [2021, 2021, 2022, 2022],
        "origin": list("ABAB"),
        "destination": list("CCCC"),
        "product": list("pppp"),
        "value": [1.0, 2.0, 3.0, 4.0],
    }
    store.write(as_flows(rows), vintage="2023-01-01")
    report = partnership(store, "A", "B")
    assert "No trade in goods between A and B is recorded from 2021 to 2022." in said(report)
    assert report.facts == ()
    assert len(report.write(tmp_path / "out")) == 3


def test_flows_without_products_and_with_one_year(tmp_path):
    store = Store.create(tmp_path / "s")
    store.write(
        as_flows({"period": ["2022"] * 2, "origin": ["A", "B"], "destination": ["B", "A"], "value": [3.0, 2.0]})
    )
    report = partnership(store, "A", "B")
    assert [item.amount.value for item in report.views[0].glance] == [5, 3, 2, 1]
    limits = [report.words.say(limit) for limit in report.views[0].limits]
    assert "The data hold no products: structure, potential, dependency and redirection are left out." in limits


def test_both_reports_and_the_reconciled_value(tmp_path):
    store = Store.create(tmp_path / "s")
    rows = [("A", "B", 100.0, 104.0), ("B", "A", 60.0, 61.0), ("A", "C", 50.0, 75.0), ("C", "A", 90.0, 60.0)]
    rows += [("B", "C", 40.0, 58.0), ("C", "B", 30.0, 21.0)]
    columns = {"period": [], "origin": [], "destination": [], "value": [], "told_by": []}
    for origin, destination, x, m in rows:
        for value, teller in ((x, "origin"), (m, "destination")):
            for name, cell in zip(columns, ("2022", origin, destination, value, teller), strict=True):
                columns[name].append(cell)
    store.write(as_flows(columns), vintage="2023-01-01")
    report = partnership(store, "A", "B")
    row = section(report, "mirror").grids[0].rows[0]
    origin_report, destination_report, fob, value = (cell.value for cell in row[1:5])
    assert (origin_report, destination_report) == (100, 104)
    assert 100 <= value <= fob <= 104
    assert report.views[0].glance[1].amount.value == value
    assert section(report, "mirror").sentences[0].evidence.command.startswith("hansa mirror A B --period 2022")


def test_the_same_region_twice(store):
    with pytest.raises(DataError, match="A partnership has two sides, but both are 'A'. Name two different regions."):
        partnership(store, "A", "A")


def test_a_region_that_is_not_there(store):
    with pytest.raises(UnknownCode, match="'AB' is no known region of these flows. Nearest known: 'A', 'B'"):
        partnership(store, "A", "AB")


def test_a_year_that_is_not_there(store):
    with pytest.raises(UnknownCode, match="'2020' is no known year of these flows.*They have 2021, 2022."):
        partnership(store, "A", "B", period="2020")


def test_a_language_that_is_not_there(store):
    with pytest.raises(UnknownCode, match="'fr' is no known language.*Hansa speaks en, ru;"):
        partnership(store, "A", "B", language="fr")


def test_a_store_without_a_whole_year(tmp_path):
    store = Store.create(tmp_path / "s")
    store.write(as_flows({"period": ["2022-01"], "origin": ["A"], "destination": ["B"], "value": [1.0]}), dataset="m")
    with pytest.raises(DataError, match="No year is complete: 2022 lack months or quarters, and cannot be summed."):
        partnership(store, "A", "B")


def test_a_store_without_flows(tmp_path):
    with pytest.raises(DataError, match="The store holds no flows yet; import some first."):
        partnership(Store.create(tmp_path / "s"), "A", "B")


def test_two_datasets_that_name_both(store):
    store.write(as_flows(four_regions()), dataset="other", vintage="2023-02-01")
    with pytest.raises(DataError, match=r"Several datasets have both 'A' and 'B': flows, other. Say which .dataset.\."):
        partnership(store, "A", "B")
    with pytest.raises(UnknownCode, match=r"'AA' is no known region of these flows. Nearest known: 'A'"):
        partnership(store, "AA", "B")
    assert partnership(store, "A", "B", dataset="other").views[0].glance[0].amount.value == 210


def test_a_format_that_is_not_there(report, tmp_path):
    with pytest.raises(DataError, match="A report cannot be written as 'docx'. Ask for html, pdf or xlsx."):
        report.write(tmp_path, ("html", "docx"))
    assert not list(tmp_path.glob("*.html"))


def test_names_of_regions_of_ones_own(store, tmp_path):
    (store.archive.folder / "regions.csv").write_text(
        "code,name,name_ru,lat,lon\nA,Aland,Аланд,60,20\nB,Borland,Борланд,61,25\n"
    )
    assert partnership(store, "Aland", "борланд").words.say(partnership(store, "A", "B").title) == "Aland and Borland"
    russian = partnership(store, "A", "B", language="ru")
    assert russian.words.say(russian.title) == "Аланд и Борланд"


def test_borders_only_from_a_file_and_said(store, tmp_path):
    (store.archive.folder / "regions.csv").write_text("code,name,lat,lon\nA,Aland,60,20\nB,Borland,61,25\n")
    borders = tmp_path / "lines.geojson"
    borders.write_text('{"type": "Polygon", "coordinates": [[[19, 59], [26, 59], [26, 62], [19, 59]]]}')
    plain, drawn = partnership(store, "A", "B"), partnership(store, "A", "B", borders=borders)
    assert "Land is drawn without borders; borders come only from a file that the reader names." in said(plain)
    assert any("lines.geojson" in sentence for sentence in said(drawn))
    with pytest.raises(DataError, match="The file of borders cannot be read"):
        partnership(store, "A", "B", borders=tmp_path / "none.geojson")


def test_hostile_names_do_no_harm(store, tmp_path):
    names = "=cmd|' /C calc'!A0", '<script>alert(1)</script> #eval("x") {a} $x$ @b'
    quoted = [name.replace('"', '""') for name in names]
    rows = f'A,"{quoted[0]}",60,20\nB,"{quoted[1]}",60,21'
    (store.archive.folder / "regions.csv").write_text(f"code,name,lat,lon\n{rows}\n")
    report = partnership(store, "A", "B")
    html, pdf, xlsx = (path.read_bytes() for path in report.write(tmp_path / "out"))
    assert b"<script" not in html
    assert b"&lt;script&gt;" in html
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert '#eval("x")' in text.replace("\n", " ")
    book = openpyxl.load_workbook(io.BytesIO(xlsx))
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"n", "s"}
    assert any(str(cell.value).startswith("=cmd") for cell in cells)


def test_a_report_needs_a_store_and_a_folder(report, tmp_path):
    with pytest.raises(DataError, match="A report is made of a store, not of a dict"):
        partnership({"origin": ["A"]}, "A", "B")
    (tmp_path / "taken").write_text("")
    with pytest.raises(DataError, match="needs a folder, but this is a file"):
        report.write(tmp_path / "taken", ("html",))
