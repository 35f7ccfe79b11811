"""A run as it will be where nothing scatters: readings at their nominal values, so that results can be foreseen."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final
from weakref import WeakKeyDictionary

from attrs import define, frozen

from labctl.errors import ProcedureError
from labctl.events.kinds import IndicationTaken, Place, PlannedPoint, PlannedSection, RunStarted
from labctl.language import Text
from labctl.metrology.equations import Equations
from labctl.metrology.figure import Value
from labctl.metrology.interval import Interval
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.metrology.units import CELSIUS, ONE, Unit, parse_unit
from labctl.procedure.account import Account, Attempt, PointAccount, Seen
from labctl.procedure.body import Function
from labctl.procedure.declared import Reduction
from labctl.procedure.environment import Environment
from labctl.procedure.evaluation import Evaluation
from labctl.procedure.point import Point
from labctl.procedure.procedure import Procedure, Section
from labctl.procedure.rehearsal import Rehearsed, rehearse
from labctl.procedure.sources import Characteristic, Observed, Parameter
from labctl.records.calibration import Software
from labctl.records.equipment import Asset, UnitUnderTest
from labctl.records.order import Customer, Laboratory, Order, People, Person

NOON: Final = datetime(2000, 1, 1, 12, tzinfo=UTC)
USUAL: Final = {"temperature": "20 °C", "humidity": "50 %", "pressure": "1013.25 hPa"}
"""The ambient conditions where the method asks for none."""
_READINGS: Final = 2  # of every series: enough for a slope, and alike, so that they do not scatter


@frozen
class Assumed:
    """The value of a series as it is assumed beforehand; `known` where points, settings or the room give it."""

    value: Quantity
    known: bool


@define(eq=False)
class Forecast:
    """Results that can be told before anything is measured, and why others cannot."""

    procedure: Procedure
    evaluation: Evaluation
    guessed: Mapping[str, frozenset[str]]  # by section: series of which nobody knows the value beforehand

    def why_not(self, title: str, output: str, under: tuple[str, ...] = ()) -> Text | None:
        """Return why the uncertainty of a result cannot be told beforehand; None where it can."""
        target = self.procedure.source(title)
        equations = target.model.equations
        curved = {symbol for pair in equations.curved.get(output, frozenset()) for symbol, _ in pair}
        for symbol in sorted(rests_on(equations, output)):
            source = target.model.sources.get(symbol)
            linear = isinstance(source, Observed) and symbol not in curved
            if symbol in self.guessed.get(title, frozenset()) and not linear:
                return _UNKNOWN.filled(symbol=symbol, section=target.title)
            if symbol in target.model.results and title not in under:
                further = target.model.results[symbol]
                reason = self.why_not(further.section, further.symbol, (*under, title))
                if reason is not None:
                    return reason
        return None


def rests_on(equations: Equations, output: str) -> frozenset[str]:
    """Return the inputs on which a result rests.

    >>> sorted(rests_on(Equations("d = a - b", "e = d / c"), "e"))
    ['a', 'b', 'c']
    """
    operations = equations.graph.operations
    found: list[frozenset[str]] = []
    for operation in operations:
        own = frozenset({operation.name}) if operation.name else frozenset[str]()
        found.append(own.union(*(found[each] for each in operation.arguments)))
    return found[equations.graph.results[output]]


def forecast(
    procedure: Procedure,
    unit: UnitUnderTest,
    standards: Mapping[str, Asset],
    auxiliaries: Mapping[str, Asset],
    plan: Sequence[PlannedSection],
) -> Forecast:
    """Return what can be told of a plan before anything is measured."""
    started = _started(procedure, unit, standards, auxiliaries, plan)
    account = Account(run_started=started)
    guessed: dict[str, set[str]] = {}
    for planned in plan:
        section = procedure.find(planned.section)
        room = {**room_of(procedure.environment), **room_of(section.environment)}
        for point in planned.points:
            asked = rehearsed(section, point)
            values = assumed(section, point, asked, room)
            guessed.setdefault(section.name, set()).update(name for name, each in values.items() if not each.known)
            attempts = _attempts(section, point, values, asked)
            account.points[planned.phase, planned.section, point.key] = PointAccount(attempts=attempts)
        account.conditions.extend(_conditions(room))
    evaluation = Evaluation(procedure, started, account)
    return Forecast(procedure, evaluation, {name: frozenset(each) for name, each in guessed.items()})


@define(kw_only=True)
class Asked:
    """What a section's function and its hooks ask for at one point."""

    function: Rehearsed
    hooks: tuple[tuple[str, Rehearsed], ...]  # with the column of each

    @cached_property
    def every(self) -> tuple[Rehearsed, ...]:
        """Return all of them, hooks first."""
        return (*(each for _, each in self.hooks), self.function)


