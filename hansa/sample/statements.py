"""Three invented texts on the trade of two sample regions: claims that are true, false, ambiguous or not to be checked.

The figures in them are computed from the reports of the sample world; what each claim is worth lies under truth/.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from hansa.trade.store import Store

PAIR = ("XBR", "XKA")
LAST, BEFORE = "2022", "2021"
FOLDER = "statements"
_MONTHS = {"A": (0,), "M": range(1, 5)}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")

# Document, the words, and what the claim is: true by every report; false by every report; ambiguous, as the reports do
# not agree on it; or uncheckable, as no table of the store holds it.
_WORTH = (
    ("president.txt", "exceeded a record ${turnover_low} billion", "ambiguous"),
    ("president.txt", "{growth_origin} percent", "ambiguous"),
    ("president.txt", "{rank}", "true"),
    ("president.txt", "surged by a third", "false"),
    ("president.txt", "26 agreements", "uncheckable"),
    ("president.txt", "4 provinces", "uncheckable"),
    ("president.txt", "another 9 percent", "uncheckable"),
    ("minister.txt", "{import_growth}%", "ambiguous"),
    ("minister.txt", "${import_destination} млрд", "ambiguous"),
    ("minister.txt", "около {share}%", "true"),
    ("minister.txt", "20%", "false"),
    ("minister.txt", "около $25 млрд", "uncheckable"),
    ("agency.html", "${months_origin} billion", "ambiguous"),
    ("agency.html", "{months_growth} percent", "ambiguous"),
    ("agency.html", "almost ${with_services} billion", "ambiguous"),
    ("agency.html", "doubled", "false"),
    ("agency.html", "300 million dollars", "uncheckable"),
)


def write_statements(store: Store) -> tuple[Path, ...]:
    """Write the three texts into statements/ of a sample world's store, and what each claim is worth into truth/."""
    figures = _figures(store)
    folder = store.archive.folder / FOLDER
    folder.mkdir(exist_ok=True)
    written = []
    for name in dict.fromkeys(document for document, _, _ in _WORTH):
        template = files("hansa.sample").joinpath("speeches", name).read_text(encoding="utf-8")
        path = folder / name
        path.write_text(template.format(**_in_language(figures, name)), encoding="utf-8")
        written.append(path)
    with (store.archive.folder / "truth" / "statement.csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(("document", "said", "worth"))
        rows.writerows((name, said.format(**_in_language(figures, name)), worth) for name, said, worth in _WORTH)
    return tuple(written)


def _figures(store: Store) -> dict[str, str]:
    """The figures of the texts, from the reports of the last two years."""
    told = _reports(store, "origin")
    services = _reports(store, "origin", scope="services")
    months = _reports(store, "origin", frequency="M")
    bought = _reports(store, "destination")
    home, partner = PAIR
    now = _both_ways(told, LAST)
    early = [sum(_both_ways(months, f"{year}-{month:02d}") for month in range(1, 5)) for year in (LAST, BEFORE)]
    of_partner = _by_partner(told, partner)
    return {
        "turnover_low": f"{now / 1e9:.0f}",
        "growth_origin": f"{100 * (now / _both_ways(told, BEFORE) - 1):.0f}",
        "rank": _ORDINALS[sum(value > of_partner[home] for value in of_partner.values())],
        "import_growth": f"{100 * (bought[LAST, home, partner] / bought[BEFORE, home, partner] - 1):.0f}",
        "import_destination": f"{bought[LAST, home, partner] / 1e9:.1f}",
        "share": f"{100 * of_partner[home] / sum(of_partner.values()):.1f}",
        "months_origin": f"{early[0] / 1e9:.1f}",
        "months_growth": f"{100 * (early[0] / early[1] - 1):.1f}",
        "with_services": f"{(now + _both_ways(services, LAST)) / 1e9:.0f}",
    }


Reports = Mapping[tuple[str, str, str], float]


def _reports(store: Store, side: str, *, scope: str = "goods", frequency: str = "A") -> Reports:
    """What one side reports in the last two years: (period, origin, destination) -> USD."""
    periods = [f"{year}-{month:02d}" if month else year for year in (BEFORE, LAST) for month in _MONTHS[frequency]]
    flows = store.flows("flows", told_by=side, scope=scope, frequency=frequency).where(period=periods)
    rows = flows.totals("period", "origin", "destination").to_pylist()
    return {(row["period"], row["origin"], row["destination"]): row["value"] for row in rows}


def _both_ways(reports: Reports, period: str) -> float:
    home, partner = PAIR
    return reports[period, home, partner] + reports[period, partner, home]


def _by_partner(reports: Reports, region: str) -> dict[str, float]:
    """Turnover of a region with each of its partners in the last year."""
    found: dict[str, float] = {}
    for (period, *ends), value in reports.items():
        if period == LAST and region in ends and ends[0] != ends[1]:
            other = ends[1] if ends[0] == region else ends[0]
            found[other] = found.get(other, 0.0) + value
    return found


def _in_language(figures: Mapping[str, str], document: str) -> Mapping[str, str]:
    """Figures with the decimal mark of the document's language."""
    if document != "minister.txt":
        return figures
    return {name: figure.replace(".", ",") for name, figure in figures.items()}
