"""Files that appear whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection
from os import PathLike
from pathlib import Path

from hansa.errors import DataError


def write_whole(path: str | PathLike[str], write: Callable[[Path], None]) -> None:
    """What `write` writes, under a name that it takes only when it is complete; an older file is replaced.

    Raises
    ------
    DataError : the folder does not exist, or nothing can be written there.
    """
    target = Path(path)
    arriving = target.with_name(f".{target.name}.arriving")
    try:
        write(arriving)
        arriving.replace(target)
    except OSError as trouble:
        raise DataError(f"This cannot be written: {trouble.strerror}.", file=target) from None
    finally:
        arriving.unlink(missing_ok=True)


def write_folder_whole(path: str | PathLike[str], write: Callable[[Path], None], own: Collection[str]) -> None:
    """A folder that takes its name only when it is complete; an older one is replaced where it holds only `own` files.

    Raises
    ------
    DataError : there is a file of that name, or a folder with other files; or nothing can be written there.
    """
    target = Path(path).resolve()
    if target.exists() and not target.is_dir():
        raise DataError("This is a file. Name a folder.", file=target)
    if target.is_dir() and (other := sorted(entry.name for entry in target.iterdir() if entry.name not in own)):
        raise DataError(f"The folder holds other files ({', '.join(other[:3])}). Name a new one.", file=target)
    arriving: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        arriving = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        arriving.chmod(0o755)
        write(arriving)
        if target.is_dir():
            gone = arriving.with_name(f"{arriving.name}.gone")
            target.rename(gone)
            arriving.rename(target)
            shutil.rmtree(gone)
        else:
            arriving.rename(target)
    except OSError as trouble:
        raise DataError(f"This cannot be written: {trouble.strerror}.", file=target) from None
    finally:
        if arriving is not None:
            shutil.rmtree(arriving, ignore_errors=True)
