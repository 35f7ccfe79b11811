"""Propagation of distributions (JCGM 101:2008, 7), with a fixed number of trials or until the results are stable."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from attrs import frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.admission import probability as admitted
from labctl.metrology.batch import Caution
from labctl.metrology.combination import Group, Use, combine, correlated, groups_of, uses_of
from labctl.metrology.coverage import PROBABILITY
from labctl.metrology.distributions import Floats
from labctl.metrology.effects import Correlation
from labctl.metrology.equations import Equations
from labctl.metrology.inputs import Columns, Input
from labctl.metrology.montecarlo.draws import Apart, Draws, Plan, entered
from labctl.metrology.montecarlo.intervals import Ends, Summary, shortest, summarise, symmetric
from labctl.metrology.montecarlo.simulation import Outcome, Simulation
from labctl.metrology.montecarlo.tolerance import Adaptive, numerical_tolerance
from labctl.metrology.montecarlo.values import values
from labctl.metrology.propagation import Leaves, leaves, propagate, units_of
from labctl.metrology.units import Unit

BLOCK: Final = 16_384
BATCH: Final = 10_000
"""Trials of one batch of an adaptive calculation, or more where the probability needs them."""
FEWEST: Final = 10
"""Batches before an adaptive calculation may end: two or three agree by luck too often."""
STORE: Final = 2**31
"""Bytes of trials that are kept at most."""
Run = Callable[[int, int], dict[str, Floats]]


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
    pairs = correlated(correlations, groups, points)
    ways = _ways(equations, entering, uses, groups, outputs, pairs=len(pairs))
    work = _Work(equations, Plan.of(entering, uses, groups, correlations, ways), outputs, points, seed, threads, block)
    if adaptive is None:
        work.room(trials)
        found = work.run(0, trials)
        outcome: Outcome = "fixed"
    else:
        found, outcome = _stable(work, adaptive, probability, max(BATCH, least))
    return _simulation(work, found, outcome, probability, units)


def fewest(probability: float) -> int:
    """Return the least number of trials that an interval of a probability may rest on: 100 / (1 − p)."""
    return math.ceil(round(100 / (1 - probability), 6))


@frozen(eq=False)
class _Work:
    """A prepared calculation."""

    equations: Equations
    plan: Plan
    outputs: tuple[str, ...]
    points: int
    seed: int
    threads: int
    block: int

    def run(self, first: int, count: int) -> dict[str, Floats]:
        """Return some trials of every result, shape (points, count)."""
        found = {output: np.empty((self.points, count)) for output in self.outputs}

        def one(start: int) -> None:
            length = min(self.block, count - start)
            draws = Draws(self.seed, first + start, length, self.plan)
            for place in self.plan.places:
                results = values(self.equations, entered(place, draws, length))
                for output in place.outputs:
                    found[output][place.point, start : start + length] = results[output]

        self.each(one, range(0, count, self.block))
        for output, rows in found.items():
            _all_finite(output, rows, first)
        return found

    def each(self, work: Callable[[int], object], items: Sequence[int]) -> None:
        """Do work on every item, on as many threads as were asked for."""
        if self.threads == 1 or len(items) == 1:
            for item in items:
                work(item)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(self.threads) as pool:
            for _ in pool.map(work, items):
                pass

    def room(self, trials: int) -> None:
        """Refuse more trials than memory should hold."""
        needed = 8 * trials * self.points * len(self.outputs)
        if needed > STORE:
            most = STORE // (8 * trials)
            problem = _TOO_MANY.filled(points=self.points * len(self.outputs), most=most)
            raise UncertaintyError(code="too-many-trials", input="trials", problem=problem)


def _stable(work: _Work, adaptive: Adaptive, probability: float, size: int) -> tuple[dict[str, Floats], Outcome]:
    """Return trials until twice the standard error of everything is within the tolerance (7.9.4)."""
    limit = max(adaptive.most // size, FEWEST)
    work.room(size * FEWEST)
    parts: list[dict[str, Floats]] = []
    seen: list[Floats] = []  # of each batch: mean, u, low and high of every result, shape (4, results)
    outcome: Outcome = "not-stabilised"
    ends = symmetric if adaptive.interval == "symmetric" else shortest
    while outcome == "not-stabilised" and len(seen) < limit:
        done = len(seen)
        ahead = min(max(FEWEST - done, work.threads, 4), limit - done)
        work.room(size * (done + ahead))
        parts.append(work.run(done * size, ahead * size))
        rows = np.concatenate([parts[-1][output] for output in work.outputs])
        for number in range(ahead):
            ranked = np.sort(rows[:, number * size : (number + 1) * size], axis=1)
            seen.append(_batch(rows[:, number * size : (number + 1) * size], ranked, probability, ends))
            if len(seen) >= FEWEST and _settled(np.array(seen), size, adaptive):
                outcome = "stabilised"
                break
    taken = len(seen) * size
    return {
        output: np.concatenate([part[output] for part in parts], axis=1)[:, :taken] for output in work.outputs
    }, outcome


def _batch(rows: Floats, ranked: Floats, probability: float, ends: Callable[[Floats, float], Ends]) -> Floats:
    found = [ends(each, probability) for each in ranked]
    low, high = [each.low for each in found], [each.high for each in found]
    return np.array([np.mean(rows, axis=1), np.std(rows, axis=1, ddof=1), low, high])


def _settled(seen: Floats, size: int, adaptive: Adaptive) -> bool:
    """Return whether twice the standard errors from batch to batch are within the tolerance, for every result."""
    batches = seen.shape[0]
    errors = np.std(seen, axis=0, ddof=1) / math.sqrt(batches)
    means, spreads = seen[:, 0], seen[:, 1]
    squares = (size - 1) * np.sum(spreads**2, axis=0) + size * np.sum((means - np.mean(means, axis=0)) ** 2, axis=0)
    u = np.sqrt(squares / (batches * size - 1))
    tolerances = [adaptive.fraction * numerical_tolerance(each, adaptive.digits) for each in u.tolist()]
    return bool(np.all(2 * errors <= np.array(tolerances)))


def _simulation(
    work: _Work, found: dict[str, Floats], outcome: Outcome, probability: float, units: Mapping[str, Unit]
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
            cautions.append(Caution("not-stabilised", output, every, _UNSTABLE.filled(output=output)))
        if work.plan.copula:
            effects = ", ".join(map(str, work.plan.copula))
            cautions.append(Caution("gaussian-copula", output, every, _COPULA.filled(effects=effects)))
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


def _ways(
    equations: Equations,
    entering: Leaves,
    uses: Sequence[Use],
    groups: Sequence[Group],
    outputs: tuple[str, ...],
    *,
    pairs: int,
) -> list[dict[Apart, tuple[str, ...]]]:
    """Return, for each point, which outputs are drawn with which groups of unstated sharing taken apart."""
    shared = [number for number, group in enumerate(groups) if group.unstated and len(group.members) > 1]
    if not shared or pairs < 0:
        return [{frozenset(): outputs}] * entering.points
    ways: list[dict[Apart, list[str]]] = [{} for _ in range(entering.points)]
    for output, result in propagate(equations, entering).items():
        if output not in outputs:
            continue
        along = np.zeros((len(uses), entering.points))
        for number, use in enumerate(uses):
            along[number] = result.slopes.get(use.column, 0.0)
        independent = combine(along, uses, groups, ()).independent
        for point, way in enumerate(ways):
            apart = frozenset(number for number in shared if independent[number, point])
            way.setdefault(apart, []).append(output)
    return [{apart: tuple(names) for apart, names in way.items()} for way in ways]


def _matched(equations: Equations, inputs: Mapping[str, Input]) -> None:
    used = {*equations.inputs, *equations.columns}
    for symbol, each in inputs.items():
        if symbol != each.symbol or symbol not in used:
            raise UncertaintyError(code="unused-input", input=symbol, problem=_UNUSED)


def _all_finite(output: str, rows: Floats, first: int) -> None:
    """Refuse trials without a finite value: leaving them out would bend the distribution in silence."""
    if bool(np.isfinite(np.sum(rows))):  # one pass; a sum beyond range is looked at again
        return
    bad = ~np.isfinite(rows)
    for point in np.flatnonzero(np.any(bad, axis=1)).tolist():
        trial = int(np.argmax(bad[point]))
        problem = _NOT_FINITE.filled(
            bad=int(np.sum(bad[point])), count=rows.shape[1], point=point + 1, trial=first + trial + 1
        )
        raise UncertaintyError(code="trial-not-finite", input=output, problem=problem)


def _count(number: int, least: int, name: str) -> None:
    if number < least:
        problem = _TOO_FEW.filled(found=number, least=least)
        raise UncertaintyError(code="too-few-trials", input=name, problem=problem)


_TOO_FEW: Final = Text(
    "{found} are too few, {least} are needed: an interval rests on the 100 trials outside it",
    zh="只有 {found},至少需要 {least}:区间依赖于其外侧的 100 次试验",
)
_TOO_MANY: Final = Text(
    "so many trials of {points} results do not fit into memory; simulate {most} results at a time with the same seed, "
    "which gives the same bits",
    zh="{points} 个结果的试验数据超出内存;请用同一种子每次模拟 {most} 个结果,结果逐位相同",
)
_NOT_FINITE: Final = Text(
    "{bad} of {count} trials at point {point} give no finite value, the first is trial {trial}; they are not left out: "
    "change the model or the distributions that reach where it has no value",
    zh="第 {point} 点 {count} 次试验中有 {bad} 次没有有限值,首次为第 {trial} 次;不予剔除:请修改模型或分布",
)
_UNUSED: Final = Text(
    "this input does not occur in the model; remove it or correct its symbol", zh="模型中没有该输入;请删除或更正符号"
)
_UNSTABLE: Final = Text(
    "{output} did not become stable within the limit of trials; raise the limit or ask for fewer digits",
    zh="{output} 在试验次数上限内未稳定;请提高上限或减少有效位数",
)
_COPULA: Final = Text(
    "correlated effects that are not normal were joined by a Gaussian copula: {effects}",
    zh="非正态的相关影响量用高斯联结函数联合:{effects}",
)
