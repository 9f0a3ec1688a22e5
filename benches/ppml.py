"""Gravity by PPML at real size, beside pyfixest and a floor in plain numpy.

Every side of a case is a fresh process that holds the frame; they take turns call by call, so that a busy second hits
all of them. A call goes from the frame in memory to the printed table with errors clustered by pair. One run prints
first calls, warm medians, memory, the parts of our call and the goals, and adds the medians to history.csv.

Memory: `start` is the process with its imports and the frame, before any call; `added` is what calls add to it at most
(with what Numba loads at the first call, on our side); `peak` is both, and is what the goal is about.

    three     200 regions x 30 years, 1.2 M rows, exporter-year, importer-year and directed pair
    two       the same panel with distance and borders instead of pairs
    sizes     both on 98,000 and 450,000 rows, for the curve
    agtpa     28,566 rows of the Advanced Guide with symmetric pairs; needs HANSA_DATA
    twelve    ten panels as sectors, effects crossed with them, 12 M rows; Hansa alone
    cold      fresh process from `import hansa` to the printed table of agtpa, compiled functions kept or not
    backends  what pyfixest takes and reaches with each of its demeaners, from which RIVAL was chosen

    python benches/ppml.py                                  # all but backends, about ten minutes
    python benches/ppml.py --only three agtpa --repeats 3
    python benches/ppml.py --only --plot                    # draw the newest run of history.csv again
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import functools
import gc
import importlib
import io
import itertools
import json
import math
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
HISTORY = HERE / "history.csv"
PICTURE = HERE.parent / "docs" / "images" / "gravity-time.svg"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "NUMBA_NUM_THREADS")
PARTS = ["two", "three", "sizes", "agtpa", "twelve", "cold", "backends"]
AGREE = 1e-6  # coefficients in standard errors, and errors relative to themselves
# The fastest of pyfixest's settings whose coefficients are within about 1e-8 standard errors: see `backends`.
# Demeaner, its tolerance, and that of the deviance.
RIVAL = ("rust", 1e-6, 1e-8)
TIGHT = ("rust", 1e-8, 1e-11)  # a call beside the timed ones, to which ours is compared
SETTINGS = [
    ("rust", 1e-6, 1e-6),
    RIVAL,
    ("numba", 1e-6, 1e-8),
    ("rust", 1e-8, 1e-8),
    ("lsmr", 1e-6, 1e-8),
    ("lsmr", 1e-8, 1e-8),
]


@dataclass(frozen=True)
class Case:
    """What is fitted. kind : of the model; ours : formula of Hansa; theirs : of pyfixest, if it runs.

    ratio : how many times faster than pyfixest is the goal; seconds, memory : goals in s and MB.
    """

    title: str
    kind: str
    data: str
    ours: str
    theirs: str = ""
    named: str = ""
    cluster: str = "pair"
    ratio: float = 0.0
    seconds: float = 0.0
    memory: float = 0.0


TWO, THREE = "trade ~ ln_dist + contig + rta + intl | et + it", "trade ~ rta + sanc | et + it + dpair"
NAMED_TWO = "trade ~ ln_dist + contig + rta + intl | exp^year + imp^year"
NAMED_THREE = "trade ~ rta + sanc | exp^year + imp^year + exp^imp"
AGTPA = "trade ~ rta | exporter^year + importer^year + pair_id"
SECTORS = "trade ~ rta + sanc | exp^sector^year + imp^sector^year + exp^imp^sector"
SIZES = {"small": (70, 20, 1), "middle": (150, 20, 2), "large": (200, 30, 3)}  # regions, years, seed


def _cases() -> dict[str, Case]:
    cases = {}
    for size, goal in (("small", 0.0), ("middle", 0.0), ("large", 20.0)):
        regions, years, _ = SIZES[size]
        rows = f"{regions**2 * years:,} rows"
        end = "" if size == "large" else f"-{size}"
        cases[f"two{end}"] = Case(f"PPML two-way, {rows}", "two", size, TWO, TWO, NAMED_TWO, ratio=goal)
        cases[f"three{end}"] = Case(f"PPML three-way, {rows}", "three", size, THREE, THREE, NAMED_THREE, ratio=goal)
    cases["agtpa"] = Case("PPML AGTPA, 28,566 rows", "agtpa", "agtpa", AGTPA, AGTPA, cluster="pair_id", ratio=20.0)
    cases["twelve"] = Case("PPML ten sectors, 12,000,000 rows", "", "twelve", SECTORS, seconds=30.0, memory=6000.0)
    return cases


CASES = _cases()


# --- data


def generate(regions: int, years: int, seed: int) -> Any:
    """A panel of structural gravity as a pandas frame: domestic flows too, about 3 % of the pairs never trade.

    Places lie on a square; size, distance (-0.9), border (0.45), domestic trade (2), agreements (0.3) and sanctions
    (-0.5) make the mean. Sizes drift over time. A gamma of variance 0.5 and a Poisson draw on top of it.
    """
    import numpy as np
    import pandas as pd

    draw = np.random.default_rng(seed)
    place = draw.uniform(0, 100, (regions, 2))
    apart = np.sqrt(((place[:, None] - place[None]) ** 2).sum(2))
    home = np.eye(regions, dtype=bool)
    distance = np.where(home, 3.0, np.maximum(apart, 1.0))
    border = (distance < 8) & ~home
    taste = _both_ways(draw.normal(0, 0.4 * math.sqrt(0.5), (regions, regions)))
    never = _both_ways(draw.random((regions, regions)) < 0.03) & ~home
    near = np.clip(0.6 * np.exp(-distance / 30), 0.02, 0.6)
    signed = _both_ways(np.where(draw.random(near.shape) < near, draw.integers(2, years, near.shape), 10_000))
    banned = _both_ways(np.where(draw.random(near.shape) < 0.03, draw.integers(years // 2, years, near.shape), 10_000))
    size = draw.normal(0, 1.6, regions)
    supply = size + np.cumsum(draw.normal(0.03, 0.08, (years, regions)), axis=0) + draw.normal(0, 0.3, regions)
    demand = size + np.cumsum(draw.normal(0.03, 0.08, (years, regions)), axis=0) + draw.normal(0, 0.3, regions)
    year, i, j = (a.ravel().astype(np.int32) for a in np.indices((years, regions, regions)))
    rta = ((year >= signed[i, j]) & (i != j)).astype(float)
    sanc = ((year >= banned[i, j]) & (i != j)).astype(float)
    steady = 4.2 - 0.9 * np.log(distance) + 0.45 * border + taste + 2.0 * home
    mean = np.exp(steady[i, j] + supply[year, i] + demand[year, j] + 0.3 * rta - 0.5 * sanc)
    trade = draw.poisson(mean * draw.gamma(2, 0.5, mean.size)) * ~never[i, j]
    return pd.DataFrame(
        {
            "year": year + np.int32(1990),
            "exp": i,
            "imp": j,
            "trade": trade.astype(float),
            "ln_dist": np.log(distance)[i, j],
            "contig": border[i, j].astype(float),
            "rta": rta,
            "sanc": sanc,
            "intl": (i != j).astype(float),
            "pair": np.minimum(i, j) * np.int32(regions) + np.maximum(i, j),
            "dpair": i * np.int32(regions) + j,
            "et": i * np.int32(years) + year,
            "it": j * np.int32(years) + year,
        }
    )


def _both_ways(values: Any) -> Any:
    """The upper triangle mirrored."""
    import numpy as np

    upper = np.triu(np.ones(values.shape, bool))
    return np.where(upper, values, values.T)


def data_of(name: str, folder: Path) -> Path | None:
    """The Parquet file of a case, made once; None without HANSA_DATA where it is needed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"ppml-{name}.parquet"
    if name == "agtpa":
        if "HANSA_DATA" not in os.environ:
            return None
        _keep(path, _guide)
    elif name == "twelve":
        regions, years, _ = SIZES["large"]
        _keep(path, lambda file: _stack(file, [(regions, years, seed) for seed in range(3, 13)]))
    elif name == "tiny":
        _keep(path, lambda file: _stack(file, [(12, 5, 1), (12, 5, 2)]))
    else:
        _keep(path, lambda file: generate(*SIZES[name]).to_parquet(file))
    return path


