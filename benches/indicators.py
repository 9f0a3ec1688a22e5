"""Trade indicators at real size, side by side with other programs.

Each method runs in a process of its own, methods take turns, and one run prints medians, ratios and peak memory and
adds them to history.csv. Data are generated: a year of product trade, 200 regions x 200 regions x 5,000 products, from
a structure in which capable regions make what needs more. README.md says what is measured and how to read it.

    python benches/indicators.py                     # complexity, the full set and the catalogue
    python benches/indicators.py --only hundred      # 100 million rows under a memory limit of 1 GB
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
HISTORY = HERE / "history.csv"
REGIONS, PRODUCTS = 200, 5_000
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "POLARS_MAX_THREADS")
COMPLEXITY = ["hansa", "duckdb-numpy", "duckdb-sql-numpy", "pandas-numpy", "economic-complexity"]
FULL = ["hansa-full", "numpy-full", "ecomplexity"]


# --- data


def generate(path: Path, rows: int, seed: int, year: int = 2022) -> None:
    """About `rows` flows t, i, j, k, v, q.

    Region i makes product k the likelier, the more its ability exceeds what k needs; more of it goes to more markets,
    and to larger ones first.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    draw = np.random.default_rng(seed)
    ability, need = draw.beta(1.2, 2.2, REGIONS), draw.beta(2.0, 2.0, PRODUCTS)
    size, weight = np.exp(draw.normal(0, 1.8, REGIONS)), np.exp(draw.normal(0, 1.2, PRODUCTS))
    market = np.exp(draw.normal(0, 1.6, REGIONS))
    market /= market.sum()
    made = size[:, None] * weight / (1 + np.exp(9 * (need - ability[:, None] - 0.15)))
    made *= np.exp(draw.normal(0, 1.0, made.shape))
    spread = made**0.35
    reach = np.sqrt(market) / np.sqrt(market).sum()
    intensity = _intensity(spread, reach, rows)
    codes = pa.array([f"{10_000 + 17 * k:06d}" for k in range(PRODUCTS)])
    with pq.ParquetWriter(path, _schema()) as file:
        for i in range(REGIONS):
            chance = 1 - np.exp(-intensity * spread[i][:, None] * np.delete(reach, i))
            k, other = np.nonzero(draw.random(chance.shape, np.float32) < chance)
            j = other + (other >= i)
            value = np.maximum(np.round(made[i, k] * market[j] * np.exp(draw.normal(0, 1.2, len(k))) * 1e4, 3), 0.001)
            quantity = np.round(value * np.exp(draw.normal(0, 1, len(k))), 3)
            columns = [
                np.full(len(k), year, np.int16),
                np.full(len(k), i + 1, np.int32),
                (j + 1).astype(np.int32),
                codes.take(pa.array(k)),
                value,
                quantity,
            ]
            file.write_table(pa.table(columns, schema=_schema()))


def _schema() -> Any:
    import pyarrow as pa

    kinds = {"t": pa.int16(), "i": pa.int32(), "j": pa.int32(), "k": pa.string(), "v": pa.float64(), "q": pa.float64()}
    return pa.schema(list(kinds.items()))


def _intensity(spread: Any, reach: Any, rows: int) -> float:
    """The factor that gives the wanted number of rows, found by halving on a tenth of the products."""
    import numpy as np

    sample = spread[:, ::10].ravel()
    low, high = 1e-6, 1e6
    for _ in range(60):
        middle = np.sqrt(low * high)
        expected = 10 * sum((1 - np.exp(-middle * sample * share)).sum() for share in reach) * (1 - 1 / REGIONS)
        low, high = (middle, high) if expected < rows else (low, middle)
    return float(low)


# --- methods: each takes paths, and gives a few figures by which the answers are compared


