"""Column maps proposed from the tables themselves."""

from __future__ import annotations

import pytest

from hansa.errors import DataError
from hansa.trade.readers import ColumnMap, propose_map, read_flat


@pytest.fixture
def propose(tmp_path):
    def proposing(content, name="my.csv"):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return propose_map(path)

    return proposing


def test_names_in_english(propose):
    proposal = propose("Year,Exporter,Importer,HS6,Trade value (1000 USD),Net weight (kg)\n2022,BLR,RUS,010121,5,1\n")
    assert proposal.column_map.columns["value"] == "Trade value (1000 USD)"
    assert proposal.column_map.constants == {"currency": "USD", "scale": 1000}
    assert proposal.rows == [
        {"period": "2022", "origin": "BLR", "destination": "RUS", "product": "010121", "value": 5000.0, "quantity": 1.0}
    ]


def test_names_in_russian(propose):
    proposal = propose(
        "Год;Направление;Отчитывающаяся страна;Страна;Код ТН ВЭД;Стоимость, млн долл. США\n"
        "2022;Экспорт;Беларусь;Россия;0101;1,5\n"
    )
    assert proposal.rows == [
        {
            "period": "2022",
            "origin": "BLR",
            "destination": "RUS",
            "product": "0101",
            "told_by": "origin",
            "value": 1.5e6,
        }
    ]


def test_regions_by_their_cells_in_the_order_of_columns(propose):
    proposal = propose("a,b,c,d\n2022,Belarus,Russia,5\n")
    assert proposal.column_map.columns == {"period": "a", "origin": "b", "destination": "c", "value": "d"}
    assert any("by their order" in remark for remark in proposal.remarks)
    assert any("USD is assumed" in remark for remark in proposal.remarks)


def test_gaps_world_and_lost_zeros(propose):
    proposal = propose(
        "year,exporter,importer,hs,value\n2022,BLR,RUS,10121,...\n2022,BLR,World,870323,5\n2022,BLR,KAZ,870323,5\n"
    )
    assert proposal.column_map.table == {"missing": ["..."], "world": "drop", "product_digits": 6}
    assert [row["destination"] for row in proposal.rows] == ["KAZ"]


def test_a_side_table(propose):
    proposal = propose("country,year,population\nBLR,2022,9200000\n")
    assert proposal.column_map.constants == {"measure": "population"}
    assert proposal.column_map.table == {"kind": "side"}
    assert proposal.rows == [{"region": "BLR", "period": "2022", "value": 9200000.0}]


def test_year_and_month(propose):
    assert propose("year,month,exporter,importer,value\n2022,3,BLR,RUS,1\n").rows[0]["period"] == "2022-03"


def test_the_proposal_is_what_reads_the_file(propose, tmp_path):
    proposal = propose(
        "year,exporter,importer,value_musd\n2022,BLR,RUS,5\n2022,RUS,BLR,6\n2022,RUS,KAZ,7\n2022,KAZ,RUS,8\n"
    )
    assert len(proposal.rows) == 3
    again = ColumnMap.parse(proposal.column_map.to_toml())
    whole = read_flat(tmp_path / "my.csv", again).to_arrow().to_pylist()
    assert proposal.rows == whole[:3]
    assert read_flat(tmp_path / "my.csv").to_arrow().to_pylist() == whole


def test_what_was_assumed_stands_in_the_notes(tmp_path):
    (tmp_path / "my.csv").write_text("year,exporter,importer,value\n2022,BLR,RUS,5\n")
    assert "the currency does not stand in the table: USD is assumed" in read_flat(tmp_path / "my.csv").notes


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\nx,y\n", "No column holds regions"),
        ("exporter,importer\nBLR,RUS\n", "No column holds numbers"),
        ("reporter,partner,value\nBLR,RUS,1\n", "no column says whether it is export or import"),
        ("flow,value\nexport,1\n", "whose it is does not stand in the table"),
    ],
)
def test_what_cannot_be_proposed(propose, content, said):
    with pytest.raises(DataError, match=said):
        propose(content)


def test_a_spoilt_row_is_told_when_a_map_is_proposed(propose):
    with pytest.raises(DataError, match=r"my.csv, line 3: This row has 2 cells"):
        propose("year,exporter,importer,value\n2022,BLR,RUS,1\n2022,BLR\n")


