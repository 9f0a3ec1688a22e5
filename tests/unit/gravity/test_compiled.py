"""Kernels are kept where a folder can be written, and compiled anew where none can."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.house import tree

FIT = (
    "import hansa; fit = hansa.ppml('y ~ x | i', {'y': [1.0, 2, 3, 6], 'x': [0, 1, 0, 1], 'i': [0, 0, 1, 1]});"
    "print(round(float(fit.solution.coefficient[0]), 6))"
)


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "error", "-c", FIT]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tree.ROOT)


def test_the_first_fit_says_why_it_takes_long_and_the_next_is_silent(tmp_path: Path):
    first = run(tmp_path)
    assert first.stdout == "0.693147\n", first.stderr
    assert first.stderr.count("Compiling the gravity solver for this machine") == 1
    assert list(tmp_path.rglob("*.nbi"))
    second = run(tmp_path)
    assert (second.stdout, second.stderr) == ("0.693147\n", "")


def test_a_fit_of_a_file_and_its_table_load_no_pandas(tmp_path: Path):
    """It costs a third of a second and 80 MB; PyArrow would load it to make a column of texts."""
    pq.write_table(pa.table({"y": [1.0, 2, 3, 6], "x": [0, 1, 0, 1], "i": [0, 0, 1, 1]}), tmp_path / "flows.parquet")
    ask = "import sys, hansa; print(len(str(hansa.ppml('y ~ x | i', sys.argv[1]))) > 9, 'pandas' in sys.modules)"
    command = [sys.executable, "-W", "error", "-c", ask, str(tmp_path / "flows.parquet")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tree.ROOT)
    assert done.stdout == "True False\n", done.stderr
