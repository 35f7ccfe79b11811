"""Distributions of what is not known exactly: a stated width, its divisor, and the words that name it."""

import math
from collections.abc import Callable, Sequence
from typing import ClassVar, Final

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike, NDArray

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.quantity import shortest

Floats = NDArray[np.float64]


def _mirrored(p: Floats, lower: Callable[[Floats], Floats]) -> Floats:
    """Return a quantile that is symmetric about zero from its lower half."""
    found = lower(np.minimum(p, 1 - p))
    return np.where(p < 0.5, found, -found)  # noqa: PLR2004  the middle


def as_floats(values: ArrayLike) -> Floats:
    """Return a read-only float64 array of its own. Raises UncertaintyError for anything but real numbers."""
    given = np.asarray(values)
    if given.dtype.kind not in "iuf":
        raise UncertaintyError(
            code="not-a-number",
            input=repr(values),
            problem=Text("real numbers are needed here, not text", zh="此处需要实数，不接受文字"),
        )
    array = given.astype(np.float64)
    array.setflags(write=False)
    return array


@frozen(eq=False)
class Distribution:
    """What is stated of an influence, per point, in the unit of its input (JCGM 100:2008, 4.3).

    `stated` is a number or an array: the half-width of a bounded distribution, U of a normal one, s/√n of a t.
    """

    title: ClassVar[Text] = Text("unspecified", zh="未指定")
    bounded: ClassVar[bool] = False
    uniforms: ClassVar[int] = 1  # random numbers that one trial needs
    heeds_dof: ClassVar[bool] = False  # its shape depends on the degrees of freedom

    stated: Floats = field(converter=as_floats)

    @property
    def divisor(self) -> float:
        """Return what the stated width is divided by to give the standard uncertainty."""
        return 1.0

    @property
    def standard_uncertainty(self) -> Floats:
        """Return the standard uncertainty, in the unit of the input."""
        return self.stated / self.divisor

    @property
    def reach(self) -> float:
        """Return the standard uncertainties in one unit of `quantile` and `draw`."""
        return self.divisor

    @property
    def form(self) -> tuple[object, ...]:
        """Return what tells the shape from others, whatever the width: equal forms draw alike."""
        return (type(self).__name__,)

    def quantile(self, p: Floats, dof: float = math.inf) -> Floats:  # noqa: ARG002  named for the kinds that use them
        """Return where the probability p is reached, of this shape about zero with half-width 1 (or u = 1)."""
        raise UncertaintyError(code="no-distribution", input=type(self).__name__, problem=_NO_SHAPE)

    def draw(self, numbers: Sequence[Floats], dof: float = math.inf) -> Floats:
        """Return trials of this shape from `uniforms` arrays of uniform random numbers."""
        return self.quantile(numbers[0], dof)

    def follow(self, z: Floats, dof: float = math.inf) -> Floats:
        """Return the values at the probabilities of normal values: the marginal of a Gaussian copula."""
        from scipy import special

        return self.quantile(special.ndtr(z), dof)

    def describe(self) -> Text:
        """Return the name of the distribution with its parameter."""
        return self.title


@frozen(eq=False)
class _AsNormal(Distribution):
    """Normal, or t where the degrees of freedom are finite."""

    heeds_dof: ClassVar[bool] = True

    @property
    def reach(self) -> float:
        """Return 1: drawn in standard uncertainties (of a t, in its scale)."""
        return 1.0

    @property
    def form(self) -> tuple[object, ...]:
        """Return one form for all: ν, which tells them apart, is no part of the distribution."""
        return ("normal",)

    def quantile(self, p: Floats, dof: float = math.inf) -> Floats:
        """Return the normal or t quantile."""
        from labctl.metrology.student import student_quantile

        return student_quantile(p, dof)

    def follow(self, z: Floats, dof: float = math.inf) -> Floats:
        """Return z, or the t of as many degrees of freedom (JCGM 101:2008, 6.4.9)."""
        from labctl.metrology.student import student_of_normal

        return student_of_normal(z, dof)


