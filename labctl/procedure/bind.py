"""Binds a model to the records of a station: each source becomes an input with everything that is not known of it."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from attrs import evolve, field, frozen

from labctl.errors import ProcedureError, UnitMismatch
from labctl.language import Text
from labctl.metrology.corrections import CorrectionTable
from labctl.metrology.display import fitting_unit
from labctl.metrology.distributions import Arcsine, Distribution, Normal, Rectangular, StudentT, Triangular
from labctl.metrology.effects import Contribution, EffectId, Scope, Sharing
from labctl.metrology.figure import Figure, Value
from labctl.metrology.inputs import Input
from labctl.metrology.many import values_of
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.metrology.specification import Specification
from labctl.metrology.statistics import mean, mean_uncertainty
from labctl.metrology.units import KELVIN, Unit, parse_unit
from labctl.procedure.declared import Reduction
from labctl.procedure.points import FREQUENCY
from labctl.procedure.procedure import Procedure, Section
from labctl.procedure.sources import (
    Applied,
    Calibration,
    Characteristic,
    Condition,
    Constant,
    Corrected,
    Effect,
    Fit,
    Observed,
    Parameter,
    Resolution,
    Result,
    Source,
    Stability,
)
from labctl.records.equipment import Asset, Basis
from labctl.records.equipment import Characteristic as Recorded

Readings = Mapping[str, Sequence[Quantity]]
"""By symbol, the readings of a series or the one value that was applied."""
Finds = Callable[[str, Result, bool], Input]
"""Gives the results of another section or reduction: the symbol, its source, whether all of them are meant."""
ROOM: Final = "room"
"""The role of what tells the ambient conditions."""


def _nowhere(symbol: str, source: Result, _every: bool) -> Input:  # noqa: FBT001  (as Finds has it)
    raise ProcedureError(
        where=f"input {symbol}",
        problem=Text("{section} has no results here", zh="此处没有 {section} 的结果").filled(section=source.section),
        remedy=Text("Measure that section first", zh="请先测量该部分"),
    )


@frozen(kw_only=True)
class Circumstances:
    """What is known at a point, apart from its readings.

    Attributes:
        times: by symbol, when each reading was taken, in seconds of any one clock.
        traced: symbols whose readings are a trace, which has no Type A.
        spans: by name, how far a trace moved over its window.
        conditions: by name, what the room's instruments showed at the point.
        finds: gives the results of other sections.
        made: by symbol, where a hook made the readings, on which several points may rest.
        shared: symbols whose readings all repetitions share, so that the scatter of results does not show them.
    """

    procedure: Procedure
    section: Section | Reduction
    columns: Mapping[str, Value]
    assets: Mapping[str, Asset]  # by role: standards and auxiliaries
    places: Mapping[Scope, str]  # the present instance of each scope
    resolutions: Mapping[str, Quantity]  # by role: the step of the display, where it was seen
    unit: Unit  # of the section's main series, for inputs that have no value of their own
    times: Mapping[str, Sequence[float]] = field(factory=dict[str, Sequence[float]])
    traced: frozenset[str] = frozenset()
    spans: Mapping[str, Quantity] = field(factory=dict[str, Quantity])
    conditions: Mapping[str, Sequence[Quantity]] = field(factory=dict[str, Sequence[Quantity]])
    finds: Finds = _nowhere
    made: Mapping[str, str] = field(factory=dict[str, str])
    shared: frozenset[str] = frozenset()
    middles: Mapping[str, Value] = field(factory=dict[str, Value])  # of the series, for figures of the method
    scattered: bool = False  # some series has several readings, so that one that was read once needs no scatter

    @property
    def names(self) -> dict[str, Value]:
        """Return what figures may use."""
        return {**self.middles, **self.columns}


def bind(readings: Readings, at: Circumstances, *, type_a: bool = True) -> dict[str, Input]:
    """Return the inputs of the model of a section or reduction at one point.

    Args:
        readings: of every series of the model.
        at: everything else.
        type_a: whether the scatter of readings counts; not where that of repetitions replaces it.

    Raises:
        ProcedureError: a series is empty, a role is not filled, or its record lacks a figure.
        OutsideCalibratedInterval: a standard was not calibrated or specified for the value.
    """
    at = evolve(
        at,
        middles={symbol: _middle(symbol, each) for symbol, each in readings.items() if each},
        scattered=any(len(each) > 1 for symbol, each in readings.items() if symbol not in at.traced),
    )
    sources = at.section.model.sources
    return {symbol: _input(symbol, source, readings.get(symbol, ()), at, type_a) for symbol, source in sources.items()}


def brought(symbol: str, source: Source, readings: Sequence[Quantity], at: Circumstances) -> Input:
    """Return one input with what its source alone brings, without the scatter of readings. Raises as `bind`."""
    return _input(symbol, source, readings, at, type_a=False)


def _input(symbol: str, source: Source, readings: Sequence[Quantity], at: Circumstances, type_a: bool) -> Input:  # noqa: FBT001, C901, PLR0911, PLR0912  (one return a source)
    every = symbol in at.section.model.equations.vectors
    match source:
        case Observed():
            middle = _middle(symbol, readings)
            scatter = _scatter(symbol, readings, at, type_a)
            return _series(symbol, middle, middle, readings, at, scatter, [])
        case Corrected(role=role):
            middle = _middle(symbol, readings)
            value, effects = standard(symbol, role, middle, at)
            scatter = _scatter(symbol, readings, at, type_a)
            return _series(symbol, middle, value, readings, at, scatter, effects)
        case Applied(role=role, at=nominal) if nominal:
            value, effects = standard(symbol, role, Figure(nominal).quantity(at.names), at, source.quantity)
            return Input.of(symbol, value.unit, value.value, *effects)
        case Applied(role=at.procedure.roles.unit):
            value = _middle(symbol, readings)
            return Input.of(symbol, value.unit, value.value)
        case Applied(role=role):
            value, effects = standard(symbol, role, _middle(symbol, readings), at)
            return Input.of(symbol, value.unit, value.value, *effects)
        case Characteristic():
            return _characteristic(symbol, source, at)
        case Resolution(role=role):
            return _half_digit(symbol, role, at)
        case Effect():
            return _effect(symbol, source, at)
        case Constant():
            return _constant(symbol, source, at)
        case Stability(trace=trace):
            return _stability(symbol, trace, at)
        case Condition(name=name):
            return _condition(symbol, name, at)
        case Result():
            return at.finds(symbol, source, every)
        case Parameter():
            return _parameter(symbol, source, at)
        case Fit():
            return _fit(symbol, source, at)
        case Calibration():  # the model has written it out
            raise TypeError(symbol)


def _series(
    symbol: str,
    shown: Quantity,
    value: Quantity,
    readings: Sequence[Quantity],
    at: Circumstances,
    scatter: Sequence[Contribution],
    effects: Sequence[Contribution],
) -> Input:
    """Return a series as one value, and with all of its readings where the model asks for them.

    The single readings are corrected as their mean is, and bring no Type A of their own.
    """
    unit = shown.unit
    made = Input.of(symbol, unit, value.value_in(unit), *scatter, *effects)
    if symbol not in at.section.model.equations.vectors:
        return made
    off = value.value_in(unit) - shown.value
    single = np.stack(np.broadcast_arrays(*(values_of(each.value_in(unit) + off) for each in readings)), axis=1)
    times = at.times.get(symbol)
    return evolve(
        made,
        elements=single,
        element_contributions=tuple(_for_each(each, single.shape[1]) for each in effects),
        times=np.array([times], dtype=float) if times is not None and len(times) == single.shape[1] else None,
    )


def _for_each(contribution: Contribution, count: int) -> Contribution:
    """Return a contribution that is the same for every reading of a series."""
    stated = np.atleast_1d(contribution.stated)
    each = np.broadcast_to(stated[:, np.newaxis], (stated.size, count))
    return evolve(contribution, distribution=evolve(contribution.distribution, stated=each))


def standard(
    symbol: str, role: str, value: Quantity, at: Circumstances, quantity: str = ""
) -> tuple[Quantity, list[Contribution]]:
    """Return what a standard presented or saw, corrected where its record says so, with every effect it brings.

    Its effects share an identity over all that rests on the same certificate. The quantity is that of the method which
    fills the series, unless it is given.
    """
    asset = _asset(symbol, role, at)
    subject = at.section.subject(symbol)
    quantity = quantity or (subject.quantity if subject is not None else "")
    title = at.procedure.role(role).title if role in at.procedure.roles else asset.title
    owner = _certified_owner(asset)
    width_unit = value.unit.difference
    effects: list[Contribution] = []

    def add(name: str, words: Text, distribution: Distribution, source: str, *, confirmed: bool, dof: float) -> None:
        effect = EffectId(owner, f"{quantity} {name}".strip(), "standard")
        sharing = Sharing(asset.sharing.get(name, Sharing.UNSTATED.value))
        if sharing is Sharing.LOCAL and symbol in at.made:  # one reading is one use, at however many points it counts
            effect, sharing = effect.used_at(f"{at.made[symbol]}, {symbol}"), Sharing.COMMON
        effects.append(
            Contribution(
                effect=effect,
                description=words.filled(standard=title),
                distribution=distribution,
                dof=dof,
                sharing=sharing,
                source=source,
                confirmed=confirmed,
            )
        )

    if asset.basis is Basis.SPECIFICATION:
        hertz = at.columns.get(FREQUENCY)
        limit = Specification(asset.specification, owner=asset.title).limit(
            quantity, value, frequency=hertz if isinstance(hertz, Quantity) else None
        )
        half_width = Rectangular(limit.half_width.value_in(width_unit))
        add("specification", _SPECIFICATION, half_width, limit.source, confirmed=limit.confirmed, dof=float("inf"))
        return value, effects
    lines = asset.corrections.get(quantity, ())
    found = CorrectionTable(lines, owner=asset.title).at(value)
    paper = asset.certificate.number if asset.certificate is not None else ""
    add(
        "certificate",
        _CERTIFICATE,
        Normal(2 * found.u.value_in(width_unit), k=2.0),
        paper,
        confirmed=True,
        dof=found.dof,
    )
    if quantity in asset.drift:
        names = {**at.names, "nominal": value}
        drift = Rectangular(Figure(asset.drift[quantity]).quantity(names).value_in(width_unit))
        add("drift", _DRIFT, drift, asset.drift[quantity], confirmed=True, dof=float("inf"))
    return value + found.correction, effects


def _certified_owner(asset: Asset) -> str:
    """Return to whom an effect belongs that is one for all that rests on the same certificate."""
    return f"{asset.key} {asset.certificate.number}" if asset.certificate is not None else asset.key


def _middle(symbol: str, readings: Sequence[Quantity]) -> Quantity:
    if not readings:
        raise ProcedureError(
            where=f"series {symbol}",
            problem=Text("has no readings", zh="没有读数"),
            remedy=Text("Fill it in the section's function or its hooks", zh="请在该部分的函数或其 hook 中填充"),
        )
    unit = readings[0].unit
    return Quantity(mean([each.value_in(unit) for each in readings]), unit)


def _scatter(symbol: str, readings: Sequence[Quantity], at: Circumstances, type_a: bool) -> list[Contribution]:  # noqa: FBT001
    seen = (type_a and not (at.scattered and len(readings) == 1)) or (symbol in at.shared and len(readings) > 1)
    if not seen or symbol in at.traced:
        return []
    unit = readings[0].unit
    u, dof = mean_uncertainty([each.value_in(unit) for each in readings], symbol)
    return [
        Contribution(
            effect=EffectId.scoped(at.procedure.name, symbol, Scope.READING, _made(symbol, at)),
            description=_READINGS.filled(count=len(readings)),
            distribution=StudentT(u),
            evaluation="A",
            dof=dof,
            source=f"s/√{len(readings)}",
        )
    ]


def _made(symbol: str, at: Circumstances) -> Mapping[Scope, str]:
    """Return the places of a series' own effects: of one that a hook made, where that was."""
    return {**at.places, Scope.READING: at.made.get(symbol, at.places[Scope.READING])}


