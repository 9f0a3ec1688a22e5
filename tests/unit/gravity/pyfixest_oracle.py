"""What pyfixest says of some models, in a process of its own: it ends the process on data it cannot take.

Run as a program it reads models from stdin and writes answers to stdout; `ask` does that for a test.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

# name of ours -> settings of theirs
CONVENTIONS = {"stata": {"k_adj": False, "G_adj": True}, "fixest": {"k_adj": True, "G_adj": True}}


def ask(models: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Coefficients and errors of models, each {"formula", "data": columns, "linear", "vcov", "weights", "offset"}."""
    told = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(list(models)),
        capture_output=True,
        text=True,
        timeout=200,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"},
    )
    assert told.returncode == 0, f"pyfixest ended with {told.returncode}: {told.stderr[-2000:]}"
    return json.loads(told.stdout)


def answer(model: Mapping[str, Any]) -> dict[str, Any]:
    """One model, at tolerances far below the differences looked for."""
    import pandas as pd
    import pyfixest as pf
    from pyfixest.demeaners import MapDemeaner

    common = {
        "fml": model["formula"],
        "data": pd.DataFrame(model["data"]),
        "vcov": model["vcov"],
        "weights": model.get("weights"),
        "fixef_rm": "none",
        "demeaner": MapDemeaner(fixef_tol=1e-13, fixef_maxiter=1_000_000, backend="rust"),
    }
    poisson = {"offset": model.get("offset"), "iwls_tol": 1e-13, "iwls_maxiter": 200, "separation_check": []}
    found: dict[str, Any] = {}
    for convention, settings in CONVENTIONS.items():
        ssc = pf.ssc(**settings)
        fit = pf.feols(**common, ssc=ssc) if model.get("linear") else pf.fepois(**common, **poisson, ssc=ssc)
        found |= {"coefficient": fit.coef().to_dict(), "rows": int(fit._N), convention: fit.se().to_dict()}
    return found


if __name__ == "__main__":
    json.dump([answer(model) for model in json.load(sys.stdin)], sys.stdout)
