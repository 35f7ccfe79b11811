"""What an evaluation reports: the same results for a program as JSON and for people as text, in one unit each."""

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from attrs import evolve, frozen

import labctl
from labctl.app.evaluate.calculation import Calculation
from labctl.language import Language, Text
from labctl.metrology.batch import Batch
from labctl.metrology.budget import Budget
from labctl.metrology.evaluation import evaluate
from labctl.metrology.montecarlo.simulate import simulate
from labctl.metrology.montecarlo.simulation import Simulation
from labctl.metrology.montecarlo.tolerance import Adaptive
from labctl.metrology.montecarlo.validation import validate
from labctl.metrology.presentation.sources import by_source
from labctl.metrology.rounding import report as rounded
from labctl.metrology.units import ONE, Unit

ADAPTIVE: Final = "adaptive"
Trials = int | None
"""Monte Carlo trials; None: as many as it takes."""


@frozen(kw_only=True, eq=False)
class Report:
    """First order of every output, and Monte Carlo where it was asked for."""

    calculation: Calculation
    batch: Batch
    simulation: Simulation | None = None

    @property
    def outputs(self) -> tuple[str, ...]:
        """Return the outputs that have an uncertainty, in the order of the model."""
        equations = self.calculation.equations
        return tuple(name for name in equations.outputs if name not in equations.statistics)

    @cached_property
    def budgets(self) -> Mapping[str, Budget]:
        """Return the budget of each output, in the unit and the order of inputs that the file has."""
        place = {symbol: number for number, symbol in enumerate(self.calculation.statements)}
        found: dict[str, Budget] = {}
        for name in self.outputs:
            budget = self.batch.budget(name, 0, self._unit(name))
            found[name] = evolve(budget, rows=tuple(sorted(budget.rows, key=lambda row: place[row.symbol])))
        return found

    def plain(self) -> dict[str, object]:
        """Return the report for a program."""
        outputs = {name: self._output(name) for name in self.outputs}
        return {"outputs": outputs, "covariance": self._covariance(), "engine": self._engine()}

    def text(self, language: Language) -> str:
        """Return the report for people."""
        parts: list[str] = []
        if self.calculation.title.en:
            parts += [self.calculation.title.within(language), ""]
        for name, budget in self.budgets.items():
            described = self.calculation.descriptions.get(name, Text(""))
            parts += [f"{name}  {described.within(language)}".rstrip(), budget.as_text(language)]
            parts += [each.within(language) for each in (*self._interval(budget), *self._simulated(name))]
            shares = by_source(budget)
            if len(shares) > 1:
                parts.append(_BY_SOURCE.within(language))
                parts += [f"  {each.percent:6.1f} %  {each.source.within(language)}" for each in shares]
            parts.append("")
        return "\n".join(parts).rstrip("\n")

    @property
    def notes(self) -> tuple[Text, ...]:
        """Return what Monte Carlo found, a sentence for each interval."""
        return tuple(each for name in self.outputs for each in self._simulated(name))

    def _unit(self, name: str) -> Unit:
        return self.calculation.units.get(name, self.batch.unit[name])

    def _ratio(self, name: str) -> float:
        return float(self.batch.unit[name].factor / self._unit(name).factor)

    def _output(self, name: str) -> dict[str, object]:
        budget = self.budgets[name]
        components = dict.fromkeys(self.calculation.statements, 0.0)
        components |= {row.symbol: row.contribution for row in budget.rows}
        cautions = [*self.batch.warnings, *(self.simulation.warnings if self.simulation else ())]
        found: dict[str, object] = {
            "value": budget.value,
            "u": budget.u,
            "dof": "inf" if budget.dof is None else budget.dof,
            "k": budget.k,
            "U": budget.expanded,
            "probability": budget.probability,
            "components": components,
            "warnings": [each.code for each in cautions if each.output == name],
        }
        if self.simulation is not None:
            found["monte_carlo"] = self._monte_carlo(name, self.simulation)
        return found

    def _monte_carlo(self, name: str, simulation: Simulation) -> dict[str, object]:
        ratio = self._ratio(name)
        return {
            "mean": float(simulation.mean[name][0]) * ratio,
            "u": float(simulation.u[name][0]) * ratio,
            "symmetric": [end * ratio for end in simulation.interval(name, 0, "symmetric")],
            "shortest": [end * ratio for end in simulation.interval(name, 0, "shortest")],
            "trials": simulation.trials,
        }

    def _covariance(self) -> dict[str, dict[str, float]]:
        return {
            a: {b: self.batch.covariance(a, 0, b, 0) * self._ratio(a) * self._ratio(b) for b in self.outputs}
            for a in self.outputs
        }

    def _engine(self) -> dict[str, object]:
        found: dict[str, object] = {
            "name": "labctl",
            "version": labctl.__version__,
            "units": {name: self._unit(name).symbol for name in self.outputs},
            "coverage": {name: budget.rule.en for name, budget in self.budgets.items()},
        }
        if self.simulation is not None:
            simulation = self.simulation
            found["monte_carlo"] = {
                "generator": simulation.generator,
                "seed": simulation.seed,
                "outcome": simulation.outcome,
                "correlation": {a: {b: simulation.correlation(a, 0, b, 0) for b in self.outputs} for a in self.outputs},
                "first_order_validated": dict(self._validated),
            }
        return found

    @cached_property
    def _validated(self) -> Mapping[str, bool]:
        """Return whether y ± U of first order stands beside Monte Carlo (JCGM 101:2008, 8)."""
        if self.simulation is None or self.batch.policy.fixed is not None:
            return {}
        held = validate(self.batch, self.simulation)
        return {name: bool(held.validated[name][0]) for name in self.outputs}

    def _interval(self, budget: Budget) -> list[Text]:
        if not budget.expanded > 0 or not math.isfinite(budget.expanded):
            return []
        low, _ = rounded(budget.value - budget.expanded, budget.expanded)
        high, _ = rounded(budget.value + budget.expanded, budget.expanded)
        return [_INTERVAL.filled(low=low, high=high, unit=_after(budget.unit))]

    def _simulated(self, name: str) -> list[Text]:
        if self.simulation is None:
            return []
        simulation, unit = self.simulation, _after(self._unit(name).symbol)
        found = self._monte_carlo(name, simulation)
        u = float(simulation.u[name][0]) * self._ratio(name)
        facts = {"trials": simulation.trials, "seed": simulation.seed, "unit": unit, "u": f"{u:.3g}"}
        lines = [_MONTE_CARLO.filled(mean=_shown(found["mean"], u), **facts)]
        for kind, text in (("symmetric", _SYMMETRIC), ("shortest", _SHORTEST)):
            low, high = simulation.interval(name, 0, "symmetric" if kind == "symmetric" else "shortest")
            ratio = self._ratio(name)
            ends = {"low": _shown(low * ratio, u), "high": _shown(high * ratio, u)}
            lines.append(text.filled(**ends, unit=unit, p=f"{100 * simulation.probability:.6g}"))
        if name in self._validated:
            lines.append(_VALIDATED if self._validated[name] else _NOT_VALIDATED)
        return [*lines, *(each.text for each in simulation.warnings if each.output == name)]


