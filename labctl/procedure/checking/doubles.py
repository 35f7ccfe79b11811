"""Is nothing counted twice, no figure typed in without a source, and no effect declared twice differently."""

import re
from collections.abc import Iterator
from typing import Final

from labctl.language import Text
from labctl.metrology.effects import Scope
from labctl.procedure.checking.survey import Survey, Target
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.procedure import Section
from labctl.procedure.sources import (
    Applied,
    Characteristic,
    Constant,
    Corrected,
    Effect,
    Fit,
    Resolution,
    Source,
    Spread,
)

RESTATES: Final = re.compile(
    r"accuracy|specification|certificate|calibration|traceability|expanded uncertainty|\bmpe\b"
    r"|准确度|允许误差|技术指标|证书|校准",
    re.IGNORECASE,
)
"""Words for what a standard's record brings by itself."""
RESTATES_ITS: Final = re.compile(r"\bdrift|\bclass\b|漂移|等级", re.IGNORECASE)
"""Words that mean the same only where they are said of a standard."""


def doubles(survey: Survey) -> Iterator[Finding]:
    """Return what is counted twice or typed in, over all models."""
    for target in survey.targets:
        yield from _restated(survey, target)
        yield from _read_twice(survey, target)
        for symbol, source in target.model.sources.items():
            yield from _typed_in(survey, target, symbol, source)
    yield from _declared_twice(survey)


def _restated(survey: Survey, target: Target) -> Iterator[Finding]:
    sources = target.model.sources
    standards = {each.role for each in sources.values() if isinstance(each, Corrected | Applied | Fit)}
    for symbol, source in sources.items():
        role, words = "", ""
        match source:
            case Characteristic(role=named, name=words) if named in standards and _restates(words):
                role = named
            case Effect(title=words) if _restates(words):
                role = _meant(survey, words, standards)
            case Resolution(role=named) if _corrected_only(target, named):
                role, words = named, "resolution"
            case _:
                pass
        if role:
            problem = Text(
                "{symbol} counts {role} twice: its record already brings {words!r}",
                zh="{symbol} 使 {role} 被重复计入：其记录已包含 {words!r}",
            )
            yield survey.about(
                target, "LP112", problem.filled(symbol=symbol, role=role, words=words), _DROP, symbol=symbol
            )


def _restates(words: str) -> bool:
    return bool(RESTATES.search(words) or RESTATES_ITS.search(words))


def _meant(survey: Survey, words: str, standards: set[str]) -> str:
    """Return the standard of the model that a title speaks of, or that it must mean where it names no part."""
    lower = words.lower()
    named = [
        name
        for name in survey.procedure.roles
        if name.lower() in lower or survey.procedure.role(name).name.lower() in lower
    ]
    candidates = [each for each in named if each in standards]
    if not named and RESTATES.search(words):
        candidates = sorted(standards)
    return candidates[0] if candidates else ""


def _corrected_only(target: Target, role: str) -> bool:
    """Return whether a standard presents a value and shows none, so that it has no digits to round."""
    roles = [
        each for each in target.model.sources.values() if isinstance(each, Applied | Corrected) and each.role == role
    ]
    return bool(roles) and all(isinstance(each, Applied) for each in roles)


def _read_twice(survey: Survey, target: Target) -> Iterator[Finding]:
    """Return the values that are presented once and enter the model under two symbols."""
    if not isinstance(target, Section):
        return
    seen: dict[tuple[str, str], str] = {}
    for each in target.fillings:
        source = target.model.sources.get(each.symbol)
        if isinstance(source, Applied) and each.verb == "apply":
            name = (each.role, each.method)
            other = seen.setdefault(name, each.symbol)
            if other != each.symbol and _same_value(survey, target, other, each.symbol):
                problem = Text(
                    "{one} and {other} are one value of {role}", zh="{one} 与 {other} 是 {role} 的同一个值"
                ).filled(one=other, other=each.symbol, role=each.role)
                yield survey.about(target, "LP113", problem, _ONE_SYMBOL, symbol=each.symbol)


def _same_value(survey: Survey, section: Section, one: str, other: str) -> bool:
    dry = survey.rehearsed(section)
    return bool(dry) and all(one in each.applied and each.applied.get(one) == each.applied.get(other) for each in dry)


