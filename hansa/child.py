"""What a short-lived child process is given: where Python finds Hansa, and limits that hold whatever it reads."""

from __future__ import annotations

import os
from pathlib import Path


def search_path() -> str:
    """PYTHONPATH under which a child finds the same Hansa as its parent.

    >>> str(Path(__file__).resolve().parents[1]) in search_path().split(os.pathsep)
    True
    """
    package = str(Path(__file__).resolve().parents[1])
    return os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))


def limit(*, seconds: int, memory: int | None = None, written: int | None = None) -> None:
    """Bound this process for good, where the system can: to be called first in a child.

    Parameters
    ----------
    seconds : of processor time. memory : bytes of address space. written : bytes of one file that it writes.
    """
    try:
        import resource  # optional dependency: absent on Windows
    except ImportError:
        return
    bounds = {resource.RLIMIT_CPU: seconds, resource.RLIMIT_AS: memory, resource.RLIMIT_FSIZE: written}
    for what, most in {**bounds, resource.RLIMIT_CORE: 0}.items():
        if most is not None:
            resource.setrlimit(what, (most, most))
