"""The money of projects: by stage and currency, without counting an amount twice. Currencies are never added up."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from hansa.commitments.lifecycle import first_day
from hansa.commitments.records import STAGES, Money, Project
from hansa.commitments.register import Register
from hansa.provenance import Provenance
from hansa.result import Result

METHOD = "project_amounts"


def amounts(of: Project | Register, *, on: str | None = None) -> Result:
    """What was planned, launched and disbursed, a row for each currency; of one project, or of all of a register.

    Of one financer the latest amount of a stage counts, and financers add up. An amount without a financer is the
    whole of its stage: what financers are named beside it are its parts, and not added to it.

    on : the day (ISO) until which amounts count; today by default.

    Returns
    -------
    Result with columns currency, projects (how many have an amount in it), planned, launched, disbursed (null where no
    amount was given).

    >>> project = Project("p", "Line", ("a", "b"), amounts=(
    ...     Money(60.0, "USD", "planned", "2019-01-01", "bank"), Money(40.0, "USD", "planned", "2019-01-01", "fund"),
    ...     Money(70.0, "USD", "planned", "2020-01-01", "bank"), Money(5.0, "EUR", "disbursed", "2020-01-01")))
    >>> [tuple(row.values()) for row in amounts(project, on="2021-01-01").rows()]
    [('EUR', 1, None, None, 5.0), ('USD', 1, 110.0, None, None)]
    """
    day = on or datetime.now(UTC).date().isoformat()
    projects = (of,) if isinstance(of, Project) else of.of(Project)
    sums: dict[tuple[str, str], float] = {}
    having: dict[str, set[str]] = {}
    parted = []
    for project in projects:
        for (currency, stage), value in totals(project, day).items():
            sums[currency, stage] = sums.get((currency, stage), 0.0) + value
            having.setdefault(currency, set()).add(project.id)
        parted += [project.id] if _has_parts(project, day) else []
    currencies = sorted(having)
    columns = {
        "currency": pa.array(currencies, pa.string()),
        "projects": pa.array([len(having[one]) for one in currencies], pa.int64()),
        **{stage: pa.array([sums.get((one, stage)) for one in currencies], pa.float64()) for stage in STAGES},
    }
    note = (
        f"an amount without a financer is taken as the whole, with those named beside it as parts: {', '.join(parted)}"
    )
    return Result(
        pa.table(columns),
        title=f"Money of {of.title}" if isinstance(of, Project) else f"Money of {len(projects):,} projects",
        unit="each row in its currency, current prices",
        method=METHOD,
        reference="the latest amount of each financer and stage; financers add up",
        provenance=(Provenance() if isinstance(of, Project) else of.provenance).then(METHOD, f"on {day}"),
        notes=(note,) if parted else (),
        meta={"on": day},
    )


def totals(project: Project, day: str) -> dict[tuple[str, str], float]:
    """Sums of a project by (currency, stage), as they stood on a day."""
    found: dict[tuple[str, str], float] = {}
    last = _latest(project, day)
    whole = {(money.currency, money.stage) for money in last if money.by is None}
    for money in last:
        key = (money.currency, money.stage)
        if money.by is None or key not in whole:
            found[key] = found.get(key, 0.0) + money.value
    return found


def _latest(project: Project, day: str) -> list[Money]:
    """The latest amount of each stage and financer; a later one of another currency takes its place too."""
    newest: dict[tuple[str, str | None], list[Money]] = {}
    for money in project.amounts:
        if first_day(money.date) > day:
            continue
        key = (money.stage, money.by)
        held = newest.get(key, [])
        if held and first_day(held[0].date) > first_day(money.date):
            continue
        same = bool(held) and first_day(held[0].date) == first_day(money.date)
        # two of one day: in two currencies they are two parts, in one the later line is the one that counts
        newest[key] = [*(one for one in held if same and one.currency != money.currency), money]
    return [money for held in newest.values() for money in held]


def _has_parts(project: Project, day: str) -> bool:
    last = _latest(project, day)
    whole = {(money.currency, money.stage) for money in last if money.by is None}
    return any(money.by is not None and (money.currency, money.stage) in whole for money in last)
