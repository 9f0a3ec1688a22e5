"""How many pages an office serves in a second, with ten thousand records in its register.

An office on the sample world with a generated register is served by gunicorn as `hansa serve` does it, on SQLite and
on a PostgreSQL of its own, and asked by wrk with eight connections on the same machine. Of each page: the first
request after the start, then, when it has been asked for three seconds, as many as go (`kept`: as visitors ask, the
page is kept until something changes), and the same with an address that is another each time (`made`: every page is
made anew; the interface for programs keeps none). `--edits` asks while an editor changes a record ten times a second.
Figures go to history.csv.

    python benches/office.py                                  # both databases, 20 s for each page
    python benches/office.py --only postgresql --seconds 5 --pages home,record
"""

from __future__ import annotations

import argparse
import csv
import http.client
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from tests import cluster  # noqa: E402  after the path is set

WARM = 3  # seconds of asking before the count: each worker makes a page once, which is told as `first`
GOAL, LATEST = 100, 300  # requests per second, and milliseconds within which 99 of 100 are answered
PAGES = {
    "home": "/",
    "list": "/register/projects",
    "record": "/register/programmes/prg-7",
    "pair": "/pairs/XBR/XKA",
    "search": "/search?q=лаборатория",
    "regions": "/regions",
    "API list": "/api/v1/projects",
    "API record": "/api/v1/programmes/prg-7",
}
COUNTING = (
    'local n = 0\nrequest = function()\n  n = n + 1\n  return wrk.format("GET", wrk.path .. "{sign}n=" .. n)\nend\n'
)


@dataclass(frozen=True)
class Speed:
    """What wrk saw."""

    requests: float
    median: float
    late: float
    errors: int


def found(home: Path, store: Path, size: int) -> None:
    """An office with a register; runs in a process of its own."""
    from hansa.office import service

    service.make_ready(home, store=store, title="Bench")
    from hansa.office.ledger import commit, edits_of
    from hansa.office.permission import OFFICE
    from hansa.office.snapshot import current
    from tests.register_of_size import SAMPLE_REGIONS, generated

    register = generated(size, regions=SAMPLE_REGIONS)
    start = time.perf_counter()
    commit(OFFICE, edits_of(register, current(), draft=False), "generated")
    print(f"{len(register):,} records imported in {time.perf_counter() - start:.1f} s")


def edit_without_end(home: Path) -> None:
    """Ten changes a second, until it is stopped."""
    from dataclasses import replace

    from hansa.office import founding

    founding.enter(home)
    from hansa.office.ledger import Edit, commit
    from hansa.office.permission import OFFICE
    from hansa.office.snapshot import current

    number = 0
    while True:
        number += 1
        held = current().held["mil-3-0"]
        commit(OFFICE, [Edit("edit", "mil-3-0", replace(held.record, title=f"Step {number}"), held.tag)])
        time.sleep(0.1)


def environment(url: str | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "HANSA_OFFICE")}
    return kept | {"PYTHONPATH": str(HERE.parent)} | ({"DATABASE_URL": url} if url else {})


@contextmanager
def served(home: Path, url: str | None) -> Iterator[tuple[int, psutil.Process]]:
    """A running office: its port and its process."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    command = [sys.executable, "-m", "hansa", "serve", "--home", str(home), "--port", str(port)]
    process = subprocess.Popen(command, env=environment(url), stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 120
        while True:
            try:
                ask(port, "/health")
                break
            except OSError:
                if time.monotonic() > end or process.poll() is not None:
                    raise
                time.sleep(0.1)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def ask(port: int, path: str) -> tuple[int, int, float]:
    """Status, size and seconds of one answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    start = time.perf_counter()
    try:
        connection.request("GET", path.encode().decode("latin-1"))
        answer = connection.getresponse()
        return answer.status, len(answer.read()), time.perf_counter() - start
    finally:
        connection.close()