def _keep(path: Path, make: Callable[[Path], None]) -> None:
    """A file is whole or absent."""
    if not path.exists():
        print(f"making {path.name} ...", flush=True)
        make(path.with_suffix(".part"))
        path.with_suffix(".part").rename(path)


def _guide(file: Path) -> None:
    """Every fourth year of the panel of the Advanced Guide."""
    import pandas as pd

    panel = pd.read_parquet(Path(os.environ["HANSA_DATA"]) / "agtpa" / "panel_1986_2006.parquet")
    years = panel["year"].isin(range(1986, 2007, 4))
    panel.loc[years, ["exporter", "importer", "pair_id", "year", "trade", "rta"]].to_parquet(file, index=False)


def _stack(file: Path, panels: list[tuple[int, int, int]]) -> None:
    """Panels as sectors below each other, written one at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = ["year", "exp", "imp", "trade", "rta", "sanc", "pair", "dpair", "et", "it"]
    with contextlib.ExitStack() as open_files:
        out: Any = None
        for sector, panel in enumerate(panels):
            held = generate(*panel)[columns].assign(sector=sector).astype({"sector": "int32"})
            table = pa.Table.from_pandas(held, preserve_index=False)
            out = out or open_files.enter_context(pq.ParquetWriter(file, table.schema))
            out.write_table(table)


# --- sides: each takes a frame and gives the text of its table, and coefficients and errors by term

Answer = tuple[str, dict[str, float], dict[str, float]]


def hansa(case: Case, frame: Any, named: bool = False) -> Answer:
    from hansa.gravity import fit

    # errors by the rival's convention, so that they can be compared; the default one costs no more
    found = fit.ppml(case.named if named else case.ours, frame, cluster=case.cluster, convention="fixest")
    text = str(found)
    table = found.to_pandas().set_index("term")
    return text, table["coefficient"].to_dict(), table["error"].to_dict()


def pyfixest(case: Case, frame: Any, setting: tuple[str, float, float] | None = None) -> Answer:
    import pyfixest as package
    from pyfixest.demeaners import LsmrDemeaner, MapDemeaner

    backend: Any
    backend, inner, outer = setting or RIVAL
    if backend == "lsmr":
        demeaner: Any = LsmrDemeaner(fixef_atol=inner, fixef_btol=inner)
    else:
        demeaner = MapDemeaner(fixef_tol=inner, backend=backend, fixef_maxiter=100_000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of rows that it leaves out, as it should
        found = package.fepois(
            case.theirs,
            frame,
            vcov={"CRV1": case.cluster},
            demeaner=demeaner,
            iwls_tol=outer,
            iwls_maxiter=200,
            copy_data=False,
            store_data=False,
        )
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            found.summary()
    return printed.getvalue(), found.coef().to_dict(), found.se().to_dict()


def numpy_floor(case: Case, frame: Any) -> Answer:
    """The two-way model of a whole panel and no other: effects of a year are one N x N system, solved exactly."""
    import numpy as np

    names = ["ln_dist", "contig", "rta", "intl"]
    T, N, K = frame["year"].nunique(), int(frame["exp"].max()) + 1, len(names)
    place = ((frame["year"] - frame["year"].min()).to_numpy() * N + frame["exp"].to_numpy()) * N + frame[
        "imp"
    ].to_numpy()
    cube = np.empty((K + 1, T * N * N))
    for k, name in enumerate(["trade", *names]):
        cube[k, place] = frame[name].to_numpy()
    y, X = cube[0].reshape(T, N, N), cube[1:].reshape(K, T, N, N)
    mu, eta, last = 0.5 * (y + y.mean()), np.log(0.5 * (y + y.mean())), np.inf
    left = np.empty((K + 1, T, N, N))
    while True:
        target = eta + y / mu - 1
        for t in range(T):
            V, w = np.concatenate([target[None, t], X[:, t]]), mu[t]
            rows, share = w.sum(1), w / w.sum(1)[:, None]
            S = np.diag(w.sum(0)) - w.T @ share
            both = V * w
            r, c = both.sum(2), both.sum(1)
            b = np.zeros((N, K + 1))
            b[1:] = np.linalg.solve(S[1:, 1:], (c - r @ share).T[1:])  # the first importer is the reference
            a = (r - b.T @ w.T) / rows
            left[:, t] = V - a[:, :, None] - b.T[:, None, :]
        flat = left.reshape(K + 1, -1)
        weighted = flat[1:] * mu.ravel()
        H = weighted @ flat[1:].T
        beta = np.linalg.solve(H, weighted @ flat[0])
        eta = target - (flat[0] - beta @ flat[1:]).reshape(y.shape)
        mu = np.exp(eta)
        deviance = 2 * (float(np.sum(y * np.log(np.where(y > 0, y / mu, 1)))) - float((y - mu).sum()))
        if abs(deviance - last) < 1e-8 * (0.1 + abs(last)):
            break
        last = deviance
    cluster = np.empty(y.size, np.int64)
    cluster[place] = frame["pair"].to_numpy()
    scores = np.stack([np.bincount(cluster, each) for each in flat[1:] * (y - mu).ravel()])
    groups, n, k = np.unique(cluster).size, y.size, K + 2 * N * T - 1
    bread = np.linalg.inv(H)
    error = np.sqrt(np.diag(bread @ scores @ scores.T @ bread) * groups / (groups - 1) * (n - 1) / (n - k))
    text = "\n".join(f"{name:10}{x:12.6f}{e:12.6f}" for name, x, e in zip(names, beta, error, strict=True))
    return text, dict(zip(names, beta.tolist(), strict=True)), dict(zip(names, error.tolist(), strict=True))


SIDES: dict[str, Callable[..., Answer]] = {
    "hansa": hansa,
    "hansa exp^year": functools.partial(hansa, named=True),
    "pyfixest": pyfixest,
    "numpy floor": numpy_floor,
}
NEEDS = {"pyfixest": ["pyfixest.estimation.api.fepois", "numba", "formulaic"], "numpy floor": []}

# --- the parts of our call, timed from outside: module, function, what it is called

INSIDE = [
    ("hansa.gravity.design", "design", "reading"),
    ("hansa.gravity.sample", "reduce_sample", "zero groups"),
    ("hansa.gravity.layout", "arrange", "layout"),
    ("hansa.gravity.newton", "assemble", "sorting"),
    ("hansa.gravity.newton", "newton", "solve"),
    ("hansa.gravity.separation", "find", "separation"),
    ("hansa.gravity.ppml", "_solution", "fit statistics"),
    ("hansa.gravity.covariance", "sandwich", "errors"),
    ("hansa.gravity.summary", "to_text", "printing"),
]


class Clock:
    """Time spent in each part and in none of the parts that it calls."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._inner: list[float] = []

    def watch(self, module: str, function: str, part: str) -> None:
        """Put a timer around a function, under every name that modules of the room have for it."""
        real = getattr(importlib.import_module(module), function)

        @functools.wraps(real)
        def timed(*given: Any, **settings: Any) -> Any:
            self._inner.append(0.0)
            start = time.perf_counter()
            try:
                return real(*given, **settings)
            finally:
                taken = time.perf_counter() - start
                self.spent[part] = self.spent.get(part, 0.0) + taken - self._inner.pop()
                if self._inner:
                    self._inner[-1] += taken

        for name, owner in list(sys.modules.items()):
            if name.startswith("hansa.gravity"):
                for known, held in list(vars(owner).items()):
                    if held is real:
                        setattr(owner, known, timed)


