"""Does something bring a Type A at every point, is it not too little, and is there something to pool."""

from collections.abc import Iterator
from typing import Final

from labctl.language import Text
from labctl.procedure.checking.survey import Survey, nearest
from labctl.procedure.declared import Pooled
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.procedure import Section
from labctl.procedure.roles import Unit
from labctl.procedure.sources import Characteristic, Corrected, Observed

FEW: Final = 3
"""Repetitions of which the scatter has two degrees of freedom: with so few, t makes U half as large again."""


def scatter(survey: Survey, section: Section) -> Iterator[Finding]:
    """Return what is wrong with the Type A of a section."""
    match section.repeatability:
        case Pooled():
            yield from _pooled(survey, section)
        case Characteristic() as known:
            yield from _stated(survey, section, known)
        case None:
            yield from _own(survey, section)


def _pooled(survey: Survey, section: Section) -> Iterator[Finding]:
    rows = survey.rows(section)
    if rows and all(each.repeats == 1 for each in rows):
        problem = Text("POOLED, and no point is repeated", zh="使用 POOLED，但没有重复测量的点")
        remedy = Text("Add a column repeats with 2 or more at one point", zh="请添加 repeats 列，至少一个点不少于 2 次")
        yield survey.about(section, "LP116", problem, remedy)


def _stated(survey: Survey, section: Section, known: Characteristic) -> Iterator[Finding]:
    roles = survey.procedure.roles
    if known.role not in roles:
        problem = Text("repeatability: there is no role {role}", zh="重复性：没有角色 {role}").filled(role=known.role)
        yield survey.about(section, "LP104", problem, nearest(known.role, list(roles)))
    elif isinstance(roles[known.role], Unit):
        problem = Text("repeatability of the unit under test: it has no record", zh="被测对象的重复性：没有记录")
        yield survey.about(section, "LP117", problem, _POOL)
    yield from _of_two_kinds(survey, section)


def _of_two_kinds(survey: Survey, section: Section) -> Iterator[Finding]:
    """Tell of results of several kinds: one known repeatability cannot be the scatter of all of them."""
    stated = {name: unit for name, unit in survey.results(section).items() if name in repeatable(section)}
    first = next(iter(stated), "")
    other = next((name for name, unit in stated.items() if unit.dimension != stated[first].dimension), "")
    if other:
        problem = Text(
            "one known repeatability cannot be that of {one} in {unit} and of {other} in {another}",
            zh="一个已知的重复性不能既用于 {one}（{unit}）又用于 {other}（{another}）",
        ).filled(one=first, unit=stated[first].symbol, other=other, another=stated[other].symbol)
        yield survey.about(section, "LP135", problem, _REDUCE)


def repeatable(section: Section) -> tuple[str, ...]:
    """Return the results that scatter from repetition to repetition."""
    return tuple(each for each in section.model.outputs if each not in section.model.equations.statistics)


def _own(survey: Survey, section: Section) -> Iterator[Finding]:
    """Return the findings on scatter that comes from the points' own repetitions or readings."""
    model = section.model
    if set(model.equations.statistics) == set(model.outputs):
        return  # no uncertainty is stated for any result
    read = {each.symbol for each in section.fillings if each.verb in {"observe", "scan"}}
    observed = [
        name
        for name, source in model.sources.items()
        if isinstance(source, Observed | Corrected) and name in model.equations.scalars
    ]
    series = [each for each in observed if each in read]
    rows = survey.rows(section)
    repeated = bool(rows) and all(each.repeats > 1 for each in rows)
    if not repeated and not series and not model.results:  # results of other sections bring their own
        yield survey.about(section, "LP105", Text("nothing brings a Type A", zh="没有 A 类分量"), _OBSERVE)
        return
    yield from _single(survey, section, series)
    yield from _hidden(survey, section, series)
    yield from _few(survey, section)


def _single(survey: Survey, section: Section, series: list[str]) -> Iterator[Finding]:
    """Tell of the first point at which no series has more than one reading, and nothing is repeated."""
    for row, seen in zip(survey.rows(section), survey.rehearsed(section), strict=False):
        counts = [seen.taken[each] for each in series if each in seen.taken]
        if row.repeats == 1 and counts and max(counts) == 1 and len(counts) == len(series):
            problem = Text(
                "{symbol} is read once at {point}, and nothing is repeated",
                zh="{symbol} 在 {point} 只读一次，也没有重复",
            ).filled(symbol=series[0], point=row.point.key or "1")
            yield survey.about(section, "LP105", problem, _REPEAT, symbol=series[0])
            return


def _hidden(survey: Survey, section: Section, series: list[str]) -> Iterator[Finding]:
    """Tell of a series that a hook reads once: all repetitions share it, so that their scatter does not show it."""
    read = {each.symbol for hook in section.hooks for each in hook.body.fillings if each.verb in {"observe", "scan"}}
    for symbol in (each for each in series if each in read):
        counts = [each.taken[symbol] for each in survey.prepared(section) if symbol in each.taken]
        if counts and max(counts) == 1:
            problem = Text(
                "{symbol} is read once in a hook: no scatter shows it", zh="{symbol} 在 hook 中只读一次：其分散无从得知"
            ).filled(symbol=symbol)
            yield survey.about(section, "LP105", problem, _READ_MORE, Severity.WARNING, symbol=symbol)


def _few(survey: Survey, section: Section) -> Iterator[Finding]:
    rows = survey.rows(section)
    few = sorted({each.repeats for each in rows if 1 < each.repeats <= FEW})
    twice = [
        row
        for row, seen in zip(rows, survey.rehearsed(section), strict=False)
        if row.repeats == 1
        and max((count for symbol, count in seen.taken.items() if symbol in section.model.series), default=0) == 2  # noqa: PLR2004  (two readings)
    ]
    if few or twice:
        problem = Text(
            "Type A from {count} values has {dof} degrees of freedom",
            zh="由 {count} 个值得到的 A 类分量自由度仅为 {dof}",
        )
        count = few[0] if few else 2
        yield survey.about(section, "LP124", problem.filled(count=count, dof=count - 1), _POOL, Severity.WARNING)


_OBSERVE: Final = Text("Add an Observed() input", zh="请添加 Observed() 输入")
_REDUCE: Final = Text(
    'Leave the section the result that repeats so, and calculate the others in a reduction each="point"',
    zh='请只保留具有该重复性的结果，其余在 each="point" 的归算中计算',
)
_READ_MORE: Final = Text("Read it several times there", zh="请在该处多次读取")
_REPEAT: Final = Text(
    "Take several readings, repeat the point, or give the section a repeatability=",
    zh="请增加读数，重复该点，或给出 repeatability=",
)
_POOL: Final = Text(
    'Repeat more often, or write repeatability=POOLED or Characteristic("a standard", "repeatability")',
    zh='请增加重复次数，或写 repeatability=POOLED 或 Characteristic（"标准器"，"repeatability"）',
)
