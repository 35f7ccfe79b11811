"""Binds a model to the records of a station: each source becomes an input with everything that is not known of it."""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from labctl.errors import ProcedureError, UnitMismatch
from labctl.language import Text
from labctl.metrology.corrections import CorrectionTable
from labctl.metrology.distributions import Distribution, Normal, Rectangular, StudentT
from labctl.metrology.effects import Contribution, EffectId, Scope, Sharing
from labctl.metrology.figure import Figure, Value
from labctl.metrology.inputs import Input
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.metrology.specification import Specification
from labctl.metrology.statistics import mean, mean_uncertainty
from labctl.metrology.units import KELVIN, Unit
from labctl.procedure.procedure import Procedure, Section
from labctl.procedure.sources import Applied, Characteristic, Constant, Corrected, Effect, Observed, Resolution, Source
from labctl.records.equipment import Asset, Basis

Readings = Mapping[str, Sequence[Quantity]]
"""By symbol, the readings of a series or the one value that was applied."""


@frozen(kw_only=True)
class Circumstances:
    """What is known at a point, apart from its readings."""

    procedure: Procedure
    section: Section
    columns: Mapping[str, Value]
    assets: Mapping[str, Asset]  # by role: standards and auxiliaries
    places: Mapping[Scope, str]  # the present instance of each scope
    resolutions: Mapping[str, Quantity]  # by role: the step of the display, where it was seen
    unit: Unit  # of the section's main series, for inputs that have no value of their own

    @property
    def names(self) -> dict[str, Value]:
        """Return what figures may use."""
        return dict(self.columns)


def bind(readings: Readings, at: Circumstances, *, type_a: bool = True) -> dict[str, Input]:
    """Return the inputs of the section's model at one point.

    Args:
        readings: of every series of the model.
        at: everything else.
        type_a: whether the scatter of readings counts; not where that of repetitions replaces it.

    Raises:
        ProcedureError: a series is empty, a role is not filled, or its record lacks a figure.
        OutsideCalibratedInterval: a standard was not calibrated or specified for the value.
    """
    sources = at.section.model.sources
    return {symbol: _input(symbol, source, readings.get(symbol, ()), at, type_a) for symbol, source in sources.items()}


def _input(symbol: str, source: Source, readings: Sequence[Quantity], at: Circumstances, type_a: bool) -> Input:  # noqa: FBT001, PLR0911  (one return a source)
    match source:
        case Observed():
            middle = _middle(symbol, readings)
            return Input.of(symbol, middle.unit, middle.value, *_scatter(symbol, readings, at, type_a))
        case Corrected(role=role):
            middle = _middle(symbol, readings)
            value, brought = standard(symbol, role, middle, at)
            return Input.of(
                symbol, middle.unit, value.value_in(middle.unit), *_scatter(symbol, readings, at, type_a), *brought
            )
        case Applied(role=role):
            value, brought = standard(symbol, role, _middle(symbol, readings), at)
            return Input.of(symbol, value.unit, value.value, *brought)
        case Characteristic():
            return _zero(symbol, at.unit, _characteristic(symbol, source, at))
        case Resolution(role=role):
            return _zero(symbol, at.unit, *_half_digit(role, at))
        case Effect():
            width = _width(symbol, source.half_width, at)
            return _zero(symbol, at.unit, _declared(symbol, Text(source.title, zh=source.zh), width, source, at))
        case Constant():
            return _constant(symbol, source, at)


def standard(symbol: str, role: str, value: Quantity, at: Circumstances) -> tuple[Quantity, list[Contribution]]:
    """Return what a standard presented or saw, corrected where its record says so, with every effect it brings.

    Its effects share an identity over all that rests on the same certificate.
    """
    asset = _asset(symbol, role, at)
    subject = at.section.subject(symbol)
    quantity = subject.quantity if subject is not None else ""
    title = at.procedure.role(role).title
    owner = f"{asset.key} {asset.certificate.number}" if asset.certificate is not None else asset.key
    width_unit = KELVIN if value.unit.is_scale else value.unit
    brought: list[Contribution] = []

    def add(name: str, words: Text, distribution: Distribution, source: str, *, confirmed: bool, dof: float) -> None:
        brought.append(
            Contribution(
                effect=EffectId(owner, f"{quantity} {name}".strip(), "standard"),
                description=words.filled(standard=title),
                distribution=distribution,
                dof=dof,
                sharing=Sharing(asset.sharing.get(name, Sharing.UNSTATED.value)),
                source=source,
                confirmed=confirmed,
            )
        )

    if asset.basis is Basis.SPECIFICATION:
        limit = Specification(asset.specification, owner=asset.title.en).limit(quantity, value)
        half_width = Rectangular(limit.half_width.value_in(width_unit))
        add("specification", _SPECIFICATION, half_width, limit.source, confirmed=limit.confirmed, dof=float("inf"))
        return value, brought
    lines = asset.corrections.get(quantity, ())
    found = CorrectionTable(lines, owner=asset.title.en).at(value)
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
    return value + found.correction, brought


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
    if not type_a:
        return []
    unit = readings[0].unit
    u, dof = mean_uncertainty([each.value_in(unit) for each in readings], symbol)
    return [
        Contribution(
            effect=EffectId.scoped(at.procedure.name, symbol, Scope.READING, at.places),
            description=_READINGS.filled(count=len(readings)),
            distribution=StudentT(u),
            evaluation="A",
            dof=dof,
            source=f"s/√{len(readings)}",
        )
    ]


