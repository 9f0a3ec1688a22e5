"""Runs the fenced blocks of a Markdown page, in order, in one folder and one namespace.

A `python` block with prompts is a doctest; without prompts it is executed. In a `console` block each line after `$`
is a command; what follows must be what it prints, `...` standing for anything. A block after the comment
`<!-- not run: why -->` is left alone, and so is `hansa demo FOLDER` where the folder is there and the page shows
nothing of what it says: it would write a report that another page and test_process.py look at.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FENCE = re.compile(
    r"^(?P<fence>`{3,})(?P<language>python|pycon|console)\s*\n(?P<text>.*?)^(?P=fence)\s*$", re.MULTILINE | re.DOTALL
)
NOT_RUN = re.compile(r"<!-- not run: \S.*-->\s*\Z")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
LONGEST = 120  # seconds for one command


@dataclass(frozen=True)
class Block:
    """A fenced block and the line on which its text starts."""

    language: str
    text: str
    line: int


def blocks(page: str) -> Iterator[Block]:
    """The blocks of a page that are to be run."""
    for hit in FENCE.finditer(page):
        if not NOT_RUN.search(page[: hit.start()]):
            yield Block(hit["language"], hit["text"], page.count("\n", 0, hit.start("text")) + 1)


def run(path: Path, folder: Path) -> list[str]:
    """What went wrong in a page, empty when nothing did."""
    names: dict[str, Any] = {"__name__": "__main__"}
    failures: list[str] = []
    for block in blocks(path.read_text(encoding="utf-8")):
        if block.language == "console":
            failures += _console(block, path, folder)
        elif ">>>" in block.text:
            failures += _doctest(block, path, names)
        else:
            exec(compile("\n" * (block.line - 1) + block.text, str(path), "exec"), names)
    return failures


def _doctest(block: Block, path: Path, names: dict[str, Any]) -> list[str]:
    said: list[str] = []
    test = doctest.DocTestParser().get_doctest(block.text, names, path.name, str(path), block.line - 1)
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    runner.run(test, out=said.append, clear_globs=False)
    names.update(test.globs)
    return ["".join(said)] if runner.failures else []


def _console(block: Block, path: Path, folder: Path) -> list[str]:
    failures = []
    for command, wanted in commands(block.text):
        words = shlex.split(command)
        if _made_before(words, wanted, folder):
            continue
        if words[0] != "hansa":
            failures.append(f"{path.name}, line {block.line}: only hansa is run here, not {words[0]!r}")
            continue
        done = subprocess.run(
            [sys.executable, "-m", "hansa", *words[1:]],
            cwd=folder, text=True, timeout=LONGEST, env=os.environ | {"COLUMNS": "80", "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        printed = done.stdout
        if done.returncode:
            failures.append(f"{path.name}, line {block.line}: $ {command} ended with {done.returncode}:\n{printed}")
        elif wanted.strip() and not doctest.OutputChecker().check_output(wanted, printed, FLAGS):
            failures.append(f"{path.name}, line {block.line}: $ {command} printed\n{printed}\nnot\n{wanted}")
    return failures


def _made_before(words: list[str], wanted: str, folder: Path) -> bool:
    """Whether a command only makes the sample world, which lies in the folder already."""
    return words[:2] == ["hansa", "demo"] and wanted.strip() in ("", "...") and (folder / words[-1]).is_dir()


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block with what it should print; a backslash at the end goes on in the next line."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, wanted = part.replace("\\\n", " ").partition("\n")
        yield command, wanted
