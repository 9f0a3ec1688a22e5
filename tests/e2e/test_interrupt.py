"""Ctrl-C while the command line is still loading: nothing on the screen, exit code 130."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import tree

# A finder that presses Ctrl-C when the named module is looked for, then the command line as it is installed.
CODE = """
import importlib.abc, os, signal, sys


class Stopping(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), {stop})


sys.meta_path.insert(0, Stopping())
sys.argv = ["hansa", "sources"]
from hansa.__main__ import main

main()
"""


def stopped(module: str, stop: str = "signal.SIGINT") -> subprocess.CompletedProcess[str]:
    code = CODE.format(module=module, stop=stop)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tree.ROOT)


@pytest.mark.parametrize("module", ["typer", "hansa.cli.demo", "hansa.errors"])
def test_interrupted_while_loading(module: str):
    done = stopped(module)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_other_ends_are_as_they_were():
    assert stopped("no.such.module").returncode == 0


def test_installed_command_starts_here():
    assert 'hansa = "hansa.__main__:main"' in Path(tree.ROOT / "pyproject.toml").read_text()
