"""The deviation functions of ITS-90: what makes one platinum resistance thermometer differ from the reference."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.physics import its90
from labctl.metrology.physics.its90 import FIXED_POINTS, ZERO
from labctl.metrology.physics.ranges import Partials, inside

Term = Callable[[Floats], Floats]
_MARGIN: Final = 1e-6  # of W at the ends of a subrange, 0.25 mK: a fixed point is never realised below its noise
_STEPS: Final = 8


@frozen(kw_only=True, eq=False)
class Subrange:
    """A subrange of ITS-90, known by its end points: publications number the subranges differently.

    `terms` are the functions of W whose sum, each with a coefficient, is W − W_r; `slopes` their derivatives.
    `points` are the fixed points that determine the coefficients, beside the triple point of water where W = 1.
    """

    low: float  # K
    high: float  # K
    points: tuple[str, ...]
    names: tuple[str, ...]
    terms: tuple[Term, ...]
    slopes: tuple[Term, ...]

    @property
    def ends(self) -> str:
        """Return the end points as people write them."""
        return f"{self.low - ZERO:.7g} °C … {self.high - ZERO:.7g} °C"


def _power(n: int) -> tuple[Term, Term]:
    return lambda w: (w - 1) ** n, lambda w: n * (w - 1) ** (n - 1)


def _logarithm(n: int) -> tuple[Term, Term]:
    return lambda w: np.log(w) ** n, lambda w: n * np.log(w) ** (n - 1) / w


def _mixed() -> tuple[Term, Term]:
    return lambda w: (w - 1) * np.log(w), lambda w: np.log(w) + (w - 1) / w


def _subrange(low: float, high: float, points: str, names: str, *pairs: tuple[Term, Term]) -> Subrange:
    return Subrange(
        low=low,
        high=high,
        points=tuple(points.split()),
        names=tuple(names.split()),
        terms=tuple(value for value, _ in pairs),
        slopes=tuple(slope for _, slope in pairs),
    )


_ONE, _TWO, _THREE = _power(1), _power(2), _power(3)
SUBRANGES: Final = (
    _subrange(
        13.8033, 273.16, "e-H2 e-H2(17K) e-H2(20K) Ne O2 Ar Hg", "a b c1 c2 c3 c4 c5",
        _ONE, _TWO, _logarithm(3), _logarithm(4), _logarithm(5), _logarithm(6), _logarithm(7),
    ),
    _subrange(
        24.5561, 273.16, "e-H2 Ne O2 Ar Hg", "a b c1 c2 c3", _ONE, _TWO, _logarithm(1), _logarithm(2), _logarithm(3)
    ),
    _subrange(54.3584, 273.16, "O2 Ar Hg", "a b c1", _ONE, _TWO, _logarithm(2)),
    _subrange(83.8058, 273.16, "Ar Hg", "a b", _ONE, _mixed()),
    _subrange(234.3156, 302.9146, "Hg Ga", "a b", _ONE, _TWO),
    _subrange(ZERO, 302.9146, "Ga", "a", _ONE),
    _subrange(ZERO, 429.7485, "In", "a", _ONE),
    _subrange(ZERO, 505.078, "In Sn", "a b", _ONE, _TWO),
    _subrange(ZERO, 692.677, "Sn Zn", "a b", _ONE, _TWO),
    _subrange(ZERO, 933.473, "Sn Zn Al", "a b c", _ONE, _TWO, _THREE),
    _subrange(ZERO, 1234.93, "Sn Zn Al", "a b c", _ONE, _TWO, _THREE),  # and d from Ag, above Al
)  # fmt: skip
"""Subranges and deviation functions of ITS-90 for platinum resistance thermometers (ITS-90, 3.3.1 to 3.3.3)."""


def subrange(low: float, high: float) -> Subrange:
    """Return the subrange between two end points in °C, given within 1 mK (−189.3442 and 0.01, 0 and 419.527, …).

    Raises UncertaintyError `unknown-choice` with the subranges that ITS-90 has.
    """
    for each in SUBRANGES:
        if abs(each.low - ZERO - low) < 1e-3 and abs(each.high - ZERO - high) < 1e-3:  # noqa: PLR2004  1 mK
            return each
    known = "; ".join(each.ends for each in SUBRANGES)
    raise UncertaintyError(
        code="unknown-choice",
        input="subrange",
        problem=_NO_SUBRANGE.filled(low=f"{low:g}", high=f"{high:g}", known=known),
    )


@frozen(kw_only=True, eq=False)
class Deviation:
    """One thermometer's deviation W − W_r in a subrange: its coefficients, in the order of the subrange's names.

    `d` is the last coefficient of 0 °C … 961.78 °C, zero elsewhere; its term (W − W(Al))² counts above aluminium.
    """

    subrange: Subrange
    coefficients: tuple[float, ...]
    d: float = 0.0

    def deviation(self, ratio: ArrayLike) -> Floats:
        """Return W − W_r of a measured ratio W = R(T90)/R(273.16 K). Raises UncertaintyError `out-of-range`."""
        return self._deviation(self._inside(ratio))[0]

    def common(self, ratio: Floats) -> Floats:
        """Return the terms without d at any W: what W − W_r would be, were there no last term."""
        return self._first(ratio)[0]

    def tabulated(self, t: ArrayLike) -> Floats:
        """Return the deviation function evaluated at W_r(t90) instead of W, as calibration tables print it.

        From W − W_r it differs by up to 1e-7 (0.02 mK). Raises UncertaintyError `out-of-range`.
        """
        return self._deviation(self._reference_at(t))[0]

    def reference(self, ratio: ArrayLike) -> Floats:
        """Return W_r of a measured W."""
        given = self._inside(ratio)
        return given - self._deviation(given)[0]

    def t(self, ratio: ArrayLike) -> Floats:
        """Return t90 in °C of a measured W. Raises UncertaintyError `out-of-range` outside the subrange."""
        reference = self.reference(ratio)
        return its90.t(np.clip(reference, its90.wr_at("e-H2"), its90.wr_at("Ag")))

    def w(self, t: ArrayLike) -> Floats:
        """Return W at t90 in °C: the root of W − ΔW(W) = W_r(t). Raises UncertaintyError `out-of-range`."""
        return self._from_reference(self._reference_at(t))

    def t_partials(self, ratio: Floats) -> Partials:
        """Return t90 in °C of W, and its derivative along W in K."""
        given = self._inside(ratio)
        found, (slope,) = its90.t_partials(self.reference(given))
        return found, (slope * (1 - self._deviation(given)[1]),)

    def w_partials(self, t: Floats) -> Partials:
        """Return W at t90 in °C, and its derivative along t in 1/K."""
        ratio = self.w(t)
        return ratio, (its90.wr_slope(t) / (1 - self._deviation(ratio)[1]),)

    @property
    def _source(self) -> str:
        return f"ITS-90, {self.subrange.ends}"

    @property
    def _aluminium(self) -> float:
        """Return the thermometer's own W(Al), which follows from the other coefficients."""
        return float(self._from_reference(np.asarray(its90.wr_at("Al")), last=False))

    def _reference_at(self, t: ArrayLike) -> Floats:
        low, high = self.subrange.low - ZERO, self.subrange.high - ZERO
        return its90.wr(inside(t, "t", low, high, "°C", self._source))

    def _from_reference(self, reference: Floats, *, last: bool = True) -> Floats:
        ratio = reference
        for _ in range(_STEPS):
            value, slope = self._deviation(ratio) if last else self._first(ratio)
            ratio = ratio - (ratio - value - reference) / (1 - slope)
        return ratio

    def _first(self, ratio: Floats) -> tuple[Floats, Floats]:
        value, slope = np.zeros_like(ratio), np.zeros_like(ratio)
        for coefficient, term, derivative in zip(
            self.coefficients, self.subrange.terms, self.subrange.slopes, strict=True
        ):
            value = value + coefficient * term(ratio)
            slope = slope + coefficient * derivative(ratio)
        return value, slope

    def _deviation(self, ratio: Floats) -> tuple[Floats, Floats]:
        value, slope = self._first(ratio)
        if self.d == 0:
            return value, slope
        above = np.maximum(ratio - self._aluminium, 0.0)
        return value + self.d * above**2, slope + 2 * self.d * above

    def _inside(self, ratio: ArrayLike) -> Floats:
        ends = self._ends()
        return inside(ratio, "W", ends[0] - _MARGIN, ends[1] + _MARGIN, "", self._source)

    def _ends(self) -> tuple[float, float]:
        kelvin = np.array([self.subrange.low, self.subrange.high])
        # the lowest end is the scale's own; ln W needs W > 0, which Newton from W_r keeps
        ratios = self._from_reference(its90.wr(np.clip(kelvin - ZERO, its90.LOWEST, its90.HIGHEST)))
        return float(ratios[0]), float(ratios[1])


