"""The sample world, made once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

import hansa.sample
from hansa.trade.store import Store


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory, sample_in: Callable[[Path], Store]) -> Path:
    return sample_in(tmp_path_factory.mktemp("sample") / "world").archive.folder


@pytest.fixture(scope="session")
def store(sample_folder: Path) -> Store:
    return hansa.sample.build(sample_folder)


@pytest.fixture(scope="session")
def truth(sample_folder: Path) -> dict[str, pa.Table]:
    return dict(hansa.sample.truth(sample_folder))
