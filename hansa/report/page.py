"""One HTML page that holds all it needs: nothing is fetched, no script runs, and text from outside stays text."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from hansa.wording.sentence import Sentence
from hansa.wording.visible import visible
from hansa.wording.words import Words

SHORT = 30  # letters of a word of a command that is kept on one line


def write_page(template: str, style: str, words: Words, **parts: Any) -> str:
    """The page of a template, with a style sheet beside it, in one language."""
    sheet = _environment().get_template(style).render()
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    given = {"_": words, "language": words.language, "style": Markup(sheet), "style_hash": f"sha256-{digest}"}
    return _environment().get_template(template).render(**given, **parts)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("hansa.report"),
        autoescape=lambda name: not str(name).endswith(".css"),
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )


def marked_up(sentence: Sentence, words: Words) -> Markup:
    """A sentence as HTML, its figures in bold."""
    return Markup(
        words.say(sentence, escape=lambda text: str(escape(visible(text))), wrap=lambda text: f"<b>{text}</b>")
    )


def typed(command: str) -> Markup:
    """A command whose short words are not broken at their hyphens."""
    words = (
        Markup("<span>{}</span>").format(word) if len(word) < SHORT else escape(word)
        for word in visible(command).split(" ")
    )
    return Markup(" ").join(words)
