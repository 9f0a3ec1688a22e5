"""Pages made from package and tests at each build: indicators, sources, reference, validation."""

from __future__ import annotations

import importlib
import inspect
import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from docstrings import fields
from sphinx.application import Sphinx

import hansa
from hansa import files
from hansa.cli.importing import readers
from hansa.indicator import Indicator, catalogue
from tests.published.cases import Case, NoData, compute, difference, read_cases

ROOT = Path(hansa.__file__).resolve().parents[1]


def indicators() -> str:
    """The catalogue, a section for each indicator."""
    importlib.import_module("hansa.indicators")
    lines = [
        "# Indicators",
        "",
        f"{len(catalogue)} indicators, as the catalogue declares them. `hansa indicators` lists them too;",
        "`hansa show KEY` and `hansa.indicators.KEY(flows)` compute them.",
    ]
    for topic in dict.fromkeys(entry.topic for entry in catalogue.values()):
        lines += ["", f"## {topic}"]
        for entry in catalogue.values():
            if entry.topic == topic:
                lines += ["", *_indicator(entry)]
    return "\n".join(lines) + "\n"


def _indicator(entry: Indicator) -> Iterator[str]:
    yield f"### {entry.key}"
    yield ""
    yield f"**{entry.title}.** {_first_paragraph(entry.function)}"
    yield ""
    yield f"```{{math}}\n{entry.formula}\n```"
    yield ""
    yield f"- unit: {entry.unit}; range: {entry.range}"
    yield f"- reference: {entry.reference}"
    if entry.needs:
        yield f"- needs: {', '.join(entry.needs)}"
    explained = _parameters(entry.function)
    for parameter in entry.parameters():
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        yield f"- `{parameter.name}{default}`{explained.get(parameter.name, '')}"


def _parameters(function: object) -> dict[str, str]:
    """What the docstring says of each parameter."""
    said: dict[str, str] = {}
    names: list[str] = []
    for line in fields((inspect.getdoc(function) or "").splitlines()):
        if hit := re.match(r":param ([^:]+): (.*)", line):
            names = hit[1].split(", ")
            said.update(dict.fromkeys(names, f": {hit[2]}"))
        elif line.startswith("    ") and names:
            said.update({name: f"{said[name]} {line.strip()}" for name in names})
        else:
            names = []
    return said


def _first_paragraph(thing: object) -> str:
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def sources() -> str:
    """The readers, with what each reads and the sample it is tested on; and what can be fetched by name."""
    lines = [
        "# Sources",
        "",
        "What Hansa reads, and what it can fetch. `hansa sources` says the same.",
        "",
        "## Readers",
    ]
    for name, reader in sorted(readers().items()):
        module = importlib.import_module(reader.read.__module__)
        lines += ["", f"### {name}", "", _markdown(inspect.getdoc(module) or ""), ""]
        lines += [f"`hansa import FILE --reader {name}`, or `{reader.read.__module__}.{reader.read.__name__}(path)`"]
        sample = ROOT / "tests" / "samples" / name / "SOURCE.toml"
        if sample.is_file():
            said = tomllib.loads(sample.read_text(encoding="utf-8"))
            lines += ["", "Tested on a small sample:", ""]
            lines += [f"- {key}: {value}" for key, value in said.items() if isinstance(value, str)]
    lines += ["", "## Files that can be fetched", "", "| name | what | licence | reader |", "|---|---|---|---|"]
    for name, known in sorted(files.catalogue().items()):
        what = f"{known.producer}, [{known.title}]({known.url}){f'. {known.note}' if known.note else ''}"
        lines.append(f"| `{name}` | {what} | {known.licence} | {known.reader} |")
    return "\n".join(lines) + "\n"


def _markdown(docstring: str) -> str:
    """A docstring as Markdown: examples and indented blocks stay as they are written."""
    return "\n\n".join(
        f"```text\n{part}\n```" if part.startswith((" ", ">>>", "[")) else " ".join(part.split())
        for part in docstring.split("\n\n")
    )


