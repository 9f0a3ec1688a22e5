"""What of a Russian text is English still."""

from __future__ import annotations

import re

# Latin words that are the same in Russian: what somebody types, formats, names of things.
SAME = {
    *("JSON", "CSV", "XML", "UTF", "NUL", "TOML", "IATI", "PDF", "DOCX", "HTML", "TXT", "ISO", "SITC", "ETag", "Word"),
    *("If", "Match", "Content", "Length", "CIF", "FOB", "MIME", "ClaimReview", "OCR", "Parquet", "LCD", "HS", "BACI"),
    *("zip", "xlsx", "xls", "json", "csv", "xml", "html", "pdf", "lxml", "ocrmypdf", "pip", "install", "hansa", "text"),
    *(
        "UTC",
        "utf",
        "cp",
        "latin",
        "gb",
        "lat",
        "lon",
        "data",
        "partner",
        "product",
        "origin",
        "destination",
        "Economy",
    ),
    *(
        "constants",
        "true",
        "false",
        "yes",
        "no",
        "draft",
        "region",
        "bloc",
        "office",
        "toml",
        "store",
        "manifest",
        "blocs",
    ),
}


def english(said: str) -> list[str]:
    """Latin words that are neither quoted nor the same in Russian."""
    plain = re.sub(r"«[^»]*»|\"[^\"]*\"|'[^']*'|<[^>]*>|\[\[.*?\]\]|\{.*?\}|https?://\S+", " ", said)
    plain = re.sub(r"[\w.]+\([^)]*\)|\b\w+ ?= ?[\w.]*|--\w+|[a-z]+_[a-z_]+|U\+|%[a-z]", " ", plain)
    words = re.findall(r"[A-Za-z]{2,}", plain)
    return [word for word in words if word not in SAME]
