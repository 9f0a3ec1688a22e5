"""MODEL.toml: what it may say, what is read for it, and what each mistake is told."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hansa.errors import DataError, HansaError, NotIdentified, UnknownCode
from hansa.gravity.model_file import fit_model, read_model, to_json, write_tables
from hansa.trade.flows import as_flows
from hansa.trade.side import as_side
from hansa.trade.store import Store

PANEL = """exporter,importer,year,trade,rta,bloc
AUT,BEL,2000,7,1,EU
AUT,CHE,2000,2,0,
BEL,AUT,2000,5,1,EU
BEL,CHE,2000,3,0,EU
CHE,AUT,2000,1,0,X
CHE,BEL,2000,4,0,X
CHE,CHE,1990,9,0,X
"""
PLAIN = '[data]\nfile = "panel.csv"\n[model]\nformula = "trade ~ rta"\n'


def written(folder: Path, text: str) -> Path:
    """A model file beside a small panel."""
    (folder / "panel.csv").write_text(PANEL)
    (folder / "model.toml").write_text(text)
    return folder / "model.toml"


def test_a_whole_file(tmp_path: Path):
    asked = read_model(
        written(
            tmp_path,
            """
            [data]
            file = "panel.csv"
            where = {year = 2000, exporter = ["AUT", "BEL"]}
            [derive]
            border = "exporter != importer"
            [[models]]
            name = "PPML"
            formula = "trade ~ rta"
            cluster = ["exporter", "importer"]
            convention = "fixest"
            weights = "rta"
            offset = "log(year)"
            missing = "refuse"
            singletons = "keep"
            separated = "refuse"
            [[models]]
            formula = "log(trade) ~ rta"
            estimator = "ols"
            [output]
            tables = ["table.html", "coefficients.csv"]
            plot = "plot.svg"
            """,
        )
    )
    assert asked.where == {"year": [2000], "exporter": ["AUT", "BEL"]}
    assert asked.derive == {"border": "exporter != importer"}
    assert [(one.name, one.estimator) for one in asked.models] == [("PPML", "ppml"), ("(2)", "ols")]
    assert asked.models[0].settings == {
        "cluster": "exporter + importer",
        "convention": "fixest",
        "weights": "rta",
        "offset": "log(year)",
        "missing": "refuse",
        "singletons": "keep",
        "separated": "refuse",
    }
    assert (asked.tables, asked.plot) == (("table.html", "coefficients.csv"), "plot.svg")


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("data = [", DataError, "model.toml: The file is no readable TOML"),
        (PLAIN + "[modell]\n", UnknownCode, "'modell' is no known section. Nearest known: 'model'"),
        (PLAIN + "formla = 'x'\n", UnknownCode, "'formla' is no known key of a model. Nearest known: 'formula'"),
        (
            "data = {fil = 'x'}\nmodel = {formula = 'y ~ x'}",
            UnknownCode,
            "'fil' is no known key of [data]. Nearest known: 'file'",
        ),
        (PLAIN + "[output]\ntable = []", UnknownCode, "'table' is no known key of [output]. Nearest known: 'tables'"),
        ("model = {formula = 'y ~ x'}", DataError, "[data] names one file = '...' (Parquet or CSV), or one store"),
        ("data = {file = 'a', store = 'b'}\nmodel = {formula = 'y ~ x'}", DataError, "[data] names one file"),
        (
            "data = {file = 'a', vintage = '2020-01-01'}\nmodel = {formula = 'y ~ x'}",
            DataError,
            "'vintage' is said of a store",
        ),
        ("data = {file = 3}\nmodel = {formula = 'y ~ x'}", DataError, "data.file is a text in quotes, not 3"),
        ("data = 3\nmodel = {formula = 'y ~ x'}", DataError, "'data' is a table of keys and values, not 3"),
        ("data = {store = 'a', side = 'gdp'}\nmodel = {formula = 'y ~ x'}", DataError, "data.side is a list of texts"),
        (
            "data = {file = 'a', where = {year = {}}}\nmodel = {formula = 'y ~ x'}",
            DataError,
            "where.year is a value, or a list of values",
        ),
        ("data = {file = 'a'}", DataError, "A model file has one [model], or several of [[models]]"),
        ("data = {file = 'a'}\nmodel = 3", DataError, "Models are written as [model]"),
        ("data = {file = 'a'}\nmodels = []", DataError, "Models are written as [model]"),
        ("data = {file = 'a'}\nmodel = {cluster = 'pair'}", DataError, "Model 1 has no formula"),
        (PLAIN + "cluster = 3", DataError, "cluster is a list of texts, not 3"),
        (PLAIN + "estimator = 'olz'", UnknownCode, "'olz' is no known estimator. Nearest known: 'ols'"),
        (PLAIN + "estimator = 'ols'\noffset = 'x'", DataError, "'offset' is a setting of ppml, and this model is ols"),
        (
            "data = {file = 'a'}\nmodels = [{name = 'A', formula = 'y ~ x'}, {name = 'A', formula = 'y ~ x'}]",
            DataError,
            "Two models are called 'A'",
        ),
        (PLAIN + "[derive]\nx = 'exp(rta)'", DataError, "derive.x = 'exp(rta)' cannot be read. Write one sign"),
        (PLAIN + "[derive]\nx = 3", DataError, "derive.x is a text in quotes"),
        (PLAIN + "[output]\ntables = ['table.doc']", UnknownCode, "It may end in .html, .tex"),
        (PLAIN + "[output]\ntables = ['../table.html']", DataError, "is to be the bare name of a file"),
        (PLAIN + "[output]\nplot = 'plot.png'", UnknownCode, "It may end in .svg"),
    ],
)
def test_mistakes_in_the_file(tmp_path: Path, text: str, error: type[HansaError], said: str):
    with pytest.raises(error) as refusal:
        read_model(written(tmp_path, text))
    assert said in str(refusal.value)


def test_no_file(tmp_path: Path):
    with pytest.raises(DataError, match="There is no such file"):
        read_model(tmp_path / "model.toml")


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ("file = 'none.csv'", DataError, "There is no file 'none.csv' beside it"),
        ("file = 'empty.csv'", DataError, "The file is no readable CSV: it is empty."),
        ("file = 'cyrillic.csv'", DataError, "byte 1 is no letter of UTF-8. Save it in UTF-8."),
        (
            "file = 'panel.csv'\nwhere = {yaer = 2000}",
            UnknownCode,
            "'yaer' is no known column of the table. Nearest known: 'year'",
        ),
        (
            "file = 'panel.csv'\nwhere = {year = '2000'}",
            DataError,
            "where.year is '2000', and the column holds numbers",
        ),
        ("file = 'panel.csv'\n[derive]\nx = 'exporter != imprter'", UnknownCode, "Nearest known: 'importer'"),
        ("file = 'panel.csv'\n[derive]\nrta = 'exporter != importer'", DataError, "derive.rta would replace a column"),
        ("file = 'panel.csv'\n[derive]\nx = 'exporter * importer'", DataError, "The data cannot be computed"),
        ("store = 'nowhere'", DataError, "There is no store here"),
    ],
)
def test_mistakes_in_the_data(tmp_path: Path, changes: str, error: type[HansaError], said: str):
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "cyrillic.csv").write_bytes("торговля,x\n1,2\n".encode("cp1251"))
    asked = read_model(written(tmp_path, f"[model]\nformula = 'trade ~ x'\n[data]\n{changes}\n"))
    with pytest.raises(error) as refusal:
        fit_model(asked)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("expression", "ones"),
    [
        ("exporter == importer", "CHE-CHE"),
        ("exporter == 'CHE'", "CHE-AUT CHE-BEL CHE-CHE"),
        ("trade >= 7", "AUT-BEL CHE-CHE"),
        ("trade - 8.0", None),
    ],
)
def test_new_columns(tmp_path: Path, expression: str, ones: str | None):
    """A column that is 1 on some rows only: their mean trade over that of the others is exp(coefficient)."""
    text = f"[data]\nfile = 'panel.csv'\n[derive]\nx = \"{expression}\"\n[model]\nformula = 'trade ~ x'\n"
    fit = fit_model(read_model(written(tmp_path, text)))[0]
    if ones is None:
        assert fit.design.X[1].tolist() == [-1, -6, -3, -5, -7, -4, 1]
        return
    panel = pl.read_csv(tmp_path / "panel.csv")
    chosen = (panel["exporter"] + "-" + panel["importer"]).is_in(ones.split())
    inside, outside = (panel["trade"].filter(rows).to_numpy().mean() for rows in (chosen, ~chosen))
    assert fit.to_pandas()["coefficient"].iloc[1] == pytest.approx(math.log(inside / outside), abs=1e-9)


def test_a_pair_has_one_label_for_both_directions(tmp_path: Path):
    text = PLAIN.replace("[model]", "[derive]\npair = 'pair(exporter, importer)'\n[model]\ncluster = 'pair'")
    fit = fit_model(read_model(written(tmp_path, text)))[0]
    assert fit.design.clusters[0].labels == (["AUT-BEL", "AUT-CHE", "BEL-CHE", "CHE-CHE"],)
    assert [step.line() for step in fit.design.provenance.steps] == ["derived: pair = pair(exporter, importer)"]
    assert [source.title for source in fit.design.provenance.sources] == ["panel.csv"]


def test_rows_are_chosen_and_models_stand_side_by_side(tmp_path: Path):
    text = """
    data = {file = "panel.csv", where = {year = 2000}}
    output = {tables = ["t.html", "t.tex", "t.md", "t.txt", "c.csv", "c.json"], plot = "p.svg"}
    [[models]]
    name = "PPML"
    formula = "trade ~ rta"
    [[models]]
    name = "OLS"
    estimator = "ols"
    formula = "log(trade) ~ rta"
    """
    asked = read_model(written(tmp_path, text))
    seen: list[str] = []
    fits = fit_model(asked, progress=lambda name, iteration, decrement: seen.append(name))
    assert set(seen) == {"PPML"}
    assert [fit.design.given for fit in fits] == [6, 6]
    assert fits[0].to_pandas()["coefficient"].iloc[1] == pytest.approx(math.log(6 / 2.5))  # 7, 5 over 2, 3, 1, 4
    logs = (math.log(7) + math.log(5)) / 2 - (math.log(2) + math.log(3) + math.log(4)) / 4
    assert fits[1].to_pandas()["coefficient"].iloc[1] == pytest.approx(logs)
    paths = write_tables(asked, fits, tmp_path / "out")
    assert [path.name for path in paths] == ["t.html", "t.tex", "t.md", "t.txt", "c.csv", "c.json", "p.svg"]
    for path in paths[:4]:
        assert "PPML" in path.read_text()
        assert "OLS" in path.read_text()
    lines = [line for line in paths[4].read_text().splitlines() if not line.startswith("#")]
    assert lines[0].startswith("model,term,coefficient,error")
    assert [line.split(",")[0] for line in lines[1:]] == ["PPML", "PPML", "OLS", "OLS"]
    assert json.loads(paths[5].read_text()) == json.loads(to_json(asked, fits))
    assert [one["name"] for one in json.loads(to_json(asked, fits))["models"]] == ["PPML", "OLS"]
    assert paths[0].read_text().startswith('<!doctype html>\n<meta charset="utf-8">')
    assert paths[6].read_text().lstrip().startswith("<svg")


def store(folder: Path) -> None:
    """A store of three regions, with distances and the gross domestic product of two of them."""
    rows: dict[str, list[Any]] = {"period": [], "origin": [], "destination": [], "value": []}
    for origin, destination, value in [("A", "B", 8.0), ("B", "A", 2.0), ("A", "C", 4.0), ("C", "B", 1.0)]:
        for column, cell in zip(rows, ("2020", origin, destination, value), strict=True):
            rows[column].append(cell)
    held = Store.create(folder)
    held.write(as_flows(rows), vintage="2021-01-01")
    ends = {"region": ["A", "B", "A", "C"], "partner": ["B", "A", "C", "B"], "value": [1.0, 1.0, 2.0, 2.0]}
    held.write(as_side(ends, "distance"), vintage="2021-01-01")
    held.write(
        as_side({"region": ["A", "B"], "period": ["2020", "2020"], "value": [3.0, 5.0]}, "gdp"), vintage="2021-01-01"
    )


def test_a_store_with_side_tables(tmp_path: Path):
    store(tmp_path / "held")
    text = """
    data = {store = "held", vintage = "2022-01-01", side = ["distance", "gdp"], where = {period = 2020, near = true}}
    derive = {near = "distance < 2"}
    model = {formula = "trade ~ log(gdp_origin)"}
    """
    fit = fit_model(read_model(written(tmp_path, text)))[0]
    assert fit.design.y.tolist() == [8.0, 2.0]
    assert fit.design.X[1].tolist() == [math.log(3), math.log(5)]
    assert "flows that the store does not hold are no rows, and no zeros" in fit.design.notes
    assert [step.name for step in fit.design.provenance.steps].count("joined") == 2


def test_a_region_without_a_side_table_value_is_counted(tmp_path: Path):
    store(tmp_path / "held")
    text = 'data = {store = "held", side = ["gdp"]}\nmodel = {formula = "value ~ gdp_origin"}'
    fit = fit_model(read_model(written(tmp_path, text)))[0]
    assert "1 of 4 rows is left out: no value in 'gdp_origin' (1)" in fit.design.notes


def test_of_several_models_the_wrong_one_is_named(tmp_path: Path):
    two = '[data]\nfile = "panel.csv"\n[[models]]\nname = "early"\nformula = "trade ~ rta"\n'
    two += '[[models]]\nname = "late"\nformula = "trade ~ rtaa"\n'
    with pytest.raises(
        UnknownCode, match=r"^Model 'late': 'rtaa' is no known column of the table\. Nearest known: 'rta'"
    ):
        fit_model(read_model(written(tmp_path, two)))
    absorbed = two.replace("trade ~ rtaa", "trade ~ rta | exporter^importer^year")
    with pytest.raises(NotIdentified, match="^Model 'late': "):
        fit_model(read_model(written(tmp_path, absorbed)))
    with pytest.raises(UnknownCode, match="^'rtaa' is no known column"):
        fit_model(read_model(written(tmp_path, PLAIN.replace("~ rta", "~ rtaa"))))