# --- one side in a process of its own


def work(side: str, key: str, path: str, threads: int) -> None:
    """Hold the frame, make a call whenever a line comes in, answer each with a line."""
    answers, sys.stdout = sys.stdout, sys.stderr
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    for module in ["numpy", "pandas", "pyarrow.parquet", *NEEDS.get(side, ["hansa.gravity.fit"])]:
        importlib.import_module(module)
    import pandas as pd
    import pyarrow as pa

    frame, clock, case = pd.read_parquet(path), Clock(), CASES[key]
    pa.default_memory_pool().release_unused()  # what reading left behind is no part of the fit
    if side.startswith("hansa"):
        for watched in INSIDE:
            clock.watch(*watched)
    data, before = float(frame.memory_usage(deep=True).sum()) / 1e6, _forget_peak()
    for asked in sys.stdin:
        extra = {"setting": TIGHT} if asked.strip() == "tight" else {}
        gc.collect()
        clock.spent.clear()
        start, cpu = time.perf_counter(), time.process_time()
        text, coefficient, error = SIDES[side](case, frame, **extra)
        taken, cpu = time.perf_counter() - start, time.process_time() - cpu
        parts = clock.spent | {"rest": taken - sum(clock.spent.values())} if clock.spent else {}
        told = {"seconds": taken, "cpu": cpu, "parts": parts, "coefficient": coefficient, "error": error}
        told |= {"data": data, "before": before, "peak": _memory("VmHWM"), "lines": text.count("\n")}
        print(json.dumps(told), file=answers, flush=True)


