"""Tables of several fits: every form has the same figures, and no label can break it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from hansa.errors import DataError
from hansa.gravity.fit import ols, ppml
from hansa.gravity.table import regression_table
from tests.unit.gravity.test_covariance import panel


@pytest.fixture(scope="module")
def fits():
    data = panel(30)
    return {
        "A & <b>": ppml("trade ~ rta + ln | exporter^year + importer^year", data, cluster="pair"),
        "OLS": ols("flow ~ ln | pair", data, cluster="pair"),
    }


def test_text(fits):
    text = regression_table(fits, title="Trade", digits=3)
    lines = text.splitlines()
    assert lines[0] == "Trade"
    assert lines[1].split() == ["A", "&", "<b>", "OLS"]
    row = fits["OLS"].result.rows()[0]
    ln = next(place for place, line in enumerate(lines) if line.startswith("ln "))
    assert lines[ln].split()[-1] == f"{row['coefficient']:.3f}"
    assert lines[ln + 1].split()[-1] == f"({row['error']:.3f})"
    assert any(line.split() == ["pair", "no", "yes"] for line in lines)
    assert any(line.split() == ["Clustered", "by", "pair", "pair"] for line in lines)
    assert "*" not in text
    assert "Errors in brackets, OLS: clustered by pair" in text
    assert len({len(line) for line in lines if line.startswith("---")}) == 1


def test_stars_only_when_asked_and_said(fits):
    text = regression_table(fits, stars=True)
    assert "* p < 0.1, ** p < 0.05, *** p < 0.01." in text
    assert f"{fits['OLS'].result.rows()[0]['coefficient']:.4f}***" in text


def test_latex_is_escaped_and_whole(fits):
    text = regression_table(fits, "latex", title="50 %")
    assert r"A \& \textless{}b\textgreater{}" in text
    assert r"exporter\textasciicircum{}year" in text
    assert r"\caption{50 \%}" in text
    assert text.count(r"\begin") == text.count(r"\end") == 2
    assert [text.count(rule) for rule in (r"\toprule", r"\bottomrule")] == [1, 1]


def test_html_is_escaped_and_balanced(fits):
    text = regression_table(fits, "html", title="<script>")
    assert "<script>" not in text
    assert "<b>" not in text
    opened: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag != "br":
                opened.append(tag)

        def handle_endtag(self, tag):
            assert opened.pop() == tag

    Reader().feed(text)
    assert opened == []
    assert "style=" not in text


def test_markdown_has_one_width(fits):
    lines = [line for line in regression_table(fits, "markdown", stars=True).splitlines() if line.startswith("|")]
    assert {line.count("|") for line in lines} == {4}


def test_same_errors_are_said_once_and_numbers_name_columns(fits):
    fit = fits["OLS"]
    text = regression_table([fit, fit])
    assert text.count("clustered by pair") == 1
    assert "(2)" in text


def test_what_was_dropped_stands_below_with_its_columns():
    data = {"trade": [7.0, 5.0, 2.0, 3.0, 4.0], "rta": [1, 1, 0, 0, None], "x": [3] * 5}
    plain, more = ppml("trade ~ rta", data), ppml("trade ~ rta + x", data)
    text = " ".join(regression_table({"one": plain, "two": more}).split())
    assert (
        "(normal). 1 of 5 rows is left out: no value in 'rta' (1). two: x left out: it is 3 in all rows used." in text
    )
    for form in ("html", "latex", "markdown"):
        assert "1 of 5 rows is left out" in regression_table(plain, form)


def test_lines_fit_a_terminal(fits):
    assert max(map(len, regression_table(fits["OLS"]).splitlines())) <= 80


def test_no_figure_is_shown_as_zero_that_is_none():
    data = {"trade": [7.0, 5.0, 2.0, 3.0], "gdp": [2e9, 2e9, 1e9, 1e9]}
    lines = regression_table(ppml("trade ~ gdp", data)).splitlines()
    assert next(line for line in lines if line.startswith("gdp ")).split()[-1] == "8.75e-10"  # ln(2.4) / 1e9
    assert "(0.0000)" not in "".join(lines)


def test_signs_of_markdown_and_latex_are_dead():
    data = {"trade": [7.0, 5.0, 2.0, 3.0], "a|b~c$^": [1, 1, 0, 0]}
    found = ppml("trade ~ `a|b~c$^`", data)
    assert r"| a\|b\~c\$\^ |" in regression_table(found, "markdown")
    assert r"a\textbar{}b\textasciitilde{}c\$\textasciicircum{}" in regression_table(found, "latex")


@pytest.mark.parametrize(
    ("given", "digits", "said"),
    [([], 4, "A table needs at least one fit"), (["abc"], 4, "not of a str"), (None, -1, "digits=-1")],
)
def test_what_no_table_is_made_of(fits, given, digits, said):
    with pytest.raises(DataError, match=said):
        regression_table(fits if given is None else given, digits=digits)


def test_terms_can_be_chosen(fits):
    text = regression_table(fits, keep=["rta"])
    assert "\nln " not in text
    with pytest.raises(DataError, match="'dist' is in no fit"):
        regression_table(fits, keep=["dist"])


def test_what_is_no_table(fits):
    with pytest.raises(DataError, match="at least one fit"):
        regression_table([])
    with pytest.raises(DataError, match="'word' is no form of a table. Give one of text, markdown, html, latex"):
        regression_table(fits, "word")
