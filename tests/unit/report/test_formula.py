"""Formulas of the catalogue as plain text."""

from __future__ import annotations

import re

import pytest

import hansa.indicators  # noqa: F401  fills the catalogue
from hansa.indicator import catalogue
from hansa.report.formula import pieces


def plain(tex: str) -> str:
    marks = {"": "{}", "sub": "_{}", "sup": "^{}"}
    return "".join(marks[level].replace("{}", text) for text, level in pieces(tex))


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"x_{ij}", "x_ij"),
        (r"\frac{x_{ij}/X_i}{M_j/W}", "(x_ij/X_i) / (M_j/W)"),
        (r"\sum_k s_{ik}^2", "Σ_k s_ik^2"),
        (r"\sqrt{P_L P_P}", "√(P_L P_P)"),
        (r"e^{\hat\beta} - 1", "e^β̂ - 1"),
        (r"\mathrm{bias}_{ij} = I_{ij}", "bias_ij = I_ij"),
        (r"a \le b, \quad c", "a ≤ b, c"),
    ],
)
def test_pieces(tex, text):
    assert plain(tex) == text


@pytest.mark.parametrize("key", sorted(catalogue))
def test_no_formula_of_the_catalogue_leaves_a_command_behind(key):
    text = plain(catalogue[key].formula)
    assert "\\" not in text
    assert not re.search(r"\b(frac|sum|mathrm|left|right|quad|hat|bar|tfrac|sqrt)\b", text)
    assert text.count("(") == text.count(")") or "[" in text
