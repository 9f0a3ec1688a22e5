"""`doctor`: what is here, what is missing, and how to get it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import tempfile
from pathlib import Path

import typer

from hansa import __version__
from hansa.cli import terminal

# what is not needed for tables and HTML: packages, what they are for, the extra that brings them
EXTRAS = (
    (("typst",), "reports as PDF", "pdf"),
    (("sdmx",), "tables in SDMX", "sdmx"),
    (("lxml", "pypdf", "docx"), "texts in HTML, PDF and DOCX", "text"),
    (("pyspark",), "tables larger than this machine", "spark"),
)
ESSENTIAL = ("duckdb", "pyarrow", "narwhals", "numpy", "scipy", "python_calamine", "xlsxwriter", "pycountry")


def doctor() -> None:
    """Say what is missing, for what, and how to get it."""
    lines = [
        ("ok", f"hansa {__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}", ""),
        *(_package(name) for name in ESSENTIAL),
        *(line for names, purpose, extra in EXTRAS for line in _extra(names, purpose, extra)),
        _java(),
        _cache(),
    ]
    terminal.rows([(mark, f"{what}{f': {remedy}' if remedy else ''}") for mark, what, remedy in lines])
    if any(mark == "MISSING" for mark, _, _ in lines):
        typer.echo("\nWithout what is MISSING Hansa does not work.")
        raise typer.Exit(1)
    if any(mark == "absent" for mark, _, _ in lines):
        typer.echo("\nEverything that is needed is here; what is absent is needed only for what it says.")


def _package(name: str) -> tuple[str, str, str]:
    if importlib.util.find_spec(name) is None:
        return "MISSING", name, f"pip install {name}"
    return "ok", f"{name} {importlib.metadata.version(name)}", ""


def _extra(names: tuple[str, ...], purpose: str, extra: str) -> list[tuple[str, str, str]]:
    lacking = [name for name in names if importlib.util.find_spec(name) is None]
    if lacking:
        return [("absent", f"{', '.join(lacking)} ({purpose})", f"pip install 'hansa[{extra}]'")]
    versions = importlib.metadata.packages_distributions()
    said = ", ".join(f"{name} {importlib.metadata.version(versions[name][0])}" for name in names)
    return [("ok", f"{said} ({purpose})", "")]


def _java() -> tuple[str, str, str]:
    if found := shutil.which("java"):
        return "ok", f"java at {found} (for Spark)", ""
    return "absent", "java (for Spark)", "install a Java 17 runtime, such as the package openjdk-17-jre-headless"


def _cache() -> tuple[str, str, str]:
    from hansa.cli.demo import cache_folder  # slow import

    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as trouble:
        return "MISSING", f"cache folder {folder} ({trouble.strerror})", "name another one in HANSA_CACHE"
    free = shutil.disk_usage(_existing(folder)).free / 2**30
    said = "named by HANSA_CACHE" if os.environ.get("HANSA_CACHE") else "HANSA_CACHE names another"
    return "ok", f"cache folder {folder} ({free:,.0f} GiB free; {said})", ""


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else _existing(folder.parent)
