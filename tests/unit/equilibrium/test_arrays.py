"""Which library computes."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from hansa.equilibrium import arrays
from hansa.errors import DataError


def test_numpy_is_the_library_of_numpy_arrays_and_of_numbers():
    assert arrays.namespace(np.ones(2), None, 1.0) is np
    assert arrays.namespace() is np


def test_what_is_placed_with_numpy_is_in_double_precision():
    placed = arrays.place(np.ones(2, np.float32), "numpy")
    assert placed.dtype == np.float64
    assert arrays.host(placed) is placed


def test_an_unknown_library_is_refused():
    with pytest.raises(DataError, match="'torch' is no library of arrays that this runs on. Take one of numpy, jax"):
        arrays.place([1.0], "torch")


def test_a_library_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(DataError, match="needs JAX, which is not installed"):
        arrays.place([1.0], "jax")


def test_single_precision_is_refused():
    pytest.importorskip("jax", reason="needs jax")
    code = """
import jax.numpy as jnp
from hansa.equilibrium import arrays
from hansa.errors import DataError
for ask in (lambda: arrays.place([1.0], "jax"), lambda: arrays.namespace(jnp.ones(2))):
    try:
        ask()
    except DataError as refusal:
        print(refusal)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.count("jax.config.update('jax_enable_x64', True)") == 2


def test_the_library_of_arrays_of_jax_is_its_own():
    pytest.importorskip("jax", reason="needs jax")
    code = """
import jax
jax.config.update("jax_enable_x64", True)
from hansa.equilibrium import arrays
x = arrays.place([1.0], "jax")
print(arrays.namespace(None, x).__name__, x.dtype, type(arrays.host(x)).__name__)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["jax.numpy", "float64", "ndarray"]
