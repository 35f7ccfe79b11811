"""What a check can tell of a bench before the run: points out of reach, U and ratio at each, duration, cables."""

from collections.abc import Iterator, Sequence
from typing import Final

from labctl.app.casting import Cast
from labctl.app.misfits import lacking, misfits, unfit
from labctl.app.readable import behind, hours
from labctl.app.station import Station
from labctl.certificate.figures import plain
from labctl.errors import LabctlError, MetrologyError, ProcedureError
from labctl.events.kinds import PlannedSection
from labctl.instruments.limits import Limit
from labctl.language import Text
from labctl.metrology.conformity import Rule
from labctl.metrology.display import fitting_unit
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import ONE
from labctl.procedure.capability import capable, lines_of
from labctl.procedure.duration import READING, duration
from labctl.procedure.environment import CONDITIONS
from labctl.procedure.expected import EXCEPT, Ahead, Expected, ahead
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.forecast import rehearsed
from labctl.procedure.plan import plan
from labctl.procedure.procedure import Procedure
from labctl.procedure.ratio import share, too_coarse
from labctl.procedure.sources import Condition
from labctl.records.order import Capability
from labctl.run.surroundings import ROOM


def foretold(procedure: Procedure, station: Station, players: Cast, told: Ahead | None = None) -> Iterator[Finding]:
    """Return what can be told of a run on a bench; what is `told` of its plan already is not worked out again."""
    file = station.file.name
    if wrong := misfits(procedure, station, players):
        yield from wrong
        return
    try:
        planned = plan(procedure, players.unit)
        stated = lines_of(station.laboratory, procedure.reference)
        told = told or ahead(
            procedure, players.unit, players.standards, players.auxiliaries, planned, station.order.kind, stated
        )
    except ProcedureError as error:
        problem = Text("{where}: {problem}", zh="{where}：{problem}").filled(where=error.where, problem=error.problem)
        yield Finding(file=file, line=0, code="LP604", problem=problem, remedy=error.remedy)
        return
    except LabctlError as error:
        yield Finding(file=file, line=0, code="LP604", problem=error.text(), remedy=_OTHER_POINTS)
        return
    yield from unfit(procedure, station, told)
    yield from lacking(procedure, told)
    yield from _outside(told, file)
    yield from _limits(procedure, planned, players, file)
    yield from _unwatched(procedure, players, file)
    yield from _ratios(procedure, station, told)
    yield from _capability(procedure, planned, stated, told, file)
    yield from _untold(procedure, told, file)
    yield from _time(procedure, planned, players, file)
    yield from _cables(procedure, planned, players, file)


def _outside(told: Ahead, file: str) -> Iterator[Finding]:
    for each in told.outside:
        problem = Text("{section}, {point}: {why}", zh="{section}，{point}：{why}").filled(
            section=each.section, point=each.point, why=each.error.text()
        )
        yield Finding(file=file, line=0, code="LP604", problem=problem, remedy=_OTHER_POINTS)


def _limits(procedure: Procedure, planned: tuple[PlannedSection, ...], players: Cast, file: str) -> Iterator[Finding]:
    """Tell of what would be asked of a source beyond what its model, or this bench, allows."""
    for section in planned:
        declared = procedure.find(section.section)
        for point in section.points:
            asked = rehearsed(declared, point)
            for symbol, value in ((name, each) for one in asked.every for name, each in one.applied.items()):
                subject = declared.subject(symbol)
                seat = players.seats.get(next((each.role for each in declared.fillings if each.symbol == symbol), ""))
                if subject is None or seat is None:
                    continue
                for limit in (seat.driver.limits.get(subject.quantity), seat.limits.get(subject.quantity)):
                    if limit is not None and not _holds(limit, value):
                        problem = _BEYOND.filled(
                            section=declared.title, point=point.key, key=seat.instrument, value=value, limit=limit.text
                        )
                        yield Finding(file=file, line=0, code="LP604", problem=problem, remedy=_OTHER_POINTS)
                        break


def _holds(limit: Limit, value: Quantity) -> bool:
    try:
        return limit.holds(value)
    except MetrologyError:
        return True  # of another kind: what the dry call presents is told by the check of functions


def _unwatched(procedure: Procedure, players: Cast, file: str) -> Iterator[Finding]:
    """Tell of ambient conditions that the method asks for, or calculates with, and that nobody watches."""
    if ROOM in players.seats:
        return
    models = [*(each.model for each in procedure.sections), *(each.model for each in procedure.reductions)]
    needed = {each.name for model in models for each in model.sources.values() if isinstance(each, Condition)}
    limited = {*procedure.environment.limits}
    limited |= {name for each in procedure.sections if each.environment is not None for name in each.environment.limits}
    if needed | limited:
        yield Finding(
            file=file,
            line=0,
            code="LP612",
            problem=_NOBODY_WATCHES.filled(
                names=Text(
                    ", ".join(CONDITIONS[each].en for each in sorted(needed | limited) if each in CONDITIONS),
                    zh="、".join(CONDITIONS[each].zh for each in sorted(needed | limited) if each in CONDITIONS),
                )
            ),
            remedy=_NAME_ROOM,
            severity=Severity.ERROR if needed else Severity.WARNING,
        )


