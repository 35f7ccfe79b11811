"""Grubbs' test: points at a reading that scatter does not explain, and leaves the decision to a person."""

import math
from collections.abc import Sequence
from enum import Enum
from typing import Final

from attrs import frozen

from labctl.language import Text
from labctl.metrology.admission import enough, probability
from labctl.metrology.quantity import shortest
from labctl.metrology.statistics import series

_FEWEST: Final = 3


class Side(Enum):
    """Which readings are looked at; chosen before the readings are seen."""

    BOTH = "both"
    HIGH = "high"
    LOW = "low"


@frozen(kw_only=True)
class OutlierFinding:
    """What the test says of the most distant reading; no reading is left out by it."""

    place: int
    """Which reading, counted from 1; of equally distant ones the first."""
    value: float
    statistic: float
    """G, its distance from the mean in experimental standard deviations; zero when all readings are equal."""
    critical: float
    suspect: bool
    """G is above its critical value."""
    text: Text


def grubbs_critical(n: int, significance: float = 0.05, side: Side = Side.BOTH) -> float:
    """Return the critical value of G for n readings (F. E. Grubbs, Technometrics 11, 1969; GB/T 4883-2008, 7).

    From Student's t at the significance over n, halved again for both sides. At most (n − 1)/√n.
    """
    from scipy import special

    enough([0.0] * n, "readings", at_least=_FEWEST)
    level = probability(significance, "significance") / n / (2 if side is Side.BOTH else 1)
    t = float(special.stdtrit(n - 2, level)) ** 2
    return (n - 1) / math.sqrt(n) * math.sqrt(t / (n - 2 + t))


def grubbs(
    readings: Sequence[float], significance: float = 0.05, side: Side = Side.BOTH, name: str = "readings"
) -> OutlierFinding:
    """Test the reading most distant from the mean, on one side or both.

    Never drops a value: a suspect is a reason to look for a cause, and only a person rejects a reading, with the
    cause. Raises UncertaintyError for fewer than three readings or one that is not finite.
    """
    values = enough(readings, name, at_least=_FEWEST)
    found = series(values, name)
    apart = [
        {Side.BOTH: abs(value - found.mean), Side.HIGH: value - found.mean, Side.LOW: found.mean - value}[side]
        for value in values
    ]
    place = apart.index(max(apart))
    statistic = max(apart) / found.s if found.s > 0 else 0.0
    critical = grubbs_critical(len(values), significance, side)
    suspect = statistic > critical
    said = (
        Text(
            "reading {place} ({value}) is suspect: G = {g} > {critical} (Grubbs, {level} %); look for a cause, "
            "reject it only with one",
            zh="第 {place} 个读数（{value}）可疑：G = {g} > {critical}（格拉布斯，{level} %）；"
            "应查明原因，有据方可剔除",
        )
        if suspect
        else Text(
            "no reading is suspect: G = {g} ≤ {critical} (Grubbs, {level} %)",
            zh="无可疑读数：G = {g} ≤ {critical}（格拉布斯，{level} %）",
        )
    )
    return OutlierFinding(
        place=place + 1,
        value=values[place],
        statistic=statistic,
        critical=critical,
        suspect=suspect,
        text=said.filled(
            place=place + 1,
            value=shortest(values[place]),
            g=f"{statistic:.3f}",
            critical=f"{critical:.3f}",
            level=f"{100 * significance:.6g}",
        ),
    )
