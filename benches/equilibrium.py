"""Counterfactuals at real size, beside gegravity and a textbook loop in plain numpy.

Every side of a case is a fresh process that holds its data; sides take turns call by call, so that a busy second hits
all of them. One run prints warm medians, ratios, peak memory and the goals, and adds the medians to history.csv.

    guide      trade without borders, 69 countries, from the frame to the table by region, and the simulation alone:
               beside gegravity; needs HANSA_DATA
    nafta      31 regions x 40 sectors, tariffs of 1993 to 2005; beside the textbook loop; needs HANSA_DATA
    large      77 regions x 45 sectors, random
    thousands  5,000 regions, one sector: numbers alone, and from the table of flows to the table by region
    draws      1,000 draws of elasticities, 31 x 40, in two processes; needs HANSA_DATA
    sizes      cost against regions and sectors; --plot draws docs/images/equilibrium-time.svg

    python benches/equilibrium.py                        # all, about four minutes
    python benches/equilibrium.py --only guide --repeats 5
"""

from __future__ import annotations

import argparse
import csv
import gc
import io
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
HISTORY = HERE / "history.csv"
PICTURE = HERE.parent / "docs" / "images" / "equilibrium-time.svg"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PARTS = ["guide", "nafta", "large", "thousands", "draws", "sizes"]
COSTS = {"ln_DIST": -0.791, "CNTG": 0.674, "INTL_BRDR": -2.474}  # as in the example that comes with gegravity
SIGMA = 7.0
REGIONS = (50, 100, 200, 500, 1000, 2000, 5000)
SECTORS = (1, 5, 10, 20, 40, 80)


@dataclass(frozen=True)
class Case:
    """What is timed. sides : ours first; goal : seconds of ours, or how many times faster than the last side."""

    title: str
    sides: tuple[str, ...]
    seconds: float = 0.0
    ratio: float = 0.0
    memory: float = 0.0


CASES = {
    "guide": Case("69 countries, from a frame", ("hansa", "gegravity"), ratio=300),
    "guide simulate": Case("69 countries, simulation alone", ("hansa", "gegravity"), ratio=1000),
    "nafta": Case("31 regions x 40 sectors", ("hansa", "textbook"), seconds=0.060),
    "large": Case("77 regions x 45 sectors", ("hansa",), seconds=0.150),
    "thousands": Case("5,000 regions, numbers", ("hansa",), seconds=1.3, memory=1100),
    "thousands labels": Case("5,000 regions, with labels", ("hansa",), seconds=8, memory=3000),
    "draws": Case("1,000 draws, 31 x 40", ("hansa",), seconds=40),
}


# --- data


