"""Where a number came from: what was read, and what was done to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Source:
    """One thing that was read: who made it, which version, under which licence, with which checksum.

    >>> Source("CEPII", "BACI", version="202401b", url="https://www.cepii.fr").line()
    'CEPII, BACI (202401b), https://www.cepii.fr'
    """

    producer: str
    title: str
    version: str | None = None
    url: str | None = None
    licence: str | None = None
    retrieved: str | None = None
    checksum: str | None = None
    vintage: str | None = None

    def line(self) -> str:
        """The source in one line, as printed under a table."""
        text = f"{self.producer}, {self.title}" if self.producer else self.title
        if self.version:
            text += f" ({self.version})"
        for part in (self.url, f"as known on {self.vintage}" if self.vintage else None, self.licence):
            if part:
                text += f", {part}"
        return text


@dataclass(frozen=True)
class Step:
    """One thing that was done, in words a reader can repeat."""

    name: str
    detail: str = ""

    def line(self) -> str:
        """The step in one line."""
        return f"{self.name}: {self.detail}" if self.detail else self.name


@dataclass(frozen=True)
class Provenance:
    """Sources and steps, in order. Immutable: every verb gives a new one.

    >>> p = Provenance((Source("", "my.csv"),)).then("filter", "period = 2022")
    >>> p.lines()
    ['my.csv', 'filter: period = 2022']
    """

    sources: tuple[Source, ...] = ()
    steps: tuple[Step, ...] = field(default=())

    def then(self, name: str, detail: str = "") -> Provenance:
        """This provenance with one more step."""
        return Provenance(self.sources, (*self.steps, Step(name, detail)))

    def merge(self, *others: Provenance) -> Provenance:
        """Sources and steps of several inputs, each once, in order of appearance."""
        sources = dict.fromkeys(s for p in (self, *others) for s in p.sources)
        steps = dict.fromkeys(s for p in (self, *others) for s in p.steps)
        return Provenance(tuple(sources), tuple(steps))

    def lines(self) -> list[str]:
        """Sources, then steps, a line each."""
        return [s.line() for s in self.sources] + [s.line() for s in self.steps]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    @staticmethod
    def from_dict(plain: Mapping[str, Any]) -> Provenance:
        """The way back from `to_dict`."""
        return Provenance(
            tuple(Source(**s) for s in plain.get("sources", ())),
            tuple(Step(**s) for s in plain.get("steps", ())),
        )