def test_directions_that_are_neither_are_left_out(propose):
    proposal = propose("year,country,reporter,flow,value\n2022,RUS,BLR,Export,1\n2022,RUS,BLR,Transit,1\n")
    assert proposal.column_map.columns["partner"] == "country"
    assert proposal.column_map.flow == {"drop": ["Transit"]}


def test_exports_to_the_whole_world(propose):
    proposal = propose("country,product,value\nBLR,0101,1\nRUS,0101,2\n")
    assert proposal.rows[0] == {"origin": "BLR", "product": "0101", "value": 1.0}
    assert any("no destination" in remark for remark in proposal.remarks)


def test_a_side_table_of_an_unsaid_measure(propose):
    proposal = propose("country,year,figure\nBLR,2022,5\n")
    assert proposal.column_map.constants == {"measure": "gdp"}
    assert any("gdp is assumed" in remark for remark in proposal.remarks)


def test_a_month_with_its_year_is_a_period_and_one_without_is_none(propose):
    whole = propose("Месяц;Экспортер;Импортер;Стоимость\n01.2022;Беларусь;Россия;5\n")
    assert (whole.column_map.columns["period"], whole.rows[0]["period"]) == ("Месяц", "2022-01")
    apart = propose("year,month,exporter,importer,value\n2022,3,BLR,RUS,5\n")
    assert apart.rows[0]["period"] == "2022-03"
    alone = propose("month,exporter,importer,value\n3,BLR,RUS,5\n")
    assert not {"period", "month"} & set(alone.column_map.columns)


def test_titles_above_the_table(propose):
    proposal = propose(
        "Foreign trade\nin customs statistics, thousand USD\n\nyear;exporter;importer;value;weight\n"
        "2022;BLR;RUS;1,5;2\n2022;RUS;BLR;2,5;3\n2022;RUS;KAZ;2,5;3\n"
    )
    assert sorted(row["value"] for row in proposal.rows) == [1.5, 2.5, 2.5]


def test_rows_to_leave_out_are_found_in_all_rows(propose):
    usual = "".join(f"{year},X,BLR,{partner},1\n" for year in range(1500, 2100) for partner in ("RUS", "KAZ"))
    content = f"year,flow,reporter,partner,value\n{usual}2022,RX,BLR,RUS,1\n2022,X,BLR,EU,2\n2022,X,BLR,Всего,4\n"
    proposal = propose(content)
    assert proposal.column_map.flow == {"drop": ["RX"]}
    assert proposal.column_map.leave == {"partner": ["EU"]}
    assert proposal.column_map.table == {"world": "drop"}
    assert "rows with partner = EU are left out: blocs, not countries" in proposal.remarks


def test_blocs_and_the_world_alone_are_kept(propose):
    proposal = propose("year,exporter,importer,value\n2022,BLR,World,5\n2021,BLR,World,4\n")
    assert proposal.column_map.table == {}
    assert not proposal.trouble


def test_a_weight_that_is_not_there(propose):
    proposal = propose("year,exporter,importer,value,net weight\n2022,BLR,RUS,5,NA\n2022,RUS,BLR,4,2\n")
    assert [row.get("quantity") for row in sorted(proposal.rows, key=lambda row: row["value"])] == [2.0, None]


def test_a_first_line_of_figures_is_refused(propose):
    with pytest.raises(DataError, match="holds no names of columns, but figures"):
        propose("2021,BLR,RUS,5\n2022,BLR,RUS,6\n")


def test_baci_is_sent_to_its_reader(propose):
    with pytest.raises(DataError, match="--reader baci"):
        propose("t,i,j,k,v,q\n2020,112,643,010121,12.3,1.5\n")


def test_a_map_is_proposed_also_where_the_rows_have_to_be_mended(propose):
    proposal = propose("year,exporter,importer,value\n2022,BLR,Narnia,5\n2022,BLR,RUS,5\n")
    assert proposal.column_map.columns["destination"] == "importer"
    assert (proposal.trouble.line, proposal.trouble.column) == (2, "importer")
    assert '[leave] "importer" = ["Narnia"]' in str(proposal.trouble)


def test_many_columns_are_not_all_named(propose):
    with pytest.raises(DataError, match=r"'c29' and 370 more\. Write a map") as refused:
        propose(",".join(f"c{n}" for n in range(400)) + "\n" + ",".join("1" for _ in range(400)) + "\n")
    assert len(str(refused.value)) < 400