def hansa(paths: list[str]) -> dict[str, Any]:
    from hansa import as_flows, indicators

    flows = as_flows(paths[0])
    eci, pci = indicators.eci(flows), indicators.pci(flows)
    return _figures(eci.to_arrow()["eci"].to_numpy(), pci.to_arrow()["pci"].to_numpy())


def hansa_full(paths: list[str]) -> dict[str, Any]:
    from hansa import as_flows, indicators

    flows = as_flows(paths[0])
    answers = {key: getattr(indicators, key)(flows) for key in ("eci", "pci", "proximity", "density", "coi", "cog")}
    columns = {key: answer.to_arrow()[key].to_numpy() for key, answer in answers.items()}
    return _figures(columns["eci"], columns["pci"], columns["density"], columns["coi"], columns["cog"])


def duckdb_numpy(paths: list[str]) -> dict[str, Any]:
    import duckdb
    import numpy as np

    engine = duckdb.connect(config={"threads": int(os.environ[THREADS[0]])})
    query = f"select i, k, sum(v) as v from read_parquet('{paths[0]}') group by i, k"
    found = engine.execute(query).fetchnumpy()
    regions, i = np.unique(found["i"], return_inverse=True)
    products, k = np.unique(np.asarray(found["k"]).astype(str), return_inverse=True)
    exports = np.zeros((len(regions), len(products)))
    exports[i, k] = found["v"]
    return _figures(*_eci_pci(_specialised(exports)))


def duckdb_sql_numpy(paths: list[str]) -> dict[str, Any]:
    import duckdb
    import numpy as np

    engine = duckdb.connect(config={"threads": int(os.environ[THREADS[0]])})
    query = f"""
        with x as (select i, k, sum(v) as v from read_parquet('{paths[0]}') group by i, k)
        select dense_rank() over (order by i) - 1 as i, dense_rank() over (order by k) - 1 as k,
               (v / sum(v) over (partition by i)) / (sum(v) over (partition by k) / sum(v) over ()) as rca
        from x"""
    found = engine.execute(query).fetchnumpy()
    rca = np.zeros((int(found["i"].max()) + 1, int(found["k"].max()) + 1))
    rca[found["i"], found["k"]] = found["rca"]
    return _figures(*_eci_pci((rca >= 1).astype(float)))


def pandas_numpy(paths: list[str]) -> dict[str, Any]:
    import pandas as pd

    table = pd.read_parquet(paths[0], columns=["i", "k", "v"]).groupby(["i", "k"], sort=False)["v"].sum().unstack()
    exports = table.fillna(0.0).sort_index().sort_index(axis=1).to_numpy()
    return _figures(*_eci_pci(_specialised(exports)))


def economic_complexity(paths: list[str]) -> dict[str, Any]:
    import economic_complexity as package
    import pandas as pd

    table = pd.read_parquet(paths[0], columns=["i", "k", "v"]).groupby(["i", "k"], sort=False)["v"].sum().unstack()
    eci, pci = package.complexity(package.rca(table.fillna(0.0)))
    return _figures(eci.sort_index().to_numpy(), pci.sort_index().to_numpy())


def numpy_full(paths: list[str]) -> dict[str, Any]:
    """What the full set costs with the P x P matrix made once, and nothing labelled."""
    import duckdb
    import numpy as np

    engine = duckdb.connect(config={"threads": int(os.environ[THREADS[0]])})
    found = engine.execute(f"select i, k, sum(v) as v from read_parquet('{paths[0]}') group by i, k").fetchnumpy()
    regions, i = np.unique(found["i"], return_inverse=True)
    products, k = np.unique(np.asarray(found["k"]).astype(str), return_inverse=True)
    exports = np.zeros((len(regions), len(products)))
    exports[i, k] = found["v"]
    M = _specialised(exports)
    eci, pci = _eci_pci(M)
    u = M.sum(0)
    phi = (M.T @ M) / np.maximum(u[:, None], u)
    density = (M @ phi) / phi.sum(0)
    coi = ((1 - M) * density) @ pci
    cog = (1 - M) * (((1 - M) * pci) @ (phi / phi.sum(0)).T)
    return _figures(eci, pci, density, coi, cog)


