"""The column map: TOML there and back, and what it refuses."""

from __future__ import annotations

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.trade.readers import ColumnMap

FLOWS = "[columns]\norigin='a'\ndestination='b'\nvalue='v'\n[constants]\ncurrency='USD'\n"


def test_there_and_back(tmp_path):
    given = ColumnMap(
        {"period": "год", "reporter": 'the "one"', "partner": "p", "flow": "f", "value": "v"},
        {"currency": "EUR", "scale": 1_000_000, "scope": "services"},
        {"decimal": ",", "missing": ["...", ""], "header_row": 3},
        {"export": ["ЭК"], "drop": ["x\ty"]},
        {"source": ["dom"]},
        {"partner": ["WLD"]},
        {"Нидерланды": "NLD"},
        {"producer": "Belstat"},
    )
    path = tmp_path / "map.toml"
    path.write_text(given.to_toml(), encoding="utf-8")
    assert ColumnMap.read(path) == given


@pytest.mark.parametrize(
    ("text", "said", "kind"),
    [
        ("[columns", "no valid TOML", DataError),
        ("[column]\nvalue='v'", "'column' is no known part", UnknownCode),
        ("columns = 1", "must hold entries", DataError),
        (
            FLOWS.replace("origin", "orign"),
            "'orign' is no known entry of .columns.. Nearest known: 'origin'",
            UnknownCode,
        ),
        (FLOWS + "scal=1", "Nearest known: 'scale'", UnknownCode),
        (FLOWS + "scale='big'", "scale = 'big' is not possible; it must be a number", DataError),
        (FLOWS + "scale=-5", "scale of a unit must be above zero", DataError),
        (FLOWS.replace("'a'", "3"), "origin = 3 is not possible; it must be a text", DataError),
        (FLOWS + "origin='BLR'", "'origin' stands in .columns. and in .constants.", DataError),
        (FLOWS + "[table]\nheader_row='two'", "it must be the number of a line", DataError),
        (FLOWS + "[table]\nheader_row=0", "counts the lines of the file from 1", DataError),
        (FLOWS + "[table]\nproduct_digits='six'", "it must be a number of digits", DataError),
        (FLOWS + "[table]\ndelimiter=';;'", "must be a single sign", DataError),
        (
            FLOWS + "classification='HS99'",
            "'HS99' is no known classification. Nearest known: 'HS96', 'HS92'",
            DataError,
        ),
        (FLOWS.replace("value='v'", ""), "no column 'value'", DataError),
        (FLOWS.replace("origin='a'", ""), "nothing of 'origin'", DataError),
        (FLOWS.replace("currency='USD'", ""), "names no currency", DataError),
        (FLOWS.replace("USD", "usd"), "no currency code", DataError),
        (FLOWS + "scale=0", "above zero", DataError),
        (FLOWS + "valuation='fob'", "may be FOB, CIF", DataError),
        (FLOWS + "quantity_unit='pounds'", "no mass unit", DataError),
        (FLOWS.replace("origin", "reporter"), "nothing of 'partner'", DataError),
        (FLOWS.replace("[constants]", "month='m'\n[constants]"), "nothing of 'year'", DataError),
        (FLOWS + "[table]\nkind='side'", "nothing of 'region'", DataError),
        (FLOWS + "[table]\nkind='side'\n[columns]", "no valid TOML", DataError),
        (FLOWS + "[table]\nworld='keep'", "may be refuse, drop", DataError),
        (FLOWS + "[table]\nwide='('", "no regular expression", DataError),
        (FLOWS + "[table]\ndecimal=','\nthousands=','", "same sign", DataError),
    ],
)
def test_what_it_refuses(text, said, kind):
    with pytest.raises(kind, match=said):
        ColumnMap.parse(text, "map.toml")


def test_a_map_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        ColumnMap.read(tmp_path / "map.toml")


def test_numbers_may_stand_for_texts_to_keep():
    assert ColumnMap.parse(FLOWS + "[keep]\nyear = 2022\n[leave]\nsex = [1, 2]").keep == {"year": ["2022"]}
