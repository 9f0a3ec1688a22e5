"""Which language a text is in, by its letters and its most frequent words."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import Any

from hansa.errors import DataError, UnknownCode
from hansa.statements.language import languages, lexicon

_LOOKED_AT = 40_000  # letters from the beginning of the text
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = {"CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean"}
_FOREIGN_LETTERS = 0.01  # share of the letters of a text
_MINORITY = 0.2  # share of the letters from which another script matters
_ENOUGH_WORDS = 30


def language_of(text: str, name: str, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The language of a text, and a note where it holds much of another.

    declared : what its file says, used where the text is too short to tell.

    Raises
    ------
    DataError : the text has no letters.
    UnknownCode : it is in a language that statements are not read in; those in which they are, are named.

    >>> language_of("Товарооборот вырос на 12 процентов.", "speech.txt")
    ('ru', ())
    """
    head = text[:_LOOKED_AT].lower()
    words = Counter(_WORD.findall(head))
    scripts = _scripts(words)
    if not scripts:
        raise DataError("The text has no letters: its language cannot be told. Say it with language=.", file=name)
    mine = {key: lexicon(key, "document")["known_by"] for key in languages()}
    script = _main_script(scripts, words, mine)
    here = {key: _hits(words, entry) for key, entry in mine.items() if entry["script"] == script}
    if not here:
        raise _unknown(_SCRIPTS.get(script, script.capitalize()), name)
    best = max(here, key=lambda key: here[key])
    foreign = _foreign(head, words, script, here[best], scripts[script])
    if foreign:
        raise _unknown(foreign, name)
    if declared in here and here[declared] == here[best]:
        best = declared
    elif not here[best] and sum(words.values()) > _ENOUGH_WORDS:
        raise _unknown("this", name)
    return best, _mixed(scripts, script, best, mine)


def _hits(words: Counter[str], entry: dict[str, Any]) -> int:
    return sum(words[word] for word in entry["words"])


def _scripts(words: Counter[str]) -> Counter[str]:
    """How many letters are in which script."""
    letters: Counter[str] = Counter()
    for word, count in words.items():
        for letter in word:
            letters[letter] += count
    scripts: Counter[str] = Counter()
    for letter, count in letters.items():
        scripts[unicodedata.name(letter, "UNKNOWN").split()[0]] += count
    return scripts


def _main_script(scripts: Counter[str], words: Counter[str], mine: dict[str, Any]) -> str:
    """The script of most letters; or that of the frequent words, where names in another are longer than the text."""
    known = {entry["script"]: _hits(words, entry) for entry in mine.values()}
    many = [script for script, count in scripts.items() if count > _MINORITY * scripts.total()]
    return max(many, key=lambda script: (known.get(script, 0), scripts[script]))


def _foreign(head: str, words: Counter[str], script: str, mine: int, letters: int) -> str | None:
    """Name of the other language that the text is in, if it is."""
    best, most = None, mine
    for language, entry in _others().items():
        if entry["script"] != script:
            continue
        strange = sum(head.count(letter) for letter in entry.get("letters", ""))
        score = _hits(words, entry) + (strange if strange > _FOREIGN_LETTERS * letters else 0)
        if score > most and (score > 1 or not mine):
            best, most = language, score
    return best


@cache
def _others() -> dict[str, Any]:
    return tomllib.loads(
        files("hansa.statements").joinpath("language").joinpath("others.toml").read_text(encoding="utf-8")
    )


def _mixed(scripts: Counter[str], script: str, best: str, mine: dict[str, Any]) -> tuple[str, ...]:
    whole = scripts.total()
    return tuple(
        f"{scripts[entry['script']] / whole:.0%} are letters of {lexicon(key, 'document')['name']}; the text "
        f"is read as {lexicon(best, 'document')['name']}. Say the other with language='{key}'."
        for key, entry in mine.items()
        if entry["script"] != script and scripts[entry["script"]] > _MINORITY * whole
    )


def _unknown(found: str, name: str) -> UnknownCode:
    known = " and ".join(f"{lexicon(key, 'document')['name']} ({key})" for key in languages())
    return UnknownCode(
        "language of statements",
        found,
        (),
        file=name,
        hint=f"They are read in {known}. If the text is in one of these, say which with language=.",
    )
