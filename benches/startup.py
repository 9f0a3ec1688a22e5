"""How long `import hansa`, `hansa --help` and making the sample world take: fresh processes, in turn with an empty one.

python benches/startup.py [RUNS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

WORLD = "import hansa.sample, tempfile\nwith tempfile.TemporaryDirectory() as t: hansa.sample.build(t + '/world')"
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import hansa": [sys.executable, "-c", "import hansa"],
    "hansa --help": [sys.executable, "-m", "hansa", "--help"],
    "sample world": [sys.executable, "-c", WORLD],
}


def main(runs: int = 15) -> None:
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, command in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            taken[name].append(1000 * (time.perf_counter() - start))
    print(f"{'ms, ' + str(runs) + ' runs':<18}{'median':>8}{'min':>8}{'max':>8}")
    for name, times in taken.items():
        print(f"{name:<18}{statistics.median(times):>8.0f}{min(times):>8.0f}{max(times):>8.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
