"""Is every symbol sourced once, by a role that can be its source, and do the dimensions hold."""

from collections.abc import Iterator
from typing import Final

from labctl.errors import MetrologyError
from labctl.language import Text
from labctl.metrology.array_function import unfit
from labctl.metrology.effects import Scope
from labctl.metrology.figure import Figure
from labctl.metrology.quantity import parse_quantity
from labctl.procedure.checking.survey import CONDITIONS, MPE, UNIT_DATA, Survey, Target, nearest, written
from labctl.procedure.declared import Reduction
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.procedure import Section
from labctl.procedure.roles import Standard, Unit
from labctl.procedure.sources import (
    DISTRIBUTIONS,
    Applied,
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
    Spread,
    Stability,
)
from labctl.records.calibration import COVARIANCE

NO_READINGS: Final = (Observed, Corrected, Applied, Stability, Resolution)
"""Sources that are filled by a function, which a reduction does not have."""
RESERVED: Final = frozenset({MPE, "verdict", "k", COVARIANCE, "unit"})
"""Words that tables and limits have for something else than a result."""
USUAL_K: Final = 2.0
"""The k that stands where nobody says one."""
NO_LEVEL: Final = (Applied, Characteristic, Resolution, Constant, Effect, Stability, Condition)
"""Sources of one value, with nothing below of which x[:] could be all."""


def models(survey: Survey, target: Target) -> Iterator[Finding]:
    """Return what is wrong with the model of a section or reduction."""
    yield from _sourced(survey, target)
    yield from _named_twice(survey, target)
    for symbol, source in target.model.sources.items():
        yield from _role(survey, target, symbol, source)
        yield from _source(survey, target, symbol, source)
        yield from _level(survey, target, symbol, source)
    yield from _dimensions(survey, target)
    yield from _nothing(survey, target)
    yield from _computed(survey, target)


def _nothing(survey: Survey, target: Target) -> Iterator[Finding]:
    """Tell of a part of an equation that a written 0 makes nothing of, or that divides by it."""
    operations = target.model.equations.graph.operations
    for each in operations:
        zeros = [operations[side].kind == "number" and operations[side].number == 0 for side in each.arguments]
        if (each.kind == "×" and any(zeros)) or (each.kind in {"÷", "**"} and zeros[-1:] == [True]):
            problem = Text("{words!r}: the 0 makes nothing of it", zh="{words!r}：其中的 0 使其失去意义")
            yield survey.about(target, "LP136", problem.filled(words=each.place.words), _TAKE_OUT)


def _sourced(survey: Survey, target: Target) -> Iterator[Finding]:
    equations, sources = target.model.equations, target.model.sources
    columns = {*survey.headings(target), *(["mpe"] if isinstance(target, Section) else [])}
    for symbol in equations.inputs:
        if symbol not in sources and symbol not in columns and not survey.lost(target):
            problem = Text("{symbol} has no source", zh="{symbol} 没有来源").filled(symbol=symbol)
            yield survey.about(target, "LP101", problem, _GIVE_SOURCE.filled(symbol=symbol))
    for symbol, source in sources.items():
        if isinstance(source, Parameter):
            continue  # told with the function to which it belongs
        if symbol not in equations.inputs and symbol not in equations.columns:
            name = written(symbol, source)
            problem = Text("no equation uses {symbol}", zh="没有方程使用 {symbol}").filled(symbol=name)
            yield survey.about(target, "LP102", problem, _USE_OR_DROP, symbol=name)


def _computed(survey: Survey, target: Target) -> Iterator[Finding]:
    """Return what is wrong with the author's functions of arrays, and of which of them derivatives are differences."""
    model = target.model
    for symbol, each in model.functions.items():
        if all(operation.kind != symbol for operation in model.equations.graph.operations):
            problem = Text("no equation uses {symbol}", zh="没有方程使用 {symbol}").filled(symbol=symbol)
            yield survey.about(target, "LP102", problem, _USE_OR_DROP, symbol=symbol)
        elif (why := unfit(each.call, len(each.units))) is not None:
            problem = Text("{symbol} is no function of arrays: {why}", zh="{symbol} 不是数组函数：{why}")
            yield survey.about(target, "LP131", problem.filled(symbol=symbol, why=why), _BY_ARRAY, symbol=symbol)
        elif model.equations.functions[symbol].differences:
            problem = Text("derivatives of {symbol} are differences", zh="{symbol} 的导数由差分得出")
            words = problem.filled(symbol=symbol)
            yield survey.about(target, "LP132", words, _BY_NUMPY, Severity.NOTE, symbol=symbol)


