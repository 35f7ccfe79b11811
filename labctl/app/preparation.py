"""A job with everything it names, found and checked before anything is opened; and the first event of its run."""

import platform
import sys
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from attrs import evolve, frozen

from labctl import __version__
from labctl.app.casting import Cast, fill
from labctl.app.job import Job
from labctl.app.procedures import find_procedure
from labctl.app.station import Station, read_station, with_endpoints
from labctl.clock import Clock
from labctl.events.kinds import PlannedSection, RunStarted
from labctl.procedure.capability import lines_of
from labctl.procedure.expected import Expected, expected
from labctl.procedure.plan import AS_FOUND, AS_LEFT, left_out, plan
from labctl.procedure.procedure import Procedure
from labctl.records.calibration import Software
from labctl.run.scribe import Scribe
from labctl.store.forecast import forecast, refuse_short_disk

_PACKAGES = ("apsw", "attrs", "msgspec", "numpy", "pyserial", "pyvisa", "pyvisa-py", "scipy")


@frozen(kw_only=True)
class Prepared:
    """A job with everything that it names, found and checked, before anything is opened."""

    job: Job
    station: Station
    procedure: Procedure
    seated: Cast
    plan: tuple[PlannedSection, ...]
    expected: tuple[Expected, ...]  # U, MPE and decision rule of every point that will be judged


def prepare(job: Job) -> Prepared:
    """Find and check everything that a job names; no instrument is touched.

    Raises:
        StationError, ProcedureError, TraceabilityError: what is wrong with station, procedure or standards, a point
            outside a standard's range included.
        StoreFailed: the disk cannot hold the run.
    """
    station = read_station(Path(job.station))
    if job.endpoints:
        station = with_endpoints(station, job.endpoints)
    station = evolve(station, order=job.ordered(station.order))
    procedure = find_procedure(job.procedure)
    seated = fill(procedure, station, job)
    planned = plan(procedure, seated.unit, (AS_FOUND, AS_LEFT) if job.adjust else (AS_FOUND,))
    capability = lines_of(station.laboratory, procedure.reference)
    foreseen = expected(
        procedure, seated.unit, seated.standards, seated.auxiliaries, planned, station.order.kind, capability
    )
    refuse_short_disk(job.folder.runs, forecast(exchanges(planned)))
    return Prepared(job=job, station=station, procedure=procedure, seated=seated, plan=planned, expected=foreseen)


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
        order=station.order,
        laboratory=station.laboratory,
        people=station.people,
        unit=seated.unit,
        roles=seated.roles,
        standards=seated.standards,
        auxiliaries=seated.auxiliaries,
        plan=prepared.plan,
        tables=tuple(procedure.tables),
        notes=left_out(procedure, seated.unit),
        software=made_by,
        blobs={name: scribe.journal.keep(content) for name, content in files.items()},
    )
