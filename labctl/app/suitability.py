"""Whether an instrument of a station suits a role: what it can do, whether it is valid today, reaches the points."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Final

from attrs import define, evolve, field, frozen

from labctl.errors import LabctlError, UncertaintyError
from labctl.events.kinds import PlannedPoint, PlannedSection
from labctl.instruments.driver import Driver
from labctl.instruments.limits import Limit
from labctl.language import Text
from labctl.metrology.effects import Scope
from labctl.metrology.figure import Value
from labctl.metrology.inputs import Input
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import ONE, parse_unit
from labctl.procedure.bind import Circumstances, brought
from labctl.procedure.body import methods_of, roles_of
from labctl.procedure.declared import Reduction
from labctl.procedure.forecast import assumed, rehearsed, room_of
from labctl.procedure.procedure import Procedure, Section
from labctl.procedure.roles import Standard
from labctl.procedure.sources import Applied, Characteristic, Corrected, Fit, Parameter, Source
from labctl.records.equipment import Asset


@frozen(kw_only=True)
class Candidate:
    """One instrument or auxiliary before one role.

    Attributes:
        able: its methods, or its record, are what the role asks for.
        valid: it needs no certificate, or has one that holds today.
        against: why it cannot play the role here and today.
        favour: what speaks for it.
        u: what it brings, in coherent SI: the geometric mean of its standard uncertainty over the points; infinite
            where nothing can be told.
        chosen: the role is filled with it.
    """

    key: str
    title: Text
    able: bool
    valid: bool
    against: tuple[Text, ...] = ()
    favour: tuple[Text, ...] = ()
    u: float = math.inf
    due: date | None = None
    chosen: bool = False

    @property
    def fits(self) -> bool:
        """Return whether nothing speaks against it."""
        return not self.against

    @property
    def reasons(self) -> tuple[Text, ...]:
        """Return what speaks against it, then what speaks for it."""
        return (*self.against, *self.favour)


@define
class Suitability:
    """Holds instruments against the roles of a procedure for one unit and one day.

    Args:
        procedure: the method.
        plan: what will be measured of the unit; empty where it is not known yet.
        names: constants of the unit's nameplate, for figures.
        today: the day on which certificates have to hold.
    """

    procedure: Procedure
    plan: Sequence[PlannedSection]
    names: Mapping[str, Value]
    today: date
    _places: dict[str, list["_Place"]] = field(factory=dict[str, list["_Place"]], init=False)

    def candidate(
        self, role: str, asset: Asset, driver: type[Driver] | None = None, limits: Mapping[str, Limit] | None = None
    ) -> Candidate:
        """Return how an instrument, or an auxiliary without a driver, suits a role."""
        if role == self.procedure.roles.unit:
            lacks = self._lacks_methods(role, driver)
            return Candidate(key=asset.key, title=asset.title, able=not lacks, valid=True, against=tuple(lacks))
        lacks = self._lacks(role, asset, driver)
        expired = self._expired(role, asset)
        unknown = expired and asset.certificate is None  # what it does not state needs no list of points
        outside, brings = self._reach(role, asset) if not lacks and not unknown else ([], [])
        beyond = list(self._beyond(role, [driver.limits if driver is not None else {}, limits or {}]))
        mean = _mean(brings)
        favour = [_WITHIN.filled(count=len(brings))] if brings and not outside else []
        if isinstance(self.procedure.roles[role], Standard) and not expired and asset.certificate is not None:
            favour.insert(0, _VALID.filled(due=asset.certificate.due.isoformat()))
        return Candidate(
            key=asset.key,
            title=asset.title,
            able=not lacks,
            valid=not expired,
            against=(*lacks, *expired, *_first(outside), *_first(beyond)),
            favour=tuple(favour),
            u=mean,
            due=asset.certificate.due if asset.certificate is not None else None,
        )

    @cached_property
    def wanted(self) -> dict[str, tuple[str, ...]]:
        """Return by role the methods that the procedure calls on it where it measures what is planned."""
        planned = {each.section for each in self.plan}
        found: dict[str, set[str]] = {role: set() for role in self.procedure.roles}
        for section in self.procedure.sections:
            if planned and section.name not in planned:
                continue
            for function in (section.function, *(hook.function for hook in section.hooks)):
                for role, ability in roles_of(function).items():
                    found.setdefault(role, set()).update(methods_of(ability))
        return {role: tuple(sorted(names)) for role, names in found.items()}

    def _lacks_methods(self, role: str, driver: type[Driver] | None) -> list[Text]:
        there = set(dir(driver)) if driver is not None else set[str]()
        missing = [name for name in self.wanted[role] if name not in there]
        return [_LACKS_METHODS.filled(missing=", ".join(missing))] if missing else []

    def _lacks(self, role: str, asset: Asset, driver: type[Driver] | None) -> list[Text]:
        """Return what a role asks for and an instrument does not have: methods, or figures of its record."""
        if methods := self._lacks_methods(role, driver):
            return methods
        figures = {each.name for each in asset.characteristics}
        quantities = {*asset.corrections, *(each.quantity for each in asset.specification)}
        lacks: list[Text] = []
        for source in self._sources(role):
            match source:
                case Characteristic(name=name) if name not in figures:
                    lacks.append(_LACKS_FIGURE.filled(name=name))
                case Parameter(name=name) if name not in asset.function:
                    lacks.append(_LACKS_FIGURE.filled(name=name))
                case Applied(quantity=quantity) if quantity and quantity not in quantities:
                    lacks.append(_LACKS_FIGURE.filled(name=quantity))
                case _:
                    pass
        if not self.wanted[role] and not self._sources(role):
            lacks.append(_UNNAMED)
        return list(dict.fromkeys(lacks))

    def _sources(self, role: str) -> list[Source]:
        """Return every source that draws on the record of a role, where what is planned needs it."""
        models = self._measured
        found = [each for target in models for each in target.model.sources.values() if _role(each) == role]
        sections = [each for each in models if isinstance(each, Section)]
        kept = [each.repeatability for each in sections if each.repeatability is not None]
        return found + [each for each in kept if isinstance(each, Characteristic) and each.role == role]

    @cached_property
    def _measured(self) -> list[Section | Reduction]:
        """Return the sections that are planned, and the reductions of which each result comes from one of them."""
        planned = {each.section for each in self.plan}
        found: list[Section | Reduction] = [
            each for each in self.procedure.sections if not planned or each.name in planned
        ]
        left = list(self.procedure.reductions)
        while there := [each for each in left if self._needed(each) <= {one.name for one in found}]:
            found += there
            left = [each for each in left if each not in there]
        return found

    def _needed(self, reduction: Reduction) -> set[str]:
        return {self.procedure.source(each.section).name for each in reduction.model.results.values()}

    def _expired(self, role: str, asset: Asset) -> list[Text]:
        if not isinstance(self.procedure.roles[role], Standard):
            return []
        if asset.certificate is None:
            return [_NO_CERTIFICATE]
        if self.today > asset.certificate.due:
            return [_EXPIRED.filled(number=asset.certificate.number, due=asset.certificate.due.isoformat())]
        return []

    def _reach(self, role: str, asset: Asset) -> tuple[list[Text], list[float]]:
        """Return at which points a record says nothing, and the standard uncertainties it brings at the others."""
        outside: list[Text] = []
        brings: list[float] = []
        for each in self._of(role):
            if each.source is None:
                continue
            try:
                made = each.bound(self.procedure, asset, self.names)
            except LabctlError as error:
                why = error.problem if isinstance(error, UncertaintyError) else error.text()  # whose it is, is known
                outside.append(_AT.filled(section=each.section.title, point=each.point.key, why=why))
            else:
                brings.append(math.sqrt(sum(float(one.u.flat[0]) ** 2 for one in made.contributions)))
        return outside, brings

    def _beyond(self, role: str, limits: Sequence[Mapping[str, Limit]]) -> Iterator[Text]:
        """Return what would be asked of a source beyond its limits."""
        for each in self._of(role):
            subject = each.section.subject(each.symbol)
            if not each.asked or subject is None:
                continue
            for limit in (one[subject.quantity] for one in limits if subject.quantity in one):
                if each.value.unit.dimension == limit.low.unit.dimension and not limit.holds(each.value):
                    yield _BEYOND.filled(section=each.section.title, value=each.value, limit=limit.text)

    def _of(self, role: str) -> list["_Place"]:
        if role not in self._places:
            self._places[role] = list(self._visited(role))
        return self._places[role]

    def _visited(self, role: str) -> Iterator["_Place"]:
        """Return every point at which the record of a role is asked for a value that is known beforehand."""
        for planned in self.plan:
            section = self.procedure.find(planned.section)
            drawn = {symbol: each for symbol, each in section.model.sources.items() if _role(each) == role}
            asked_of = {each.symbol for each in section.fillings if each.role == role}
            room = {**room_of(self.procedure.environment), **room_of(section.environment)}
            for point in planned.points if drawn or asked_of else ():
                asked = rehearsed(section, point)
                values = assumed(section, point, asked, room)
                applied = {symbol: value for one in asked.every for symbol, value in one.applied.items()}
                for symbol in {**drawn, **{each: None for each in applied if each in asked_of}}:
                    source = drawn.get(symbol)
                    if symbol in values and not values[symbol].known:
                        continue
                    yield _Place(
                        section=section,
                        point=point,
                        symbol=symbol,
                        source=source,
                        value=values[symbol].value if symbol in values else applied.get(symbol, Quantity(0.0, ONE)),
                        asked=symbol in applied and symbol in asked_of,
                    )


@frozen(kw_only=True)
class _Place:
    """One value at one point that a role presents, shows, or brings a figure to."""

    section: Section
    point: PlannedPoint
    symbol: str
    source: Source | None
    value: Quantity
    asked: bool  # of a source, as a setting

    def bound(self, procedure: Procedure, asset: Asset, names: Mapping[str, Value]) -> Input:
        subject = self.section.subject_of(procedure.roles.unit)
        at = Circumstances(
            procedure=procedure,
            section=self.section,
            columns={**names, **self.point.columns},
            assets={_role(self.source): asset} if self.source is not None else {},
            places=dict.fromkeys(Scope, ""),
            resolutions={},
            unit=parse_unit(subject.unit) if subject is not None else ONE,
        )
        if self.source is None:
            return Input.of(self.symbol, self.value.unit, self.value.value)
        return brought(self.symbol, self.source, [self.value], at)


def preferred(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return candidates in the order of preference.

    Those that nothing speaks against come first, then those that are able; among them the one that brings the smaller
    uncertainty, then the one whose certificate holds longer, then as the station file has them.
    """
    return tuple(
        sorted(candidates, key=lambda each: (not each.fits, not each.able, each.u, -(each.due or date.min).toordinal()))
    )