_KNOWN: Final[WeakKeyDictionary[Section, dict[tuple[str, int, str], Asked]]] = WeakKeyDictionary()
"""What dry calls asked for: a check, a choice of standards and a forecast ask alike."""


def rehearsed(section: Section, point: PlannedPoint, units: int = 1) -> Asked:
    """Return what the function and the hooks of a section ask for at a planned point; asked again, the same answer."""
    known = _KNOWN.setdefault(section, {})
    name = (point.key, units, repr(point.columns))
    if name not in known:
        known[name] = _rehearsed(section, point, units)
    return known[name]


def _rehearsed(section: Section, point: PlannedPoint, units: int) -> Asked:
    seen = Point.of(point)
    names = {"mpe": Quantity(1.0, ONE), **point.columns}
    return Asked(
        function=_tried(section.function, seen, names, units),
        hooks=tuple((hook.column, _tried(hook.function, seen, names, units)) for hook in section.hooks),
    )


def _tried(function: Function, point: Point, names: dict[str, Value], units: int) -> Rehearsed:
    """Return what a function asks for; nothing where stand-ins do not get it to its end."""
    try:
        return rehearse(function, point, names, units)
    except Exception:  # noqa: BLE001  (an author's code may raise anything; the check of functions tells it)
        return Rehearsed()


def assumed(section: Section, point: PlannedPoint, asked: Asked, room: Mapping[str, Quantity]) -> dict[str, Assumed]:
    """Return what each series of a section will show at a point, as far as it can be told."""
    applied = {symbol: value for each in asked.every for symbol, value in each.applied.items()}
    found: dict[str, Assumed] = {}
    for symbol in section.model.series:
        subject = section.subject(symbol)
        unit = parse_unit(subject.unit) if subject is not None else ONE
        value = applied.get(symbol) or _by_columns(point, unit)
        if value is None and unit.is_scale and "temperature" in room:
            value = room["temperature"]
        zero = room.get("temperature", Quantity(20.0, CELSIUS)) if unit.is_scale else Quantity(0.0, unit)
        found[symbol] = Assumed(value if value is not None else zero, known=value is not None)
    return found


def _by_columns(point: PlannedPoint, unit: Unit) -> Quantity | None:
    """Return the nominal value where it is of the kind, else the only column that is."""
    quantities = {
        name: each
        for name, each in point.columns.items()
        if isinstance(each, Quantity) and each.unit.dimension == unit.dimension and name not in {"mpe", "range"}
    }
    if "nominal" in quantities:
        return quantities["nominal"]
    return next(iter(quantities.values())) if len(quantities) == 1 and not unit.is_number else None


def room_of(environment: Environment | None) -> dict[str, Quantity]:
    """Return the conditions in the middle of what a method asks for."""
    usual = {name: parse_quantity(text) for name, text in USUAL.items()} if environment is not None else {}
    limits = environment.limits if environment is not None else {}
    return {name: _middle(limits[name]) or value if name in limits else value for name, value in usual.items()}


def _middle(interval: Interval) -> Quantity | None:
    if interval.low is None or interval.high is None:
        return None
    return interval.low + (interval.high - interval.low) * 0.5


# --- the account of a run that was never made ------------------------------------------------------------------------


def _attempts(
    section: Section, point: PlannedPoint, values: Mapping[str, Assumed], asked: Asked
) -> dict[int, list[Attempt]]:
    """Return the repetitions of a point; one is enough where alike results of several scatter as little."""
    count = max(point.repeats, 1) if section.repeatability is not None else 1
    steady = {trace: width for each in asked.every for trace, width in each.stable.items()}
    made: dict[int, list[Attempt]] = {}
    for number in range(1, count + 1):
        attempt = Attempt(number=1, accepted=True)
        for symbol, each in values.items():
            attempt.series[symbol] = list(_shown(section, symbol, each.value))
        for trace in section.model.traces:
            attempt.spans[trace] = _width(section, trace, steady.get(trace), point)
        made[number] = [attempt]
    return made


