"""Do requirements judge the unit and checks our measurement, with limits that have a source and fit the result."""

from collections.abc import Iterator
from typing import Final

from labctl.errors import MetrologyError, UnitMismatch
from labctl.language import Text
from labctl.metrology.figure import Figure
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import ONE
from labctl.procedure.checking.declarations import NO_SECTION, found, names
from labctl.procedure.checking.survey import MPE, UNIT_DATA, Survey, Target, nearest
from labctl.procedure.declared import EACH_REPETITION, Check, Consequence, Invalidate, Limit, Reduction, Requirement
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.procedure import Section
from labctl.procedure.settling import Steady
from labctl.procedure.sources import Applied, Resolution, Result

AGAIN: Final = (Consequence.REPEAT, Consequence.RESTART)
"""Consequences that need something that is measured."""


def judgements(survey: Survey) -> Iterator[Finding]:
    """Return what is wrong with requirements and checks."""
    for required in survey.procedure.requirements:
        title, line = f"require({required.title.en!r})", survey.lines.declared("require", required.title.en)
        target = survey.find(required.of)
        yield from _target(survey, "LP401", title, line, required.of, required.symbol)
        if target is not None and required.symbol in target.model.outputs:
            yield from _limit(survey, target, title, line, required)
            yield from _our_own(survey, target, title, line, required)
            yield from _unrepeated(survey, target, title, line, required)
    for check in survey.procedure.checks:
        title, line = f"check({check.title.en!r})", survey.lines.declared("check", check.title.en)
        target = survey.find(check.of)
        yield from _target(survey, "LP407", title, line, check.of, check.symbol)
        if target is not None and check.symbol in target.model.outputs:
            yield from _limit(survey, target, title, line, check)
            yield from _verdict(survey, title, line, check)
            yield from _consequence(survey, target, title, line, check)
    yield from _twice(survey)
    yield from _steady(survey)


def _target(survey: Survey, code: str, title: str, line: int, of: str, symbol: str) -> Iterator[Finding]:
    target = survey.find(of)
    if target is None:
        yield found(line, code, NO_SECTION.filled(title=title, section=of), survey.known(of))
    elif symbol not in target.model.outputs:
        problem = Text("{title}: {symbol} is no result of the model", zh="{title}：{symbol} 不是模型的结果")
        yield found(line, code, problem.filled(title=title, symbol=symbol), nearest(symbol, list(target.model.outputs)))


def _limit(survey: Survey, target: Target, title: str, line: int, judge: Requirement | Check) -> Iterator[Finding]:
    limit = judge.limit
    unknown = list(names(survey, target, title, line, limit.names))
    yield from unknown
    if not limit.names and not judge.source.en:
        problem = Text("{title}: the limit {figure} has no source", zh="{title}：限值 {figure} 没有注明来源")
        severity = Severity.ERROR if isinstance(judge, Requirement) else Severity.WARNING
        yield found(line, "LP405", problem.filled(title=title, figure=limit.figure), _GIVE_SOURCE, severity)
    if not unknown:
        yield from _dimension(survey, target, title, line, judge.symbol, limit)


def _dimension(survey: Survey, target: Target, title: str, line: int, symbol: str, limit: Limit) -> Iterator[Finding]:
    unit, choices = survey.results(target).get(symbol), limit.figure.choices
    if unit is None or any(each.startswith(UNIT_DATA) and each not in choices for each in limit.names):
        return
    value = Quantity(1.0, unit)
    try:
        asked = limit.figure.quantity({**survey.names(target), symbol: value, **choices})
        same = asked.unit.dimension == unit.dimension
    except MetrologyError as error:
        if isinstance(error.__cause__, UnitMismatch):
            problem = Text("{title}: {why}", zh="{title}：{why}").filled(title=title, why=error.text())
            yield found(line, "LP406", problem, _SAME_UNIT)
        return
    if not same or asked.unit.is_scale is not unit.is_scale or (unit.is_scale and limit.within is not None):
        problem = Text(
            "{title}: the limit is in {asked}, {symbol} in {unit}", zh="{title}：限值单位为 {asked}，{symbol} 为 {unit}"
        )
        words = problem.filled(title=title, asked=asked.unit, symbol=symbol, unit=unit.symbol)
        yield found(line, "LP406", words, _SAME_UNIT)
        return
    yield from _sensible(survey, target, title, line, symbol, limit)


