"""One evaluation of a run: points, repetitions and reductions, each worked out when it is needed and kept."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from attrs import define, evolve, field, frozen

from labctl.errors import ProcedureError, RecordError, UncertaintyError
from labctl.events.kinds import IndicationTaken, PlannedPoint, PlannedSection, RunStarted
from labctl.language import Text
from labctl.metrology.batch import Batch
from labctl.metrology.effects import Correlation, EffectId, Identities, Scope
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.figure import Figure, Value
from labctl.metrology.inputs import Columns, Input
from labctl.metrology.quantity import Quantity
from labctl.metrology.statistics import mean, pooled, series
from labctl.metrology.units import ONE, Unit
from labctl.procedure.account import Account, Attempt
from labctl.procedure.bind import Circumstances, bind, characteristic
from labctl.procedure.choosing import at_point, name_of
from labctl.procedure.declared import EACH_POINT, EACH_RUN, EACH_UNIT, Pooled, Reduction
from labctl.procedure.interpolating import BETWEEN, neighbours
from labctl.procedure.joining import Part, as_elements, as_value, columns_of
from labctl.procedure.procedure import SECTION, Procedure, Section
from labctl.procedure.scatter import (
    Scatter,
    correlations_of,
    observed,
    of_one,
    scatter_inputs,
    stated,
    widened,
)
from labctl.procedure.seen import (
    Readings,
    made_of,
    main_unit,
    readings_of,
    resolutions_of,
    shared_in,
    spans_of,
    times_of,
    together_of,
    traced_in,
)
from labctl.procedure.sources import Characteristic, Result
from labctl.records.equipment import Asset

T = TypeVar("T")
WHOLE: Final = "1"
"""The key of what is there once only: the point of a section without points, the result of a reduction."""


class Pending(Exception):
    """A model needs a result that is not there yet."""

    def __init__(self, section: str) -> None:
        super().__init__(section)
        self.section = section


@frozen(kw_only=True, eq=False)
class Group:
    """What a reduction was made for once: its key, the columns it has, its batch of one point."""

    key: str
    columns: Mapping[str, Value]
    batch: Batch


@frozen(kw_only=True)
class _Context:
    """Where results of other sections are asked for."""

    phase: str
    columns: Mapping[str, Value]
    key: str = ""  # of the point, where there is one
    repetitions: bool = False  # x[:] means the repetitions of the point
    group: tuple[str, Value] | None = None  # only points whose column has this value


@define
class Evaluation:
    """Works out results from the account of a run; the same while it runs, afterwards and in a check.

    Every method raises Pending where a result that it needs is not there yet.
    """

    procedure: Procedure
    started: RunStarted
    account: Account
    _points: dict[tuple[str, str, str], Batch] = field(factory=dict[tuple[str, str, str], Batch], init=False)
    _repetitions: dict[tuple[str, str, str], tuple[Batch, ...]] = field(
        factory=dict[tuple[str, str, str], tuple[Batch, ...]], init=False
    )
    _values: dict[tuple[str, str, str], tuple[Batch, ...]] = field(
        factory=dict[tuple[str, str, str], tuple[Batch, ...]], init=False
    )
    _groups: dict[tuple[str, str], tuple[Group, ...]] = field(
        factory=dict[tuple[str, str], tuple[Group, ...]], init=False
    )
    untold: dict[tuple[str, str], Text] = field(factory=dict[tuple[str, str], Text], init=False)
    """Why a reduction has no result, by phase and title: points were left out, and the rest is not enough."""
    _under_way: list[str] = field(factory=list[str], init=False)
    _correlations: tuple[Correlation, ...] = field(default=(), init=False)

    # --- results -----------------------------------------------------------------------------------------------------

    def point(self, phase: str, section: str, key: str) -> Batch:
        """Return the results of a point, from the last accepted attempt of each of its repetitions."""
        name = (phase, section, key)
        if name not in self._points:
            self._points[name] = self._within(section, lambda: self._point(*name))
        return self._points[name]

    def repetitions(self, phase: str, section: str, key: str) -> tuple[Batch, ...]:
        """Return the results of every reported repetition of a point, each without Type A of its own."""
        name = (phase, section, key)
        if name not in self._repetitions:
            attempts = self.attempts(*name)
            self._repetitions[name] = self._within(
                section, lambda: tuple(self.repetition(phase, section, key, each) for each in attempts)
            )
        return self._repetitions[name]

    def repetition(self, phase: str, section: str, key: str, attempt: Attempt, *, values_only: bool = False) -> Batch:
        """Return the results of one attempt, without Type A; with `values_only` nothing is said of uncertainty."""
        declared = self.procedure.find(section)
        at = self.circumstances(phase, declared, self.planned(phase, section, key), [attempt])
        inputs = bind(readings_of(declared, attempt), at, type_a=False)
        if values_only:
            inputs = {name: evolve(each, contributions=(), element_contributions=()) for name, each in inputs.items()}
        return self._evaluated(declared.model.equations, inputs, at.columns)

    def singles(self, phase: str, section: str, key: str) -> tuple[Batch, ...]:
        """Return the results of every reported repetition of a point as if it were alone, with the scatter of one."""
        attempts, declared = self.attempts(phase, section, key), self.procedure.find(section)
        if len(attempts) == 1 and declared.repeatability is None:
            return (self.point(phase, section, key),)
        return self._within(section, lambda: tuple(self._single(phase, declared, key, each) for each in attempts))

    def values(self, phase: str, section: str, key: str) -> tuple[Batch, ...]:
        """Return the values alone of every reported repetition of a point."""
        name = (phase, section, key)
        if name not in self._values:
            attempts = self.attempts(*name)
            self._values[name] = self._within(
                section, lambda: tuple(self.repetition(*name, each, values_only=True) for each in attempts)
            )
        return self._values[name]

    def groups(self, phase: str, title: str) -> tuple[Group, ...]:
        """Return the results of a reduction, once for each of what it is made for."""
        name = (phase, title)
        if name not in self._groups:
            declared = next(each for each in self.procedure.reductions if each.name == title)
            self._groups[name] = self._within(title, lambda: tuple(self._reduced(phase, declared)))
        return self._groups[name]

    def attempts(self, phase: str, section: str, key: str) -> tuple[Attempt, ...]:
        """Return the reported attempts of a point."""
        found = self.account.point(phase, section, key).reported
        if not found:
            raise Pending(section)
        return found

    def planned(self, phase: str, section: str, key: str) -> PlannedPoint:
        """Return a point of the plan. Raises RecordError."""
        found = next((each for each in self._section(phase, section).points if each.key == key), None)
        if found is None:
            raise RecordError(record=f"{phase}, {section}, {key}", problem=_NOT_PLANNED)
        return found

    def circumstances(
        self, phase: str, section: Section, planned: PlannedPoint, attempts: Sequence[Attempt]
    ) -> Circumstances:
        """Return everything known at a point apart from its readings."""
        here = f"{phase}/{section.name}/{planned.key}"
        columns = {**self.names, **planned.columns}
        context = _Context(phase=phase, columns=planned.columns, key=planned.key)
        return Circumstances(
            procedure=self.procedure,
            section=section,
            columns=columns,
            assets=at_point(self.assets, planned.columns),
            places=self._places(phase, section.name, here) | self._hooked(phase, section, planned),
            resolutions=resolutions_of(self._roles(planned), attempts),
            unit=main_unit(section, attempts),
            times=times_of(section, attempts),
            traced=traced_in(section, attempts),
            spans=spans_of(section, attempts),
            made=made_of(section, attempts),
            shared=shared_in(section, self.account.point(phase, section.name, planned.key).reported or attempts),
            conditions=self._conditions(phase, section.name, planned.key, attempts),
            finds=lambda symbol, source, every: self._found(symbol, source, every, context),
        )

    def _roles(self, planned: PlannedPoint) -> dict[str, str]:
        """Return the instruments by role, as they are at a point."""
        known, found = self.assets, dict(self.started.roles)
        for role, key in planned.columns.items():
            if isinstance(key, str) and name_of(role, key) in known:
                found[role] = known[name_of(role, key)].key
        return found

    @property
    def correlations(self) -> tuple[Correlation, ...]:
        """Return how the scatters of results belong together, of all that was worked out so far."""
        return self._correlations

    @property
    def names(self) -> dict[str, Value]:
        """Return the constants of the unit's nameplate, as figures name them: `unit.accuracy_class`."""
        return dict(self.started.unit.constants)

    @property
    def assets(self) -> dict[str, Asset]:
        """Return the records by role."""
        return {**self.started.auxiliaries, **self.started.standards}

    # --- points ------------------------------------------------------------------------------------------------------

    def _point(self, phase: str, section: str, key: str) -> Batch:
        declared = self.procedure.find(section)
        planned = self.planned(phase, section, key)
        attempts = self.attempts(phase, section, key)
        model = declared.model.equations
        at = self.circumstances(phase, declared, planned, attempts[-1:] if model.vectors else attempts)
        if len(attempts) == 1 and declared.repeatability is None:
            return self._evaluated(model, bind(readings_of(declared, attempts[0]), at), at.columns)
        each = self.values(phase, section, key)
        values = {output: [batch.value(output) for batch in each] for output in model.outputs}
        uncertain = [output for output in model.outputs if output not in model.statistics]
        scatters = {output: self._scatter(phase, declared, at, output, values[output]) for output in uncertain}
        correlations = correlations_of(self._varying(phase, declared, uncertain, values), at)
        inputs = bind(self._together(declared, attempts), at, type_a=False)
        last = each[-1]
        offsets = (
            {output: mean(found) - last.value(output) for output, found in values.items()} if model.vectors else {}
        )
        inputs |= scatter_inputs(scatters, each[0], at, offsets)
        self._correlations += correlations
        return self._evaluated(widened(model), inputs, at.columns)

    def _single(self, phase: str, declared: Section, key: str, attempt: Attempt) -> Batch:
        at = self.circumstances(phase, declared, self.planned(phase, declared.name, key), [attempt])
        each, model = self.values(phase, declared.name, key), declared.model.equations
        uncertain = [output for output in model.outputs if output not in model.statistics]
        values = {output: [batch.value(output) for batch in each] for output in uncertain}
        scatters = {
            output: of_one(self._scatter(phase, declared, at, output, found), len(each))
            for output, found in values.items()
        }
        inputs = bind(readings_of(declared, attempt), at, type_a=False) | scatter_inputs(scatters, each[0], at, {})
        return self._evaluated(widened(model), inputs, at.columns)

    def _together(self, section: Section, attempts: Sequence[Attempt]) -> Readings:
        """Return the readings of all repetitions as if they were one, or of the last alone where the model has vectors.

        A sum or a slope over readings means those of one repetition: the model is then evaluated there, and the mean
        of the results stands in place of its own.
        """
        return together_of(section, attempts[-1:] if section.model.equations.vectors else attempts)

    def _scatter(
        self, phase: str, section: Section, at: Circumstances, output: str, values: Sequence[float]
    ) -> Scatter:
        match section.repeatability:
            case None:
                return observed(values, output)
            case Pooled():
                return self._pooled(phase, section, output, len(values))
            case Characteristic() as source:
                found = characteristic(output, source, at)
                width = Figure(found.figure).quantity(at.names)
                s = width.value_in(self._unit_of(phase, section, output).difference) / (
                    found.k if found.distribution == "normal" else 3**0.5
                )
                words = _KNOWN.filled(role=self.procedure.role(source.role).title)
                return stated(s, float("inf"), len(values), found.source, words)

    def _varying(
        self, phase: str, section: Section, uncertain: Sequence[str], values: Mapping[str, Sequence[float]]
    ) -> dict[str, list[float]]:
        """Return the values by which it is told how the scatters of several results belong together.

        Those of a point itself; where all points are taken together, what those of each are off its mean. Nothing is
        known where the scatter stands in a record.
        """
        match section.repeatability:
            case None:
                return {output: [*values[output]] for output in uncertain}
            case Pooled():
                points = [each.key for each in self._section(phase, section.name).points]
                repeated = [
                    self.values(phase, section.name, key)
                    for key in points
                    if len(self.account.point(phase, section.name, key).reported) > 1
                ]
                return {output: [each for found in repeated for each in _off(found, output)] for output in uncertain}
            case Characteristic():
                return {}

    def _pooled(self, phase: str, section: Section, output: str, count: int) -> Scatter:
        """Return the scatter of the repetitions of all points of a section, taken together once all are measured."""
        planned = self._section(phase, section.name).points
        states = [self.account.point(phase, section.name, each.key) for each in planned]
        if any(not state.reported and state.skipped is None for state in states):
            raise Pending(section.name)
        series_of_points = [
            series([batch.value(output) for batch in batches], output)
            for each in planned
            if len(self.account.point(phase, section.name, each.key).reported) > 1
            and (batches := self.values(phase, section.name, each.key))
        ]
        if not series_of_points:
            raise ProcedureError(
                where=f"section {section.name}",
                problem=Text("no point was repeated, so there is nothing to pool", zh="没有重复测量的点，无法合并"),
                remedy=Text("Set repeats to 2 or more at one point", zh="请至少在一个点将 repeats 设为 2 以上"),
            )
        s, dof = pooled(series_of_points)
        return stated(s, dof, count, f"s_p/√{count}", _POOLED.filled(points=len(series_of_points)))

    def _unit_of(self, phase: str, section: Section, output: str) -> Unit:
        for each in self._section(phase, section.name).points:
            if self.account.point(phase, section.name, each.key).reported:
                return self.values(phase, section.name, each.key)[0].unit[output]
        return ONE

    # --- reductions --------------------------------------------------------------------------------------------------

    def _reduced(self, phase: str, declared: Reduction) -> list[Group]:
        return [self._group(declared, each) for each in self._contexts(phase, declared)]

    def _contexts(self, phase: str, declared: Reduction) -> list[_Context]:
        """Return what a reduction is made for, by the points of the first section that it draws on."""
        if declared.each in {EACH_UNIT, EACH_RUN}:
            return [_Context(phase=phase, columns={}, key=WHOLE)]
        planned = self._section(phase, self._root(declared)).points
        if declared.each == EACH_POINT:
            return [_Context(phase=phase, columns=each.columns, key=each.key, repetitions=True) for each in planned]
        values = dict.fromkeys(str(each.columns.get(declared.each)) for each in planned)
        chosen = [next(each for each in planned if str(each.columns.get(declared.each)) == value) for value in values]
        return [
            _Context(
                phase=phase,
                columns={declared.each: each.columns[declared.each]},
                key=str(each.columns[declared.each]),
                group=(declared.each, each.columns[declared.each]),
            )
            for each in chosen
            if declared.each in each.columns
        ]

    def _root(self, declared: Reduction) -> str:
        """Return the title of the section from which the points of a reduction come."""
        for each in declared.model.results.values():
            target = self.procedure.source(each.section)
            return target.name if isinstance(target, Section) else self._root(target)
        raise ProcedureError(
            where=f"reduction {declared.name}",
            problem=Text("no result enters it", zh="没有引用任何结果"),
            remedy=Text('Give an input the source Result("…", "…")', zh='请为输入给出来源 Result("…", "…")'),
        )

    def _group(self, declared: Reduction, context: _Context) -> Group:
        here = f"{context.phase}/{declared.name}/{context.key}"
        at = Circumstances(
            procedure=self.procedure,
            section=declared,
            columns={**self.names, **context.columns},
            assets=at_point(self.assets, context.columns),
            places=self._places(context.phase, declared.name, here),
            resolutions={},
            unit=ONE,
            finds=lambda symbol, source, every: self._found(symbol, source, every, context),
        )
        try:
            batch = self._evaluated(declared.model.equations, bind({}, at), at.columns)
        except (UncertaintyError, ProcedureError) as error:
            if not self._left_out(context.phase, declared):
                raise
            self.untold[context.phase, declared.name] = error.text()
            raise Pending(declared.name) from error
        return Group(key=context.key, columns=context.columns, batch=batch)

    def _left_out(self, phase: str, declared: Reduction) -> bool:
        """Return whether a point was left out of the series over which a reduction goes."""
        points = self._section(phase, self._root(declared)).points
        return any(not self.account.point(phase, self._root(declared), each.key).reported for each in points)

    # --- results of other sections -----------------------------------------------------------------------------------

    def _found(self, symbol: str, source: Result, every: bool, context: _Context) -> Input:  # noqa: FBT001  (as Finds has it)
        target = self.procedure.source(source.section)
        if source.symbol not in target.model.outputs:
            raise ProcedureError(
                where=f"input {symbol}",
                problem=Text("{section} has no result {symbol}", zh="{section} 没有结果 {symbol}").filled(
                    section=source.section, symbol=source.symbol
                ),
                remedy=Text("Results are: {known}", zh="现有结果：{known}").filled(
                    known=", ".join(target.model.outputs)
                ),
            )
        parts = self._parts(target, source.symbol, context)
        if every and context.repetitions and isinstance(target, Section):
            mine = self._matching(symbol, source, parts, context)
            batches = self.repetitions(context.phase, target.name, _key(mine))
            repeated = [evolve(mine, batch=each, place=f"{mine.place}#{n}") for n, each in enumerate(batches, 1)]
            return as_elements(symbol, repeated, by=source.by)
        if every:
            return as_elements(symbol, parts, by=source.by)
        if source.at:
            return as_value(symbol, self._between(symbol, source, parts, context))
        return as_value(symbol, self._matching(symbol, source, parts, context))

    def _parts(self, target: Section | Reduction, output: str, context: _Context) -> list[Part]:
        """Return the results of a section or reduction that belong to a context, in the order of their points."""
        if isinstance(target, Reduction):
            parts = [
                Part(batch=each.batch, output=output, columns=each.columns, place=f"{target.name}/{each.key}")
                for each in self.groups(context.phase, target.name)
            ]
        else:
            planned = self._section(context.phase, target.name)
            reported = [
                each
                for each in planned.points
                if self.account.point(context.phase, target.name, each.key).skipped is None
            ]
            parts = [
                Part(
                    batch=self.point(context.phase, target.name, each.key),
                    output=output,
                    columns=each.columns,
                    place=f"{target.name}/{each.key}",
                )
                for each in reported
                if context.group is None or each.columns.get(context.group[0]) == context.group[1]
            ]
        if not parts:
            raise Pending(target.name)
        return parts

    def _matching(self, symbol: str, source: Result, parts: Sequence[Part], context: _Context) -> Part:
        """Return the one result that a point means: the only one, or the one whose column has the same value."""
        if len(parts) == 1:
            return parts[0]
        wanted = context.columns.get(source.by)
        own = [each for each in parts if _key(each) == context.key]
        found = own or [each for each in parts if wanted is not None and each.columns.get(source.by) == wanted]
        if len(found) == 1:
            return found[0]
        raise ProcedureError(
            where=f"input {symbol}",
            problem=Text(
                "{count} results of {section} have {by} = {wanted}",
                zh="{section} 中 {by} = {wanted} 的结果有 {count} 个",
            ).filled(count=len(found), section=source.section, by=source.by, wanted=wanted),
            remedy=Text("Name the column that tells them apart with by=", zh="请用 by= 指明区分它们的列"),
        )

    def _between(self, symbol: str, source: Result, parts: Sequence[Part], context: _Context) -> Part:
        """Return the result at the point's own value of a column, between its two neighbours."""
        values = [each.columns.get(source.at) for each in parts]
        one, other, share = neighbours(symbol, values, source.at, context.columns.get(source.at))
        if one == other:
            return parts[one]
        inputs = {
            "low": as_value("low", parts[one]),
            "high": as_value("high", parts[other]),
            "share": Input.of("share", ONE, share),
        }
        batch = self._evaluated(BETWEEN, inputs, {})
        return Part(batch=batch, output="y", columns=context.columns, place="")  # places are in the identities already

    # --- inside ------------------------------------------------------------------------------------------------------

    def _within(self, title: str, work: Callable[[], T]) -> T:
        """Work something out; a section that needs itself is refused."""
        if self._under_way.count(title) > _DEEPEST:
            raise ProcedureError(
                where=f"section {title}",
                problem=Text("its result depends on itself: {way}", zh="其结果依赖于自身：{way}").filled(
                    way=" → ".join(dict.fromkeys(self._under_way))
                ),
                remedy=Text("Break the circle of Result(…) inputs", zh="请消除 Result(…) 的循环引用"),
            )
        self._under_way.append(title)
        try:
            return work()
        finally:
            self._under_way.pop()

    def _evaluated(self, equations: Equations, inputs: Mapping[str, Input], columns: Mapping[str, Value]) -> Batch:
        entering = {
            identity
            for each in inputs.values()
            for contribution in (*each.contributions, *each.element_contributions)
            for identity in _identities(contribution.effect)
        }
        belonging = tuple(each for each in self._correlations if {each.a, each.b} <= entering)
        used = {symbol: each for symbol, each in inputs.items() if symbol in equations.inputs}
        breadth = max((each.breadth for each in used.values()), default=1)
        return evaluate(
            equations,
            used,
            points=breadth,
            names=_row(columns),
            correlations=belonging,
            members=self.account.members if breadth > 1 else None,
        )

    def _section(self, phase: str, section: str) -> PlannedSection:
        found = next((each for each in self.started.plan if (each.phase, each.section) == (phase, section)), None)
        if found is None:
            raise RecordError(record=f"{phase}, {section}", problem=_NOT_PLANNED)
        return found

    def _places(self, phase: str, section: str, here: str) -> dict[Scope, str]:
        earlier = self.account.adopted.get((phase, section))
        return {
            Scope.READING: here,
            Scope.POINT: here,
            Scope.GROUP: f"{phase}/{section}",
            Scope.RUN: earlier.run if earlier is not None else self.started.run,
        }

    def _hooked(self, phase: str, section: Section, at: PlannedPoint) -> dict[Scope, str]:
        """Return the name of the points between which no hook ran again but that of the section, where it matters."""
        if all(getattr(each, "scope", None) is not Scope.GROUP for each in section.model.sources.values()):
            return {}
        columns = [each.column for each in section.hooks if each.column != SECTION]
        planned = self._section(phase, section.name).points
        brought = [tuple(str(each.columns.get(column)) for column in columns) for each in planned]
        upto = next((number for number, each in enumerate(planned) if each.key == at.key), 0)
        number = sum(brought[each] != brought[each - 1] for each in range(1, upto + 1))
        return {Scope.GROUP: f"{phase}/{section.name}/{number}"}

    def _conditions(self, phase: str, section: str, key: str, attempts: Sequence[Attempt]) -> dict[str, list[Quantity]]:
        """Return what the room's instruments showed at a point; where nothing did, what they showed last before.

        What they show at later points is never asked, so that a result stays what it was when the point was made.
        """
        began = _beginning(attempts)
        here: dict[str, list[Quantity]] = {}
        elsewhere: dict[str, list[Quantity]] = {}
        for seen in self.account.conditions:
            if isinstance(seen.event, IndicationTaken) and seen.quantity is not None:
                place, method = seen.event.place, seen.event.method
                if (place.phase, place.section, place.point) == (phase, section, key):
                    here.setdefault(method, []).append(seen.quantity)
                elif seen.n < began or method not in elsewhere:
                    elsewhere[method] = [seen.quantity]
        return {**elsewhere, **here}


def _off(batches: Sequence[Batch], output: str) -> list[float]:
    values = [batch.value(output) for batch in batches]
    middle = mean(values)
    return [each - middle for each in values]


def _beginning(attempts: Sequence[Attempt]) -> float:
    """Return the number of the first event that attempts rest on."""
    shown = (each for attempt in attempts for found in (attempt.series, attempt.traces) for each in found.values())
    return min((seen.n for series_or_trace in shown for seen in series_or_trace), default=float("inf"))


def _identities(effect: Identities) -> list[EffectId]:
    return [effect] if isinstance(effect, EffectId) else [one for each in effect for one in _identities(each)]


def _row(columns: Mapping[str, Value]) -> Columns:
    return columns_of([columns])


def _key(part: Part) -> str:
    return part.place.partition("/")[2]


_DEEPEST: Final = 1
_NOT_PLANNED: Final = Text("is not in the plan of the run", zh="不在运行计划中")
_POOLED: Final = Text("repeatability, pooled over {points} points", zh="{points} 个点合并的重复性")
_KNOWN: Final = Text("repeatability on record of {role}", zh="{role}已知的重复性")