def _named_twice(survey: Survey, target: Target) -> Iterator[Finding]:
    """Tell results that bear the name of a column: limits, tables and later models could mean either."""
    columns = survey.headings(target)
    for output in target.model.outputs:
        if output in columns or output in RESERVED:
            problem = Text(
                "the result {symbol} bears the name of a column of the points",
                zh="结果 {symbol} 与校准点的列同名",
            ).filled(symbol=output)
            yield survey.about(
                target, "LP128", problem if output in columns else _HAS_MEANING.filled(symbol=output), _RENAME
            )
    for symbol in target.model.sources:
        if symbol in columns:
            problem = Text(
                "the input {symbol} bears the name of a column of the points", zh="输入 {symbol} 与校准点的列同名"
            ).filled(symbol=symbol)
            yield survey.about(target, "LP128", problem, _RENAME, symbol=symbol)


def _role(survey: Survey, target: Target, symbol: str, source: Source) -> Iterator[Finding]:
    match source:
        case Corrected(role=role) | Applied(role=role) | Fit(role=role) | Resolution(role=role):
            symbol = written(symbol, source)
        case Characteristic(role=role):
            pass
        case _:
            return
    roles = survey.procedure.roles
    if role not in roles:
        problem = Text("{symbol}: there is no role {role}", zh="{symbol}：没有角色 {role}")
        yield survey.about(
            target, "LP104", problem.filled(symbol=symbol, role=role), nearest(role, list(roles)), symbol=symbol
        )
        return
    part = roles[role]
    setting = isinstance(source, Applied) and isinstance(part, Unit)  # what a unit was set to is its own nominal value
    if isinstance(source, Corrected | Applied | Fit) and not isinstance(part, Standard) and not setting:
        problem = Text("{symbol}: {role} is no standard", zh="{symbol}：{role} 不是标准器")
        yield survey.about(target, "LP108", problem.filled(symbol=symbol, role=role), _NAME_STANDARD, symbol=symbol)
    if isinstance(source, Characteristic) and isinstance(part, Unit):
        problem = Text(
            "{symbol}: the unit under test has no record, so no {name!r} either",
            zh="{symbol}：被测对象没有记录，也就没有 {name!r}",
        )
        yield survey.about(target, "LP117", problem.filled(symbol=symbol, name=source.name), _NAME_OWN, symbol=symbol)


def _source(survey: Survey, target: Target, symbol: str, source: Source) -> Iterator[Finding]:
    if isinstance(target, Reduction) and isinstance(source, NO_READINGS):
        problem = Text("{symbol} is read nowhere: a reduction has no function", zh="{symbol} 无处读取：归算没有函数")
        yield survey.about(target, "LP126", problem.filled(symbol=symbol), _USE_RESULT, symbol=symbol)
    elif (wrong := _unreadable(source) or _unlikely(survey, target, source)) is not None:
        problem = Text("{symbol}: {why}", zh="{symbol}：{why}").filled(symbol=symbol, why=wrong)
        yield survey.about(target, "LP133", problem, _WRITE_FIGURE, symbol=symbol)
    elif (unknown := _unknown(survey, target, source)) is not None:
        problem = Text("{symbol}: {name} is not known here", zh="{symbol}：此处没有 {name}")
        name, known = unknown
        yield survey.about(
            target, "LP133", problem.filled(symbol=symbol, name=name), nearest(name, sorted(known)), symbol=symbol
        )
    elif (unscoped := _unscoped(survey, source)) is not None:
        problem = Text("{symbol}: {why}", zh="{symbol}：{why}").filled(symbol=symbol, why=unscoped)
        yield survey.about(target, "LP134", problem, _OTHER_SCOPE, symbol=symbol)
    elif isinstance(source, Condition) and source.name not in CONDITIONS:
        problem = Text("{symbol}: nobody tells the {name}", zh="{symbol}：没有名为 {name} 的环境条件")
        yield survey.about(
            target,
            "LP119",
            problem.filled(symbol=symbol, name=source.name),
            nearest(source.name, list(CONDITIONS)),
            symbol=symbol,
        )
    elif isinstance(source, Stability) and isinstance(target, Section):
        traces = sorted({each.symbol for each in target.fillings if each.verb in {"record", "settle"} and each.symbol})
        if source.trace not in traces:
            problem = Text("{symbol}: nobody records {trace}", zh="{symbol}：没有记录轨迹 {trace}")
            yield survey.about(
                target,
                "LP118",
                problem.filled(symbol=symbol, trace=source.trace),
                nearest(source.trace, traces),
                symbol=symbol,
            )


