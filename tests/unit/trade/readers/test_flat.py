"""Flat files: what is read, and what is refused with file, line and column."""

from __future__ import annotations

import gzip
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from hansa.errors import DataError, UnknownCode
from hansa.trade.readers import ColumnMap, read_flat
from hansa.units import Money

PLAIN = ColumnMap({"period": "year", "origin": "from", "destination": "to", "value": "usd"}, {"currency": "USD"})
HEADER = "year,from,to,usd\n"


@pytest.fixture
def read(tmp_path):
    """Text (or bytes) of a file -> its rows, sorted."""

    def reading(content, column_map=PLAIN, name="my.csv", **settings):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_flat(path, column_map, **settings)

    return reading


def rows(flows):
    return sorted(tuple(row.values()) for row in flows.to_arrow().to_pylist())


def with_map(**parts):
    return ColumnMap(
        parts.pop("columns", PLAIN.columns),
        {**PLAIN.constants, **parts.pop("constants", {})},
        parts.pop("table", {}),
        **parts,
    )


def refused(read, content, *said, kind=DataError, **settings):
    with pytest.raises(kind) as trouble:
        read(content, **settings)
    message = str(trouble.value)
    assert "my." in message
    for words in said:
        assert words in message
    return trouble.value


# ---- what is read


TABLE = "год;откуда;куда;млн\n2022;Беларусь;Россия;1,5\n2022;Россия;Беларусь;2,25\n"
RUSSIAN = ColumnMap(
    {"period": "год", "origin": "откуда", "destination": "куда", "value": "млн"},
    {"currency": "USD", "scale": 1_000_000},
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251"])
def test_encodings_are_told_apart(read, encoding):
    flows = read(TABLE.encode(encoding), RUSSIAN)
    assert rows(flows) == [("2022", "BLR", "RUS", 1.5e6), ("2022", "RUS", "BLR", 2.25e6)]
    assumed = [note for note in flows.notes if "encoding assumed" in note]
    assert bool(assumed) == (encoding in ("cp1251", "utf-16-le", "utf-16-be"))


def test_latin_letters_and_chinese(read):
    latin = "year,from,to,usd\n2022,Côte d'Ivoire,Türkiye,1\n2022,Curaçao,Réunion,2\n"
    assert rows(read(latin.encode("latin-1"))) == [("2022", "CIV", "TUR", 1.0), ("2022", "CUW", "REU", 2.0)]
    chinese = (
        "年份,出口国,进口国,金额,说明\n2022,CHN,RUS,5,按照海关统计数据编制的双边贸易资料\n2022,RUS,CHN,6,货物进口总额\n"
    )
    columns = {"period": "年份", "origin": "出口国", "destination": "进口国", "value": "金额"}
    flows = read(chinese.encode("gb18030"), ColumnMap(columns, {"currency": "CNY"}))
    assert rows(flows) == [("2022", "CHN", "RUS", 5.0), ("2022", "RUS", "CHN", 6.0)]
    assert any("gb18030" in note for note in flows.notes)


def test_an_encoding_said_is_used(read):
    flows = read(TABLE.encode("cp866"), RUSSIAN, encoding="cp866")
    assert rows(flows)[0] == ("2022", "BLR", "RUS", 1.5e6)
    assert not [note for note in flows.notes if "assumed" in note]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiters(read, sign):
    content = "year,from,to,usd\n2022,BLR,RUS,1.5\n".replace(",", sign)
    assert rows(read(content)) == [("2022", "BLR", "RUS", 1.5)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(read, end):
    flows = read(f"{HEADER}2022,BLR,RUS,1\n\n2022,RUS,BLR,2\n".replace("\n", end))
    assert rows(flows) == [("2022", "BLR", "RUS", 1.0), ("2022", "RUS", "BLR", 2.0)]


def test_mixed_line_ends(read):
    flows = read(b"year,from,to,usd\r\n2022,BLR,RUS,1\n2022,RUS,BLR,2\r\n")
    assert len(rows(flows)) == 2
    assert "line ends of several kinds were read as one" in flows.notes


def test_packed_files(read, tmp_path):
    content = f"{HEADER}2022,BLR,RUS,1\n".encode()
    assert len(rows(read(gzip.compress(content), name="my.csv.gz"))) == 1
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as archive:
        archive.writestr("my.csv", content)
    assert len(rows(read_flat(tmp_path / "one.zip", PLAIN))) == 1


@pytest.mark.parametrize(
    ("cells", "expected", "said"),
    [
        (["1.5", "2.25"], [1.5, 2.25], None),
        (["1,5", "2,25"], [1.5, 2.25], "decimal ','"),
        (["1 234,5", "2,25"], [1234.5, 2.25], "decimal ',', thousands ' '"),
        (["1\u00a0234", "2"], [1234.0, 2.0], "thousands ' '"),
        (["1.234,5", "12.345"], [1234.5, 12345.0], "decimal ',', thousands '.'"),
        (["1,234.5", "12,345"], [1234.5, 12345.0], "thousands ','"),
        (["1'234.5", "2"], [1234.5, 2.0], "thousands"),
        (["1e3", "+2", ".5"], [0.5, 2.0, 1000.0], None),
        (["1,234,567", "1,234"], [1234.0, 1234567.0], "thousands ','"),
    ],
)
def test_ways_to_write_numbers(read, cells, expected, said):
    content = "year;from;to;usd\n" + "".join(f"{2000 + n};BLR;RUS;{cell}\n" for n, cell in enumerate(cells))
    flows = read(content)
    assert sorted(row[3] for row in rows(flows)) == sorted(expected)
    assert any(said in note for note in flows.notes) if said else not flows.notes


def test_ways_to_write_numbers_may_be_said(read):
    content = "year;from;to;usd\n2022;BLR;RUS;1,234\n"
    assert rows(read(content, with_map(table={"decimal": ","})))[0][3] == 1.234
    assert rows(read(content, with_map(table={"thousands": ","})))[0][3] == 1234.0


def test_a_workbook(tmp_path):
    path = tmp_path / "my.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Trade")
        book.add_worksheet("Notes")
        sheet.write(0, 0, "Trade of two regions")
        sheet.write_row(2, 1, ["year", "from", "to", "usd"])
        sheet.write_row(3, 1, [2022, "BLR", "RUS", 1.5])
        sheet.write_row(4, 1, [2022, "RUS", "BLR"])
        sheet.write_formula(4, 4, "=1+1", None, 2)
    flows = read_flat(path, PLAIN)
    assert rows(flows) == [("2022", "BLR", "RUS", 1.5), ("2022", "RUS", "BLR", 2.0)]
    assert any("formulas" in note for note in flows.notes)


def test_a_fault_in_a_workbook_is_told_by_its_row(tmp_path):
    path = tmp_path / "my.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Trade")
        for row, cells in enumerate(
            [["year", "from", "to", "usd"], [2022, "BLR", "RUS", 1], [], [2022, "RUS", "BLR", "?"]], 1
        ):
            sheet.write_row(row, 0, cells)
    with pytest.raises(DataError, match=r"my.xlsx, line 5, column 'usd': '\?' is no number"):
        read_flat(path, PLAIN)


