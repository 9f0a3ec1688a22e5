"""Words and signs of units: which say of what a number is, in the languages that statements are read in.

The names of currencies in every language come from CLDR (through Babel); the rest, and other spellings, are in
``language/*/unit.toml``. A word stands here in every form it takes in a sentence.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from babel.core import get_global
from babel.numbers import get_currency_name

from hansa.statements.language import lexicon


@dataclass(frozen=True)
class Unit:
    """What a word or sign says of the number beside it.

    code : ISO 4217, ``%``, ``pp``, or a short name of a measure.
    kind : ``money``, ``percent``, ``points`` or ``measure``.
    times, divided : the number is multiplied (million pounds, "MGBP") or divided (cents) by it.
    bare : whose dollar, ruble, pound ... it is was not said.
    written : ``word``, ``sign`` or ``code``.
    whole : of a part (cents): codes of the currencies that it can be a part of.
    """

    code: str
    kind: str
    times: float = 1.0
    divided: float = 1.0
    bare: bool = False
    written: str = "word"
    whole: tuple[str, ...] = ()


_OLDEST = 1990  # currencies that ended before are named by nobody

# A tree of words: each leads to those that may follow; the unit that ends here stands under the empty word.
Tree = dict[str, Any]

# Signs of CLDR and of Unicode's currency block. A dollar, pound or yen sign alone is shared by several currencies.
SIGNS = {
    "€": "EUR", "₽": "RUB", "₸": "KZT", "₴": "UAH", "₾": "GEL", "₼": "AZN", "֏": "AMD", "₺": "TRY", "₹": "INR",
    "₪": "ILS", "₩": "KRW", "₫": "VND", "₱": "PHP", "₦": "NGN", "₡": "CRC", "₭": "LAK", "₮": "MNT", "₲": "PYG",
    "₵": "GHS", "৳": "BDT", "៛": "KHR", "฿": "THB", "؋": "AFN", "﷼": "IRR", "元": "CNY", "円": "JPY", "圓": "TWD",
    "원": "KRW", "ரூ": "LKR", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "лв": "BGN",
}  # fmt: skip
SHARED_SIGNS = {"$": "USD", "£": "GBP", "¥": "JPY", "₨": "INR", "¢": "USD"}
# What may stand before a shared sign and says whose it is: US$, C$, HK$, CN¥.
OWNERS = {
    "us": "USD", "ca": "CAD", "can": "CAD", "c": "CAD", "a": "AUD", "au": "AUD", "aus": "AUD", "hk": "HKD", "nz": "NZD",
    "s": "SGD", "sg": "SGD", "nt": "TWD", "tw": "TWD", "r": "BRL", "mx": "MXN", "mex": "MXN", "ar": "ARS", "j": "JMD",
    "ec": "XCD", "tt": "TTD", "bz": "BZD", "n": "NAD", "z": "ZWD", "fj": "FJD", "cl": "CLP", "col": "COP",
}  # fmt: skip
SHARED_OWNERS = {
    "$": OWNERS,
    "¥": {"cn": "CNY", "rmb": "CNY", "jp": "JPY"},
    "£": {"uk": "GBP", "e": "EGP", "ir": "IEP"},
}
# Codes that are words, or codes of countries, as well: taken only beside a number that is written as an amount
# ("TRY 5 billion", not "TOP 10").
WORDS = frozenset({"ALL", "BAN", "BOB", "COP", "CUP", "ESP", "MAD", "SLE", "SOS", "SUR", "TOP", "TRY"})
PREFIXES = {"k": 1e3, "K": 1e3, "m": 1e6, "M": 1e6, "mn": 1e6, "MM": 1e6, "bn": 1e9, "B": 1e9, "tn": 1e12}


@cache
def codes() -> dict[str, bool]:
    """Every currency that is or since 1990 was legal tender somewhere by CLDR, and whether it still is.

    >>> codes()["BYN"], codes()["FIM"]
    (True, False)
    """
    found: dict[str, bool] = {}
    for currencies in get_global("territory_currencies").values():
        for code, _, end, tender in currencies:
            if tender and (end is None or end[0] >= _OLDEST):
                found[code] = found.get(code, False) or end is None
    return found


@lru_cache(maxsize=1024)
def code_unit(word: str) -> Unit | None:
    """The currency that a word in capitals names, with a scale before it or none.

    >>> code_unit("RUB").code, code_unit("MGBP").times
    ('RUB', 1000000.0)
    """
    code, prefix = word[-3:], word[:-3]
    if code not in codes() or (prefix and (prefix not in PREFIXES or code in WORDS)):
        return None
    return Unit(code, "money", PREFIXES.get(prefix, 1.0), written="code")


@lru_cache(maxsize=1024)
def sign_unit(sign: str, owner: str = "") -> Unit | None:
    """The currency of a sign, with the letters before it that say whose it is.

    >>> sign_unit("$").code, sign_unit("$").bare, sign_unit("$", "HK").code
    ('USD', True, 'HKD')
    """
    if owner:
        code = SHARED_OWNERS.get(sign, {}).get(owner.replace(".", "").lower())
        return Unit(code, "money", written="sign") if code else None
    if sign in SIGNS:
        return Unit(SIGNS[sign], "money", written="sign")
    if sign not in SHARED_SIGNS:
        return None
    return Unit(SHARED_SIGNS[sign], "money", divided=100.0 if sign == "¢" else 1.0, bare=True, written="sign")


@cache
def tree(language: str) -> Tree:
    """The words of units in a language, as a tree to walk from the first word after a number.

    >>> tree("en")["hong"]["kong"]["dollars"][""].code
    'HKD'
    >>> tree("ru")["белорусскими"]["рублями"][""].code
    'BYN'
    """
    words = lexicon(language, "unit")
    endings = words["endings"]
    root: Tree = {}

    def add(name: str, unit: Unit) -> None:
        _insert(root, [_forms((word,), endings) for word in _split(name)], unit)

    _add_currencies(root, language, words)
    for code, names in words["bare"].items():
        for name in names:
            add(name, Unit(code, "money", bare=True))
    for topic in ("money", "percent", "points", "measure"):
        for code, names in words[topic].items():
            for name in names:
                add(name, Unit(code, topic))
    for name, (code, parts) in words["part"].items():
        kind = "points" if code == "pp" else "money"
        whole = tuple(words["part_of"].get(name, [code]))
        add(name, Unit(code, kind, divided=float(parts), bare=len(whole) > 1, whole=whole))
    for topic in ("measure", "money"):
        for code, symbols in words[f"{topic}_symbols"].items():
            for symbol in symbols:
                root["=" + symbol] = {"": Unit(code, topic, written="code")}
    root.setdefault("%", {})[""] = Unit("%", "percent", written="sign")
    return root


def _add_currencies(root: Tree, language: str, words: dict[str, Any]) -> None:
    """Every currency by its full name, and by its noun alone where only one currency of today has it."""
    nouns: dict[str, list[tuple[str, set[str]]]] = defaultdict(list)
    marks = tuple(words["endings"]["adjective_marks"])
    for code, current in sorted(codes().items(), key=lambda entry: entry[1]):
        columns = _name(code, language)
        if not columns:
            continue
        forms = [_forms(column, words["endings"]) for column in columns]
        _insert(root, forms, Unit(code, "money"))
        heads = [column[0].lower() for column in columns]
        # The noun is the last word of an English name, and the first that is no adjective of a Russian one.
        place = next((k for k, head in enumerate(heads) if not head.endswith(marks)), None) if marks else len(heads) - 1
        if current and place is not None:
            nouns[heads[place]].append((code, forms[place]))
    for noun, entries in nouns.items():
        if len(entries) == 1 and noun not in words["bare_not"]["words"]:
            _insert(root, [entries[0][1]], Unit(entries[0][0], "money"))


def _name(code: str, language: str) -> list[tuple[str, ...]]:
    """The words of the name of a currency, each in the forms that it takes after 1, 2, 5 and 1.5."""
    said = [_split(get_currency_name(code, count=count, locale=language)) for count in (1, 2, 5, 1.5)]
    if not all(word.isalpha() or word == "St." for word in said[0]) or len({len(words) for words in said}) > 1:
        return []  # "Belarusian ruble (2000-2016)" is told apart by nobody who speaks
    return [] if said[0] == [code] else list(zip(*said, strict=True))


def _split(name: str) -> list[str]:
    """The words of a name as they are met in a text."""
    return name.replace(" & ", " and ").replace("-", " ").split()


def _forms(said: tuple[str, ...], endings: dict[str, Any]) -> set[str]:
    """Every form that a word takes, from one or several of its forms, the first being that of the dictionary."""
    head = said[0].lower()
    found = {word.lower() for word in said}
    if head.endswith("."):
        return found | {head[:-1]}
    if head.endswith(tuple(endings["adjective_marks"])):
        return found | {head[:-2] + ending for ending in endings["adjective"]}
    if len(head) <= endings["invariable"] or not head.isalpha() or head[-1] in endings["indeclinable"]:
        return found
    stem = head[:-1] if head[-1] in endings["dropped"] else head
    return found | {stem + ending for ending in endings["noun"]}


def _insert(root: Tree, words: list[set[str]], unit: Unit) -> None:
    """Add a name to the tree: a set of forms for each of its words. Forms of one word lead to one branch."""
    nodes = [root]
    for forms in words:
        fresh: Tree = {}
        branches = [node.setdefault(form, fresh) for node in nodes for form in sorted(forms)]
        nodes = list({id(branch): branch for branch in branches}.values())
    for node in nodes:
        node[""] = unit
