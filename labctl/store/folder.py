"""Where things stand in the laboratory's data folder."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from labctl.errors import StoreFailed
from labctl.language import Text


def data_folder(given: Path | None = None, environment: Mapping[str, str] | None = None) -> Path:
    """Return the data folder: the one given, else LABCTL_DATA, else the platform's place for a user's data."""
    known = os.environ if environment is None else environment
    if given is not None:
        return given.absolute()
    if known.get("LABCTL_DATA"):
        return Path(known["LABCTL_DATA"]).absolute()
    if sys.platform == "win32":
        return Path(known.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "labctl"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "labctl"
    return Path(known.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "labctl"


@frozen
class DataFolder:
    """The files of a laboratory by what they are.

    >>> DataFolder(Path("lab")).journal("20261124-0a3f").name
    '20261124-0a3f.sqlite'
    """

    root: Path

    @property
    def runs(self) -> Path:
        """Return the folder of the runs."""
        return self.root / "runs"

    @property
    def ledger(self) -> Path:
        """Return the laboratory's ledger."""
        return self.root / "ledger.sqlite"

    def journal(self, run: str) -> Path:
        """Return the journal of a run."""
        return self.runs / f"{run}.sqlite"

    def transcript(self, run: str) -> Path:
        """Return the transcript of a run: every byte on its wires."""
        return self.runs / f"{run}.transcript"

    def note(self, run: str) -> Path:
        """Return where the guardian of a run says what it did."""
        return self.runs / f"{run}.guardian.json"

    def job(self, run: str) -> Path:
        """Return what the engine of a run was told at its start."""
        return self.runs / f"{run}.job.json"

    def log(self, run: str) -> Path:
        """Return what the engine of a run wrote besides its journal."""
        return self.runs / f"{run}.log"

    def known_runs(self) -> tuple[str, ...]:
        """Return the runs that have a journal, oldest first."""
        return tuple(sorted(each.stem for each in self.runs.glob("*.sqlite"))) if self.runs.is_dir() else ()

    def existing_journal(self, run: str) -> Path:
        """Return the journal of a run that exists.

        Raises:
            StoreFailed: there is no such run here; the error names the latest ones.
        """
        path = self.journal(run)
        if not path.is_file():
            latest = self.known_runs()[-3:]
            problem = _NO_RUN if latest else _NO_RUNS
            raise StoreFailed(record=run, problem=problem.filled(folder=self.runs, latest=", ".join(latest)))
        return path


_NO_RUN: Final = Text(
    "no such run in {folder}; the latest are {latest}", zh="{folder} 中没有该运行；最近的运行：{latest}"
)
_NO_RUNS: Final = Text(
    "no such run: {folder} has none yet; name another folder with --data or LABCTL_DATA",
    zh="没有该运行：{folder} 中尚无运行；可用 --data 或 LABCTL_DATA 指定其他文件夹",
)