def test_parquet_and_its_kinds_of_columns(tmp_path):
    table = pa.table({"year": [2022.0, 2023.0], "from": ["BLR", "BLR"], "to": ["RUS", "RUS"], "usd": [1, 2]})
    pq.write_table(table, tmp_path / "my.parquet")
    assert rows(read_flat(tmp_path / "my.parquet", PLAIN)) == [("2022", "BLR", "RUS", 1.0), ("2023", "BLR", "RUS", 2.0)]


def test_reporter_partner_and_direction(read):
    content = "t,rep,par,dir,usd\n2022,BLR,RUS,Export,1\n2022,BLR,RUS,импорт,2\n2022,BLR,RUS,Transit,9\n"
    columns = {"period": "t", "reporter": "rep", "partner": "par", "flow": "dir", "value": "usd"}
    flows = read(content, with_map(columns=columns, flow={"drop": ["Transit"]}))
    assert rows(flows) == [("2022", "BLR", "RUS", "origin", 1.0), ("2022", "RUS", "BLR", "destination", 2.0)]
    assert flows.told_by == "both"
    assert "left out, dir is Transit: 1 of 3 rows" in flows.notes
    only = read(content, with_map(columns=columns, flow={"drop": ["Transit", "импорт"]}))
    assert (only.told_by, only.valuation) == ("origin", "FOB")