def _memory(what: str) -> float:
    """VmRSS (resident now) or VmHWM (the most so far) in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(rf"{what}:\s+(\d+) kB", status.read_text())
        if found:
            return int(found[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def _forget_peak() -> float:
    """Let the peak start from what is resident now, which is given back: imports and the frame."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _memory("VmRSS")


class Side:
    """A process that waits for its turn."""

    def __init__(self, side: str, key: str, path: Path, threads: int) -> None:
        command = [sys.executable, str(Path(__file__).resolve()), "--work", side, key, str(path), str(threads)]
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed in `end`)
        self._process = subprocess.Popen(
            command,
            env=environment(threads),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )

    def call(self, how: str = "") -> dict[str, Any]:
        """One call, "tight" or as it is timed. RuntimeError with what the process said, where it fails."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(f"{how}\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._said.seek(0)
            raise RuntimeError(self._said.read()[-1500:] or f"ended with {self._process.returncode}")
        told: dict[str, Any] = json.loads(line)
        return told

    def end(self) -> None:
        self._process.communicate()
        self._said.close()


def environment(threads: int) -> dict[str, str]:
    """The environment of a side."""
    path = os.pathsep.join([str(HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, **dict.fromkeys(THREADS, str(threads)), "PYTHONPATH": path}


# --- the run


@dataclass(frozen=True)
class Run:
    """How this run is made, and what it adds to history.csv."""

    folder: Path
    threads: int
    repeats: int
    when: str
    faults: list[str]

    def remember(self, title: str, method: str, runs: int, seconds: float, cpu: float, peak: float) -> None:
        with HISTORY.open("a", newline="", encoding="utf-8") as file:
            figures = [f"{seconds:.4f}", f"{cpu:.3f}", f"{peak:.0f}"]
            machine = f"{platform.machine()} {os.cpu_count()} cores"
            out = csv.writer(file, lineterminator="\n")
            out.writerow([self.when, title, method, self.threads, runs, *figures, machine])


def measure(run: Run, key: str) -> None:
    """The sides of a case in turn; prints and keeps what they took."""
    case = CASES[key]
    path = data_of(case.data, run.folder)
    if path is None:
        return skip(case.title)
    names = ["hansa", *(["hansa exp^year"] if case.named and key in ("two", "three") else [])]
    names += [*(["pyfixest"] if case.theirs else []), *(["numpy floor"] if case.kind == "two" else [])]
    rounds = 1 + run.repeats if case.theirs else 1
    compile_alike(run, key, names if case.theirs else [])
    sides = {name: Side(name, key, path, run.threads) for name in names}
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    try:
        for _, name in itertools.product(range(rounds), names):
            told[name].append(sides[name].call())
        tight = sides["pyfixest"].call("tight") if "pyfixest" in sides else None
    except RuntimeError as failure:
        run.faults.append(case.title)
        print(f"\n{case.title}: FAILED\n{failure}")
        return
    finally:
        for side in sides.values():
            side.end()
    show(run, case, told, tight)


def skip(title: str) -> None:
    print(f"\n{title}: SKIPPED, set HANSA_DATA to the folder of real data", file=sys.stderr)


def show(run: Run, case: Case, told: dict[str, list[dict[str, Any]]], tight: dict[str, Any] | None) -> None:
    """The table of a case. tight : the rival's answer at its tightest, which is the one that must agree."""
    print(f"\n{case.title}, {run.threads} threads")
    print(
        f"{'':16}{'first s':>9}{'warm s':>9}{'CPU s':>8}{'ratio':>8}{'start MB':>10}{'of it frame':>12}"
        f"{'added MB':>10}{'peak MB':>9}"
    )
    warm = {name: middle([one["seconds"] for one in calls[1:] or calls]) for name, calls in told.items()}
    ours = told["hansa"][-1]
    for name, calls in told.items():
        first, last, cpu = calls[0]["seconds"], calls[-1], middle([one["cpu"] for one in calls[1:] or calls])
        print(
            f"{name:16}{first:9.3f}{warm[name]:9.3f}{cpu:8.2f}{warm[name] / warm['hansa']:8.1f}{last['before']:10.0f}"
            f"{last['data']:12.0f}{last['peak'] - last['before']:10.0f}{last['peak']:9.0f}"
        )
        run.remember(case.title, name, max(1, len(calls) - 1), warm[name], cpu, last["peak"])
    for name, calls in told.items():
        if name != "hansa":
            agree(run, case.title, name, ours, calls[-1], AGREE if name != "pyfixest" else math.inf)
    if tight:
        agree(run, case.title, "pyfixest, tight and untimed,", ours, tight, AGREE)
    parts = [one["parts"] for one in told["hansa"][1:] or told["hansa"]]
    names = list(dict.fromkeys(part for one in parts for part in one))
    spent = {part: middle([one.get(part, 0.0) for one in parts]) for part in names}
    order = [part for _, _, part in INSIDE] + ["rest"]
    print("  parts, ms   " + ", ".join(f"{part} {1000 * spent.get(part, 0.0):.1f}" for part in order))
    if case.ratio:
        ratio, rival = warm["pyfixest"] / warm["hansa"], told["pyfixest"][-1]
        goal("pyfixest takes, times ours,", ratio, case.ratio, ratio >= case.ratio)
        added = (rival["peak"] - rival["before"]) / max(ours["peak"] - ours["before"], 1.0)
        goal(
            f"peak memory, times ours, added to frame and imports {added:.1f}, whole",
            (peaks := rival["peak"] / ours["peak"]),
            2.0,
            peaks >= 2.0,
        )
    if case.seconds:
        goal("seconds", warm["hansa"], case.seconds, warm["hansa"] < case.seconds, "<")
        goal("peak MB", ours["peak"], case.memory, ours["peak"] < case.memory, "<")


