"""Distributions of what is not known exactly: a stated width, its divisor, and the words that name it."""

import math
from typing import ClassVar, Final

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike, NDArray

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.quantity import shortest

Floats = NDArray[np.float64]


def as_floats(values: ArrayLike) -> Floats:
    """Return a read-only float64 array of its own. Raises UncertaintyError for anything but real numbers."""
    given = np.asarray(values)
    if given.dtype.kind not in "iuf":
        raise UncertaintyError(
            code="not-a-number",
            input=repr(values),
            problem=Text("real numbers are needed here, not text", zh="此处需要实数,不接受文字"),
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

    stated: Floats = field(converter=as_floats)

    @property
    def divisor(self) -> float:
        """Return what the stated width is divided by to give the standard uncertainty."""
        return 1.0

    @property
    def standard_uncertainty(self) -> Floats:
        """Return the standard uncertainty, in the unit of the input."""
        return self.stated / self.divisor

    def describe(self) -> Text:
        """Return the name of the distribution with its parameter."""
        return self.title


@frozen(eq=False)
class Normal(Distribution):
    """Normal, stated as U with its coverage factor k; k = 1 states a standard uncertainty."""

    title: ClassVar[Text] = Text("normal", zh="正态")

    k: float = 1.0

    @property
    def divisor(self) -> float:
        """Return k."""
        return self.k

    def describe(self) -> Text:
        """Return the name, with k where U was stated."""
        return self.title if self.k == 1 else Text("normal, k = {k}", zh="正态,k = {k}").filled(k=shortest(self.k))


@frozen(eq=False)
class StudentT(Distribution):
    """Scaled and shifted t of a mean of readings, stated as s/√n; its ν stands with the contribution."""

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


@frozen(eq=False)
class Triangular(Distribution):
    """Within ± the half-width, most likely in the middle."""

    title: ClassVar[Text] = Text("triangular", zh="三角")
    bounded: ClassVar[bool] = True

    @property
    def divisor(self) -> float:
        """Return √6."""
        return math.sqrt(6)


@frozen(eq=False)
class Arcsine(Distribution):
    """Within ± the half-width, most likely at its ends: a sinusoidal cycle read at a random moment."""

    title: ClassVar[Text] = Text("arcsine", zh="反正弦")
    bounded: ClassVar[bool] = True

    @property
    def divisor(self) -> float:
        """Return √2."""
        return math.sqrt(2)


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

    def describe(self) -> Text:
        """Return the name with β."""
        return Text("trapezoidal, β = {beta}", zh="梯形,β = {beta}").filled(beta=shortest(self.beta))


@frozen(eq=False)
class Constant(Distribution):
    """Known exactly, or so well that it does not matter."""

    title: ClassVar[Text] = Text("exact", zh="准确值")

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
    "constant": Constant,
}
"""Every distribution by the name under which records and stations know it."""


def kind_of(distribution: Distribution) -> str:
    """Return the name under which records know a distribution."""
    return next(name for name, kind in KINDS.items() if kind is type(distribution))