def _asset(symbol: str, role: str, at: Circumstances) -> Asset:
    if role not in at.assets:
        raise ProcedureError(
            where=f"input {symbol}",
            problem=Text("role {role} has no record", zh="角色 {role} 没有记录").filled(role=role),
            remedy=Text("Name an instrument or auxiliary of the station for it", zh="请在台位中为其指定仪器或附件"),
        )
    return at.assets[role]


def _characteristic(symbol: str, source: Characteristic, at: Circumstances) -> Input:
    """Return a named figure: zero give or take it, or the value that the record states with it."""
    found = characteristic(symbol, source, at)
    title = at.procedure.role(source.role).title
    name = Text(source.name, zh=source.zh or source.name)
    width = Figure(found.figure).quantity(at.names)
    value = parse_quantity(found.value) if found.value else None
    unit = value.unit if value is not None else _zero_unit(width, at)
    asset = _asset(symbol, source.role, at)
    owner = _certified_owner(asset) if source.scope is Scope.STANDARD else asset.key
    contribution = Contribution(
        effect=EffectId.scoped(owner, source.name, source.scope, at.places),
        description=Text("{name} of {role}", zh="{role}的{name}").filled(role=title, name=name),
        distribution=_shaped(found.distribution, _size(symbol, found.figure, width, unit), found.k),
        source=found.source,
        confirmed=found.confirmed,
    )
    if value is not None:
        return Input.of(symbol, unit, value.value, contribution)
    return _zero(symbol, unit, contribution)