def evaluate_calculation(
    calculation: Calculation, *, monte_carlo: bool = False, trials: Trials = None, seed: int = 1
) -> Report:
    """Return first order, and Monte Carlo where it is asked for: of so many trials, or as many as it takes.

    Raises:
        UncertaintyError: the engine refuses an input, the model or the correlations.
        UnitMismatch: the model joins dimensions that may not be joined.
    """
    inputs = {symbol: each.input for symbol, each in calculation.statements.items()}
    batch = evaluate(
        calculation.equations,
        inputs,
        points=1,
        correlations=calculation.correlations,
        policy=calculation.policy,
    )
    if not monte_carlo:
        return Report(calculation=calculation, batch=batch)
    simulation = simulate(
        calculation.equations,
        inputs,
        points=1,
        correlations=calculation.correlations,
        trials=trials or 0,
        adaptive=Adaptive() if trials is None else None,
        seed=seed,
        probability=calculation.policy.probability,
    )
    return Report(calculation=calculation, batch=batch, simulation=simulation)


def _after(unit: str) -> str:
    return "" if unit == ONE.symbol else f" {unit}"


def _shown(value: object, u: float) -> str:
    """Return a figure to the place of the second digit of u."""
    number = float(str(value))
    return rounded(number, u, 2)[0] if u > 0 and math.isfinite(u) else f"{number:.6g}"


_INTERVAL: Final = Text("{low}{unit} … {high}{unit} (value ± U)", zh="{low}{unit} … {high}{unit}（量值 ± U）")
_MONTE_CARLO: Final = Text(
    "Monte Carlo, {trials} trials, seed {seed}: mean {mean}{unit}, u = {u}{unit}",
    zh="蒙特卡洛法，{trials} 次试验，种子 {seed}：均值 {mean}{unit}，u = {u}{unit}",
)
_SYMMETRIC: Final = Text(
    "  {p} %, symmetric: {low}{unit} … {high}{unit}", zh="  {p} % 概率对称区间：{low}{unit} … {high}{unit}"
)
_SHORTEST: Final = Text(
    "  {p} %, shortest: {low}{unit} … {high}{unit}", zh="  {p} % 最短区间：{low}{unit} … {high}{unit}"
)
_VALIDATED: Final = Text(
    "  First order agrees to two digits of u (JCGM 101, 8)",
    zh="  一阶法结果在 u 的两位有效数字内得到验证（JCGM 101 第 8 章）",
)
_NOT_VALIDATED: Final = Text(
    "  First order does not agree to two digits of u (JCGM 101, 8); report the Monte Carlo interval",
    zh="  一阶法结果未通过 u 的两位有效数字验证（JCGM 101 第 8 章）；应报告蒙特卡洛区间",
)
_BY_SOURCE: Final = Text("By source:", zh="按依据汇总：")