def chosen(candidates: Sequence[Candidate], key: str, why: Text) -> tuple[Candidate, ...]:
    """Return candidates of which one is chosen, for a reason."""
    return tuple(
        evolve(each, chosen=True, favour=(*each.favour, why)) if each.key == key else each for each in candidates
    )


def _role(source: Source | None) -> str:
    match source:
        case Corrected(role=role) | Applied(role=role) | Characteristic(role=role) | Parameter(role=role):
            return role
        case Fit(role=role):
            return role
        case _:
            return ""


def _mean(brings: Sequence[float]) -> float:
    """Return the geometric mean of uncertainties, which may be of several kinds; infinite where there is none."""
    sizes = [each for each in brings if each > 0]
    return math.exp(math.fsum(math.log(each) for each in sizes) / len(sizes)) if sizes else math.inf


def _first(found: Sequence[Text]) -> list[Text]:
    """Return the first of several like reasons, and how many there are."""
    if len(found) < 2:  # noqa: PLR2004
        return list(found)
    return [_AND_MORE.filled(first=found[0], more=len(found) - 1)]


_LACKS_METHODS: Final = Text("it has no {missing}", zh="缺少 {missing}")
_LACKS_FIGURE: Final = Text("its record has no {name!r}", zh="其记录中没有 {name!r}")
_UNNAMED: Final = Text(
    "the method asks nothing of this role by which to choose; give it the role's name",
    zh="规程对该角色没有可供选择的要求；请以该角色名登记",
)
_NO_CERTIFICATE: Final = Text("it has no certificate", zh="没有校准证书")
_EXPIRED: Final = Text("its certificate {number} was valid until {due}", zh="其证书 {number} 有效期至 {due}，已过期")
_VALID: Final = Text("its certificate is valid until {due}", zh="证书有效期至 {due}")
_WITHIN: Final = Text(
    "its record reaches all {count} values that are known beforehand", zh="覆盖预知的全部 {count} 个值"
)
_AT: Final = Text("{section}, {point}: {why}", zh="{section}，{point}：{why}")
_BEYOND: Final = Text(
    "{section}: {value} would be asked of it, it may present {limit}", zh="{section}：将要求输出 {value}，允许 {limit}"
)
_AND_MORE: Final = Text("{first}; and {more} more", zh="{first}；另有 {more} 处")