def _width(section: Section, trace: str, width: Quantity | None, point: PlannedPoint) -> Quantity:
    """Return how far a trace may move while it counts as steady; nothing where no criterion says."""
    subject = section.subject(trace)
    unit = parse_unit(subject.unit) if subject is not None else ONE
    amount = unit.difference
    if width is None:
        return Quantity(0.0, amount)
    nominal = point.columns.get("nominal")
    if width.unit.is_number and not unit.is_number:
        fitting = isinstance(nominal, Quantity) and nominal.unit.dimension == unit.dimension and not unit.is_scale
        return abs(nominal) * width.si if fitting and isinstance(nominal, Quantity) else Quantity(0.0, amount)
    return width


def _shown(section: Section, symbol: str, value: Quantity) -> Iterator[Seen]:
    role = next((each.role for each in section.fillings if each.symbol == symbol), "")
    step = Quantity(0.0, value.unit.difference)
    for number in range(_READINGS):
        at = NOON + timedelta(seconds=number)
        yield Seen(n=0, event=_indication(role, symbol, value, at, step))


def _conditions(room: Mapping[str, Quantity]) -> Iterator[Seen]:
    for name, value in room.items():
        yield Seen(n=0, event=_indication("room", name, value, NOON, None))


def _indication(role: str, method: str, value: Quantity, at: datetime, step: Quantity | None) -> IndicationTaken:
    return IndicationTaken(
        at=at,
        instrument=role,
        method=method,
        arguments=(),
        exchanges=(),
        quantity=value,
        reply=b"",
        asked_at=at,
        taken_at=at,
        of=role,
        resolution=step,
        place=Place(),
    )


def _started(
    procedure: Procedure,
    unit: UnitUnderTest,
    standards: Mapping[str, Asset],
    auxiliaries: Mapping[str, Asset],
    plan: Sequence[PlannedSection],
) -> RunStarted:
    nobody = Person(name=Text("—", zh="—"))
    return RunStarted(
        at=NOON,
        run="forecast",
        station="",
        simulated=True,
        procedure=procedure.reference,
        order=Order(number="", customer=Customer(name=nobody.name)),
        laboratory=Laboratory(name=nobody.name, address=nobody.name),
        people=People(calibrated_by=nobody, checked_by=nobody, authorised_by=nobody),
        unit=unit,
        roles={each: each for each in procedure.roles},
        standards=dict(standards),
        auxiliaries=dict(auxiliaries),
        plan=tuple(plan),
        tables=(),
        software=Software(release="", python="", packages={}, sources={}),
        blobs={},
    )


def refuse_unknown_characteristics(evaluation: Evaluation) -> None:
    """Ask for every characteristic that the models name, so that a missing one is told before the run.

    Raises:
        ProcedureError: a role has no record, or its record lacks a figure.
    """
    targets: tuple[Section | Reduction, ...] = (*evaluation.procedure.sections, *evaluation.procedure.reductions)
    for target in targets:
        named = [(symbol, each) for symbol, each in target.model.sources.items() if isinstance(each, Characteristic)]
        if isinstance(target, Section) and isinstance(target.repeatability, Characteristic):
            named.append(("repeatability", target.repeatability))
        for symbol, source in named:
            asset = evaluation.assets.get(source.role)
            if asset is None or source.name not in {each.name for each in asset.characteristics}:
                raise ProcedureError(
                    where=f"input {symbol}",
                    problem=_LACKS.filled(asset=asset.key if asset is not None else source.role, name=source.name),
                    remedy=Text(
                        "Add it to the station, with figure and source", zh="请在台位文件中补充，并注明数值和来源"
                    ),
                )
        for symbol, each in target.model.sources.items():
            record = evaluation.assets.get(each.role) if isinstance(each, Parameter) else None
            if isinstance(each, Parameter) and record is not None and each.name not in record.function:
                raise ProcedureError(
                    where=f"input {symbol}",
                    problem=_NO_PARAMETER.filled(asset=record.key, name=each.name),
                    remedy=Text(
                        "Add it to the station's record of the standard", zh="请在台位文件中补充该标准器的记录"
                    ),
                )


_NO_PARAMETER: Final = Text(
    "the record of {asset} states no parameter {name} of its calibration function",
    zh="{asset} 的记录中没有校准函数的参数 {name}",
)
_UNKNOWN: Final = Text(
    "nobody says beforehand what {symbol} of {section} will be", zh="事先无法得知 {section} 的 {symbol}"
)
_LACKS: Final = Text("the record of {asset} has no characteristic {name!r}", zh="{asset} 的记录中没有特性 {name!r}")
