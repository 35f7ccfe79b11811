"""What stands before a run: method, unit, order, who plays which role and why, and what a check of today says."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import evolve, field, frozen

from labctl.app.casting import Proposal, named_units, propose
from labctl.app.check import check_procedure, wanted_of
from labctl.app.job import Job
from labctl.app.methods import Method, method_of
from labctl.app.ordering import orders_of, under_orders
from labctl.app.own_bench import own_bench
from labctl.app.procedures import find_procedure
from labctl.app.station import Station, StationInstrument
from labctl.errors import LabctlError
from labctl.language import Text
from labctl.packs import drivers
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.plan import plan
from labctl.procedure.procedure import Procedure
from labctl.records.equipment import Identity
from labctl.records.order import Kind, Order

__all__ = [
    "Choice",
    "Finding",
    "Method",
    "Proposal",
    "Readiness",
    "Severity",
    "UnitOffered",
    "fits",
    "make_ready",
    "usual_unit",
]


@frozen(kw_only=True)
class Choice:
    """What a person has chosen for a run; empty words leave the choice to the station."""

    procedure: str = ""  # name of an installed one, or the folder of one of the laboratory's own
    unit: str = ""  # instrument of the station; several where the method takes them, `c01,c02`
    serial: str = ""
    asset_number: str = ""
    order: str = ""
    kind: Kind | None = None
    customer: str = ""
    customer_address: str = ""
    coarse: str = ""  # why a verification is allowed though U is too large a share of the MPE
    roles: Mapping[str, str] = field(factory=dict[str, str])

    def job(self, job: Job) -> Job:
        """Return a job with everything that was chosen."""
        return evolve(
            job,
            procedure=self.procedure,
            unit=self.unit,
            unit_serial=self.serial,
            unit_asset_number=self.asset_number,
            order=self.order,
            kind=self.kind.value if self.kind is not None else "",
            customer=self.customer,
            customer_address=self.customer_address,
            coarse=self.coarse,
            roles=dict(self.roles),
        )


@frozen(kw_only=True)
class UnitOffered:
    """One instrument of the bench that the method can calibrate."""

    key: str
    title: Text
    identity: Identity
    order: Order  # as the station says


@frozen(kw_only=True)
class Readiness:
    """Whether a run can begin, and everything that a person should see before it does."""

    choice: Choice
    method: Method
    up_to: int  # units that it takes in one run
    unit: UnitOffered | None  # that is meant, the first of several; None where none of the bench suits
    chosen: tuple[str, ...]  # instruments of all that are meant
    order: Order  # with what the station says where nothing was chosen; the first unit's
    usual_orders: tuple[Order, ...]  # what the station says of those that are meant, each once
    units: tuple[UnitOffered, ...]
    proposals: tuple[Proposal, ...]  # with what was chosen; those of standards and auxiliaries
    usual: tuple[Proposal, ...]  # as they were without a person's choice
    findings: tuple[Finding, ...]  # the gravest first
    sections: tuple[tuple[Text, int], ...]  # that are planned, with how many points

    @property
    def usual_order(self) -> Order:
        """Return what the station says of the first unit."""
        return self.usual_orders[0]

    @property
    def may_start(self) -> bool:
        """Return whether nothing stands against the run."""
        return all(each.severity is not Severity.ERROR for each in self.findings)


def make_ready(choice: Choice, station: Station) -> Readiness:
    """Return what can be told of a run before it begins; nothing is opened, nothing is asked of an instrument.

    Raises:
        ProcedureError: there is no such method, or it is malformed.
    """
    procedure = find_procedure(choice.procedure)
    units = tuple(_offered(procedure, station))
    named = choice.unit or usual_unit(procedure, station, units)
    chosen = tuple(named_units(station, named)) if named else ()
    key = next(iter(chosen), "")
    usual_orders = orders_of(station, chosen)
    if len(usual_orders) > 1:  # each has its own; what was typed for one is none of the others'
        choice = evolve(choice, order="", customer="", customer_address="")
    ordered = under_orders(station, choice.job(_NOBODY), chosen)
    usual = _of_bench(procedure, propose(procedure, station, unit=key))
    cast = _of_bench(procedure, propose(procedure, station, unit=key, roles=choice.roles)) if choice.roles else usual
    return Readiness(
        choice=choice,
        method=method_of(procedure, _own_folder(choice)),
        up_to=procedure.roles.up_to,
        unit=next((each for each in units if each.key == key), None),
        chosen=chosen,
        order=orders_of(ordered, chosen)[0],
        usual_orders=usual_orders,
        units=units,
        proposals=cast,
        usual=usual,
        findings=_gravest_first(check_procedure(procedure, ordered, unit=named, roles=choice.roles)),
        sections=_sections(procedure, station, key),
    )


def fits(source: str, station: Station) -> bool:
    """Return whether a bench has a unit that a method can calibrate, and something for each of its other roles."""
    try:
        procedure = find_procedure(source)
        unit = next((each.key for each in _offered(procedure, station)), "")
        return bool(unit) and all(each.chosen for each in propose(procedure, station, unit=unit))
    except LabctlError:
        return False


def _own_folder(choice: Choice) -> Path | None:
    folder = Path(choice.procedure)
    return folder if folder.is_dir() else None


def _of_bench(procedure: Procedure, proposals: tuple[Proposal, ...]) -> tuple[Proposal, ...]:
    return tuple(each for each in proposals if each.role != procedure.roles.unit)


def _offered(procedure: Procedure, station: Station) -> Iterator[UnitOffered]:
    for key, each in station.instruments.items():
        if each.unit_type and _suits(procedure, station, each):
            unit = station.unit_under_test(key)
            yield UnitOffered(key=key, title=unit.description, identity=unit.identity, order=station.order_of(key))


def _suits(procedure: Procedure, station: Station, instrument: StationInstrument) -> bool:
    """Return whether the method has points for an instrument's type, and the instrument what is asked of it."""
    unit = station.unit_under_test(instrument.key)
    driver = drivers().get(instrument.driver)
    try:
        planned = plan(procedure, unit)
    except LabctlError:
        return False
    return bool(planned) and all(hasattr(driver, each) for each in wanted_of(procedure, unit, procedure.roles.unit))


def usual_unit(procedure: Procedure, station: Station, units: tuple[UnitOffered, ...] | None = None) -> str:
    """Return the unit that the method's own bench names, where this is that bench, else the first that suits."""
    try:
        own = own_bench(procedure)
    except LabctlError:
        own = None
    if own is not None and own.unit and own.station == station.file:
        return own.unit
    suiting = units if units is not None else _offered(procedure, station)
    return next((each.key for each in suiting), "")


def _sections(procedure: Procedure, station: Station, unit: str) -> tuple[tuple[Text, int], ...]:
    try:
        return tuple((each.title, len(each.points)) for each in plan(procedure, station.unit_under_test(unit)))
    except LabctlError:  # a finding says it
        return ()


def _gravest_first(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    order = list(Severity)
    return tuple(sorted(findings, key=lambda each: order.index(each.severity)))


_NOBODY = Job(run="", data="", station="", procedure="", by="")
