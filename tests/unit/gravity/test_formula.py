"""Formulas: what each habit of fixest means, and what each mistake is told."""

from __future__ import annotations

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.gravity.formula import Factor, read_factor, read_formula, read_sets


@pytest.mark.parametrize(
    ("text", "terms", "effects"),
    [
        ("trade ~ rta", ["rta"], ()),
        ("trade~rta+log(dist)|exporter", ["rta", "log(dist)"], (("exporter",),)),
        ("trade ~ rta | exporter^year + pair", ["rta"], (("exporter", "year"), ("pair",))),
        ("trade ~ 1 + rta", ["rta"], ()),
        ("trade ~ rta + rta | pair + pair", ["rta"], (("pair",),)),
        ("trade ~ a:b", ["a:b"], ()),
        ("trade ~ a*b", ["a", "b", "a:b"], ()),
        ("trade ~ a*b*c", ["a", "b", "c", "a:b", "a:c", "b:c", "a:b:c"], ()),
        ("trade ~ i(year)", ["i(year)"], ()),
        ("trade ~ i(year, log(dist), ref = 1986)", ["i(year):log(dist)"], ()),
        ("trade ~ `trade cost` | `home country`^year", ["trade cost"], (("home country", "year"),)),
        ("trade ~ I(x**2) + C(z):w", ["I(x**2)", "C(z):w"], ()),
        ("trade ~ log(x + 1)", ["log(x + 1)"], ()),
        ("trade ~ I(x**2) * `b c`", ["I(x**2)", "b c", "I(x**2):`b c`"], ()),
        ("trade ~ (a + b):c", ["(a + b):c"], ()),
    ],
)
def test_terms_and_effects(text: str, terms: list[str], effects: tuple[tuple[str, ...], ...]):
    formula = read_formula(text)
    assert [term.name for term in formula.terms] == terms
    assert formula.effects == effects
    assert formula.outcome == Factor("trade")


def test_the_outcome_may_be_a_logarithm():
    assert read_formula("log(trade) ~ rta").outcome == Factor("trade", "log")


@pytest.mark.parametrize(
    ("written", "reference"),
    [("1986", 1986), ("-1", -1), ("0.5", 0.5), ("'DEU'", "DEU"), ('"a b"', "a b"), ("DEU", "DEU")],
)
def test_a_reference_is_a_number_or_a_text(written: str, reference: object):
    (term,) = read_formula(f"y ~ i(level, x, ref={written})").terms
    assert term.factors == (Factor("level", levels=True, reference=reference), Factor("x"))  # type: ignore[arg-type]


def test_what_formulaic_reads_says_which_columns_it_needs():
    term = read_formula("y ~ I(`gdp origin` * gdp**2) : C(bloc)").terms[0]
    assert set(term.columns) == {"gdp origin", "gdp", "bloc"}
    assert term.other == "I(`gdp origin` * gdp**2) : C(bloc)"


def test_clusters_are_written_as_effects():
    assert read_sets("exporter^importer + year") == (("exporter", "importer"), ("year",))


