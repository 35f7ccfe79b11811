"""Who plays which role: the instruments of a station that a procedure asks for, and why each of them."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Final

from attrs import evolve, frozen

from labctl.app.job import Job
from labctl.app.station import Station, StationInstrument, refuse_expired
from labctl.app.suitability import Candidate, Suitability, chosen, preferred
from labctl.clock import WallClock
from labctl.errors import LabctlError, RoleUnfilled, UnknownInstrument
from labctl.events.kinds import PlannedSection
from labctl.instruments.channel import place_of
from labctl.instruments.driver import Driver
from labctl.language import Text
from labctl.metrology.figure import Value
from labctl.packs import drivers
from labctl.procedure import Auxiliary, Procedure, Standard
from labctl.procedure.choosing import chosen as by_columns
from labctl.procedure.choosing import name_of, role_of
from labctl.procedure.plan import plan
from labctl.records.equipment import Asset, UnitUnderTest
from labctl.records.order import Order
from labctl.run.bench import Seat
from labctl.run.surroundings import ROOM


@frozen(kw_only=True)
class UnitOnBench:
    """One unit under test: its instrument, what its type promises, and whose it is."""

    key: str
    unit: UnitUnderTest
    order: Order


@frozen(kw_only=True)
class Cast:
    """A procedure's roles, filled."""

    unit: UnitUnderTest  # the first of several
    units: tuple[UnitOnBench, ...]
    roles: dict[str, str]  # role -> key in the station
    standards: dict[str, Asset]
    auxiliaries: dict[str, Asset]
    seats: dict[str, Seat]  # by role; the room's too


@frozen(kw_only=True)
class Proposal:
    """What could play one role, best first, and what does; `chosen` is empty where nothing can."""

    role: str
    title: Text
    candidates: tuple[Candidate, ...]
    chosen: str


def propose(
    procedure: Procedure, station: Station, *, unit: str = "", roles: Mapping[str, str] | None = None
) -> tuple[Proposal, ...]:
    """Return for every role of a procedure what of a station could play it, what does, and the reasons.

    A role takes what `roles` says, then what bears its name, else the best of what suits it today; see
    `labctl.app.suitability.preferred`. Where the choice stays open nothing is chosen, and nothing is refused.

    Args:
        procedure: the method.
        station: the bench.
        unit: key of the unit's instrument; empty: the only one with a unit type.
        roles: what a person has chosen, by role.
    """
    named = dict(roles or {})
    units = [key for key, each in station.instruments.items() if each.unit_type]
    key = unit or named.get(procedure.roles.unit, "") or (units[0] if len(units) == 1 else "")
    casting = _Casting.of(procedure, station, key if key in units else "")
    cast = casting.cast({**named, procedure.roles.unit: key})
    return tuple(casting.proposal(role, cast.get(role, ""), named) for role in procedure.roles)


def fill(procedure: Procedure, station: Station, job: Job) -> Cast:
    """Fill every role of a procedure with something of the station.

    A role takes what the job says, then what bears its name, then the best of what can do what the procedure asks
    of the role, holds a certificate today and reaches the points; see `labctl.app.suitability.preferred`.

    Raises:
        RoleUnfilled: nothing can play a role; why not is said of each that could.
        CalibrationExpired: a standard's certificate is past its last day.
    """
    keys = _units(procedure, station, job)
    unit_key = next(iter(keys))
    casting = _Casting.of(procedure, station, unit_key)
    roles = casting.cast({**job.roles, procedure.roles.unit: unit_key})
    others = _others(procedure, station, keys, roles)
    for role in procedure.roles:
        if role not in roles:
            raise _unfilled(station, role, [each for each in casting.candidates(role, roles) if each.able])
    roles = {role: roles[role] for role in procedure.roles}
    assets = station.assets
    every = {**roles, **others}
    standards = {name: assets[key] for name, key in every.items() if _is(procedure, name, Standard)}
    today = WallClock().now().astimezone().date()
    for asset in standards.values():
        refuse_expired(asset, today)
    seats = {
        role: _seat(station, role, station.instruments[key])
        for role, key in every.items()
        if key in station.instruments
    }
    for key in keys:
        if key != unit_key:
            seats[f"{procedure.roles.unit} {key}"] = _seat(station, procedure.roles.unit, station.instruments[key])
    seats |= _readouts(station, seats)
    auxiliaries = {name: assets[key] for name, key in every.items() if _is(procedure, name, Auxiliary)}
    if station.environment:
        auxiliaries[ROOM] = assets[station.environment]  # its record gives U of the conditions
        seats[ROOM] = _seat(station, ROOM, station.instruments[station.environment])
    units = tuple(
        UnitOnBench(
            key=key,
            unit=station.unit_under_test(key, serial=serial, asset_number=job.unit_asset_number),
            order=station.order_of(key),
        )
        for key, serial in keys.items()
    )
    return Cast(
        unit=units[0].unit,
        units=units,
        roles=roles,
        standards=standards,
        auxiliaries=auxiliaries,
        seats=seats,
    )


