"""How often the stated intervals of every installed method hold the truth, as the tables that the documentation shows.

`coverage.py [TRIALS [SEED [METHOD …]]]`: so many simulated units of each method, whose errors are known. Coverage is
held against 95 %: below it, by more than chance explains, the model forgets something and the status is 1. Above it,
a bounded contribution rules the uncertainty, and k = 2 covers more than it says.
"""

import sys
from collections.abc import Iterable, Sequence
from time import perf_counter

from labctl.app.methods import installed_methods
from labctl.app.validate import PointCoverage, Validation, validate

TRIALS = 100
STATED = 0.95
METHODS = ("method", "units", "results", "coverage", "limits", "wrongly passed", "wrongly failed")
CLASSES = ("method", "class of points", "points", "coverage", "lowest and highest point", "mean error")


def main(arguments: list[str]) -> int:
    """Print a line for each method and for each class of its points; fail where the truth is held too seldom."""
    trials = int(arguments[0]) if arguments else TRIALS
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    wanted = arguments[2:] or [each.name for each in installed_methods()]
    found: list[Validation] = []
    for name in wanted:
        began = perf_counter()
        found.append(validate(name, trials=trials, seed=seed))
        print(f"{name}: {perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    print(tables(found))
    short = [each.procedure for each in found if each.overall.high < STATED]
    if short:
        print(f"too seldom: {', '.join(short)}", file=sys.stderr)
    return 1 if short else 0


def tables(found: Sequence[Validation]) -> str:
    """Return both tables."""
    lines = [_row(METHODS), _row("---" for _ in METHODS), *(_method(each) for each in found)]
    lines += ["", _row(CLASSES), _row("---" for _ in CLASSES), *(line for each in found for line in _classes(each))]
    return "\n".join(lines)


def _method(found: Validation) -> str:
    overall, accepted, rejected = found.overall, found.false_accept, found.false_reject
    return _row(
        (
            f"`{found.procedure}`",
            f"{found.trials}",
            f"{overall.of_all}",
            f"{overall.share:.2%}",
            f"{overall.low:.2%} to {overall.high:.2%}",
            f"{accepted.hits} of {accepted.of_all}",
            f"{rejected.hits} of {rejected.of_all}",
        )
    )


def _classes(found: Validation) -> Iterable[str]:
    """Yield a line for each result of each section: the same model at other points."""
    classes: dict[tuple[str, str], list[PointCoverage]] = {}
    for each in found.points:
        classes.setdefault((each.section, each.symbol), []).append(each)
    for (section, symbol), points in classes.items():
        shares = [each.covered.share for each in points]
        hits, of_all = sum(each.covered.hits for each in points), sum(each.covered.of_all for each in points)
        furthest = max((each.mean_normalised_error for each in points), key=abs)
        yield _row(
            (
                f"`{found.procedure}`",
                f"{section}, `{symbol}`",
                f"{len(points)}",
                f"{hits / of_all:.2%}",
                f"{min(shares):.2%}, {max(shares):.2%}",
                f"{furthest:+.2f} *U*",
            )
        )


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
