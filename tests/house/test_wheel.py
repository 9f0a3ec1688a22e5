"""What is installed is whole: every module, list, template and language file of the package is in the wheel."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hatchling.build import build_wheel

from tests.house import tree


def test_the_wheel_holds_the_whole_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tree.ROOT)
    with zipfile.ZipFile(tmp_path / build_wheel(str(tmp_path))) as wheel:
        packed = set(wheel.namelist())
        entry = next(name for name in packed if name.endswith("entry_points.txt"))
        assert "hansa = hansa.__main__:main" in wheel.read(entry).decode()
    ours = {tree.short(path) for path in tree.files() if path.is_relative_to(tree.PACKAGE)}
    assert not (absent := sorted(ours - packed)), f"left out (by .gitignore?): {absent}"
    assert any(name.endswith("licenses/LICENSE") for name in packed)
    for part in ("hansa/office/templates/frame.html", "hansa/office/static/office/office.css"):
        assert part in packed  # without them the office starts, and fails at the first page