def ecomplexity(paths: list[str]) -> dict[str, Any]:
    import pandas as pd
    from ecomplexity import ecomplexity as package

    rows = pd.read_parquet(paths[0], columns=["t", "i", "k", "v"])
    rows = rows.groupby(["t", "i", "k"], sort=False)["v"].sum().reset_index()
    names = {"time": "t", "loc": "i", "prod": "k", "val": "v"}
    found = package(rows, names, check_logsupermodularity=False, verbose=False)
    eci = found.drop_duplicates("i").sort_values("i")["eci"].to_numpy()
    pci = found.drop_duplicates("k").sort_values("k")["pci"].to_numpy()
    return _figures(eci, pci)


def _specialised(exports: Any) -> Any:
    shares = exports / exports.sum(1, keepdims=True)
    return (shares / (exports.sum(0) / exports.sum()) >= 1).astype(float)


def _eci_pci(M: Any) -> tuple[Any, Any]:
    import numpy as np

    d, u = M.sum(1), M.sum(0)
    half = M / np.sqrt(d)[:, None] / np.sqrt(u)
    values, vectors = np.linalg.eigh(half @ half.T)
    score = vectors[:, -2] / np.sqrt(d)
    score *= np.sign(np.corrcoef(score, d)[0, 1])
    products = (M.T @ score) / u / values[-2]
    return (score - score.mean()) / score.std(), (products - score.mean()) / score.std()


def _figures(*arrays: Any) -> dict[str, Any]:
    return {"eci": [round(float(x), 6) for x in arrays[0][:4]], "pci": [round(float(x), 6) for x in arrays[1][:4]]}


# --- the whole catalogue, and a hundred million rows

PAIR = {"origin": 1, "destination": 2, "closed": 3, "lost": 3, "bloc": [1, 2, 3]}
# indicators that would give a row for each of 20 million flows are asked for one region, which is how they are used
ASKED: dict[str, dict[str, Any]] = {
    "constant_market_share": {"origin": 1},
    "imports_at_risk": {"destination": 1, "by": "product"},
    "tariff_creation_diversion": {"demand_elasticity": 1.25, "tariff": 0.1},
}


def catalogue(paths: list[str]) -> dict[str, Any]:
    """Every indicator on all regions, products and periods, one after another over the same flows."""
    from hansa import as_flows, tables
    from hansa.trade.indicators import catalogue as every

    flows, beside = as_flows(tables.connection().read_parquet(paths)), _side_tables(paths[0])
    taken: dict[str, float] = {}
    for key, indicator in every.items():
        options = dict(ASKED.get(key, {}))
        for parameter in indicator.parameters():
            if parameter.name not in options and (
                parameter.name in indicator.needs or parameter.default is parameter.empty
            ):
                options[parameter.name] = beside.get(parameter.name, PAIR.get(parameter.name))
        start = time.perf_counter()
        indicator.function(flows, **options).to_arrow()
        taken[key] = round(time.perf_counter() - start, 3)
    slowest = sorted(taken, key=taken.__getitem__, reverse=True)[:8]
    return {"indicators": len(taken), "slowest": {key: taken[key] for key in slowest}}


