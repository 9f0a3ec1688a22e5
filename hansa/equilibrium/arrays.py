"""Which library computes: NumPy, or JAX where it is installed and asked for. Python array API standard, 2023.12.

Number files of this room take their namespace from the arrays they are given, and never write into an array.

Notation: xp the namespace, such as numpy or jax.numpy.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.errors import DataError

Floats = NDArray[np.float64]
LIBRARIES = ("numpy", "jax")


def namespace(*arrays: Any) -> Any:
    """The namespace of arrays: jax.numpy where any of them is of JAX, else numpy.

    arrays : of any shape; None and plain numbers are passed over.

    Raises
    ------
    DataError : arrays of JAX in single precision, where residuals of 1e-9 cannot be reached.

    >>> namespace(np.ones(2), None, 1.0).__name__
    'numpy'
    """
    if not any(type(array).__module__.startswith("jax") for array in arrays):
        return np
    jax = sys.modules["jax"]
    if not jax.config.jax_enable_x64:
        raise DataError(_SINGLE)
    return jax.numpy


def place(array: Any, library: str) -> Any:
    """An array of any shape as double-precision numbers of a library.

    library : "numpy" or "jax".

    Raises
    ------
    DataError : an unknown library, JAX not installed, or JAX in single precision.

    >>> place([1, 2], "numpy")
    array([1., 2.])
    """
    if library == "numpy":
        return np.asarray(array, np.float64)
    if library != "jax":
        raise DataError(f"{library!r} is no library of arrays that this runs on. Take one of {', '.join(LIBRARIES)}.")
    try:
        jax: Any = importlib.import_module("jax")  # optional dependency
    except ImportError:
        raise DataError(
            "arrays='jax' needs JAX, which is not installed: pip install jax. NumPy needs nothing."
        ) from None
    if not jax.config.jax_enable_x64:
        raise DataError(_SINGLE)
    return jax.numpy.asarray(array, jax.numpy.float64)


def host(array: Any) -> Floats:
    """An array of any library as a NumPy array, without a copy where it is one.

    >>> host(np.ones(2))
    array([1., 1.])
    """
    return np.asarray(array, np.float64)


_SINGLE = (
    "JAX computes in single precision here, and a residual of 1e-9 is out of its reach. "
    "Switch double precision on before any array is made: jax.config.update('jax_enable_x64', True)."
)
