"""Docstrings as Hansa writes them (`name : what it is`, an example at the end), for the reference pages."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

FIELDS = {"Parameters": "param", "Raises": "raises", "Returns": "returns"}
ITEM = re.compile(r"^(\*{0,2}\w[\w, *]*) : (.*)")


def fields(lines: list[str]) -> list[str]:
    """Sections and bare lists of `name : what it is` as field lists; examples as they are."""
    out: list[str] = []
    kind, place, example = "param", 0, False
    while place < len(lines):
        line = lines[place]
        if line in FIELDS and lines[place + 1 : place + 2] and set(lines[place + 1]) == {"-"}:
            kind, place = FIELDS[line], place + 2
            continue
        example = bool(line.strip()) and (example or line.lstrip().startswith(">>>"))
        item = None if example else ITEM.match(line)
        text = f":{kind} {item[1].replace('*', '')}: {item[2]}" if item else line
        out.append(text if example else _plain(text))
        place += 1
    return out


def _plain(text: str) -> str:
    """A bar is a bar (outside code), not the start of a substitution."""
    parts = text.split("`")
    parts[::2] = [part.replace("|", r"\|") for part in parts[::2]]
    return "`".join(parts)


def rewrite(app: Sphinx, what: str, name: str, thing: object, options: Any, lines: list[str]) -> None:
    lines[:] = fields(lines)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("autodoc-process-docstring", rewrite)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