def _ratios(procedure: Procedure, station: Station, told: Ahead) -> Iterator[Finding]:
    file = station.file.name
    for each in told.expected:
        facts = {
            "section": procedure.source(each.section).title,
            "point": each.point,
            "symbol": each.symbol,
            **_sizes(each),
            "ratio": f"{each.ratio:.2f}",
            "expected": EXCEPT,
        }
        if each.rule is Rule.GUARDED:
            yield _note(file, "LP605", _GUARDED.filled(**facts), _MAY_BE_INCONCLUSIVE, each)
            continue
        yield _note(file, "LP607", (_EXPECTED if each.ratio else _ALONE).filled(**facts), _EXCEPT, each)
        if too_coarse(procedure, station.order, each.side, each.ratio):
            allowed = station.order.coarse
            yield Finding(
                file=file,
                line=0,
                code="LP609",
                problem=_TOO_COARSE.filled(share=share(procedure), **facts),
                remedy=_ALLOWED.filled(reason=allowed) if allowed else _BETTER_STANDARD,
                severity=Severity.NOTE if allowed else Severity.ERROR,
                facts=_facts(each),
            )


def _sizes(each: Expected) -> dict[str, str]:
    """Return U and its limit in one unit, the limit's own or the prefix of it that suits."""
    unit = each.limit.unit
    unit = unit if unit.dimension == ONE.dimension else fitting_unit(unit, abs(each.limit.value))
    return {
        "expanded": f"{plain(float(f'{each.expanded.value_in(unit):.2g}'))}{behind(unit)}",
        "limit": f"{plain(float(f'{each.limit.value_in(unit):.6g}'))}{behind(unit)}",
    }


def _capability(
    procedure: Procedure, planned: tuple[PlannedSection, ...], stated: Sequence[Capability], told: Ahead, file: str
) -> Iterator[Finding]:
    """Tell where the laboratory's capability will be stated for U, and which points lie outside it."""
    for each in told.expected:
        if each.floor:
            title = procedure.source(each.section).title
            problem = _FLOOR.filled(section=title, point=each.point, symbol=each.symbol, figure=each.floor)
            yield _note(file, "LP613", problem, _STATED, each)
    for section, symbol in dict.fromkeys((each.section, each.result) for each in stated):
        own = [each for each in stated if (each.section, each.result) == (section, symbol)]
        keys = [
            point.key
            for each in planned
            for point in each.points
            if each.section == section and capable(own, point.columns) is None
        ]
        if keys:
            problem = _BEYOND_SCOPE.filled(
                section=procedure.source(section).title, symbol=symbol, points="; ".join(dict.fromkeys(keys))
            )
            yield Finding(file=file, line=0, code="LP614", problem=problem, remedy=_MARKED, severity=Severity.NOTE)


def _note(file: str, code: str, problem: Text, remedy: Text, each: Expected) -> Finding:
    return Finding(
        file=file, line=0, code=code, problem=problem, remedy=remedy, severity=Severity.NOTE, facts=_facts(each)
    )


def _facts(each: Expected) -> dict[str, object]:
    return {
        "section": each.section,
        "point": each.point,
        "symbol": each.symbol,
        "expanded": str(each.expanded),
        "limit": str(each.limit),
        "ratio": each.ratio,
    }


def _untold(procedure: Procedure, told: Ahead, file: str) -> Iterator[Finding]:
    for each in (one for one in told.untold if not one.wrong):
        words = Text("{section}, {requirement}: {reason}", zh="{section}，{requirement}：{reason}").filled(
            section=procedure.source(each.section).title, requirement=each.requirement, reason=each.reason
        )
        if each.unlimited:
            yield Finding(file=file, line=0, code="LP415", problem=words, remedy=_STATE_MPE, severity=Severity.WARNING)
        else:
            problem = Text("U cannot be foreseen: {words}", zh="无法预计 U：{words}").filled(words=words)
            yield Finding(file=file, line=0, code="LP608", problem=problem, remedy=_SIMULATE, severity=Severity.NOTE)


def _time(procedure: Procedure, planned: tuple[PlannedSection, ...], players: Cast, file: str) -> Iterator[Finding]:
    rest = max((each.driver.rest_after_query for each in players.seats.values()), default=0.0)
    found = duration(procedure, planned, rest, len(players.units))
    problem = _LASTS.filled(
        least=hours(found.least),
        most=hours(found.most),
        readings=found.readings,
        asked=_ONCE if found.instructions == 1 else _TIMES.filled(count=found.instructions),
        rests=Text(", and rests {rests}", zh="，另间歇 {rests}").filled(rests=hours(found.rests))
        if found.rests
        else "",
    )
    yield Finding(
        file=file,
        line=0,
        code="LP610",
        problem=problem,
        remedy=_ESTIMATED.filled(reading=READING + rest),
        severity=Severity.NOTE,
        facts={
            "seconds_least": found.least,
            "seconds_most": found.most,
            "seconds_rest": found.rests,
            "readings": found.readings,
            "instructions": found.instructions,
        },
    )