def _side_tables(path: str) -> dict[str, Any]:
    """Made-up tables of GDP, production, prices and tariffs for every region (and product)."""
    import duckdb
    import numpy as np
    import pyarrow as pa

    draw = np.random.default_rng(1)
    regions = np.arange(1, REGIONS + 1, dtype=np.int32)
    products = duckdb.sql(f"select distinct k from read_parquet('{path}') order by k").fetchnumpy()["k"].astype(str)
    level = {int(region): float(draw.uniform(1e12, 1e13)) for region in regions}
    rate = {int(region): float(draw.uniform(0.5, 90)) for region in regions}
    lines = {"region": np.repeat(regions, len(products)), "product": np.tile(products, len(regions))}
    tariff = pa.table(lines | {"value": draw.uniform(0, 0.3, len(regions) * len(products))})
    ntm = pa.table(lines | {"value": draw.integers(0, 2, len(regions) * len(products)).astype(float)})
    inputs = {"product": products[:100].tolist(), "input": products[100:200].tolist(), "value": [0.5] * 100}
    return {
        **dict.fromkeys(("gdp", "production"), level),
        **dict.fromkeys(("exchange_rate", "deflator"), rate),
        "tariff": tariff,
        "ntm": ntm,
        "input_share": inputs,
    }


def hundred(paths: list[str]) -> dict[str, Any]:
    """RCA of all rows, written to Parquet, in an engine that may hold 1 GB."""
    from hansa import as_flows, indicators, tables

    engine = tables.connection()
    with tempfile.TemporaryDirectory() as folder:
        engine.execute("set memory_limit = '1GB'")
        engine.execute(f"set temp_directory = '{folder}'")
        flows = as_flows(engine.read_parquet(paths))
        target = Path(folder) / "rca.parquet"
        indicators.rca(flows).table.sink_parquet(target)
        rows, mean = engine.execute(f"select count(*), avg(rca) from read_parquet('{target}')").fetchone()
    return {"rows": rows, "mean_rca": round(mean, 6)}


METHODS: dict[str, Callable[[list[str]], dict[str, Any]]] = {
    "hansa": hansa,
    "duckdb-numpy": duckdb_numpy,
    "duckdb-sql-numpy": duckdb_sql_numpy,
    "pandas-numpy": pandas_numpy,
    "economic-complexity": economic_complexity,
    "hansa-full": hansa_full,
    "numpy-full": numpy_full,
    "ecomplexity": ecomplexity,
    "catalogue": catalogue,
    "hundred": hundred,
}
NEEDS = {
    "hansa": ["hansa.trade.indicators", "pandas"],
    "pandas-numpy": ["pandas", "pyarrow.parquet"],
    "economic-complexity": ["economic_complexity", "pandas", "pyarrow.parquet"],
    "ecomplexity": ["ecomplexity", "pandas", "pyarrow.parquet"],
}


def work(method: str, paths: list[str]) -> None:
    """One method in this process, its imports done before the clock starts; prints its figures."""
    import importlib

    warnings.simplefilter("ignore")
    own = "hansa" if method in ("hansa-full", "catalogue", "hundred") else method
    for module in ["numpy", "duckdb", *NEEDS.get(own, [])]:
        # pyarrow loads pandas, where there is one, on first use: that is an import too
        importlib.import_module(module)
    if own == "hansa":
        _warm_up()
    start, cpu = time.perf_counter(), time.process_time()
    figures = METHODS[method](paths)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    print(json.dumps({"seconds": seconds, "cpu": time.process_time() - cpu, "peak_mb": peak, "figures": figures}))


def _warm_up() -> None:
    """What Hansa and its dependencies load on first use; two rows are enough for that."""
    from hansa import indicators, tables

    tables.connection().execute(f"set threads = {int(os.environ[THREADS[0]])}")
    indicators.diversity({"t": [2022, 2022], "i": [1, 2], "k": ["a", "b"], "v": [1.0, 2.0]})


# --- the run