def middle(values: list[float]) -> float:
    return float(statistics.median(values))


def goal(what: str, figure: float, wanted: float, met: bool, sign: str = ">=") -> None:
    print(f"  {what} {figure:.4g} (goal {sign} {wanted:g}{'' if met else ', NOT MET'})")


def distance(one: dict[str, Any], other: dict[str, Any]) -> tuple[float, float]:
    """Largest difference of coefficients in standard errors, and of errors relative to themselves."""
    terms = list(other["coefficient"])
    if sorted(terms) != sorted(one["coefficient"]):
        return math.inf, math.inf
    b = [abs(one["coefficient"][t] - other["coefficient"][t]) / other["error"][t] for t in terms]
    return max(b), max(abs(one["error"][t] / other["error"][t] - 1) for t in terms)


def agree(run: Run, title: str, name: str, one: dict[str, Any], other: dict[str, Any], most: float) -> None:
    """Print how far an answer is from ours; more than `most` is wrong."""
    coefficients, errors = distance(one, other)
    right = coefficients < most and errors < most
    print(f"  {name} differs by {coefficients:.1e} standard errors, errors by {errors:.1e}", end="")
    print("" if right else f"  WRONG: more than {most:g}")
    if not right:
        run.faults.append(f"{title}, {name}")


# --- from the start of a process

