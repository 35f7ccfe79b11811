"""Who plays which role: the instruments of a station that a procedure asks for."""

from attrs import frozen

from labctl.app.job import Job
from labctl.app.station import Station, StationInstrument, refuse_expired
from labctl.clock import WallClock
from labctl.errors import RoleUnfilled, UnknownInstrument
from labctl.instruments.channel import place_of
from labctl.instruments.driver import Driver
from labctl.language import Text
from labctl.packs import drivers
from labctl.procedure import Auxiliary, Procedure, Standard
from labctl.records.equipment import Asset, UnitUnderTest
from labctl.run.bench import Seat
from labctl.run.surroundings import ROOM


@frozen(kw_only=True)
class Cast:
    """A procedure's roles, filled."""

    unit: UnitUnderTest
    roles: dict[str, str]  # role -> key in the station
    standards: dict[str, Asset]
    auxiliaries: dict[str, Asset]
    seats: dict[str, Seat]  # by role; the room's too


def fill(procedure: Procedure, station: Station, job: Job) -> Cast:
    """Fill every role of a procedure with something of the station.

    A role takes what the job says, then what bears its name, then the only instrument that can do what the
    procedure asks of the role.

    Raises:
        RoleUnfilled: nothing can play a role, or the station leaves a choice that nobody made.
        CalibrationExpired: a standard's certificate is past its last day.
    """
    unit_key = _unit(procedure, station, job)
    roles = {procedure.roles.unit: unit_key}
    for role in procedure.roles:
        if role not in roles:
            roles[role] = job.roles.get(role) or _found(procedure, station, role, taken=set(roles.values()))
    assets = station.assets
    standards = {role: assets[key] for role, key in roles.items() if isinstance(procedure.roles[role], Standard)}
    today = WallClock().now().astimezone().date()
    for asset in standards.values():
        refuse_expired(asset, today)
    seats = {
        role: _seat(station, role, station.instruments[key])
        for role, key in roles.items()
        if key in station.instruments
    }
    seats |= _readouts(station, seats)
    auxiliaries = {role: assets[key] for role, key in roles.items() if isinstance(procedure.roles[role], Auxiliary)}
    if station.environment:
        auxiliaries[ROOM] = assets[station.environment]  # its record gives U of the conditions
        seats[ROOM] = _seat(station, ROOM, station.instruments[station.environment])
    return Cast(
        unit=station.unit_under_test(unit_key, serial=job.unit_serial, asset_number=job.unit_asset_number),
        roles=roles,
        standards=standards,
        auxiliaries=auxiliaries,
        seats=seats,
    )


def _unit(procedure: Procedure, station: Station, job: Job) -> str:
    named = job.unit or job.roles.get(procedure.roles.unit, "")
    candidates = [key for key, each in station.instruments.items() if each.unit_type]
    if named or len(candidates) == 1:
        return named or candidates[0]
    raise _unfilled(station, procedure.roles.unit, candidates)


def _found(procedure: Procedure, station: Station, role: str, *, taken: set[str]) -> str:
    if role in station.assets:
        return role
    wanted = {name for ability in procedure.abilities[role] for name in vars(ability) if not name.startswith("_")}
    able = [
        key
        for key, each in station.instruments.items()
        if key not in taken and not each.unit_type and wanted and wanted <= set(dir(_driver(station, each)))
    ]
    if len(able) == 1:
        return able[0]
    raise _unfilled(station, role, able)


def _seat(station: Station, role: str, instrument: StationInstrument) -> Seat:
    return Seat(
        role=role,
        instrument=instrument.key,
        driver=_driver(station, instrument),
        address=instrument.address,
        expected=instrument.asset.identity,
        limits=instrument.limits,
    )


def _readouts(station: Station, seats: dict[str, Seat]) -> dict[str, Seat]:
    """Return seats for the readouts that the sensors of a cast hang on and that play no role themselves."""
    seated = {each.instrument for each in seats.values()}
    places = (place_of(each.address) for each in seats.values())
    wanted = {place[0] for place in places if place is not None} - seated
    return {key: _seat(station, key, station.instruments[key]) for key in sorted(wanted)}


def _driver(station: Station, instrument: StationInstrument) -> type[Driver]:
    installed = drivers()
    found = installed.get(instrument.driver)
    if found is None:
        raise UnknownInstrument(
            file=station.file.name,
            line=1,
            where=f"instruments.{instrument.key}.driver",
            problem=Text("no driver {name!r} is installed", zh="未安装驱动 {name!r}").filled(name=instrument.driver),
            remedy=Text("Installed are: {known}", zh="已安装：{known}").filled(known=", ".join(installed.found) or "—"),
        )
    return found


def _unfilled(station: Station, role: str, able: list[str]) -> RoleUnfilled:
    if able:
        problem = Text("several instruments can play {role}: {able}", zh="多台仪器可担任 {role}：{able}")
        remedy = Text("Name the role's instrument in the order, or give it the role's name", zh="请指定该角色所用仪器")
    else:
        problem = Text("no instrument of the bench can play {role}", zh="台位上没有仪器可担任 {role}")
        remedy = Text("Add one to the station file, under the role's name", zh="请在台位文件中以该角色名登记一台仪器")
    return RoleUnfilled(where=station.file.name, problem=problem.filled(role=role, able=", ".join(able)), remedy=remedy)