def fitted(of: Subrange, ratios: Mapping[str, float], temperatures: Mapping[str, float] | None = None) -> Deviation:
    """Return the deviation function through measured W at exactly the fixed points of a subrange.

    `ratios` maps fixed points to W; 0 °C … 961.78 °C needs Ag too. The two vapour pressure points of hydrogen need
    their realised `temperatures` in kelvin, near 17.0 K and 20.3 K.

    Raises:
        UncertaintyError: `fixed-points-differ`: other points than the subrange has, or a temperature is missing.
    """
    silver = of.high == FIXED_POINTS["Ag"]
    wanted = {*of.points, "Ag"} if silver else set(of.points)
    realised = {**FIXED_POINTS, **(temperatures or {})}
    if set(ratios) - {"H2O"} != wanted or not wanted <= set(realised):
        raise UncertaintyError(
            code="fixed-points-differ",
            input=", ".join(sorted(ratios)),
            problem=_POINTS.filled(wanted=", ".join(sorted(wanted)), ends=of.ends),
        )
    for name, centre in _VAPOUR.items():
        if name in wanted:
            inside(realised[name], name, centre - 0.1, centre + 0.1, "K", "ITS-90, 3.3.1")
    measured = np.array([ratios[each] for each in of.points])
    reference = its90.wr(np.array([realised[each] - ZERO for each in of.points]))
    matrix = np.stack([term(measured) for term in of.terms], axis=1)
    solved = np.linalg.solve(matrix, measured - reference)
    found = Deviation(subrange=of, coefficients=tuple(float(each) for each in solved))
    if not silver:
        return found
    above = np.asarray(ratios["Ag"])
    rest = above - its90.wr_at("Ag") - found.common(above)
    return Deviation(subrange=of, coefficients=found.coefficients, d=float(rest / (above - ratios["Al"]) ** 2))


_VAPOUR: Final = {"e-H2(17K)": 17.0, "e-H2(20K)": 20.3}
_NO_SUBRANGE: Final = Text(
    "ITS-90 has no subrange from {low} °C to {high} °C; there are {known}",
    zh="ITS-90 没有 {low} °C 至 {high} °C 的分温区；现有 {known}",
)
_POINTS: Final = Text(
    "the subrange {ends} takes exactly the fixed points {wanted} (each vapour pressure point with its temperature)",
    zh="分温区 {ends} 恰好需要固定点 {wanted}（蒸气压点须给出其温度）",
)
