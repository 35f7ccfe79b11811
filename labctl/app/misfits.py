"""Figures of a bench that do not fit the equations of a method: of what kind they are, only a station tells."""

from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from labctl.app.casting import Cast
from labctl.app.station import Station
from labctl.app.station.places import lines_of
from labctl.errors import MetrologyError
from labctl.language import Text
from labctl.metrology.figure import Figure, Value
from labctl.metrology.quantity import parse_quantity
from labctl.metrology.units import Unit, parse_unit
from labctl.procedure.checking.scatter import repeatable
from labctl.procedure.checking.survey import Survey, Target
from labctl.procedure.expected import Ahead
from labctl.procedure.finding import Finding
from labctl.procedure.load import FILE
from labctl.procedure.procedure import Procedure, Section
from labctl.procedure.sources import Characteristic, Parameter
from labctl.records.equipment import Asset

CODE: Final = "LP615"


@frozen(kw_only=True)
class _Stated:
    """A figure of a record, where it stands, and for which symbol it is the source."""

    symbol: str
    source: Characteristic
    asset: Asset
    number: int  # of the characteristic in the record
    word: str  # "figure" or "value"
    text: str


def misfits(procedure: Procedure, station: Station, players: Cast) -> tuple[Finding, ...]:
    """Return the figures of records that are of another kind than the equations need, each with its line."""
    survey = Survey(procedure)
    found = [each for target in survey.targets for each in _of(survey, target, station, players)]
    return tuple({(each.file, each.line): each for each in found}.values())


def unfit(procedure: Procedure, station: Station, told: Ahead) -> Iterator[Finding]:
    """Tell the requirements of which nothing can be worked out, because something of the unit's type does not fit."""
    lines = Survey(procedure).lines
    for each in (one for one in told.untold if one.wrong):
        words = _UNTOLD.filled(requirement=each.requirement, reason=each.reason)
        line = lines.declared("require", each.requirement.en)
        remedy = _OR_LIMIT.filled(station=station.file.name)
        yield Finding(file=FILE, line=line, code=CODE, problem=words, remedy=remedy)


def lacking(procedure: Procedure, told: Ahead) -> Iterator[Finding]:
    """Tell the reductions for which the points of this unit are not enough."""
    lines = Survey(procedure).lines
    for each in told.lacking:
        title = procedure.source(each.reduction).title
        words = _LACKING.filled(reduction=title, problem=each.error.problem)
        code = _CODES[each.error.code]
        yield Finding(file=FILE, line=lines.declared("reduce", title.en), code=code, problem=words, remedy=_MORE_POINTS)


def _of(survey: Survey, target: Target, station: Station, players: Cast) -> Iterator[Finding]:
    """Tell of the figures that one section or reduction takes from records."""
    units = survey.units(target) | survey.results(target)
    known: dict[str, Value] = {**survey.names(target), **players.unit.constants}
    yield from _parameters(target, station, players)
    for each in _stated(target, players):
        try:
            unit = Figure(each.text).quantity(known).unit
        except MetrologyError as error:
            yield _finding(station, each, error.text())
            continue
        unit = unit.difference
        wanted = units.get(each.symbol)
        if wanted is None or unit.dimension == wanted.dimension:
            continue
        if each.symbol in target.model.outputs or not _holds(target, {**units, each.symbol: unit}):
            problem = _KIND.filled(unit=unit, wanted=wanted, title=target.title, symbol=each.symbol)
            yield _finding(station, each, problem)


def _parameters(target: Target, station: Station, players: Cast) -> Iterator[Finding]:
    """Tell of the parameters of calibration functions that stand in a unit of another kind."""
    for source in target.model.sources.values():
        asset = players.standards.get(source.role) if isinstance(source, Parameter) else None
        if not isinstance(source, Parameter) or asset is None or source.name not in asset.function:
            continue
        found, wanted = parse_quantity(asset.function[source.name]).unit, parse_unit(source.unit)
        if (found.dimension, found.is_scale) != (wanted.dimension, wanted.is_scale):
            line = lines_of(_text(station)).get(("instruments", asset.key, "function", source.name), 0)
            words = _PARAMETER.filled(key=asset.key, name=source.name, found=found, wanted=wanted)
            yield Finding(file=station.file.name, line=line, code=CODE, problem=words, remedy=_OF_THE_FUNCTION)


def _text(station: Station) -> str:
    return station.file.read_text("utf-8-sig")


def _stated(target: Target, players: Cast) -> Iterator[_Stated]:
    named = [*target.model.sources.items()]
    if isinstance(target, Section) and isinstance(target.repeatability, Characteristic):
        named += [(each, target.repeatability) for each in repeatable(target)[:1]]  # the others are of its kind
    for symbol, source in named:
        if not isinstance(source, Characteristic):
            continue
        asset = players.standards.get(source.role) or players.auxiliaries.get(source.role)
        for number, each in enumerate(asset.characteristics if asset is not None else ()):
            if asset is not None and each.name == source.name:
                for word, text in (("figure", each.figure), ("value", each.value)):
                    if text:
                        yield _Stated(symbol=symbol, source=source, asset=asset, number=number, word=word, text=text)


def _holds(target: Target, units: Mapping[str, Unit]) -> bool:
    try:
        target.model.equations.dimensions(units)
    except MetrologyError:
        return False
    return True


def _finding(station: Station, each: _Stated, problem: Text) -> Finding:
    """Return a finding at the line of the station's file in which a figure stands."""
    lines = lines_of(_text(station))
    kinds = ("auxiliaries", "instruments")
    places = [(kind, each.asset.key, "characteristics", each.number, each.word) for kind in kinds]
    line = next((lines[place] for place in places if place in lines), 0)
    words = _OF.filled(key=each.asset.key, name=each.source.name, word=each.word, problem=problem)
    return Finding(file=station.file.name, line=line, code=CODE, problem=words, remedy=_CORRECT)


_CODES: Final = {"too-few-points": "LP129", "unpaired": "LP114", "nothing-selected": "LP114"}
_LACKING: Final = Text("{reduction}, for this unit: {problem}", zh="{reduction}，对该被测对象：{problem}")
_MORE_POINTS: Final = Text(
    "Give the unit's type, or the order, the points that it needs", zh="请在该型号或委托的校准点中补足所需的点"
)
_OF: Final = Text("{key}, {name}, {word}: {problem}", zh="{key}，{name}，{word}：{problem}")
_KIND: Final = Text(
    "it is in {unit}, and {symbol} of {title} is in {wanted}", zh="单位为 {unit}，而 {title} 的 {symbol} 为 {wanted}"
)
_CORRECT: Final = Text("Correct the figure, or the equation that takes it in", zh="请更正该数据，或引用它的方程")
_UNTOLD: Final = Text("{requirement}: {reason}", zh="{requirement}：{reason}")
_OR_LIMIT: Final = Text(
    "Correct the figure of the unit's type in {station}, or the limit", zh="请更正 {station} 中该型号的数据，或限值"
)
_PARAMETER: Final = Text(
    "{key}, parameter {name} of the calibration function: it is in {found}, where {wanted} is meant",
    zh="{key}，校准函数的参数 {name}：单位为 {found}，应为 {wanted}",
)
_OF_THE_FUNCTION: Final = Text("Write it as the certificate of the standard has it", zh="请按标准器证书填写")