def _sensible(survey: Survey, target: Target, title: str, line: int, symbol: str, limit: Limit) -> Iterator[Finding]:
    """Tell of a limit that cannot be meant as it is written."""
    plain = limit.figure.quantity() if not limit.names else None
    if plain is not None and limit.within is not None and not plain.value > 0:
        problem = Text("{title}: ± {figure} permits nothing", zh="{title}：± {figure} 不允许任何值")
        yield found(line, "LP425", problem.filled(title=title, figure=limit.figure), _POSITIVE)
    elif plain is not None and plain.unit == ONE and plain.value >= 1 and _in_percent(survey, target, symbol):
        problem = Text("{title}: a limit of {figure} is {percent} %", zh="{title}：限值 {figure} 即 {percent} %")
        words = problem.filled(title=title, figure=limit.figure, percent=f"{100 * plain.value:g}")
        yield found(line, "LP424", words, _PERCENT.filled(figure=limit.figure), Severity.WARNING)
    elif MPE in limit.names and limit.within is None and not _never_negative(target, symbol):
        problem = Text(
            "{title}: an mpe is ±, and {symbol} is judged on one side alone",
            zh="{title}：最大允许误差为双侧，而 {symbol} 只按一侧判定",
        )
        yield found(line, "LP423", problem.filled(title=title, symbol=symbol), _BOTH_SIDES, Severity.WARNING)


def _in_percent(survey: Survey, target: Target, symbol: str) -> bool:
    """Return whether the certificate prints a result as a share."""
    units = (each.units.get(symbol, "") for each in survey.procedure.tables if each.section == target.name)
    return any(each in {"%", "‰", "ppm"} for each in units)


def _never_negative(target: Target, symbol: str) -> bool:
    """Return whether a result is a size, such as a span or an absolute value, by what stands in its equation."""
    operations = target.model.equations.graph.operations

    def sized(number: int) -> bool:
        each = operations[number]
        if each.kind in {"abs", "span", "stdev", "sqrt", "count"} or (each.kind == "number" and each.number >= 0):
            return True
        return each.kind in {"+", "×", "÷", "max", "min", "mean", "sum", "first", "last"} and all(
            map(sized, each.arguments)
        )

    made = operations[target.model.equations.graph.results[symbol]]
    shares = made.kind == "÷" and sized(made.arguments[0])  # of a mean: the sign is that of what is measured
    return shares or sized(target.model.equations.graph.results[symbol])


# --- who is judged ---------------------------------------------------------------------------------------------------


def _our_own(survey: Survey, target: Target, title: str, line: int, required: Requirement) -> Iterator[Finding]:
    """Tell of a verdict on the unit that rests on nothing but how our own standards drifted."""
    if _concerns_unit(survey, target, set()) or not _drifts(survey, target):
        return
    problem = Text(
        "{title}: {symbol} compares our own readings at two times, nothing of the unit enters it",
        zh="{title}：{symbol} 只比较了我方两次读数，与被测对象无关",
    )
    yield found(line, "LP409", problem.filled(title=title, symbol=required.symbol), _CHECK_INSTEAD, Severity.WARNING)


def _unrepeated(survey: Survey, target: Target, title: str, line: int, required: Requirement) -> Iterator[Finding]:
    """Tell of a requirement of every repetition where there is none, or none but one."""
    if required.each != EACH_REPETITION:
        return
    if isinstance(target, Reduction):
        problem = Text("{title}: a reduction has no repetitions", zh="{title}：归算没有重复测量").filled(title=title)
        yield found(line, "LP421", problem, _EACH_POINT)
    elif "repeats" not in survey.headings(target):
        problem = Text(
            "{title}: every repetition is judged, and the points are measured once",
            zh="{title}：逐次判定，而各点只测量一次",
        )
        yield found(line, "LP421", problem.filled(title=title), _EACH_POINT, Severity.WARNING)


def _concerns_unit(survey: Survey, target: Target, passed: set[str]) -> bool:
    """Return whether a result rests on anything that the unit showed or was set to."""
    passed.add(target.name)
    unit = survey.procedure.roles.unit
    for source in target.model.sources.values():
        if isinstance(source, Resolution | Applied) and source.role == unit:
            return True
        further = survey.find(source.section) if isinstance(source, Result) else None
        if further is not None and further.name not in passed and _concerns_unit(survey, further, passed):
            return True
    return isinstance(target, Section) and unit in target.roles


def _drifts(survey: Survey, target: Target) -> bool:
    """Return whether a result compares readings of one standard at two times."""
    functions = {each.kind for each in target.model.equations.graph.operations}
    further = [survey.find(each.section) for each in target.model.results.values()]
    measured = {each.name: each for each in (target, *further) if isinstance(each, Section)}
    again = [each for each in measured.values() if each.again_of in measured]
    return bool(again) or {"first", "last"} <= functions