def characteristic(symbol: str, source: Characteristic, at: Circumstances) -> Recorded:
    """Return what a role's record states under a name. Raises ProcedureError where it states nothing."""
    asset = _asset(symbol, source.role, at)
    found = next((each for each in asset.characteristics if each.name == source.name), None)
    if found is None:
        raise ProcedureError(
            where=f"input {symbol}",
            problem=Text(
                "the record of {asset} has no characteristic {name!r}", zh="{asset} 的记录中没有特性 {name!r}"
            ).filled(asset=asset.key, name=source.name),
            remedy=Text("Add it to the station, with figure and source", zh="请在台位文件中补充，并注明数值和来源"),
        )
    return found


def _zero_unit(width: Quantity, at: Circumstances) -> Unit:
    """Return the unit of an input that is zero: the section's own, or that of its figure where it is another kind."""
    return at.unit if width.unit.dimension == at.unit.dimension else width.unit


def _shaped(distribution: str, width: float, k: float) -> Distribution:
    match distribution:
        case "normal":
            return Normal(width, k=k)
        case "triangular":
            return Triangular(width)
        case "arcsine":
            return Arcsine(width)
        case _:
            return Rectangular(width)


def _effect(symbol: str, source: Effect, at: Circumstances) -> Input:
    off = source.off
    width = Figure(off.figure).quantity(at.names)
    unit = _zero_unit(width, at)
    contribution = Contribution(
        effect=EffectId.scoped(at.procedure.name, symbol, source.scope, at.places),
        description=Text(source.title, zh=source.zh),
        distribution=_shaped(off.distribution, _size(symbol, off.figure, width, unit), off.k),
        source=source.source.en,
        confirmed=source.confirmed,
    )
    return _zero(symbol, unit, contribution)


