"""Parameters as a block of effects: inputs of further models that stay correlated with each other."""

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np
from attrs import evolve, frozen

from labctl.language import Text
from labctl.metrology.distributions import Floats, Normal
from labctl.metrology.effects import Contribution, Correlation, EffectId
from labctl.metrology.fitting.refusals import refused
from labctl.metrology.inputs import Input
from labctl.metrology.units import Unit


@frozen(eq=False)
class Block:
    """Inputs by symbol, with the correlations that a model using them must be given."""

    inputs: dict[str, Input]
    correlations: tuple[Correlation, ...]


def block(
    owner: str,
    symbols: tuple[str, ...],
    parameters: Floats,
    covariance: Floats,
    *,
    dof: float,
    units: tuple[Unit, ...],
) -> Block:
    """Return one effect a parameter, all of one ensemble: their degrees of freedom count once.

    Raises:
        UncertaintyError: symbols or units do not match the parameters.
    """
    if not len(symbols) == len(units) == len(parameters):
        raise refused(owner, "wrong-shape", _COUNT.filled(parameters=len(parameters)))
    u = np.sqrt(covariance.diagonal())
    inputs = {
        symbol: Input.of(symbol, unit, value, _contribution(owner, symbol, spread, dof))
        for symbol, unit, value, spread in zip(symbols, units, parameters.tolist(), u.tolist(), strict=True)
    }
    pairs = combinations(range(len(symbols)), 2)
    return Block(inputs, tuple(_correlation(owner, symbols, covariance, u, pair) for pair in pairs))


def block_on_effects(
    symbols: tuple[str, ...],
    parameters: Floats,
    components: Floats,
    effects: Sequence[Contribution],
    *,
    units: tuple[Unit, ...],
) -> Block:
    """Return parameters that follow original effects: what else rests on those stays correlated with the fit.

    `components` holds c·u of every parameter along every effect, shape (p, effects); `effects` are the original
    contributions, of which identity, distribution and degrees of freedom are kept.

    Raises:
        UncertaintyError: symbols, units or effects do not match, or a contribution has an effect for each point.
    """
    if not (len(symbols) == len(units) == len(parameters) and components.shape == (len(symbols), len(effects))):
        raise refused(", ".join(symbols), "wrong-shape", _COUNT.filled(parameters=len(parameters)))
    inputs: dict[str, Input] = {}
    for symbol, unit, value, row in zip(symbols, units, parameters.tolist(), components.tolist(), strict=True):
        carried = [_carried(each, component) for each, component in zip(effects, row, strict=True)]
        inputs[symbol] = Input.of(symbol, unit, value, *carried)
    return Block(inputs, ())


def _carried(original: Contribution, component: float) -> Contribution:
    if not isinstance(original.effect, EffectId):
        raise refused(original.description.en, "wrong-shape", _SINGLE)
    divisor = original.distribution.divisor
    return evolve(
        original,
        distribution=evolve(original.distribution, stated=abs(component) * divisor),
        sensitivity=-1.0 if component < 0 else 1.0,
    )


def _contribution(owner: str, symbol: str, u: float, dof: float) -> Contribution:
    return Contribution(
        effect=EffectId(owner, symbol),
        description=Text("parameter {symbol} of the fit", zh="拟合参数 {symbol}").filled(symbol=symbol),
        distribution=Normal(u),
        evaluation="A",
        dof=dof,
        source=owner,
    )


def _correlation(
    owner: str, symbols: tuple[str, ...], covariance: Floats, u: Floats, pair: tuple[int, int]
) -> Correlation:
    i, j = pair
    spread = float(u[i] * u[j])
    r = min(1.0, max(-1.0, float(covariance[i, j]) / spread)) if spread > 0 else 0.0
    return Correlation(EffectId(owner, symbols[i]), EffectId(owner, symbols[j]), r)


_SINGLE: Final = Text("give each effect as a contribution of its own", zh="请将每个影响量作为单独的分量给出")
_COUNT: Final = Text(
    "the fit has {parameters} parameters; give each a symbol and a unit",
    zh="共有 {parameters} 个参数；请逐一给出符号和单位",
)
