"""The id that is proposed for a new record: a prefix of its kind and its title in Latin letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from hansa.errors import DataError
from hansa.office.ledger import refuse_id

LONGEST = 48  # characters of a title that an id takes up
PREFIX = {
    "party": "",
    "agreement": "agr",
    "programme": "prg",
    "milestone": "mil",
    "target": "tgt",
    "project": "prj",
    "barrier": "bar",
    "alignment": "aln",
    "edition": "ed",
    "session": "ses",
    "idea": "idea",
    "decision": "dec",
    "link": "doc",
    "asserted_count": "said",
}
# Letters of Russian, Belarusian and Ukrainian, after the romanisation of BGN/PCGN without its marks.
LATIN = {
    **dict(zip("абвгдезийклмнопрстуфыэіўґ", "abvgdeziyklmnoprstufyeiug", strict=True)),
    **{"ё": "yo", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": ""},
    **{"ю": "yu", "я": "ya", "ї": "yi", "є": "ye"},
}


def slug(text: str) -> str:
    """A text in small Latin letters and digits with hyphens between its words, as far as they have any.

    >>> slug("Очередь на границе"), slug("Café of the Łódź region"), slug("未来")
    ('ochered-na-granitse', 'cafe-of-the-odz-region', '')
    """
    latin = "".join(LATIN.get(letter, letter) for letter in unicodedata.normalize("NFC", text.casefold()))
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    while len(words) > 1 and len("-".join(words)) > LONGEST:
        words.pop()
    return "-".join(words)[:LONGEST]


def propose_id(kind: str, entry: Mapping[str, Any], taken: Callable[[str], bool]) -> str:
    """An id for a new record of a kind, made from its title (else from what else names it), that is not taken.

    >>> propose_id("barrier", {"title": "Weighing twice"}, {"bar-weighing-twice"}.__contains__)
    'bar-weighing-twice-2'
    """
    if kind == "target":
        name = f"{entry.get('of', '')} {entry.get('indicator', '')} {entry.get('period', '')}"
    else:
        name = " ".join(str(entry[field]) for field in ("title", "name", "what", "speaker") if entry.get(field))
    proposed = "-".join(part for part in (PREFIX[kind], slug(name)) if part)
    if not proposed or not _may_be(proposed):
        proposed = f"{kind.replace('_', '-')}-{proposed}".rstrip("-")
    number, found = 1, proposed
    while taken(found) or not _may_be(found):
        number += 1
        found = f"{proposed}-{number}"
    return found


def _may_be(key: str) -> bool:
    try:
        refuse_id(key)
    except DataError:
        return False
    return True
