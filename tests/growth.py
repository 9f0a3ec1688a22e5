"""Laws of time that hold on a slow and busy machine too: how it grows with size, and what is cheaper than what.

How fast something is stands in benches/. Here the machine is compared with itself, by processor time, up to three
times: a moment in which it has other things to do fails nothing, the wrong power of the size fails every time.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

TIMES = 8
WORST = 5 * TIMES  # the square would be TIMES * TIMES
SLACK = 0.2  # seconds: garbage of the tests before may be collected meanwhile
TRIES = 3
Clock = Callable[[], float]


def assert_linear_in(run: Callable[[int], object], size: int, *, clock: Clock = time.process_time) -> None:
    """Time grows with the size, from `size` to `TIMES` times as much, and not with its square."""
    seen = []
    for _ in range(TRIES):
        short = min(_seconds(run, size, clock) for _ in range(3))
        seen.append((short, long := _seconds(run, TIMES * size, clock)))
        if long < WORST * short + SLACK:
            return
    pytest.fail(f"{TIMES} times the size takes more than {WORST} times as long: {_told(seen)}")


def assert_linear(function: Callable[[str], object], piece: str, letters: int = 20_000, before: str = "") -> None:
    """The same for a function of a text, which is made of one piece over and over."""
    function(before + piece)  # what is loaded once
    texts = {size: before + piece * (size // len(piece)) for size in (letters, TIMES * letters)}
    assert_linear_in(lambda size: function(texts[size]), letters)


def assert_cheaper(
    part: Callable[[], object], whole: Callable[[], object], times: float, *, clock: Clock = time.process_time
) -> None:
    """One thing takes less than one part in `times` of the time of another."""
    seen = []
    for _ in range(TRIES):
        small = _seconds(lambda _: part(), 0, clock)
        seen.append((small, large := _seconds(lambda _: whole(), 0, clock)))
        if times * small < large:
            return
    pytest.fail(f"This takes more than one part in {times:g} of that: {_told(seen)}")


def _seconds(run: Callable[[int], object], size: int, clock: Clock) -> float:
    began = clock()
    run(size)
    return clock() - began


def _told(seen: list[tuple[float, float]]) -> str:
    return "; ".join(f"{one:.4f} s and {other:.4f} s" for one, other in seen)