def test_a_factor():
    assert read_factor("`head count`") == Factor("head count")
    assert read_factor("log(people)") == Factor("people", "log")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("y ~ log(x, 2)", "'log(x, 2)' with 2 arguments instead of one has no place"),
        ("y ~ i(year, ref=1990, ref=1991)", "ref= is said twice"),
        ("y ~ `x", "character 5 ('`'): this backquote is never closed"),
        ("y ~ x + y | pair", "explains y by itself"),
        ("log(y) ~ x + log(y)", "explains log(y) by itself"),
        ("trade", "has no '~' between outcome and regressors. A formula is written 'outcome ~ regressors | effects'"),
        ("a ~ b ~ c", "character 7 ('~'): there is one '~'"),
        ("~ x", "names no outcome"),
        ("trade ~ ", "names no regressor"),
        ("trade ~ 1 | pair", "names no regressor"),
        ("trade ~ | pair", "names no regressor"),
        ("trade ~ x | a | b", "character 15 ('|'): there is one bar, before the effects. Join effects with '+'"),
        ("trade ~ x |", "no effect stands behind the bar"),
        ("trade^2 ~ x", "character 1 ('trade^2'): an outcome is one column"),
        ("trade + b ~ x", "an outcome is one column"),
        ("i(trade) ~ x", "an outcome is one column"),
        ("trade ~ x^2", "'^' crosses columns among the effects, behind the bar. A square is written I(x**2)"),
        ("trade ~ x**2", "a power is written I(x**2)"),
        ("trade ~ x/z", "a ratio is written I(x/y)"),
        ("trade ~ x[z]", "slopes that vary by level are written i(level, x)"),
        ("trade ~ x = z", "'=' belongs into a function"),
        ("trade ~ x, z", "regressors are joined by '+'"),
        ("trade ~ x % z", "this has no place among regressors"),
        ("trade ~ x - 1", "character 11 ('- 1'): a constant is not taken out here"),
        ("trade ~ 0 + x", "character 9 ('0'): a constant is not taken out here"),
        ("trade ~ 2 + x", "a number is no regressor"),
        ("trade ~ x - z", "nothing is subtracted from a model"),
        ("trade ~ x + + z", "nothing stands on one side of a '+'"),
        ("trade ~ (x", "character 9 ('('): this bracket is never closed"),
        ("trade ~ x)", "character 10 (')'): this bracket was never opened"),
        ("trade ~ trade cost", "two names without a sign between them. A column with a space: `trade cost`"),
        ("trade ~ x $ z", "character 11 ('$'): this character has no place here"),
        ("trade ~ x | a:b", "character 14 (':'): effects are crossed with '^': a^b"),
        ("trade ~ x | a*b", "effects are crossed with '^': a^b"),
        ("trade ~ x | f(a)", "an effect is a column, or columns crossed with '^', and no function"),
        ("trade ~ x | a[b]", "write i(level, x) before the bar"),
        ("trade ~ x | a - b", "effects are joined by '+' and crossed with '^'"),
        ("trade ~ x | 0", "Leave the bar out for a model without effects"),
        ("trade ~ x | a b", "two names without a sign between them"),
        ("trade ~ x | a^a", "a column is crossed with itself"),
        ("trade ~ i(a):i(b)", "two sets of levels are not multiplied"),
        ("trade ~ i(a, b, c)", "i(...) takes a column, then perhaps one to multiply with"),
        ("trade ~ i(a, ref2=1)", "i(...) knows ref=, the level to leave out, and not ref2="),
        ("trade ~ i(a, ref=(1))", "ref= names one level"),
        ("trade ~ i(a, i(b))", "what i(...) multiplies with is a column"),
        ("trade ~ i(a)*I(b)", "i(...) cannot be multiplied with a function of formulaic"),
        ("trade ~ I(x +)", "this cannot be read"),
        ("trade ~ I(x.real)", "'x.real' has no place in a formula"),
        ("trade ~ I(1)", "this names no column"),
    ],
)
def test_a_mistake_is_told_where_it_is_and_what_to_write(text: str, said: str):
    with pytest.raises(DataError) as refusal:
        read_formula(text)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("y ~ lgo(x)", "'lgo' is no known function. Nearest known: 'log'"),
        ("y ~ np.log(x)", "Write log(...)"),
        ("y ~ ln(x)", "Write log(...)"),
        ("y ~ factor(x)", "Write i(...)"),
        ("y ~ csw(a, b)", "Write each model as a formula of its own"),
    ],
)
def test_a_function_that_is_not_known(text: str, said: str):
    with pytest.raises(UnknownCode) as refusal:
        read_formula(text)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "y ~ I(__import__(x))",
        "y ~ (__import__)(x)",
        "y ~ `__import__`(x)",
        "y ~ I(x if z else w)",
        "y ~ I([a for a in x])",
        "y ~ I(lambda: x)",
    ],
)
def test_nothing_but_arithmetic_reaches_formulaic(text: str):
    with pytest.raises(DataError):
        read_formula(text)


def test_no_formula_at_all():
    with pytest.raises(DataError, match="A formula is a text, not a int"):
        read_formula(3)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="An empty text names no column"):
        read_sets(" ")
    with pytest.raises(DataError, match="is no column and no function of one"):
        read_factor("a + b")
