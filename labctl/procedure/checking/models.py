"""Is every symbol sourced once, do the dimensions hold, is the budget complete."""

from collections.abc import Iterator

from labctl.errors import MetrologyError, ProcedureError
from labctl.language import Text
from labctl.metrology.quantity import parse_quantity
from labctl.metrology.units import ONE, Unit, parse_unit
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.plan import table_of
from labctl.procedure.points import RANGE
from labctl.procedure.procedure import Procedure, Section
from labctl.procedure.roles import Standard
from labctl.procedure.sources import Applied, Characteristic, Constant, Corrected, Observed, Resolution


def models(procedure: Procedure, section: Section) -> Iterator[Finding]:
    """Return what is wrong with the model of a section."""
    units = units_at(procedure, section)
    yield from _sourced(section, units)
    yield from _roles(procedure, section)
    yield from _dimensions(section, units)
    yield from _complete(section)


def units_at(procedure: Procedure, section: Section) -> dict[str, Unit]:
    """Return the unit of every input and column of a section's model, as far as it is declared."""
    units: dict[str, Unit] = {}
    try:
        headings = table_of(procedure, section).headings
    except ProcedureError:
        headings = {}
    top = headings[RANGE].unit if RANGE in headings else None
    for name, heading in headings.items():
        units[name] = (top if heading.of_range else heading.unit) or ONE
    main = next((each.unit for name in section.model.equations.inputs if (each := section.subject(name))), "1")
    units.setdefault("mpe", parse_unit(main))
    for symbol, source in section.model.sources.items():
        subject = section.subject(symbol)
        match source:
            case Observed() | Corrected() | Applied():
                if subject is not None:
                    units[symbol] = parse_unit(subject.unit)
            case Constant(figure=figure):
                units[symbol] = parse_quantity(figure).unit
            case _:
                units[symbol] = parse_unit(main)
    return units


def _found(section: Section, code: str, problem: Text, remedy: Text, severity: Severity = Severity.ERROR) -> Finding:
    words = Text("section {section}: {problem}", zh="“{section}”部分：{problem}")
    return Finding(
        file=section.body.file,
        line=section.body.first_line,
        code=code,
        problem=words.filled(section=section.title, problem=problem),
        remedy=remedy,
        severity=severity,
    )


def _sourced(section: Section, units: dict[str, Unit]) -> Iterator[Finding]:
    used = {*section.model.equations.inputs, *section.model.equations.columns}
    for symbol in section.model.equations.inputs:
        if symbol not in section.model.sources and symbol not in units:
            problem = Text("{symbol} has no source", zh="{symbol} 没有来源").filled(symbol=symbol)
            yield _found(section, "LP101", problem, _GIVE_SOURCE.filled(symbol=symbol))
    for symbol in section.model.sources:
        if symbol not in used:
            problem = Text("no equation uses {symbol}", zh="没有方程使用 {symbol}").filled(symbol=symbol)
            yield _found(section, "LP102", problem, _USE_OR_DROP)


def _roles(procedure: Procedure, section: Section) -> Iterator[Finding]:
    for symbol, source in section.model.sources.items():
        match source:
            case Corrected(role=role) | Applied(role=role):
                known = role in procedure.roles
                if known and not isinstance(procedure.role(role), Standard):
                    problem = Text("{symbol}: {role} is no standard", zh="{symbol}：{role} 不是标准器")
                    yield _found(section, "LP108", problem.filled(symbol=symbol, role=role), _NAME_STANDARD)
            case Characteristic(role=role) | Resolution(role=role):
                known = role in procedure.roles
            case _:
                continue
        if not known:
            problem = Text("{symbol}: there is no role {role}", zh="{symbol}：没有角色 {role}").filled(
                symbol=symbol, role=role
            )
            yield _found(section, "LP104", problem, _ROLES.filled(known=", ".join(procedure.roles)))


def _dimensions(section: Section, units: dict[str, Unit]) -> Iterator[Finding]:
    if any(symbol not in units for symbol in section.model.equations.inputs):
        return  # a series without a source or a filling is told on its own
    try:
        section.model.equations.dimensions(units)
    except MetrologyError as error:
        yield _found(section, "LP103", error.text(), _SAME_DIMENSION)


def _complete(section: Section) -> Iterator[Finding]:
    sources = section.model.sources.values()
    seen = [name for name, each in section.model.sources.items() if isinstance(each, Observed | Corrected)]
    if not seen:
        yield _found(section, "LP105", Text("nothing brings a Type A", zh="没有 A 类分量"), _OBSERVE)
    if any(isinstance(each, Observed) for each in sources) and not any(
        isinstance(each, Resolution) for each in sources
    ):
        yield _found(section, "LP106", Text("no resolution in the budget", zh="预算中没有分辨力"), _ADD_RESOLUTION)
    if (
        not any(isinstance(each, Corrected | Applied) for each in sources)
        and "nominal" in section.model.equations.inputs
    ):
        yield _found(
            section, "LP107", Text("no standard in the budget", zh="预算中没有标准器"), _ADD_STANDARD, Severity.WARNING
        )


_GIVE_SOURCE = Text("Declare it in Model(…), as {symbol}=Observed()", zh="请在 Model(…) 中声明，如 {symbol}=Observed()")
_USE_OR_DROP = Text("Use it in an equation, or remove it", zh="请在方程中使用，或删除")
_NAME_STANDARD = Text("Name a role declared as Standard(…)", zh="请指定声明为 Standard(…) 的角色")
_ROLES = Text("Roles are: {known}", zh="现有角色：{known}")
_SAME_DIMENSION = Text("Correct the equation, or the source of the symbol", zh="请更正方程或该符号的来源")
_OBSERVE = Text("Add an Observed() input", zh="请添加 Observed() 输入")
_ADD_RESOLUTION = Text('Add an input with Resolution("unit")', zh='请添加来源为 Resolution("unit") 的输入')
_ADD_STANDARD = Text(
    'Replace nominal by an input with Applied("source")', zh='请以 Applied("source") 的输入代替 nominal'
)