def _unknown(survey: Survey, target: Target, source: Source) -> tuple[str, set[str]] | None:
    """Return a name in a figure of the method that is no column, no series and no data of the unit, and what is known.

    A figure stands before the equations are worked out, so their results are not known to it.
    """
    match source:
        case Effect(off=off):
            figures = [off.figure]
        case Constant(figure=figure, off=off):
            figures = [figure, *([off.figure] if off is not None else [])]
        case _:
            return None
    known = {*survey.headings(target), *target.model.series, *([MPE] if isinstance(target, Section) else [])}
    named = (name for each in figures if not _is_quantity(each) for name in Figure(each).names)
    name = next((each for each in sorted(named) if each not in known and not each.startswith(UNIT_DATA)), None)
    return (name, known) if name is not None else None


def _is_quantity(figure: str) -> bool:
    try:
        parse_quantity(figure)
    except MetrologyError:
        return False
    return True


def _unscoped(survey: Survey, source: Source) -> Text | None:
    """Return why an effect cannot have the scope that it is given; None where it can."""
    if not isinstance(source, Effect | Characteristic):
        return None
    if not isinstance(source.scope, Scope):  # pyright: ignore[reportUnnecessaryIsInstance]
        return Text("{scope!r} is no scope", zh="{scope!r} 不是 scope").filled(scope=source.scope)
    if source.scope is Scope.READING:
        return _IN_TYPE_A
    certified = isinstance(source, Characteristic) and isinstance(
        survey.procedure.roles.by_name.get(source.role), Standard
    )
    return _NO_CERTIFICATE if source.scope is Scope.STANDARD and not certified else None


def _unreadable(source: Source) -> Text | None:
    """Return why a figure of the method cannot be read; None where it can."""
    match source:
        case Effect(off=Spread(distribution=shape)) if shape not in DISTRIBUTIONS:
            return _NO_SHAPE.filled(shape=shape, known=", ".join(DISTRIBUTIONS))
        case Effect(off=off):
            figures = [off.figure]
        case Constant(figure=figure, off=off):
            figures = [figure, *([off.figure] if off is not None else [])]
        case _:
            figures = []
    for each in figures:
        try:
            _ = _is_quantity(each) or Figure(each)
        except MetrologyError as error:
            return error.text()
    return None


def _unlikely(survey: Survey, target: Target, source: Source) -> Text | None:
    """Return why a figure of the method cannot be meant as it stands; None where it can."""
    match source:
        case Effect(off=Spread(figure=width, distribution=shape, k=k)):
            value = None
        case Constant(off=Spread(figure=width, distribution=shape, k=k)):
            value = survey.figure(target, source.figure)
        case _:
            return None
    if not k > 0 or (k != USUAL_K and shape != "normal"):
        return _NO_K.filled(k=k, shape=shape)
    found = survey.figure(target, width)
    if found is not None and found.value < 0:
        return _NEGATIVE.filled(width=width)
    if found is not None and value is not None and found.unit.dimension != value.unit.dimension:
        return _OTHER_KIND.filled(width=width, figure=value)
    if found is not None and found.unit.is_scale:
        return _ON_SCALE.filled(width=width)
    return None