def _verdict(survey: Survey, title: str, line: int, check: Check) -> Iterator[Finding]:
    """Tell of a check whose limit is the unit's own, where no requirement judges the result."""
    owed = sorted(each for each in check.limit.names if each == MPE or each.startswith(UNIT_DATA))
    judged = any((each.of, each.symbol) == (check.of, check.symbol) for each in survey.procedure.requirements)
    target = survey.find(check.of)
    if owed and not judged and target is not None and _concerns_unit(survey, target, set()):
        problem = Text(
            "{title} holds {symbol} against {limit}: that is a verdict on the unit",
            zh="{title} 以 {limit} 判定 {symbol}：这是对被测对象的结论",
        )
        words = problem.filled(title=title, symbol=check.symbol, limit=check.limit.figure)
        yield found(line, "LP408", words, _REQUIRE_INSTEAD)


# --- what follows ----------------------------------------------------------------------------------------------------


def _consequence(survey: Survey, target: Target, title: str, line: int, check: Check) -> Iterator[Finding]:
    if isinstance(target, Reduction) and (check.otherwise in AGAIN or check.each == EACH_REPETITION):
        problem = Text("{title}: a reduction has no repetition to make again", zh="{title}：归算没有可重复的测量")
        yield found(line, "LP411", problem.filled(title=title), _ASK)
    elif check.otherwise is Consequence.REPEAT and check.each != EACH_REPETITION:
        problem = Text(
            "{title}: REPEAT, but it is judged when all repetitions are made",
            zh="{title}：REPEAT，但在全部重复完成后才判定",
        )
        yield found(line, "LP411", problem.filled(title=title), _EACH_REPETITION)
    if isinstance(check.otherwise, Invalidate):
        yield from _invalidated(survey, target, title, line, check.otherwise)
        yield from _kept(survey, target, title, line, check.otherwise)
    if check.on_resume and (why := _not_first(survey, target)) is not None:
        problem = Text("{title}: on_resume, but {why}", zh="{title}：on_resume，但{why}")
        yield found(line, "LP411", problem.filled(title=title, why=why), _LATER_SERIES)
    if check.each == EACH_REPETITION and isinstance(target, Section) and target.model.results:
        waits = [each.section for each in target.model.results.values() if _later(survey, target, each.section)]
        if waits:
            problem = Text(
                "{title}: it is judged at once, and waits for {section}", zh="{title}：立即判定，却需等待 {section}"
            )
            yield found(line, "LP411", problem.filled(title=title, section=waits[0]), _ASK)


def _not_first(survey: Survey, target: Target) -> Text | None:
    """Return why something cannot be measured first when a run is taken up, before its turn."""
    if isinstance(target, Reduction):
        return Text("a reduction measures nothing", zh="归算不进行测量")
    if target.name == survey.procedure.sections[0].name:
        return Text("nothing comes before it, so its turn has always come", zh="该部分之前没有其他部分，轮次总是已到")
    if target.after:
        return Text("it has its time after {after}", zh="该部分须在“{after}”之后的规定时间进行").filled(
            after=target.after
        )
    if target.uses_up:
        return Text("it uses up a {column}", zh="该部分会用掉 {column}").filled(column=target.uses_up)
    return None


def _invalidated(survey: Survey, target: Target, title: str, line: int, otherwise: Invalidate) -> Iterator[Finding]:
    titles = [each.name for each in survey.procedure.sections]
    for name in otherwise.sections:
        if name not in titles:
            problem = Text(
                "{title}: Invalidate of {name!r}, which is no section",
                zh="{title}：Invalidate 的 {name!r} 不是已有部分",
            )
            yield found(line, "LP410", problem.filled(title=title, name=name), nearest(name, titles))
        elif _later(survey, target, name):
            problem = Text(
                "{title}: {name!r} is measured later, there is nothing to invalidate",
                zh="{title}：{name!r} 尚未测量，无从作废",
            )
            yield found(line, "LP410", problem.filled(title=title, name=name), _EARLIER)


def _kept(survey: Survey, target: Target, title: str, line: int, otherwise: Invalidate) -> Iterator[Finding]:
    """Tell of a section by which is judged and that is not measured again: what changed for good fails for ever."""
    if any(survey.find(each.section) is None for one in survey.targets for each in one.model.results.values()):
        return  # told on its own
    invalid = survey.procedure.with_dependants((*otherwise.sections, target.name))
    kept = sorted(survey.procedure.below(target) - invalid)
    if isinstance(target, Section) and kept:
        problem = Text(
            "{title}: it is judged by {section}, which is not measured again, so that it would fail again",
            zh="{title}：判定所依据的 {section} 不重测，因此重测后仍会不通过",
        )
        words = problem.filled(title=title, section=kept[0])
        yield found(line, "LP422", words, _NAME_TOO.filled(section=kept[0]), Severity.WARNING)


def _later(survey: Survey, target: Target, name: str) -> bool:
    """Return whether a section comes after the last one on which a result rests."""
    titles = [each.name for each in survey.procedure.sections]
    rests = [each for each in _rests_on(survey, target, set()) if each in titles]
    return name in titles and bool(rests) and titles.index(name) > max(titles.index(each) for each in rests)


