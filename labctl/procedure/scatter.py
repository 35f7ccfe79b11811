"""Type A of repeated measurements: the scatter of the repetitions' results in place of that of their readings."""

import ast
import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final

import numpy as np
from attrs import evolve, frozen

from labctl.language import Text
from labctl.metrology.batch import Batch
from labctl.metrology.distributions import Distribution, Normal, StudentT
from labctl.metrology.effects import Contribution, Correlation, EffectId, Scope
from labctl.metrology.equations import Equations
from labctl.metrology.inputs import Input
from labctl.metrology.many import Floats, at_once, everywhere
from labctl.metrology.statistics import series as statistics_of
from labctl.procedure.bind import Circumstances

_SUFFIX: Final = "_scatter"
_MIDDLE: Final = "_middle"
_SINGLE: Final = Text("repeatability of a single repetition", zh="单次重复的重复性")
_REPETITIONS: Final = Text("repeatability of {count} repetitions", zh="{count} 次重复的重复性")


@frozen(kw_only=True)
class Scatter:
    """What is known of the scatter of one result: the standard uncertainty of its mean, and where that comes from."""

    distribution: Distribution
    dof: float
    source: str
    description: Text


def observed(values: Sequence[float], output: str) -> Scatter:
    """Return the scatter of repeated results of a point itself, s/√n with n - 1 degrees of freedom."""
    found = statistics_of(values, output)
    return Scatter(
        distribution=StudentT(found.u),
        dof=found.dof,
        source=f"s/√{found.n}",
        description=_REPETITIONS.filled(count=found.n),
    )


def stated(s: float, dof: float, count: int, source: str, description: Text) -> Scatter:
    """Return the scatter of a mean of `count` results from a standard deviation that was found elsewhere."""
    u = s / math.sqrt(count)
    shape: Distribution = StudentT(u) if math.isfinite(dof) else Normal(2 * u, k=2.0)
    return Scatter(distribution=shape, dof=dof, source=source, description=description)


def of_one(scatter: Scatter, count: int) -> Scatter:
    """Return the scatter of a single result from that of a mean of `count`."""
    wider = evolve(scatter.distribution, stated=scatter.distribution.stated * math.sqrt(count))
    return evolve(scatter, distribution=wider, source=f"{scatter.source}·√{count}", description=_SINGLE)


def widened(equations: Equations) -> Equations:
    """Return the equations with a scatter added to each result of which an uncertainty is stated.

    Later equations go on from the results without their scatter, so that it is charged once.

    >>> widened(Equations("d = a - b")).source
    ('d = (a - b) + d_scatter',)
    >>> widened(Equations("d = a - b", "e = d / b")).source[2:]
    ('d = d_middle + d_scatter', 'e = e_middle + e_scatter')
    """
    statistics = equations.statistics
    if len(equations.outputs) == 1:
        if statistics:
            return equations
        left, right = equations.source[0].split("=", 1)
        text = f"{left}= ({right.strip()}) + {equations.outputs[0]}{_SUFFIX}"
        return Equations(text, functions=equations.functions)
    renamed = [_renamed(each, frozenset(equations.outputs)) for each in equations.source]
    sums = [
        f"{each} = {each}{_MIDDLE}" + ("" if each in statistics else f" + {each}{_SUFFIX}")
        for each in equations.outputs
    ]
    return Equations(*renamed, *sums, functions=equations.functions)


def scatter_inputs(
    scatters: Mapping[str, Scatter], batch: Batch, at: Circumstances, offsets: Mapping[str, float]
) -> dict[str, Input]:
    """Return the inputs that `widened` asks for: zero, or what leads to the mean of the results, with its scatter."""
    found: dict[str, Input] = {}
    for output, each in scatters.items():
        symbol = f"{output}{_SUFFIX}"
        unit = batch.unit[output].difference
        contribution = Contribution(
            effect=_identity(symbol, at),
            description=each.description,
            distribution=each.distribution,
            evaluation="A",
            dof=each.dof,
            source=each.source,
        )
        found[symbol] = Input.of(symbol, unit, offsets.get(output, 0.0), contribution)
    return found


def correlations_of(values: Mapping[str, Sequence[float]], at: Circumstances) -> tuple[Correlation, ...]:
    """Return how the scatters of several results of the same repetitions belong together."""
    found: list[Correlation] = []
    for one, other in combinations(values, 2):
        r = at_once(_correlation, *values[one], *values[other])
        if not everywhere(r == 0):
            found.append(Correlation(_identity(f"{one}{_SUFFIX}", at), _identity(f"{other}{_SUFFIX}", at), r))
    return tuple(found)


def _correlation(*values: Floats) -> Floats:
    """Return the correlation coefficient of the first half of the values with the second; 0 where one does not vary."""
    one, other = np.split(np.array(np.broadcast_arrays(*values)), 2)
    a, b = one - one.mean(axis=0), other - other.mean(axis=0)
    size = np.sqrt((a * a).sum(axis=0) * (b * b).sum(axis=0))
    varies = (np.ptp(one, axis=0) > 0) & (np.ptp(other, axis=0) > 0) & (size > 0)
    r: Floats = np.divide((a * b).sum(axis=0), size, out=np.zeros_like(size), where=varies)
    return np.clip(r, -1.0, 1.0) * _WHOLE


def _identity(symbol: str, at: Circumstances) -> EffectId:
    return EffectId.scoped(at.procedure.name, symbol, Scope.READING, at.places)


class _Middle(ast.NodeTransformer):
    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(f"{node.id}{_MIDDLE}", node.ctx) if node.id in self._names else node


def _renamed(text: str, names: frozenset[str]) -> str:
    return ast.unparse(_Middle(names).visit(ast.parse(text)))


_WHOLE: Final = 1 - 1e-6
"""What is left of every correlation: few repetitions of many results make a matrix that rounding turns indefinite."""