def _typed_in(survey: Survey, target: Target, symbol: str, source: Source) -> Iterator[Finding]:
    match source:
        case Effect(source=Text(en=""), off=Spread(figure=figure)):
            pass
        case Constant(source=Text(en=""), off=Spread(figure=figure)):
            pass
        case _:
            return
    problem = Text(
        "{symbol}: the uncertainty {figure!r} is typed in without a source",
        zh="{symbol}：不确定度 {figure!r} 没有注明来源",
    )
    yield survey.about(target, "LP122", problem.filled(symbol=symbol, figure=figure), _GIVE_SOURCE, symbol=symbol)


def _declared_twice(survey: Survey) -> Iterator[Finding]:
    known: dict[str, tuple[Source, Target]] = {}
    for target in survey.targets:
        for symbol, source in target.model.sources.items():
            if not isinstance(source, Effect | Constant):
                continue
            first, where = known.setdefault(symbol, (source, target))
            if _figures(first) != _figures(source):
                problem = Text(
                    "{symbol} is declared with another figure or scope in {other}: one name is one effect",
                    zh="{symbol} 在 {other} 中以不同数值或 scope 声明：同名即同一影响量",
                ).filled(symbol=symbol, other=where.title)
                yield survey.about(target, "LP123", problem, _ONE_FIGURE, symbol=symbol)
    yield from _characteristics(survey)
    yield from _digits(survey)


def _figures(source: Source) -> tuple[object, ...]:
    match source:
        case Effect():
            return (source.off, source.scope)
        case Constant():
            return (source.figure, source.off)
        case _:
            return ()


def _characteristics(survey: Survey) -> Iterator[Finding]:
    """Return the characteristics that enter one model under two symbols, or two models with two scopes."""
    known: dict[tuple[str, str], tuple[Scope, Target]] = {}
    for target in survey.targets:
        seen: dict[tuple[str, str], str] = {}
        for symbol, source in target.model.sources.items():
            if isinstance(source, Characteristic):
                scope, where = known.setdefault((source.role, source.name), (source.scope, target))
                if scope is not source.scope:
                    problem = Text(
                        "{symbol} is declared with another scope in {other}: one name is one effect",
                        zh="{symbol} 在 {other} 中以不同 scope 声明：同名即同一影响量",
                    ).filled(symbol=symbol, other=where.title)
                    yield survey.about(target, "LP123", problem, _ONE_SCOPE, symbol=symbol)
                other = seen.setdefault((source.role, source.name), symbol)
                if other != symbol:
                    problem = Text(
                        "{one} and {other} are one characteristic, {name!r} of {role}",
                        zh="{one} 与 {other} 是 {role} 的同一特性 {name!r}",
                    ).filled(one=other, other=symbol, name=source.name, role=source.role)
                    yield survey.about(target, "LP113", problem, _ONE_SYMBOL, Severity.WARNING, symbol=symbol)


def _digits(survey: Survey) -> Iterator[Finding]:
    """Return the halves of one digit that enter one model under two symbols: they are one effect, not two."""
    for target in survey.targets:
        seen: dict[str, str] = {}
        for symbol, source in target.model.sources.items():
            if isinstance(source, Resolution) and seen.setdefault(source.role, symbol) != symbol:
                words = _ONE_DIGIT.filled(one=seen[source.role], other=symbol, role=source.role)
                yield survey.about(target, "LP113", words, _ONE_SYMBOL, symbol=symbol)


_ONE_DIGIT: Final = Text(
    "{one} and {other} are one value, half a digit of {role}", zh="{one} 与 {other} 是 {role} 的同一个分辨力"
)
_DROP: Final = Text(
    "Remove it: Applied and Corrected bring all of the standard's record",
    zh="请删除：Applied 和 Corrected 已带入标准器的全部记录",
)
_ONE_SYMBOL: Final = Text("Use one symbol for it in the equations", zh="请在方程中只用一个符号")
_GIVE_SOURCE: Final = Text(
    'Say where it stands, source="…", or put it into the record of whose figure it is',
    zh='请注明出处 source="…"，或移到其所属对象的记录中',
)
_ONE_SCOPE: Final = Text(
    "Say alike in all models how far one error of it reaches", zh="请在所有模型中一致说明同一误差的作用范围"
)
_ONE_FIGURE: Final = Text(
    "Declare it once as a constant of the module, or give the other effect a name of its own",
    zh="请在模块中只声明一次，或为另一影响量另取名称",
)
