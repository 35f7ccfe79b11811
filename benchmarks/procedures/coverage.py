"""How often the stated intervals of every installed method hold the truth, as the table that the documentation shows.

`coverage.py [TRIALS [SEED [METHOD …]]]`: so many simulated units of each method, whose errors are known. Coverage is
held against 95 %: below it, by more than chance explains, the model forgets something and the status is 1. Above it,
a bounded contribution rules the uncertainty, and k = 2 covers more than it says.
"""

import sys
from time import perf_counter

from labctl.app.methods import installed_methods
from labctl.app.validate import Validation, validate

TRIALS = 100
STATED = 0.95


def main(arguments: list[str]) -> int:
    """Print a line for each method; fail where an interval holds the truth too seldom."""
    trials = int(arguments[0]) if arguments else TRIALS
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    wanted = arguments[2:] or [each.name for each in installed_methods()]
    print(f"{trials} simulated units of each method, seed {seed}; limits at 95 % confidence\n")
    print("| method | units | results | coverage | limits | lowest point | wrongly passed | wrongly failed |")
    print("|---|---|---|---|---|---|---|---|")
    short: list[str] = []
    for name in wanted:
        began = perf_counter()
        found = validate(name, trials=trials, seed=seed)
        print(line(found), flush=True)
        print(f"{name}: {(perf_counter() - began) / trials:.2f} s a unit", file=sys.stderr)
        if found.overall.high < STATED:
            short.append(name)
    if short:
        print(f"\ntoo seldom: {', '.join(short)}")
    return 1 if short else 0


def line(found: Validation) -> str:
    """Return a method's line of the table."""
    overall = found.overall
    lowest = min(found.points, key=lambda each: each.covered.share)
    accepted, rejected = found.false_accept, found.false_reject
    cells = (
        f"`{found.procedure}`",
        str(found.trials),
        str(overall.of_all),
        f"{overall.share:.1%}",
        f"{overall.low:.1%} to {overall.high:.1%}",
        f"{lowest.covered.share:.0%}",
        f"{accepted.hits} of {accepted.of_all}",
        f"{rejected.hits} of {rejected.of_all}",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
