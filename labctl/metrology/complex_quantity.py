"""Complex quantities in and out of a model: a value and the 2 × 2 covariance of its real and imaginary part."""

import math

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.batch import Batch
from labctl.metrology.complexes import PARTS
from labctl.metrology.distributions import Floats, Normal, as_floats
from labctl.metrology.effects import Contribution, Correlation, EffectId
from labctl.metrology.inputs import Input
from labctl.metrology.units import Unit


@frozen(eq=False)
class ComplexQuantity:
    """A complex value with its covariance, in `unit` and its square; both parts have one ν, as one ensemble."""

    value: complex
    covariance: Floats = field(converter=as_floats)
    unit: Unit
    dof: float = math.inf


def complex_input(
    symbol: str, quantity: ComplexQuantity, *, owner: str, description: Text, source: str = ""
) -> tuple[dict[str, Input], tuple[Correlation, ...]]:
    """Return the inputs Z_re and Z_im of a complex quantity, and what correlates them.

    Readings of both parts taken together are one ensemble, whatever their correlation (Willink and Hall 2002).

    Raises:
        UncertaintyError: the covariance is not a symmetric positive semi-definite 2 × 2 matrix.
    """
    u = _deviations(symbol, quantity.covariance)
    effects = tuple(EffectId(owner, symbol + part) for part in PARTS)
    inputs = {
        symbol + part: Input.of(
            symbol + part,
            quantity.unit,
            value,
            Contribution(
                effect=effect, description=description, distribution=Normal(each), dof=quantity.dof, source=source
            ),
        )
        for part, value, each, effect in zip(PARTS, (quantity.value.real, quantity.value.imag), u, effects, strict=True)
    }
    if not all(u):
        return inputs, ()
    r = float(quantity.covariance[0, 1]) / (u[0] * u[1])
    return inputs, (Correlation(effects[0], effects[1], max(-1.0, min(1.0, r))),)


def complex_result(batch: Batch, name: str, point: int = 0) -> ComplexQuantity:
    """Return a complex result of a model over pairs, with its covariance and effective degrees of freedom."""
    real, imaginary = (name + part for part in PARTS)
    matrix = [[batch.covariance(a, point, b, point) for b in (real, imaginary)] for a in (real, imaginary)]
    value = complex(batch.values[real][point], batch.values[imaginary][point])
    dof = min(float(batch.dof[real][point]), float(batch.dof[imaginary][point]))
    return ComplexQuantity(value, np.array(matrix), batch.unit[real], dof)


def _deviations(symbol: str, covariance: ArrayLike) -> tuple[float, float]:
    matrix = np.asarray(covariance, dtype=np.float64)
    if matrix.shape != (2, 2) or not bool(np.isfinite(matrix).all()) or matrix[0, 1] != matrix[1, 0]:
        raise UncertaintyError(code="not-a-covariance", input=symbol, problem=_MATRIX)
    values = np.linalg.eigvalsh(matrix)
    if values[0] < -1e-10 * max(float(values[1]), 0.0) or values[1] < 0:
        raise UncertaintyError(code="correlation-not-psd", input=symbol, problem=_PSD)
    return math.sqrt(max(float(matrix[0, 0]), 0.0)), math.sqrt(max(float(matrix[1, 1]), 0.0))


_MATRIX = Text("a covariance is a symmetric matrix of finite numbers, 2 × 2", zh="协方差应为 2 × 2 对称有限矩阵")
_PSD = Text(
    "this covariance is impossible (not positive semi-definite); go back to its source",
    zh="该协方差不可能成立（非半正定）；请核对其来源",
)