def _stability(symbol: str, trace: str, at: Circumstances) -> Input:
    span = at.spans.get(trace)
    if span is None:
        raise ProcedureError(
            where=f"input {symbol}",
            problem=Text("the trace {trace} was not recorded", zh="没有记录轨迹 {trace}").filled(trace=trace),
            remedy=Text("Record or settle it in the section's function or hooks", zh="请在该部分的函数或 hook 中记录"),
        )
    contribution = Contribution(
        effect=EffectId.scoped(at.procedure.name, f"stability of {trace}", Scope.POINT, at.places),
        description=Text("stability, {trace}", zh="稳定性，{trace}").filled(trace=trace),
        distribution=Rectangular((span / 2).value_in(span.unit.difference)),
        source=f"{_tidy(span)} / 2",
    )
    return _zero(symbol, span.unit, contribution)


def _parameter(symbol: str, source: Parameter, at: Circumstances) -> Input:
    stated = _asset(symbol, source.role, at).function.get(source.name)
    if stated is None:
        raise ProcedureError(
            where=f"input {symbol}",
            problem=Text(
                "the record of {role} states no parameter {name} of its calibration function",
                zh="{role} 的记录中没有校准函数的参数 {name}",
            ).filled(role=source.role, name=source.name),
            remedy=Text("Add it under [instruments.….function]", zh="请在 [instruments.….function] 中补充"),
        )
    value = parse_quantity(stated)
    return Input.of(symbol, parse_unit(source.unit), value.value_in(source.unit))


