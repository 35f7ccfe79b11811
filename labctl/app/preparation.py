"""A job with everything it names, found and checked before anything is opened; and the first event of its run."""

import platform
import sys
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from labctl import __version__
from labctl.app.casting import Cast, fill, named_units
from labctl.app.check import on_bench
from labctl.app.job import Job
from labctl.app.ordering import under_orders
from labctl.app.procedures import find_procedure
from labctl.app.station import Station, read_station, with_endpoints
from labctl.clock import Clock
from labctl.errors import ArgumentRefused, FlightRefused
from labctl.events.kinds import PlannedSection, RunStarted, UnitPlanned
from labctl.language import Language, Text
from labctl.procedure.capability import lines_of
from labctl.procedure.check import Finding, Severity
from labctl.procedure.check import check as check_text
from labctl.procedure.expected import Expected, ahead, within_reach
from labctl.procedure.merging import merged
from labctl.procedure.plan import AS_FOUND, AS_LEFT, as_ordered, left_out, plan
from labctl.procedure.procedure import Procedure
from labctl.records.calibration import Software
from labctl.records.equipment import UnitUnderTest
from labctl.run.scribe import Scribe
from labctl.store.forecast import forecast, refuse_short_disk

_NOT_SEVERAL: Final = Text(
    "there is no adjustment between as found and as left in a run with several units",
    zh="多台被测对象的运行不支持调整前后两个阶段",
)
_ONE_BY_ONE: Final = Text("Make a run of its own for the unit that is adjusted", zh="请为需调整的被测对象单独运行")
_MORE: Final = Text("and {more} more; labctl check lists them", zh="另有 {more} 处，可用 labctl check 查看")
_SAID: Final = 3  # errors that a refusal names; a check lists them all
_PACKAGES = ("apsw", "attrs", "msgspec", "numpy", "pyserial", "pyvisa", "pyvisa-py", "scipy")


@frozen(kw_only=True)
class Prepared:
    """A job with everything that it names, found and checked, before anything is opened."""

    job: Job
    station: Station
    procedure: Procedure
    seated: Cast
    plan: tuple[PlannedSection, ...]
    units: tuple[UnitPlanned, ...]  # what is planned of each, where there are several
    expected: tuple[Expected, ...]  # U, MPE and decision rule of every point that will be judged
    findings: tuple[Finding, ...] = ()  # of the flight check: warnings and notes, since errors refuse the run


def prepare(job: Job, *, trial: bool = False) -> Prepared:
    """Find and check everything that a job names; no instrument is touched.

    What `labctl check --station` says is said here for today: its errors refuse the run before any function of the
    procedure is called, not even on stand-ins.

    Args:
        job: what to do.
        trial: it is one of many simulated ones, or a run that is taken up again: the bench is not checked once more.

    Raises:
        StationError, ProcedureError, TraceabilityError: what is wrong with station, procedure or standards, a point
            outside a standard's range included.
        FlightRefused: a check finds errors.
        ArgumentRefused: what is asked for does not fit several units.
        StoreFailed: the disk cannot hold the run.
    """
    station = read_station(Path(job.station))
    if job.endpoints:
        station = with_endpoints(station, job.endpoints)
    procedure = find_procedure(job.procedure)
    named = job.unit or job.roles.get(procedure.roles.unit, "")
    station = under_orders(station, job, named_units(station, named))
    findings = list(refuse_errors(procedure, check_text(procedure)))
    seated = fill(procedure, station, job)
    several = len(seated.units) > 1
    if several and job.adjust:
        raise ArgumentRefused(argument="--adjust", problem=_NOT_SEVERAL, remedy=_ONE_BY_ONE)
    phases = (AS_FOUND, AS_LEFT) if job.adjust and not several else (AS_FOUND,)
    plans = [plan(procedure, each.unit, phases) for each in seated.units]
    capability = lines_of(station.laboratory, procedure.reference)
    foreseen: list[Expected] = []
    alike: list[tuple[object, ...]] = []
    for each, own in zip(seated.units, plans, strict=True):
        mark = (each.unit.type_name, each.order.kind, own)
        if mark not in alike:  # units of one type promise the same
            alike.append(mark)
            told = ahead(procedure, each.unit, seated.standards, seated.auxiliaries, own, each.order.kind, capability)
            foreseen += within_reach(told)
            if not (trial or job.resume):
                ordered, players = evolve(station, order=each.order), evolve(seated, unit=each.unit)
                findings += refuse_errors(procedure, tuple(on_bench(procedure, ordered, players, told)))
    planned = merged(plans) if several else plans[0]
    refuse_short_disk(job.folder.runs, forecast(exchanges(planned) * len(plans)))
    units = tuple(
        UnitPlanned(key=each.key, unit=each.unit, order=each.order, plan=own, notes=_notes(procedure, each.unit))
        for each, own in zip(seated.units, plans, strict=True)
    )
    return Prepared(
        job=job,
        station=station,
        procedure=procedure,
        seated=seated,
        plan=planned,
        units=units if several else (),
        expected=tuple(foreseen),
        findings=tuple({(each.code, each.problem.en): each for each in findings}.values()),
    )