@frozen(eq=False)
class Normal(_AsNormal):
    """Normal, stated as U with its coverage factor k; k = 1 states a standard uncertainty.

    Drawn as a t where the degrees of freedom are finite (JCGM 101:2008, 6.4.9.7).
    """

    title: ClassVar[Text] = Text("normal", zh="正态")

    k: float = 1.0

    @property
    def divisor(self) -> float:
        """Return k."""
        return self.k

    def describe(self) -> Text:
        """Return the name, with k where U was stated."""
        return self.title if self.k == 1 else Text("normal, k = {k}", zh="正态，k = {k}").filled(k=shortest(self.k))


@frozen(eq=False)
class StudentT(_AsNormal):
    """Scaled and shifted t of a mean of readings, stated as its scale s/√n; its ν stands with the contribution.

    The scale is not the standard deviation, which is √(ν / (ν − 2)) times as large: first order takes the scale as u
    with ν (JCGM 100:2008, 4.2.3), Monte Carlo draws the t.
    """

    title: ClassVar[Text] = Text("t", zh="t 分布")


@frozen(eq=False)
class Rectangular(Distribution):
    """Anywhere within ± the half-width, equally."""

    title: ClassVar[Text] = Text("rectangular", zh="均匀")
    bounded: ClassVar[bool] = True

    @property
    def divisor(self) -> float:
        """Return √3."""
        return math.sqrt(3)

    def quantile(self, p: Floats, dof: float = math.inf) -> Floats:  # noqa: ARG002  bounded: ν has no part in it
        """Return 2p − 1."""
        found = 2.0 * p
        found -= 1.0
        return found


@frozen(eq=False)
class Triangular(Distribution):
    """Within ± the half-width, most likely in the middle."""

    title: ClassVar[Text] = Text("triangular", zh="三角")
    bounded: ClassVar[bool] = True

    @property
    def divisor(self) -> float:
        """Return √6."""
        return math.sqrt(6)

    def quantile(self, p: Floats, dof: float = math.inf) -> Floats:  # noqa: ARG002  bounded: ν has no part in it
        """Return √(2p) − 1, mirrored above the middle."""
        return _mirrored(p, lambda tail: np.sqrt(2 * tail) - 1)


@frozen(eq=False)
class Arcsine(Distribution):
    """Within ± the half-width, most likely at its ends: a sinusoidal cycle read at a random moment."""

    title: ClassVar[Text] = Text("arcsine", zh="反正弦")
    bounded: ClassVar[bool] = True

    @property
    def divisor(self) -> float:
        """Return √2."""
        return math.sqrt(2)

    def quantile(self, p: Floats, dof: float = math.inf) -> Floats:  # noqa: ARG002  bounded: ν has no part in it
        """Return −cos(πp)."""
        return -np.cos(np.pi * p)


@frozen(eq=False)
class Trapezoidal(Distribution):
    """Within ± the half-width, flat over the middle fraction β of it."""

    title: ClassVar[Text] = Text("trapezoidal", zh="梯形")
    bounded: ClassVar[bool] = True

    beta: float = 0.5

    @property
    def divisor(self) -> float:
        """Return √(6 / (1 + β²))."""
        return math.sqrt(6 / (1 + self.beta**2))

    @property
    def form(self) -> tuple[object, ...]:
        """Return the name and β."""
        return (type(self).__name__, self.beta)

    def quantile(self, p: Floats, dof: float = math.inf) -> Floats:  # noqa: ARG002  bounded: ν has no part in it
        """Return the quantile: a root along the sloping ends, a line over the flat middle."""
        beta = self.beta
        edge = (1 - beta) / (2 * (1 + beta))  # probability of one sloping end
        return _mirrored(
            p,
            lambda tail: np.where(
                tail < edge, np.sqrt(2 * (1 - beta * beta) * np.minimum(tail, edge)) - 1, (1 + beta) * (tail - 0.5)
            ),
        )

    def describe(self) -> Text:
        """Return the name with β."""
        return Text("trapezoidal, β = {beta}", zh="梯形，β = {beta}").filled(beta=shortest(self.beta))


