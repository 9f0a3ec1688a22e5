"""What the house tests look at: the files of the project, without what was built or fetched."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "hansa"
# as .gitignore has them: environments, caches, built files
_NOT_OURS = {".git", "__pycache__", "_build", "generated", "build", "dist", "hansa-demo", "shared", ".hypothesis"}
_NESTING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If)


def _ours(path: Path) -> bool:
    name = path.name
    return not (name in _NOT_OURS or name.startswith((".venv", ".coverage")) or name.endswith(("_cache", ".egg-info")))


@cache
def files() -> tuple[Path, ...]:
    """Every file that is part of the project."""
    found, waiting = [], [ROOT]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            if _ours(path):
                (waiting if path.is_dir() else found).append(path)
    return tuple(found)


def root_entries() -> list[str]:
    """What lies in the root."""
    return sorted(path.name for path in ROOT.iterdir() if _ours(path))


def modules() -> list[Path]:
    """The Python files of the package."""
    return [path for path in files() if path.suffix == ".py" and path.is_relative_to(PACKAGE)]


def short(path: Path) -> str:
    """A path as it is written in the project."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """A Python file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"), short(path))


def imports(path: Path) -> list[tuple[str, int, bool]]:
    """Every module that a file imports: its name, the line, and whether it stands outside of functions."""
    inside = {id(node) for top in tree(path).body if isinstance(top, _NESTING) for node in ast.walk(top)}
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno, id(node) not in inside) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [(node.module, node.lineno, id(node) not in inside)]
            found += [(f"{node.module}.{alias.name}", node.lineno, id(node) not in inside) for alias in node.names]
    return found


def imported(path: Path) -> dict[str, int]:
    """Every module that a file imports, anywhere in it, and the line where it does."""
    return {name: line for name, line, _ in imports(path)}


def number_file(path: Path) -> bool:
    """Arrays in, arrays out: said by a Notation line in the first lines."""
    return "Notation" in (ast.get_docstring(tree(path)) or "")
