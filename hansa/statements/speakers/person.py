"""Who is named by a phrase such as "the President of Norland Anna Lind" or "Ivan Petrov, Minister of Trade"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from hansa.statements.language import lexicon

_TOKEN = re.compile(r"[^\W\d_]\.(?=[\s\xa0]*[^\W\d_])|[^\W\d_]+(?:['’\-][^\W\d_]+)*\.?|[^\s\w]|\S+")
_INITIAL = re.compile(r"[^\W\d_]\.?")
_LONGEST_NAME = 4  # words


@dataclass(frozen=True)
class Person:
    """A speaker as named; either may be missing."""

    name: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class PersonWords:
    """The words of a language by which people are named."""

    roles: frozenset[str]
    titles: frozenset[str]
    particles: frozenset[str]
    no_person: frozenset[str]
    pronouns: frozenset[str]
    questions: frozenset[str]
    answers: frozenset[str]
    short: frozenset[str]
    frequent: frozenset[str]
    patronymics: tuple[str, ...]
    surnames: tuple[str, ...]
    complement_follows: bool

    def is_role(self, word: str) -> bool:
        """Whether it names an office."""
        return word.lower().strip(".") in self.roles

    def is_title(self, word: str) -> bool:
        """Whether it is a form of address."""
        return word.lower().strip(".") in self.titles

    def is_name(self, word: str) -> bool:
        """Whether it may be a part of a name: with a capital letter, and no office, address or frequent word."""
        bare = word.lower().strip(".")
        if not word[:1].isupper() or (len(word) > 2 and word.endswith(".")):
            return False
        return bare not in self.roles and bare not in self.titles and (len(bare) == 1 or bare not in self.frequent)


@cache
def person_words(language: str) -> PersonWords:
    """The words of a language by which people are named."""
    words = lexicon(language, "document")
    said = words["person"]
    plain = {key: frozenset(said[key]) for key in ("roles", "titles", "particles", "no_person", "pronouns")}
    return PersonWords(
        **plain,
        questions=frozenset(said["questions"]),
        answers=frozenset(said["answers"]),
        short=frozenset(words["known_by"]["words"]),
        frequent=frozenset(words["known_by"]["words"]) | plain["no_person"],
        patronymics=tuple(said["patronymics"]),
        surnames=tuple(said["surnames"]),
        complement_follows=said["complement_follows"],
    )


def person(phrase: str, language: str) -> Person | None:
    """The person that a whole phrase names; None where it names none.

    >>> person("The President of Norland Anna Lind", "en")
    Person(name='Anna Lind', role='The President of Norland')
    >>> person("Иван Петров, министр торговли", "ru")
    Person(name='Иван Петров', role='министр торговли')
    >>> person("Key figures of the year", "en")
    """
    words = person_words(language)
    phrase = " ".join(phrase.split())
    bracket = re.fullmatch(r"([^()]+)\(([^()]+)\)", phrase)
    if bracket and (name := _only_name(bracket[1], words)):
        return Person(name, bracket[2].strip())
    first, comma, rest = (part.strip() for part in phrase.partition(","))
    if comma:
        if (name := _only_name(first, words)) and _has_role(rest, words):
            return Person(name, rest)
        role, _, last = (part.strip() for part in phrase.rpartition(","))
        name = _only_name(last, words)
        if name and _has_role(role, words):
            return Person(name, role)
        who = _role_and_name(phrase, words)  # "Chair of the Trade, Budget and Finance Commission Anna Lind"
        return who if who and who.name else None
    return Person(name) if (name := _only_name(phrase, words)) else _role_and_name(phrase, words)


def _has_role(phrase: str, words: PersonWords) -> bool:
    return any(words.is_role(token) for token in _TOKEN.findall(phrase))


def _only_name(phrase: str, words: PersonWords) -> str | None:
    """The phrase without forms of address, if it is a name and nothing else."""
    tokens = _TOKEN.findall(phrase)
    addressed = False
    while tokens and words.is_title(tokens[0]):
        tokens, addressed = tokens[1:], True
    named = [words.is_name(token) for token in tokens]
    good = all(is_name or token.lower() in words.particles for token, is_name in zip(tokens, named, strict=True))
    long_enough = sum(named) > 1 or (addressed and named)
    full = any(not _INITIAL.fullmatch(token) for token, is_name in zip(tokens, named, strict=True) if is_name)
    return _joined(tokens) if good and long_enough and full and len(tokens) <= _LONGEST_NAME else None


def _role_and_name(phrase: str, words: PersonWords) -> Person | None:
    """An office and the name after it, without a comma between them."""
    tokens = _TOKEN.findall(phrase)
    if not any(words.is_role(token) for token in tokens):
        return None
    start = len(tokens)
    while start and (words.is_name(tokens[start - 1]) or _inside_name(tokens, start - 1, words)):
        start -= 1
    run = len(tokens) - start
    after_role = start > 0 and (words.is_role(tokens[start - 1]) or words.is_title(tokens[start - 1]))
    nameless = run < 3 and start > 0 and tokens[start - 1].lower() in words.short  # "the Governor of New Norland"
    count = _length_of_name(tokens[start:], after_role, words) if run and not nameless else 0
    if not count:
        return Person(None, phrase)
    before = tokens[:-count]
    while before and words.is_title(before[-1]):
        before = before[:-1]
    return Person(_joined(tokens[-count:]), _joined(before) or None)


def _inside_name(tokens: list[str], place: int, words: PersonWords) -> bool:
    """Whether a word in small letters is a part of the name around it: "Anna van Lind"."""
    return 0 < place < len(tokens) - 1 and tokens[place].lower() in words.particles and words.is_name(tokens[place - 1])


def _length_of_name(run: list[str], after_role: bool, words: PersonWords) -> int:
    """How many of the last words with a capital letter are the name; the rest names the country of the office."""
    if after_role and not words.complement_follows:
        return len(run) if len(run) <= _LONGEST_NAME else 2
    if len(run) == 1:
        surname = not words.surnames or run[0].lower().endswith(words.surnames)
        return int(after_role and surname)
    patronymic = any(token.lower().endswith(words.patronymics) for token in run[-2:]) if words.patronymics else False
    middle = len(run) > 2 and (_INITIAL.fullmatch(run[-2]) or run[-2].lower() in words.particles or patronymic)
    return 3 if middle else 2


def _joined(tokens: list[str]) -> str:
    return re.sub(r" (?=[,;)])|(?<=\() ", "", " ".join(tokens))
