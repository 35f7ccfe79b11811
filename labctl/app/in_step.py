"""Many simulated calibrations as one: worlds that go in step, every model worked out for all of them at once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final

import numpy as np
from attrs import Factory, evolve, frozen

from labctl.app.simulate import bench_of
from labctl.app.trials import Compared, Made, Trials
from labctl.metrology.batch import Batch
from labctl.metrology.conformity import Decision, Side, Verdict, worst
from labctl.metrology.figure import Value
from labctl.metrology.many import Flags, Floats, Members, NotInStep, as_many, value_of, values_of
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import Unit
from labctl.procedure.capability import floor_of, lines_for, lines_of
from labctl.procedure.declared import EACH_REPETITION, Requirement
from labctl.procedure.evaluation import Evaluation, Pending
from labctl.procedure.judging import decided, stated
from labctl.records.order import Order

_BITS: Final = 1e-6  # of U or of a limit, by which the last bits of sums over arrays may differ


@frozen(kw_only=True)
class InStep:
    """What came of trials that went in step.

    Attributes:
        compared: by seed, every result beside its truth; without those that strayed, which would have gone another way
            alone than they went in step.
        strayed: their seeds.
        off_pace: seeds of those whose answers have another number of characters than those of the first, so that alone
            they come milliseconds earlier or later on a serial line, with the noise of that instant.
        patience: how often was looked at what was waited for; a trial that looks as often alone has the same results,
            unless it is off the pace.
    """

    compared: Mapping[int, list[Compared]] = Factory(dict[int, list[Compared]])
    strayed: tuple[int, ...] = ()
    off_pace: frozenset[int] = frozenset()
    patience: tuple[int, ...] = ()


def in_step(trials: Trials, seeds: Sequence[int]) -> InStep:
    """Calibrate several units at once, each as `Trials.one` would.

    Raises:
        TrialFailed: the run did not come to its end.
        NotInStep: an instrument, driver or model of it wants one number where each has its own.
    """
    bench = bench_of(trials.prepared.station, seed=seeds[0], others=seeds[1:], pace=trials.pace)
    made = trials.made(bench, trials.prepared, bench.clock, seeds[0])
    rows = [row for unit in made.units for row in _Rows(trials, made, unit, len(seeds)).all()]
    members = bench.world.members or Members(len(seeds))
    strayed = members.strayed
    return InStep(
        compared={seed: [row.of(n) for row in rows] for n, seed in enumerate(seeds) if not strayed[n]},
        strayed=tuple(seed for n, seed in enumerate(seeds) if strayed[n]),
        off_pace=frozenset(seed for n, seed in enumerate(seeds) if members.off_pace[n]),
        patience=made.patience,
    )


def together_if_possible(trials: Trials, seeds: Sequence[int]) -> InStep:
    """Return what trials in step gave; nothing where they cannot go in step.

    Raises:
        TrialFailed: the run did not come to its end.
    """
    if len(seeds) > 1:
        with suppress(NotInStep):
            return in_step(trials, seeds)
    return InStep()


def alike(some: Sequence[Compared], others: Sequence[Compared]) -> bool:
    """Return whether two trials gave the same results; sums over arrays may differ in the last bits."""
    return len(some) == len(others) and all(
        evolve(one, normalised=0.0) == evolve(other, normalised=0.0) and abs(one.normalised - other.normalised) < _BITS
        for one, other in zip(some, others, strict=True)
    )


def near(some: Sequence[Compared], others: Sequence[Compared]) -> bool:
    """Return whether two trials gave results of the same unit, measured at other instants: less than U apart."""
    return [each.name for each in some] == [each.name for each in others] and all(
        abs(one.normalised - other.normalised) < 1.0 for one, other in zip(some, others, strict=True)
    )


class _Rows:
    """Every result of a unit that has a truth, section by section, as `Trials.one` goes through them."""

    def __init__(self, trials: Trials, made: Made, unit: str, count: int) -> None:
        account = made.accounts[unit]
        self._count = count
        self._procedure = trials.prepared.procedure
        self._started = account.started
        self._evaluation = Evaluation(self._procedure, account.started, account)
        self._truth = made.truth(unit)
        self._capability = lines_of(account.started.laboratory, account.started.procedure)

    def all(self) -> Iterator["_Row"]:
        for planned in self._started.plan:
            declared = self._procedure.find(planned.section)
            for point in planned.points:
                if not self._evaluation.account.point(planned.phase, planned.section, point.key).reported:
                    continue
                try:
                    batch = self._evaluation.point(planned.phase, planned.section, point.key)
                except Pending:  # of a section that was left out
                    continue
                name = (planned.phase, planned.section, point.key)
                yield from self._of(name, batch, declared.model.outputs, point.columns)
        for phase in dict.fromkeys(each.phase for each in self._started.plan):
            for reduction in self._procedure.reductions:
                try:
                    groups = self._evaluation.groups(phase, reduction.name)
                except Pending:
                    continue
                for group in groups:
                    name = (phase, reduction.name, group.key)
                    yield from self._of(name, group.batch, reduction.model.outputs, group.columns)

    def _of(
        self, name: tuple[str, str, str], batch: Batch, outputs: Sequence[str], columns: Mapping[str, Value]
    ) -> Iterator["_Row"]:
        names = {**self._evaluation.names, **columns}
        names |= {output: Quantity(batch.value(output), batch.unit[output]) for output in outputs}
        for output in outputs:
            true = self._truth.get((*name, output))
            if true is not None and (batch.expanded[output] > 0).any():
                yield self._row(name, output, batch, true, names)

    def _row(
        self, name: tuple[str, str, str], output: str, batch: Batch, true: Quantity, names: Mapping[str, Value]
    ) -> "_Row":
        _, section, point = name
        whole = self._stated(section, output, batch, names)
        truth = self._each(values_of(true.value_in(whole.unit)))
        requirement = self._requirement(section, output)
        judged: tuple[_Stated, ...] = (whole,)
        if requirement is not None and requirement.each == EACH_REPETITION:
            judged = tuple(self._stated(section, output, each, names) for each in self._evaluation.singles(*name))
        room = _room(requirement, names, whole.unit) if requirement is not None else 0.0
        return _Row(
            name=(section, point, output),
            whole=whole,
            truth=truth,
            requirement=requirement,
            judged=judged,
            order=self._started.order,
            plain=np.logical_and.reduce([np.abs(each.value) + each.expanded < room for each in judged])
            & (np.abs(truth) < room),
        )

    def _stated(self, section: str, output: str, batch: Batch, columns: Mapping[str, Value]) -> "_Stated":
        """Return a result as it would be stated, with no U below the laboratory's capability."""
        unit = batch.unit[output]
        names = {**columns, **{each: Quantity(batch.value(each), batch.unit[each]) for each in batch.unit}}
        floor = self._floor(section, output, names, unit.symbol)
        return _Stated(
            unit=unit,
            value=self._each(values_of(batch.value(output))),
            expanded=np.maximum(self._each(batch.expanded[output]), self._each(floor)),
            names=names,
        )

    def _floor(self, section: str, output: str, names: Mapping[str, Value], unit: str) -> Floats:
        if not lines_for(self._capability, section, output):
            return np.zeros(1)
        floors = (floor_of(self._capability, section, output, _own(names, n), unit) for n in range(self._count))
        return np.fromiter(floors, np.float64)

    def _each(self, found: Floats) -> Floats:
        """Return a number for each member, of an array that holds one for all of them, or one for each."""
        return np.broadcast_to(found, self._count)

    def _requirement(self, section: str, output: str) -> Requirement | None:
        if not stated(self._started.order):
            return None
        wanted = (each for each in self._procedure.requirements if (each.of, each.symbol) == (section, output))
        return next(wanted, None)


