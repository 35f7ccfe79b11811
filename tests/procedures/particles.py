"""Methods of particle monitors for tests: the shipped folders with shorter points, on their simulated bench."""

from collections.abc import Mapping
from pathlib import Path
from shutil import copytree, ignore_patterns, rmtree

import labctl_procedures.particulate
from labctl.app.in_process import InProcess
from labctl.app.job import Job
from labctl.app.station.endpoints import shipped_bench
from labctl.events.journal import Entry
from labctl.events.kinds import PlannedSection, RunStarted
from labctl.procedure.load import load_folder
from labctl.procedure.procedure import Procedure

FIELD = Path(labctl_procedures.particulate.__file__).parent


def shortened(
    name: str, folder: Path, tables: Mapping[str, str], *, wrong: tuple[str, str] | None = None, of_types: bool = False
) -> Path:
    """Return a copy of a method with other points, with one of its lines made wrong.

    Args:
        name: of its folder.
        folder: where the copy goes.
        tables: the other points, by file.
        wrong: a piece of the text and what stands in its place.
        of_types: whether the points that types have for themselves stay.
    """
    copied = folder / name
    copytree(FIELD / name, copied, ignore=ignore_patterns("__pycache__"))
    if not of_types:
        rmtree(copied / "points", ignore_errors=True)
    for file, text in tables.items():
        (copied / file).write_text(text, "utf-8")
    if wrong is not None:
        text = (copied / "procedure.py").read_text("utf-8")
        assert text.count(wrong[0]) == 1
        (copied / "procedure.py").write_text(text.replace(*wrong), "utf-8")
    return copied


def job(procedure: Path, folder: Path, unit: str) -> Job:
    """Return a run of a method on the shipped bench."""
    return Job(
        run="20260105-0001",
        data=str(folder),
        station=str(shipped_bench("particulate")),
        procedure=str(procedure),
        by="tests",
        unit=unit,
        confirms="nobody",
    )


def running(procedure: Path, folder: Path, unit: str, *, seed: int = 1) -> InProcess:
    """Return a run of a method, ready to be carried out."""
    return InProcess.of(job(procedure, folder, unit), seed=seed)


def method_of(procedure: Path) -> Procedure:
    """Return the method of a folder."""
    return load_folder(procedure)


def plan_of(entries: tuple[Entry, ...]) -> tuple[PlannedSection, ...]:
    """Return what a run was to measure."""
    started = entries[0].event
    assert isinstance(started, RunStarted)
    return started.plan
