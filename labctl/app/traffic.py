"""What passes on the wires of a bench, for people who watch: of looks at the bench, and of the run that is followed."""

import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import define, field, frozen

from labctl.app.bench import over_wires
from labctl.app.station import Station, StationInstrument
from labctl.clock import WallClock
from labctl.errors import LabctlError
from labctl.transport.base import Transport
from labctl.transport.transcript import Direction, Frame, Transcript, TranscriptFollower

_NEWEST = 500  # frames of a long transcript that are told when it is first followed
_LOOKS = "looks.transcript"


@frozen(kw_only=True)
class Passed:
    """Bytes that passed on one wire, or a note on what became of it."""

    at: datetime
    instrument: str  # its name in the station; the address where the station has none for it
    direction: str  # "out" to the instrument, "in" from it, "note"
    content: bytes


@define
class Traffic:
    """Follows two transcripts: its own, of looks at the bench, and that of the run."""

    _folder: TemporaryDirectory[str] = field(factory=lambda: TemporaryDirectory(prefix="labctl-"), init=False)
    _looks: Transcript = field(init=False)
    _own: TranscriptFollower = field(init=False)
    _run: TranscriptFollower | None = field(default=None, init=False)
    _turn: threading.Lock = field(factory=threading.Lock, init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with nothing heard."""
        path = Path(self._folder.name) / _LOOKS
        self._looks, self._own = Transcript(path, WallClock()), TranscriptFollower(path)

    def wire(self, instrument: StationInstrument) -> Transport:
        """Return the wire of an instrument; what passes on it is heard."""
        return over_wires(instrument, self._looks)

    def flush(self) -> None:
        """Let everything that passed so far be heard."""
        with suppress(LabctlError):
            self._looks.seal()

    def fresh(self, station: Station, run: Path | None) -> tuple[Passed, ...]:
        """Return what passed since the last call.

        Args:
            station: names the instruments.
            run: transcript of the run that is followed; None where none is.
        """
        with self._turn:
            frames = [*self._own.fresh(), *self._of_run(run)]
        names = {each.address: key for key, each in station.instruments.items() if each.address}
        return tuple(_passed(each, names) for each in frames)

    def close(self) -> None:
        """Forget everything."""
        with self._turn:
            self._looks.close()
            self._folder.cleanup()

    def _of_run(self, path: Path | None) -> list[Frame]:
        if path is None:
            return []
        if self._run is not None and self._run.path == path:
            return self._run.fresh()
        self._run = TranscriptFollower(path)
        return self._run.fresh()[-_NEWEST:]


def _passed(frame: Frame, names: dict[str, str]) -> Passed:
    directions = {Direction.OUT: "out", Direction.IN: "in", Direction.NOTE: "note"}
    return Passed(
        at=frame.at,
        instrument=names.get(frame.wire, frame.wire),
        direction=directions[frame.direction],
        content=frame.content,
    )
