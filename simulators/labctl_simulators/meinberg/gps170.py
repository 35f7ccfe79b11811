"""Meinberg GPS170 radio clock on its serial port: the true time, on request.

Source: the maker's description of its standard time string, from memory.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from labctl.simulation.dialogue import Dialogue, Spoken
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.status import Status
from labctl.simulation.world import World

LONGEST = 3e9  # seconds that a calendar can hold


class GPS170(SimulatedInstrument, maker="Meinberg", model="GPS170", wires=("serial",), line="baud=19200"):
    """The clock: right as long as it sees the sky."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand in the rack, synchronised."""
        super().__init__(world, placed)
        self.begun = world.clock.now() - timedelta(seconds=world.present)
        self.free_running = False

    def shown(self) -> datetime | None:
        """Return what its display shows; nothing where it has no time."""
        seconds = self.faults.on_value(self.now, self.now, "?")
        return self.begun + timedelta(seconds=seconds) if abs(seconds) < LONGEST else None

    def dialogue(self) -> "GPS170Dialogue":
        """Return a new session's dialogue."""
        return GPS170Dialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what its display shows."""
        shown = self.shown()
        return {"energised": False, "clock": f"{shown:%H:%M:%S}" if shown is not None else "--:--:--"}


class GPS170Dialogue(Dialogue):
    """One character asks, a framed string answers; with another instrument's plate it sends nothing like it."""

    ends = b""
    answer_end = b"\x03"
    latency = 0.005

    def __init__(self, clock: GPS170) -> None:
        """Begin a session."""
        super().__init__(Status())
        self.clock = clock

    def messages(self, received: bytes, *, end: bool = False) -> list[str]:  # noqa: ARG002  (a stream of characters)
        """Return the question marks."""
        return ["?"] * received.count(b"?")

    def carry_out(self, unit: str) -> Spoken:  # noqa: ARG002  (there is one question)
        """Send the time."""
        if "wrong identity" in self.struck:
            return "\x02GPRMC,0"
        now = self.clock.shown()
        if now is None:
            return "\x02D:--.--.--;T:-;U:--.--.--;#*  "
        free = "*" if self.clock.free_running else " "
        return f"\x02D:{now:%d.%m.%y};T:{now.isoweekday()};U:{now:%H.%M.%S}; {free}U "