@frozen(kw_only=True)
class _Stated:
    """A result of all members with its U; arrays have one number for each of them, in the unit of the result."""

    unit: Unit
    value: Floats
    expanded: Floats
    names: Mapping[str, Value]  # what a limit may use

    def decided(self, requirement: Requirement, order: Order, member: int) -> tuple[Quantity, Decision] | None:
        """Return the limit and what is decided of one member; None where there is no limit."""
        value = Quantity(self.value.item(member), self.unit)
        expanded = Quantity(self.expanded.item(member), self.unit.difference)
        return decided(requirement, value, expanded, _own(self.names, member), order)


@frozen(kw_only=True)
class _Row:
    """One result of all members beside its truth, and what is judged: the result, or each of its repetitions."""

    name: tuple[str, str, str]  # section, point, symbol
    whole: _Stated
    truth: Floats  # in the unit of the result
    requirement: Requirement | None
    judged: tuple[_Stated, ...]
    order: Order
    plain: Flags  # whose verdict no rule would put otherwise: it lies more than U inside its limit

    def of(self, member: int) -> Compared:
        """Return what `Trials.one` would give of a member."""
        section, point, symbol = self.name
        expanded = self.whole.expanded.item(member)
        away = self.whole.value.item(member) - self.truth.item(member)
        conforms, verdict = (True, Verdict.CONFORMS) if self.plain[member] else self._judged(member)
        return Compared(
            section=section,
            point=point,
            symbol=symbol,
            covered=abs(away) <= expanded,
            normalised=away / expanded,
            conforms=conforms,
            verdict=verdict,
        )

    def _judged(self, member: int) -> tuple[bool | None, Verdict | None]:
        if self.requirement is None:
            return None, None
        made = [each.decided(self.requirement, self.order, member) for each in self.judged]
        said = [each for each in made if each is not None]
        whole = worst(tuple(each.verdict for _, each in said))
        if len(said) < len(made) or whole is None:
            return None, None
        limit, _ = max((each for each in said if each[1].verdict is whole), key=lambda each: each[1].ratio)
        return abs(Quantity(self.truth.item(member), self.whole.unit)) <= abs(limit), whole


def _room(requirement: Requirement, names: Mapping[str, Value], unit: Unit) -> float:
    """Return the limit, less what floats may be wrong by; zero where it is on one side only, or each has its own."""
    limit = requirement.limit
    used = [names.get(each) for each in limit.names]
    if limit.side is not Side.WITHIN or any(_differs(each) for each in used):
        return 0.0
    found = limit.at(names, f"requirement {requirement.title.en}")
    return found.value_in(unit.difference) * (1 - _BITS) if found is not None else 0.0


def _differs(found: Value | None) -> bool:
    return isinstance(found, Quantity) and as_many(found.value) is not None


def _own(names: Mapping[str, Value], member: int) -> dict[str, Value]:
    """Return what each name stands for to one member."""
    return {each: _of_member(found, member) if isinstance(found, Quantity) else found for each, found in names.items()}


def _of_member(quantity: Quantity, member: int) -> Quantity:
    return Quantity(value_of(quantity.value, member), quantity.unit)
