"""Functions and draws that are the same on every machine."""

from __future__ import annotations

import math

import numpy as np

from hansa.sample import reproducible


def test_exp_and_log_are_those_of_the_mathematical_library():
    x = np.concatenate([np.linspace(-600, 600, 4001), [0.0, 1e-12, -1e-12]])
    np.testing.assert_allclose(reproducible.exp(x), [math.exp(v) for v in x], rtol=5e-16)
    y = np.concatenate([np.geomspace(1e-300, 1e300, 4001), [1.0, 1 + 1e-10, 1 - 1e-10, 2.0]])
    np.testing.assert_allclose(reproducible.log(y), [math.log(v) for v in y], rtol=5e-16, atol=1e-25)


def test_power():
    np.testing.assert_allclose(reproducible.power(np.array([0.5, 3.0]), -7.0), [128.0, 3.0**-7], rtol=1e-14)


def test_draws_are_bell_shaped_and_their_streams_independent():
    draws = reproducible.bell(5, (1,), (200_000,))
    assert abs(draws.mean()) < 0.01
    assert abs(draws.std() - 1) < 0.01
    assert abs((np.abs(draws) < 1).mean() - 0.6827) < 0.01
    other = reproducible.bell(5, (2,), (200_000,))
    assert abs(np.corrcoef(draws, other)[0, 1]) < 0.01
    assert (reproducible.bell(5, (1,), (200_000,)) == draws).all()


def test_a_draw_is_the_one_that_the_documentation_of_pcg64_gives():
    """The generator's raw output is fixed by its authors; a changed stream would change the sample world."""
    raw = np.random.PCG64([20130101, 1]).random_raw(3)
    assert reproducible.uniform(20130101, (1,), (3,)).tolist() == [(int(x) >> 11) / 2**53 for x in raw]
