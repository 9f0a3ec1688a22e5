"""The command line as a process: how it starts, what it does with screens, pipes and signals."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hansa.trade.store import open_store
from tests.e2e.conftest import TRADE

HANSA = [sys.executable, "-m", "hansa"]
ROOT = Path(__file__).resolve().parents[2]


def environment(**changed: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **changed}


def run(*words: str, cwd: Path, **changed: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*HANSA, *words],
        cwd=cwd,
        env=environment(**changed),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "trade.csv").write_text(TRADE)
    return tmp_path / "trade.csv"


def on_a_screen(*words: str, cwd: Path, answer: bytes) -> tuple[int, str]:
    """What a person sees who types an answer at the question."""
    pid, screen = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.execvpe(HANSA[0], [*HANSA, *words], environment(TERM="xterm", COLUMNS="80"))
    seen, answered, end = b"", False, time.monotonic() + 60
    while time.monotonic() < end:
        ready, _, _ = select.select([screen], [], [], 1)
        try:
            part = os.read(screen, 4096) if ready else b""
        except OSError:
            break
        seen += part
        if b"[y/N]" in seen and not answered:
            os.write(screen, answer)
            answered = True
    os.close(screen)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), seen.decode(errors="replace")


def test_a_person_is_asked_and_says_yes(table: Path):
    code, seen = on_a_screen("import", "trade.csv", cwd=table.parent, answer=b"y\n")
    assert code == 0, seen
    assert "Write it to trade.csv.map.toml and import? [y/N]" in seen
    assert "imported trade.csv into hansa-store" in seen
    assert open_store(table.parent / "hansa-store").flows().totals().to_pylist() == [{"value": 35.0}]


def test_a_person_is_asked_and_says_no(table: Path):
    code, seen = on_a_screen("import", "trade.csv", cwd=table.parent, answer=b"n\n")
    assert code == 1, seen
    assert [path.name for path in table.parent.iterdir()] == ["trade.csv"]


def test_no_colours_in_a_pipe(table: Path):
    said = run("import", "trade.csv", "--yes", cwd=table.parent)
    assert said.returncode == 0
    assert b"\x1b" not in said.stdout + said.stderr


def test_a_screen_that_lacks_letters(tmp_path: Path):
    said = run("regions", "BLR", cwd=tmp_path, PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    assert said.returncode == 0
    assert b"  Russian              ????????\n" in said.stdout


def test_a_reader_that_goes_away(tmp_path: Path):
    child = subprocess.Popen(
        [*HANSA, "indicators"], cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()
    told = child.stderr.read()
    child.stderr.close()
    child.wait()
    assert b"Traceback" not in told


def test_interrupted(table: Path):
    """Ctrl-C ends with 130 and no traceback, and leaves no store behind."""
    rows = [f"{period},BLR,RUS,{product:06d},1" for period in range(1962, 2022) for product in range(5000)]
    table.write_text("\n".join(["period,origin,destination,product,value", *rows]) + "\n")
    child = subprocess.Popen(
        [*HANSA, "import", "trade.csv", "--yes"], cwd=table.parent, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stderr is not None
    while not child.stdout.readline().startswith(b"column map written"):
        assert child.poll() is None
    child.send_signal(signal.SIGINT)
    _, told = child.communicate()
    assert child.returncode == 130, told.decode()
    assert b"Traceback" not in told
    if (table.parent / "hansa-store").exists():
        assert open_store(table.parent / "hansa-store").archive.entries() == []


def test_what_nobody_expected_keeps_its_traceback(tmp_path: Path):
    code = "import hansa.cli.catalogue as c; c.sources.__code__ = (lambda: 1 / 0).__code__\n"
    code += "import sys; sys.argv = ['hansa', 'sources']\nfrom hansa.cli import main\nmain()"
    said = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True)
    assert said.returncode == 1
    assert b"ZeroDivisionError" in said.stderr
    assert b"Traceback" in said.stderr


@pytest.mark.slow
def test_demo(tmp_path: Path):
    said = run("demo", cwd=tmp_path, HANSA_CACHE=str(tmp_path / "cache"))
    assert said.returncode == 0, said.stderr.decode()
    text = said.stdout.decode()
    assert text.startswith(
        "The sample world: every region, product and figure is invented.\nBrinmark and Kastovia, 2022\n"
    )
    written = sorted(path.suffix for path in (tmp_path / "hansa-demo").iterdir())
    assert {".html", ".xlsx"} <= set(written) <= {".html", ".pdf", ".xlsx"}
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [next((tmp_path / "cache").iterdir()).name]
    following = [line.split() for line in text.split("Try next:\n")[1].splitlines()]
    assert [words[1] for words in following] == ["mirror", "show", "check", "report", "serve"]
    for words in following[:-1]:  # the last serves until it is stopped: test_office_serve.py
        again = run(*words[1:], cwd=tmp_path)
        assert again.returncode == 0, again.stderr.decode()
