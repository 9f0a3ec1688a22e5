"""Every printed figure, recomputed."""

from __future__ import annotations

import pytest

from tests.published.cases import Case, compute, difference, read_cases

CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}:{case.name}")
def test_printed_figure(case: Case, request: pytest.FixtureRequest):
    if case.input and case.input.startswith("data:"):
        request.getfixturevalue("hansa_data")
    off = [
        f"{label or case.name}: printed {printed!r}, ours {ours!r}"
        for label, printed, ours in compute(case)
        if difference(printed, ours) > case.tolerance
    ]
    assert not off, f"{case.reference}, {case.where} (tolerance {case.tolerance:g}): {'; '.join(off)}"


def test_names_of_cases_are_their_own():
    names = [(case.file, case.name) for case in CASES]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