def test_scale_unit_and_quantity(read):
    columns = {**PLAIN.columns, "quantity": "t"}
    flows = read(
        "year,from,to,usd,t\n2022,BLR,RUS,1.5,2\n2022,RUS,BLR,1,\n",
        with_map(columns=columns, constants={"scale": 1000, "quantity_unit": "t"}),
    )
    assert sorted(row["value"] for row in flows.to_arrow().to_pylist()) == [1000.0, 1500.0]
    assert sorted(str(row["quantity"]) for row in flows.to_arrow().to_pylist()) == ["2000.0", "None"]
    assert flows.unit == Money("USD")
    assert [step.name for step in flows.provenance.steps] == ["read", "unit", "quantity"]


def test_a_unit_in_a_column(read):
    columns = {**PLAIN.columns, "unit": "unit"}
    flows = read("year,from,to,usd,unit\n2022,BLR,RUS,1.5,thousand EUR\n", ColumnMap(columns))
    assert (rows(flows)[0][3], flows.unit.currency) == (1500.0, "EUR")


def test_year_and_month_in_columns_of_their_own(read):
    columns = {"year": "y", "month": "m", "origin": "from", "destination": "to", "value": "usd"}
    flows = read("y,m,from,to,usd\n2022,3,BLR,RUS,1\n2022,12,BLR,RUS,2\n", with_map(columns=columns))
    assert [row[0] for row in rows(flows)] == ["2022-03", "2022-12"]
    columns = {"year": "y", "quarter": "q", "origin": "from", "destination": "to", "value": "usd"}
    flows = read("y,q,from,to,usd\n2022,Q3,BLR,RUS,1\n", with_map(columns=columns))
    assert rows(flows)[0][0] == "2022-Q3"


def test_missing_figures_are_left_out_and_counted(read):
    flows = read(f"{HEADER}2022,BLR,RUS,...\n2022,RUS,BLR,2\n2021,RUS,BLR,\n", with_map(table={"missing": ["...", ""]}))
    assert len(rows(flows)) == 1
    assert "left out, without a figure ('...', ''): 2 of 3 rows" in flows.notes


def test_world_rows_are_left_out_where_the_map_says_so(read):
    flows = read(f"{HEADER}2022,BLR,RUS,1\n2022,BLR,World,5\n", with_map(table={"world": "drop"}))
    assert rows(flows) == [("2022", "BLR", "RUS", 1.0)]
    assert "left out, as totals for the whole world (World): 1 of 2 rows" in flows.notes


def test_only_world_rows_are_kept(read):
    assert rows(read(f"{HEADER}2022,BLR,World,5\n")) == [("2022", "BLR", "WLD", 5.0)]


def test_domestic_trade_is_kept_with_a_note(read):
    flows = read(f"{HEADER}2022,BLR,BLR,1\n2022,BLR,RUS,2\n")
    assert len(rows(flows)) == 2
    assert "kept with one region at both ends (domestic trade): 1 row" in flows.notes


