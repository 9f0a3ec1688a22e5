"""The text of a gravity model -> Formula: outcome, regressors, sets of fixed effects.

``trade ~ rta + log(dist) + i(year, log(dist), ref=1986) | exporter^year + importer^year + pair``

The habits are those of R's fixest (Berge 2018) and of pyfixest. A constant is not written: a model without effects has
one, and effects hold one, so that a `1` among the regressors says nothing and `0` or `- 1` is refused.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from hansa.errors import DataError, UnknownCode

FUNCTIONS = ("log", "log1p", "log2", "log10", "exp", "sqrt", "abs")  # of one column, computed by numpy
TRANSFORMS = ("I", "C", "poly", "bs", "cs", "cr", "cc", "center", "scale", "standardize")  # computed by formulaic
ELSEWHERE = {"ln": "log", "factor": "i", "as.factor": "i", "ib": "i"}  # what other programs call them
_TOKEN = re.compile(
    r"\s*(?:(?P<name>[^\W\d][\w.]*)|`(?P<quoted>[^`]*)`|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")|(?P<mark>\*\*|[~|+\-:*^(),=/\[\]{}%<>!&@]))"
)
_WHOLE = "A formula is written 'outcome ~ regressors | effects', such as 'trade ~ rta | exporter^year + importer^year'."


@dataclass(frozen=True)
class Factor:
    """A column as it is, a function of it, or its levels one by one (`i(column)`).

    function : one of `FUNCTIONS`, or "".
    levels : an indicator for each level; reference : the level left out, None where none is named (a `Design` names
        the first one, where nothing multiplies).
    """

    column: str
    function: str = ""
    levels: bool = False
    reference: str | float | None = None

    @property
    def name(self) -> str:
        """As it is printed.

        >>> Factor("dist", "log").name
        'log(dist)'
        """
        if self.levels:
            return f"i({self.column})"
        return f"{self.function}({self.column})" if self.function else self.column


@dataclass(frozen=True)
class Term:
    """A regressor, or as many as a factor has levels: the product of its factors; or a text that formulaic reads.

    other : the text for formulaic, "" where the factors say it all; columns : what is read for the term.
    """

    factors: tuple[Factor, ...]
    columns: tuple[str, ...]
    other: str = ""

    @property
    def name(self) -> str:
        """As it is printed.

        >>> read_formula("trade ~ log(dist):intl").terms[0].name
        'log(dist):intl'
        """
        return self.other or ":".join(factor.name for factor in self.factors)


@dataclass(frozen=True)
class Formula:
    """A model as it was asked for.

    text : as written; outcome : left of ~; terms : right of it; effects : each the columns that are crossed.
    """

    text: str
    outcome: Factor
    terms: tuple[Term, ...]
    effects: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def read_formula(text: str) -> Formula:
    """The formula that a text says.

    Parameters
    ----------
    text : ``outcome ~ regressors | effects``. Regressors are joined by ``+``: columns, functions of one
        (`FUNCTIONS`), ``x:y`` products, ``x*y`` both and their product, ``i(var)`` an indicator for each level of var
        but the first or ``ref=``, ``i(var, x)`` x by level of var (all levels, or all but ``ref=``), and the functions
        of `TRANSFORMS`, which formulaic reads. Effects are joined by ``+``; ``^`` crosses columns.
        A name that is no word of letters, digits, ``_`` and ``.`` stands in backquotes.

    Raises
    ------
    DataError : it cannot be read; says at which character, and what to write instead.
    UnknownCode : there is no such function.

    >>> formula = read_formula("trade ~ rta + log(dist) | exporter^year + importer^year")
    >>> [term.name for term in formula.terms], formula.effects
    (['rta', 'log(dist)'], (('exporter', 'year'), ('importer', 'year')))
    """
    if not isinstance(text, str):
        raise DataError(f"A formula is a text, not a {type(text).__name__}. {_WHOLE}")
    tokens = _tokens(text)
    left, right = _halves(text, tokens)
    bars = [place for place, token in enumerate(right) if token.text == "|" and token.kind == "mark"]
    if len(bars) > 1:
        why = "there is one bar, before the effects. Join effects with '+'; instruments are not known here"
        raise _refusal(text, [right[bars[1]]], why)
    body, behind = (right[: bars[0]], right[bars[0] + 1 :]) if bars else (right, [])
    if bars and not behind:
        raise _refusal(text, [right[bars[0]]], "no effect stands behind the bar. Name one, or leave the bar out")
    terms = _terms(text, body)
    if not terms:
        raise DataError(
            f"The formula {text!r} names no regressor: between '~' and '|' there is nothing to estimate. Name a column "
            "there, such as 'trade ~ rta | exporter + importer'."
        )
    outcome = _outcome(text, left)
    if any(term.factors == (outcome,) for term in terms):
        raise DataError(f"The formula {text!r} explains {outcome.name} by itself. Take it out of the regressors.")
    return Formula(text, outcome, terms, _sets(text, behind) if bars else ())


def read_sets(text: str) -> tuple[tuple[str, ...], ...]:
    """Sets of levels in the way of effects: ``+`` joins sets, ``^`` crosses columns.

    Raises
    ------
    DataError : it cannot be read.

    >>> read_sets("exporter^importer + year")
    (('exporter', 'importer'), ('year',))
    """
    tokens = _tokens(text)
    if not tokens:
        raise DataError("An empty text names no column. Write one, such as 'pair' or 'exporter^importer'.")
    return _sets(text, tokens)


def read_factor(text: str) -> Factor:
    """A column, or a function of one, such as ``log(population)``.

    Raises
    ------
    DataError : it is neither.

    >>> read_factor("log(population)")
    Factor(column='population', function='log', levels=False, reference=None)
    """
    if not isinstance(text, str):
        raise DataError(
            f"A column is named by a text, such as 'population', not by a {type(text).__name__}. Put the numbers into "
            "the table, and give the name of their column."
        )
    factor = _factor(text, _tokens(text))
    if factor is None or factor.levels:
        raise DataError(f"{text!r} is no column and no function of one. Write a name, or such as log(population).")
    return factor


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    while text[place:].strip():
        hit = _TOKEN.match(text, place)
        if hit is None:
            place += len(text[place:]) - len(text[place:].lstrip())
            why = "this character has no place here. A column with an unusual name stands in backquotes: `trade (USD)`"
            if text[place] == "`":
                why = "this backquote is never closed"
            raise _refusal(text, [_Token("mark", text[place], place, place + 1)], why)
        kind = str(hit.lastgroup)
        found.append(_Token("name" if kind == "quoted" else kind, hit[kind], hit.start(kind), hit.end()))
        place = hit.end()
    return found


def _halves(text: str, tokens: list[_Token]) -> tuple[list[_Token], list[_Token]]:
    tildes = [place for place, token in enumerate(tokens) if token.text == "~" and token.kind == "mark"]
    if not tildes:
        raise DataError(f"The formula {text!r} has no '~' between outcome and regressors. {_WHOLE}")
    if len(tildes) > 1:
        raise _refusal(text, [tokens[tildes[1]]], "there is one '~', behind the outcome. Join regressors with '+'")
    return tokens[: tildes[0]], tokens[tildes[0] + 1 :]


def _outcome(text: str, tokens: list[_Token]) -> Factor:
    if not tokens:
        raise DataError(f"The formula {text!r} names no outcome: nothing stands before '~'. {_WHOLE}")
    factor = _factor(text, tokens)
    if factor is None or factor.levels:
        advice = "an outcome is one column, or a function of one, such as log(trade). Make a column of it first"
        raise _refusal(text, tokens, advice)
    return factor


def _terms(text: str, tokens: list[_Token]) -> tuple[Term, ...]:
    """Terms, each once however often it is written."""
    found: dict[str, Term] = {}
    for piece in _split(text, tokens, "+"):
        if len(piece) == 1 and piece[0].kind == "number":
            if piece[0].text != "1":
                raise _refusal(text, piece, _NO_CONSTANT if piece[0].text == "0" else "a number is no regressor")
            continue
        for term in _expanded(text, piece):
            found.setdefault(term.name, term)
    return tuple(found.values())


_NO_CONSTANT = "a constant is not taken out here: effects hold it, and a model without effects has one. Leave this away"


def _expanded(text: str, piece: list[_Token]) -> list[Term]:
    """`a*b` as a, b and a:b; anything else as the one term it is."""
    _refuse_marks(text, piece)
    parts = _split(text, piece, "*")
    if len(parts) == 1:
        return [_term(text, piece)]
    single = [_term(text, part) for part in parts]
    return [
        _product(text, piece, chosen)
        for count in range(1, len(single) + 1)
        for chosen in itertools.combinations(single, count)
    ]


def _refuse_marks(text: str, piece: list[_Token]) -> None:
    advice = {
        "-": "nothing is subtracted from a model: name the regressors it has, joined by '+'",
        "^": "'^' crosses columns among the effects, behind the bar. A square is written I(x**2)",
        "**": "a power is written I(x**2)",
        "/": "a ratio is written I(x/y)",
        "[": "slopes that vary by level are written i(level, x)",
        "=": "'=' belongs into a function, such as i(year, ref=1986)",
        ",": "regressors are joined by '+'",
    }
    depth = 0
    for place, token in enumerate(piece):
        depth += (token.text == "(") - (token.text == ")") if token.kind == "mark" else 0
        if depth or token.kind != "mark" or token.text in (")", ":", "*"):
            continue
        if token.text == "-" and [one.text for one in piece[place + 1 :]] == ["1"]:
            raise _refusal(text, piece[place:], _NO_CONSTANT)
        why = advice.get(token.text, "this has no place among regressors; they are joined by '+'")
        raise _refusal(text, [token], why)


def _term(text: str, piece: list[_Token]) -> Term:
    parts = _split(text, piece, ":")
    factors = [_factors(text, part) for part in parts]
    if any(one is None for one in factors):
        return _other(text, piece)
    return _one_term(text, piece, [one for several in factors if several for one in several])


def _product(text: str, piece: list[_Token], terms: Sequence[Term]) -> Term:
    if any(term.other for term in terms):
        columns = dict.fromkeys(column for term in terms for column in term.columns)
        return Term((), tuple(columns), ":".join(_for_formulaic(text, term, piece) for term in terms))
    return _one_term(text, piece, [factor for term in terms for factor in term.factors])


def _for_formulaic(text: str, term: Term, piece: list[_Token]) -> str:
    if any(factor.levels for factor in term.factors):
        raise _refusal(text, piece, "i(...) cannot be multiplied with a function of formulaic. Make a column first")
    if term.other:
        return term.other
    written = [(one.column if one.column.isidentifier() else f"`{one.column}`", one.function) for one in term.factors]
    return ":".join(f"{function}({column})" if function else column for column, function in written)


def _one_term(text: str, piece: list[_Token], factors: list[Factor]) -> Term:
    if sum(factor.levels for factor in factors) > 1:
        raise _refusal(text, piece, "two sets of levels are not multiplied. Cross the two columns in your data first")
    return Term(tuple(factors), tuple(dict.fromkeys(factor.column for factor in factors)))


def _factors(text: str, piece: list[_Token]) -> list[Factor] | None:
    """What one part of a product says; None where formulaic must read it."""
    if len(piece) > 3 and piece[0].text == "i" and piece[1].text == "(" and piece[-1].text == ")":
        return _levels(text, piece)
    factor = _factor(text, piece)
    return None if factor is None else [factor]


def _factor(text: str, piece: list[_Token]) -> Factor | None:
    kinds, marks = [token.kind for token in piece], [token.text for token in piece]
    if kinds == ["name"]:
        return Factor(piece[0].text)
    if kinds == ["name", "name"] or (len(kinds) == 2 and set(kinds) == {"name", "number"}):
        whole = text[piece[0].start : piece[1].end]
        raise _refusal(text, piece, f"two names without a sign between them. A column with a space: `{whole}`")
    if kinds == ["name", "mark", "name", "mark"] and marks[1] == "(" and marks[3] == ")":
        if marks[0] in FUNCTIONS:
            return Factor(marks[2], marks[0])
        if marks[0] == "i":
            return Factor(marks[2], levels=True)
    return None


def _levels(text: str, piece: list[_Token]) -> list[Factor]:
    """`i(var)`, `i(var, ref=...)`, `i(var, x)`, `i(var, x, ref=...)`."""
    given = _split(text, piece[2:-1], ",")
    named = [part for part in given if len(part) > 1 and part[1].text == "="]
    plain = [part for part in given if part not in named]
    if len(plain) not in (1, 2) or len(plain[0]) != 1 or plain[0][0].kind != "name":
        raise _refusal(text, piece, "i(...) takes a column, then perhaps one to multiply with: i(year, log(dist))")
    reference: str | float | None = None
    for part in named:
        if part[0].text != "ref":
            known = f"i(...) knows ref=, the level to leave out, and not {part[0].text}="
            raise _refusal(text, part, known)
        if part is not named[0]:
            raise _refusal(text, part, "ref= is said twice; it names the one level to leave out")
        reference = _level(text, part)
    levels = Factor(plain[0][0].text, levels=True, reference=reference)
    if len(plain) == 1:
        return [levels]
    other = _factor(text, plain[1])
    if other is None or other.levels:
        raise _refusal(text, plain[1], "what i(...) multiplies with is a column, or a function of one: i(year, x)")
    return [levels, other]


def _level(text: str, part: list[_Token]) -> str | float:
    value = part[2:]
    negative = bool(value) and value[0].text == "-"
    if len(value) != 1 + negative or value[-1].kind == "mark":
        raise _refusal(text, part, "ref= names one level, such as ref=1986 or ref='DEU'")
    if value[-1].kind == "number":
        number = float(value[-1].text) * (-1 if negative else 1)
        return int(number) if number.is_integer() else number
    return value[-1].text.strip("'\"") if value[-1].kind == "text" else value[-1].text


def _other(text: str, piece: list[_Token]) -> Term:
    """A term for formulaic: functions of columns, which are looked at first, since formulaic would run any Python."""
    written = text[_start(piece[0], text) : piece[-1].end].strip()
    quoted: list[str] = []

    def placeholder(hit: re.Match[str]) -> str:
        quoted.append(hit[1])
        return f"_quoted_{len(quoted) - 1}"

    for place, token in enumerate(piece[:-1]):
        if token.kind == "name" and piece[place + 1].text == "(":
            _refuse_function(text, token)
    columns: dict[str, None] = {}
    try:
        for part in _split(text, piece, ":"):
            code = text[_start(part[0], text) : part[-1].end].strip()
            tree = ast.parse(re.sub("`([^`]*)`", placeholder, code), mode="eval")
            columns |= dict.fromkeys(_columns_of(tree))
    except SyntaxError:
        raise _refusal(text, piece, "this cannot be read. Regressors are columns and functions of them") from None
    except _Unsafe as unsafe:
        raise _refusal(text, piece, f"{unsafe} has no place in a formula. Make a column in your data first") from None
    names = tuple(quoted[int(one[8:])] if one.startswith("_quoted_") else one for one in columns)
    if not names:
        raise _refusal(text, piece, "this names no column")
    return Term((), names, written)


class _Unsafe(Exception):
    """What formulaic would run, and is no arithmetic."""


def _columns_of(tree: ast.Expression) -> list[str]:
    """Names of columns in an expression of numbers, signs and known functions."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    allowed = (
        ast.Expression, ast.Name, ast.Load, ast.Constant, ast.BinOp, ast.UnaryOp, ast.Call, ast.keyword, ast.operator,
        ast.unaryop, ast.Compare, ast.cmpop, ast.List,
    )  # fmt: skip
    for node in ast.walk(tree):
        known = not isinstance(node, ast.Call) or (
            isinstance(node.func, ast.Name) and node.func.id in (*FUNCTIONS, *TRANSFORMS)
        )
        if not (isinstance(node, allowed) and known):
            raise _Unsafe(repr(ast.unparse(node)))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in FUNCTIONS and len(node.args + node.keywords) != 1:
            raise _Unsafe(f"{ast.unparse(node)!r} with {len(node.args + node.keywords)} arguments instead of one")
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]


