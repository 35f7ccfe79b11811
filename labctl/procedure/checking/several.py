"""Does a method that measures several units in one run say so, and ask nothing of them that is for one alone?"""

from collections.abc import Iterator

from labctl.language import Text
from labctl.procedure.body import parts_of, read_body
from labctl.procedure.checking.survey import Survey
from labctl.procedure.finding import Finding
from labctl.procedure.procedure import Section
from labctl.procedure.units import UNIT, UNITS


def several(survey: Survey) -> Iterator[Finding]:
    """Return what of several units does not fit."""
    procedure = survey.procedure
    for section in procedure.sections:
        yield from _together(survey, section)
    if procedure.roles.up_to == 1:
        return
    for section in procedure.sections:
        if section.uses_up:
            body = section.body
            yield Finding(file=body.file, line=body.first_line, code="LP218", problem=_USES_UP, remedy=_ONE_UNIT)
    for made in procedure.adjustments:
        body = read_body(made.function)
        yield Finding(file=body.file, line=body.first_line, code="LP218", problem=_ADJUSTS, remedy=_ONE_UNIT)


def _together(survey: Survey, section: Section) -> Iterator[Finding]:
    roles = survey.procedure.roles
    for function in (section.function, *(hook.function for hook in section.hooks)):
        parts = parts_of(function)
        if UNIT in parts and UNITS in parts:
            body = read_body(function)
            yield Finding(file=body.file, line=body.first_line, code="LP217", problem=_BOTH, remedy=_ONE_OF_THEM)
        for part in parts.values():
            if not part.together:
                continue
            body = read_body(function)
            if part.role != roles.unit:
                problem = _NO_UNITS.filled(role=part.role)
                yield Finding(file=body.file, line=body.first_line, code="LP217", problem=problem, remedy=_THE_UNITS)
            elif roles.up_to == 1:
                yield Finding(file=body.file, line=body.first_line, code="LP217", problem=_ONE, remedy=_UP_TO)


_BOTH = Text("unit and units stand in one signature", zh="签名中同时出现 unit 和 units")
_ONE_OF_THEM = Text(
    "Name unit where it is called for one after the other, units where one call measures all of them",
    zh="逐台调用时写 unit，一次调用测量全部时写 units",
)
_NO_UNITS = Text(
    "Units are asked for, and {role} is not the unit under test", zh="使用了 Units，但 {role} 不是被测对象"
)
_THE_UNITS = Text("Name it units, or ask for one", zh="请命名为 units，或只用一台")
_ONE = Text("all units are asked for, and the method takes one", zh="函数使用全部被测对象，但规程只允许一台")
_UP_TO = Text("Say how many it takes: Unit(…, up_to=12)", zh="请注明台数：Unit(…, up_to=12)")
_ADJUSTS = Text("an adjustment in a method for several units", zh="允许多台的规程含有调整")
_USES_UP = Text("uses_up in a method for several units", zh="允许多台的规程含有 uses_up")
_ONE_UNIT = Text("Let the method take one unit", zh="请改为只允许一台")
