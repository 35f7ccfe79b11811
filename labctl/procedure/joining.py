"""Results of several evaluations as one input of a further model: every effect keeps its identity."""

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import define, evolve, frozen

from labctl.metrology.batch import Batch
from labctl.metrology.distributions import Floats
from labctl.metrology.effects import Contribution, EffectId, Sharing
from labctl.metrology.figure import Value
from labctl.metrology.inputs import Column, Columns, Input
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import ONE


@frozen(kw_only=True)
class Part:
    """One result: its batch of one point, the output's name, the columns of its point, and the name of its place."""

    batch: Batch
    output: str
    columns: Mapping[str, Value]
    place: str


def as_value(symbol: str, part: Part) -> Input:
    """Return one result as an input of a further model."""
    if part.output in part.batch.expanded and not np.isnan(part.batch.expanded[part.output][0]):  # a statistic: of all
        return part.batch.as_values(symbol, part.output, of=part.place)
    return Input(symbol, part.batch.unit[part.output], part.batch.values[part.output])


def as_elements(symbol: str, parts: Sequence[Part], *, by: str) -> Input:
    """Return several results as a vector x[:] of a further model with one point.

    Columns that all of them have select and pair the elements, `by` is the one that pairs.
    """
    rows: dict[EffectId, _Row] = {}
    breadth = max(part.batch.points for part in parts)
    for number, part in enumerate(parts):
        for each in as_value(symbol, part).contributions:
            identity = each.effect if isinstance(each.effect, EffectId) else _first(each)
            rows.setdefault(identity, _Row.of(each, breadth, len(parts))).take(number, each)
    first = parts[0]
    values = [np.broadcast_to(part.batch.values[part.output], breadth) for part in parts]
    return Input(
        symbol,
        first.batch.unit[first.output],
        np.zeros(1),
        elements=np.stack(values, axis=1),
        element_contributions=tuple(each.contribution(identity) for identity, each in rows.items()),
        columns=columns_of([part.columns for part in parts]),
        by=by,
    )


@define
class _Row:
    """One effect over all elements: how far it moves each of them, an array (n, m).

    A result may rest on an effect in several ways, such as a mass by itself and through a diverter's correction. What
    is known to be one adds up with its signs; of what nobody says so, the larger of that and of parts that are
    independent stands, so that nothing cancels for want of a statement.
    """

    pattern: Contribution
    moved: Floats
    squares: Floats

    @classmethod
    def of(cls, pattern: Contribution, breadth: int, count: int) -> "_Row":
        return cls(pattern, np.zeros((breadth, count)), np.zeros((breadth, count)))

    def take(self, number: int, found: Contribution) -> None:
        part = np.ravel(found.u) * np.ravel(found.sensitivity)
        self.moved[:, number] += part
        self.squares[:, number] += part**2

    def contribution(self, identity: EffectId) -> Contribution:
        size = np.abs(self.moved)
        if self.pattern.sharing is Sharing.UNSTATED:
            size = np.maximum(size, np.sqrt(self.squares))
        return evolve(
            self.pattern,
            effect=identity,
            distribution=evolve(self.pattern.distribution, stated=size * self.pattern.divisor),
            dof=np.full(size.shape, np.ravel(self.pattern.dof)[0]),
            sensitivity=np.where(self.moved < 0, -1.0, 1.0),
        )


def _first(contribution: Contribution) -> EffectId:
    identity = contribution.effect
    while not isinstance(identity, EffectId):
        identity = identity[0]
    return identity


def columns_of(rows: Sequence[Mapping[str, Value]]) -> Columns:
    """Return the columns that every row has, each with one unit or of words."""
    found: dict[str, Column] = {}
    for name in rows[0]:
        cells = [row.get(name) for row in rows]
        first = cells[0]
        if isinstance(first, Quantity) and all(isinstance(each, Quantity) for each in cells):
            found[name] = (first.unit, [each.value_in(first.unit) for each in cells if isinstance(each, Quantity)])
        elif isinstance(first, str) and all(isinstance(each, str) for each in cells):
            found[name] = (None, [str(each) for each in cells])
        elif all(isinstance(each, int | float) for each in cells):
            found[name] = (ONE, [float(each) for each in cells if isinstance(each, int | float)])
    return found