def test_areas_not_specified_are_kept_with_a_note(read):
    flows = read(f"{HEADER}2022,BLR,_X,1\n2022,BLR,RUS,2\n")
    assert "kept with areas that are not specified (_X): 1 row" in flows.notes


def test_doubles_may_be_summed(read):
    flows = read(f"{HEADER}2022,BLR,RUS,1\n2022,BY,RU,2\n", with_map(table={"duplicates": "sum"}))
    assert rows(flows) == [("2022", "BLR", "RUS", 3.0)]
    assert "added to another row with the same codes: 1 of 2 rows" in flows.notes


def test_long_customs_codes_are_cut_and_summed(read):
    columns = {**PLAIN.columns, "product": "hs"}
    content = "year,from,to,usd,hs\n2022,BLR,RUS,1,8703239010\n2022,BLR,RUS,2,8703239090\n2022,BLR,RUS,4,010121\n"
    flows = read(content, with_map(columns=columns, constants={"classification": "HS22"}))
    assert rows(flows) == [("2022", "BLR", "RUS", "010121", 4.0), ("2022", "BLR", "RUS", "870323", 3.0)]
    assert "product codes of more than six digits are cut to HS6: 2" in flows.notes


def test_zeros_in_front_are_put_back(read):
    columns = {**PLAIN.columns, "product": "hs"}
    flows = read("year,from,to,usd,hs\n2022,BLR,RUS,1,10121\n", with_map(columns=columns, table={"product_digits": 6}))
    assert rows(flows)[0][3] == "010121"


def test_codes_of_ones_own(read):
    content = f"{HEADER}2022,North,South,1\n"
    assert rows(read(content, regions=["North", "South"]))[0][1:3] == ("North", "South")
    assert rows(read(content, regions={"North": "N", "South": "S"}))[0][1:3] == ("N", "S")
    assert rows(read(content, with_map(table={"regions": "any"})))[0][1:3] == ("North", "South")
    assert rows(read(content, with_map(codes={"North": "BLR", "South": "RUS"})))[0][1:3] == ("BLR", "RUS")


def test_a_wide_table(read):
    column_map = ColumnMap(
        {"partner": "country"},
        {"reporter": "RUS", "currency": "USD"},
        {"wide": "(?P<flow>export|import)_(?P<period>\\d{4})", "missing": ["..."]},
    )
    flows = read("country,export_2021,import_2021,note\nBLR,5,3,a\nKAZ,...,2,b\n", column_map)
    assert rows(flows) == [
        ("2021", "BLR", "RUS", "destination", 3.0),
        ("2021", "KAZ", "RUS", "destination", 2.0),
        ("2021", "RUS", "BLR", "origin", 5.0),
    ]


def test_a_side_table(read):
    column_map = ColumnMap(
        {"region": "country", "period": "year", "value": "gdp"},
        {"measure": "gdp", "unit": "USD", "scale": 1e9},
        {"kind": "side"},
    )
    side = read("country,year,gdp\nBelarus,2022,73.8\n", column_map)
    assert side.lookup("region", "period") == {("BLR", "2022"): pytest.approx(73.8e9)}
    assert (side.measure, side.unit) == ("gdp", "USD")
    assert side.provenance.sources[0].title == "my.csv"


def test_a_measure_out_of_several(read):
    columns = {"region": "country", "measure": "what", "value": "number"}
    content = "country,what,number\nBLR,gdp,5\nBLR,population,9\n"
    side = read(content, ColumnMap(columns, {"measure": "population"}, {"kind": "side"}))
    assert side.lookup("region") == {"BLR": 9.0}
    refused(read, content, "2 of them: gdp, population", column_map=ColumnMap(columns, {}, {"kind": "side"}))


def test_provenance_names_file_and_checksum(read):
    (source,) = read(
        f"{HEADER}2022,BLR,RUS,1\n", with_map(source={"producer": "Belstat", "licence": "CC BY 4.0"})
    ).provenance.sources
    assert (source.producer, source.title, len(source.checksum or "")) == ("Belstat", "my.csv", 64)


