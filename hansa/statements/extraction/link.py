"""Words that join others: prepositions before the names of regions, conjunctions between clauses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from hansa.statements.language import lexicon


@dataclass(frozen=True)
class Links:
    """The joining words of a language; language/LANGUAGE/link.toml says what each is for.

    before_name : finds the word before a name, "the" and "countries of" left out; clause_break : where words end that
    belong to what stands before; goes_on : a verb after a comma that still belongs to it; no_noun : what follows a
    number that counts nothing of its own.
    """

    to: frozenset[str]
    from_: frozenset[str]
    with_: frozenset[str]
    between: frozenset[str]
    among: frozenset[str]
    owner: frozenset[str]
    place: frozenset[str]
    not_owner: frozenset[str]
    joining: frozenset[str]
    line: frozenset[str]
    of: frozenset[str]
    goods: frozenset[str]
    many: tuple[str, ...]
    past: tuple[str, ...]
    multiplied: tuple[str, ...]
    first_time: tuple[str, ...]
    plus: tuple[str, ...]
    respectively: tuple[str, ...]
    locative: tuple[str, ...]
    undeclined: frozenset[str]
    head_last: bool
    goes_on: re.Pattern[str]
    before_name: re.Pattern[str]
    clause_break: re.Pattern[str]
    stop: re.Pattern[str]
    not_counted: re.Pattern[str]
    no_noun: re.Pattern[str]
    price: re.Pattern[str]
    dear: re.Pattern[str]
    yearly: re.Pattern[str]
    over_years: re.Pattern[str]
    among_first: re.Pattern[str]
    superlative: re.Pattern[str]
    one_in: re.Pattern[str]
    every: re.Pattern[str]
    coin: re.Pattern[str]


@cache
def links(language: str) -> Links:
    """The joining words of a language.

    >>> links("en").before_name.search("exports to the countries of the ")[1]
    'to'
    """
    name, clause = lexicon(language, "link")["name"], lexicon(language, "link")["clause"]
    the = _any(name["the"])
    group = rf"(?:\s+{_any(name['group'])}(?:\s+{the})?|\s+{_any(name['group_before'])})?"
    sets = {key: frozenset(name[key]) for key in ("to", "between", "among", "owner", "place", "not_owner")}
    return Links(
        **sets,
        from_=frozenset(name["from"]),
        with_=frozenset(name["with"]),
        joining=frozenset(clause["joining"]),
        line=frozenset(clause["line"]),
        of=frozenset(clause["of"]),
        goods=frozenset(clause["goods"]),
        many=tuple(clause["many"]),
        past=tuple(clause["past"]),
        multiplied=tuple(clause["multiplied"]),
        first_time=tuple(clause["first_time"]),
        plus=tuple(clause["plus"]),
        respectively=tuple(clause["respectively"]),
        locative=tuple(name["locative"]),
        undeclined=frozenset(name["undeclined"]),
        head_last=clause["head_last"],
        goes_on=re.compile(rf"[\s,]*\w+{_any(clause['participle'])}\b"),
        before_name=re.compile(rf"([^\W\d]+)(?:\s+{the})?{group}[\s\"'«(]*$"),
        clause_break=re.compile(rf"[,;:]|\s{_any(clause['break'])}\s"),
        stop=re.compile(rf"\b{_any(clause['stop'])}\b"),
        not_counted=re.compile(rf"\b{_any(clause['not_counted'])}\b"),
        no_noun=re.compile(rf"\s*(?:[,.;:)\]—–-]|$|{_any(clause['no_noun'])}\b)"),
        price=re.compile(rf"\s+{_any(clause['price'])}\b"),
        dear=re.compile(rf"{_any(clause['dear'])}\b"),
        yearly=re.compile(rf"[\s,]*{_any(clause['yearly'])}\b(?!\s+{_any(clause['not_yearly'])}\b)"),
        over_years=re.compile(rf"\b{_any(clause['over_years'])}\s+(\w+)\s+{_any(clause['years'])}\b"),
        among_first=re.compile(rf"\b{_any(clause['among_first'])}\s+$"),
        superlative=re.compile(rf"\s+{_any(clause['superlative'])}\w*\s"),
        one_in=re.compile(rf"\b{_any(clause['one_in'])}\s+$"),
        every=re.compile(rf"\b{_any(clause['every'])}\s+$"),
        coin=re.compile(rf"\s+{_any(clause['coin'])}\b"),
    )


def _any(phrases: list[str]) -> str:
    """An expression for any of some phrases; for none of them, one that never fits."""
    written = "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in phrases)
    return f"(?:{written})" if written else "(?!)"