def _level(survey: Survey, target: Target, symbol: str, source: Source) -> Iterator[Finding]:
    if symbol not in target.model.equations.vectors:
        return
    lone = isinstance(source, NO_LEVEL)
    if isinstance(source, Result):
        further = survey.find(source.section)
        lone = isinstance(further, Reduction) and further.each in {"unit", "run"}
        if isinstance(further, Section) and isinstance(target, Reduction) and target.each == "point":
            lone = bool(survey.rows(further)) and all(each.repeats == 1 for each in survey.rows(further))
    if isinstance(source, Observed | Corrected) and isinstance(target, Section):
        dry = survey.rehearsed(target)
        lone = bool(dry) and all(each.taken.get(symbol, 0) == 1 for each in dry)
    if lone:
        problem = Text("{symbol}[:] has no level below: it is one value", zh="{symbol}[:] 没有下一级：它只是一个值")
        yield survey.about(target, "LP121", problem.filled(symbol=symbol), _ONE_LEVEL, symbol=symbol)


def _dimensions(survey: Survey, target: Target) -> Iterator[Finding]:
    units = survey.units(target)
    if any(symbol not in units for symbol in target.model.equations.inputs):
        return  # a symbol without a source or a filling is told on its own
    try:
        target.model.equations.dimensions(units)
    except MetrologyError as error:
        yield survey.about(target, "LP103", error.text(), _SAME_DIMENSION)


def complete(survey: Survey, section: Section) -> Iterator[Finding]:
    """Return what the budget of a section lacks: the resolution of its readings, a standard."""
    sources = section.model.sources
    unit = survey.procedure.roles.unit
    has_resolution = any(isinstance(each, Resolution) for each in sources.values())
    yield from _digitless(survey, section)
    for symbol, source in sources.items():
        if isinstance(source, Observed) and not has_resolution and _shown_by_unit(section, symbol, unit):
            problem = Text("no resolution in the budget", zh="预算中没有分辨力")
            yield survey.about(section, "LP106", problem, _ADD_RESOLUTION, symbol=symbol)
            break
    standard = any(isinstance(each, Corrected | Applied | Fit | Result) for each in sources.values())
    if not standard and "nominal" in section.model.equations.inputs:
        problem = Text("no standard in the budget", zh="预算中没有标准器")
        yield survey.about(section, "LP107", problem, _ADD_STANDARD, Severity.WARNING)
    yield from _forgotten(survey, section)


def _digitless(survey: Survey, section: Section) -> Iterator[Finding]:
    """Tell of half a digit of something that shows nothing in the section."""
    shown = {each.role for each in section.fillings if each.symbol in section.model.series or each.verb == "settle"}
    for symbol, source in section.model.sources.items():
        if isinstance(source, Resolution) and source.role in survey.procedure.roles and source.role not in shown:
            problem = Text(
                "{symbol}: {role} shows nothing here, so it has no digits",
                zh="{symbol}：{role} 在此没有示值，也就没有分辨力",
            )
            words = problem.filled(symbol=symbol, role=source.role)
            yield survey.about(section, "LP106", words, _ADD_RESOLUTION, symbol=symbol)


def _shown_by_unit(section: Section, symbol: str, unit: str) -> bool:
    """Return whether a series shows the unit's own digits; pulses that are counted have none."""
    subject = section.subject(symbol)
    read = any(each.symbol == symbol and each.role == unit for each in section.fillings)
    return read and symbol in section.model.equations.scalars and (subject is None or subject.unit != "1")


def _forgotten(survey: Survey, section: Section) -> Iterator[Finding]:
    """Return the series read on a standard of which nothing of the record enters the model."""
    entering = {
        source.role
        for source in section.model.sources.values()
        if isinstance(source, Corrected | Applied | Characteristic | Fit)
    }
    for each in section.fillings:
        source = section.model.sources.get(each.symbol)
        role = survey.procedure.roles.by_name.get(each.role)
        if isinstance(source, Observed) and isinstance(role, Standard) and each.role not in entering:
            problem = Text(
                "{symbol} is read on {role}, and nothing of its record enters the budget",
                zh="{symbol} 由 {role} 读取，但其记录未进入预算",
            )
            yield survey.about(
                section,
                "LP127",
                problem.filled(symbol=each.symbol, role=each.role),
                Text('Write {symbol}=Corrected("{role}")', zh='请写 {symbol}=Corrected（"{role}"）').filled(
                    symbol=each.symbol, role=each.role
                ),
                Severity.WARNING,
                symbol=each.symbol,
            )