def _fit(symbol: str, source: Fit, at: Circumstances) -> Input:
    """Return how well a calibration function holds about the point: a correction, and all that the record brings."""
    unit = parse_unit(source.unit)
    nominal = at.columns.get("nominal")
    near = Quantity.of(0.01, "°C") if unit == KELVIN else Quantity(0.0, unit)
    if isinstance(nominal, Quantity) and nominal.unit.dimension == unit.dimension and nominal.unit.is_scale:
        near = nominal
    value, effects = standard(symbol, source.role, near, at, quantity=source.quantity)
    return Input.of(symbol, unit, (value - near).value_in(unit), *effects)


def _condition(symbol: str, name: str, at: Circumstances) -> Input:
    shown = at.conditions.get(name, ())
    if not shown:
        raise ProcedureError(
            where=f"input {symbol}",
            problem=Text("nobody tells the {name} of the room", zh="没有测量环境{name}的仪器").filled(name=name),
            remedy=Text(
                "Name an instrument under [environment] in the station", zh="请在台位文件 [environment] 中指定仪器"
            ),
        )
    value, effects = standard(symbol, ROOM, _middle(symbol, shown), at, quantity=name)
    return Input.of(symbol, value.unit, value.value, *effects)


def _tidy(size: Quantity) -> Quantity:
    """Return a size in the prefix that suits it, without the noise of a change of unit behind its 14 digits."""
    own = Quantity(float(f"{size.value:.13e}"), size.unit)  # of units in step, in the words of the first
    unit = fitting_unit(own.unit, abs(own.value)) if math.isfinite(own.value) else own.unit
    return Quantity(float(f"{own.value_in(unit):.13e}"), unit)


def _half_digit(symbol: str, role: str, at: Circumstances) -> Input:
    step = at.resolutions.get(role)
    if step is None:
        return _zero(symbol, at.unit)
    unit = _zero_unit(step, at)
    contribution = Contribution(
        effect=EffectId.scoped(role, "resolution", Scope.POINT, at.places),
        description=Text("resolution of {role}", zh="{role}的分辨力").filled(role=at.procedure.role(role).title),
        distribution=Rectangular((step / 2).value_in(unit.difference)),
        source=f"{_tidy(step)} / 2",
    )
    return _zero(symbol, unit, contribution)


def _constant(symbol: str, source: Constant, at: Circumstances) -> Input:
    value, off = source.value(at.names), source.off
    if off is None:
        return Input.of(symbol, value.unit, value.value)
    width = Figure(off.figure).quantity(at.names)
    contribution = Contribution(
        effect=EffectId.scoped(at.procedure.name, symbol, Scope.LAB, at.places),
        description=Text(symbol, zh=symbol),
        distribution=_shaped(off.distribution, _size(symbol, off.figure, width, value.unit), off.k),
        source=source.source.en,
        confirmed=source.confirmed,
    )
    return Input.of(symbol, value.unit, value.value, contribution)


def _zero(symbol: str, unit: Unit, *contributions: Contribution) -> Input:
    return Input.of(symbol, unit.difference, 0.0, *contributions)


def _size(symbol: str, figure: str, width: Quantity, unit: Unit) -> float:
    try:
        return width.value_in(unit.difference)
    except UnitMismatch as error:
        raise ProcedureError(
            where=f"input {symbol}, figure {figure!r}", problem=error.text(), remedy=_SAME_UNIT
        ) from error


_READINGS: Final = Text("repeatability of {count} readings", zh="{count} 次读数的重复性")
_SPECIFICATION: Final = Text("accuracy specification of {standard}", zh="{standard}的准确度指标")
_CERTIFICATE: Final = Text("certificate of {standard}", zh="{standard}的校准证书")
_DRIFT: Final = Text("drift of {standard} since its calibration", zh="{standard}自校准以来的漂移")
_SAME_UNIT: Final = Text("Give the figure in the unit of the series", zh="请以该序列的单位给出数值")
