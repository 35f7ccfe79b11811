"""What runs of a data folder leave to be done, and on which bench."""

from collections.abc import Iterable
from pathlib import Path

from labctl.app.job import Job
from labctl.app.methods import installed_methods
from labctl.app.station import shipped_benches
from labctl.errors import LabctlError
from labctl.events.kinds import CertificateIssued, Event, RunFinished, RunStarted
from labctl.records.calibration import Outcome
from labctl.store.folder import DataFolder
from labctl.store.journal import open_journal


def latest_first(folder: DataFolder) -> list[str]:
    """Return the runs of a data folder, the one that was written to last first."""
    return sorted(folder.known_runs(), key=lambda each: folder.journal(each).stat().st_mtime, reverse=True)


def station_of(folder: DataFolder, run: str) -> Path | None:
    """Return the station file of a run's bench; None where its job cannot be read."""
    try:
        return Path(Job.load(folder.job(run)).station)
    except (LabctlError, OSError):
        return None


def is_open(folder: DataFolder, run: str) -> bool:
    """Return whether something is left to do with a run on which no engine works.

    It was interrupted or rests, or it finished and no certificate was issued.
    """
    try:
        with open_journal(folder.journal(run)) as journal:
            events: Iterable[Event] = [entry.event for entry in journal.read()]
    except LabctlError:
        return False  # `labctl runs` lists it with its reason
    started = any(isinstance(each, RunStarted) for each in events)
    outcome = next((each.outcome for each in events if isinstance(each, RunFinished)), None)
    issued = any(isinstance(each, CertificateIssued) for each in events)
    return started and (outcome is None or (outcome is Outcome.FINISHED and not issued))


def bench_left(folder: DataFolder) -> Path | None:
    """Return the bench of the latest run, if something is left to do with it and the bench is one that ships."""
    latest = next(iter(latest_first(folder)), "")
    if not latest or not is_open(folder, latest):
        return None
    file = station_of(folder, latest)
    if file in shipped_benches().values():
        return file
    return file if str(file) in {each.bench for each in installed_methods()} else None
