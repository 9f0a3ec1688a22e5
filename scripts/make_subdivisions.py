"""Make hansa/data/subdivisions.csv (code, lat, lon) from the PyPI package iso3166-2.

Run once for a new version of that package: `python scripts/make_subdivisions.py` with iso3166-2 installed. Only its
JSON file is read; the package is no dependency of Hansa.
"""

from __future__ import annotations

import csv
import json
from importlib.metadata import files, version
from pathlib import Path

import pycountry

TARGET = Path(__file__).resolve().parent.parent / "hansa" / "data" / "subdivisions.csv"


def main() -> None:
    """Write the file and say what it holds."""
    (listed,) = [file for file in files("iso3166-2") or () if file.name == "iso3166-2.json"]
    countries = json.loads(listed.read_text(encoding="utf-8"))
    points = {code: entry["latLng"] for subdivisions in countries.values() for code, entry in subdivisions.items()}
    known = {subdivision.code for subdivision in pycountry.subdivisions}
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "lat", "lon"])
        writer.writerows(
            [code, f"{points[code][0]:.2f}", f"{points[code][1]:.2f}"] for code in sorted(points) if points[code]
        )
    print(f"{TARGET.name}: {len(points):,} subdivisions of iso3166-2 {version('iso3166-2')}")
    print(f"without a code in pycountry: {sorted(set(points) - known)}; without a point: {sorted(known - set(points))}")


if __name__ == "__main__":
    main()