def _refuse_function(text: str, token: _Token) -> None:
    known = (*FUNCTIONS, *TRANSFORMS, "i")
    if token.text in known:
        return
    bare = token.text.removeprefix("np.")
    hint = f"Formula {text!r}, character {token.start + 1}: known are {', '.join(known)}."
    bare = ELSEWHERE.get(bare, bare)
    if bare in known:
        hint = f"Write {bare}(...). {hint}"
    if re.fullmatch(r"m?v?c?sw0?", token.text):
        hint = f"Write each model as a formula of its own. {hint}"
    raise UnknownCode("function", token.text, known, hint=hint)


def _sets(text: str, tokens: list[_Token]) -> tuple[tuple[str, ...], ...]:
    found: dict[tuple[str, ...], None] = {}
    for piece in _split(text, tokens, "+"):
        for token in piece:
            _refuse_in_set(text, token, piece)
        parts = tuple(_name(text, part, piece) for part in _split(text, piece, "^"))
        if len(set(parts)) < len(parts):
            raise _refusal(text, piece, "a column is crossed with itself. Name it once")
        found[parts] = None
    return tuple(found)


def _refuse_in_set(text: str, token: _Token, piece: list[_Token]) -> None:
    if token.kind in ("number", "text"):
        raise _refusal(
            text, [token], "an effect is the name of a column. Leave the bar out for a model without effects"
        )
    if token.kind != "mark" or token.text == "^":
        return
    names = "^".join(one.text for one in piece if one.kind == "name")
    advice = {
        ":": f"effects are crossed with '^': {names}",
        "*": f"effects are crossed with '^': {names}",
        "(": "an effect is a column, or columns crossed with '^', and no function. Make a column first",
        "[": "slopes that vary by level are no effect here; write i(level, x) before the bar",
    }
    raise _refusal(text, [token], advice.get(token.text, "effects are joined by '+' and crossed with '^'"))