_BY_ARRAY: Final = Text(
    "Let it work on arrays element by element, with numpy.where in place of if, and remember nothing",
    zh="请使其逐元素处理数组，以 numpy.where 代替 if，且不保存状态",
)
_BY_NUMPY: Final = Text(
    "Exact ones come from NumPy's own operations; the results say it",
    zh="使用 NumPy 自身的运算可得精确导数；结果中将予以注明",
)
_GIVE_SOURCE: Final = Text(
    "Declare it in Model(…), as {symbol}=Observed()", zh="请在 Model(…) 中声明，如 {symbol}=Observed()"
)
_RENAME: Final = Text("Give one of the two another name", zh="请将二者之一改名")
_TAKE_OUT: Final = Text(
    "Leave out what is not meant to count, its source too; a power of 0 or a division by 0 is never meant",
    zh="不应计入的项请连同其来源一并删去；0 次幂和除以 0 均无意义",
)
_HAS_MEANING: Final = Text(
    "the result {symbol} bears a name that tables and limits have for something else",
    zh="结果 {symbol} 的名称在表格和限值中另有含义",
)
_NO_K: Final = Text(
    "k={k} of a {shape} distribution: k belongs to an expanded uncertainty, which is normal",
    zh="{shape} 分布的 k={k}：k 属于扩展不确定度，其分布为 normal",
)
_NEGATIVE: Final = Text("{width} is negative", zh="{width} 为负")
_OTHER_KIND: Final = Text("{width} is another kind of quantity than {figure}", zh="{width} 与 {figure} 不是同类量")
_ON_SCALE: Final = Text("{width} is a point on a scale, no difference", zh="{width} 是温标上的点，不是差值")
_USE_OR_DROP: Final = Text("Use it in an equation, or remove it", zh="请在方程中使用，或删除")
_NAME_STANDARD: Final = Text("Name a role declared as Standard(…)", zh="请指定声明为 Standard(…) 的角色")
_NAME_OWN: Final = Text(
    "Name a standard or auxiliary, or let its repetitions show it", zh="请指定标准器或附件，或由重复测量得出"
)
_NO_SHAPE: Final = Text("there is no distribution {shape!r}, there are {known}", zh="没有分布 {shape!r}，可用：{known}")
_IN_TYPE_A: Final = Text(
    "what is new with every reading shows in their scatter, which Type A has already",
    zh="每次读数各自独立的影响已体现在读数的分散中，A 类已计入",
)
_NO_CERTIFICATE: Final = Text(
    "scope STANDARD is of a standard's certificate, which this has not",
    zh="scope STANDARD 指标准器的同一证书，此处没有证书",
)
_OTHER_SCOPE: Final = Text(
    "Say POINT, GROUP, RUN or LAB; STANDARD of a figure of a standard's record",
    zh="请写 POINT、GROUP、RUN 或 LAB；STANDARD 仅用于标准器记录中的数值",
)
_WRITE_FIGURE: Final = Text(
    "Write a quantity, or an expression over columns and unit data: 2 mK, 0.05 * unit.division",
    zh="请写成一个量，或由列和被测对象数据组成的表达式：2 mK、0.05 * unit.division",
)
_USE_RESULT: Final = Text(
    'Measure it in a section, and take it from there with Result("…", "…")',
    zh='请在某一部分中测量，再以 Result（"…"，"…"）引用',
)
_ONE_LEVEL: Final = Text(
    "Write the symbol without [:], or take more readings, repetitions or points",
    zh="请去掉 [:]，或增加读数、重复次数或校准点",
)
_SAME_DIMENSION: Final = Text("Correct the equation, or the source of the symbol", zh="请更正方程或该符号的来源")
_ADD_RESOLUTION: Final = Text('Add an input with Resolution("unit")', zh='请添加来源为 Resolution("unit") 的输入')
_ADD_STANDARD: Final = Text(
    'Replace nominal by an input with Applied("source")', zh='请以 Applied("source") 的输入代替 nominal'
)