def _asset(symbol: str, role: str, at: Circumstances) -> Asset:
    if role not in at.assets:
        raise ProcedureError(
            where=f"input {symbol}",
            problem=Text("role {role} has no record", zh="角色 {role} 没有记录").filled(role=role),
            remedy=Text("Name an instrument or auxiliary of the station for it", zh="请在台位中为其指定仪器或附件"),
        )
    return at.assets[role]


def _characteristic(symbol: str, source: Characteristic, at: Circumstances) -> Contribution:
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
    width = _width(symbol, found.figure, at)
    title = at.procedure.role(source.role).title
    name = CHARACTERISTICS.get(source.name, Text(source.name, zh=source.name))
    return Contribution(
        effect=EffectId.scoped(asset.key, source.name, source.scope, at.places),
        description=Text("{name} of {role}", zh="{role}的{name}").filled(role=title, name=name),
        distribution=Normal(width, k=found.k) if found.distribution == "normal" else Rectangular(width),
        source=found.source,
        confirmed=found.confirmed,
    )


def _half_digit(role: str, at: Circumstances) -> list[Contribution]:
    step = at.resolutions.get(role)
    if step is None:
        return []
    return [
        Contribution(
            effect=EffectId.scoped(role, "resolution", Scope.POINT, at.places),
            description=Text("resolution of {role}", zh="{role}的分辨力").filled(role=at.procedure.role(role).title),
            distribution=Rectangular((step / 2).value_in(_amounts(at.unit))),
            source=f"{step} / 2",
        )
    ]


def _declared(symbol: str, title: Text, width: float, source: Effect | Constant, at: Circumstances) -> Contribution:
    scope = source.scope if isinstance(source, Effect) else Scope.LAB
    return Contribution(
        effect=EffectId.scoped(at.procedure.name, symbol, scope, at.places),
        description=title,
        distribution=Rectangular(width),
        source=source.source,
        confirmed=source.confirmed,
    )


def _constant(symbol: str, source: Constant, at: Circumstances) -> Input:
    value = parse_quantity(source.figure)
    if not source.half_width:
        return Input.of(symbol, value.unit, value.value)
    width = Figure(source.half_width).quantity(at.names).value_in(_amounts(value.unit))
    return Input.of(symbol, value.unit, value.value, _declared(symbol, Text(symbol, zh=symbol), width, source, at))


def _zero(symbol: str, unit: Unit, *contributions: Contribution) -> Input:
    return Input.of(symbol, _amounts(unit), 0.0, *contributions)


def _width(symbol: str, figure: str, at: Circumstances) -> float:
    found = Figure(figure).quantity(at.names)
    try:
        return found.value_in(_amounts(at.unit))
    except UnitMismatch as error:
        raise ProcedureError(
            where=f"input {symbol}, figure {figure!r}", problem=error.text(), remedy=_SAME_UNIT
        ) from error


def _amounts(unit: Unit) -> Unit:
    return KELVIN if unit.is_scale else unit


CHARACTERISTICS: Final = {"thermal EMF": Text("thermal EMF", zh="热电势")}
"""Characteristics whose names exist in both languages."""
_READINGS: Final = Text("repeatability of {count} readings", zh="{count} 次读数的重复性")
_SPECIFICATION: Final = Text("accuracy specification of {standard}", zh="{standard}的准确度指标")
_CERTIFICATE: Final = Text("certificate of {standard}", zh="{standard}的校准证书")
_DRIFT: Final = Text("drift of {standard} since its calibration", zh="{standard}自校准以来的漂移")
_SAME_UNIT: Final = Text("Give the figure in the unit of the series", zh="请以该序列的单位给出数值")