COLD = {
    "hansa": """
import time; start = time.perf_counter()
import hansa, sys
print(hansa.ppml({formula!r}, {path!r}, cluster="pair_id"))
print(time.perf_counter() - start, file=sys.__stdout__)""",
    "pyfixest": """
import time; start = time.perf_counter()
import pandas, pyfixest
from pyfixest.demeaners import MapDemeaner
demeaner = MapDemeaner(fixef_tol=1e-6, backend="rust")
pyfixest.fepois({formula!r}, pandas.read_parquet({path!r}), vcov={{"CRV1": "pair_id"}}, demeaner=demeaner,
                copy_data=False, store_data=False).summary()
print(time.perf_counter() - start)""",
}


def cold(run: Run) -> None:
    """First fit in a new process: with nothing compiled, and with what an earlier process compiled."""
    path = data_of("agtpa", run.folder)
    if path is None:
        return skip("cold start")
    print(f"\ncold start, AGTPA from its file, {run.threads} threads")
    with tempfile.TemporaryDirectory() as kept:
        empty = _fresh("hansa", path, run.threads, kept)
        turns = [
            (_fresh("hansa", path, run.threads, kept), _fresh("pyfixest", path, run.threads))
            for _ in range(run.repeats)
        ]
    warm, rival = ([turn[k] for turn in turns] for k in (0, 1))
    print(f"{'':30}{'s':>8}{'CPU s':>8}")
    for name, calls in (("hansa, nothing compiled", [empty]), ("hansa, compiled before", warm), ("pyfixest", rival)):
        seconds, cpu = middle([one[0] for one in calls]), middle([one[1] for one in calls])
        print(f"{name:30}{seconds:8.2f}{cpu:8.2f}")
        run.remember("PPML AGTPA, start to table", name, len(calls), seconds, cpu, middle([one[2] for one in calls]))
    said = [line for line in empty[3].splitlines() if line.strip()]
    print(f"  said meanwhile: {said[0] if said else 'NOTHING'}")
    goal("seconds, compiled before", warm_middle := middle([one[0] for one in warm]), 1.5, warm_middle < 1.5, "<")
    goal("seconds, nothing compiled", empty[0], 20.0, empty[0] < 20.0, "<")


