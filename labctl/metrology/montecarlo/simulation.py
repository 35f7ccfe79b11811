"""The outcome of a Monte Carlo calculation: means, uncertainties and intervals of every result at every point."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
from attrs import field, frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.batch import Caution
from labctl.metrology.distributions import Floats
from labctl.metrology.montecarlo.regions import Region, Shape, region
from labctl.metrology.montecarlo.streams import GENERATOR
from labctl.metrology.montecarlo.tolerance import Kind
from labctl.metrology.units import Unit

Result = tuple[str, int]
"""An output and a point."""
Outcome = Literal["fixed", "stabilised", "not-stabilised"]


@frozen(eq=False, kw_only=True)
class Simulation:
    """Results by the name of the output, in the output's `unit` (coherent SI, or °C) as first order gives them.

    `mean`, `u` have the shape (n,), intervals and their standard errors (n, 2). `outcome` says whether the number of
    trials was given, or found by stabilising, or reached its limit before that. Statistics such as stdev(x[:]) are
    not simulated.
    """

    points: int
    seed: int
    trials: int
    probability: float
    outcome: Outcome
    mean: Mapping[str, Floats]
    u: Mapping[str, Floats]
    symmetric: Mapping[str, Floats]
    shortest: Mapping[str, Floats]
    symmetric_error: Mapping[str, Floats]
    shortest_error: Mapping[str, Floats]
    unit: Mapping[str, Unit]
    warnings: tuple[Caution, ...] = ()
    generator: str = GENERATOR
    _values: Mapping[str, Floats] = field(repr=False, alias="values")

    @property
    def stabilised(self) -> bool | None:
        """Return whether an adaptive calculation stabilised; None where the number of trials was given."""
        return None if self.outcome == "fixed" else self.outcome == "stabilised"

    def values(self, output: str, point: int) -> Floats:
        """Return the trials of one result in their order, read-only.

        Raises:
            UncertaintyError: the output was not simulated.
        """
        if output not in self._values:
            raise UncertaintyError(code="not-simulated", input=output, problem=_NOT_SIMULATED)
        found: Floats = self._values[output][point]
        return found

    def interval(self, output: str, point: int, kind: Kind = "symmetric") -> tuple[float, float]:
        """Return one coverage interval."""
        low, high = (self.symmetric if kind == "symmetric" else self.shortest)[output][point].tolist()
        return low, high

    def covariance(self, output_a: str, point_a: int, output_b: str, point_b: int) -> float:
        """Return the covariance of two results."""
        return float(self.covariances([(output_a, point_a), (output_b, point_b)])[0, 1])

    def correlation(self, output_a: str, point_a: int, output_b: str, point_b: int) -> float:
        """Return the correlation coefficient of two results; 0 where one of them does not vary."""
        spread = float(self.u[output_a][point_a] * self.u[output_b][point_b])
        return 0.0 if spread == 0 else self.covariance(output_a, point_a, output_b, point_b) / spread

    def covariances(self, results: Sequence[Result]) -> Floats:
        """Return the covariance matrix of some results (JCGM 102:2011, 7.6), shape (m, m)."""
        matrix = np.zeros((len(results), len(results)))
        for i, (output_a, point_a) in enumerate(results):
            a = self.values(output_a, point_a) - self.mean[output_a][point_a]
            for j, (output_b, point_b) in enumerate(results[: i + 1]):
                b = self.values(output_b, point_b) - self.mean[output_b][point_b]
                matrix[i, j] = matrix[j, i] = np.sum(a * b) / (self.trials - 1)
        return matrix

    def region(self, results: Sequence[Result], shape: Shape = "ellipse", probability: float | None = None) -> Region:
        """Return the coverage region of several results together (JCGM 102:2011, 7.7).

        Raises:
            UncertaintyError: an ellipse of results that follow from each other; a probability outside 0 … 1.
        """
        rows = [self.values(output, point) for output, point in results]
        mean = [float(self.mean[output][point]) for output, point in results]
        chosen = self.probability if probability is None else probability
        return region(rows, np.array(mean), self.covariances(results), shape, chosen)


_NOT_SIMULATED: Final = Text(
    "no such output was simulated; statistics such as stdev(x[:]) have no stated uncertainty",
    zh="没有对该输出进行模拟；标准偏差等统计量不给出不确定度",
)
