"""How well laboratories agree: E_n, z, ζ and degrees of equivalence, judged exactly at their limits."""

import math
from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from typing import Final

from attrs import frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.admission import enough, finite, paired, positive, uncertainty
from labctl.metrology.rounding import as_decimal


class Performance(Enum):
    """How a score is judged (ISO/IEC 17043:2023, annex B; ISO 13528:2022, 9)."""

    SATISFACTORY = "satisfactory"  # |E_n| ≤ 1; |z| ≤ 2
    QUESTIONABLE = "questionable"  # 2 < |z| < 3: look for the cause
    UNSATISFACTORY = "unsatisfactory"  # |E_n| > 1; |z| ≥ 3: correct

    @property
    def text(self) -> Text:
        """Return the judgement as a report prints it."""
        return _WORDS[self]


_WORDS: Final = {
    Performance.SATISFACTORY: Text("satisfactory", zh="满意"),
    Performance.QUESTIONABLE: Text("questionable", zh="有问题"),
    Performance.UNSATISFACTORY: Text("unsatisfactory", zh="不满意"),
}
_WARNING, _ACTION = 2, 3


@frozen
class Score:
    """A score with its judgement."""

    value: float
    performance: Performance


@frozen(kw_only=True)
class Equivalence:
    """A degree of equivalence: a difference d with its expanded uncertainty."""

    difference: float
    expanded: float

    @property
    def e_n(self) -> float:
        """Return d/U(d); NaN of a difference without uncertainty."""
        return self.difference / self.expanded if self.expanded else math.nan


def e_n(x: float, expanded: float, reference: float, reference_expanded: float, *, inside: bool = False) -> Score:
    """Return E_n = (x − x_ref)/√(U² + U_ref²), satisfactory up to ±1 included (ISO/IEC 17043:2023).

    Both U with the same k, all in one unit. `inside`: the laboratory's value is part of the weighted mean x_ref, so
    that the variances are subtracted. Raises UncertaintyError.
    """
    own, other = uncertainty(expanded, "U"), uncertainty(reference_expanded, "U_ref")
    square = _square(own) - _square(other) if inside else _square(own) + _square(other)
    apart = _apart(x, reference)
    satisfied = apart * apart <= square
    return Score(
        float(apart) / _root(square, "U"), Performance.SATISFACTORY if satisfied else Performance.UNSATISFACTORY
    )


def z_score(x: float, assigned: float, sigma: float) -> Score:
    """Return z = (x − x_pt)/σ_pt, warning above 2 and action from 3 (ISO 13528:2022, 9.4)."""
    return _judged(_apart(x, assigned), _square(positive(sigma, "σ_pt")), "σ_pt")


def zeta_score(x: float, u: float, assigned: float, assigned_u: float) -> Score:
    """Return ζ = (x − x_pt)/√(u² + u_pt²), with the standard uncertainties (ISO 13528:2022, 9.6)."""
    square = _square(uncertainty(u, "u")) + _square(uncertainty(assigned_u, "u_pt"))
    return _judged(_apart(x, assigned), square, "u")


def degrees_of_equivalence(
    values: Sequence[float],
    u: Sequence[float],
    reference: float,
    reference_u: float,
    *,
    k: float = 2,
    inside: bool = True,
) -> tuple[Equivalence, ...]:
    """Return d_i = x_i − x_ref with U(d_i) for each laboratory (CIPM MRA; M. G. Cox, Metrologia 39, 2002, 589).

    Laboratories inside the weighted mean are correlated with it: u²(d_i) = u_i² − u_ref². Those outside add instead.
    Raises UncertaintyError where a laboratory inside claims less uncertainty than the mean.
    """
    paired(values, u, "u")
    factor, ref = positive(k, "k"), finite(reference, "x_ref")
    spread = uncertainty(reference_u, "u_ref")
    found: list[Equivalence] = []
    for place, (value, own) in enumerate(zip(enough(values, "x", at_least=1), u, strict=True), start=1):
        name = f"u[{place}]"
        square = _square(uncertainty(own, name)) + (-1 if inside else 1) * _square(spread)
        found.append(Equivalence(difference=value - ref, expanded=factor * _root(square, name)))
    return tuple(found)


def pairwise_equivalence(
    first: tuple[float, float], second: tuple[float, float], *, k: float = 2, r: float = 0.0
) -> Equivalence:
    """Return d_ij = x_i − x_j with its U, each laboratory as (x, u); `r` is their correlation."""
    (x, u), (y, v) = first, second
    own, other = uncertainty(u, "u[1]"), uncertainty(v, "u[2]")
    if not -1 <= r <= 1:
        raise UncertaintyError(
            code="correlation-out-of-range",
            input="r",
            problem=Text("a correlation lies between −1 and 1", zh="相关系数应在 −1 与 1 之间"),
        )
    spread = math.sqrt(max(0.0, own * own + other * other - 2 * r * own * other))
    return Equivalence(difference=finite(x, "x[1]") - finite(y, "x[2]"), expanded=positive(k, "k") * spread)


def _judged(apart: Fraction, square: Fraction, name: str) -> Score:
    performance = Performance.QUESTIONABLE
    if apart * apart <= _WARNING**2 * square:
        performance = Performance.SATISFACTORY
    elif apart * apart >= _ACTION**2 * square:
        performance = Performance.UNSATISFACTORY
    return Score(float(apart) / _root(square, name), performance)


def _apart(x: float, reference: float) -> Fraction:
    return Fraction(as_decimal(finite(x, "x"))) - Fraction(as_decimal(finite(reference, "x_ref")))


def _square(width: float) -> Fraction:
    return Fraction(as_decimal(width)) ** 2


def _root(square: Fraction, name: str) -> float:
    if square <= 0:
        raise UncertaintyError(
            code="not-positive",
            input=name,
            problem=Text(
                "the difference has no positive uncertainty; state one, and for a laboratory inside the mean one that "
                "is larger than that of the mean",
                zh="差值的不确定度不为正；请给出不确定度，参与加权平均的实验室其不确定度应大于平均值的不确定度",
            ),
        )
    return math.sqrt(square)