def _cables(procedure: Procedure, planned: tuple[PlannedSection, ...], players: Cast, file: str) -> Iterator[Finding]:
    pictures = duration(procedure, planned).pictures
    things = [each.title for role, each in players.auxiliaries.items() if role in procedure.roles]
    if not pictures and not things:
        return
    problem = Text("needed: {things}; connections: {pictures}", zh="需要：{things}；接线图：{pictures}").filled(
        things=Text(
            ", ".join(each.en for each in things) or "—", zh="、".join(each.zh or each.en for each in things) or "—"
        ),
        pictures=", ".join(pictures) or "—",
    )
    yield Finding(
        file=file,
        line=0,
        code="LP611",
        problem=problem,
        remedy=Text("Have them at hand before the run", zh="请在运行前备好"),
        severity=Severity.NOTE,
        facts={"pictures": pictures, "auxiliaries": [each.en for each in things]},
    )


_OTHER_POINTS: Final = Text("Change the points, the standard or its record", zh="请更改校准点、标准器或其记录")
_BEYOND: Final = Text(
    "{section}, {point}: {key} would be asked for {value}, it may present {limit}",
    zh="{section}，{point}：将要求 {key} 输出 {value}，而允许范围为 {limit}",
)
_NOBODY_WATCHES: Final = Text("nobody watches the room: {names}", zh="没有监测环境条件的仪器：{names}")
_NAME_ROOM: Final = Text(
    "Name an instrument under [environment] in the station", zh="请在台位文件 [environment] 中指定仪器"
)
_EXPECTED: Final = Text(
    "{section}, {point}: U({symbol}) = {expanded} is expected, {ratio} of the limit {limit}",
    zh="{section}，{point}：预计 U({symbol}) = {expanded}，为限值 {limit} 的 {ratio}",
)
_ALONE: Final = Text(
    "{section}, {point}: nothing that is known beforehand enters U({symbol}); the limit is {limit}",
    zh="{section}，{point}：没有事先已知的分量计入 U({symbol})，限值为 {limit}",
)
_EXCEPT: Final = Text("Stated {expected}", zh="该值{expected}").filled(expected=EXCEPT)
_GUARDED: Final = Text(
    "{section}, {point}: U is {ratio} of the MPE, more than a third ({expected})",
    zh="{section}，{point}：U 为最大允许误差的 {ratio}，大于三分之一（{expected}）",
)
_FLOOR: Final = Text(
    "{section}, {point}: U({symbol}) will be stated as the laboratory's capability {figure}, which is larger",
    zh="{section}，{point}：U({symbol}) 将按实验室校准测量能力 {figure} 给出，后者更大",
)
_STATED: Final = Text(
    "A better standard does not make it smaller; a new capability does",
    zh="更好的标准器不会使其减小；需更新校准测量能力",
)
_BEYOND_SCOPE: Final = Text(
    "{section}, {symbol}: no line of the laboratory's capability holds at {points}",
    zh="{section}，{symbol}：实验室校准测量能力未涵盖 {points}",
)
_MARKED: Final = Text("The certificate says so of these points", zh="证书将对这些点注明")
_MAY_BE_INCONCLUSIVE: Final = Text(
    "The verdict may be inconclusive; a better standard avoids it", zh="结论可能为待定；采用更好的标准器可避免"
)
_TOO_COARSE: Final = Text(
    "{section}, {point}: U is {ratio} of the MPE; a verification asks for {share} at most",
    zh="{section}，{point}：U 为最大允许误差的 {ratio}；检定要求不大于 {share}",
)
_BETTER_STANDARD: Final = Text(
    'Use a better standard, order a calibration, or say in the order why it is allowed: coarse = "…"',
    zh='请采用更好的标准器，改为校准委托，或在委托中说明允许的理由：coarse = "…"',
)
_ALLOWED: Final = Text("The order allows it: {reason}", zh="委托允许：{reason}")
_STATE_MPE: Final = Text(
    "State it in the points or the unit type, or nothing will be judged there",
    zh="请在校准点表或型号中给出，否则该处不作判定",
)
_SIMULATE: Final = Text(
    "labctl simulate-run shows it on the simulated bench", zh="labctl simulate-run 可在模拟台位上给出"
)
_LASTS: Final = Text(
    "it takes from {least} to {most} for {readings} readings{rests}; people are asked {asked}",
    zh="预计 {least} 至 {most}，共 {readings} 个读数{rests}；需人工操作 {asked}",
)
_ONCE: Final = Text("once", zh="1 次")
_TIMES: Final = Text("{count} times", zh="{count} 次")
_RESTS: Final = Text(", and rests {rests}", zh="，另间歇 {rests}")
_ESTIMATED: Final = Text(
    "Estimated from waits, settling windows, their time-outs and {reading:.1f} s a reading; people's time comes on top",
    zh="依据等待时间、稳定窗口及其超时和每个读数 {reading:.1f} s 估算；不含人工所需时间",
)