def _is(procedure: Procedure, name: str, kind: type[Standard | Auxiliary]) -> bool:
    return isinstance(procedure.roles[role_of(name)], kind)


def _others(procedure: Procedure, station: Station, units: Iterable[str], roles: Mapping[str, str]) -> dict[str, str]:
    """Return what plays a role at some points beside what plays it usually, where columns of the points choose.

    Raises:
        RoleUnfilled: a column names what the station does not have.
    """
    plans: list[tuple[PlannedSection, ...]] = []
    for each in units:
        with suppress(LabctlError):  # what is wrong with unit or points is told where they are asked for
            plans.append(plan(procedure, station.unit_under_test(each)))
    found: dict[str, str] = {}
    for role, keys in by_columns(procedure, plans).items():
        for key in keys:
            if key not in station.assets:
                raise _unknown(station, role, key)
            if key != roles.get(role):
                found[name_of(role, key)] = key
    return found


def _units(procedure: Procedure, station: Station, job: Job) -> dict[str, str]:
    """Return the instruments of the units, each with a serial number where the job gives one.

    Raises:
        RoleUnfilled: none is named and there is a choice, one is unknown, or the method takes fewer.
    """
    named = job.unit or job.roles.get(procedure.roles.unit, "")
    candidates = [key for key, each in station.instruments.items() if each.unit_type]
    if not named and len(candidates) != 1:
        suits = Suitability(procedure, (), {}, date.min)  # whose methods it has, whatever the day
        drivers = {key: _driver(station, station.instruments[key]) for key in candidates}
        role, instruments = procedure.roles.unit, station.instruments
        able = [key for key in candidates if suits.candidate(role, instruments[key].asset, drivers[key]).able]
        raise _undecided(station, role, able)
    keys = named_units(station, named or candidates[0])
    if len(keys) == 1:
        return {key: serial or job.unit_serial for key, serial in keys.items()}
    unknown = [key for key in keys if key not in candidates]
    if unknown:
        raise _unknown(station, procedure.roles.unit, unknown[0])
    if len(keys) > procedure.roles.up_to:
        raise RoleUnfilled(
            where=station.file.name,
            problem=_TOO_MANY.filled(count=len(keys), procedure=procedure.name, up_to=procedure.roles.up_to),
            remedy=Text("Name fewer, and make several runs", zh="请减少数量，分几次运行"),
        )
    return keys


def named_units(station: Station, named: str) -> dict[str, str]:
    """Return the instruments that a list of units names, each with the serial number that it gives, if it does.

    `c01,c02` names two, `c01=SN0042` gives a serial number, and the name of one of the station's orders means all of
    its units.
    """
    found: dict[str, str] = {}
    for each in named.split(","):
        key, _, serial = each.strip().partition("=")
        if key in station.orders and key not in station.instruments:
            found |= dict.fromkeys(station.orders[key].units, "")
        else:
            found[key] = serial
    return found


