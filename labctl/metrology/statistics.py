"""Type A statistics of a series of readings, summed exactly."""

import math
from collections.abc import Sequence

from attrs import frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.many import for_each, members_of


@frozen
class Series:
    """Mean, experimental standard deviation and number of readings, in the unit of the readings."""

    mean: float
    s: float
    n: int

    @property
    def u(self) -> float:
        """Return the standard uncertainty of the mean, s/√n (JCGM 100:2008, 4.2.3)."""
        return self.s / math.sqrt(self.n)

    @property
    def dof(self) -> float:
        """Return the degrees of freedom, n − 1."""
        return float(self.n - 1)


def mean(values: Sequence[float]) -> float:
    """Return the mean, summed exactly: the same bits whatever the order. Raises UncertaintyError when empty."""
    if members_of(values) is not None:
        return for_each(_middle, values) if len(values) > 1 else values[0]
    return _middle(values)


def series(values: Sequence[float], name: str = "readings") -> Series:
    """Return mean, s and n of at least two readings. `name` is named in a refusal.

    Raises:
        UncertaintyError: fewer than two readings, or one that is not finite.
    """
    if members_of(values) is not None:

        def spread(each: Sequence[float]) -> float:
            return series(each, name).s

        return Series(mean(values), for_each(spread, values), len(values))
    _finite(values, at_least=2, name=name)
    middle = mean(values)
    squares = math.fsum((value - middle) ** 2 for value in values)
    drift = math.fsum(value - middle for value in values)  # what rounding of the mean left over
    count = len(values)
    return Series(middle, math.sqrt(max(squares - drift * drift / count, 0.0) / (count - 1)), count)


def mean_uncertainty(values: Sequence[float], name: str = "readings") -> tuple[float, float]:
    """Return u of the mean and its degrees of freedom."""
    found = series(values, name)
    return found.u, found.dof


def pooled(groups: Sequence[Series]) -> tuple[float, float]:
    """Return the pooled standard deviation and its degrees of freedom (JCGM 100:2008, H.3.6)."""
    dof = math.fsum(group.dof for group in groups)
    if dof <= 0:
        raise UncertaintyError(
            code="too-few-readings",
            input="groups",
            problem=Text("pooling needs groups of two or more readings", zh="合并标准偏差需要每组至少两个读数"),
        )

    def together(spreads: Sequence[float]) -> float:
        return math.sqrt(math.fsum(group.dof * s**2 for group, s in zip(groups, spreads, strict=True)) / dof)

    return for_each(together, [group.s for group in groups]), dof


def _middle(values: Sequence[float]) -> float:
    _finite(values, at_least=1)
    return math.fsum(values) / len(values)


def _finite(values: Sequence[float], *, at_least: int, name: str = "readings") -> None:
    if len(values) < at_least:
        raise UncertaintyError(
            code="too-few-readings",
            input=name,
            problem=Text(
                "{found} readings, at least {needed} are needed; take more or give a repeatability figure",
                zh="只有 {found} 个读数，至少需要 {needed} 个；请增加读数或给出重复性指标",
            ).filled(found=len(values), needed=at_least),
        )
    if not all(map(math.isfinite, values)):
        raise UncertaintyError(
            code="not-finite",
            input=name,
            problem=Text(
                "a reading is not a finite number; reject it with a reason", zh="读数不是有限数；请注明原因后剔除"
            ),
        )