def reference() -> str:
    """Every public name, from its docstring."""
    lines = ["# Reference", "", "What `import hansa` gives. Everything is loaded when it is first used."]
    for name in sorted(hansa.__all__, key=str.lower):
        thing = getattr(hansa, name)
        if inspect.ismodule(thing) and name != "indicators":
            directive = f".. automodule:: {thing.__name__}\n   :members:"
            if hasattr(thing, "__all__"):
                directive += "\n   :imported-members:"
        elif inspect.isclass(thing):
            directive = f".. autoclass:: {thing.__module__}.{name}\n   :members:"
        elif inspect.isroutine(thing):
            directive = f".. autofunction:: {thing.__module__}.{thing.__name__}"
        else:
            continue
        lines += ["", f"## {name}", "", f"```{{eval-rst}}\n{directive}\n```"]
    return "\n".join(lines) + "\n"


def validation() -> str:
    """Printed figure, our figure and difference, for every case of tests/published."""
    cases = read_cases()
    importlib.import_module("hansa.indicators")
    blocks, figures, absent = [], 0, 0
    for file in dict.fromkeys(case.file for case in cases):
        rows = []
        for case in (case for case in cases if case.file == file):
            try:
                rows += [_row(case, *figure) for figure in compute(case)]
            except NoData:
                absent += 1
                rows.append(f"| {case.name} | {case.where} | {_method(case)} | | needs the real tables | |")
        figures += len(rows)
        head = next(case for case in cases if case.file == file)
        blocks += [
            f"\n## {_heading(file)}",
            f"\n{head.reference}. Tolerance {head.tolerance:g}: {head.why_this_tolerance}.",
            _about(file),
            "\n| figure | where | method | printed | ours | difference |\n|---|---|---|--:|--:|--:|",
            *rows,
            *_other_tolerances([case for case in cases if case.file == file], head),
        ]
    lines = [
        "# Validation",
        "",
        f"{len(cases)} cases, {figures} figures that others printed or that were worked by hand, computed again when",
        "this page was built.",
        f"{absent} of the cases need tables that are not shipped and were not at hand." if absent else "",
        *blocks,
    ]
    return "\n".join(lines) + "\n"


def _heading(file: str) -> str:
    words = file.removesuffix(".toml").replace("_", " ").capitalize()
    return re.sub(r"\b(agtpa|nafta)\b", lambda hit: hit[0].upper(), words, flags=re.IGNORECASE)


def _about(file: str) -> str:
    """What the comment at the head of a file of cases says."""
    said: list[str] = []
    for line in (ROOT / "tests" / "published" / file).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        said.append(line.removeprefix("#").strip())
    return "\n" + " ".join(said) if said else ""


def _other_tolerances(cases: list[Case], head: Case) -> Iterator[str]:
    """A line for each tolerance and reason that is not that of the head, with the cases it holds for."""
    names: dict[tuple[float, str], list[str]] = {}
    for case in cases:
        if case.tolerance != head.tolerance:
            names.setdefault((case.tolerance, case.why_this_tolerance), []).append(case.name)
    for (tolerance, why), held in names.items():
        yield f"\n*{'; '.join(held)}*: tolerance {tolerance:g}, {why}."


def _row(case: Case, label: str, printed: object, ours: object) -> str:
    off = difference(printed, ours)
    said = "equal" if off == 0 else "< 1e-12" if off < 1e-12 else "-" if math.isinf(off) else f"{off:.1e}"
    name = f"{case.name}: {label}" if label else case.name
    return f"| {name} | {case.where} | {_method(case)} | {_digits(printed)} | {_digits(ours)} | {said} |"


def _method(case: Case) -> str:
    return f"`{case.method.rpartition('.')[2]}`"


def _digits(figure: object) -> str:
    return f"{figure:.7g}" if isinstance(figure, float | int) else "null" if figure is None else str(figure)


def write(app: Sphinx) -> None:
    for make in (indicators, sources, reference, validation):
        page, text = Path(app.srcdir) / f"{make.__name__}.md", make()
        if not page.is_file() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
