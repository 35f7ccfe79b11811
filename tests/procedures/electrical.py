"""Electrical methods for tests: the shipped folders with few points, whole or with a line made wrong."""

from collections.abc import Mapping
from pathlib import Path
from shutil import copytree, ignore_patterns, rmtree

import labctl_procedures.electrical
from labctl.app.in_process import InProcess
from labctl.app.job import Job
from labctl.app.station.endpoints import shipped_bench

FIELD = Path(labctl_procedures.electrical.__file__).parent


def shortened(name: str, folder: Path, tables: Mapping[str, str], *, wrong: tuple[str, str] | None = None) -> Path:
    """Return a copy of a method with other points, and with one of its lines made wrong."""
    copied = folder / name
    copytree(FIELD / name, copied, ignore=ignore_patterns("__pycache__"))
    rmtree(copied / "points", ignore_errors=True)
    for file, text in tables.items():
        (copied / file).write_text(f"# made up for tests\n{text}\n", "utf-8")
    if wrong is not None:
        text = (copied / "procedure.py").read_text("utf-8")
        assert text.count(wrong[0]) == 1
        (copied / "procedure.py").write_text(text.replace(*wrong), "utf-8")
    return copied


def running(procedure: Path, folder: Path, unit: str, *, seed: int = 1, station: Path | None = None) -> InProcess:
    """Return a run of a method on the shipped bench, ready to be carried out."""
    job = Job(
        run="20260105-0001",
        data=str(folder),
        station=str(station or shipped_bench("electrical")),
        procedure=str(procedure),
        by="tests",
        unit=unit,
        confirms="nobody",
    )
    return InProcess.of(job, seed=seed)
