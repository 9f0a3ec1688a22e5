"""The interface of the office asked whatever its description allows, and what it forbids, by every role in turn.

On the sample world in memory; what is written stays for the next question. Prints how many questions were asked, the
statuses of the answers, and what did not keep to the description; ends with 1 where anything did not.

    python benches/office_fuzz.py --cases 20000
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--cases", type=int, default=20_000)
    wanted.add_argument("--seed", type=int, default=0)
    given = wanted.parse_args()

    from hansa import sample
    from hansa.office import founding

    founding.enter(None)
    from django.conf import settings

    folder = Path(tempfile.mkdtemp())
    settings.OFFICE = replace(settings.OFFICE, demo=True, store=sample.build(folder / "world").archive.folder)
    settings.ALLOWED_HOSTS = ["*"]
    logging.disable(logging.CRITICAL)  # what is asked wrongly is told in the answers
    founding.migrate()
    from hansa.office import demo
    from tests.unit.office import fuzz

    demo.sample_accounts()
    demo.seed()
    begun, asked, rounds = time.perf_counter(), fuzz.Asked(), 0
    while asked.cases < given.cases:
        each = 20
        one = fuzz.ask_everything(fuzz.CALLERS, examples=each, seed=given.seed + rounds)
        rounds += 1
        asked.cases += one.cases
        asked.statuses += one.statuses
        for name, told in one.failures.items():
            asked.failures.setdefault(name, []).extend(told)
        print(f"round {rounds}: {asked.cases:,} cases, {time.perf_counter() - begun:,.0f} s", flush=True)
    print(", ".join(f"{status}: {count:,}" for status, count in sorted(asked.statuses.items())))
    broken = sum(count for status, count in asked.statuses.items() if status >= 500)
    violations = {name: len(told) for name, told in asked.failures.items()}
    print(f"{asked.cases:,} cases, {broken} server errors, {sum(violations.values())} violations {violations or ''}")
    for told in asked.failures.values():
        print("\n".join(told[:5]))
    return 1 if broken or violations else 0


if __name__ == "__main__":
    sys.exit(main())
