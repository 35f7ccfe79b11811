"""The results of a model at every point of a batch, with their components along every effect."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from attrs import field, frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.budget import Budget, BudgetRow, finite_dof
from labctl.metrology.carrying import carried
from labctl.metrology.combination import Combined, Group, Mask, Use, apart
from labctl.metrology.coverage import CoveragePolicy
from labctl.metrology.distributions import Floats
from labctl.metrology.effects import Correlation, EffectId
from labctl.metrology.inputs import Columns, Input
from labctl.metrology.many import Members, many
from labctl.metrology.units import Unit, parse_unit


@frozen
class Caution:
    """Something that whoever approves a result should know; `code` is stable and documented."""

    code: str
    output: str
    points: tuple[int, ...]
    text: Text


@frozen(eq=False, kw_only=True)
class Batch:
    """Results by the name of the output, each an array (n,) in the output's `unit` (coherent SI, or °C).

    `u`, `dof`, `k` and `expanded` are NaN for a statistic such as stdev(x[:]), of which no uncertainty is stated.
    """

    points: int
    values: Mapping[str, Floats]
    u: Mapping[str, Floats]
    dof: Mapping[str, Floats]
    k: Mapping[str, Floats]
    expanded: Mapping[str, Floats]
    unit: Mapping[str, Unit]
    policy: CoveragePolicy
    members: Members | None = None
    """Whose results the points are, where they are one point of units that are calibrated in step."""
    ruling: Mapping[str, np.ndarray] = field(factory=dict[str, np.ndarray])
    """How many bounded contributions gave k its shape, by output and point, where the policy asks for it."""
    warnings: tuple[Caution, ...] = ()
    inputs: Mapping[str, Input] = field(repr=False)
    correlations: tuple[Correlation, ...] = ()
    _uses: tuple[Use, ...] = field(repr=False, alias="uses")
    _groups: tuple[Group, ...] = field(repr=False, alias="groups")
    _pairs: tuple[tuple[int, int, float, Mask], ...] = field(repr=False, alias="pairs")
    _combined: Mapping[str, Combined] = field(repr=False, alias="combined")
    _sensitivities: Mapping[str, Floats] = field(repr=False, alias="sensitivities")

    def value(self, output: str) -> float:
        """Return the one value of a result at one point; of units that are calibrated in step each one's own."""
        found = self.values[output]
        return found.item() if self.members is None else many(self.members, found)

    @property
    def effects(self) -> tuple[EffectId, ...]:
        """Return every effect of the batch, in the order of the columns of `jacobian`."""
        return tuple(sorted({identity for group in self._groups for identity in group.identities}))

    @property
    def jacobian(self) -> dict[str, Floats]:
        """Return, of each output, the components c·u of every effect as an array (n, effects).

        J Jᵀ is the covariance between points, where effects do not correlate and their sharing is stated.
        """
        column = {identity: number for number, identity in enumerate(self.effects)}
        found: dict[str, Floats] = {}
        for output, combined in self._combined.items():
            matrix = np.zeros((self.points, len(column)))
            for number, group in enumerate(self._groups):
                places = [column[group.identity(point)] for point in range(self.points)]
                matrix[np.arange(self.points), places] += combined.components[number]
            found[output] = matrix
        return found

    def components(self, output: str, point: int) -> dict[EffectId, float]:
        """Return the signed component c·u of each effect in one result, in the order of the identifiers."""
        combined = self._stated(output)
        found: dict[EffectId, float] = {}
        for number, group in enumerate(self._groups):
            identity = group.identity(point)
            found[identity] = found.get(identity, 0.0) + float(combined.components[number, point])
        return dict(sorted(found.items()))

    def covariance(self, output_a: str, point_a: int, output_b: str, point_b: int) -> float:
        """Return the covariance of two results; effects whose sharing is unstated count as shared.

        Of a result with itself it is the variance that its u was taken from.
        """
        if (output_a, point_a) == (output_b, point_b):
            return float(self._stated(output_a).variance[point_a])
        a, b = self.components(output_a, point_a), self.components(output_b, point_b)
        total = sum(a[identity] * b[identity] for identity in a if identity in b)
        for first, second, r, _ in self._pairs:
            for one, other in ((first, second), (second, first)):
                left, right = self._groups[one].identity(point_a), self._groups[other].identity(point_b)
                total += r * a.get(left, 0.0) * b.get(right, 0.0)
        return total

    def as_input(
        self, symbol: str, output: str, *, columns: Columns | None = None, by: str = "nominal", of: str = ""
    ) -> Input:
        """Return the results of all points as one vector x[:] of a further model with one point, a reduction.

        Every effect keeps its identity, so what the points share stays shared. `columns` (each as long as the batch)
        select and pair the elements, `by` is the one that pairs; `of` names what was evaluated (a section), so that
        local effects of two sections stay apart. Where this batch had correlations, pass them on.

        Raises:
            UncertaintyError: no uncertainty is stated for this output, or a column is not as long as the batch.
        """
        for name, (_, cells) in (columns or {}).items():
            if len(cells) != self.points:
                raise UncertaintyError(code="wrong-shape", input=name, problem=_LENGTH.filled(points=self.points))
        every = range(self.points)
        brought = carried(self._uses, self._stated(output), every, of=of, as_elements=True)
        return Input(
            symbol,
            self.unit[output],
            np.zeros(1),
            elements=self.values[output],
            element_contributions=brought,
            columns=columns or {},
            by=by,
        )

    def as_values(self, symbol: str, output: str, points: Sequence[int] | None = None, *, of: str = "") -> Input:
        """Return the results of some points (all of them by default) as an input of a further model, point by point.

        Raises:
            UncertaintyError: no uncertainty is stated for this output.
        """
        chosen = range(self.points) if points is None else points
        brought = carried(self._uses, self._stated(output), chosen, of=of, as_elements=False)
        return Input(symbol, self.unit[output], self.values[output][chosen], brought)

    def rule(self, output: str, point: int) -> Text:
        """Return how k of one result was chosen."""
        return self.policy.text_of(int(self.ruling[output][point]) if output in self.ruling else 0)

    def budget(self, output: str, point: int, unit: Unit | str | None = None) -> Budget:
        """Return the budget of one result, in the output's own unit or another of its dimension.

        Raises:
            UncertaintyError: no uncertainty is stated for this output.
        """
        combined = self._stated(output)
        own = self.unit[output]
        shown = own if unit is None else parse_unit(unit) if isinstance(unit, str) else unit
        ratio = 1.0 if own is shown else float(own.factor / shown.factor)
        rows = self._rows(output, point, combined, ratio)
        return Budget(
            output=output,
            point=point,
            value=float(self.values[output][point]) * ratio,
            unit=shown.symbol,
            rows=rows,
            u=float(self.u[output][point]) * ratio,
            dof=finite_dof(float(combined.dof[point])),
            k=float(self.k[output][point]),
            probability=self.policy.probability,
            expanded=float(self.expanded[output][point]) * ratio,
            rule=self.rule(output, point),
            warnings=tuple(each.text for each in self.warnings if each.output == output and point in each.points),
        )

    def _rows(self, output: str, point: int, combined: Combined, ratio: float) -> tuple[BudgetRow, ...]:
        components = combined.uses[:, point].tolist()
        sensitivities = self._sensitivities[output][:, point].tolist()
        variance = float(combined.variance[point])
        if self._pairs or not apart(self._groups) or variance == 0:
            percents = [self._percent(output, point, number, own) for number, own in enumerate(components)]
        else:
            percents = [100 * own * own / variance for own in components]
        rows: list[BudgetRow] = []
        for use, own, slope, percent in zip(self._uses, components, sensitivities, percents, strict=True):
            given, contribution = self.inputs[use.slot.symbol], use.contribution
            factor, divisor, dof = given.factor, use.divisor, use.dof.item(point)
            spread = abs(use.u.item(point)) / factor
            rows.append(
                BudgetRow(
                    symbol=use.symbol,
                    description=contribution.description,
                    value=self._value(use, point),
                    unit=given.unit.symbol,
                    distribution=use.shape,
                    stated=spread * divisor,
                    divisor=divisor,
                    u=spread,
                    dof=dof if dof < math.inf else None,
                    type=contribution.evaluation,
                    sensitivity=slope * factor * ratio,
                    contribution=abs(own) * ratio,
                    percent=percent,
                    source=contribution.source,
                    effect=use.effects[point if len(use.effects) > 1 else 0],
                    confirmed=contribution.confirmed,
                )
            )
        return tuple(rows)

    def _value(self, use: Use, point: int) -> float:
        """Return the value of an input or element at a point, in its own unit."""
        given, element = self.inputs[use.slot.symbol], use.slot.element
        if element is None and given.values.size == 1:
            return given.values.item()
        values = given.values if element is None or given.elements is None else given.elements[..., element]
        return float(np.broadcast_to(values, (self.points,))[point])

    def _percent(self, output: str, point: int, number: int, own: float) -> float:
        """Return c_i u_i Σ_j r_ij c_j u_j / u², in per cent."""
        combined = self._combined[output]
        variance = float(combined.variance[point])
        if variance == 0 or own == 0:
            return 0.0
        together = 0.0
        for index, group in enumerate(self._groups):
            if any(use == number and (mask is None or mask[point]) for use, mask in group.members):
                together += own if combined.independent[index, point] else float(combined.components[index, point])
                for a, b, r, mask in self._pairs:
                    if index in {a, b} and mask[point]:
                        together += r * float(combined.components[b if index == a else a, point])
        return 100 * own * together / variance

    def _stated(self, output: str) -> Combined:
        if output not in self._combined:
            raise UncertaintyError(
                code="no-uncertainty-stated",
                input=output,
                problem=Text(
                    "a standard deviation or span is a statistic; no uncertainty is stated for it",
                    zh="标准偏差和极差是统计量，不给出不确定度",
                ),
            )
        return self._combined[output]


_LENGTH: Final = Text(
    "a column of {points} cells is needed, one for each point", zh="该列应有 {points} 个单元，每点一个"
)