@frozen(eq=False)
class CurvilinearTrapezoidal(Distribution):
    """A rectangle whose half-width is itself known to ± a fraction δ of it only (JCGM 101:2008, 6.4.3).

    CTrap(a, b, d) is the half-width (b − a)/2 with δ = 2d/(b − a).
    """

    title: ClassVar[Text] = Text("curvilinear trapezoid", zh="曲线梯形")
    bounded: ClassVar[bool] = True
    uniforms: ClassVar[int] = 2

    delta: float = 0.0

    def __attrs_post_init__(self) -> None:
        """Refuse a δ that would let the half-width vanish or turn over."""
        if not 0 <= self.delta <= 1:
            raise UncertaintyError(code="delta-out-of-range", input=self.title.en, problem=_DELTA)

    @property
    def divisor(self) -> float:
        """Return 1 / √(1/3 + δ²/9)."""
        return 1 / math.sqrt(1 / 3 + self.delta**2 / 9)

    @property
    def form(self) -> tuple[object, ...]:
        """Return the name and δ."""
        return (type(self).__name__, self.delta)

    def draw(self, numbers: Sequence[Floats], dof: float = math.inf) -> Floats:  # noqa: ARG002  bounded
        """Return a rectangle whose half-width is drawn first."""
        width, place = 2.0 * numbers[0], 2.0 * numbers[1]
        width -= 1.0
        width *= self.delta
        width += 1.0
        place -= 1.0
        place *= width
        return place

    def quantile(self, p: Floats, dof: float = math.inf) -> Floats:  # noqa: ARG002  bounded: ν has no part in it
        """Return the quantile, in the curved ends by Newton's method on y ln y − y + 1."""
        return _mirrored(p, self._end)

    def _end(self, tail: Floats) -> Floats:
        delta = self.delta
        if delta == 0:
            return 2 * tail - 1
        # Below −(1 − δ) the probability is (1 + δ)(y ln y − y + 1) / 4δ with y = −x / (1 + δ).
        left = 4 * delta * tail / (1 + delta)
        edge = (1 - delta) / (1 + delta)
        most = 1 - edge + (edge * math.log(edge) if edge > 0 else 0.0)
        curve = np.minimum(left, most)
        y = np.maximum(1 - np.sqrt(2 * curve) + curve / 3, max(edge, 1e-12))
        for _ in range(8):
            slope = np.log(y)
            y = np.where(slope < 0, y - (y * slope - y + 1 - curve) / np.where(slope < 0, slope, -1.0), y)
            y = np.clip(y, max(edge, 1e-12), 1.0)
        half = math.log((1 + delta) / (1 - delta)) / (4 * delta) if delta < 1 else math.inf
        flat = (tail - 0.5) / half
        return np.where(left < most, -(1 + delta) * y, flat)

    def describe(self) -> Text:
        """Return the name with δ."""
        return Text("curvilinear trapezoid, δ = {delta}", zh="曲线梯形，δ = {delta}").filled(delta=shortest(self.delta))


@frozen(eq=False)
class Exponential(Distribution):
    """A quantity that is not negative and of which only the best estimate is known, stated as that estimate.

    The input's value is the estimate; trials spread about it, from zero upwards (JCGM 101:2008, 6.4.10).
    """

    title: ClassVar[Text] = Text("exponential", zh="指数")

    def quantile(self, p: Floats, dof: float = math.inf) -> Floats:  # noqa: ARG002  ν has no part in it
        """Return −ln(1 − p) − 1."""
        return -np.log1p(-p) - 1.0