def refuse_errors(procedure: Procedure, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings of a check; errors among them refuse the run. Raises FlightRefused."""
    errors = [each for each in findings if each.severity is Severity.ERROR]
    if not errors:
        return findings
    said = [Text(each.brief(Language.ENGLISH), zh=each.brief(Language.CHINESE)) for each in errors[:_SAID]]
    if len(errors) > _SAID:
        said.append(_MORE.filled(more=len(errors) - _SAID))
    raise FlightRefused(
        where=procedure.name,
        problem=Text("; ".join(each.en for each in said), zh="；".join(each.zh for each in said)),
        remedy=errors[0].remedy,
    )


def exchanges(planned: tuple[PlannedSection, ...]) -> int:
    """Return about how many exchanges a plan takes: readings, settling, settings, conditions, and one retry in ten."""
    readings = 0
    for section in planned:
        for point in section.points:
            each = point.columns.get("readings", 1)
            readings += (int(each) if isinstance(each, int | float) else 1) * point.repeats + 12
    return readings * 3


def software(procedure: Procedure, seated: Cast) -> Software:
    """Return which program makes the record: release, interpreter, packages, digests of procedure and drivers."""
    sources = {f"procedure/{name}": sha256(content).hexdigest() for name, content in procedure.files.items()}
    for seat in seated.seats.values():
        file = sys.modules[seat.driver.__module__].__file__
        if file is not None:
            sources[seat.driver.__module__] = sha256(Path(file).read_bytes()).hexdigest()
    return Software(
        release=__version__,
        python=platform.python_version(),
        packages={name: version(name) for name in _PACKAGES},
        sources=sources,
    )


def _notes(procedure: Procedure, unit: UnitUnderTest) -> tuple[Text, ...]:
    """Return what a record says of the points of a unit that are not the method's own."""
    return (*left_out(procedure, unit), *as_ordered(procedure, unit))


def started_of(prepared: Prepared, scribe: Scribe, clock: Clock, made_by: Software) -> RunStarted:
    """Return what is known before the first command; files go into the journal beside it."""
    job, station, procedure, seated = prepared.job, prepared.station, prepared.procedure, prepared.seated
    files = {f"procedure/{name}": content for name, content in procedure.files.items()}
    files[f"station/{station.file.name}"] = station.file.read_bytes()
    return RunStarted(
        at=clock.now(),
        run=job.run,
        station=station.name,
        simulated=station.simulated or clock.simulated,
        procedure=procedure.reference,
        order=seated.units[0].order,
        laboratory=station.laboratory,
        people=station.people,
        unit=seated.unit,
        roles=seated.roles,
        standards=seated.standards,
        auxiliaries=seated.auxiliaries,
        plan=prepared.plan,
        tables=tuple(procedure.tables),
        notes=_notes(procedure, seated.unit),
        units=prepared.units,
        software=made_by,
        blobs={name: scribe.journal.keep(content) for name, content in files.items()},
    )
