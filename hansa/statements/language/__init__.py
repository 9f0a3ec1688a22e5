"""The languages that statements are read in: a folder each, a TOML file of words for each topic.

A language is added by a folder; the rules that use the words are the same for all.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from hansa.errors import UnknownCode


def languages() -> list[str]:
    """The languages at hand.

    >>> languages()
    ['en', 'ru']
    """
    folder = files("hansa.statements").joinpath("language")
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and len(entry.name) == 2)


@cache
def lexicon(language: str, topic: str) -> dict[str, Any]:
    """The words of one topic in one language, as its file holds them.

    Raises
    ------
    UnknownCode : statements cannot be read in that language; those in which they can are named.
    """
    if language not in languages():
        known = ", ".join(languages())
        raise UnknownCode("language of statements", language, languages(), hint=f"They are read in {known}.")
    return tomllib.loads(
        files("hansa.statements").joinpath("language", language, f"{topic}.toml").read_text(encoding="utf-8")
    )
