"""What a claim asks of the catalogue of indicators, or why it asks nothing that flows of trade can answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from hansa import period as periods
from hansa.errors import DataError
from hansa.statements.claim import Claim
from hansa.wording import Name, Sentence, mark

TRADE = ("turnover", "exports", "imports", "balance")
SHARED = ("turnover", "exports", "imports")  # of which there are shares and ranks
FLOW_FORMS = ("level", "change", "growth", "share", "rank", "multiple")
# points: a share that changed; average: growth a year over several years
COMPARING = ("change", "growth", "multiple", "points", "average")

# What would hold the answer to claims that are not about trade.
REGISTERS = {
    "agreements": mark("a register of agreements between the regions, with the date of each"),
    "programmes": mark("a register of joint programmes"),
    "projects": mark("a register of joint projects"),
    "regions": mark("a register of the regions that have agreements"),
    "barriers": mark("a register of barriers to trade"),
    "investment": mark("a register of investment projects with their sums"),
}
MEASURE_NAMES = {
    "turnover": mark("Turnover"),
    "exports": mark("Exports"),
    "imports": mark("Imports"),
    "balance": mark("Balance"),
}


@dataclass(frozen=True)
class Period:
    """A stretch of time as it is said.

    first, last : canonical periods of one frequency; the same where one year, quarter or month is meant.

    >>> Period("2022-01", "2022-10").said, Period("2021", "2021").said
    ('2022-01..2022-10', '2021')
    """

    first: str
    last: str

    @property
    def said(self) -> str:
        """As a claim writes it."""
        return self.first if self.first == self.last else f"{self.first}..{self.last}"

    @property
    def frequency(self) -> str:
        """``A``, ``Q`` or ``M``, as it is written."""
        return periods.frequency(self.first)

    def years(self, count: int) -> Period:
        """The same stretch some years later (earlier where negative)."""
        steps = count * {"A": 1, "Q": 4, "M": 12}[self.frequency]
        return Period(periods.shift(self.first, steps), periods.shift(self.last, steps))

    def before(self) -> Period:
        """The stretch of the same length that ends where this one begins.

        >>> Period("2023-01", "2023-01").before().said
        '2022-12'
        """
        length = len(periods.span(self.first, self.last))
        return Period(periods.shift(self.first, -length), periods.shift(self.first, -1))

    def parts(self) -> list[list[str]]:
        """The ways it is made of whole years, quarters or months, the coarsest first.

        >>> Period("2021-01", "2021-06").parts()[0], len(Period("2021", "2021").parts()[-1])
        (['2021-Q1', '2021-Q2'], 12)
        """
        return _parts(self)

    def months(self) -> list[str]:
        """Every month of it."""
        ends = []
        for period, month in ((self.first, 0), (self.last, 1)):
            if self.frequency == "A":
                ends.append(f"{period}-{('01', '12')[month]}")
            elif self.frequency == "Q":
                quarter = int(period[-1])
                ends.append(f"{period[:4]}-{3 * quarter - 2 + 2 * month:02d}")
            else:
                ends.append(period)
        return periods.span(*ends)


@cache
def _parts(period: Period) -> list[list[str]]:
    months = period.months()
    ways: list[list[str]] = []
    if months[0].endswith("-01") and months[-1].endswith("-12"):
        ways.append(list(dict.fromkeys(month[:4] for month in months)))
    if int(months[0][5:]) % 3 == 1 and int(months[-1][5:]) % 3 == 0:
        ways.append(list(dict.fromkeys(f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}" for month in months)))
    return [*ways, months]


def read_period(text: str, latest: str | None = None) -> Period:
    """A period as a claim writes it: ``2022``, ``2022-01..2022-10``, ``2021..`` (until `latest`).

    Raises
    ------
    DataError : it is none, runs backwards, or is open and `latest` is not known.

    >>> read_period("2021..", "2022").said
    '2021..2022'
    """
    first, dots, last = text.partition("..")
    if not dots:
        last = first
    elif not last:
        if latest is None:
            raise DataError(f"{text!r} has no end, and it is not known when it was said. Name the last period.")
        last = latest
    found = Period(periods.canonical(first), periods.canonical(last))
    if not periods.span(found.first, found.last):
        raise DataError(f"{text!r} ends before it begins.")
    return found


@dataclass(frozen=True)
class Question:
    """A claim as a question to the catalogue.

    Parameters
    ----------
    form : one of `FLOW_FORMS`.
    measures : one of `TRADE`, or several where a rank or share does not say of what.
    region, partner : codes or keys of blocs; partner is None where all partners are meant.
    currency : of the value said, or in which growth is said to be measured; None where that is not said.
    prices : ``constant prices`` or ``volume`` where that is said.
    scope : as said, or None.
    population : of a rank, as said, or None.
    period : as said; None where it is not said.
    base : as said, or None.
    day : when it was said (ISO date), or None.
    product : what goods are meant, in words, then by name and code; None where all are.
    open_partner : the partner is known from context only, so that all partners may be meant.
    """

    form: str
    measures: tuple[str, ...]
    region: str
    partner: str | None
    currency: str | None = None
    prices: str | None = None
    scope: str | None = None
    population: str | None = None
    period: Period | None = None
    base: Period | None = None
    day: str | None = None
    product: str | None = None
    open_partner: bool = False

    @property
    def compares(self) -> bool:
        """Whether the figure is one of two periods."""
        return self.form in COMPARING

    @property
    def measured_in(self) -> str:
        """How far off is counted, as `hansa.statements.verification.rounding` names it."""
        return {"growth": "points", "share": "points", "points": "points", "average": "points", "rank": "places"}.get(
            self.form, "level"
        )


def question(claim: Claim) -> Question | Sentence:
    """What a claim asks of the catalogue; or, in a sentence, why flows of trade cannot answer it.

    >>> asked = question(Claim("c1", "$38.5 bn", 0, 8, 38.5e9, "USD", 38.45e9, 38.55e9, "level", measure="turnover",
    ...                        region="RUS", partner="BLR", period="2021"))
    >>> asked.measures, asked.period.said, asked.currency
    (('turnover',), '2021', 'USD')
    """
    if why := _not_of_flows(claim) or _left_out(claim):
        return why
    try:
        latest = str(int(claim.spoken[:4]) - 1) if claim.spoken else None
        period = _open(claim, latest) if claim.period else None
        base = read_period(claim.base, latest) if claim.base else None
    except (DataError, ValueError) as refusal:
        return Sentence(mark("The period cannot be read: {why}"), {"why": str(refusal)})
    if claim.form in COMPARING and claim.period and claim.period.endswith("..") and base is None and period:
        base, period = Period(period.first, period.first), Period(period.last, period.last)
    average = "average" in claim.qualifiers
    if average and claim.form == "growth" and period and base is None and period.first != period.last:
        base, period = Period(period.first, period.first), Period(period.last, period.last)
    if average and (why := _no_average(claim, period, base)):
        return why
    currency, prices = _basis(claim)
    undecided = claim.form in ("share", "rank") and (claim.measure is None or "measure" in claim.inferred)
    return Question(
        form=_form(claim),
        measures=SHARED if undecided else (claim.measure or "turnover",),
        region=str(claim.region),
        partner=claim.partner,
        currency=currency,
        prices=prices,
        scope=claim.scope if "scope" not in claim.inferred else None,
        population=claim.population,
        period=period,
        base=base,
        day=claim.spoken,
        product=claim.product,
        open_partner="partner" in claim.inferred and "region" not in claim.inferred and not _of_partner(claim),
    )


def _form(claim: Claim) -> str:
    if claim.form == "change" and claim.unit == "pp":
        return "points"
    return "average" if claim.form == "growth" and "average" in claim.qualifiers else claim.form


def _no_average(claim: Claim, period: Period | None, base: Period | None) -> Sentence | None:
    """Why what is said of a year on average cannot be held against a figure."""
    if claim.form != "growth":
        if claim.form in ("level", "change", "multiple") and period and period.first != period.last:
            return Sentence(mark("A yearly average of several years is compared for growth only."))
        return None
    ends = [period, base]
    whole = all(one is not None and one.first == one.last for one in ends)
    if not whole or (period and base and (period.frequency != base.frequency or period.first <= base.first)):
        return Sentence(mark("Growth a year on average: the text does not say from which period to which."))
    return None


def _open(claim: Claim, latest: str | None) -> Period:
    """The period of a claim; one without an end ends with the last full year before it was said."""
    text = str(claim.period)
    first = text.removesuffix("..")
    if text.endswith("..") and latest and periods.frequency(first) != "A":
        latest = f"{latest}-12" if periods.frequency(first) == "M" else f"{latest}-Q4"
    return read_period(text, latest)


def _basis(claim: Claim) -> tuple[str | None, str | None]:
    if is_currency(claim.unit):
        return claim.unit, None
    if claim.basis in ("volume", "constant prices"):
        return None, claim.basis
    return claim.basis, None


def is_currency(unit: str) -> bool:
    """Whether a unit has the form of a code of ISO 4217.

    >>> is_currency("USD"), is_currency("%"), is_currency("km")
    (True, False, False)
    """
    return len(unit) == 3 and unit.isalpha() and unit.isupper()


def _not_of_flows(claim: Claim) -> Sentence | None:
    if claim.form == "count" or claim.measure in REGISTERS:
        what = str(claim.measure or claim.unit)
        if what in REGISTERS:
            return Sentence(
                mark("Needs {register}; the store holds trade."), {"register": Name(REGISTERS[what], "word")}
            )
        return Sentence(mark("Needs a register that counts “{what}”; the store holds trade."), {"what": what})
    if claim.measure is not None and claim.measure not in TRADE:
        return Sentence(mark("“{what}” is not a measure of trade flows."), {"what": claim.measure})
    if claim.form not in FLOW_FORMS:
        return Sentence(mark("“{what}” is not a measure of trade flows."), {"what": claim.form})
    if claim.form in ("level", "change") and not is_currency(claim.unit) and claim.unit != "pp":
        return Sentence(mark("Needs trade counted in “{unit}”; the store values it in money."), {"unit": claim.unit})
    if claim.form in ("share", "rank") and claim.measure == "balance":
        return Sentence(mark("Partners have no share or rank in a balance."))
    return None


def _left_out(claim: Claim) -> Sentence | None:
    if claim.measure is None and claim.form not in ("share", "rank"):
        return Sentence(mark("The text does not say of what: turnover, exports, imports or something else."))
    if "several" in claim.qualifiers:
        return Sentence(
            mark("The sentence names more than two regions as sides, so it is not clear whose trade is meant.")
        )
    if claim.region is None:
        return Sentence(mark("The text does not say whose trade is meant."))
    if _of_partner(claim) and claim.partner is None:
        return Sentence(mark("The text does not say which partner is meant."))
    return None


def _of_partner(claim: Claim) -> bool:
    """Whether it makes no sense without a partner."""
    return claim.form in ("share", "rank") or claim.unit == "pp"
