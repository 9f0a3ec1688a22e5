"""A list of one's own, and what in it is refused."""

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.regions import country_of, distance, find, iso, kind_of, name, read_regions

GOOD = """code,name,name_ru,parent,lat,lon,aliases,reported_by
FI-U,Uusimaa,Уусимаа,FIN,60.2,24.9,Nyland|U,
FI-K,Kymenlaakso,,FIN,60.5,26.9,,Statistics Finland
"""


@pytest.fixture
def write(tmp_path):
    def to_file(content: str | bytes):
        path = tmp_path / "mine.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file


def test_it_is_usable_everywhere(write):
    ours = read_regions(write("\ufeff" + GOOD))
    assert find("nyland", ours).code == "FI-U"
    assert name("FI-U", "ru", ours) == "Уусимаа"
    assert name("FI-K", "ru", ours) == "Kymenlaakso"
    assert kind_of("FI-U", ours) == "own"
    assert country_of("FI-U", ours) == "FIN"
    assert find("FI-K", ours).reported_by == "Statistics Finland"
    assert distance("FI-U", "FI-K", ours) == pytest.approx(115, abs=1)
    with pytest.raises(UnknownCode, match="'RUS' is no known region"):
        find("RUS", ours)
    assert find("RUS", ours.plus(iso())).code == "RUS"
    assert "Nyland" in ours
    assert "Lapland" not in ours


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("code;name\nA;B\n", "line 1: column 'code' is missing"),
        ("code,name,colour\nA,B,C\n", "line 1, column 'colour': is not known here"),
        ("code,name,code\nA,B,C\n", "line 1, column 'code': stands twice"),
        ("code,name\nA,B\n\nA,C\n", "line 4, column 'code': 'A' stands on line 2 already"),
        ("code,name\n,B\n", "line 2, column 'code': is empty"),
        ("code,name\nA,B,C\n", "line 2: has 3 cells, the header 2"),
        ("code,name,lat,lon\nA,B,north,1\n", "line 2, column 'lat': 'north' is no number"),
        ("code,name,lat,lon\nA,B,91,1\n", "line 2, column 'lat': 91 lies outside -90..90"),
        ("code,name,lat,lon\nA,B,,1\n", "line 2, column 'lat': is empty, but the other coordinate is given"),
        ("code,name,lat,lon\nA,B,1,\n", "line 2, column 'lon': is empty, but the other coordinate is given"),
        ("code,name,parent\nA,B,A\n", "line 2, column 'parent': 'A' lies in itself"),
        ("code,name\n", "is empty. It needs a header"),
        ("", "is empty. It needs a header"),
        (b"code,name\nA,\xff\n", "byte 12 is not UTF-8"),
        ("code,name\nA,B\0\n", "holds a NUL byte"),
        ('code,name\nA,"B\n', "line 2: unexpected end of data"),
    ],
)
def test_what_is_refused_names_file_line_and_column(write, content, message):
    with pytest.raises(DataError) as caught:
        read_regions(write(content))
    assert "mine.csv" in str(caught.value)
    assert message in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="cannot be read: No such file"):
        read_regions(tmp_path / "none.csv")
