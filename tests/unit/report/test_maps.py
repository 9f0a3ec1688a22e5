"""Maps: outlines, projection, the way over the globe, and what a bad file of borders says."""

from __future__ import annotations

import json
import re

import pytest

from hansa.errors import DataError
from hansa.report.maps import Map, Spot, _equal_earth, draw_map, great_circle_points
from hansa.report.outlines import land, read_outlines
from hansa.wording.sentence import Sentence
from hansa.wording.words import Words

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]


def _map(a: Spot, b: Spot, *others: Spot, **options) -> str:
    return draw_map(Map("map", Sentence("Map"), (a, b, *others), **options), Words("en"))


def test_equal_earth_as_published():
    # Savric, Patterson and Jenny 2018: the pole lies at y = 1.3173627591574, the equator is 2 x 2.7066297 long
    assert _equal_earth(0, 90)[1] == pytest.approx(1.3173627591574, abs=1e-9)
    assert _equal_earth(180, 0)[0] == pytest.approx(2.7066297, abs=1e-6)


def test_way_over_the_globe():
    minsk, tokyo = Spot("a", 53.9, 27.57, 0), Spot("b", 35.68, 139.69, 0)
    points = great_circle_points(minsk, tokyo)
    assert points[0] == pytest.approx((27.57, 53.9))
    assert points[-1] == pytest.approx((139.69, 35.68))
    assert max(lat for _, lat in points) > 60  # it bends to the north
    quarter = great_circle_points(Spot("a", 0, 0, 0), Spot("b", 0, 90, 0), count=2)
    assert quarter[1] == pytest.approx((45, 0))


def test_land_has_no_borders_and_covers_where_it_should():
    rings = land()
    assert len(rings) > 100
    assert max(len(ring) for ring in rings) > 400  # Eurasia and Africa are one outline
    assert all(-180 <= lon <= 180 and -90 <= lat <= 90 for ring in rings for lon, lat in ring)


def test_the_line_is_broken_at_the_date_line():
    drawn = _map(Spot("Japan", 35.7, 139.7, 0.5, "self"), Spot("USA", 38.9, -77.0, 0.5, "other"), kilometres=10_900)
    lines = re.findall(r'<polyline points="([^"]+)" fill="none" stroke="#0f4c5c"', drawn)
    assert len(lines) == 2


def test_a_world_that_does_not_exist_has_no_land():
    pair = Spot("A", 20, -160, 0.5, "self"), Spot("B", 10, -150, 0.5, "other")
    assert 'fill="#e9e6dd"' not in _map(*pair, kilometres=1500, fictional=True)
    assert 'fill="#e9e6dd"' in _map(Spot("A", 60, 25, 0.5, "self"), Spot("B", 61, 27, 0.5, "other"), kilometres=120)


def test_names_are_escaped_and_do_not_overlap():
    drawn = _map(
        Spot("<A>", 53, 27, 0.5, "self"),
        Spot("B & C", 53.05, 27.05, 0.5, "other"),
        Spot("D", 53.1, 27.1, 1),
        kilometres=9,
    )
    assert "&lt;A&gt;" in drawn
    assert "B &amp; C" in drawn
    places = {
        re.sub(r"<[^>]+>", "", text): (x, y)
        for x, y, text in re.findall(r'<text x="(\S+)" y="(\S+)"[^>]*>(.*?)</text>', drawn)
    }
    assert len(set(places.values())) == len(places)


def test_borders_from_geojson_and_topojson(tmp_path):
    geo = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [SQUARE]}}],
    }
    topo = {
        "type": "Topology",
        "objects": {"land": {"type": "Polygon", "arcs": [[0]]}},
        "transform": {"scale": [10, 10], "translate": [0, 0]},
        "arcs": [[[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]]],
    }
    for name, content in (("borders.geojson", geo), ("borders.topojson", topo)):
        path = tmp_path / name
        path.write_text(json.dumps(content))
        assert read_outlines(path) == [[(float(x), float(y)) for x, y in SQUARE]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is no JSON. Borders come from a GeoJSON or TopoJSON file."),
        ("[]", "is no GeoJSON or TopoJSON of polygons that can be drawn."),
        ('{"type": "Polygon"}', "is no GeoJSON or TopoJSON of polygons that can be drawn."),
        (
            '{"type": "FeatureCollection", "features": []}',
            "holds no polygon. Borders come from a GeoJSON or TopoJSON file of",
        ),
    ],
)
def test_bad_borders(tmp_path, content, message):
    path = tmp_path / "borders.json"
    path.write_text(content)
    with pytest.raises(DataError, match=re.escape(message)) as error:
        read_outlines(path)
    assert str(path) in str(error.value)


def test_borders_that_are_not_there(tmp_path):
    with pytest.raises(DataError, match="The file of borders cannot be read"):
        read_outlines(tmp_path / "none.json")


def test_borders_that_are_too_large(tmp_path):
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    with pytest.raises(DataError, match="is larger than 64 MiB"):
        read_outlines(path)