def _name(text: str, part: list[_Token], piece: list[_Token]) -> str:
    if len(part) != 1:
        raise _refusal(text, piece, "two names without a sign between them. A name with a space stands in backquotes")
    return part[0].text


def _split(text: str, tokens: list[_Token], sign: str) -> list[list[_Token]]:
    """Tokens between the signs that stand in no bracket."""
    pieces: list[list[_Token]] = [[]]
    opened: list[_Token] = []
    for token in tokens:
        mark = token.text if token.kind == "mark" else ""
        if mark == "(":
            opened.append(token)
        elif mark == ")" and not opened:
            raise _refusal(text, [token], "this bracket was never opened")
        elif mark == ")":
            opened.pop()
        if mark == sign and not opened:
            pieces.append([])
        else:
            pieces[-1].append(token)
    if opened:
        raise _refusal(text, [opened[-1]], "this bracket is never closed")
    if tokens and any(not piece for piece in pieces):
        raise _refusal(text, tokens, f"nothing stands on one side of a {sign!r}")
    return [piece for piece in pieces if piece]


def _start(token: _Token, text: str) -> int:
    """Where a token starts, its backquote included."""
    return token.start - (token.start > 0 and text[token.start - 1] == "`")


def _refusal(text: str, tokens: list[_Token], why: str) -> DataError:
    start, end = _start(tokens[0], text), tokens[-1].end
    return DataError(f"Formula {text!r}, character {start + 1} ({text[start:end]!r}): {why}.")
