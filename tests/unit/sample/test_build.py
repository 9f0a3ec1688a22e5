"""Made whole or not at all, the same everywhere, and once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import hansa.sample
from hansa.errors import DataError
from hansa.sample.blueprint import plan


def test_it_is_made_once(tmp_path: Path):
    """A second call finds it there and writes nothing."""

    def files() -> dict[Path, tuple[int, int]]:
        return {path: ((told := path.stat()).st_ino, told.st_mtime_ns) for path in tmp_path.rglob("*")}

    hansa.sample.build(tmp_path / "world")
    made = files()
    hansa.sample.build(tmp_path / "world")
    assert files() == made
    assert len(made) > 20


@pytest.mark.parametrize(
    "setting",
    [
        {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ARROW_NUM_THREADS": "1"},
        {"OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4"},
        {"NPY_DISABLE_CPU_FEATURES": "X86_V3,X86_V4,AVX512_ICL,AVX2,FMA3,AVX512F,AVX512_SKX"},
    ],
    ids=["one thread", "four threads", "an older processor"],
)
def test_the_same_figures_on_other_machines(setting: dict[str, str], tmp_path: Path):
    """build() refuses figures that differ from the pinned checksum in any bit that counts."""
    code = "import hansa.sample, sys; hansa.sample.build(sys.argv[1])"
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(tmp_path / "world")],
        env={**os.environ, **setting},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(DataError, match="is not empty. Name a new folder for the sample world"):
        hansa.sample.build(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_world_of_another_version_is_not_taken_for_this_one(tmp_path: Path):
    (tmp_path / "sample_world.sha256").write_text("0123\n")
    with pytest.raises(DataError, match="holds a sample world of another version"):
        hansa.sample.build(tmp_path)


def test_other_figures_are_refused_and_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(plan().choices, "seed", 7)
    with pytest.raises(DataError, match="came out with checksum .* not "):
        hansa.sample.build(tmp_path / "world")
    assert list(tmp_path.iterdir()) == []


def test_no_truth_where_none_was_made(tmp_path: Path):
    with pytest.raises(DataError, match="holds no truth of a sample world"):
        hansa.sample.truth(tmp_path)