@frozen(eq=False)
class Gamma(Distribution):
    """A rate behind counted events, stated as its standard uncertainty (JCGM 101:2008, 6.4.11).

    After q counts the shape is q + 1, the value (q + 1) and the uncertainty √(q + 1), in counts.
    """

    title: ClassVar[Text] = Text("gamma", zh="伽马")

    shape: float = 1.0

    def __attrs_post_init__(self) -> None:
        """Refuse a shape that is not positive."""
        if not 0 < self.shape < math.inf:
            raise UncertaintyError(code="not-positive", input=self.title.en, problem=_SHAPE)

    @property
    def form(self) -> tuple[object, ...]:
        """Return the name and the shape."""
        return (type(self).__name__, self.shape)

    def quantile(self, p: Floats, dof: float = math.inf) -> Floats:  # noqa: ARG002  ν has no part in it
        """Return the quantile about the mean, in standard deviations."""
        from scipy import special

        found = np.asarray(special.gammaincinv(self.shape, p), dtype=np.float64)
        return (found - self.shape) / math.sqrt(self.shape)

    def describe(self) -> Text:
        """Return the name with its shape."""
        return Text("gamma, shape {shape}", zh="伽马，形状参数 {shape}").filled(shape=shortest(self.shape))


def _ranked(values: ArrayLike) -> Floats:
    ranked = np.sort(as_floats(values).ravel())
    if ranked.size < 2 or not bool(np.all(np.isfinite(ranked))) or ranked[0] == ranked[-1]:  # noqa: PLR2004
        raise UncertaintyError(code="too-few-readings", input="empirical", problem=_NO_SPREAD)
    ranked.setflags(write=False)
    return ranked


@frozen(eq=False)
class Empirical(Distribution):
    """As observed values lie about their mean, stated as the standard deviation that they are scaled to."""

    title: ClassVar[Text] = Text("as observed", zh="实测分布")

    observed: Floats = field(converter=_ranked, kw_only=True)

    @property
    def form(self) -> tuple[object, ...]:
        """Return the name and the observed values."""
        return (type(self).__name__, self.observed.tobytes())

    def quantile(self, p: Floats, dof: float = math.inf) -> Floats:  # noqa: ARG002  ν has no part in it
        """Return one of the observed values, about their mean, in standard deviations."""
        standard = (self.observed - np.mean(self.observed)) / np.std(self.observed)
        found: Floats = standard.take((p * standard.size).astype(np.intp))
        return found


@frozen(eq=False)
class Constant(Distribution):
    """Known exactly, or so well that it does not matter."""

    title: ClassVar[Text] = Text("exact", zh="准确值")

    def quantile(self, p: Floats, dof: float = math.inf) -> Floats:  # noqa: ARG002  nothing varies
        """Return zero."""
        return np.zeros_like(p)

    @property
    def standard_uncertainty(self) -> Floats:
        """Return zero."""
        return np.zeros_like(self.stated)


KINDS: Final[dict[str, type[Distribution]]] = {
    "normal": Normal,
    "student_t": StudentT,
    "rectangular": Rectangular,
    "triangular": Triangular,
    "arcsine": Arcsine,
    "trapezoidal": Trapezoidal,
    "curvilinear_trapezoid": CurvilinearTrapezoidal,
    "exponential": Exponential,
    "gamma": Gamma,
    "empirical": Empirical,
    "constant": Constant,
}
"""Every distribution by the name under which records and stations know it."""


def kind_of(distribution: Distribution) -> str:
    """Return the name under which records know a distribution."""
    return next(name for name, kind in KINDS.items() if kind is type(distribution))


_NO_SHAPE: Final = Text(
    "this distribution says nothing of its shape, so it cannot be drawn; state a named one",
    zh="该分布未指明形状，无法抽样；请给出具名分布",
)
_DELTA: Final = Text(
    "δ, the doubt about the half-width, lies between 0 and 1 of it", zh="半宽的不确切程度 δ 应在 0 与 1 之间"
)
_SHAPE: Final = Text("the shape is positive: one more than the counts", zh="形状参数为正：计数加一")
_NO_SPREAD: Final = Text(
    "observed values must be finite, two or more, and not all alike", zh="实测值须为有限数，至少两个且不全相同"
)
