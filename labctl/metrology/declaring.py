"""Uncertainties as certificates and people state them, brought to one form: limits, u, or U with k or probability."""

import math
from typing import Final

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.coverage import coverage_factor
from labctl.metrology.distributions import Normal


def between(symbol: str, lower: float, upper: float) -> tuple[float, float]:
    """Return middle and half-width of a bounded distribution from its limits.

    Raises:
        UncertaintyError: a limit is not finite, or the lower one is not below the upper one.
    """
    for limit in (lower, upper):
        if not _is_number(limit) or not math.isfinite(limit):
            raise UncertaintyError(code="not-finite", input=symbol, problem=_FINITE)
    if not lower < upper:
        raise UncertaintyError(code="bounds-crossed", input=symbol, problem=_CROSSED.filled(lower=lower, upper=upper))
    return lower / 2 + upper / 2, upper / 2 - lower / 2


def stated_normal(
    symbol: str,
    *,
    u: float | None = None,
    expanded: float | None = None,
    k: float | None = None,
    probability: float | None = None,
    dof: float = math.inf,
) -> Normal:
    """Return a normal distribution from u, or from U with its k or its coverage probability (then k = t_p(ν)).

    Raises:
        UncertaintyError: u and U both or neither; U without k or probability, or with both; or a figure that is
            negative, not finite or not a number.
    """
    if (u is None) == (expanded is None) or (u is not None and (k is not None or probability is not None)):
        raise UncertaintyError(code="u-or-expanded", input=symbol, problem=_EITHER)
    figure = u if expanded is None else expanded
    if not _is_number(figure) or not math.isfinite(figure or 0.0):
        raise UncertaintyError(code="not-finite", input=symbol, problem=_FINITE)
    if figure is None or figure < 0:
        raise UncertaintyError(code="negative-uncertainty", input=symbol, problem=_NEGATIVE)
    if expanded is None:
        return Normal(figure)
    if (k is None) == (probability is None):
        raise UncertaintyError(code="k-missing", input=symbol, problem=_COVERAGE)
    try:
        factor = coverage_factor(dof, probability) if probability is not None else k
    except UncertaintyError as failure:
        raise UncertaintyError(code=failure.code, input=symbol, problem=failure.problem) from failure
    if factor is None or not (_is_number(factor) and 0 < factor < math.inf):
        raise UncertaintyError(code="k-not-positive", input=symbol, problem=_FACTOR)
    return Normal(figure, k=factor)


def _is_number(figure: object) -> bool:
    return isinstance(figure, int | float) and not isinstance(figure, bool)


_FINITE: Final = Text("a stated figure is not a finite number", zh="所给数值不是有限数")
_CROSSED: Final = Text(
    "{lower} is not below {upper}; exchange or correct the limits", zh="{lower} 不小于 {upper}；请更正界限"
)
_NEGATIVE: Final = Text("a half-width or uncertainty is negative; state its size", zh="半宽或不确定度为负；请给出正值")
_EITHER: Final = Text("state either u, or U with k or probability", zh="请只给出 u，或给出 U 及其 k 或概率")
_COVERAGE: Final = Text(
    "U means nothing without its k or its probability; state one", zh="U 必须附 k 或概率；请给出其一"
)
_FACTOR: Final = Text("a coverage factor is positive", zh="包含因子必须为正")
