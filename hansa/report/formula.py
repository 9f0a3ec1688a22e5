"""Formulas of the catalogue (TeX) as text with raised and lowered parts, for pages that carry no mathematics engine."""

from __future__ import annotations

import re
from collections.abc import Iterator

Piece = tuple[str, str]  # text, and "" | "sub" | "sup"
_SIGNS = {
    "sum": "Σ",
    "prod": "Π",
    "sqrt": "√",
    "min": "min",
    "max": "max",
    "ln": "ln ",
    "log": "log ",
    "exp": "exp",
    "cdot": "·",
    "times": "×",
    "circ": "∘",
    "Delta": "Δ",
    "delta": "δ",
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "phi": "φ",
    "lambda": "λ",
    "mu": "μ",
    "pi": "π",
    "sigma": "σ",
    "tau": "τ",
    "theta": "θ",
    "rho": "ρ",
    "eta": "η",
    "chi": "χ",
    "varphi": "φ",
    "epsilon": "ε",
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "ne": "≠",
    "neq": "≠",
    "in": "∈",
    "notin": "∉",
    "to": "→",
    "gets": "←",
    "infty": "∞",
    "approx": "≈",
    "pm": "±",
    "mid": "|",
    "lvert": "|",
    "rvert": "|",
    "vert": "|",
    "ldots": "…",
    "dots": "…",
    "cdots": "…",
    "quad": "  ",
    "qquad": "  ",
    "tfrac12": "½",
    "prime": "′",
    "left": "",
    "right": "",
    "displaystyle": "",
    "bigl": "",
    "bigr": "",
    "big": "",
    "Big": "",
    "limits": "",
    "lbrace": "{",
    "rbrace": "}",
    "setminus": "∖",
    "subset": "⊂",
    "cup": "∪",
    "cap": "∩",
    "neg": "¬",
    "land": "∧",
    "cos": "cos ",
    "nolimits": "",
}
_ACCENTS = {"bar": "\N{COMBINING MACRON}", "overline": "\N{COMBINING MACRON}", "hat": "\N{COMBINING CIRCUMFLEX ACCENT}",
            "widehat": "\N{COMBINING CIRCUMFLEX ACCENT}", "tilde": "\N{COMBINING TILDE}"}  # fmt: skip
_PLAIN = ("text", "mathrm", "operatorname", "mathbf", "mathit", "mathcal", "textrm", "operatorname*", "mathbb")
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}^_]|\s+|[^\\{}^_\s]")


def pieces(tex: str) -> list[Piece]:
    r"""The formula as pieces of text, each on the line, lowered or raised.

    >>> pieces(r"\frac{x_{ij}}{X_i}")
    [('x', ''), ('ij', 'sub'), (' / X', ''), ('i', 'sub')]
    """
    merged: list[Piece] = []
    for text, level in _read(_TOKEN.findall(tex), ""):
        if merged and merged[-1][1] == level:
            merged[-1] = (merged[-1][0] + text, level)
        elif text:
            merged.append((text, level))
    return [(re.sub(r" {2,}", " ", text), level) for text, level in merged]


def _read(tokens: list[str], level: str) -> Iterator[Piece]:
    while tokens:
        token = tokens.pop(0)
        if token == "}":
            return
        if token == "{":
            yield from _read(tokens, level)
        elif token in "^_":
            inside = "sub" if token == "_" else "sup"
            yield from ((text, inside) for text, _ in _argument(tokens, inside))
        elif token.isspace():
            yield " ", level
        elif token.startswith("\\"):
            yield from _command(token[1:], tokens, level)
        else:
            yield token, level


def _command(name: str, tokens: list[str], level: str) -> Iterator[Piece]:
    if name in ("frac", "tfrac", "dfrac"):
        top, bottom = list(_argument(tokens, level)), list(_argument(tokens, level))
        yield from _bracketed(top, level)
        yield " / ", level
        yield from _bracketed(bottom, level)
    elif name == "sqrt":
        yield "√", level
        yield from _bracketed(list(_argument(tokens, level)), level)
    elif name in _ACCENTS:
        yield from ((text + _ACCENTS[name], at) for text, at in _argument(tokens, level))
    elif name in _PLAIN:
        yield from _argument(tokens, level)
    elif len(name) == 1 and not name.isalpha():
        yield {"\\": "; ", "|": "‖"}.get(name, " " if name in ",;:! " else name), level
    else:
        yield _SIGNS.get(name, name), level


def _argument(tokens: list[str], level: str) -> Iterator[Piece]:
    while tokens and tokens[0].isspace():
        tokens.pop(0)
    if tokens and tokens[0] == "{":
        tokens.pop(0)
        yield from _read(tokens, level)
    elif tokens:
        token = tokens.pop(0)
        if token.startswith("\\"):
            yield from _command(token[1:], tokens, level)
        else:
            yield token, level


def _bracketed(inner: list[Piece], level: str) -> Iterator[Piece]:
    """Brackets where a part holds an operation, none round a single symbol."""
    line = "".join(text for text, at in inner if at == level)
    if re.search(r"[-+−/·×ΣΠ|=\s]", line.strip()):
        yield "(", level
        yield from inner
        yield ")", level
    else:
        yield from inner
