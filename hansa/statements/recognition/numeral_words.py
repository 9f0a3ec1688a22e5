"""The number words of a language as tables, and the words of a text that are among them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from hansa.statements.language import lexicon


@dataclass(frozen=True)
class Word:
    """What a word says of a number.

    Parameters
    ----------
    kind : ``zero``, ``small`` (1 to 900, added where there is room), ``hundred`` (multiplies), ``scale``, ``short``
        (a scale that follows digits only), ``dozen``, ``fixed``, ``part`` (half, quarter), ``ordinal``, ``multiple``.
    value : the number, or what is multiplied or divided by; width : the step it is said in (of ``fixed``).
    plural : of an ordinal, that it may be the lower half of a fraction whose upper half is more than one;
        single : that it may be so below a "one".
    """

    kind: str
    value: float
    width: float = 1.0
    plural: bool = False
    single: bool = False


@dataclass(frozen=True)
class Words:
    """The number words of one language.

    words : by their lower-case form; pattern : finds candidates in lower-case text; glued, money : scales written to
    the digits, of the latter only after a currency; capital : finds those that stand apart as a capital, valued by
    capitals; joins : what may stand between two words of one number; suffixes : endings after digits; multiplies : "two
    hundred", "two hundredth" are two words, and the plural of an ordinal is a fraction; around : words that bear on a
    number beside it.
    """

    words: Mapping[str, Word]
    pattern: re.Pattern[str]
    glued: Mapping[str, float]
    money: Mapping[str, float]
    capital: re.Pattern[str] | None
    capitals: Mapping[str, float]
    joins: Mapping[str, str]
    suffixes: Mapping[str, str]
    decimal_comma: bool
    multiplies: bool
    around: Mapping[str, frozenset[str]] = field(default_factory=dict)


def plain(text: str) -> str:
    """A text in lower case and with one letter for е and ё, every letter at its old place.

    >>> plain("Ещё ÄB")
    'еще äb'
    """
    low = text.lower()
    if len(low) != len(text):  # one letter became two, such as the dotted capital I
        low = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    return low.replace("ё", "е")


def _forms(table: Mapping[str, str]) -> Iterator[tuple[float, str]]:
    for value, forms in table.items():
        for form in forms.split():
            yield float(value), plain(form)


def _words(table: Mapping[str, Any]) -> dict[str, Word]:
    words: dict[str, Word] = {}
    for value, form in _forms(table["cardinals"]):
        multiplies = value == 100 and table["hundred_multiplies"]
        words[form] = Word("hundred" if multiplies else "small" if value else "zero", value)
    for kind, key in (("scale", "scales"), ("short", "short_scales"), ("dozen", "collectives"), ("part", "fractions")):
        for value, form in _forms(table[key]):
            words[form] = Word(kind, value)
    for pair, forms in table["fixed"].items():
        value, width = map(float, pair.split())
        words |= {plain(form): Word("fixed", value, width) for form in forms.split()}
    for group in table["ordinals"].values():
        for value, stem in _forms(group["stems"]):
            words |= {stem + end: Word("ordinal", value, single=not group["feminine"]) for end in group["plain"]}
            words |= {stem + end: Word("ordinal", value, single=True) for end in group["feminine"]}
            words |= {stem + end: Word("ordinal", value, plural=True) for end in group["plural"]}
    for value, form in _forms(table["multiples"]):
        words[form] = Word("multiple", value)
    return words


def trie(words: Iterable[str]) -> str:
    """A regular expression of many words that looks at each letter once.

    >>> trie(["two", "ten", "tenth"])
    't(?:en(?:th)?|wo)'
    """
    branches: dict[str, list[str]] = {}
    ends = False
    for word in sorted(set(words)):
        if word:
            branches.setdefault(word[0], []).append(word[1:])
        else:
            ends = True
    if not branches:
        return ""
    found = [re.escape(letter) + trie(rest) for letter, rest in branches.items()]
    if len(found) == 1 and not ends:
        return found[0]
    return f"(?:{'|'.join(found)})" + ("?" if ends else "")


@cache
def number_words(language: str) -> Words:
    """The number words of a language, read once.

    >>> number_words("en").words["twelve"]
    Word(kind='small', value=12.0, width=1.0, plural=False, single=False)
    """
    table = lexicon(language, "numeral")
    words = _words(table)
    suffixes = {plain(suffix): kind for kind, list_ in table["suffixes"].items() for suffix in list_}
    around = {key: frozenset(plain(word) for word in list_) for key, list_ in table["around"].items()}
    for topic in ("one", "second", "instrumental"):
        for key, list_ in table.get(topic, {}).items():
            around[f"{topic}_{key}"] = frozenset(plain(word) for word in list_)
    capitals = {form: value for value, forms in table["capital_scales"].items() for form in forms.split()}
    return Words(
        words=words,
        pattern=re.compile(rf"\b{trie(words)}\b"),
        glued={form: float(value) for value, forms in table["glued_scales"].items() for form in forms.split()},
        money={form: float(value) for value, forms in table["money_scales"].items() for form in forms.split()},
        capital=re.compile(rf"[ \u00a0\u202f]({trie(capitals)})\b") if capitals else None,
        capitals={form: float(value) for form, value in capitals.items()},
        joins={
            plain(form): " " if kind == "filler" else kind for kind, list_ in table["joins"].items() for form in list_
        },
        suffixes=suffixes,
        decimal_comma=table["decimal_comma"],
        multiplies=table["hundred_multiplies"],
        around=around,
    )
