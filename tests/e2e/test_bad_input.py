"""Whatever is wrong with a file: one message that says where, exit code 2, and a store as it was."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hansa.trade.store import open_store
from tests.e2e.conftest import TRADE, Hansa

HEAD = "period,origin,destination,product,value\n"
GOOD = "2021,BLR,RUS,010121,5\n2022,BLR,RUS,010121,6\n"
RUSSIAN = "год;экспортер;импортер;млн долл\n2022;Беларусь;Россия;1,5\n2022;Россия;Беларусь;2,5\n"
GIGABYTES = 2


def _zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def _parquet() -> bytes:
    packed = io.BytesIO()
    columns = {"period": [2022] * 99, "origin": ["BLR"] * 99, "destination": ["RUS"] * 99, "value": [1.0] * 99}
    pq.write_table(pa.table(columns), packed)
    return packed.getvalue()


def _bomb() -> bytes:
    """A workbook of 2 MB whose one sheet unpacks to 2 GB: one compressed block of zeros, again and again."""
    block, times = b"0" * (8 << 20), GIGABYTES << 7
    deflate = zlib.compressobj(9, wbits=-15)
    squeezed = deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH)
    content = squeezed * times + deflate.flush()
    checksum = 0
    for _ in range(times):
        checksum = zlib.crc32(block, checksum)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", content)  # as it is; what it is, both headers say below
        sheet = archive.infolist()[1]
        sheet.compress_type, sheet.CRC, sheet.file_size = zipfile.ZIP_DEFLATED, checksum, len(block) * times
    held = bytearray(packed.getvalue())
    struct.pack_into("<H", held, sheet.header_offset + 8, zipfile.ZIP_DEFLATED)
    struct.pack_into("<L", held, sheet.header_offset + 14, checksum)
    struct.pack_into("<L", held, sheet.header_offset + 22, sheet.file_size)
    return bytes(held)


# name of the file -> what is in it, what is said beside it, and what the message must hold
CASES: dict[str, tuple[bytes | Callable[[], bytes], list[str], list[str]]] = {
    "region.csv": (
        f"{HEAD}{GOOD}2022,BLR,RSU,010121,6\n".encode(),
        [],
        ["region.csv, line 4, column 'destination': 'RSU' is no known region. Nearest known: 'RUS'"],
    ),
    "product.csv": (
        f"{HEAD}{GOOD}2022,RUS,BLR,01o121,6\n".encode(),
        ["--classification", "HS17"],
        ["product.csv, line 4, column 'product': '01o121' is no known HS17 product."],
    ),
    "twice.csv": (
        f"{HEAD}{GOOD}2022,BLR,RUS,010121,7\n".encode(),
        [],
        ["twice.csv, line 4: ", "the first is on line 3"],
    ),
    "negative.csv": (
        f"{HEAD}{GOOD}2022,RUS,BLR,010121,-7\n".encode(),
        [],
        ["negative.csv, line 4, column 'value': A value below zero: -7."],
    ),
    "text.csv": (
        f"{HEAD}{GOOD}2022,RUS,BLR,010121,many\n".encode(),
        [],
        ["text.csv, line 4, column 'value': 'many' is no number."],
    ),
    "units.csv": (
        b"period,origin,destination,value,unit\n2021,BLR,RUS,5,USD\n2022,BLR,RUS,6,EUR\n",
        [],
        ["units.csv, line ", "column 'unit': ", "EUR", "USD"],
    ),
    "encodings.csv": (
        f"{HEAD}{GOOD}".encode()
        + "2022,Côte d'Ivoire,RUS,010121,6\n".encode("latin-1")
        + "2022,Беларусь,KAZ,1,6\n".encode(),
        [],
        ["encodings.csv, line 4: The file mixes encodings"],
    ),
    "decimals.csv": (
        b"period;origin;destination;value\n2021;BLR;RUS;1,5\n2022;BLR;RUS;2.5\n",
        [],
        ["decimals.csv, line 3, column 'value': Decimal points and decimal commas are mixed"],
    ),
    "short.csv": (
        f"{HEAD}{GOOD}2022,RUS,BLR,010121\n".encode(),
        [],
        ["short.csv, line 4: This row has 4 cells, the header 5."],
    ),
    "long.csv": (
        f"{HEAD}{GOOD}2022,RUS,BLR,010121,7,8\n".encode(),
        [],
        ["long.csv, line 4: This row has 6 cells, the header 5."],
    ),
    "nul.csv": (
        f"{HEAD}{GOOD}2022,RUS,BLR,0101\x0021,7\n".encode(),
        [],
        ["nul.csv, line 4: The file holds a NUL byte"],
    ),
    "cut.zip": (lambda: _zipped("t.csv", (HEAD + GOOD).encode())[:60], [], ["cut.zip: ", "cut short"]),
    "cut.parquet": (lambda: _parquet()[:-40], [], ["cut.parquet: ", "cut short"]),
    "bomb.xlsx": (_bomb, [], ["bomb.xlsx: The archive would unpack to 2,147,483,6", "is refused"]),
    "no.xlsx": (b"hello", [], ["no.xlsx: "]),
    "empty.csv": (b"", [], ["empty.csv: The file is empty."]),
    "headonly.csv": (HEAD.encode(), [], ["headonly.csv: The table has a header, but no rows."]),
    "period.csv": (
        f"{HEAD}{GOOD}soon,RUS,BLR,010121,7\n".encode(),
        [],
        ["period.csv, line 4, column 'period': 'soon' is no period that Hansa knows."],
    ),
    "nothing.csv": (b"a,b\nx,y\n", [], ["nothing.csv: "]),
    "names.csv": (GOOD.encode(), [], ["names.csv: The first line holds no names of columns, but figures"]),
    "footnote.csv": (f"{HEAD}{GOOD}* preliminary\n".encode(), [], ["footnote.csv, line 4: ", "Is it a footnote?"]),
    "century.csv": (f"{HEAD}{GOOD}22,RUS,BLR,010121,7\n".encode(), [], ["century.csv, line 4, column 'period': "]),
    "day.csv": (f"{HEAD}{GOOD}2022-03-01,RUS,BLR,010121,7\n".encode(), [], ["day.csv, line 4, column 'period': "]),
    "long code.csv": (
        f"{HEAD}{GOOD}2022,{'R' * 5000},BLR,010121,7\n".encode(),
        [],
        ["long code.csv, line 4", "R'... is"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_bad_file_is_refused_and_the_store_is_as_it_was(filled: Hansa, tmp_path: Path, name: str):
    content, words, wanted = CASES[name]
    (tmp_path / name).write_bytes(content() if callable(content) else content)
    before = _state(tmp_path)
    said = filled("import", name, "--yes", *words)
    assert said.code == 2, said.out
    assert said.err.startswith(f"hansa: {name}")
    assert said.err.count("\n") == 1, "one message"
    assert "Traceback" not in said.err
    for part in wanted:
        assert part in said.err
    assert _state(tmp_path) == before


def _state(folder: Path) -> tuple[bytes, list[str]]:
    store = folder / "hansa-store"
    return (store / "manifest.json").read_bytes(), sorted(path.name for path in (store / "files").iterdir())


def test_a_bad_first_import_makes_no_store(hansa: Hansa, tmp_path: Path):
    (tmp_path / "t.csv").write_text(f"{HEAD}2022,BLR,RUS,010121,-7\n")
    assert hansa("import", "t.csv", "--yes").code == 2
    assert not (tmp_path / "hansa-store").exists()


def test_world_rows_beside_partner_rows(filled: Hansa, tmp_path: Path):
    (tmp_path / "world.csv").write_text(f"{HEAD}{GOOD}2022,BLR,WLD,010121,6\n")
    columns = "\n".join(f'{name} = "{name}"' for name in HEAD.strip().split(","))
    (tmp_path / "map.toml").write_text(f'[columns]\n{columns}\n[constants]\ncurrency = "USD"\n')
    before = _state(tmp_path)
    said = filled("import", "world.csv", "--map", "map.toml")
    assert said.code == 2
    assert said.err.startswith("hansa: world.csv, line 4, column 'destination': ")
    assert "whole world" in said.err
    assert _state(tmp_path) == before
    proposed = filled("import", "world.csv", "--yes", "--dataset", "proposed")
    assert proposed.code == 0
    assert "note   rows for the whole world are left out" in proposed.out, "a map that leaves them out says so"
    assert open_store(tmp_path / "hansa-store").flows("proposed").totals().to_pylist() == [{"value": 11.0}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_every_usual_encoding_is_read(hansa: Hansa, tmp_path: Path, encoding: str):
    (tmp_path / "t.csv").write_bytes(RUSSIAN.encode(encoding))
    said = hansa("import", "t.csv", "--yes")
    assert said.code == 0, said.err
    rows = open_store(tmp_path / "hansa-store").flows().totals("origin").to_pylist()
    assert sorted((row["origin"], row["value"]) for row in rows) == [("BLR", 1.5e6), ("RUS", 2.5e6)]


def test_latin_letters_of_one_byte(hansa: Hansa, tmp_path: Path):
    (tmp_path / "t.csv").write_bytes("period;origin;destination;value\n2022;Côte d'Ivoire;BLR;1,5\n".encode("latin-1"))
    said = hansa("import", "t.csv", "--yes")
    assert said.code == 0, said.err
    assert open_store(tmp_path / "hansa-store").flows().totals("origin")["origin"].to_pylist() == ["CIV"]


def test_rows_of_another_unit_are_not_appended(filled: Hansa, tmp_path: Path):
    (tmp_path / "eur.csv").write_text("period,origin,destination,product,value_eur\n2023,BLR,RUS,010101,9\n")
    before = _state(tmp_path)
    said = filled("import", "eur.csv", "--yes", "--dataset", "trade", "--append")
    assert said.code == 2
    assert "'trade' has unit USD, current prices, but the rows to add have EUR, current prices." in said.err
    assert _state(tmp_path) == before


def test_a_report_on_one_region_with_itself(filled: Hansa):
    said = filled("report", "BLR", "BLR")
    assert (said.code, said.err) == (
        2,
        "hansa: A partnership has two sides, but both are 'BLR'. Name two different regions.\n",
    )


def test_a_pair_without_trade_has_a_report_that_says_so(hansa: Hansa, tmp_path: Path):
    (tmp_path / "t.csv").write_text(TRADE + "2021,ARM,RUS,010101,1\n2022,ARM,RUS,010101,1\n")
    assert hansa("import", "t.csv", "--yes").code == 0
    said = hansa("report", "ARM", "BLR", "--format", "html,xlsx", "-o", "out")
    assert said.code == 0, said.err
    page = (tmp_path / "out" / "ARM-BLR-2022-en.html").read_text(encoding="utf-8")
    assert "no trade" in page.lower()


def test_exports_hold_no_live_formula(hansa: Hansa, tmp_path: Path):
    (tmp_path / "t.csv").write_text("period,origin,destination,product,value\n2022,BLR,RUS,=1+1,5\n2022,RUS,BLR,@x,5\n")
    assert hansa("import", "t.csv", "--yes").code == 0
    text = hansa("show", "rca", "--format", "csv").out
    assert "2022,BLR,'=1+1," in text
    assert "2022,RUS,'@x," in text


def test_an_edition_that_there_is_not(filled: Hansa, tmp_path: Path):
    (tmp_path / "t.csv").write_text(HEAD + GOOD)
    before = _state(tmp_path)
    said = filled("import", "t.csv", "--yes", "--classification", "HS99")
    assert said.code == 2
    assert "'HS99' is no known classification. Nearest known: 'HS96', 'HS92'." in said.err
    assert _state(tmp_path) == before
    assert filled("import", "t.csv", "--yes", "--classification", "Our list").code == 0


def test_what_the_store_refuses_names_the_file_and_makes_no_store(hansa: Hansa, tmp_path: Path):
    (tmp_path / "t.csv").write_text("origin,destination,product,value\nBLR,RUS,010121,5\n")
    said = hansa("import", "t.csv", "--yes")
    assert said.code == 2
    assert said.err.startswith("hansa: t.csv: Flows in a store need a period.")
    assert not (tmp_path / "hansa-store").exists()


def test_a_folder_is_no_table(filled: Hansa):
    said = filled("import", ".", "--yes")
    assert (said.code, said.err) == (2, "hansa: .: This is a folder. Name the file in it that holds the table.\n")


def test_a_proposed_map_is_there_to_be_mended(filled: Hansa, tmp_path: Path):
    (tmp_path / "t.csv").write_text(f"{HEAD}{GOOD}2022,BLR,Narnia,010121,6\n")
    said = filled("import", "t.csv", "--yes")
    assert said.code == 2
    assert "'Narnia' is no known region" in said.err
    path = tmp_path / "t.csv.map.toml"
    path.write_text(path.read_text(encoding="utf-8") + '[leave]\n"destination" = ["Narnia"]\n', encoding="utf-8")
    assert filled("import", "t.csv").code == 0


def test_a_customs_table_as_it_comes(hansa: Hansa, tmp_path: Path):
    """cp1251, titles, decimal commas, no-break spaces between thousands, 10-digit codes, months, totals."""
    lines = [
        "Внешняя торговля",
        "тыс. долл. США",
        "",
        "Месяц;Страна отправления;Страна назначения;Код ТН ВЭД;Стоимость, тыс. долл. США",
        "01.2022;Беларусь;Российская Федерация;8701209015;1\u00a0234,50",
        "",
        "02.2022;Россия;Беларусь;2709009009;1\u00a0122\u00a0334,5",
        "02.2022;Всего;Беларусь;2709009009;1\u00a0144\u00a0669,0",
        "02.2022;Казахстан;Беларусь;2709009009;22\u00a0334,5",
    ]
    (tmp_path / "t.csv").write_bytes("\n".join(lines).encode("cp1251"))
    said = hansa("import", "t.csv", "--yes", "--classification", "HS22")
    assert said.code == 0, said.err
    assert "lines above the names of the columns (line 4) are not read" in said.out
    rows = open_store(tmp_path / "hansa-store").flows().totals("period", "origin", "product").to_pylist()
    assert {(row["period"], row["origin"], row["product"]): row["value"] for row in rows} == {
        ("2022-01", "BLR", "870120"): 1_234_500.0,
        ("2022-02", "RUS", "270900"): 1_122_334_500.0,
        ("2022-02", "KAZ", "270900"): 22_334_500.0,
    }
