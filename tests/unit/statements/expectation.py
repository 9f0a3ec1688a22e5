"""How claims are held against what a person wrote down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

from hansa.statements.claim import Claim

WEIGHTY = (
    "another",
    "surged",
    "record",
    "average",
    "several",
)  # qualifiers that are tested; others may stand beside them


def differences(found: Iterable[Claim], expected: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is not as expected, in words."""
    found = list(found)
    if len(found) != len(expected):
        return [f"{len(found)} claims instead of {len(expected)}: {[claim.text for claim in found]}"]
    return [
        f"{claim.text!r}: {name} is {got!r}, not {value!r}"
        for claim, wanted in zip(found, expected, strict=True)
        for name, value in wanted.items()
        if not same(got := said(claim, name), value)
    ]


def same(got: Any, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, float | int) or not isinstance(got, float | int):
        return bool(got == value)
    return bool(got == pytest.approx(value, rel=1e-9))


def said(claim: Claim, name: str) -> Any:
    """A field as the expectations write it: nothing is an empty text."""
    if name == "converts":
        return claim.converts is not None
    if name == "qualifiers":
        return [word for word in claim.qualifiers if word in WEIGHTY]
    if name == "speaker":
        return (claim.speaker or "nobody").split()[-1]
    if name == "inferred":
        return list(claim.inferred)
    value = getattr(claim, name)
    return "" if value is None else value
