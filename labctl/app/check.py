"""Checks a procedure, and with a station whether that bench can carry it out and how good its results will be."""

from collections.abc import Iterator
from pathlib import Path

from labctl.app.casting import Cast, fill
from labctl.app.job import Job
from labctl.app.procedures import find_procedure
from labctl.app.station import Station, read_station
from labctl.errors import CalibrationExpired, LabctlError, ProcedureError, RoleUnfilled, StationError
from labctl.language import Text
from labctl.metrology.conformity import Rule
from labctl.procedure.check import Finding, Severity
from labctl.procedure.check import check as check_text
from labctl.procedure.expected import EXCEPT, expected
from labctl.procedure.plan import plan
from labctl.procedure.procedure import Procedure
from labctl.records.equipment import Asset, UnitUnderTest
from labctl.records.order import Kind

VERIFIES = "JJG"
"""How the documents begin that verify; all others calibrate."""


def check(procedure: str, station: Path | None = None, *, unit: str = "") -> tuple[Finding, ...]:
    """Return everything that is wrong with a procedure, incomplete or worth knowing; a malformed one is a finding.

    Args:
        procedure: name of an installed one, or its folder.
        station: the bench it is to run on; None: the text alone is checked.
        unit: key of the unit's instrument; empty: the only one with a unit type.

    Raises:
        StationError: the station file is malformed.
    """
    try:
        found = find_procedure(procedure)
    except ProcedureError as error:
        file, line = error.where, 0
        return (Finding(file=file, line=line, code="LP000", problem=error.problem, remedy=error.remedy),)
    return check_procedure(found, read_station(station) if station is not None else None, unit=unit)


def check_procedure(procedure: Procedure, station: Station | None = None, *, unit: str = "") -> tuple[Finding, ...]:
    """Return the findings on a procedure that is at hand; see `check`."""
    found = check_text(procedure)
    if station is None or any(each.severity is Severity.ERROR for each in found):
        return found
    return (*found, *_on_bench(procedure, station, unit))


def _on_bench(procedure: Procedure, station: Station, unit: str) -> Iterator[Finding]:
    file = station.file.name
    job = Job(run="check", data="", station=str(station.file), procedure=procedure.name, by="", unit=unit)
    try:
        players = fill(procedure, station, job)
    except (RoleUnfilled, StationError) as error:
        yield Finding(file=file, line=0, code="LP601", problem=error.problem, remedy=error.remedy)
        return
    except CalibrationExpired as error:
        yield Finding(file=file, line=0, code="LP602", problem=error.text(), remedy=_RECALIBRATE)
        return
    yield from _able(procedure, players, file)
    yield from _traceable(players, file)
    yield from _kind(procedure, station)
    yield from _unconfirmed(players, players.unit, file)
    yield from _points(procedure, station, players, players.unit)


def _able(procedure: Procedure, players: Cast, file: str) -> Iterator[Finding]:
    for role, abilities in procedure.abilities.items():
        seat = players.seats.get(role)
        wanted = sorted({name for each in abilities for name in vars(each) if not name.startswith("_")})
        missing = wanted if seat is None else [name for name in wanted if not hasattr(seat.driver, name)]
        if missing:
            problem = Text(
                "{key} cannot play {role}: it has no {missing}", zh="{key} 不能担任 {role}：缺少 {missing}"
            ).filled(key=players.roles[role], role=role, missing=", ".join(missing))
            yield Finding(file=file, line=0, code="LP601", problem=problem, remedy=_OTHER_INSTRUMENT)


def _traceable(players: Cast, file: str) -> Iterator[Finding]:
    for asset in players.standards.values():
        if asset.certificate is None:
            problem = Text("{key} has no certificate", zh="{key} 没有校准证书").filled(key=asset.key)
            yield Finding(file=file, line=0, code="LP602", problem=problem, remedy=_RECALIBRATE)


def _kind(procedure: Procedure, station: Station) -> Iterator[Finding]:
    verifies = procedure.document.startswith(VERIFIES)
    if station.order.kind is Kind.VERIFICATION and not verifies:
        yield Finding(
            file=station.file.name,
            line=0,
            code="LP603",
            problem=Text(
                "{document} calibrates, the order asks for a verification", zh="{document} 为校准规范，而委托为检定"
            ).filled(document=procedure.document),
            remedy=Text("Order a calibration, or use a regulation", zh="请改为校准委托，或采用检定规程"),
        )


def _unconfirmed(players: Cast, unit: UnitUnderTest, file: str) -> Iterator[Finding]:
    owners = [*players.standards.values(), *players.auxiliaries.values()]
    named = [each.key for each in owners if _guessed(each)]
    if any(not line.confirmed for line in unit.specification):
        named.append(unit.type_name)
    if named:
        yield Finding(
            file=file,
            line=0,
            code="LP606",
            problem=Text(
                "unconfirmed figures: {named}; they print as unverified", zh="未经核实的数据：{named}；将注明未核实"
            ).filled(named=", ".join(named)),
            remedy=Text(
                "Hold them against paper and set confirmed = true", zh="请对照纸质文件核实并设 confirmed = true"
            ),
            severity=Severity.NOTE,
        )


def _guessed(asset: Asset) -> bool:
    figures = [line.confirmed for line in asset.specification] + [each.confirmed for each in asset.characteristics]
    return not all(figures)


def _points(procedure: Procedure, station: Station, players: Cast, unit: UnitUnderTest) -> Iterator[Finding]:
    try:
        points = plan(procedure, unit)
        ahead = expected(procedure, unit, players.standards, players.auxiliaries, points, station.order.kind)
    except ProcedureError as error:
        problem = Text("{where}: {problem}", zh="{where}:{problem}").filled(where=error.where, problem=error.problem)
        yield Finding(file=station.file.name, line=0, code="LP604", problem=problem, remedy=error.remedy)
        return
    except LabctlError as error:
        yield Finding(file=station.file.name, line=0, code="LP604", problem=error.text(), remedy=_OTHER_POINTS)
        return
    for each in ahead:
        if each.rule is Rule.GUARDED:
            yield Finding(
                file=station.file.name,
                line=0,
                code="LP605",
                problem=_GUARDED.filled(
                    section=procedure.find(each.section).title,
                    point=each.point,
                    ratio=f"{each.ratio:.2f}",
                    expected=EXCEPT,
                ),
                remedy=Text(
                    "The verdict may be inconclusive; a better standard avoids it",
                    zh="结论可能为待定；采用更好的标准器可避免",
                ),
                severity=Severity.NOTE,
            )


_OTHER_INSTRUMENT = Text("Name another instrument for the role", zh="请为该角色指定其他仪器")
_RECALIBRATE = Text("Use another standard or have it calibrated", zh="请换用其他标准器或送检")
_OTHER_POINTS = Text("Change the points, the standard or its record", zh="请更改校准点、标准器或其记录")
_GUARDED = Text(
    "{section}, {point}: U is {ratio} of the MPE, more than a third ({expected})",
    zh="{section}，{point}：U 为最大允许误差的 {ratio}，大于三分之一（{expected}）",
)