@frozen(kw_only=True, eq=False)
class _Casting:
    """The choice among what a station has."""

    procedure: Procedure
    station: Station
    suitability: Suitability

    @classmethod
    def of(cls, procedure: Procedure, station: Station, unit: str) -> "_Casting":
        """Return the casting for a unit; without one nobody knows the points."""
        today = WallClock().now().astimezone().date()
        names: dict[str, Value] = {}
        planned: tuple[PlannedSection, ...] = ()
        with suppress(LabctlError):  # what is wrong with unit or points is told where they are asked for
            under_test = station.unit_under_test(unit)
            names = dict(under_test.constants)
            planned = plan(procedure, under_test)
        return cls(procedure=procedure, station=station, suitability=Suitability(procedure, planned, names, today))

    def cast(self, named: Mapping[str, str]) -> dict[str, str]:
        """Return what plays each role, as far as something can: the roles with the smallest choice come first.

        Raises:
            RoleUnfilled: what was named is not in the station.
        """
        assets = self.station.assets
        for role, key in named.items():
            if key and role in self.procedure.roles and key not in assets:
                raise _unknown(self.station, role, key)
        first = {role: keys[0] for role, keys in by_columns(self.procedure, [self.suitability.plan]).items()}
        named = {**{role: key for role, key in first.items() if key in assets}, **{k: v for k, v in named.items() if v}}
        cast = {role: named.get(role) or role for role in self.procedure.roles if named.get(role) or role in assets}
        unit = self.procedure.roles.unit
        if not named.get(unit):
            cast.pop(unit, None)
        open_roles = [role for role in self.procedure.roles if role not in cast and role != unit]
        choice = {role: self.candidates(role, cast) for role in open_roles}
        for role in sorted(open_roles, key=lambda each: sum(one.fits for one in choice[each])):
            best = _best([each for each in choice[role] if each.key not in cast.values()])
            if best is not None:
                cast[role] = best.key
        return cast

    def candidates(self, role: str, cast: Mapping[str, str]) -> tuple[Candidate, ...]:
        """Return what might play a role and plays no other, best first."""
        taken = {key for other, key in cast.items() if other != role}
        return preferred([self._candidate(role, key) for key in self._might(role) if key not in taken])

    def proposal(self, role: str, key: str, named: Mapping[str, str]) -> Proposal:
        """Return everything that might play a role, with the reasons, and what does."""
        if role == self.procedure.roles.unit:
            found = tuple(self._unit(each) for each in self.station.instruments.values())
        else:
            keys = [key, *self._might(role)] if key else self._might(role)
            might: list[str] = list(dict.fromkeys(keys))
            found = preferred([self._candidate(role, each) for each in might])
        why = _CHOSEN if named.get(role) == key else _BEARS if role == key else _ONLY if len(found) == 1 else _BEST
        return Proposal(
            role=role, title=self.procedure.role(role).title, candidates=chosen(found, key, why), chosen=key
        )

    def _might(self, role: str) -> list[str]:
        """Return the keys of what might play a role: what has a wire where something is asked of it, else all."""
        instruments = [key for key, each in self.station.instruments.items() if not each.unit_type]
        return instruments if self.suitability.wanted[role] else [*self.station.auxiliaries, *instruments]

    def _candidate(self, role: str, key: str) -> Candidate:
        instrument = self.station.instruments.get(key)
        if instrument is None:
            return self.suitability.candidate(role, self.station.auxiliaries[key])
        return self.suitability.candidate(role, instrument.asset, _driver(self.station, instrument), instrument.limits)

    def _unit(self, instrument: StationInstrument) -> Candidate:
        made = self.suitability.candidate(
            self.procedure.roles.unit, instrument.asset, _driver(self.station, instrument)
        )
        lacks = () if instrument.unit_type else (_NO_TYPE,)
        return evolve(made, against=(*lacks, *made.against), able=made.able and not lacks)


def _best(candidates: Sequence[Candidate]) -> Candidate | None:
    """Return what suits best; one that alone is able is taken all the same, and refused for what it lacks."""
    able = [each for each in candidates if each.able]
    fitting = [each for each in able if each.fits]
    if fitting:
        return fitting[0]
    return able[0] if len(able) == 1 else None


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


def _unfilled(station: Station, role: str, able: Sequence[Candidate]) -> RoleUnfilled:
    problem, why = Text("no instrument of the bench can play {role}", zh="台位上没有仪器可担任 {role}"), Text("")
    if able:
        problem = Text(
            "nothing on the bench can play {role} today: {why}", zh="台位上今天没有可担任 {role} 的仪器：{why}"
        )
        said = [(each.key, each.against[0]) for each in able if each.against]
        why = Text(
            "; ".join(f"{key}: {reason.en}" for key, reason in said),
            zh="；".join(f"{key}：{reason.zh or reason.en}" for key, reason in said),
        )
    remedy = Text("Add one to the station file, or name it in the order", zh="请在台位文件中登记，或在委托中指定")
    return RoleUnfilled(where=station.file.name, problem=problem.filled(role=role, why=why), remedy=remedy)


def _undecided(station: Station, role: str, able: Sequence[str]) -> RoleUnfilled:
    if not able:
        return _unfilled(station, role, ())
    return RoleUnfilled(
        where=station.file.name,
        problem=Text("several instruments can play {role}: {able}", zh="多台仪器可担任 {role}：{able}").filled(
            role=role, able=", ".join(able)
        ),
        remedy=Text("Name the role's instrument in the order, or give it the role's name", zh="请指定该角色所用仪器"),
    )


def _unknown(station: Station, role: str, key: str) -> RoleUnfilled:
    return RoleUnfilled(
        where=station.file.name,
        problem=Text("{key!r}, named for {role}, is not in this file", zh="文件中没有为 {role} 指定的 {key!r}").filled(
            key=key, role=role
        ),
        remedy=Text("Choose one of: {known}", zh="可选：{known}").filled(known=", ".join(station.assets)),
    )


_TOO_MANY: Final = Text(
    "{count} units are named, and {procedure} takes up to {up_to} in one run",
    zh="指定了 {count} 台被测对象，而 {procedure} 一次运行最多 {up_to} 台",
)
_CHOSEN: Final = Text("a person named it", zh="由人员指定")
_BEARS: Final = Text("it bears the role's name", zh="与角色同名")
_ONLY: Final = Text("nothing else is there", zh="仅有此一台")
_BEST: Final = Text("it suits best", zh="最适合")
_NO_TYPE: Final = Text("the station gives no unit type for it", zh="台位文件中未登记其型号数据")
