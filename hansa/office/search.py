"""Full-text search in memory: words in any order and any form, in Latin and Cyrillic, titles first. No Django.

The same on every database, since it works on the records themselves: text is folded (case, accents, ё), words are found
by their beginning or by their stem (Snowball, Porter 2001, for English and Russian).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_WORDS = 12  # of a query that are looked for
LONGEST_STEM = 40  # letters of a word whose stem is sought
SHORTEST_STEM = 3
WIDTH = 160  # letters of an excerpt
NO_HIT = 1_000
# Found with whatever else was asked, but not asked for: a title in another form has none of them.
LITTLE = frozenset(
    (
        *("a", "an", "and", "for", "in", "of", "on", "the", "to"),
        *("и", "в", "во", "для", "к", "на", "о", "об", "от", "по", "с", "со", "у"),
    )
)
_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")
_OTHER = {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
Numbers = NDArray[np.int64]


class _Letters(dict[int, str]):
    """What each letter is folded to, found when it is first met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if unicodedata.category(letter) == "Mn":
            found = ""
        elif "\u0400" <= letter <= "\u052f":  # й, ї and ў are letters of their own; only ё is written е as well
            found = "е" if letter == "ё" else letter
        else:
            parts = unicodedata.normalize("NFKD", letter)
            found = "".join(_OTHER.get(part, part) for part in parts if unicodedata.category(part) != "Mn")
        self[code] = found
        return found


_LETTERS = _Letters()


def fold(text: str) -> str:
    """Text without case, accents and the dots of ё, for comparing; й stays й.

    >>> fold("Côte d’Ivoire"), fold("Орёл, ЙОШКАР-ОЛА"), fold("Łódź Straße")
    ('cote d’ivoire', 'орел, йошкар-ола', 'lodz strasse')
    """
    return unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)