# ---- what is refused


def test_an_unknown_region_names_the_nearest(read):
    trouble = refused(
        read, f"{HEADER}2022,BLR,RUS,1\n2022,BLX1,RUS,1\n", "line 3, column 'from'", "'BLX1'", "BLX", kind=UnknownCode
    )
    assert (trouble.line, trouble.column) == (3, "from")


def test_a_bloc_is_no_region(read):
    refused(read, f"{HEADER}2022,BLR,CIS,1\n", "line 2, column 'to'", "bloc", kind=UnknownCode)


def test_an_unknown_product(read):
    columns = {**PLAIN.columns, "product": "hs"}
    harmonized = with_map(columns=columns, constants={"classification": "HS17"})
    content = "year,from,to,usd,hs\n2022,BLR,RUS,1,870323\n2022,BLR,RUS,1,10121\n"
    refused(read, content, "line 3, column 'hs'", "is a zero in front lost", column_map=harmonized, kind=UnknownCode)
    refused(
        read,
        content,
        "line 3, column 'hs'",
        "'10121'",
        column_map=with_map(columns=columns),
        products=["870323"],
        kind=UnknownCode,
    )


def test_doubles_name_both_lines(read):
    refused(
        read,
        f"{HEADER}2022,BLR,RUS,1\n2021,BLR,RUS,1\n2022,BY,RU,2\n",
        "line 4",
        "the first is on line 2",
        "origin BLR",
    )


def test_a_negative_value(read):
    refused(read, f"{HEADER}2022,BLR,RUS,1\n2022,RUS,BLR,-5\n", "line 3, column 'usd'", "below zero: -5")


def test_a_text_in_place_of_a_value(read):
    refused(
        read,
        f"{HEADER}2022,BLR,RUS,1\n2022,RUS,BLR,many\n2021,RUS,BLR,=1+1\n",
        "line 3, column 'usd'",
        "'many' is no number",
        "2 rows",
    )


@pytest.mark.parametrize("cell", ["inf", "nan", "1_000x", "0x10", "1,2,3", "12 %"])
def test_odd_numbers_are_none(read, cell):
    refused(read, f'{HEADER}2022,BLR,RUS,1\n2022,RUS,BLR,"{cell}"\n', "line 3, column 'usd'")


def test_an_empty_value(read):
    refused(read, f"{HEADER}2022,BLR,RUS,\n", "line 2, column 'usd'", "There is no value here", "missing")


def test_a_text_in_place_of_a_quantity(read):
    content = "year,from,to,usd,kg\n2022,BLR,RUS,1,5\n2022,RUS,BLR,1,some\n"
    refused(
        read, content, "line 3, column 'kg'", "'some'", column_map=with_map(columns={**PLAIN.columns, "quantity": "kg"})
    )


def test_mixed_units(read):
    content = "year,from,to,usd,unit\n2022,BLR,RUS,1,USD\n2022,RUS,BLR,1,EUR\n"
    refused(
        read,
        content,
        "column 'unit'",
        "2 of them: EUR, USD",
        column_map=with_map(columns={**PLAIN.columns, "unit": "unit"}),
    )


def test_a_unit_that_nobody_understands(read):
    content = "year,from,to,usd,unit\n2022,BLR,RUS,1,barrels\n"
    refused(
        read,
        content,
        "line 2, column 'unit'",
        "'barrels' is not understood",
        column_map=ColumnMap({**PLAIN.columns, "unit": "unit"}),
    )


def test_mixed_encodings(read):
    content = TABLE.encode() + "2021;Казахстан;Беларусь;1\n".encode("cp1251")
    refused(read, content, "line 4", "mixes encodings: line 1 is UTF-8, line 4 is not", column_map=RUSSIAN)


