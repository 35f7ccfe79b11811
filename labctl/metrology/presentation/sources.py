"""A budget by what its contributions rest on: which certificate, specification or series of readings to improve."""

import math
from typing import Final

from attrs import frozen

from labctl.language import Text
from labctl.metrology.budget import Budget


@frozen
class Share:
    """What all contributions from one source add to a result; negative where correlation takes away from it."""

    source: Text
    percent: float
    rows: int
    u: float
    """The standard uncertainty that this share of the variance is, in the unit of the result."""


def by_source(budget: Budget) -> tuple[Share, ...]:
    """Return the shares of each source, the largest first; together they are 100 % as the rows are."""
    percents: dict[str, list[float]] = {}
    for row in budget.rows:
        percents.setdefault(row.source, []).append(row.percent)
    found = [
        Share(Text(source, zh=source) if source else _UNNAMED, math.fsum(each), len(each), _part(budget, each))
        for source, each in percents.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.percent, each.source.en)))


def _part(budget: Budget, percents: list[float]) -> float:
    share = math.fsum(percents) / 100
    return math.copysign(math.sqrt(abs(share)) * budget.u, share)


_UNNAMED: Final = Text("(no source stated)", zh="（未注明依据）")
