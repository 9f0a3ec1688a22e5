"""The law of growth itself, on a clock that goes as it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.growth import TIMES, assert_cheaper, assert_linear_in


class Watch:
    """Processor time that is spent by saying so."""

    def __init__(self) -> None:
        self.now = 0.0

    def read(self) -> float:
        """Seconds up to now."""
        return self.now

    def spend(self, seconds: float) -> None:
        """Work for so long."""
        self.now += seconds


@pytest.mark.parametrize("cost", [lambda n: 0.0, lambda n: 1e-3 * n, lambda n: 1e-3 * n * n.bit_length()])
def test_what_grows_with_the_size_passes(cost: Callable[[int], float]) -> None:
    watch = Watch()
    assert_linear_in(lambda n: watch.spend(cost(n)), 100, clock=watch.read)


@pytest.mark.parametrize("power", [2, 3])
def test_the_square_fails(power: int) -> None:
    watch = Watch()
    with pytest.raises(pytest.fail.Exception, match=f"{TIMES} times the size"):
        assert_linear_in(lambda n: watch.spend(1e-3 * n**power), 100, clock=watch.read)


def test_two_busy_moments_fail_nothing() -> None:
    watch, busy = Watch(), iter([100.0, 100.0])
    assert_linear_in(lambda n: watch.spend(1e-3 * n + (next(busy, 0.0) if n > 100 else 0.0)), 100, clock=watch.read)


def test_a_part_is_compared_with_the_whole() -> None:
    watch = Watch()

    def seconds(several: Iterator[float]) -> Callable[[], None]:
        return lambda: watch.spend(next(several))

    assert_cheaper(seconds(iter([5.0, 5.0, 0.1])), seconds(iter([1.1] * 3)), 10, clock=watch.read)
    with pytest.raises(pytest.fail.Exception, match="one part in 10 of that: 0.1000 s and 0.9000 s; 0.1"):
        assert_cheaper(seconds(iter([0.1] * 3)), seconds(iter([0.9] * 3)), 10, clock=watch.read)
