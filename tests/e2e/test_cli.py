"""The command line, from the outside: every command, and how it ends when it cannot."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

import hansa as package
from hansa.trade.store import open_store
from tests.e2e.conftest import TRADE, Hansa

COMMANDS = [
    *("demo", "import", "show", "mirror", "report", "gravity", "simulate", "check", "indicators", "sources", "get"),
    *("regions", "serve", "account", "backup", "restore", "doctor", "register", "store"),
]


def test_help_lists_the_commands_and_fits_the_screen(hansa: Hansa):
    said = hansa("--help")
    assert said.code == 0
    commands = said.out.split("Commands:")[1]
    assert re.findall(r"^  (\w+) {2,}\S", commands, re.MULTILINE) == COMMANDS
    assert "..." not in commands
    assert max(map(len, said.out.splitlines())) <= 80
    assert hansa("-h").out == said.out


@pytest.mark.parametrize("command", [[name] for name in COMMANDS] + [["store", "check"]])
def test_every_command_explains_itself(hansa: Hansa, command: list[str]):
    said = hansa(*command, "--help")
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 80


def test_version(hansa: Hansa):
    assert hansa("--version").out == f"hansa {package.__version__}\n"


def test_a_command_that_is_not_there(hansa: Hansa):
    said = hansa("shoe")
    assert said.code == 2
    assert "No such command" in said.err


def test_a_map_is_proposed_and_not_taken_when_nobody_is_asked(hansa: Hansa, tmp_path: Path):
    (tmp_path / "trade.csv").write_text(TRADE)
    said = hansa("import", "trade.csv")
    assert said.code == 2
    assert said.err == (
        "hansa: trade.csv: Nobody is there to agree to the proposed column map. Add --yes to take it, or give one with "
        "--map.\n"
    )
    assert 'origin = "origin"' in said.out
    assert "  2021    BLR     RUS          010101   5.0\n" in said.out
    assert [path.name for path in tmp_path.iterdir()] == ["trade.csv"]


def test_a_map_that_is_taken_is_written_and_used_again(filled: Hansa, tmp_path: Path):
    written = tmp_path / "trade.csv.map.toml"
    assert 'value = "value"' in written.read_text()
    said = filled("import", "trade.csv")
    assert said.code == 0
    assert said.err == "reading by the column map trade.csv.map.toml\n"
    store = open_store(tmp_path / "hansa-store")
    assert [entry.name for entry in store.archive.entries()] == ["trade", "trade"]
    assert store.flows().totals().to_pylist() == [{"value": 35.0}]


def test_an_import_says_what_it_did(filled: Hansa):
    said = filled("import", "trade.csv", "--dataset", "again", "--vintage", "2023-02-28", "--store", "other")
    assert said.code == 0
    assert said.out.splitlines()[:7] == [
        "imported trade.csv into other",
        "  dataset   again (goods flows)",
        "  rows      7",
        "  vintage   2023-02-28",
        "  unit      USD, current prices",
        "  told by   not said",
        "  products  classification not said",
    ]


def test_what_was_left_out_is_printed(hansa: Hansa, tmp_path: Path):
    (tmp_path / "t.csv").write_text(TRADE + "2022,KAZ,BLR,010101,...\n")
    said = hansa("import", "t.csv", "--yes")
    assert said.code == 0
    assert "1 of 8 rows" in " ".join(said.out.split())


def test_rows_are_appended_once(filled: Hansa, tmp_path: Path):
    (tmp_path / "new.csv").write_text("period,origin,destination,product,value\n2023,BLR,RUS,010101,9\n")
    add = ("import", "new.csv", "--yes", "--dataset", "trade", "--append", "--vintage", "2024-01-31")
    assert filled(*add).code == 0
    said = filled(*add)
    assert said.code == 2
    assert "Rows to add are in 'trade' already" in said.err
    assert open_store(tmp_path / "hansa-store").flows().totals().to_pylist() == [{"value": 44.0}]


def test_an_own_map(hansa: Hansa, tmp_path: Path):
    (tmp_path / "t.csv").write_text("a;b;c;d\n2022;BLR;RUS;1,5\n")
    columns = 'period = "a"\norigin = "b"\ndestination = "c"\nvalue = "d"'
    (tmp_path / "my.toml").write_text(f'[columns]\n{columns}\n[constants]\ncurrency = "EUR"\nscale = 1000\n')
    said = hansa("import", "t.csv", "--map", "my.toml")
    assert said.code == 0
    assert open_store(tmp_path / "hansa-store").flows().totals().to_pylist() == [{"value": 1500.0}]
    assert not (tmp_path / "t.csv.map.toml").exists()


def test_own_regions_and_a_classification(hansa: Hansa, tmp_path: Path):
    (tmp_path / "t.csv").write_text("period,origin,destination,product,value\n2022,N,S,010121,1.5\n")
    assert hansa("import", "t.csv", "--yes").code == 2
    (tmp_path / "regions.csv").write_text("code,name\nN,North\nS,South\n")
    said = hansa("import", "t.csv", "--yes", "--regions", "regions.csv", "--classification", "HS17")
    assert said.code == 0, said.err
    assert open_store(tmp_path / "hansa-store").flows().classification == "HS17"


def test_a_side_table(filled: Hansa, tmp_path: Path):
    lacking = filled("show", "trade_openness")
    assert lacking.code == 2
    assert "hansa: The side table 'gdp' is missing: gross domestic product" in lacking.err
    assert lacking.err.endswith("Import it with 'hansa import FILE --side gdp'.\n")
    (tmp_path / "gdp.csv").write_text("country,year,gdp\nBLR,2021,100\nBLR,2022,110\nRUS,2022,1000\n")
    said = filled("import", "gdp.csv", "--side", "gdp", "--yes")
    assert said.code == 0, said.err
    assert "  dataset  gdp (side)" in said.out
    shown = filled("show", "trade_openness", "--region", "BLR", "--period", "2022", "--format", "json")
    assert shown.code == 0, shown.err
    (row,) = json.loads(shown.out)["data"]
    assert row["trade_openness"] == pytest.approx((6 + 3 + 8) / 110)


def test_side_takes_only_what_is_known(hansa: Hansa, tmp_path: Path):
    (tmp_path / "gdp.csv").write_text("country,year,gdp\nBLR,2021,100\n")
    said = hansa("import", "gdp.csv", "--side", "gpd", "--yes")
    assert said.code == 2
    assert said.err.startswith("hansa: 'gpd' is no known measure. Nearest known: 'gdp'. Known: gdp, population,")


def test_a_reader_that_is_not_there(hansa: Hansa, tmp_path: Path):
    (tmp_path / "t.csv").write_text(TRADE)
    said = hansa("import", "t.csv", "--reader", "bacy")
    assert said.code == 2
    assert "hansa: 'bacy' is no known value of --reader. Nearest known: 'baci'." in said.err
    said = hansa("import", "t.csv", "--reader", "baci", "--side", "gdp")
    assert said.err == "hansa: The reader 'baci' takes no --side; it knows how its files are written.\n"
    said = hansa("import", "t.csv", "--reader", "sdmx")
    assert said.err == "hansa: t.csv: The reader 'sdmx' needs a column map. Give one with --map MAP.toml.\n"
    said = hansa("import", "t.csv", "--reader", "baci", "-p", "year=2022")
    assert said.err.startswith("hansa: 'year' is no known parameter of 'baci'. It has: periods.")


def test_show_in_every_form(filled: Hansa, tmp_path: Path):
    table = filled("show", "hhi_partners", "--origin", "BLR", "--period", "2022")
    assert table.code == 0, table.err
    assert table.out.splitlines()[-2:] == [" period origin hhi_partners", "   2022    BLR     0.555556"]
    assert "  source trade.csv" in table.out
    said = json.loads(filled("show", "hhi_partners", "--origin", "BLR", "--period", "2022", "-f", "json").out)
    assert said["data"] == [{"period": "2022", "origin": "BLR", "hhi_partners": pytest.approx((6**2 + 3**2) / 81)}]
    assert said["meta"]["title"] == table.out.split("  [")[0]
    text = filled("show", "hhi_partners", "--format", "csv").out
    read = list(csv.reader(line for line in text.splitlines() if not line.startswith("#")))
    assert read[0] == ["period", "origin", "hhi_partners"]
    assert len(read) == 1 + 6
    assert filled("show", "hhi_partners", "-o", "h.csv").out == ""
    assert (tmp_path / "h.csv").read_text() == text
    assert filled("show", "hhi_partners", "-o", "h.json").err == "written: h.json\n"
    assert len(json.loads((tmp_path / "h.json").read_text())["data"]) == 6
    assert filled("show", "hhi_partners", "-n", "2", "-f", "csv").out.count("\n") == text.count("\n") - 4
    assert filled("show", "hhi_partners", "-n", "2").out.splitlines()[0].endswith("[first 2 of 6 rows]")


def test_show_refuses_a_form_that_is_none(filled: Hansa):
    said = filled("show", "hhi_partners", "--format", "xml")
    assert (said.code, said.err) == (2, "hansa: 'xml' is no form of a table here; choose table, csv, json.\n")


def test_a_file_that_cannot_be_written(filled: Hansa):
    said = filled("show", "hhi_partners", "-o", "no/such/folder/h.csv")
    assert (said.code, said.err) == (2, "hansa: no/such/folder/h.csv: No such file or directory.\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rcaa"], "'rcaa' is no known indicator. Nearest known: 'rca'"),
        (
            ["rca", "--store", "none"],
            "none: There is no store here (no manifest.json). Make one with 'hansa store create",
        ),
        (["rca", "--origin", "BLX"], "'BLX' is no known origin of these flows. Nearest known: 'BLR'."),
        (["rca", "--period", "2031"], "'2031' is no known period of these flows."),
        (["rca", "--period", "soon"], "'soon' is no period that Hansa knows."),
        (
            ["rca", "--destination", "RUS"],
            "The answer has no column 'destination' to narrow it by; it has period, origin",
        ),
        (
            ["rca", "--dataset", "trada"],
            "'trada' is no known goods flows dataset of this store. Nearest known: 'trade'.",
        ),
        (
            ["rca", "--as-of", "2022-12-31"],
            "Nothing of 'trade' was known on 2022-12-31 yet; its first vintage is 2023-01-31",
        ),
        (["rca", "--as-of", "yesterday"], "'yesterday' is no date. Write year-month-day, such as 2024-01-31."),
        (["rca", "--told-by", "origin"], "'trade' is told by nobody knows whom, not by origin."),
        (["rca", "--frequency", "M"], "'trade' has no periods of frequency 'M'; it has A."),
        (["rca", "--scope", "gods"], "'gods' is no known value of --scope. Nearest known: 'goods'."),
        (["rca", "--scope", "services"], "The store holds no services flows yet; import some first."),
        (
            ["eci", "-p", "treshold=1"],
            "'treshold' is no known parameter of 'eci'. Nearest known: 'threshold'. It has: thr",
        ),
        (["eci", "-p", "threshold=high"], "Parameter 'threshold' must be a number, not 'high'."),
        (["fitness", "-p", "rounds=1.5"], "Parameter 'rounds' must be a whole number, not '1.5'."),
        (
            ["eci", "-p", "threshold"],
            "'threshold' names no parameter. Write it as name=value, such as -p threshold=0.5.",
        ),
        (
            ["effective_protection", "-p", "tariff=t.csv"],
            "t.csv: There is no such file.",
        ),
        (["intra_bloc_share"], "'intra_bloc_share' must be told 'bloc': give it as -p bloc=...."),
        (["export_potential"], "'export_potential' must be told 'origin': give it as --origin CODE."),
    ],
)
def test_show_says_what_is_wrong(filled: Hansa, words: list[str], message: str):
    said = filled("show", *words)
    assert said.code == 2
    assert said.out == ""
    assert "Traceback" not in said.err
    assert message in said.err


def test_parameters_reach_the_indicator(filled: Hansa):
    told = ["-p", "bloc=BLR,KAZ", "--period", "2022", "-f", "json"]
    said = filled("show", "intra_bloc_share", *told)
    assert said.code == 0, said.err
    (row,) = json.loads(said.out)["data"]
    assert row["export_share"] == pytest.approx(3 / 13)
    twice = filled("show", "intra_bloc_share", "-p", "bloc=BLR", "-p", "bloc=KAZ", *told[2:])
    assert json.loads(twice.out)["data"] == [row]


def test_a_table_as_a_parameter(filled: Hansa, tmp_path: Path):
    (tmp_path / "tariff.csv").write_text("region;product;value\nBLR;010101;0,2\nBLR;020202;0,05\n")
    (tmp_path / "inputs.csv").write_text("product,input,value\n010101,020202,0.5\n")
    ask = ("show", "effective_protection", "-f", "json", "-p", "tariff=tariff.csv")
    lacking = filled(*ask)
    assert lacking.code == 2
    assert "must be told 'input_share': give it as -p input_share=FILE.csv" in lacking.err
    said = filled(*ask, "-p", "input_share=inputs.csv")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert [row["effective_protection"] for row in found["data"]] == [pytest.approx(0.35)]
    assert "tariff.csv" in json.dumps(found["meta"])
    (tmp_path / "inputs.csv").write_text("product,input,value\n010101,020202,half\n")
    assert "inputs.csv, line 2, column 'value': There is no number" in filled(*ask, "-p", "input_share=inputs.csv").err


def test_as_of_a_day(filled: Hansa, tmp_path: Path):
    (tmp_path / "trade.csv").write_text(TRADE.replace("2022,BLR,RUS,010101,6", "2022,BLR,RUS,010101,60"))
    assert filled("import", "trade.csv", "--vintage", "2023-06-30").code == 0
    ask = ("show", "exports", "--origin", "BLR", "--period", "2022", "-f", "json")
    figures = [json.loads(filled(*ask, *day).out)["data"][0]["exports"] for day in ([], ["--as-of", "2023-02-01"])]
    assert figures == [63.0, 9.0]


def test_indicators(hansa: Hansa):
    listed = hansa("indicators")
    assert listed.code == 0
    assert "Comparative advantage\n  rca " in listed.out
    assert max(map(len, listed.out.splitlines())) <= 80
    one = hansa("indicators", "rca")
    assert "formula    B_{ik} = " in one.out
    assert "reference  Balassa 1965" in one.out
    assert "parameter  world: 'all' by default" in one.out
    few = hansa("indicators", "--topic", "comparative")
    assert few.out.splitlines()[0] == "Comparative advantage"
    assert "eci" not in few.out.split()
    assert "'cooking' is no known topic." in hansa("indicators", "--topic", "cooking").err
    assert hansa("indicators", "rcaa").code == 2


def test_sources(hansa: Hansa):
    said = hansa("sources")
    assert said.code == 0
    for reader in ("baci", "comext", "comtrade", "flat", "sdmx"):
        assert re.search(rf"^  {reader} +\S", said.out, re.MULTILINE), reader


def test_get_takes_what_is_there_and_refuses_what_is_not_known(hansa: Hansa, tmp_path: Path):
    from hansa import files

    name, download = next(iter(files.catalogue().items()))
    (tmp_path / download.saved_as).write_bytes(b"fetched before")
    said = hansa("get", name, tmp_path)
    assert said.code == (2 if download.sha256 else 0)
    assert "is no known source." in hansa("get", "nothing").err


def test_regions(hansa: Hansa):
    assert hansa("regions", "Беларусь", "--on", "2024-12-31").out.splitlines() == [
        "BLR: Belarus",
        "  Russian              Беларусь",
        "  kind                 country",
        "  lies in              Europe",
        "  blocs on 2024-12-31  CIS, CIS-FTA, EAEU, SCO, Union State",
    ]
    assert "  members on 2022-01-01  CAN, MEX, USA" in hansa("regions", "USMCA", "--on", "2022-01-01").out
    said = hansa("regions", "Belorus")
    assert (said.code, said.err.split(". ")[0]) == (2, "hansa: 'Belorus' is no known region")


def test_store_commands(hansa: Hansa, tmp_path: Path):
    assert hansa("store", "create", "s").out == "s is a store. Fill it with: hansa import FILE --store s\n"
    (tmp_path / "t.csv").write_text(TRADE)
    assert hansa("import", "t.csv", "--yes", "--store", "s", "--vintage", "2023-01-31").code == 0
    shown = json.loads(hansa("store", "show", "s", "-f", "json").out)["data"]
    assert [(row["name"], row["kind"], row["vintage"], row["rows"]) for row in shown] == [
        ("t", "goods flows", "2023-01-31", 7)
    ]
    assert hansa("store", "check", "s").out == "s: all 1 imports are whole.\n"
    (loose := tmp_path / "s" / "files" / "loose.parquet").write_bytes(b"half")
    assert hansa("store", "sweep", "s").out == "s: 1 file(s) deleted that no import names.\n"
    assert not loose.exists()
    (file,) = (tmp_path / "s" / "files").iterdir()
    file.write_bytes(b"damaged")
    said = hansa("store", "check", "s")
    assert said.code == 2
    assert said.err.startswith(
        f"hansa: s: 1 file(s) are absent or changed: files/{file.name}. Restore them from a backup"
    )


def test_doctor(hansa: Hansa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HANSA_CACHE", str(tmp_path / "cache"))
    said = hansa("doctor")
    assert said.code == 0
    assert f"ok      hansa {package.__version__}, Python 3." in said.out
    assert re.search(r"^ok +duckdb \d", said.out, re.MULTILINE)
    assert "named by HANSA_CACHE" in " ".join(said.out.split())
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HANSA_CACHE", str(tmp_path / "file" / "cache"))
    said = hansa("doctor")
    assert said.code == 1
    assert "name another one in HANSA_CACHE" in " ".join(said.out.split())


def test_mirror(hansa: Hansa, world: Path):
    said = hansa("mirror", "XBR", "XKA", "--store", world, "--period", "2022", "-f", "json")
    assert said.code == 0, said.err
    rows = json.loads(said.out)["data"]
    assert [(row["origin"], row["destination"]) for row in rows] == [("XBR", "XKA"), ("XKA", "XBR")]
    for row in rows:
        assert row["low"] <= row["value"] <= row["high"]
        assert row["reported_by_destination"] > row["destination_fob"]
    for words, message in {
        ("XBR", "XBR"): "A partnership has two sides, but both are 'XBR'. Name two different regions.",
        ("XBR", "XXX"): "'XXX' is no known region of these flows.",
        ("XBR", "XKA", "--period", "2031"): "'2031' is no known period of this pair.",
    }.items():
        refused = hansa("mirror", *words, "--store", world)
        assert refused.code == 2
        assert message in refused.err


def test_both_reports_are_reconciled_unless_one_is_chosen(hansa: Hansa, world: Path):
    ask = ("show", "exports", "--origin", "XBR", "--period", "2022", "--store", world, "-f", "json")
    told = {who: json.loads(hansa(*ask, *choice).out) for who, choice in {
        "both": [], "reconciled": ["--told-by", "reconciled"], "origin": ["--told-by", "origin"]
    }.items()}  # fmt: skip
    assert told["both"]["data"] == told["reconciled"]["data"] != told["origin"]["data"]
    steps = [step["name"] for step in told["both"]["meta"]["provenance"]["steps"]]
    assert "reconciled" in steps
    assert "reconciled" not in [step["name"] for step in told["origin"]["meta"]["provenance"]["steps"]]


def test_report(hansa: Hansa, world: Path, tmp_path: Path):
    said = hansa("report", "XBR", "XKA", "--store", world, "--format", "html,xlsx", "-o", "out", "--language", "ru")
    assert said.code == 0, said.err
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "XBR-XKA-2022-ru.html",
        "XBR-XKA-2022-ru.xlsx",
    ]
    assert said.out.splitlines()[-2:] == ["out/XBR-XKA-2022-ru.html", "out/XBR-XKA-2022-ru.xlsx"]
    assert "Бринмарк" in said.out
    for words, message in {
        ("XBR", "XBR"): "A partnership has two sides, but both are 'XBR'.",
        ("XBR", "XXX", "--dataset", "flows"): "'XXX' is no known region of these flows.",
        ("XBR", "XKA", "--format", "docx"): "A report cannot be written as 'docx'. Ask for html, pdf or xlsx.",
        ("XBR", "XKA", "--language", "xx"): "'xx' is no known language",
        ("XBR", "XKA", "--period", "2031"): "'2031' is no known",
    }.items():
        refused = hansa("report", *words, "--store", world)
        assert refused.code == 2, words
        assert message in refused.err


def test_products_are_converted_on_the_way_in_and_summed_on_the_way_out(hansa, tmp_path):
    flows, table = tmp_path / "flows.csv", tmp_path / "concordance.csv"
    flows.write_text("period,origin,destination,product,value\n2021,DEU,FRA,010121,3\n2021,DEU,FRA,020110,5\n")
    table.write_text("source,target,share\n010121,010111,0.5\n010121,010119,0.5\n020110,020110,1\n")
    store, given = tmp_path / "store", ["--yes", "--classification", "HS17"]
    done = hansa("import", flows, "--store", store, *given, "--concordance", table, "--to", "HS92")
    assert (done.code, "HS17 -> HS92" in done.out) == (0, True)
    shown = hansa("show", "exports", "--store", store, "--level", "chapter", "-p", "by=origin,product", "-f", "csv")
    assert [line.split(",")[-2:] for line in shown.out.splitlines()[-2:]] == [["01", "3.0"], ["02", "5.0"]]
    half = hansa("import", flows, "--store", store, *given, "--to", "HS92")
    assert (half.code, "give both" in half.err) == (2, True)
    unknown = hansa("show", "exports", "--store", store, "--level", "chaptr")
    assert (unknown.code, "HS92 has no level 'chaptr'" in unknown.err) == (2, True)


def test_a_bloc_of_the_list_beside_the_store(hansa: Hansa, world: Path):
    ask = ("show", "intra_bloc_share", "--period", "2022", "--store", world, "-f", "json")
    said = hansa(*ask, "-p", "bloc=HARBOUR")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert any("HARBOUR is, in all periods, its members of 2022" in note for note in found["meta"]["notes"])
    with (world / "blocs.csv").open() as lines:
        members = [row["member"] for row in csv.DictReader(lines) if row["bloc"] == "HARBOUR"]
    assert json.loads(hansa(*ask, "-p", f"bloc={','.join(members)}").out)["data"] == found["data"]
