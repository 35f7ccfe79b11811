"""How long ten thousand trials of the DMM method take on two cores: loopback, and one in a thousand over real wires."""

import sys
from time import perf_counter
from typing import Final

from labctl.app.validate import ONE_IN, validate

METHOD: Final = "dmm-dc-voltage"
TRIALS: Final = 10_000
CORES: Final = 2
LIMIT: Final = 120.0  # seconds


def main() -> int:
    """Print what the trials took and found; fail above the limit."""
    began = perf_counter()
    found = validate(METHOD, trials=TRIALS, seed=1, workers=CORES)
    took = perf_counter() - began
    overall = found.overall
    print(
        f"{TRIALS} trials of {METHOD} on {CORES} cores, {TRIALS // ONE_IN} of them over real wires too, "
        f"in {took:.0f} s (limit {LIMIT:g} s): {overall.share:.2%} of {overall.of_all} intervals held the truth"
    )
    return 0 if took <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