def _rests_on(survey: Survey, target: Target, passed: set[str]) -> set[str]:
    passed.add(target.name)
    if isinstance(target, Section):
        return {target.name}
    further = [survey.find(each.section) for each in target.model.results.values()]
    known = [each for each in further if each is not None and each.name not in passed]
    return {name for each in known for name in _rests_on(survey, each, passed)}


# --- the rest --------------------------------------------------------------------------------------------------------


def _twice(survey: Survey) -> Iterator[Finding]:
    for word, judges in (("require", survey.procedure.requirements), ("check", survey.procedure.checks)):
        seen: set[str] = set()
        for each in judges:
            if each.title.en in seen:
                problem = Text("two of them are called {title!r}", zh="有两个同名的 {title!r}").filled(
                    title=each.title.en
                )
                yield found(survey.lines.declared(word, each.title.en), "LP416", problem, _OWN_TITLE)
            seen.add(each.title.en)


def _steady(survey: Survey) -> Iterator[Finding]:
    """Tell of a settling that can never be met before its time-out."""
    for steady in survey.lines.named(Steady).values():
        if not isinstance(steady, Steady) or steady.during is None or steady.during.names or steady.timeout.names:
            continue
        try:
            window, timeout = _seconds(steady.during), _seconds(steady.timeout)
        except MetrologyError:
            continue
        if window >= timeout:
            problem = Text(
                "a window of {during} never fits before the time-out of {timeout}",
                zh="窗口 {during} 在超时 {timeout} 之前不可能满足",
            )
            words = problem.filled(during=steady.during, timeout=steady.timeout)
            yield found(survey.lines.constant(steady), "LP417", words, _LONGER)


def _seconds(figure: Figure) -> float:
    return figure.quantity().value_in("s")


def extremes(survey: Survey, target: Target) -> Iterator[Finding]:
    """Tell where max or min of results chooses one of them, though another may be the true one."""
    operations = target.model.equations.graph.operations
    for operation in operations:
        if operation.kind not in {"max", "min"}:
            continue
        leaves = {operations[each].name for each in operation.arguments}
        if isinstance(target, Reduction) and any(name in target.model.results or not name for name in leaves):
            problem = Text(
                "{function} of results closer than their U may choose the wrong one",
                zh="结果之差小于其 U 时，{function} 可能选错",
            ).filled(function=operation.kind)
            yield survey.about(target, "LP125", problem, _MONTE_CARLO, Severity.NOTE)
            return


_GIVE_SOURCE: Final = Text(
    'Say where it stands: source="JJG 692-2010, 5.3"', zh='请注明出处，如 source="JJG 692-2010, 5.3"'
)
_NAME_TOO: Final = Text('Name it as well: Invalidate("{section}", …)', zh='请一并写明：Invalidate（"{section}"，…）')
_SAME_UNIT: Final = Text(
    "Give the limit in the unit of the result; a point on a scale has no ± limit",
    zh="请以结果的单位给出限值；温标上的点没有 ± 限值",
)
_POSITIVE: Final = Text("Give the half-width, a positive figure", zh="请给出半宽，为正值")
_PERCENT: Final = Text("Write {figure} % where that is meant", zh="如指百分数，请写 {figure} %")
_BOTH_SIDES: Final = Text('Write within="mpe"', zh='请写 within="mpe"')
_CHECK_INSTEAD: Final = Text("Make it a METHOD.check with a consequence", zh="请改为带后果的 METHOD.check")
_REQUIRE_INSTEAD: Final = Text("Make it a METHOD.require", zh="请改为 METHOD.require")
_ASK: Final = Text("Let ASK, NOTE, STOP or Invalidate(…) follow", zh="请以 ASK、NOTE、STOP 或 Invalidate（…）为后果")
_EACH_REPETITION: Final = Text(
    'Write each="repetition", or let RESTART follow', zh='请写 each="repetition"，或以 RESTART 为后果'
)
_LATER_SERIES: Final = Text(
    "Name a section that may be read at any time, as one declared with METHOD.again",
    zh="请指定随时可测的部分，如用 METHOD.again 声明的部分",
)
_EACH_POINT: Final = Text(
    'Leave each="repetition" out, or give the points of its section a column repeats',
    zh='请去掉 each="repetition"，或在该部分的校准点中添加 repeats 列',
)
_EARLIER: Final = Text("Name a section that was measured before", zh="请指定此前已测量的部分")
_OWN_TITLE: Final = Text("Give each its own title", zh="请分别命名")
_LONGER: Final = Text("Give a longer time-out, or a shorter window", zh="请延长超时，或缩短窗口")
_MONTE_CARLO: Final = Text(
    "Hold the result against labctl validate, which counts it out", zh="请用 labctl validate 验证，其结果由模拟得出"
)
