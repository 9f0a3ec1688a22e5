"""The claims of forum_2023 as a person reads them: forum_expected.toml with speaker, day and context of claims.csv."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from hansa.statements.claim import Claim

EXPECTED = Path(__file__).with_name("forum_expected.toml")


def forum_claims(folder: Path) -> list[Claim]:
    """All claims of the 27 rows; what a quote does not say is taken from the other columns of its row, as inferred."""
    with open(folder / "forum_2023" / "claims.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    plain = tomllib.loads(EXPECTED.read_text(encoding="utf-8"))
    claims = []
    for quote in plain["quote"]:
        row = rows[quote["row"]]
        if row["quote"] in [one["quote"] for one in rows[: quote["row"]]]:
            continue  # the same sentence again
        own: list[Claim] = []
        for number, said in enumerate(quote["claims"]):
            claim = _claim(f"c{quote['row']}.{number}", said, row, quote["row"])
            if said.get("converts"):
                claim = replace(claim, converts=own[-1].key, measure=claim.measure or own[-1].measure)
            own.append(claim)
        claims += own
    return claims


def article_claims() -> list[Claim]:
    """The two counts that the article quotes in one sentence."""
    plain = tomllib.loads(EXPECTED.read_text(encoding="utf-8"))["article"]["claims"]
    counts = [said for said in plain if said["form"] == "count" and said["speaker"] == "Lukashenko"]
    row = {
        "speaker": "Lukashenko",
        "role": "",
        "published": "2023-06-28",
        "url": "article",
        "quote": "one",
        "period": "",
    }
    return [_claim(f"a{number}", said, {**row, "quantity": ""}, 100) for number, said in enumerate(counts)]


def _claim(key: str, said: dict[str, Any], row: dict[str, str], place: int) -> Claim:
    half = unit_said(said["value"]) / 2
    low, high = said.get("low", said["value"] - half), said.get("high", said["value"] + half)
    inferred = []
    period, region, partner = said.get("period"), said.get("region"), said.get("partner")
    if not period:
        period = row["period"] if row["period"] != "unspecified" else None
        inferred.append("period")
    measure = said.get("measure") or ("exports" if "exports" in row["quantity"] else "turnover")
    if not region or not partner:
        region, partner = (
            region or ("RUS" if partner == "BLR" else "BLR"),
            partner or ("BLR" if region == "RUS" else "RUS"),
        )
        inferred.append("region")
    return Claim(
        key,
        text=f"{said.get('comparator', '')} {said['value']:g} {said['unit']}".strip(),
        start=0,
        end=1,
        value=said["value"],
        unit=said["unit"],
        low=low,
        high=high,
        form=said["form"],
        sentence=row["quote"],
        sentence_start=place,
        comparator=said.get("comparator", ""),
        qualifiers=tuple(said.get("qualifiers", ())),
        measure=measure,
        scope=said.get("scope"),
        basis=said.get("basis"),
        region=region,
        partner=partner,
        population=said.get("population"),
        period=period or None,
        base=said.get("base"),
        forecast=said.get("forecast", False),
        speaker=row["speaker"],
        role=row["role"],
        spoken=row["published"],
        document=row["url"],
        inferred=tuple(inferred),
    )


def unit_said(value: float) -> float:
    """The unit of the last digit of a figure said in trillions, billions or millions, as all of these are."""
    size = next((scale for scale in (1e12, 1e9, 1e6) if abs(value) >= scale), 1.0)
    text = f"{abs(value) / size:.6g}"
    return size * 10.0 ** -(len(text.split(".")[1]) if "." in text else 0)