def _fresh(side: str, path: Path, threads: int, kept: str | None = None) -> tuple[float, float, float, str]:
    """Seconds from the first import, CPU seconds and MB of the process, and what it said."""
    surroundings = environment(threads) | ({"NUMBA_CACHE_DIR": kept} if kept else {})
    command = [sys.executable, "-c", COLD[side].format(formula=AGTPA, path=str(path))]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen(command, env=surroundings, stdout=out, stderr=said)
        _, status, used = os.wait4(child.pid, 0)
        out.seek(0)
        said.seek(0)
        words = said.read()
        if status:
            raise SystemExit(f"{side} failed:\n{words[-1500:]}")
        memory = used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
        return float(out.read().split()[-1]), used.ru_utime + used.ru_stime, memory, words


# --- which demeaner is the rival's best


def backends(run: Run, keys: tuple[str, ...] = ("two-small", "three-small", "agtpa")) -> None:
    """Seconds of each demeaner and tolerance, and how far its coefficients are from ours."""
    for key in keys:
        case = CASES[key]
        path = data_of(case.data, run.folder)
        if path is None:
            skip(case.title)
            continue
        command = [sys.executable, str(Path(__file__).resolve()), "--backends", key, str(path)]
        subprocess.run(command, env=environment(run.threads), check=True)


def compare_backends(key: str, path: str) -> None:
    import pandas as pd

    case, frame = CASES[key], pd.read_parquet(path)
    _, b, error = hansa(case, frame)
    print(f"\npyfixest, {case.title}: warm calls, and standard errors from ours")
    print(f"{'demeaner':9}{'tolerance':>10}{'deviance':>10}{'s':>9}{'CPU s':>8}{'distance':>10}")
    for backend, inner, outer in SETTINGS:
        start, cpu = 0.0, 0.0
        now: dict[str, float] = {}
        try:
            for _ in range(2):
                start, cpu = time.perf_counter(), time.process_time()
                _, now, _ = pyfixest(case, frame, (backend, inner, outer))
        except ValueError as failure:
            print(f"{backend:9}{inner:10.0e}{outer:10.0e}  {failure}")
            continue
        taken, cpu = time.perf_counter() - start, time.process_time() - cpu
        off = max(abs(now[term] - b[term]) / error[term] for term in b)
        print(f"{backend:9}{inner:10.0e}{outer:10.0e}{taken:9.3f}{cpu:8.2f}{off:10.1e}", flush=True)


# --- time against rows


Curves = dict[tuple[str, str], list[tuple[float, float]]]


def newest() -> tuple[Curves, str]:
    """(rows, seconds) by model and method of the newest run with several sizes, and how many threads it had."""
    with HISTORY.open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["what"].startswith("PPML ") and "rows" in line["what"]]
    for when in sorted({line["when"] for line in lines}, reverse=True):
        found: Curves = {}
        threads = ""
        for line in lines:
            model, rows = line["what"].removeprefix("PPML ").removesuffix(" rows").split(", ", 1)
            if line["when"] == when and line["method"] in ("hansa", "pyfixest"):
                point = (float(rows.replace(",", "")), float(line["seconds"]))
                found.setdefault((model, line["method"]), []).append(point)
                threads = line["threads"]
        if any(len(points) > 1 for points in found.values()):
            return {key: sorted(points) for key, points in found.items()}, threads
    raise SystemExit("history.csv has no run with several sizes: python benches/ppml.py --only two three sizes")


LEFT, TOP, WIDE, HIGH = 64, 34, 470, 300
INK, MUTED, FAINT = "#24292e", "#6d7680", "#dfe3e6"
COLOUR = {"hansa": "#0f4c5c", "pyfixest": "#b06a2c"}
DASH = {"two-way": "", "three-way": "6 4"}


