"""An office and the processes that write into it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Office:
    """An office's folder, and its database where that is elsewhere."""

    home: Path
    url: str | None = None

    def at_work(self, *words: object) -> subprocess.Popen[str]:
        """A process that writes."""
        program = [sys.executable, "-m", "tests.e2e.office_at_work", str(self.home), *map(str, words)]
        environment = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "HANSA_OFFICE")
        }
        if self.url:
            environment["DATABASE_URL"] = self.url
        pipe = subprocess.PIPE
        return subprocess.Popen(program, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)

    def founded(self, size: int = 0) -> Office:
        """The same with tables, and a register of so many records."""
        child = self.at_work("found", size)
        child.communicate()
        assert child.returncode == 0
        return self


def begin(child: subprocess.Popen[str]) -> None:
    """Let a child that is ready go on."""
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == "ready\n"
    child.stdin.write("\n")
    child.stdin.flush()
