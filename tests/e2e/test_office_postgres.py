"""What tests of the office say of SQLite holds of PostgreSQL: those that write, read back and search run on it too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = ("test_ledger.py", "test_backup.py", "test_search.py", "test_account.py", "test_intake.py", "test_api_draft.py")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_they_pass_on_postgresql(postgres: str):
    files = [str(ROOT / "tests" / "unit" / "office" / name) for name in FILES]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": postgres, "HANSA_REQUIRE": ""},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout[-6_000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) > 50