def test_an_encoding_that_cannot_be_told(read):
    refused(read, TABLE.encode("cp866"), "cannot be told for certain", "encoding=", column_map=RUSSIAN)
    refused(read, TABLE.encode("koi8-r"), "cannot be told for certain", column_map=RUSSIAN)


def test_a_wrong_encoding_is_told_by_its_line(read):
    refused(read, TABLE.encode("cp1251"), "line 1", "not UTF-8", column_map=RUSSIAN, encoding="utf-8")
    refused(read, TABLE.encode(), "'utf8000'", column_map=RUSSIAN, encoding="utf8000")


def test_mixed_decimal_marks(read):
    content = "year;from;to;usd\n2022;BLR;RUS;1.5\n2022;RUS;BLR;2,25\n"
    refused(read, content, "line 3, column 'usd'", "'1.5' on line 2", "'2,25' on line 3")


def test_a_thousand_or_a_decimal(read):
    refused(read, "year;from;to;usd\n2022;BLR;RUS;1,234\n", "line 2, column 'usd'", "may be a thousand or a decimal")


@pytest.mark.parametrize(("row", "cells"), [("2022,BLR,RUS", 3), ("2022,BLR,RUS,1,2", 5)])
def test_ragged_rows(read, row, cells):
    refused(read, f"{HEADER}2022,BLR,RUS,1\n{row}\n2022,RUS,BLR,1\n", "line 3", f"has {cells} cells, the header 4")


def test_an_open_quote(read):
    refused(read, f'{HEADER}2022,BLR,"RUS,1\n2022,RUS,BLR,1\n', "quote is left open")


def test_nul_bytes(read):
    refused(read, f"{HEADER}2022,BLR,RUS,1\n2022,RUS,B\0LR,1\n", "line 3", "NUL")


def test_a_field_of_three_megabytes(read):
    refused(read, f'{HEADER}2022,BLR,RUS,1\n2022,RUS,"{"x" * 3_000_000}",1\n', "line 3", "longer than 1 MB")


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_empty_file(read, content):
    refused(read, content, "empty")


def test_a_header_alone(read):
    refused(read, HEADER, "no rows")


def test_nothing_left_after_the_filters(read):
    refused(
        read, f"{HEADER}2022,BLR,RUS,1\n", "None of the 1 rows is left", column_map=with_map(keep={"from": ["KAZ"]})
    )


def test_world_rows_beside_partners(read):
    refused(
        read,
        f"{HEADER}2022,BLR,RUS,1\n2022,BLR,World,5\n",
        "line 3, column 'to'",
        "1 of 2 rows are for the whole world (World)",
    )


def test_a_total_beside_products(read):
    content = "year,from,to,usd,hs\n2022,BLR,RUS,1,01\n2022,BLR,RUS,5,TOTAL\n"
    refused(
        read,
        content,
        "line 3, column 'hs'",
        "'TOTAL' stands beside",
        column_map=with_map(columns={**PLAIN.columns, "product": "hs"}),
    )


@pytest.mark.parametrize("period", ["soon", "2022-13", "2022-03-01"])
def test_a_period_that_no_reader_knows(read, period):
    refused(read, f"{HEADER}2022,BLR,RUS,1\n{period},BLR,RUS,1\n", "line 3, column 'year'", repr(period))


def test_no_code_where_one_belongs(read):
    refused(read, f"{HEADER}2022,BLR,RUS,1\n2022,,RUS,1\n", "line 3, column 'from'", "There is no origin here")


def test_an_unknown_direction(read):
    columns = {"period": "t", "reporter": "rep", "partner": "par", "flow": "dir", "value": "usd"}
    content = "t,rep,par,dir,usd\n2022,BLR,RUS,sideways,1\n"
    refused(
        read, content, "line 2, column 'dir'", "[flow] export", column_map=with_map(columns=columns), kind=UnknownCode
    )


def test_an_absent_column_names_the_nearest(read):
    refused(read, "year,from,to,uds\n2022,BLR,RUS,1\n", "'usd' is no known column", "'uds'", kind=UnknownCode)