def plot() -> None:
    """The curve as SVG, on logarithmic axes."""
    found, threads = newest()
    points = [point for several in found.values() for point in several]
    low, high = math.floor(math.log10(min(s for _, s in points))), math.ceil(math.log10(max(s for _, s in points)))
    first, last = math.log10(2e4), math.log10(2e7)

    def at(rows: float, seconds: float) -> tuple[float, float]:
        across = (math.log10(rows) - first) / (last - first)
        return LEFT + WIDE * across, TOP + HIGH * (high - math.log10(seconds)) / (high - low)

    body = [_text(LEFT, 18, f"seconds from frame to printed table, {threads} threads, both axes logarithmic", MUTED)]
    for power in range(low, high + 1):
        _, y = at(1e5, 10.0**power)
        body.append(f'<path d="M{LEFT} {y:.1f}h{WIDE}" stroke="{FAINT}"/>')
        body.append(_text(LEFT - 8, y + 4, f"{10.0**power:g}", MUTED, "end"))
    for rows, label in ((1e5, "100,000"), (1e6, "1 million"), (1e7, "10 million rows")):
        x, _ = at(rows, 1.0)
        body.append(f'<path d="M{x:.1f} {TOP}v{HIGH}" stroke="{FAINT}"/>')
        body.append(_text(x, TOP + HIGH + 20, label, MUTED, "middle"))
    for (model, method), several in found.items():
        beside = [other[-1][1] for (_, who), other in found.items() if who == method and len(other) > 1]
        lower = several[-1][1] < max(beside) if len(several) > 1 else several[-1][0] < 1e5
        body += _line(f"{method}, {model}", COLOUR[method], DASH.get(model, ""), [at(*one) for one in several], lower)
    size = f'viewBox="0 0 {LEFT + WIDE + 130} {TOP + HIGH + 34}"'
    title = "Time of a gravity fit against rows: Hansa and pyfixest"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12" role="img">'
    PICTURE.write_text("\n".join([svg, f"<title>{title}</title>", *body, "</svg>", ""]), encoding="utf-8")
    print(f"\n{PICTURE.relative_to(HERE.parent)} written")


def _line(name: str, colour: str, dash: str, points: list[tuple[float, float]], lower: bool) -> Iterator[str]:
    """A line with its marks and its name, which stands lower where another ends above it."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    if len(points) > 1:
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
    for x, y in points:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
    x, y = points[-1]
    yield _text(x + 8, y + (16 if lower else -2), name, colour)


def _text(x: float, y: float, words: str, colour: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">{words}</text>'


def compile_alike(run: Run, key: str, names: list[str]) -> None:
    """A call of each side in a process that is thrown away, on a small panel of the same kind where there is one.

    What Numba compiles for these very types of columns then lies on disk: compiling takes seconds, and 60 to 90 MB that
    would count as memory of the fit.
    """
    small = f"{key}-small" if f"{key}-small" in CASES else key
    path = data_of(CASES[small].data, run.folder)
    for name in names:
        side = Side(name, small, path, run.threads) if path else None
        if side:
            with contextlib.suppress(RuntimeError):  # it fails again where it counts
                side.call()
            side.end()


def compile_first(run: Run) -> None:
    """Small fits in another process, so that what Numba compiles lies on disk before anything is timed."""
    path = data_of("tiny", run.folder)
    lines = ["from hansa import ppml"]
    for formula in (SECTORS, NAMED_TWO.replace("ln_dist + contig + rta + intl", "rta"), NAMED_THREE):
        lines.append(f"ppml({formula!r}, {str(path)!r}, cluster='pair', convention='fixest')")
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], env=environment(run.threads), capture_output=True, text=True
    )
    if done.returncode:
        print(f"small fits failed: {done.stderr[-600:]}", file=sys.stderr)


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--work", nargs=4, help=argparse.SUPPRESS)
    ask.add_argument("--backends", nargs=2, help=argparse.SUPPRESS)
    ask.add_argument("--only", nargs="*", choices=PARTS, help="parts to run; none: nothing is measured")
    ask.add_argument("--repeats", type=int, default=5, help="warm calls of each side")
    ask.add_argument("--threads", type=int, default=2)
    ask.add_argument("--plot", action="store_true", help="draw docs/images/gravity-time.svg")
    ask.add_argument(
        "--data", type=Path, default=Path(tempfile.gettempdir()) / "hansa-bench", help="where data are kept"
    )
    given = ask.parse_args()
    if given.work:
        work(given.work[0], given.work[1], given.work[2], int(given.work[3]))
        return 0
    if given.backends:
        compare_backends(*given.backends)
        return 0
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # tables as they come, also into a file
    run = Run(given.data, given.threads, given.repeats, time.strftime("%Y-%m-%d %H:%M", time.gmtime()), [])
    parts = PARTS[:-1] if given.only is None else [part for part in PARTS if part in given.only]
    if parts:
        compile_first(run)
    for part in parts:
        if part in ("cold", "backends"):
            {"cold": cold, "backends": backends}[part](run)
        else:
            for key in [key for key in CASES if "-" in key] if part == "sizes" else [part]:
                measure(run, key)
    if given.plot:
        plot()
    if run.faults:
        print(f"\nwrong or failed: {'; '.join(run.faults)}", file=sys.stderr)
    return 1 if run.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