def places(count: int, seed: int = 0, home: float = 0.75) -> tuple[Any, Any]:
    """Flows of one sector between random places, and how costs change: a bloc forms, some markets close."""
    import numpy as np

    draw = np.random.default_rng(seed)
    where, size = draw.normal(size=(count, 2)), np.exp(draw.normal(0, 1.5, count))
    apart = np.hypot(where[:, None, 0] - where[None, :, 0], where[:, None, 1] - where[None, :, 1]) + 0.1
    flow = size[:, None] * size * apart**-1.1 * np.exp(0.4 * draw.normal(size=(count, count)))
    own = np.arange(count)
    flow[own, own] = 0.0
    share = np.clip(home + 0.1 * draw.normal(size=count), 0.3, 0.97)
    flow[own, own] = flow.sum(0) * share / (1 - share)
    order = draw.permutation(count)
    bloc, lost, closing = order[: count // 4], order[count // 4 :][: max(2, count // 50)], order[-(count // 3) :]
    reach = np.ones((count, count))
    reach[np.ix_(bloc, bloc)] = 0.9**-5.0
    reach[np.ix_(lost, closing)] = 0.0
    reach[own, own] = 1.0
    return flow, reach


def many_sectors(regions: int, sectors: int, seed: int = 0) -> tuple[Any, Any]:
    """A random economy with inputs and tariffs, and its tariffs after a quarter form a union."""
    import numpy as np

    from hansa.equilibrium import caliendo_parro

    draw = np.random.default_rng(seed)
    value_added = draw.uniform(0.3, 0.7, (sectors, regions))
    inputs = draw.gamma(0.5, size=(sectors, sectors, regions)) + np.eye(sectors)[:, :, None]
    inputs *= (1 - value_added) / inputs.sum(0)
    final = draw.dirichlet(np.ones(sectors), regions).T
    elasticity, income = draw.uniform(2, 10, sectors), np.exp(draw.normal(0, 1.5, regions))
    share = income[None, :, None] * np.exp(draw.normal(0, 1.5, (sectors, regions, regions)))
    own = np.arange(regions)
    share[:, own, own] *= 30 * np.sqrt(regions)
    share /= share.sum(1, keepdims=True)
    tariff = draw.uniform(0, 0.25, (sectors, regions, regions)) * (1 - np.eye(regions))
    after = tariff.copy()
    after[:, : max(2, regions // 4), : max(2, regions // 4)] = 0.0
    deficit = 0.03 * income * draw.normal(size=regions)
    deficit -= income * (deficit.sum() / income.sum())
    model = caliendo_parro.Model(
        share=share, tariff=tariff, inputs=inputs if sectors > 1 else None,
        value_added=value_added if sectors > 1 else np.ones((1, regions)), final=final, elasticity=elasticity,
        wage_income=income, deficit=deficit, spending=2 * final * income,
    )  # fmt: skip
    return model, after


def guide() -> Any:
    import pandas as pd

    frame = pd.read_parquet(Path(os.environ["HANSA_DATA"]) / "agtpa" / "ch2_trade_without_borders_2006.parquet")
    return frame[["exporter", "importer", "trade", "E", "Y", *COSTS]].assign(year="2006")


def nafta() -> tuple[Any, Any]:
    """The economy of 1993 without aggregate deficits, and the tariffs of 2005 inside NAFTA as a scenario."""
    import pyarrow.parquet as pq

    from hansa import Economy, Scenario
    from hansa.production import read_long
    from hansa.scenario import TariffRow, TariffSchedule

    folder = Path(os.environ["HANSA_DATA"]) / "cp2015"
    rows = pq.read_table(folder / "trade.parquet").to_pylist()
    changed = [row for row in rows if row["tariff_cfl"] != row["tariff_bln"]]
    schedule = [TariffRow(row["exporter"], row["importer"], row["sector"], row["tariff_cfl"]) for row in changed]
    return Economy.from_table(read_long(folder), deficit="zero"), Scenario("NAFTA", (TariffSchedule(tuple(schedule)),))


# --- sides: each makes a function that is called over and over, and gives figures that must agree


def side_guide() -> Callable[[], Any]:
    from hansa import Economy, Scenario, simulate
    from hansa.scenario import TradeEffect, Where

    frame = guide()
    open_ = Scenario("no borders", (TradeEffect(Where(), COSTS["INTL_BRDR"], -1.0, term="INTL_BRDR"),))

    def call() -> Any:
        economy = Economy.from_estimates(frame, COSTS, output="Y", expenditure="E", elasticity=SIGMA - 1)
        after = simulate(economy, open_, deficit="share")
        after.regions()
        return [after.residual]

    return call


def side_guide_simulate() -> Callable[[], Any]:
    from hansa import Economy, Scenario, simulate
    from hansa.scenario import TradeEffect, Where

    economy = Economy.from_estimates(guide(), COSTS, output="Y", expenditure="E", elasticity=SIGMA - 1)
    open_ = Scenario("no borders", (TradeEffect(Where(), COSTS["INTL_BRDR"], -1.0, term="INTL_BRDR"),))
    return lambda: [simulate(economy, open_, deficit="share").residual]


def side_guide_gegravity() -> Callable[[], Any]:
    model, shocked = _gegravity()

    def call() -> Any:
        build, shock = model(), shocked
        build.define_experiment(shock(build))
        build.simulate(ge_max_iter=5000)
        prices = build.country_results["factory gate price change (percent)"]
        return [float((prices <= -100).sum())]

    return _quiet(call)


def side_guide_simulate_gegravity() -> Callable[[], Any]:
    model, shocked = _gegravity()

    def call() -> Any:
        built = model()  # a model can be simulated once: it renames its reference country
        built.define_experiment(shocked(built))
        start = time.perf_counter()
        built.simulate(ge_max_iter=5000)
        return {"seconds": time.perf_counter() - start}

    return _quiet(call)


def _gegravity() -> tuple[Callable[[], Any], Callable[[Any], Any]]:
    import gegravity
    import pandas as pd

    costs = pd.DataFrame(list(COSTS.items()), columns=["variable", "beta"])

    def model() -> Any:
        frame = guide()
        baseline = gegravity.BaselineData(
            frame, exp_var_name="exporter", imp_var_name="importer", year_var_name="year", trade_var_name="trade",
            expend_var_name="E", output_var_name="Y",
        )  # fmt: skip
        built = gegravity.OneSectorGE(
            baseline=baseline, year="2006", sigma=SIGMA, reference_importer="ZZZ", cost_variables=list(COSTS),
            cost_coeff_values=gegravity.CostCoeffs(costs, identifier_col="variable", coeff_col="beta"),
        )  # fmt: skip
        built.build_baseline(mr_max_iter=5000, omr_rescale=1000)
        return built

    def shocked(built: Any) -> Any:
        return built.baseline_data.assign(INTL_BRDR=0)

    return model, shocked


def _quiet(call: Callable[[], Any]) -> Callable[[], Any]:
    def silent() -> Any:
        with redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return call()

    return silent


def side_nafta() -> Callable[[], Any]:
    from hansa import simulate

    economy, scenario = nafta()
    return lambda: simulate(economy, scenario, deficit="zero").outcome.wage_hat.tolist()  # noqa: PLW0108 (each call solves anew)


def side_nafta_textbook() -> Callable[[], Any]:
    from hansa.equilibrium import shock

    economy, scenario = nafta()
    tariff = shock.compile(economy, scenario).tariff
    return partial(textbook, economy, tariff)


def side_large() -> Callable[[], Any]:
    from hansa.equilibrium import caliendo_parro

    model, after = many_sectors(77, 45)
    return lambda: caliendo_parro.solve(model, tariff=after).wage_hat.tolist()  # noqa: PLW0108 (each call solves anew)


def textbook(model: Any, after: Any, tolerance: float = 1e-7) -> Any:
    """The loops that the literature describes: prices inside, spending by a linear solve, wages damped outside.

    Caliendo and Parro 2015, section 5; Alvarez and Lucas 2007.
    """
    import numpy as np

    theta, income, deficit = model.elasticity[:, None], model.wage_income, model.deficit
    change = ((1 + after) / (1 + model.tariff)) ** -theta[:, :, None]
    wage, price = np.ones(len(income)), np.ones_like(model.value_added)
    inputs = np.zeros((1, 1, len(income))) if model.inputs is None else model.inputs
    for _ in range(5000):
        for _ in range(500):
            cost = np.exp(model.value_added * np.log(wage) + np.einsum("kln,kn->ln", inputs, np.log(price)))
            reach = model.share * change * (cost**-theta)[:, :, None]
            new = reach.sum(1) ** (-1 / theta)
            gap, price = np.abs(new / price - 1).max(), new
            if gap < tolerance:
                break
        share = reach / reach.sum(1, keepdims=True)
        net = share / (1 + after)
        spending = _spending(net, model, inputs, wage * income + deficit)
        output = np.einsum("kin,kn->ki", net, spending)
        sold = (model.value_added * output).sum(0)
        excess = (sold - wage * income) / income
        if np.abs(excess).max() < tolerance:
            return wage.tolist()
        wage = wage * (1 + 0.5 * excess / wage)
        wage *= income.sum() / (wage * income).sum()
    raise RuntimeError("the textbook loop did not settle")


def _spending(net: Any, model: Any, inputs: Any, income: Any) -> Any:
    """Spending by sector and region that demand for inputs and for final goods add up to, tariffs handed back."""
    import numpy as np

    spending = np.array(model.spending)
    for _ in range(2000):
        output = np.einsum("kin,kn->ki", net, spending)
        revenue = (spending * (1 - net.sum(1))).sum(0)
        new = np.einsum("kln,ln->kn", inputs, output) + model.final * (income + revenue)
        gap, spending = np.abs(new - spending).max() / spending.max(), new
        if gap < 1e-10:
            break
    return spending


def side_thousands() -> Callable[[], Any]:
    from hansa.equilibrium import armington

    flow, reach = places(5000)
    output, spending = flow.sum(1), flow.sum(0)
    flow /= spending
    return lambda: [armington.solve(flow, output, spending - output, 5.0, reach=reach).residual]


def side_thousands_labels() -> Callable[[], Any]:
    import numpy as np
    import pyarrow as pa

    from hansa import Economy, Scenario, simulate
    from hansa.scenario import TradeCost, Where

    count = 5000
    flow, _ = places(count)
    names = pa.array([f"R{place:04d}" for place in range(count)])
    number = np.arange(count, dtype=np.int32)
    table = pa.table(
        {
            "origin": pa.DictionaryArray.from_arrays(np.repeat(number, count), names),
            "destination": pa.DictionaryArray.from_arrays(np.tile(number, count), names),
            "value": flow.ravel(),
        }
    )
    del flow
    bloc = tuple(names.to_pylist()[: count // 4])
    scenario = Scenario("a bloc forms", (TradeCost(Where(bloc, bloc), 0.9),))

    def call() -> Any:
        after = simulate(Economy.from_flows(table, elasticity=5.0), scenario)
        return [float(len(after.regions().rows()))]

    return call


def side_draws() -> Callable[[], Any]:
    from concurrent.futures import ProcessPoolExecutor

    from hansa.equilibrium import draws

    economy, scenario = nafta()

    def call() -> Any:
        with ProcessPoolExecutor(2) as workers:
            drawn = draws(economy, scenario, draws=1000, deficit="zero", executor=workers)
        return [float(len(drawn.regions().rows()))]

    return call


SIDES: dict[tuple[str, str], Callable[[], Callable[[], Any]]] = {
    ("guide", "hansa"): side_guide,
    ("guide", "gegravity"): side_guide_gegravity,
    ("guide simulate", "hansa"): side_guide_simulate,
    ("guide simulate", "gegravity"): side_guide_simulate_gegravity,
    ("nafta", "hansa"): side_nafta,
    ("nafta", "textbook"): side_nafta_textbook,
    ("large", "hansa"): side_large,
    ("thousands", "hansa"): side_thousands,
    ("thousands labels", "hansa"): side_thousands_labels,
    ("draws", "hansa"): side_draws,
}


def work(key: str, side: str) -> None:
    """Hold the data, make a call whenever a line comes in, answer each with a line."""
    answers, sys.stdout = sys.stdout, sys.stderr
    call = SIDES[key, side]()
    gc.collect()
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    for _ in sys.stdin:
        start, cpu = time.perf_counter(), time.process_time()
        figures = call()
        told = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "peak": _peak()}
        told |= figures if isinstance(figures, dict) else {"figures": figures}  # a side may time a part itself
        print(json.dumps(told), file=answers, flush=True)


def _peak() -> float:
    """The most memory that was resident since the data were there, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024 / 1e6


class Side:
    """A process that waits for its turn."""

    def __init__(self, key: str, side: str, threads: int) -> None:
        path = os.pathsep.join([str(HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed in `end`)
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), "--work", key, side],
            env={**os.environ, **dict.fromkeys(THREADS, str(threads)), "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )

    def call(self) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write("\n")
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


# --- the run


def measure(key: str, repeats: int, threads: int, when: str) -> bool:
    """The sides of a case in turn; prints and keeps what they took. Whether the goals are met and the figures agree."""
    case = CASES[key]
    sides = {name: Side(key, name, threads) for name in case.sides}
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in sides}
    rounds = 1 + (1 if key in ("draws", "thousands labels") else repeats)
    try:
        for _ in range(rounds):
            for name, side in sides.items():
                for _ in range(1 if name != "hansa" or case.seconds >= 1 else 10):
                    told[name].append(side.call())
    except RuntimeError as failure:
        print(f"\n{case.title}: FAILED\n{failure}")
        return False
    finally:
        for side in sides.values():
            side.end()
    print(f"\n{case.title}, {threads} thread{'s' * (threads > 1)}")
    print(f"{'':12}{'first s':>10}{'warm s':>10}{'CPU s':>9}{'ratio':>9}{'peak MB':>9}")
    warm = {name: statistics.median(one["seconds"] for one in calls[1:]) for name, calls in told.items()}
    for name, calls in told.items():
        cpu = statistics.median(one["cpu"] for one in calls[1:])
        ratio, peak = warm[name] / warm["hansa"], calls[-1]["peak"]
        print(f"{name:12}{calls[0]['seconds']:10.4f}{warm[name]:10.4f}{cpu:9.4f}{ratio:9.1f}{peak:9.0f}")
        remember(when, case.title, name, threads, len(calls) - 1, warm[name], cpu, peak)
    return _judged(case, warm, told)


def _judged(case: Case, warm: dict[str, float], told: dict[str, list[dict[str, Any]]]) -> bool:
    met = True
    if case.seconds:
        met &= warm["hansa"] <= case.seconds
        print(f"goal {case.seconds:g} s: {'met' if warm['hansa'] <= case.seconds else 'MISSED'}")
    if case.ratio:
        ratio = warm[case.sides[-1]] / warm["hansa"]
        met &= ratio >= case.ratio
        print(f"goal {case.ratio:g} times {case.sides[-1]}: {'met' if ratio >= case.ratio else 'MISSED'}")
    if case.memory:
        peak = told["hansa"][-1]["peak"]
        met &= peak <= case.memory
        print(f"goal {case.memory:g} MB: {'met' if peak <= case.memory else 'MISSED'}")
    if "textbook" in told:
        ours, theirs = (told[name][-1]["figures"] for name in ("hansa", "textbook"))
        apart = max(abs(one / other - 1) for one, other in zip(ours, theirs, strict=True))
        met &= apart < 1e-5
        print(f"wages apart from the textbook loop, which stops at 1e-7: {apart:.0e}{'' if apart < 1e-5 else ' WRONG'}")
    if "gegravity" in told and (bad := sum(told["gegravity"][-1].get("figures", []))):
        print(f"gegravity reports {bad:.0f} countries with prices that are not positive as solved")
    return met


def remember(
    when: str, title: str, method: str, threads: int, runs: int, seconds: float, cpu: float, peak: float
) -> None:
    with HISTORY.open("a", newline="", encoding="utf-8") as file:
        machine = f"{platform.machine()} {os.cpu_count()} cores"
        row = [when, title, method, threads, runs, f"{seconds:.5f}", f"{cpu:.4f}", f"{peak:.0f}", machine]
        csv.writer(file, lineterminator="\n").writerow(row)


def sizes(threads: int, when: str) -> dict[str, list[tuple[int, float]]]:
    """Seconds of the number layer against the number of regions (one sector) and of sectors (31 and 77 regions)."""
    os.environ.update(dict.fromkeys(THREADS, str(threads)))
    from hansa.equilibrium import armington, caliendo_parro

    curves: dict[str, list[tuple[int, float]]] = {"one sector": [], "31 regions": [], "77 regions": []}
    print(f"\ncost against size, {threads} threads (regions or sectors: seconds)")
    for count in REGIONS:
        flow, reach = places(count)
        output, spending = flow.sum(1), flow.sum(0)
        flow /= spending
        taken = _best(lambda: armington.solve(flow, output, spending - output, 5.0, reach=reach))  # noqa: B023
        curves["one sector"].append((count, taken))
        remember(when, f"{count:,} regions, one sector", "hansa", threads, 3, taken, taken, 0)
    for regions in (31, 77):
        for sectors in SECTORS:
            model, after = many_sectors(regions, sectors)
            taken = _best(lambda: caliendo_parro.solve(model, tariff=after))  # noqa: B023
            curves[f"{regions} regions"].append((sectors, taken))
            remember(when, f"{regions} regions, {sectors} sectors", "hansa", threads, 3, taken, taken, 0)
    for name, points in curves.items():
        print(f"{name:12}" + "  ".join(f"{count:,}: {taken:.4f}" for count, taken in points))
    return curves


def _best(call: Callable[[], Any]) -> float:
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def plot(curves: dict[str, list[tuple[int, float]]]) -> None:
    """Two panels on logarithmic axes, drawn as SVG by hand."""
    from math import log10

    width, height, left, top, side = 720, 330, 60, 40, 270
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        'font-size="12" role="img" aria-label="Seconds of a counterfactual against regions and sectors">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    panels = [
        ("regions, one sector", ["one sector"]),
        ("sectors, with inputs and tariffs", ["31 regions", "77 regions"]),
    ]
    for number, (label, names) in enumerate(panels):
        x0 = left + number * (side + 80)
        points = [point for name in names for point in curves[name]]
        low, high = log10(min(c for c, _ in points)), log10(max(c for c, _ in points))

        def at(count: float, taken: float, x0: int = x0, low: float = low, high: float = high) -> tuple[float, float]:
            x = x0 + side * (log10(count) - low) / (high - low)
            return x, top + 230 * (1 - (log10(taken) + 4) / 5)

        out.append(f'<text x="{x0 + side / 2}" y="{top + 275}" text-anchor="middle">{label}</text>')
        for power in range(-4, 2):
            y = at(10**low, 10.0**power)[1]
            out.append(f'<path d="M{x0},{y:.1f}h{side}" stroke="#ddd"/>')
            out.append(f'<text x="{x0 - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>')
        for count in sorted({c for c, _ in points}):
            out.append(f'<text x="{at(count, 1)[0]:.1f}" y="{top + 248}" text-anchor="middle">{count:,}</text>')
        for colour, name in zip(("#1f4e79", "#b5541c"), names, strict=False):
            marks = [at(count, taken) for count, taken in curves[name]]
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in marks)
            out.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
            out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in marks]
            (x, y), below = marks[-1], 18 if name == "31 regions" else -8
            out.append(f'<text x="{x:.1f}" y="{y + below:.1f}" text-anchor="end" fill="{colour}">{name}</text>')
    out.append(f'<text x="{left}" y="20" font-size="14">Seconds of one counterfactual</text></svg>')
    PICTURE.write_text("\n".join(out) + "\n", encoding="utf-8")
    print(f"drawn: {PICTURE.relative_to(HERE.parent)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--plot", action="store_true", help="draw docs/images/equilibrium-time.svg from `sizes`")
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work(*asked.work)
        return 0
    when, good = datetime.now(UTC).strftime("%Y-%m-%d %H:%M"), True
    for part in asked.only:
        if part == "sizes":
            curves = sizes(asked.threads, when)
            if asked.plot:
                plot(curves)
        elif part in ("guide", "nafta", "draws") and not os.environ.get("HANSA_DATA"):
            print(f"\n{part}: SKIPPED, set HANSA_DATA to the folder of real data", file=sys.stderr)
        else:
            for key in CASES:
                if key.split()[0] == part:
                    good &= measure(key, asked.repeats, asked.threads, when)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
