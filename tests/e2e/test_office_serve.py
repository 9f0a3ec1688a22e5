"""`hansa serve` and `hansa account` as their user runs them: what they say, what they serve, how they end."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = re.compile(r"^  (\S+) +(\S{16})(?:  (.*))?$", re.MULTILINE)


def environment(**changed: str) -> dict[str, str]:
    """Without what would name another office."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "HANSA_OFFICE")}
    return kept | {"PYTHONPATH": str(ROOT), "COLUMNS": "120", **changed}


def hansa(*words: object, cwd: Path, **changed: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "hansa", *map(str, words)],
        cwd=cwd,
        env=environment(**changed),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )


@dataclass(frozen=True)
class Server:
    """A command that serves."""

    process: subprocess.Popen[str]
    port: int
    folder: Path

    @property
    def said(self) -> str:
        """What it said so far on stdout."""
        return (self.folder / f"{self.port}.out").read_text(encoding="utf-8")

    @property
    def complained(self) -> str:
        """What it said so far on stderr."""
        return (self.folder / f"{self.port}.err").read_text(encoding="utf-8")

    def get(self, path: str) -> http.client.HTTPResponse:
        """An answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer
        finally:
            connection.close()

    def wait(self) -> None:
        """Until it answers."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            assert self.process.poll() is None, self.complained
            try:
                self.get("/health")
                return
            except OSError:
                time.sleep(0.2)
        raise AssertionError(f"no answer: {self.said} {self.complained}")

    def end(self, how: int = signal.SIGTERM) -> int:
        """Its exit code, after a signal."""
        self.process.send_signal(how)
        return self.process.wait(30)


Serving = Callable[..., Server]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """Starts a server on a port that is free, and waits until it answers."""
    started: list[Server] = []

    def start(*words: object, **changed: str) -> Server:
        port = free_port()
        with (tmp_path / f"{port}.out").open("w") as out, (tmp_path / f"{port}.err").open("w") as err:
            program = [sys.executable, "-m", "hansa", "serve", "--port", str(port), *map(str, words)]
            env, nothing = environment(**changed), subprocess.DEVNULL
            process = subprocess.Popen(program, cwd=tmp_path, env=env, stdout=out, stderr=err, stdin=nothing, text=True)
        server = Server(process, port, tmp_path)
        started.append(server)
        server.wait()
        return server

    yield start
    for server in started:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


@pytest.mark.slow
def test_the_demo_starts_from_nothing_and_again(serving: Serving, tmp_path: Path):
    cache = str(tmp_path / "cache")
    demo = serving(HANSA_CACHE=cache)
    people = {name: password for name, password, _ in PASSWORD.findall(demo.said)}
    assert set(people) == {
        *("admin", "chair", "editor", "editor-kastovia", "reporter-brinmark", "reporter-kastovia", "visitor")
    }
    assert len(set(people.values())) == 7
    assert f"http://127.0.0.1:{demo.port}/" in demo.said
    assert "Ctrl-C stops" in demo.said
    answer = demo.get("/health")
    assert answer.status == 200
    assert demo.get("/").headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert demo.end(signal.SIGINT) == 0
    assert "Traceback" not in demo.complained
    again = serving(HANSA_CACHE=cache)
    assert PASSWORD.findall(again.said) == []
    assert "--new-passwords" in again.said
    assert not any(password in again.said for password in people.values())
    assert again.end() == 0
    renewed = serving("--new-passwords", "--access-log", HANSA_CACHE=cache)
    new = {name: password for name, password, _ in PASSWORD.findall(renewed.said)}
    assert set(new) == set(people)
    assert not set(new.values()) & set(people.values())
    assert renewed.end() == 0
    assert '"GET /health HTTP/1.1" 200' in renewed.said


