"""Propagation of distributions (JCGM 101:2008, 7), with a fixed number of trials or until the results are stable."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.admission import probability as admitted
from labctl.metrology.batch import Caution
from labctl.metrology.combination import correlated, groups_of, uses_of
from labctl.metrology.coverage import PROBABILITY
from labctl.metrology.distributions import Floats
from labctl.metrology.effects import Correlation
from labctl.metrology.equations import Equations
from labctl.metrology.inputs import Columns, Input
from labctl.metrology.montecarlo.draws import Plan
from labctl.metrology.montecarlo.intervals import Ends, Summary, summarise
from labctl.metrology.montecarlo.sharing import ways_of
from labctl.metrology.montecarlo.simulation import Outcome, Simulation
from labctl.metrology.montecarlo.stability import stable
from labctl.metrology.montecarlo.tolerance import Adaptive
from labctl.metrology.montecarlo.work import Work
from labctl.metrology.propagation import leaves, units_of
from labctl.metrology.units import Unit

BLOCK: Final = 16_384


def simulate(  # noqa: PLR0913  every one is by name and has its meaning in the standard
    equations: Equations,
    inputs: Mapping[str, Input],
    *,
    points: int,
    names: Columns | None = None,
    correlations: Sequence[Correlation] = (),
    trials: int = 1_000_000,
    adaptive: Adaptive | None = None,
    seed: int,
    probability: float = PROBABILITY,
    threads: int = 1,
    block: int = BLOCK,
) -> Simulation:
    """Return means, standard uncertainties and coverage intervals of every output at every point.

    A trial is a pure function of seed, effect and its number: block length, threads, order of inputs and further
    points change no bit. With `adaptive`, `trials` is not used. An effect whose sharing is unstated is drawn in the
    way that gives the larger first-order uncertainty of the output.

    Raises:
        UncertaintyError: what `evaluate` refuses; too few trials for the probability (100 / (1 − p) are needed) or
            more than memory holds; trials without a finite value, which are counted and never left out.
    """
    names = names or {}
    least = fewest(admitted(probability, "probability"))
    wanted = least if adaptive else trials
    _count(wanted, least, "trials")
    _count(min(threads, block), 1, "threads, block")
    _matched(equations, inputs)
    units = equations.dimensions(units_of(inputs, names))
    outputs = tuple(name for name in equations.outputs if name not in equations.statistics)
    entering = leaves(equations, inputs, names, points)
    uses = uses_of(inputs, entering.slots, points)
    groups = groups_of(uses, points)
    correlated(correlations, groups, points)  # refuses a matrix that cannot be
    ways = ways_of(equations, entering, uses, groups, outputs)
    work = Work(equations, Plan.of(entering, uses, groups, correlations, ways), outputs, points, seed, threads, block)
    if adaptive is None:
        work.room(trials)
        found = work.run(0, trials)
        outcome: Outcome = "fixed"
    else:
        found, outcome = stable(work, adaptive, probability, least)
    return _simulation(work, found, outcome, probability, units)


def fewest(probability: float) -> int:
    """Return the least number of trials that an interval of a probability may rest on: 100 / (1 − p)."""
    return math.ceil(round(100 / (1 - probability), 6))


def _simulation(
    work: Work, found: dict[str, Floats], outcome: Outcome, probability: float, units: Mapping[str, Unit]
) -> Simulation:
    summaries: dict[tuple[str, int], Summary] = {}
    for output, rows in found.items():
        rows.setflags(write=False)

        def one(point: int, output: str = output, rows: Floats = rows) -> None:
            summaries[output, point] = summarise(rows[point], probability)

        work.each(one, range(work.points))

    def column(of: Callable[[Summary], float]) -> dict[str, Floats]:
        return {name: np.array([of(summaries[name, point]) for point in range(work.points)]) for name in found}

    def pair(of: Callable[[Summary], Ends]) -> dict[str, Floats]:
        low, high = column(lambda each: of(each).low), column(lambda each: of(each).high)
        return {name: np.stack([low[name], high[name]], axis=1) for name in found}

    every = tuple(range(work.points))
    cautions: list[Caution] = []
    for output in found:
        if outcome == "not-stabilised":
            _warn(cautions, "not-stabilised", output, every, _UNSTABLE.filled(output=output))
        if work.plan.copula:
            effects = ", ".join(map(str, work.plan.copula))
            _warn(cautions, "gaussian-copula", output, every, _COPULA.filled(effects=effects))
    return Simulation(
        points=work.points,
        seed=work.seed,
        trials=next(iter(found.values())).shape[1] if found else 0,
        probability=probability,
        outcome=outcome,
        mean=column(lambda each: each.mean),
        u=column(lambda each: each.u),
        symmetric=pair(lambda each: each.symmetric),
        shortest=pair(lambda each: each.shortest),
        symmetric_error=pair(lambda each: each.symmetric_error),
        shortest_error=pair(lambda each: each.shortest_error),
        unit={name: units[name] for name in found},
        warnings=tuple(cautions),
        values=found,
    )


def _warn(cautions: list[Caution], code: str, output: str, points: tuple[int, ...], text: Text) -> None:
    cautions.append(Caution(code, output, points, text))


def _matched(equations: Equations, inputs: Mapping[str, Input]) -> None:
    used = {*equations.inputs, *equations.columns}
    for symbol, each in inputs.items():
        if symbol != each.symbol or symbol not in used:
            raise UncertaintyError(code="unused-input", input=symbol, problem=_UNUSED)


def _count(number: int, least: int, name: str) -> None:
    if number < least:
        problem = _TOO_FEW.filled(found=number, least=least)
        raise UncertaintyError(code="too-few-trials", input=name, problem=problem)


_TOO_FEW: Final = Text(
    "{found} are too few, {least} are needed: an interval rests on the 100 trials outside it",
    zh="只有 {found}，至少需要 {least}：区间依赖于其外侧的 100 次试验",
)
_UNUSED: Final = Text(
    "this input does not occur in the model; remove it or correct its symbol", zh="模型中没有该输入；请删除或更正符号"
)
_UNSTABLE: Final = Text(
    "{output} did not become stable within the limit of trials; raise the limit or ask for fewer digits",
    zh="{output} 在试验次数上限内未稳定；请提高上限或减少有效位数",
)
_COPULA: Final = Text(
    "correlated effects that are not normal were joined by a Gaussian copula: {effects}",
    zh="非正态的相关影响量用高斯联结函数联合：{effects}",
)
