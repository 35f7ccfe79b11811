"""Checks a procedure, and with a station whether that bench can carry it out and how good its results will be."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import evolve

from labctl.app.casting import Cast, UnitOnBench, fill
from labctl.app.foretelling import foretold
from labctl.app.job import Job
from labctl.app.own_bench import BENCH, OwnBench, bench_named
from labctl.app.own_bench import own_bench as bench_of
from labctl.app.procedures import find_procedure
from labctl.app.station import Station, read_station
from labctl.clock import WallClock
from labctl.errors import CalibrationExpired, LabctlError, ProcedureError, RoleUnfilled, StationError
from labctl.language import Text
from labctl.procedure.body import methods_of, roles_of
from labctl.procedure.check import Finding, Severity
from labctl.procedure.check import check as check_text
from labctl.procedure.checking.ordered import ordered
from labctl.procedure.checking.survey import placed
from labctl.procedure.choosing import role_of
from labctl.procedure.expected import Ahead
from labctl.procedure.plan import plan
from labctl.procedure.procedure import Procedure
from labctl.records.equipment import Asset, UnitUnderTest
from labctl.records.order import Kind

VERIFIES = "JJG"
"""How the documents begin that verify; all others calibrate."""


def check(
    procedure: str, station: Path | None = None, *, unit: str = "", own_bench: bool = False
) -> tuple[Finding, ...]:
    """Return everything that is wrong with a procedure, incomplete or worth knowing; a malformed one is a finding.

    Args:
        procedure: name of an installed one, or its folder.
        station: the bench it is to run on; None: the text alone is checked.
        unit: key of the unit's instrument; empty: the only one with a unit type.
        own_bench: where no station is given, take the procedure's own simulated bench, if it has one.

    Raises:
        StationError: the station file is malformed.
    """
    try:
        found = find_procedure(procedure)
    except ProcedureError as error:
        file, line, problem = placed(error, error.where)
        return (Finding(file=file, line=line, code="LP000", problem=problem, remedy=error.remedy),)
    bench = bench_named(station) if station is not None else _own(found) if own_bench else None
    return check_procedure(
        found,
        read_station(bench.station) if bench is not None else None,
        unit=unit or (bench.unit if bench is not None else ""),
    )


def _own(procedure: Procedure) -> OwnBench | None:
    """Return the simulated bench of a procedure; None where it has none."""
    return bench_of(procedure) if procedure.sections and BENCH in procedure.files else None


def check_procedure(
    procedure: Procedure, station: Station | None = None, *, unit: str = "", roles: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """Return the findings on a procedure that is at hand, with what a person has chosen for roles; see `check`."""
    found = check_text(procedure)
    if station is None or any(each.severity is Severity.ERROR for each in found):
        return found
    return (*found, *_on_bench(procedure, station, unit, dict(roles or {})))


def _on_bench(procedure: Procedure, station: Station, unit: str, roles: dict[str, str]) -> Iterator[Finding]:
    file = station.file.name
    job = Job(run="check", data="", station=str(station.file), procedure=procedure.name, by="", unit=unit, roles=roles)
    try:
        players = fill(procedure, station, job)
    except (RoleUnfilled, StationError) as error:
        yield Finding(file=file, line=0, code="LP601", problem=error.problem, remedy=error.remedy)
        return
    except CalibrationExpired as error:
        problem = _EXPIRED.filled(standard=error.standard, certificate=error.certificate, due=error.due)
        yield Finding(file=file, line=0, code="LP602", problem=problem, remedy=_RECALIBRATE)
        return
    said: list[tuple[str, str]] = []
    for each in _unlike(players):
        for finding in on_bench(procedure, evolve(station, order=each.order), evolve(players, unit=each.unit)):
            if (finding.code, finding.problem.en) not in said:
                said.append((finding.code, finding.problem.en))
                yield finding


def _unlike(players: Cast) -> Iterator[UnitOnBench]:
    """Return one unit of each type and kind of order: what is found of it holds for the others that are alike."""
    found: dict[tuple[object, ...], UnitOnBench] = {}
    for each in players.units:
        found.setdefault((each.unit.type_name, each.order.kind, *each.unit.ordered.items()), each)
    yield from found.values()


def on_bench(procedure: Procedure, station: Station, players: Cast, told: Ahead | None = None) -> Iterator[Finding]:
    """Return the findings on a bench whose roles are filled; what is `told` of its plan is not worked out again."""
    file = station.file.name
    yield from _able(procedure, players, file)
    yield from _traceable(players, file)
    yield from _kind(procedure, station)
    yield from _unconfirmed(players, players.unit, file)
    unfit = tuple(ordered(procedure, players.unit))
    yield from unfit
    if not unfit:
        yield from foretold(procedure, station, players, told)


def _able(procedure: Procedure, players: Cast, file: str) -> Iterator[Finding]:
    measured = _measured(procedure, players.unit)
    for role in procedure.abilities:
        wanted = _wanted(procedure, measured, role)
        seats = [players.seats.get(role)]
        if role != procedure.roles.unit:
            seats += [each for name, each in players.seats.items() if name != role == role_of(name)]
        for seat in seats:
            missing = wanted if seat is None else [name for name in wanted if not hasattr(seat.driver, name)]
            if not missing:
                continue
            key = seat.instrument if seat is not None else players.roles[role]
            problem = Text(
                "{key} cannot play {role}: it has no {missing}", zh="{key} 不能担任 {role}：缺少 {missing}"
            ).filled(key=key, role=role, missing=", ".join(missing))
            yield Finding(file=file, line=0, code="LP601", problem=problem, remedy=_OTHER_INSTRUMENT)


def wanted_of(procedure: Procedure, unit: UnitUnderTest, role: str) -> list[str]:
    """Return the methods that are called on a role where a unit is measured; its type may leave sections out."""
    return _wanted(procedure, _measured(procedure, unit), role)


def _measured(procedure: Procedure, unit: UnitUnderTest) -> set[str]:
    """Return the sections that are measured of a unit; all of them where its points are refused."""
    try:
        return {each.section for each in plan(procedure, unit)}
    except LabctlError:  # told with the points
        return {each.name for each in procedure.sections}


def _wanted(procedure: Procedure, planned: set[str], role: str) -> list[str]:
    wanted = {name for each in procedure.abilities.get(role, ()) for name in methods_of(each)}
    called: dict[bool, set[str]] = {True: set(), False: set()}
    for section in procedure.sections:
        for function in (section.function, *(hook.function for hook in section.hooks)):
            called[section.name in planned] |= methods_of(roles_of(function).get(role, object))
    return sorted(wanted - (called[False] - called[True]))


def _traceable(players: Cast, file: str) -> Iterator[Finding]:
    today = WallClock().now().astimezone().date()
    for asset in players.standards.values():
        if asset.certificate is None:
            problem = Text("{key} has no certificate", zh="{key} 没有校准证书").filled(key=asset.key)
            yield Finding(file=file, line=0, code="LP602", problem=problem, remedy=_RECALIBRATE)
        elif asset.certificate.calibrated > today:
            problem = _TO_COME.filled(key=asset.key, number=asset.certificate.number, day=asset.certificate.calibrated)
            yield Finding(file=file, line=0, code="LP602", problem=problem, remedy=_CORRECT_DAY)


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


_OTHER_INSTRUMENT = Text("Name another instrument for the role", zh="请为该角色指定其他仪器")
_EXPIRED = Text(
    "{standard}: certificate {certificate} was valid until {due}", zh="{standard}：证书 {certificate} 有效期至 {due}"
)
_TO_COME = Text(
    "{key}: certificate {number} is of {day}, a day to come", zh="{key}：证书 {number} 的校准日期 {day} 尚未到来"
)
_CORRECT_DAY = Text("Correct the day of its calibration", zh="请更正其校准日期")
_RECALIBRATE = Text("Use another standard or have it calibrated", zh="请换用其他标准器或送检")
