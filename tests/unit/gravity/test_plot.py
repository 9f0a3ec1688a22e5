"""The picture of coefficients: well formed, described, marks where the figures are."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from hansa.errors import DataError
from hansa.gravity.fit import ppml
from hansa.gravity.plot import coefficient_plot
from tests.unit.gravity.test_covariance import panel

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def fits():
    data = panel(31)
    return {
        "two-way": ppml("trade ~ rta + ln | exporter^year + importer^year", data),
        "three-way <&>": ppml("trade ~ ln | exporter^year + importer^year + pair", data),
    }


def test_each_coefficient_has_a_mark_on_its_interval(fits):
    tree = ElementTree.fromstring(coefficient_plot(fits["two-way"]))
    marks = [float(one.get("cx")) for one in tree.iter(f"{SVG}circle")]
    lines = [one for one in tree.iter(f"{SVG}line") if one.get("stroke-width") == "2"]
    rows = fits["two-way"].result.rows()
    assert len(marks) == len(lines) == len(rows) == 2
    for mark, line in zip(marks, lines, strict=True):
        assert float(line.get("x1")) < mark < float(line.get("x2"))
        assert mark == pytest.approx((float(line.get("x1")) + float(line.get("x2"))) / 2, abs=0.11)
    assert (marks[0] > marks[1]) == (rows[0]["coefficient"] > rows[1]["coefficient"])


def test_it_is_named_and_described(fits):
    tree = ElementTree.fromstring(coefficient_plot(fits, title="Trade & more", uid="p1"))
    assert tree.find(f"{SVG}title").text == "Trade & more"
    said = tree.find(f"{SVG}desc").text
    assert f"three-way <&>, ln: {fits['three-way <&>'].result.rows()[0]['coefficient']:.4g}" in said
    assert tree.get("aria-labelledby") == "p1-t p1-d"
    assert {one.get("id") for one in tree} >= {"p1-t", "p1-d"}


def test_several_fits_differ_in_shape_and_have_a_legend(fits):
    tree = ElementTree.fromstring(coefficient_plot(fits))
    assert len(list(tree.iter(f"{SVG}circle"))) == 3  # two coefficients and the legend
    assert len(list(tree.iter(f"{SVG}rect"))) == 2
    height = float(tree.get("viewBox").split()[3])
    assert all(0 < float(one.get("y")) < height for one in tree.iter(f"{SVG}text"))


def test_several_fits_in_order(fits):
    svg = coefficient_plot(list(fits.values()) * 2)
    assert "(1), ln:" in svg
    assert "(2), ln:" in svg


def test_nothing_to_draw(fits):
    with pytest.raises(DataError, match="no coefficient of 'dist'"):
        coefficient_plot(fits, keep=["dist"])
    with pytest.raises(DataError, match="A picture needs at least one fit"):
        coefficient_plot({})