def measure(method: str, paths: list[Path], threads: int) -> dict[str, Any]:
    """One method in a fresh process."""
    environment = {**os.environ, **dict.fromkeys(THREADS, str(threads))}
    command = [sys.executable, str(Path(__file__).resolve()), "--work", method, *map(str, paths)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{method} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def side_by_side(title: str, methods: list[str], paths: list[Path], threads: int, repeats: int) -> dict[str, dict]:
    """Methods in turn, `repeats` times (ecomplexity once: it takes a minute); prints and keeps the medians."""
    runs: dict[str, list[dict]] = {method: [] for method in methods}
    for turn in range(repeats):
        for method in methods:
            if turn == 0 or method not in ("ecomplexity", "catalogue", "hundred"):
                runs[method].append(measure(method, paths, threads))
    print(f"\n{title}, {threads} thread{'s' if threads > 1 else ''}")
    print(f"{'':22}{'median s':>9}{'CPU s':>8}{'peak MB':>9}{'ratio':>8}")
    medians = {}
    for method, done in runs.items():
        middle = {name: statistics.median(run[name] for run in done) for name in ("seconds", "cpu", "peak_mb")}
        medians[method] = middle | {"figures": done[-1]["figures"]}
        ratio = middle["seconds"] / medians[methods[0]]["seconds"]
        print(f"{method:22}{middle['seconds']:9.3f}{middle['cpu']:8.2f}{middle['peak_mb']:9.0f}{ratio:8.2f}")
        _remember(title, method, threads, len(done), middle)
    for method in methods:
        print(f"  {method}: {json.dumps(medians[method]['figures'])[:400]}")
    return medians


def _remember(title: str, method: str, threads: int, runs: int, middle: dict[str, float]) -> None:
    new = not HISTORY.exists()
    with HISTORY.open("a", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        if new:
            out.writerow(["when", "what", "method", "threads", "runs", "seconds", "cpu_seconds", "peak_mb", "machine"])
        when = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
        figures = [f"{middle[name]:.3f}" for name in ("seconds", "cpu", "peak_mb")]
        out.writerow([when, title, method, threads, runs, *figures, f"{platform.machine()} {os.cpu_count()} cores"])


def years(folder: Path, rows: int, seeds: range) -> list[Path]:
    """Generated years, made once and kept; a file is whole or absent."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, seed in enumerate(seeds):
        path = folder / f"year-{rows}-{seed}-{2022 - number}.parquet"
        if not path.exists():
            print(f"generating {path.name} ...", flush=True)
            unfinished = path.with_suffix(".part")
            generate(unfinished, rows, seed, 2022 - number)
            unfinished.rename(path)
        paths.append(path)
    return paths


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--work", nargs="+", help=argparse.SUPPRESS)
    ask.add_argument("--only", nargs="*", choices=["complexity", "full", "catalogue", "hundred"])
    ask.add_argument("--rows", type=float, default=1e7, help="rows of a generated year")
    ask.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    ask.add_argument("--repeats", type=int, default=5)
    ask.add_argument(
        "--data", type=Path, default=Path(tempfile.gettempdir()) / "hansa-bench", help="where data are kept"
    )
    ask.add_argument(
        "--files", type=Path, nargs="*", help="Parquet files with columns t, i, j, k, v instead, a year each"
    )
    given = ask.parse_args()
    if given.work:
        return work(given.work[0], given.work[1:])
    parts = given.only or ["complexity", "full", "catalogue"]
    wanted = 10 if "hundred" in parts else 2 if "catalogue" in parts else 1
    paths = given.files or years(given.data, int(given.rows), range(7, 7 + wanted))
    millions = f"{given.rows / 1e6:g} M rows"
    for threads in given.threads:
        if "complexity" in parts:
            side_by_side(f"RCA, ECI and PCI, {millions}", COMPLEXITY, paths[:1], threads, given.repeats)
        if "full" in parts:
            side_by_side(f"with proximity, density, COI and COG, {millions}", FULL, paths[:1], threads, given.repeats)
    most = max(given.threads)
    if "catalogue" in parts:
        side_by_side(f"whole catalogue, 2 x {millions}", ["catalogue"], paths[:2], most, 1)
    if "hundred" in parts:
        side_by_side(f"RCA, 10 x {millions}, memory limit 1 GB", ["hundred"], paths[:10], most, 1)


if __name__ == "__main__":
    main()
