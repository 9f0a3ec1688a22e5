"""Charts: the figures stand where they should, and are told to a reader who does not see them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from hansa.report.charts import draw, ticks
from hansa.report.facts import Drawing, Line
from hansa.wording.sentence import Amount, Name, Sentence
from hansa.wording.words import Words

SVG = "{http://www.w3.org/2000/svg}"
YEARS = tuple(Name(str(year), "period") for year in (2020, 2021, 2022))
MONEY = Amount(None, "money", "USD")


def _drawn(kind: str, *lines: Line, **options) -> ElementTree.Element:
    drawing = Drawing("key", kind, Sentence("Trade <of> A"), options.pop("places", YEARS), lines, MONEY, 1.0, **options)
    return ElementTree.fromstring(draw(drawing, Words("en"), uid="a"))


@pytest.mark.parametrize("kind", ["lines", "columns", "bars"])
def test_a_chart_names_and_describes_itself(kind):
    root = _drawn(kind, Line(Sentence("Exports"), (1.0, 2.0, 40.0)), Line(Sentence("Imports"), (3.0, None, 5.0)))
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}" == "a-t a-d"
    assert title.text == "Trade <of> A"
    assert description.text.replace("\xa0", " ").startswith("Exports: 2020 USD 1, 2022 USD 40. Imports: 2020 USD 3,")


def test_a_line_rises_with_its_figures():
    root = _drawn("lines", Line(Sentence("Exports"), (0.0, 50.0, 100.0)))
    points = [tuple(map(float, point.split(","))) for point in root.find(f"{SVG}polyline").get("points").split()]
    assert [y for _, y in points] == [164.0, 95.0, 26.0]
    assert points[1][0] - points[0][0] == pytest.approx(points[2][0] - points[1][0], abs=0.11)


def test_columns_stand_on_zero():
    root = _drawn("columns", Line(Sentence("2022"), (100.0, 50.0, 0.0)))
    heights = [float(box.get("height")) for box in root.iter(f"{SVG}rect") if box.get("y") != "5"]
    assert heights == pytest.approx([138.0, 69.0, 0.0])


def test_bars_are_as_long_as_their_figures():
    root = _drawn("bars", Line(Sentence("share"), (4.0, 2.0, 1.0)))
    widths = [float(box.get("width")) for box in root.iter(f"{SVG}rect")]
    assert widths[0] / widths[1] == pytest.approx(2, rel=1e-2)


def test_spans_show_interval_and_marks():
    root = _drawn("spans", Line(Sentence("reconciled"), (5.0, 6.0, 7.0)), low=(4.0, 5.0, 6.0), high=(6.0, 7.0, 8.0))
    assert len(list(root.iter(f"{SVG}circle"))) == 4  # three years and the legend
    assert len(list(root.iter(f"{SVG}rect"))) == 4  # three intervals and the legend


def _dots(**options) -> ElementTree.Element:
    regions = tuple(Name(code, "region") for code in "ABC")
    lines = (Line(Sentence("B"), (None, 2.0, None)), Line(Sentence("others"), (1.0, None, 0.0)))
    ends = {"low": (0.5, 1.0, None), "high": (2.0, 4.0, None)}
    drawing = Drawing("key", "dots", Sentence("Ratios"), regions, lines, Amount(None, "ratio"), **ends, **options)
    return ElementTree.fromstring(draw(drawing, Words("en"), uid="a"))


def test_dots_stand_on_a_logarithmic_scale_around_one():
    """Ticks 0.25, 0.5, 1, 2, 4 from 118 to 320: a doubling is 50.5 wide, and the interval of A as far on each side."""
    root = _dots(band=(0.25, 4.0))
    (dot,) = (circle for circle in root.iter(f"{SVG}circle") if float(circle.get("cy")) > 34)
    assert float(dot.get("cx")) == pytest.approx(118 + 50.5 * 3, abs=0.1)
    boxes = [(float(box.get("x")), float(box.get("width")), float(box.get("y"))) for box in root.iter(f"{SVG}rect")]
    assert boxes[0][:2] == pytest.approx((118, 202), abs=0.1)  # the band
    assert boxes[1][:2] == pytest.approx((118 + 50.5, 101), abs=0.1)
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert {"0.25", "0.5", "1", "2", "4", "interval", "nine tenths of trade"} <= set(texts)
    assert texts.count("0.00") == 1  # at the edge of the scale, its figure beside it


def test_a_ratio_of_zero_is_an_arrow_at_the_edge_and_no_mark_on_the_scale():
    root = _dots()
    assert len(list(root.iter(f"{SVG}polygon"))) == 1
    assert len(list(root.iter(f"{SVG}path"))) == 2  # of the ratio 1.00, and in the legend


def test_dots_without_a_band_say_nothing_of_one():
    assert "nine tenths of trade" not in [text.text for text in _dots().iter(f"{SVG}text")]


def test_labels_never_leave_the_drawing():
    many = tuple(Name(str(year), "period") for year in range(1990, 2023))
    root = _drawn("lines", Line(Sentence("Exports"), tuple(float(k) for k in range(33))), places=many)
    labels = [text.text for text in root.iter(f"{SVG}text") if re.fullmatch(r"\d{4}", text.text or "")]
    assert labels[-1] == "2022"
    assert len(labels) < 12


def test_a_letter_of_the_own_family_where_one_is_named():
    drawing = Drawing("key", "lines", Sentence("T"), YEARS, (Line(Sentence("E"), (1.0, 2.0, 3.0)),), MONEY)
    assert 'font-family="Libertinus Serif"' in draw(drawing, Words("en"), font="Libertinus Serif")
    assert "font-family" not in draw(drawing, Words("en"))


@pytest.mark.parametrize(("low", "high"), [(0, 0), (0, 1e-9), (-5, 5), (3, 3), (0, 1.23e11)])
def test_ticks_span_what_they_should(low, high):
    marks = ticks(low, high)
    assert marks[0] <= low + 1e-9
    assert marks[-1] >= high - 1e-9 * abs(high)
    assert 2 <= len(marks) <= 8 or low == high
