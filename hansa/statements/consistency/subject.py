"""What a claim is about, written one way, so that claims of several speakers meet."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from hansa.statements.claim import Claim
from hansa.wording import Name, Sentence, Value, mark
from hansa.wording.words import MONTHS

UNSAID = ("level", "growth")  # forms of which little can be told even where nobody says what was measured
STATES = ("share", "rank", "count")  # true at a time; where none is said, at the time of speaking
REAL = ("volume", "constant prices")
_SPAN = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d\d)))?(?:-\d\d)?")


@dataclass(frozen=True)
class Subject:
    """A quantity that several people may speak of.

    measure : imports of A from B are exports of B to A; empty where it is not said. a, b : of turnover in the order of
    the alphabet; of exports origin and destination; of shares and ranks as in the claim. apart : what makes figures
    incomparable (a population, a product, an average, an unusual base, volume instead of value).
    """

    measure: str
    form: str
    a: str | None
    b: str | None
    period: str | None
    apart: str = ""

    @property
    def pair(self) -> frozenset[str | None]:
        """The two regions whatever their order."""
        return frozenset((self.a, self.b))

    @property
    def series(self) -> tuple[str, str | None, str | None]:
        """The quantity without its period."""
        return self.measure, self.a, self.b


def months(period: str | None) -> tuple[int, int] | None:
    """First and last month of a period, counted from the year 0; None where it has no end or cannot be read.

    >>> months("2022"), months("2022-01..2022-04"), months("2022-Q1"), months("2021..")
    ((24264, 24275), (24264, 24267), (24264, 24266), None)
    """
    first, dots, last = (period or "").partition("..")
    ends = [_SPAN.fullmatch(part) for part in ((first, last) if dots else (first, first))]
    if ends[0] is None or ends[1] is None:
        return None
    start, stop = _ends(ends[0])[0], _ends(ends[1])[1]
    return (start, stop) if start <= stop else None


def _ends(hit: re.Match[str]) -> tuple[int, int]:
    year, quarter, month = int(hit[1]), hit[2], hit[3]
    if quarter:
        start = year * 12 + 3 * (int(quarter) - 1)
        return start, start + 2
    if month:
        start = year * 12 + int(month) - 1
        return start, start
    return year * 12, year * 12 + 11


def written(span: tuple[int, int]) -> str:
    """A period from its months.

    >>> written((24264, 24275)), written((24264, 24267)), written((24264, 24264))
    ('2022', '2022-01..2022-04', '2022-01')
    """
    start, stop = span
    if start % 12 == 0 and stop - start == 11:
        return f"{start // 12:04d}"
    first, last = (f"{month // 12:04d}-{month % 12 + 1:02d}" for month in span)
    return first if start == stop else f"{first}..{last}"


def year_before(period: str | None) -> str | None:
    """The same months a year earlier.

    >>> year_before("2022"), year_before("2023-01..2023-04")
    ('2021', '2022-01..2022-04')
    """
    span = months(period)
    return written((span[0] - 12, span[1] - 12)) if span else None


def subject(measure: str, form: str, region: str | None, partner: str | None, period: str | None) -> Subject:
    """A quantity written one way: imports as the exports of the other side, turnover without an order.

    >>> subject("imports", "level", "A", "B", "2022-01..2022-12")
    Subject(measure='exports', form='level', a='B', b='A', period='2022', apart='')
    """
    span = months(period)
    when = written(span) if span else period
    if form not in ("share", "rank") and region and partner:
        if measure == "imports":
            measure, region, partner = "exports", partner, region
        elif measure not in ("exports", "balance"):
            region, partner = sorted((region, partner))
    return Subject(measure, form, region, partner, when)


def subject_of(claim: Claim) -> Subject | None:
    """What a claim is about; None where its measure, its regions or its period are not known."""
    measure = claim.measure or (claim.unit if claim.form == "count" else None)
    if measure is None and claim.form in UNSAID:
        measure = ""
    period = claim.period
    if claim.form in STATES and not months(period) and claim.spoken:
        period = claim.spoken[:4]
    if claim.form == "count" and months(period):
        period = (period or "")[:4]
    if measure is None or not period or not (claim.region or claim.partner):
        return None
    found = subject(measure, claim.form, claim.region, claim.partner, period)
    apart = [claim.population or ""] if claim.form == "rank" else []
    if claim.form == "count":
        apart.append(claim.unit)
    if claim.product:
        apart.append(claim.product.casefold())
    if "average" in claim.qualifiers:
        apart.append("average")
    if claim.basis in REAL:
        apart.append("volume")
    before = months(claim.base)
    if before and written(before) != year_before(found.period):
        apart.append(written(before))
    return replace(found, apart=" ".join(filter(None, apart)))


def when(period: str | None) -> Value:
    """A period as a reader sees it: a year or month, a span of them, all since one or until one.

    >>> from hansa.wording import Words
    >>> Words().say(Sentence("in {p}", {"p": when("2022-01..2022-04")}))
    'in January–April 2022'
    >>> Words().show(when("2021.."))
    'since 2021'
    """
    first, dots, last = (period or "").partition("..")
    if dots and last:
        span = months(period)
        if span and span[0] // 12 == span[1] // 12:
            names = {
                name: Name(MONTHS[month % 12], "word") for name, month in zip(("first", "last"), span, strict=True)
            }
            return Sentence(mark("{first}–{last} {year}"), {**names, "year": str(span[0] // 12)})
        return Sentence(mark("{first} – {last}"), {"first": Name(first, "period"), "last": Name(last, "period")})
    if dots:
        template = mark("since {period}") if first else mark("until {period}")
        return Sentence(template, {"period": Name(first or last, "period")})
    return Name(period or "", "period")


_TITLES = {
    "turnover": mark("Turnover of {a} and {b}, {period}"),
    "exports": mark("Exports of {a} to {b}, {period}"),
}
_FORMS = {
    "growth": mark("{subject}, growth"),
    "change": mark("{subject}, increase"),
    "multiple": mark("{subject}, times as much"),
}


def title(about: Subject) -> Sentence:
    """A subject as a heading.

    >>> from hansa.wording import Words
    >>> Words().say(title(subject("imports", "growth", "A", "B", "2022")))
    'Exports of B to A, 2022, growth'
    """
    noun = Name(about.measure, "word")
    places: dict[str, Value] = {
        "a": Name(about.a or about.b or "", "region"),
        "b": Name(about.b or about.a or "", "region"),
        "period": when(about.period),
        "noun": noun,
        "population": Sentence(mark("all")) if about.apart in ("", "all") else Name(about.apart, "bloc"),
    }
    paired = bool(about.a and about.b)
    if about.form == "share" and paired:
        template = mark("Share of {b} in the {noun} of {a}, {period}")
    elif about.form == "rank" and paired:
        template = mark("Place of {b} among the partners of {a} by {noun} ({population}), {period}")
    elif about.measure in _TITLES and paired:
        template = _TITLES[about.measure]
    elif not about.measure:
        template = mark("{a} and {b}, {period} (what was measured is not said)")
    elif paired:
        template = mark("{a} and {b}, {noun}, {period}")
    else:
        template = mark("{a}, {noun}, {period}")
    used = {key: value for key, value in places.items() if f"{{{key}}}" in template}
    heading = Sentence(template, used)
    return Sentence(_FORMS[about.form], {"subject": heading}) if about.form in _FORMS else heading
