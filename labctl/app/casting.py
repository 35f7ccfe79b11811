"""Who plays which role on a bench: drivers by what they can do, auxiliaries by what their record holds."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from labctl.app.station.records import Station
from labctl.errors import RoleUnfilled
from labctl.language import Text
from labctl.packs import drivers
from labctl.procedure.procedure import Procedure
from labctl.procedure.roles import Auxiliary, Standard, Unit
from labctl.procedure.sources import Characteristic
from labctl.records.equipment import Asset


@frozen(kw_only=True)
class Cast:
    """The roles of a procedure, filled: key of the station's instrument or auxiliary by role."""

    instruments: dict[str, str]  # roles that a driver plays
    standards: dict[str, Asset]
    auxiliaries: dict[str, Asset]
    unit: str  # key of the unit's instrument

    @property
    def roles(self) -> dict[str, str]:
        """Return the key of every role, those without a driver included."""
        return self.instruments | {role: asset.key for role, asset in self.auxiliaries.items()}


def cast(procedure: Procedure, station: Station, unit: str = "", chosen: Mapping[str, str] | None = None) -> Cast:
    """Return who plays each role of a procedure.

    Args:
        procedure: names the roles, and by its signatures what each must be able to do.
        station: the bench.
        unit: key of the unit's instrument; empty: the only one with a unit type.
        chosen: role -> key, where more than one would do.

    Raises:
        RoleUnfilled: nobody can play a role, or several can and none was chosen.
    """
    chosen = dict(chosen or {})
    if unit:
        chosen[procedure.roles.unit] = unit
    filled = {role: _player(procedure, station, role, chosen.get(role, "")) for role in procedure.roles}
    assets = station.assets
    kinds = {role: type(procedure.role(role)) for role in filled}
    return Cast(
        instruments={role: key for role, key in filled.items() if key in station.instruments},
        standards={role: assets[key] for role, key in filled.items() if kinds[role] is Standard},
        auxiliaries={role: assets[key] for role, key in filled.items() if kinds[role] is Auxiliary},
        unit=filled[procedure.roles.unit],
    )


def can(driver: type[Any], abilities: tuple[type[Any], ...]) -> bool:
    """Return whether a driver has every method of some abilities."""
    return all(callable(getattr(driver, name, None)) for each in abilities for name in methods(each))


def methods(ability: type[Any]) -> tuple[str, ...]:
    """Return the methods that an ability asks for."""
    return tuple(
        name
        for kind in ability.__mro__
        if kind.__module__ not in {"builtins", "typing", "typing_extensions"}
        for name, each in vars(kind).items()
        if callable(each) and not name.startswith("_")
    )


def _player(procedure: Procedure, station: Station, role: str, chosen: str) -> str:
    fitting = _fitting(procedure, station, role)
    if chosen in fitting:
        return chosen
    if len(fitting) == 1 and not chosen:
        return fitting[0]
    abilities = ", ".join(each.__name__ for each in procedure.abilities[role]) or "—"
    if chosen:
        problem = Text("{chosen} cannot play role {role} ({abilities})", zh="{chosen} 不能担任角色 {role}({abilities})")
    elif fitting:
        problem = Text("several can play role {role} ({abilities})", zh="有多个仪器可担任角色 {role}({abilities})")
    else:
        problem = Text("nobody can play role {role} ({abilities})", zh="没有仪器可担任角色 {role}({abilities})")
    raise RoleUnfilled(
        where=station.file.name,
        problem=problem.filled(chosen=chosen, role=role, abilities=abilities),
        remedy=Text(
            "These can: {known}. Choose one, or add one to the station", zh="可选:{known}。请选择,或在台位中添加"
        ).filled(known=", ".join(fitting) or "—"),
    )


def _fitting(procedure: Procedure, station: Station, role: str) -> list[str]:
    wanted = procedure.abilities[role]
    part = procedure.role(role)
    if isinstance(part, Auxiliary) and not wanted:
        return [key for key, asset in station.auxiliaries.items() if _characteristics(procedure, role) <= _held(asset)]
    fitting: list[str] = []
    for key, instrument in station.instruments.items():
        driver = drivers().get(instrument.driver)
        is_unit = bool(instrument.unit_type)
        traceable = instrument.asset.certificate is not None
        right = is_unit if isinstance(part, Unit) else traceable or not isinstance(part, Standard)
        if driver is not None and right and can(driver, wanted):
            fitting.append(key)
    return fitting


def _characteristics(procedure: Procedure, role: str) -> set[str]:
    sources = [each for section in procedure.sections for each in section.model.sources.values()]
    return {each.name for each in sources if isinstance(each, Characteristic) and each.role == role}


def _held(asset: Asset) -> set[str]:
    return {each.name for each in asset.characteristics}
