"""Whether the time that a function takes grows with the length of a text, and not with its square."""

from __future__ import annotations

import time
from collections.abc import Callable

TIMES = 8
WORST = 5 * TIMES  # the square would be TIMES * TIMES; a busy machine stays below this


def assert_linear(function: Callable[[str], object], piece: str, letters: int = 20_000, before: str = "") -> None:
    """Run it on a text made of one piece over and over, and on one that is `TIMES` times as long; the best of three."""

    def seconds(length: int) -> float:
        text = before + piece * (length // len(piece))
        took = []
        for _ in range(3):
            began = time.process_time()
            function(text)
            took.append(time.process_time() - began)
        return min(took)

    function(before + piece)  # what is loaded once
    short = seconds(letters)
    assert seconds(TIMES * letters) < WORST * short + 0.2
