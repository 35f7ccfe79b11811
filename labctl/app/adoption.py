"""Earlier results that stand in for a section: of the same method, on the same assets, still valid by its word."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from labctl.app.preparation import Prepared
from labctl.errors import LabctlError
from labctl.events.journal import Entry
from labctl.events.kinds import (
    AttemptRejected,
    Evidence,
    HookFinished,
    IndicationTaken,
    Place,
    PlannedSection,
    PointFinished,
    RepetitionFinished,
    RepetitionStarted,
    ResultsAdopted,
    RunFinished,
    RunStarted,
    SectionFinished,
    SectionStarted,
    SettingMade,
    Settled,
)
from labctl.procedure.account import Account
from labctl.procedure.procedure import Section
from labctl.procedure.sources import Condition
from labctl.records.calibration import Outcome
from labctl.records.equipment import Asset
from labctl.run.surroundings import ROOM
from labctl.run.verbs import seconds
from labctl.store.folder import DataFolder
from labctl.store.journal import open_journal

EVIDENCE: Final = (
    SectionStarted, HookFinished, RepetitionStarted, SettingMade, Settled, IndicationTaken, RepetitionFinished,
    AttemptRejected, PointFinished, SectionFinished,
)  # fmt: skip
"""What of a section stands for its results: all but what was said to people and instruments."""


def adopted(prepared: Prepared, started: RunStarted, now: datetime) -> tuple[ResultsAdopted, ...]:
    """Return what earlier runs of the data folder observed that stands in for sections of a run that begins now.

    Only a run that has finished counts, of the very same procedure, at the same points, on the same assets with the
    same certificates; a simulated one stands in for simulated ones alone. Several units at once are measured anew.
    """
    lasting = [each for each in started.plan if prepared.procedure.find(each.section).valid_for]
    if not lasting or started.units:
        return ()
    found: dict[tuple[str, str], ResultsAdopted] = {}
    for run in _earlier(prepared.job.folder, started.run):
        try:
            entries = _entries(prepared.job.folder, run, started)
        except LabctlError:  # `labctl runs` lists it with its reason
            continue
        account = Account.of(entries)
        for planned in lasting:
            name = planned.phase, planned.section
            if name not in found and entries:
                section = prepared.procedure.find(planned.section)
                one = _of(entries, account, planned, section, started, now)
                if one is not None:
                    found[name] = one
        if len(found) == len(lasting):
            break
    return tuple(found[each.phase, each.section] for each in lasting if (each.phase, each.section) in found)


def _earlier(folder: DataFolder, run: str) -> list[str]:
    """Return the other runs, the latest first: their names begin with their day."""
    return sorted((each for each in folder.known_runs() if each != run), reverse=True) if folder.runs.is_dir() else []


def _entries(folder: DataFolder, run: str, started: RunStarted) -> Sequence[Entry]:
    """Return the entries of a run that could stand in; none where it is of another method, or did not finish."""
    with open_journal(folder.journal(run)) as journal:
        first = next(iter(journal.read()), None)
        if first is None or not isinstance(first.event, RunStarted) or not _alike(first.event, started):
            return ()
        entries = tuple(journal.read())
    finished = [each.event for each in entries if isinstance(each.event, RunFinished)]
    return entries if finished and finished[-1].outcome is Outcome.FINISHED else ()


def _alike(earlier: RunStarted, started: RunStarted) -> bool:
    """Return whether two runs follow one procedure, both really or both on one simulated bench."""
    benches = [
        {name: each for name, each in one.blobs.items() if name.startswith("station/")} for one in (earlier, started)
    ]
    same_bench = not started.simulated or benches[0] == benches[1]
    return (
        earlier.procedure.digest == started.procedure.digest
        and earlier.simulated is started.simulated
        and same_bench
        and not earlier.units
    )


def _of(
    entries: Sequence[Entry],
    account: Account,
    planned: PlannedSection,
    section: Section,
    started: RunStarted,
    now: datetime,
) -> ResultsAdopted | None:
    """Return what one earlier run has of a section, if it is whole, of the same assets, and still valid."""
    here = [each for each in entries if isinstance(each.event, EVIDENCE) and _of_section(each.event.place, planned)]
    ends = [each.event.at for each in here if isinstance(each.event, SectionFinished)]
    if not ends or planned not in account.started.plan or not _same_assets(section, account.started, started):
        return None
    until = ends[-1] + timedelta(seconds=seconds(section.valid_for))
    states = [account.point(planned.phase, planned.section, each.key) for each in planned.points]
    whole = all(
        len(state.reported) == point.repeats and state.skipped is None
        for state, point in zip(states, planned.points, strict=True)
    )
    if not whole or not ends[-1] <= now <= until:
        return None
    return ResultsAdopted(
        at=now,
        place=Place(phase=planned.phase, section=planned.section),
        title=planned.title,
        run=account.started.run,
        head=entries[-1].digest.hex(),
        measured=ends[-1],
        until=until,
        evidence=tuple(Evidence(n=each.n, digest=each.digest.hex(), canonical=each.canonical) for each in here),
    )


def _of_section(place: Place, planned: PlannedSection) -> bool:
    return (place.phase, place.section) == (planned.phase, planned.section)


def _same_assets(section: Section, earlier: RunStarted, started: RunStarted) -> bool:
    """Return whether everything that the section draws on is the same, with the same certificate."""
    roles = {*section.drawn_on}
    if any(isinstance(each, Condition) for each in section.model.sources.values()):
        roles.add(ROOM)
    before, now = _assets(earlier), _assets(started)
    return all(_marks(before.get(role)) == _marks(now.get(role)) for role in roles) and all(
        earlier.roles.get(role) == started.roles.get(role) for role in roles
    )


def _assets(started: RunStarted) -> Mapping[str, Asset]:
    return {**started.auxiliaries, **started.standards}


def _marks(asset: Asset | None) -> object:
    """Return what makes an asset the same: itself and its certificate."""
    return (asset.key, asset.identity.model, asset.identity.serial, asset.certificate) if asset is not None else None
