"""The page on work in an office tells the rights as the office holds them."""

from __future__ import annotations

import re

from hansa.office.permission import RIGHTS
from tests.house import tree

ROLES = ("reporter", "editor", "chair", "administrator")


def test_the_page_tells_every_right_and_no_other():
    page = (tree.ROOT / "docs" / "how-to" / "office.md").read_text(encoding="utf-8")
    head, *rows = re.findall(r"^\| (.+) \|$", page.split("## Write a record")[0], re.MULTILINE)
    assert tuple(head.split(" | ")) == ("act", *ROLES)
    told = {}
    for row in rows:
        act, *answers = row.split(" | ")
        assert set(answers) <= {"yes", "no"}, row
        told[act] = tuple(role for role, answer in zip(ROLES, answers, strict=True) if answer == "yes")
    assert told == RIGHTS
