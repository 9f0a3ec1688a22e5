"""One language: gettext for sentences, CLDR for figures, code lists for names.

A language is one file, locale/LANGUAGE.po; English is the language of the templates themselves.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from hansa.errors import HansaError, UnknownCode
from hansa.wording.message import Messages
from hansa.wording.sentence import Amount, Name, Sentence, Value, mark

MINUS, JOINED = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"
ABSENT = "\N{EN DASH}"
WHY = "why"  # the place of a sentence in which a refusal of the library stands
RECOGNISED = ("refusal", "note")  # contexts of the catalogue: messages of the library, known by their templates
_IN_QUOTES = re.compile("«[^«»]*»|'[^']*'|\"[^\"]*\"")
_SCALES = (
    (1e9, mark("{currency} {figure} bn")),
    (1e6, mark("{currency} {figure} mn")),
    (1e3, mark("{currency} {figure} thousand")),
    (1.0, mark("{currency} {figure}")),
)
SCALE_NAMES = {
    1e9: mark("{currency} billion"),
    1e6: mark("{currency} million"),
    1e3: mark("{currency} thousand"),
    1.0: mark("{currency}"),
}


def languages() -> list[str]:
    """The languages at hand: English and every catalogue in locale/."""
    return list(_languages())


@cache
def _languages() -> tuple[str, ...]:
    folder = files("hansa.wording").joinpath("locale")
    return ("en", *sorted(entry.name[:-3] for entry in folder.iterdir() if entry.name.endswith(".po")))


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language not in languages():
        hint = f"Hansa speaks {', '.join(languages())}; a catalogue in hansa/wording/locale adds a language."
        raise UnknownCode("language", language, languages(), hint=hint)
    if language == "en":
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, _written_in(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def _written_in(language: str) -> Catalog:
    source = files("hansa.wording").joinpath("locale", f"{language}.po").read_bytes()
    return read_po(io.BytesIO(source), locale=language)


@cache
def _messages(language: str) -> Messages:
    entries = [one for one in _written_in(language) if one.context in RECOGNISED and one.string]
    return Messages.of([(str(one.id), str(one.string)) for one in entries], _catalogue(language).gettext)


@dataclass(frozen=True)
class Words:
    r"""Says sentences, figures and names in one language.

    Parameters
    ----------
    language : ``en``, or the name of a catalogue in locale/.
    names : (kind, code) -> name in this language, for regions, products and blocs; other codes stand for themselves.

    >>> words = Words("en")
    >>> words.say(Sentence("Trade was {money}, {change} on a year before.",
    ...     {"money": Amount(38.77e9, "money", "USD"), "change": Amount(0.354, "growth")})).replace("\xa0", " ")
    'Trade was USD 38.8 bn, +35.4% on a year before.'
    """

    language: str = "en"
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _catalogue(self.language)

    def __call__(self, template: str, of: str = "") -> str:
        """The template in this language; where a word has another form for some kind of thing, the form `of` that kind.

        >>> Words("ru")("trade"), Words("ru")("trade", of="barrier"), Words("ru")("trade", of="agreement")
        ('торговое', 'торговый', 'торговое')
        """
        found = _catalogue(self.language).pgettext(of, template) if of else template
        return found if found != template else _catalogue(self.language).gettext(template)

    def knows(self, template: str) -> bool:
        """Whether the catalogue of this language holds the template."""
        return self.language == "en" or self(template) != template

    def say(
        self,
        sentence: Sentence,
        escape: Callable[[str], str] = str,
        wrap: Callable[[str], str] = str,
    ) -> str:
        """The sentence with its values in place; `escape` is applied to all text, `wrap` to each figure after it."""
        shown = {}
        for key, value in sentence.values.items():
            if isinstance(value, Sentence):
                shown[key] = self.say(value, escape, wrap)
            else:
                said = self.refusal(value)[0] if key == WHY and isinstance(value, str) else self.show(value)
                text = escape(said)
                shown[key] = wrap(text) if isinstance(value, Amount) else text
        return escape(self(sentence.template)).format(**shown)

    def note(self, note: str) -> tuple[str, bool]:
        """A note of a method in this language, and whether the catalogue knows it.

        Notes are written where figures are computed, with counts and codes in them; a note may tell of a refusal, so
        that one is known here too (`hansa.wording.message`).
        """
        return (note, True) if self.language == "en" else _messages(self.language).said(note)

    def refusal(self, wrong: HansaError | str) -> tuple[str, bool]:
        """What is wrong, where, why and what to do in this language, and whether the catalogue knows all of it.

        What was said in this language from the start stays as it is.

        >>> Words("ru").refusal(UnknownCode("region", "BLX", ["BLR"]))
        ('Не найдено: «BLX» (регион). Ближайшие из известных: «BLR». Проверьте написание или дайте свой список.', True)
        """
        if self.language == "en":
            return str(wrong), True
        if by_field := getattr(wrong, "by_field", ()):
            told = [(field, *self.note(message)) for field, message in by_field]
            said = "; ".join(f"{field}: {message}" if field else message for field, message, _ in told)
            return said, all(known for *_, known in told)
        said, known = self.note(str(wrong).strip())
        return said, known or self._own(str(wrong))

    def _own(self, said: str) -> bool:
        """Whether a text is in this language, as far as its letters tell."""
        letters = [letter for letter in _IN_QUOTES.sub("", said) if letter.isalpha()]
        foreign = sum(letter.isascii() for letter in letters)
        return 2 * foreign < len(letters)

    def show(self, value: Value, scale: float | None = None) -> str:
        """A figure, a name or a plain text; money in a table is shown in units of `scale`, without its currency."""
        if isinstance(value, str):
            return value
        if isinstance(value, Sentence):
            return self.say(value)
        if isinstance(value, Name):
            return self.name(value)
        if value.value is None:
            return ABSENT
        if value.kind == "money":
            return self._money(value) if scale is None else self._scaled(value, scale)
        return self._figure(value.value, value.kind)

    def name(self, name: Name) -> str:
        """A region, product or bloc by its name, a period as it is written, a word of the catalogue translated."""
        if name.kind == "word":
            return self(name.code)
        if name.kind == "period":
            return self.period(name.code)
        return self.names.get((name.kind, name.code), name.code)

    def period(self, period: str) -> str:
        """A period as it is read: a year as it stands, a month by its name.

        >>> Words("en").period("2022-03"), Words("en").period("2022")
        ('March 2022', '2022')
        """
        if hit := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", period):
            return f"{self(MONTHS[int(hit[2]) - 1])} {hit[1]}"
        return period

    def number(self, value: float, digits: int, signed: bool = False) -> str:
        """A figure with that many digits after the point, as this language writes it.

        >>> Words("en").number(-1234.56, 1), Words("en").number(12, 0, signed=True)
        ('−1,234.6', '+12')
        """
        rounded = round(value, digits) + 0.0
        sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
        return sign + _written(self.language, abs(rounded), digits)

    def _figure(self, value: float, kind: str) -> str:
        if kind in ("share", "growth"):
            far = kind == "growth" and abs(value) >= 10  # +1,234 %, not +1,234.5 %
            figure = self.number(100 * value, 0 if far else 1, signed=kind == "growth")
            return self(mark("{figure}%")).format(figure=figure).replace(" ", JOINED)
        if kind == "effect":
            size = 100 * abs(value)
            figure = self.number(100 * value, 1 if size >= 10 else 3 if size >= 0.005 else 4, signed=True)
            return self(mark("{figure}%")).format(figure=figure).replace(" ", JOINED)
        if kind == "points":
            figure = self.number(100 * value, 1, signed=True)
            return self(mark("{figure} pp")).format(figure=figure).replace(" ", JOINED)
        if kind == "km":
            return self(mark("{figure} km")).format(figure=self.number(value, 0)).replace(" ", JOINED)
        return self.number(value, {"ratio": 2, "index": 3, "hundred": 1, "count": 0}[kind])

    def _money(self, amount: Amount) -> str:
        value = amount.value or 0.0
        size, template = next((pair for pair in _SCALES if abs(value) >= 0.9995 * pair[0]), _SCALES[-1])
        digits = 0 if size == 1 and value == round(value) else _digits(abs(value) / size, amount.digits)
        figure = self.number(value / size, digits, amount.signed)
        sign = figure[0] if figure[0] in (MINUS, "+") else ""
        text = self(template).format(currency=amount.currency, figure=figure.removeprefix(sign))
        return (sign + text).replace(" ", JOINED).strip()

    def _scaled(self, amount: Amount, scale: float) -> str:
        value = (amount.value or 0.0) / scale
        return self.number(value, 1 if scale > 1 or value != round(value) else 0, amount.signed)


MONTHS = (
    mark("January"),
    mark("February"),
    mark("March"),
    mark("April"),
    mark("May"),
    mark("June"),
    mark("July"),
    mark("August"),
    mark("September"),
    mark("October"),
    mark("November"),
    mark("December"),
)


@lru_cache(maxsize=100_000)
def _written(language: str, value: float, digits: int) -> str:
    return format_decimal(value, format="#,##0" + ("." + "0" * digits if digits else ""), locale=language)


def _digits(size: float, significant: int = 3) -> int:
    """So many significant digits, and never more than two after the point."""
    before = 4 if size >= 999.5 else 3 if size >= 99.95 else 2 if size >= 9.995 else 1
    return min(2, max(0, significant - before))


def scale_for(values: list[float]) -> float:
    """The scale in which a table of money is easiest to read: at most five digits stand before the point.

    >>> scale_for([38.77e9]), scale_for([2e6, 5e3]), scale_for([210.0])
    (1000000.0, 1000.0, 1.0)
    """
    largest = max((abs(value) for value in values), default=0.0)
    return next((scale for scale in (1.0, 1e3, 1e6) if largest < 1e5 * scale), 1e9)