@pytest.fixture(scope="module")
def founded(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office that was founded."""
    from tests.e2e.test_office_restore import run

    folder = tmp_path_factory.mktemp("founded") / "office"
    made = run("-c", FOUNDED, folder, world)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Path:
    """A copy of it, to do with as one likes."""
    return shutil.copytree(founded, tmp_path / "office")


FOUNDED = """
import sys, pathlib
from hansa.office import service
print(service.make_ready(pathlib.Path(sys.argv[1]), store=pathlib.Path(sys.argv[2]), title="Ours"))
"""


def test_an_office_of_ones_own_is_founded_once(serving: Serving, world: Path, tmp_path: Path):
    folder = tmp_path / "office"
    first = serving("--home", folder, "--store", world, "--title", "Ours")
    ((name, _, _),) = PASSWORD.findall(first.said)
    assert name == "admin"
    assert "shown once" in first.said
    assert first.end() == 0
    assert first.complained == ""
    assert 'title = "Ours"' in (folder / "office.toml").read_text()
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "secret.key").stat().st_mode & 0o077 == 0
    again = serving("--home", folder)
    assert PASSWORD.findall(again.said) == []
    assert again.end() == 0


def test_an_account_gets_a_new_password_that_is_shown_once(home: Path, tmp_path: Path):
    said = [hansa("account", "Ann", "--role", "chair", "--home", home, cwd=tmp_path) for _ in range(2)]
    passwords = [PASSWORD.findall(done.stdout)[0][1] for done in said]
    assert passwords[0] != passwords[1]
    wrong = hansa("account", "Bob", "--role", "chief", "--home", home, cwd=tmp_path)
    refused(wrong, "'chief' is no known role")
    refused(
        hansa("account", "Bob", "--role", "chair", "--party", "x", "--home", home, cwd=tmp_path),
        "'x' is no known party",
    )
    refused(hansa("account", "Bob", "--party", "x", "--home", home, cwd=tmp_path), "name the role too")
    refused(hansa("account", "Bob", "--home", tmp_path, cwd=tmp_path), "This is no folder of an office")


def refused(done: subprocess.CompletedProcess[str], why: str) -> None:
    """One message that says why, and exit code 2."""
    assert done.returncode == 2, done.stderr or done.stdout
    assert done.stdout == ""
    assert done.stderr.startswith("hansa: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert why in done.stderr


def test_a_port_in_use_is_one_message(home: Path, tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        refused(hansa("serve", "--home", home, "--port", port, cwd=tmp_path), f"port {port}")
    refused(hansa("serve", "--home", home, "--host", "192.0.2.1", cwd=tmp_path), "192.0.2.1")


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ('title = "', "This is no TOML"),
        ('titel = "Ours"', "'titel' is no known setting. Nearest known: 'title'"),
        ('hosts = "example.org"', "hosts is to be a list of names"),
        ('store = "nowhere"', "There is no store here"),
        ("demo = true", "This is the folder of a demo"),
    ],
)
def test_settings_that_cannot_be_are_one_message(home: Path, tmp_path: Path, settings: str, why: str):
    (home / "office.toml").write_text(settings)
    refused(hansa("serve", "--home", home, "--port", free_port(), cwd=tmp_path), why)


def test_a_store_that_is_not_there_founds_nothing(tmp_path: Path):
    words = ("serve", "--home", tmp_path / "office", "--store", tmp_path / "nowhere", "--port", free_port())
    refused(hansa(*words, cwd=tmp_path), "There is no store here")
    assert not (tmp_path / "office").exists()
    (tmp_path / "notes.txt").write_text("mine")
    refused(hansa("serve", "--home", tmp_path, "--port", free_port(), cwd=tmp_path), "The folder holds something else")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://root@db/office", "DATABASE_URL names 'mysql'"),
        ("postgresql://hansa:secret-word@[", "DATABASE_URL cannot be read"),
        ("postgresql:///office?host=/nowhere&user=postgres&password=secret-word", "The database cannot be used"),
        ("sqlite:////nowhere/office.sqlite3", "The database cannot be used: unable to open database file"),
    ],
)
def test_a_database_that_cannot_be_reached_is_one_message(home: Path, tmp_path: Path, url: str, why: str):
    done = hansa("serve", "--home", home, "--port", free_port(), cwd=tmp_path, DATABASE_URL=url)
    refused(done, why)
    assert "secret-word" not in done.stderr


def test_a_database_that_is_none_is_one_message(home: Path, tmp_path: Path):
    for path in home.glob("office.sqlite3*"):
        path.unlink()
    (home / "office.sqlite3").write_bytes(b"a letter, and no database " * 400)
    refused(hansa("serve", "--home", home, "--port", free_port(), cwd=tmp_path), "file is not a database")


def test_sample_accounts_open_no_other_office(home: Path, tmp_path: Path):
    import sqlite3

    with sqlite3.connect(home / "office.sqlite3") as connection:
        connection.execute("UPDATE office_account SET sample = 1")
    connection.close()
    refused(
        hansa("serve", "--home", home, "--port", free_port(), cwd=tmp_path), "Sample accounts exist outside the demo"
    )


def test_what_the_options_cannot_say_together_is_refused(home: Path, tmp_path: Path):
    refused(hansa("serve", "--check", cwd=tmp_path), "with --home")
    refused(hansa("serve", "--new-passwords", "--home", home, cwd=tmp_path), "--new-passwords is for the demo")
    refused(hansa("serve", "--home", home, "--title", "Other", "--port", free_port(), cwd=tmp_path), "another title")


def test_the_check_says_what_is_to_be_mended_in_plain_words(home: Path, tmp_path: Path):
    done = hansa("serve", "--check", "--home", home, cwd=tmp_path)
    assert done.returncode == 2
    assert "The office is reached without HTTPS" in done.stdout
    assert "names no host" in done.stdout
    assert "security.W" not in done.stdout
    (home / "office.toml").write_text(
        (home / "office.toml").read_text() + 'https = true\nhosts = ["register.example.org"]\n'
    )
    done = hansa("serve", "--check", "--home", home, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "nothing to mend" in done.stdout
    home.chmod(0o755)
    done = hansa("serve", "--check", "--home", home, cwd=tmp_path)
    assert done.returncode == 2
    assert f"Run: chmod go= {home}" in " ".join(done.stdout.split())


def test_gunicorn_alone_serves_an_office(home: Path, tmp_path: Path):
    port = free_port()
    program = [
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        f"127.0.0.1:{port}",
        "--no-control-socket",
        "hansa.office.wsgi",
    ]
    with (tmp_path / f"{port}.out").open("w") as out, (tmp_path / f"{port}.err").open("w") as err:
        process = subprocess.Popen(
            program, cwd=tmp_path, env=environment(HANSA_OFFICE=str(home)), stdout=out, stderr=err, text=True
        )
    server = Server(process, port, tmp_path)
    try:
        server.wait()
        assert server.get("/health").status == 200
    finally:
        assert server.end() == 0
