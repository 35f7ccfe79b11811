"""Coverage: the factor k that turns a standard uncertainty into an interval of stated probability."""

import math
from functools import lru_cache
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.quantity import shortest

PROBABILITY: Final = 0.9545


@frozen
class CoveragePolicy:
    """How k is chosen: Student's t at the effective degrees of freedom, or one fixed number."""

    probability: float = PROBABILITY
    fixed: float | None = None
    """k whatever the degrees of freedom; None: t(ν_eff)."""
    truncated: bool = False
    """Take ν_eff down to the next whole number first (JCGM 100:2008, G.4.1), as printed tables need."""
    dominant: bool = False
    """Where one or two bounded contributions rule the variance, k of their shape (EA-4/02 M:2022, S9 and S10)."""

    simulated: str = ""
    """Which interval of a Monte Carlo calculation gave U, "symmetric" or "shortest"; see `montecarlo.coverage`."""

    def __attrs_post_init__(self) -> None:
        """Refuse a probability or a factor that means nothing."""
        if not 0 < self.probability < 1:
            raise UncertaintyError(
                code="probability-out-of-range",
                input="probability",
                problem=Text("a coverage probability lies between 0 and 1", zh="包含概率应在 0 与 1 之间"),
            )
        if self.fixed is not None and not (self.fixed > 0 and math.isfinite(self.fixed)):
            raise UncertaintyError(
                code="k-not-positive",
                input="k",
                problem=Text("a coverage factor is positive", zh="包含因子必须为正"),
            )
        if self.fixed is not None and (self.truncated or self.dominant):
            raise UncertaintyError(
                code="two-policies",
                input="k",
                problem=Text(
                    "a fixed k leaves nothing to choose; drop it, or the other rule", zh="已固定 k；请去掉 k 或其他规则"
                ),
            )

    def factor(self, dof: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return k for each number of effective degrees of freedom."""
        if self.fixed is not None:
            return np.full_like(dof, self.fixed)
        return coverage_factors(np.maximum(np.floor(dof), 1.0) if self.truncated else dof, self.probability)

    @property
    def text(self) -> Text:
        """Return the policy as a record states it."""
        if self.fixed is not None:
            return Text("k = {k}, fixed", zh="k = {k}（固定）").filled(k=shortest(self.fixed))
        if self.simulated:
            return _SIMULATED[self.simulated].filled(p=f"{100 * self.probability:.6g}")
        return (_WHOLE if self.truncated else _CONTINUOUS).filled(p=f"{100 * self.probability:.6g}")

    def text_of(self, ruling: int) -> Text:
        """Return how k of one result was chosen; `ruling` counts the bounded contributions that gave it its shape."""
        if not ruling or self.fixed is not None:
            return self.text
        return (_RECTANGLE if ruling == 1 else _TRAPEZOID).filled(p=f"{100 * self.probability:.6g}")


def coverage_factor(dof: float, probability: float = PROBABILITY) -> float:
    """Return k = t_p(ν): 2.00 for infinitely many degrees of freedom at 95.45 % (JCGM 100:2008, table G.2).

    ν is not truncated to an integer. Raises UncertaintyError for ν ≤ 0, NaN or a probability outside (0, 1).
    """
    return float(coverage_factors(np.array([dof], dtype=np.float64), probability)[0])


def coverage_factors(dof: NDArray[np.float64], probability: float = PROBABILITY) -> NDArray[np.float64]:
    """Return k for each element of `dof`; infinite degrees of freedom give the normal quantile."""
    if not 0 < probability < 1:
        raise UncertaintyError(
            code="probability-out-of-range",
            input="probability",
            problem=Text("a coverage probability lies between 0 and 1", zh="包含概率应在 0 与 1 之间"),
        )
    if not (dof > 0).all():  # NaN is not greater than zero either
        raise UncertaintyError(
            code="dof-not-positive",
            input="ν",
            problem=Text("degrees of freedom must be positive", zh="自由度必须为正"),
        )
    from scipy import special

    upper = (1 + probability) / 2
    normal = _normal_factor(upper)
    if dof.size == 1:
        only = dof.item()
        return np.full(dof.shape, special.stdtrit(only, upper) if only < _MANY else normal)
    factors = np.full(dof.shape, normal)
    few = dof < _MANY
    if bool(few.any()):
        factors[few] = special.stdtrit(dof[few], upper)
    return factors


@lru_cache(maxsize=64)
def _normal_factor(upper: float) -> float:
    from scipy import special

    return float(special.ndtri(upper))


_MANY: Final = 1e9  # from here t and normal quantiles agree to 1e-9
_SIMULATED: Final = {
    "symmetric": Text(
        "U: half of the symmetric Monte Carlo interval, p = {p} %", zh="U 为蒙特卡洛对称区间半宽，p = {p} %"
    ),
    "shortest": Text(
        "U: half of the shortest Monte Carlo interval, p = {p} %", zh="U 为蒙特卡洛最短区间半宽，p = {p} %"
    ),
}
_CONTINUOUS: Final = Text("k = t(ν_eff), p = {p} %", zh="k = t(ν_eff)，p = {p} %")
_WHOLE: Final = Text("k = t(ν_eff truncated), p = {p} %", zh="k = t（ν_eff 取整），p = {p} %")
_RECTANGLE: Final = Text(
    "k of one bounded contribution that rules the variance, p = {p} %", zh="由一个占主导的有界分量定 k，p = {p} %"
)
_TRAPEZOID: Final = Text(
    "k of the trapezoid of two rectangles that rule the variance, p = {p} %",
    zh="由两个占主导的均匀分量合成的梯形分布定 k，p = {p} %",
)
