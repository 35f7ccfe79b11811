"""How often the stated intervals of every installed method hold the truth, as the tables that the documentation shows.

`coverage.py [TRIALS [SEED [METHOD …]]]`: so many simulated units of each method, whose errors are known, and as many
draws on paper, of the errors that its budget declares. Coverage is held against 95 %: below it, by more than chance
explains, the model forgets something and the status is 1. Above it on paper, a bounded contribution rules the
uncertainty and k = 2 covers more than it says; above it on the bench alone, figures are bounds that it keeps.
"""

import sys
from collections.abc import Iterable, Sequence
from time import perf_counter

from labctl.app.methods import installed_methods
from labctl.app.paper import validate_on_paper
from labctl.app.validate import PointCoverage, Validation, validate

TRIALS = 100
STATED = 0.95
Both = tuple[Validation, Validation]
"""What a method was found to hold on its simulated bench, and on paper."""
METHODS = ("method", "units", "results", "coverage", "limits", "on paper", "wrongly passed", "wrongly failed")
CLASSES = ("method", "class of points", "points", "coverage", "lowest and highest point", "on paper", "mean error")


def main(arguments: list[str]) -> int:
    """Print a line for each method and for each class of its points; fail where the truth is held too seldom."""
    trials = int(arguments[0]) if arguments else TRIALS
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    wanted = arguments[2:] or [each.name for each in installed_methods()]
    found: list[Both] = []
    for name in wanted:
        began = perf_counter()
        on_bench, on_paper = (each(name, trials=trials, seed=seed) for each in (validate, validate_on_paper))
        found.append((on_bench, on_paper))
        print(f"{name}: {perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    print(tables(found))
    short = [each.procedure for each, _ in found if each.overall.high < STATED]
    if short:
        print(f"too seldom: {', '.join(short)}", file=sys.stderr)
    return 1 if short else 0


def tables(found: Sequence[Both]) -> str:
    """Return both tables."""
    lines = [_row(METHODS), _row("---" for _ in METHODS), *(_method(*each) for each in found)]
    lines += ["", _row(CLASSES), _row("---" for _ in CLASSES), *(line for each in found for line in _classes(*each))]
    return "\n".join(lines)


def _method(found: Validation, on_paper: Validation) -> str:
    overall, accepted, rejected = found.overall, found.false_accept, found.false_reject
    there, classes = _by_class(on_paper), _by_class(found)
    return _row(
        (
            f"`{found.procedure}`",
            f"{found.trials}",
            f"{overall.of_all}",
            f"{overall.share:.2%}",
            f"{overall.low:.2%} to {overall.high:.2%}",
            f"{_share([point for each in classes for point in there[each]]):.1%}",
            f"{accepted.hits} of {accepted.of_all}",
            f"{rejected.hits} of {rejected.of_all}",
        )
    )


def _classes(found: Validation, on_paper: Validation) -> Iterable[str]:
    """Yield a line for each result of each section: the same model at other points."""
    there = _by_class(on_paper)
    for (section, symbol), points in _by_class(found).items():
        shares = [each.covered.share for each in points]
        furthest = max((each.mean_normalised_error for each in points), key=abs)
        yield _row(
            (
                f"`{found.procedure}`",
                f"{section}, `{symbol}`",
                f"{len(points)}",
                f"{_share(points):.2%}",
                f"{min(shares):.2%}, {max(shares):.2%}",
                f"{_share(there[section, symbol]):.1%}",
                f"{furthest:+.2f} *U*",
            )
        )


def _by_class(found: Validation) -> dict[tuple[str, str], list[PointCoverage]]:
    classes: dict[tuple[str, str], list[PointCoverage]] = {}
    for each in found.points:
        classes.setdefault((each.section, each.symbol), []).append(each)
    return classes


def _share(points: Sequence[PointCoverage]) -> float:
    return sum(each.covered.hits for each in points) / sum(each.covered.of_all for each in points)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
