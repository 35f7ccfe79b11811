"""Allan deviation: how the scatter of averages changes with the time over which readings are averaged."""

import math
from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.admission import enough


@frozen(kw_only=True)
class AllanDeviation:
    """The Allan deviation at one averaging length, in the unit of the readings."""

    length: int
    """How many readings, equally spaced in time, make one average."""
    deviation: float
    differences: int
    """How many differences it was found from; few say little."""


def allan_deviation(readings: Sequence[float], length: int = 1) -> AllanDeviation:
    """Return the Allan deviation from neighbouring averages that share no reading (IEEE Std 1139; NIST SP 1065, 5.2).

    Readings are equally spaced in time, without gaps. Raises UncertaintyError for less than two averages.
    """
    y = _admitted(readings, length)
    averages = y[: len(y) // length * length].reshape(-1, length).mean(axis=1)
    return _deviation(np.diff(averages), length)


def overlapping_allan_deviation(readings: Sequence[float], length: int = 1) -> AllanDeviation:
    """Return the Allan deviation from averages that start at every reading, which uses all of them (SP 1065, 5.2.4)."""
    y = _admitted(readings, length)
    sums = np.concatenate(([0.0], np.cumsum(y)))
    averages = (sums[length:] - sums[:-length]) / length
    return _deviation(averages[length:] - averages[:-length], length)


def allan_curve(readings: Sequence[float]) -> tuple[AllanDeviation, ...]:
    """Return the overlapping deviation at lengths 1, 2, 4 … up to a third of the readings.

    Where it is least, longer averaging no longer helps. Raises UncertaintyError for fewer than three readings.
    """
    values = enough(readings, "readings", at_least=3)
    lengths = [2**power for power in range((len(values) // 3).bit_length())]
    return tuple(overlapping_allan_deviation(values, length) for length in lengths)


def _deviation(differences: NDArray[np.float64], length: int) -> AllanDeviation:
    squares = math.fsum((differences * differences).tolist())
    return AllanDeviation(
        length=length, deviation=math.sqrt(squares / (2 * len(differences))), differences=len(differences)
    )


def _admitted(readings: Sequence[float], length: int) -> NDArray[np.float64]:
    """Return the readings about the first, which keeps the digits of a long constant part."""
    if length < 1:
        raise UncertaintyError(
            code="not-positive",
            input="length",
            problem=Text("an average has one reading or more", zh="每个平均值至少包含一个读数"),
        )
    values = enough(readings, "readings", at_least=2 * length)
    return np.array([each - values[0] for each in values], dtype=np.float64)