def words_in(text: str) -> list[str]:
    """The words of a text, folded.

    >>> words_in("bar-weighing: Ёлки 2023")
    ['bar', 'weighing', 'елки', '2023']
    """
    return [fold(word) for word in _WORD.findall(unicodedata.normalize("NFC", text))]


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The stem of a folded word: Russian where it has Cyrillic letters, else English; itself where it is short.

    >>> stem("барьеров"), stem("programmes"), stem("eu")
    ('барьер', 'programm', 'eu')
    """
    if not SHORTEST_STEM <= len(word) <= LONGEST_STEM or word[0].isdigit():
        return word
    russian = any("\u0400" <= letter <= "\u04ff" for letter in word)
    with _LOCK:  # a stemmer keeps the word that it works on
        found = str(_stemmer("russian" if russian else "english").stemWord(word))
    return found if len(found) >= SHORTEST_STEM else word


_LOCK = threading.Lock()


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer  # optional dependency

    return snowballstemmer.stemmer(language)


@dataclass(frozen=True)
class Query:
    """What is looked for: folded words, all of which a record must have. left_out : words beyond `MOST_WORDS`."""

    words: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    def meets(self, word: str) -> bool:
        """Whether a folded word is one that was asked for: it begins so, or has the same stem."""
        return any(word.startswith(asked) or stem(word) == stem(asked) for asked in self.words)

    def finds(self, word: str) -> bool:
        """The same of a word as it is written."""
        return _finds(self, word)


@lru_cache(maxsize=20_000)  # the same words stand in many of the records that are found
def _finds(asked: Query, word: str) -> bool:
    return asked.meets(fold(word))


def query(text: str) -> Query:
    """The query that somebody typed.

    >>> query("The barriers of Беларуси").words
    ('barriers', 'беларуси')
    """
    words = tuple(dict.fromkeys(words_in(text)))
    asked = tuple(word for word in words if word not in LITTLE) or words
    return Query(asked[:MOST_WORDS], asked[MOST_WORDS:])


@dataclass(frozen=True)
class Document:
    """What is searched of one record: its title, what it says itself, and the names of what it names (`beside`)."""

    key: str
    title: str
    texts: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Postings:
    """In which documents each word stands: those of word k are ``documents[starts[k]:starts[k + 1]]``.

    Words are in the order of the alphabet, so that all that begin alike are one slice.
    """

    starts: Numbers
    documents: Numbers

    def of(self, first: int, end: int) -> Numbers:
        return self.documents[self.starts[first] : self.starts[end]]


@dataclass(frozen=True, eq=False)
class Index:
    """Documents and the words in them, by where these stand: in the title, in the text, beside it.

    >>> index = build([Document("a", "Queue at the border"), Document("b", "Lorries", ("They queue.",))])
    >>> [one.key for one in index.find(query("queues"))], [one.key for one in index.find(query("lor que"))]
    (['a', 'b'], ['b'])
    """

    documents: tuple[Document, ...]
    words: tuple[str, ...]
    places: tuple[_Postings, ...]
    stems: Mapping[str, tuple[int, ...]]
    order: Numbers  # of each document among all titles

    def find(self, asked: Query, seen: Callable[[str], bool] = lambda key: True) -> list[Document]:
        """The documents that have every word, those that have them in their title first, whole words before others.

        seen : whether somebody may see the record with an id.
        """
        if not asked.words or not self.documents:
            return []
        scores = sum(self._scores(word) for word in asked.words)
        hits = np.flatnonzero(np.asarray(scores) < NO_HIT)
        hits = hits[np.lexsort((self.order[hits], np.asarray(scores)[hits]))]
        return [one for number in hits.tolist() if seen((one := self.documents[number]).key)]

    def _scores(self, word: str) -> Numbers:
        """How well each document has a word: 0 whole and in the title, `NO_HIT` not at all."""
        scores = np.full(len(self.documents), NO_HIT, dtype=np.int64)
        first = bisect_left(self.words, word)
        end = bisect_left(self.words, word + "\U0010ffff")
        whole = first + (first < len(self.words) and self.words[first] == word)
        alike = self.stems.get(stem(word), ())
        for place in reversed(range(len(self.places))):  # worse ones first, which better ones overwrite
            postings = self.places[place]
            scores[postings.of(first, end)] = 3 * place + 2
            for number in alike:
                scores[postings.of(number, number + 1)] = 3 * place + 1
            scores[postings.of(first, whole)] = 3 * place
        return scores


def build(documents: Iterable[Document]) -> Index:
    """The index of documents."""
    held = tuple(documents)
    numbers: dict[str, int] = {}
    found: tuple[tuple[list[int], list[int]], ...] = (([], []), ([], []), ([], []))
    for number, document in enumerate(held):
        for (words, places), texts in zip(found, ((document.title,), document.texts, document.beside), strict=True):
            there = {numbers.setdefault(word, len(numbers)) for text in texts for word in _words_of(text)}
            words += there
            places += [number] * len(there)
    ordered = sorted(numbers)
    rank = np.empty(len(numbers), dtype=np.int64)
    rank[[numbers[word] for word in ordered]] = np.arange(len(ordered))
    stems: dict[str, list[int]] = {}
    for number, word in enumerate(ordered):
        stems.setdefault(stem(word), []).append(number)
    order = np.empty(len(held), dtype=np.int64)
    order[sorted(range(len(held)), key=lambda number: fold(held[number].title))] = np.arange(len(held))
    return Index(
        held,
        tuple(ordered),
        tuple(_postings(rank, words, places) for words, places in found),
        {one: tuple(words) for one, words in stems.items()},
        order,
    )


@lru_cache(maxsize=100_000)
def _words_of(text: str) -> tuple[str, ...]:
    """The words of a text that the next index will hold as well."""
    return tuple(dict.fromkeys(words_in(text)))


def _postings(rank: Numbers, words: Sequence[int], places: Sequence[int]) -> _Postings:
    ranks = rank[np.asarray(words, dtype=np.int64)]
    order = np.argsort(ranks, kind="stable")
    starts = np.searchsorted(ranks[order], np.arange(len(rank) + 1))
    return _Postings(starts, np.asarray(places, dtype=np.int64)[order])


def marked(text: str, asked: Query) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it is a word that was asked for.

    >>> marked("A queue, again", query("queues"))
    [('A ', False), ('queue', True), (', again', False)]
    """
    text = unicodedata.normalize("NFC", text)
    pieces, end = [], 0
    for hit in _WORD.finditer(text):
        if asked.finds(hit[0]):
            pieces += [(text[end : hit.start()], False), (hit[0], True)]
            end = hit.end()
    return [piece for piece in (*pieces, (text[end:], False)) if piece[0]]


def excerpt(document: Document, asked: Query, width: int = WIDTH) -> list[tuple[str, bool]]:
    """Where a document has what was asked outside its title, around the first word that meets it; empty where nowhere.

    >>> excerpt(Document("b", "Lorries", ("No.", "They queue.")), query("queue"))
    [('They ', False), ('queue', True), ('.', False)]
    """
    for text in (*document.texts, *document.beside):
        pieces = marked(text, asked)
        if any(hit for _, hit in pieces):
            return _around(pieces, width)
    return []


def _around(pieces: list[tuple[str, bool]], width: int) -> list[tuple[str, bool]]:
    """Pieces from a little before the first hit, so many letters of them."""
    before, hit = (pieces[0][0], pieces[1:]) if not pieces[0][1] else ("", pieces)
    if len(before) > width // 3:
        before = "… " + before[-width // 3 :].partition(" ")[2]
    cut, left = ([(before, False)] if before else []), width - len(before)
    for text, is_hit in hit:
        if len(text) > left:
            kept = text[: max(left, 0)].rpartition(" ")[0] if not is_hit else ""
            return [*cut, (f"{kept} …", False)]
        cut.append((text, is_hit))
        left -= len(text)
    return cut
