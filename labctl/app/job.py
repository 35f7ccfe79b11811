"""What an engine is told at its start: one record, one file, one door into its process."""

import os
import secrets
import stat
import sys
import tempfile
from pathlib import Path
from zlib import crc32

from attrs import evolve, field, frozen

from labctl.clock import WallClock
from labctl.errors import StoreFailed
from labctl.events.codec import decode, encode
from labctl.language import Text
from labctl.records.order import Customer, Kind, Order
from labctl.store.folder import DataFolder
from labctl.store.sqlite import spoken


@frozen(kw_only=True)
class Job:
    """One run to start or to take up again.

    Attributes:
        endpoints: the line that `labctl simulate` printed, where the station's instruments are simulators.
        confirms: who does what the procedure instructs: "person" through a controller, or "nobody", where every
            instruction is taken as carried out (`--yes`) and, on a simulated bench, its world is told.
        kind: of the order, as its enumeration names it; empty: the station's.
        customer: named on the certificate, with the address; empty: the station's.
    """

    run: str
    data: str
    station: str
    procedure: str
    by: str
    unit: str = ""  # instrument of the station; empty: the only one with a unit type
    unit_serial: str = ""
    unit_asset_number: str = ""
    order: str = ""  # its number; empty: the station's
    kind: str = ""
    customer: str = ""
    customer_address: str = ""
    coarse: str = ""  # why the order allows a U that is too large a share of the MPE; empty: as the station says
    endpoints: str = ""
    roles: dict[str, str] = field(factory=dict)  # role -> instrument, where the station leaves a choice
    confirms: str = "person"
    unattended: float = 600.0
    adjust: bool = False  # as left is planned too, and an adjustment offered to the person where the errors call for it
    high_voltage: bool = False  # somebody confirmed that there may be more than 42 V; of this engine's work alone
    resume: bool = False
    reason: str = ""
    late: str = ""  # why a section may begin later than its method allows; of this engine's work alone

    @property
    def folder(self) -> DataFolder:
        """Return the laboratory's data folder."""
        return DataFolder(Path(self.data))

    @property
    def endpoint(self) -> Path:
        """Return where the engine of this run listens."""
        return endpoint(self.folder, self.run)

    def ordered(self, usual: Order) -> Order:
        """Return the order that is carried out: what the job says, and what an order holds usually."""
        customer = usual.customer
        if self.customer:
            words, address = self.customer, self.customer_address
            customer = Customer(name=Text(words, zh=words), address=Text(address, zh=address))
        return evolve(
            usual,
            number=self.order or usual.number,
            kind=Kind(self.kind) if self.kind else usual.kind,
            customer=customer,
            coarse=self.coarse or usual.coarse,
        )

    def save(self) -> Path:
        """Write the job beside the journal and return its file.

        Raises:
            StoreFailed: the disk refuses.
        """
        path = self.folder.job(self.run)

        def write() -> None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(encode(self))

        spoken(path, write)
        return path

    @classmethod
    def load(cls, path: Path) -> "Job":
        """Return the job of a file.

        Raises:
            RecordAltered: it is not what `save` wrote.
        """
        return decode(cls, path.read_bytes())


def new_run(folder: DataFolder) -> str:
    """Return a fresh identity for a run: the day, so that names sort, and four digits by chance."""
    day = WallClock().now().astimezone().strftime("%Y%m%d")
    while True:
        run = f"{day}-{secrets.token_hex(2)}"
        if not folder.journal(run).exists() and not folder.job(run).exists():
            return run


def endpoint(folder: DataFolder, run: str) -> Path:
    """Return the name of a run's local socket: short, in a folder that only its owner can enter.

    A socket's name holds about a hundred characters, which a data folder's path may exceed.
    """
    return private_folder() / f"{run}-{crc32(str(folder.root).encode()):08x}"


def last_words(endpoint: Path) -> Path:
    """Return where an engine says why it ended, when its journal could not take it."""
    return endpoint.with_name(f"{endpoint.name}.last-words")


def private_folder() -> Path:
    """Return this user's folder for sockets and locks, made when it is missing.

    Raises:
        StoreFailed: somebody else owns a folder of that name, or may enter it.
    """
    base = os.environ.get("XDG_RUNTIME_DIR") if sys.platform != "win32" else None
    root = Path(base) if base and Path(base).is_dir() else Path(tempfile.gettempdir())
    if sys.platform == "win32":
        folder = root / "labctl"
        folder.mkdir(exist_ok=True)
        return folder
    folder = root / f"labctl-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077 or not stat.S_ISDIR(found.st_mode):
        raise StoreFailed(
            record=str(folder),
            problem=Text(
                "is not private to this user; remove it, or set XDG_RUNTIME_DIR",
                zh="不是当前用户的私有文件夹，请删除，或设置 XDG_RUNTIME_DIR",
            ),
        )
    return folder
