"""A checked text, or a collection of them, as files: one page, and tables."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

import pyarrow as pa

from hansa.errors import DataError
from hansa.regions.lists import Lists, lists_beside, shipped_lists
from hansa.report.statement_page import Checked, render_statements
from hansa.report.statement_words import codes_of, names_in
from hansa.result import Result
from hansa.statements.claim import Claim, Claims
from hansa.statements.consistency import findings
from hansa.statements.consistency.finding import Finding
from hansa.statements.verdict import Check, CountSource, Verdict, check, counted
from hansa.trade.store import Store
from hansa.wording import Words

FORMATS = ("html", "csv", "json")
_LONGEST_STEM = 160  # bytes; with what comes after it a name stays below the 255 that file systems hold


@dataclass(frozen=True)
class CheckedTexts:
    """Texts that were checked together, in one language.

    Parameters
    ----------
    texts : claims and verdicts of each. names : of each, as its files begin.
    findings : what the claims say of each other.
    words : language of the page, and names of regions and blocs in it.
    checks : of each text; empty where nothing was compared.
    store, as_of, command, notes : as `hansa.report.statement_page.render_statements` takes them.
    """

    texts: tuple[Checked, ...]
    names: tuple[str, ...]
    findings: tuple[Finding, ...]
    words: Words
    checks: tuple[Check, ...] = ()
    store: str = ""
    as_of: str | None = None
    command: str = ""
    notes: tuple[str, ...] = ()

    def write(self, folder: str | os.PathLike[str], wanted: Sequence[str] = FORMATS) -> list[Path]:
        """Write the page and the tables into a folder, and give their paths.

        Raises
        ------
        DataError : a form that is not one of `FORMATS`; the folder is a file.
        """
        contents = self.contents(folder, wanted)
        folder_at(folder)
        return write_all(contents)

    def contents(self, folder: str | os.PathLike[str], wanted: Sequence[str] = FORMATS) -> dict[Path, str]:
        """What `write` writes, by the path of each file."""
        return {Path(folder) / self._file(form): self._written(form) for form in formats(",".join(wanted))}

    def table(self) -> Result:
        """Readings of all texts, a row each, with the name of the text before them; claims, where nothing was compared.

        What the claims say of each other stands in `meta`, as sentences in English.
        """
        return self._table

    @cached_property
    def _table(self) -> Result:
        english = Words("en")
        told = [{"outcome": found.outcome, "sentence": english.say(found.sentence)} for found in self.findings]
        if not self.checks:
            named = zip(self.names, self.texts, strict=True)
            rows = [_claim_row(name, claim) for name, text in named for claim in text.claims]
            return Result(
                pa.Table.from_pylist(rows, schema=_CLAIMS),
                title="Claims found; nothing was compared with data",
                unit="value, low and high in the unit of the claim",
                method="statements.claims",
                meta={"findings": told},
            )
        results = [one.result() for one in self.checks]
        first, *others = results
        tables = [_named(result.to_arrow(), name) for name, result in zip(self.names, results, strict=True)]
        return replace(
            first,
            table=pa.concat_tables(tables),
            provenance=first.provenance.merge(*(result.provenance for result in others)),
            notes=tuple(dict.fromkeys(note for result in results for note in result.notes)),
            meta={**first.meta, "findings": told},
        )

    def _file(self, form: str) -> str:
        name = self.names[0] if len(self.names) == 1 else "statements"
        return f"{name}-checked-{self.words.language}.html" if form == "html" else f"{name}-checked.{form}"

    def _written(self, form: str) -> str:
        if form == "csv":
            return self.table().to_csv()
        if form == "json":
            return f"{self.table().to_json()}\n"
        return render_statements(
            self.texts,
            self.findings,
            words=self.words,
            store=self.store,
            as_of=self.as_of,
            command=self.command,
            notes=self.notes,
        )


def checked_texts(
    read: Sequence[Claims],
    store: Store | None,
    *,
    names: Sequence[str] | None = None,
    dataset: str | None = None,
    as_of: str | None = None,
    lists: Lists | None = None,
    language: str = "en",
    command: str = "",
    counts: CountSource | None = None,
) -> CheckedTexts:
    """Hold the claims of one text or of several against a store and against each other, ready to be written.

    Parameters
    ----------
    read : claims of each text (`hansa.statements.claims`).
    store : None to compare the claims with each other only.
    names : of each text, as its files begin; by default those of their sources.
    dataset, as_of, lists : as `hansa.statements.check` takes them.
    language : of the page. command : what to type to get it again.
    counts : what a register counts (`hansa.report.register_counts.count_source`); it is asked without a store as well.

    Raises
    ------
    UnknownCode : there is no such language or dataset.

    >>> from hansa.statements import claims, read_text
    >>> said = claims(read_text("Trade between Norway and Peru rose by 12 percent in 2022."))
    >>> checked_texts([said], None).table().rows()[0]["measure"]
    'turnover'
    """
    if lists is None:
        lists = lists_beside(store.archive.folder) if store else shipped_lists()
    checks, together = _held(read, store, dataset, as_of, lists, counts)
    verdicts = [one.verdicts for one in checks] or [_counted(claims, counts) for claims in read]
    codes = codes_of(claim for claims in read for claim in claims)
    return CheckedTexts(
        tuple(Checked(claims, given) for claims, given in zip(read, verdicts, strict=True)),
        tuple(names or unlike([stem(claims.document.source or "-") for claims in read])),
        together,
        Words(language, names_in(lists, codes, language)),
        tuple(checks),
        store=store.archive.folder.name if store else "",
        as_of=as_of,
        command=command,
    )


def _counted(claims: Claims, counts: CountSource | None) -> tuple[Verdict, ...]:
    """What a register alone can tell, where there is no store."""
    kept = (claim for claim in claims if claim.decision != "dropped")
    return tuple(verdict for claim in kept if (verdict := counted(claim, counts)) is not None)


def _held(
    read: Sequence[Claims],
    store: Store | None,
    dataset: str | None,
    as_of: str | None,
    lists: Lists,
    counts: CountSource | None,
) -> tuple[list[Check], tuple[Finding, ...]]:
    """What the store gives for the claims of each text (asked once for all), and what they say of each other."""
    every = [claim for claims in read for claim in claims]
    if store is None:
        return [], findings(every)
    whole = check(every, store, as_of=as_of, dataset=dataset, lists=lists, counts=counts)
    verdicts, parts = iter(whole.verdicts), []
    for claims in read:
        kept = tuple(claim for claim in claims if claim.decision != "dropped")
        parts.append(replace(whole, claims=kept, verdicts=tuple(islice(verdicts, len(kept)))))
    return parts, whole.findings


def unlike(names: Sequence[str]) -> list[str]:
    """Names of files, the same one numbered where it comes again.

    >>> unlike(["talk", "talk"])
    ['talk', 'talk-2']
    """
    found: list[str] = []
    for name in names:
        number, new = 2, name
        while new in found:
            number, new = number + 1, f"{name}-{number}"
        found.append(new)
    return found


def formats(asked: str | None) -> tuple[str, ...]:
    """The forms asked for, of `FORMATS`; all by default.

    Raises
    ------
    DataError : another form.

    >>> formats("csv, html"), formats(None)
    (('csv', 'html'), ('html', 'csv', 'json'))
    """
    wanted = tuple(part.strip() for part in asked.split(",")) if asked is not None else FORMATS
    if strange := [name for name in wanted if name not in FORMATS]:
        raise DataError(f"A checked text cannot be written as {strange[0]!r}. Ask for html, csv or json.")
    return wanted


def stem(source: str) -> str:
    """The name that the files of a text begin with, whatever the name of its own file holds.

    >>> stem("talks/speech of May.html"), stem("-"), stem("..")
    ('speech-of-May', 'statement', 'statement')
    """
    name = Path(source).name if source != "-" else ""
    name = name.rsplit(".", 1)[0] if "." in name.strip(".") else name
    kept = "".join(letter if letter.isalnum() or letter in "._" else "-" for letter in name).strip(".-")
    return kept.encode()[:_LONGEST_STEM].decode(errors="ignore")[:80] or "statement"


def write_all(contents: Mapping[Path, str]) -> list[Path]:
    """Write texts to their paths: all of them, or none.

    Raises
    ------
    DataError : a folder has one of the names, or cannot be written to.
    """
    fresh = {path: path.with_name(f".{path.name}.{os.getpid()}") for path in contents}
    path = Path()
    try:
        for path, text in contents.items():
            if path.is_dir():
                raise DataError("A folder has this name, so the file cannot be written. Rename it.", file=path)
            fresh[path].write_text(text, encoding="utf-8", newline="\n")
        for path, written in fresh.items():
            written.replace(path)
    except OSError as wrong:
        raise DataError(f"It cannot be written: {wrong.strerror or wrong}. Nothing was.", file=path) from None
    finally:
        for written in fresh.values():
            with contextlib.suppress(OSError):
                written.unlink(missing_ok=True)
    return list(contents)


def folder_at(folder: str | os.PathLike[str]) -> Path:
    """A folder to write into, made where it is not there.

    Raises
    ------
    DataError : it is a file.
    """
    place = Path(folder)
    if place.exists() and not place.is_dir():
        raise DataError("The answer is several files and needs a folder, but this is a file.", file=place)
    place.mkdir(parents=True, exist_ok=True)
    return place


_FIELDS = ("text", "unit", "form", "comparator", "measure", "scope", "product", "basis", "region", "partner")
_MORE = ("population", "period", "base", "converts", "speaker", "role", "spoken", "decision", "sentence")
_LISTS = ("qualifiers", "inferred", "by_hand")
_CLAIMS = pa.schema(
    [
        *((name, pa.string()) for name in ("document", "claim")),
        *((name, pa.float64()) for name in ("value", "low", "high")),
        *((name, pa.string()) for name in (*_FIELDS, *_MORE)),
        ("forecast", pa.bool_()),
        *((name, pa.string()) for name in _LISTS),
    ]
)


def _claim_row(name: str, claim: Claim) -> dict[str, object]:
    plain = {field: getattr(claim, field) for field in ("value", "low", "high", "forecast", *_FIELDS, *_MORE)}
    return {"document": name, "claim": claim.key, **plain, **{f: "; ".join(getattr(claim, f)) for f in _LISTS}}


def _named(table: pa.Table, name: str) -> pa.Table:
    return table.add_column(0, "document", pa.array([name] * table.num_rows, pa.string()))
