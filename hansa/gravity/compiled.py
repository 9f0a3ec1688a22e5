"""Functions compiled for the machine they run on, and kept on disk: only the first fit on a machine waits for them."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from hansa.errors import HansaError

try:
    from numba import njit
except ModuleNotFoundError:
    raise HansaError("Gravity models are solved with numba: install it with pip install 'hansa[gravity]'.") from None

_OPTIONS: dict[str, Any] = {
    "nogil": True,  # the threads are ours: numba's own layer may end the process when two threads enter it
    "error_model": "numpy",
    "fastmath": {"nsz", "arcp", "contract", "afn", "reassoc"},  # infinities and NaN keep their meaning
}
PLAIN = 40_000  # rows below which threads cost more than they save
_kernels: list[Any] = []
_log = logging.getLogger("hansa")


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a number function when it is first called; keep it on disk where some folder can be written.

    >>> @kernel
    ... def twice(x):
    ...     return 2.0 * x
    >>> twice(2.0)
    4.0
    """
    try:
        compiled = njit(cache=True, **_OPTIONS)(function)
    except RuntimeError:  # no folder to keep it in: compiled anew in each process
        compiled = njit(**_OPTIONS)(function)
    _kernels.append(compiled)
    return compiled


@cache
def pool() -> ThreadPoolExecutor:
    """Threads that compiled functions share, one for each core this process may use."""
    return ThreadPoolExecutor(max_workers=max(1, len(os.sched_getaffinity(0))), thread_name_prefix="hansa-gravity")


os.register_at_fork(after_in_child=pool.cache_clear)  # threads do not come along


def spread(task: Callable[[int], Any], count: int, *, rows: int = PLAIN) -> list[Any]:
    """[task(0), task(1), ...], on as many threads as there are cores; one after the other where there are few rows.

    >>> spread(lambda k: k * k, 3)
    [0, 1, 4]
    """
    if count <= 1 or rows < PLAIN:
        return [task(k) for k in range(count)]
    return [done.result() for done in [pool().submit(task, k) for k in range(count)]]


def announce() -> None:
    """Say, once, that the first fit on this machine takes longer, and why."""
    if _kernels and not any(map(_kept, _kernels)):
        _log.warning("Compiling the gravity solver for this machine, which takes about 15 seconds, once.")
    _kernels.clear()


def _kept(compiled: Any) -> bool:
    """Whether the function is in memory, or lies on disk."""
    if getattr(compiled, "signatures", ()):
        return True
    folder = getattr(getattr(compiled, "_cache", None), "cache_path", None)
    return folder is not None and any(Path(folder).glob(f"*{compiled.py_func.__name__}*.nbi"))
