"""How long `labctl --help` takes beside a bare Python: medians of turns taken one after the other."""

import statistics
import subprocess
import sys
from time import perf_counter

TURNS = 21
LIMIT = 12.0  # times a bare Python; 150 ms on the laboratory's machines


def main() -> int:
    """Print both medians and their ratio; fail above the limit."""
    bare, help_ = [sys.executable, "-c", "pass"], [sys.executable, "-m", "labctl.cli", "--help"]
    times: dict[str, list[float]] = {"bare": [], "help": []}
    for _ in range(TURNS):
        times["bare"].append(seconds(bare))
        times["help"].append(seconds(help_))
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratio = medians["help"] / medians["bare"]
    print(f"python -c pass {medians['bare'] * 1e3:.0f} ms, labctl --help {medians['help'] * 1e3:.0f} ms, x {ratio:.1f}")
    return 0 if ratio <= LIMIT else 1


def seconds(command: list[str]) -> float:
    """Return the wall time of one command."""
    began = perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
