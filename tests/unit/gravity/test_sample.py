"""What is left when silent groups and lone rows go, round after round."""

from __future__ import annotations

import numpy as np

from hansa.gravity.sample import reduce_sample
from tests.unit.gravity.oracle import levels


def test_one_departure_makes_another():
    """Rows: A-1 0, A-2 3, B-2 0, B-3 5, C-3 4. Importer 1 buys nothing: A-1 goes; A and C are then alone in a set."""
    i, j, y = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 2, 2]), np.array([0.0, 3.0, 0.0, 5.0, 4.0])
    effects = [levels(i), levels(j)]
    left, zero, silent, alone = reduce_sample(y, effects, np.ones(5, bool), False)
    assert (left.tolist(), silent.tolist(), alone.tolist()) == ([False, True, True, True, True], [0], [])
    assert [z.tolist() for z in zero] == [[], [0]]
    left, zero, silent, alone = reduce_sample(y, effects, np.ones(5, bool), True)
    assert not left.any()  # C-3 is alone, importer 1 is silent, B-3 alone; so A-2 is alone, and B is silent
    assert (sorted(silent), sorted(alone)) == ([0, 2], [1, 3, 4])
    assert [z.tolist() for z in zero] == [[1], [0]]


def test_rows_out_of_use_are_not_counted():
    e = levels(np.array([0, 0, 1]))
    left, zero, silent, alone = reduce_sample(np.array([0.0, 2.0, 1.0]), [e], np.array([True, False, True]), False)
    assert left.tolist() == [False, False, True]
    assert (zero[0].tolist(), silent.tolist(), alone.tolist()) == ([0], [0], [])