def test_a_name_that_stands_twice(read):
    refused(read, "YEAR,from,to,usd,Year\n2022,BLR,RUS,1,2\n", "'year' stands twice")


def test_no_column_at_all(read):
    refused(read, "just a sentence\nand another\n", "line 1", "no comma, semicolon, tab or bar")


def test_damaged_parquet(tmp_path, read):
    pq.write_table(pa.table({"year": list(range(10_000))}), tmp_path / "whole.parquet")
    whole = (tmp_path / "whole.parquet").read_bytes()
    refused(read, whole[: len(whole) // 2], "cut short", name="my.parquet")
    refused(read, b"no parquet", "no Parquet file", name="my.parquet")


def test_damaged_archives(read):
    packed = gzip.compress(f"{HEADER}2022,BLR,RUS,1\n".encode() * 1000)
    refused(read, packed[: len(packed) // 2], "damaged or cut short", name="my.csv.gz")
    refused(read, b"PK\x03\x04 cut", "no zip archive, or one that was cut short", name="my.zip")


def test_a_bomb_is_stopped(read):
    refused(read, gzip.compress(b"0" * (1 << 27)), "is refused", name="my.csv.gz")


def test_no_such_file(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_flat(tmp_path / "my.csv", PLAIN)


def test_the_line_is_told_in_a_file_with_quoted_line_ends(read):
    content = 'year,from,to,usd,remark\n2022,BLR,RUS,1,"two\nlines"\n\n2022,RUS,BLR,?,x\n'
    refused(read, content, "line 5, column 'usd'")


def test_lines_are_counted_from_the_top_of_the_file(read):
    """Below remarks, and where the map names the line of the header."""
    remarks = f"# a remark\n\n{HEADER}2022,BLR,RUS,1\n"
    refused(read, f"{remarks}2022,RUS,BLR,x\n", "line 5, column 'usd'")
    refused(read, f"{remarks}2022,RUS,BLR\n", "line 5", "has 3 cells")
    titled = f"Trade\nof two regions\n{HEADER}2022,BLR,RUS,1\n"
    said = with_map(table={"header_row": 3})
    refused(read, f"{titled}2022,RUS,BLR,x\n", "line 5, column 'usd'", column_map=said)
    refused(read, f"{titled}2022,RUS,BLR\n", "line 5", "has 3 cells", column_map=said)
    refused(read, titled, "no line 30", column_map=with_map(table={"header_row": 30}))


def test_told_by_and_valuation_in_columns(read):
    columns = {**PLAIN.columns, "told_by": "who", "valuation": "how"}
    header = "year,from,to,usd,who,how\n"
    flows = read(f"{header}2022,BLR,RUS,1,origin,FOB\n2022,BLR,RUS,2,destination,CIF\n", with_map(columns=columns))
    assert (flows.told_by, flows.valuation) == ("both", None)
    assert rows(flows)[0] == ("2022", "BLR", "RUS", "destination", "CIF", 2.0)
    one = read(f"{header}2022,BLR,RUS,1,origin,FOB\n", with_map(columns=columns))
    assert (one.told_by, one.valuation) == ("origin", "FOB")
    wrong = {"column_map": with_map(columns=columns), "kind": UnknownCode}
    refused(read, f"{header}2022,BLR,RUS,1,me,FOB\n", "line 2, column 'who'", "'me' is no known teller", **wrong)
    refused(read, f"{header}2022,BLR,RUS,1,origin,EXW\n", "line 2, column 'how'", "no known valuation", **wrong)


def test_told_by_and_direction_may_be_said_of_the_whole(read):
    columns = {"period": "year", "partner": "to", "value": "usd"}
    said = {"reporter": "BLR", "flow": "import"}
    flows = read("year,to,usd\n2022,RUS,1\n", with_map(columns=columns, constants=said))
    assert (flows.told_by, flows.valuation, rows(flows)) == ("destination", "CIF", [("2022", "RUS", "BLR", 1.0)])
    assert read(f"{HEADER}2022,BLR,RUS,1\n", with_map(constants={"told_by": "reconciled"})).told_by == "reconciled"


def test_a_measure_that_no_row_holds(read):
    columns = {"region": "country", "measure": "what", "value": "number"}
    side = ColumnMap(columns, {"measure": "tariff"}, {"kind": "side"})
    refused(
        read, "country,what,number\nBLR,gdp,5\n", "column 'what'", "No row holds the measure 'tariff'", column_map=side
    )


def test_regions_are_known_any_or_listed(read):
    refused(read, f"{HEADER}2022,BLR,RUS,1\n", "no known region of your list", "Nearest known: 'BLX'", regions=["BLX"])
    with pytest.raises(DataError, match="may be known, any, or a list"):
        read(f"{HEADER}2022,BLR,RUS,1\n", with_map(table={"regions": "some"}))


def test_a_name_in_place_of_a_product_code(read):
    columns = {**PLAIN.columns, "product": "hs"}
    content = "year,from,to,usd,hs\n2022,BLR,RUS,1,Iron and steel\n"
    harmonized = with_map(columns=columns, constants={"classification": "HS17"})
    refused(read, content, "line 2, column 'hs'", "is 72", column_map=harmonized, kind=UnknownCode)


def test_remarks_alone(read):
    refused(read, "# a remark\n# another\n", "The file is empty")


def test_columns_without_a_name_and_names_that_stand_twice(read):
    columns = {"period": "column 1", "origin": "from", "destination": "to", "value": "usd"}
    assert len(rows(read(",from,to,usd,usd\n2022,BLR,RUS,1,2\n", with_map(columns=columns)))) == 1


def test_an_old_workbook(read):
    refused(read, bytes.fromhex("d0cf11e0a1b11ae1") + bytes(100), "old .xls", name="my.xls")


def test_a_pattern_that_fits_no_column(read):
    wide = ColumnMap({"origin": "from"}, {"currency": "USD"}, {"wide": "x_(?P<period>\\d{4})"})
    refused(read, "from,a\nBLR,1\n", "No name of a column fits", column_map=wide)


@pytest.mark.parametrize("values", [pa.array([True]), pa.array([[1.0]])])
def test_a_column_of_other_than_numbers_is_refused(tmp_path, values):
    path = tmp_path / "my.parquet"
    pq.write_table(pa.table({"year": [2022], "from": ["BLR"], "to": ["RUS"], "usd": values}), path)
    with pytest.raises(DataError, match="my.parquet, column 'usd': The column holds .*, not numbers"):
        read_flat(path, PLAIN)


def test_a_year_without_its_century_is_refused(read):
    with pytest.raises(DataError, match="line 3, column 'year': The year '22' has no century"):
        read(HEADER + "2021,BLR,RUS,1\n22,BLR,RUS,1\n")


def test_a_footnote_is_told_from_a_broken_row(read):
    with pytest.raises(DataError, match="line 3: This row has 1 cell, the header 4. Is it a footnote?"):
        read(HEADER + "2021,BLR,RUS,1\n* preliminary\n")


def test_two_spellings_of_one_region_are_named(read):
    with pytest.raises(DataError, match=r"destination JPN \(JPN and RYU are one\); the first is on line 2"):
        read(HEADER + "1964,USA,JPN,1\n1964,USA,RYU,1\n")


def test_a_constant_that_is_no_code_is_refused(read):
    wrong = ColumnMap({"period": "year", "origin": "from", "value": "usd"}, {"currency": "USD", "destination": "RSU"})
    with pytest.raises(DataError, match="destination: 'RSU' is no known region. Nearest known: 'RUS'"):
        read(HEADER + "2021,BLR,RUS,1\n", wrong)