def wrk(port: int, path: str, seconds: int, script: Path | None) -> Speed:
    """Eight connections for some seconds."""
    words = ["wrk", "-t1", "-c8", f"-d{seconds}s", "--timeout", "30s", "--latency"]
    words += ["-s", str(script)] if script else []
    done = subprocess.run([*words, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True)
    said = done.stdout
    wrong = sum(
        int(number)
        for number in re.findall(r"(?:Non-2xx or 3xx responses: |connect |read |write |timeout )(\d+)", said)
    )
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    return Speed(float(rate[1]) if rate else 0.0, milliseconds(said, "50%"), milliseconds(said, "99%"), wrong)


def milliseconds(said: str, share: str) -> float:
    hit = re.search(rf"^\s+{share}\s+([\d.]+)(us|ms|s|m)\s*$", said, re.MULTILINE)
    return float(hit[1]) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[hit[2]] if hit else float("nan")


def measure(kind: str, home: Path, url: str | None, options: argparse.Namespace, out: csv.writer) -> None:  # type: ignore[valid-type]
    wanted = options.pages.split(",") if options.pages else list(PAGES)
    editor = None
    with served(home, url) as (port, process):
        first = {name: ask(port, quoted(PAGES[name])) for name in wanted}
        if options.edits:
            editor = subprocess.Popen([sys.executable, __file__, "--edit", str(home)], env=environment(url))
        try:
            time.sleep(options.settle)
            print(f"\n{kind}: {options.records:,} records, gunicorn 2 x 4, wrk 1 x 8, {options.seconds} s each")
            print(f"{'page':12}{'bytes':>9}{'first, s':>9}   {'':5}{'req/s':>8}{'p50 ms':>9}{'p99 ms':>9}{'errors':>8}")
            for name in wanted:
                status, size, spent = first[name]
                for way in ("kept",) if name.startswith("API") else ("kept", "made"):
                    seen = asked(port, PAGES[name], options.seconds, way)
                    goal = (
                        "" if seen.requests >= GOAL and seen.late <= LATEST and not seen.errors else "  below the goal"
                    )
                    head = f"{name:12}{size:>9,}{spent:>9.2f}" if way == "kept" else f"{'':30}"
                    if status != 200:
                        goal += f"  status {status}"
                    figures = f"{seen.requests:>8.0f}{seen.median:>9.1f}{seen.late:>9.1f}{seen.errors:>8}"
                    print(f"{head}   {way:5}{figures}{goal}", flush=True)
                    out.writerow(row(kind, name, way, options, seen, memory(process)))
            print(f"memory of the workers: {', '.join(f'{one:,.0f} MB' for one in each(process))}")
        finally:
            if editor:
                editor.terminate()
                editor.wait()


def asked(port: int, path: str, seconds: int, way: str) -> Speed:
    path = quoted(path)
    if way == "kept":
        wrk(port, path, WARM, None)
        return wrk(port, path, seconds, None)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(COUNTING.format(sign="&" if "?" in path else "?"))
        script.flush()
        return wrk(port, path, seconds, Path(script.name))


def quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="/?=&")


def row(kind: str, name: str, way: str, options: argparse.Namespace, seen: Speed, peak: float) -> list[object]:
    when, cores = time.strftime("%Y-%m-%d %H:%M", time.gmtime()), os.cpu_count()
    what = (
        f"office, {kind}, {options.records:,} records, {name} {way}: req/s {seen.requests:.0f}, p99 {seen.late:.0f} ms"
    )
    return [when, what, "gunicorn 2 x 4", cores, 1, f"{seen.median / 1000:.4f}", "", f"{peak:.0f}",
            f"{platform.machine()} {cores} cores"]  # fmt: skip


def memory(process: psutil.Process) -> float:
    """Of the largest worker, in MB."""
    return max(each(process), default=0.0)


def each(process: psutil.Process) -> list[float]:
    return [child.memory_info().rss / 1e6 for child in process.children(recursive=True)]


def main(options: argparse.Namespace) -> None:
    if shutil.which("wrk") is None:
        print("wrk is not installed here (Debian: apt install wrk); nothing was measured.")
        return
    from hansa import sample

    with tempfile.TemporaryDirectory() as place, (HERE / "history.csv").open("a", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        store = sample.build(Path(place) / "world").archive.folder
        for kind in ("sqlite", "postgresql"):
            if options.only not in (None, kind):
                continue
            home = Path(place) / kind
            with server_of(kind) as running:
                url = running.create() if running else None
                words = [sys.executable, __file__, "--found", str(home), str(store), str(options.records)]
                subprocess.run(words, env=environment(url), check=True)
                measure(kind, home, url, options, out)


@contextmanager
def server_of(kind: str) -> Iterator[cluster.Cluster | None]:
    """A PostgreSQL where one is needed."""
    if kind == "sqlite":
        yield None
        return
    with cluster.started() as running:
        yield running


if __name__ == "__main__":
    if sys.argv[1:2] == ["--found"]:
        found(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    elif sys.argv[1:2] == ["--edit"]:
        edit_without_end(Path(sys.argv[2]))
    else:
        arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        arguments.add_argument("--only", choices=("sqlite", "postgresql"))
        arguments.add_argument("--records", type=int, default=10_000)
        arguments.add_argument("--seconds", type=int, default=20)
        arguments.add_argument("--settle", type=float, default=20.0, help="seconds for the statistics to be asked")
        arguments.add_argument("--pages", help=f"some of: {', '.join(PAGES)}")
        arguments.add_argument("--edits", action="store_true", help="while a record changes ten times a second")
        main(arguments.parse_args())
