"""`labctl backup`: a consistent copy of the laboratory's data, verified after copying."""

from pathlib import Path

from attrs import frozen

from labctl.language import Text
from labctl.store.backup import Backup, Copied
from labctl.store.folder import DataFolder, data_folder


@frozen(kw_only=True)
class BackupReport:
    """What a backup holds."""

    folder: Path
    copied: tuple[Copied, ...]

    @property
    def text(self) -> Text:
        """Return the report in words."""
        return Text(
            "{count} journals copied to {folder} and verified", zh="已将 {count} 份日志备份至 {folder} 并验证"
        ).filled(count=len(self.copied), folder=self.folder)

    def plain(self) -> dict[str, object]:
        """Return the report for JSON."""
        copied = [
            {"stream": each.stream, "entries": each.entries, "head": each.head, "transcript": each.transcript}
            for each in self.copied
        ]
        return {"folder": str(self.folder), "copied": copied}


def backup(data: Path | None, out: Path) -> BackupReport:
    """Copy the data folder into a new folder; runs may go on meanwhile.

    Raises:
        StoreFailed: the folder is not empty, or a disk refuses.
        RecordAltered: something is not what was written; the copy is not to be trusted.
    """
    copied = Backup(DataFolder(data_folder(data)), DataFolder(out.absolute())).make()
    return BackupReport(folder=out.absolute(), copied=copied)
