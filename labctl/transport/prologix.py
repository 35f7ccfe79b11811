"""GPIB behind an adapter of the Prologix kind, as a channel over the adapter's socket or serial line.

Several instruments behind one adapter share its line: who speaks addresses its own first, and drops what the adapter
still reads from another.

Not through PyVISA, whose Prologix sessions stop listening after 50 ms, spin for ever when the adapter goes away, and
keep neither an answer's place nor the length of a message.

Source: Prologix GPIB-USB Controller User Manual, section 8.
"""

from collections.abc import Callable
from typing import Final

from attrs import define, field

from labctl.clock import WallClock
from labctl.transport.prologix_line import escaped
from labctl.transport.shared import Share, shared
from labctl.transport.stream import Channel, PeerGone

SECONDARY: Final = 96
"""Secondary addresses are counted from here by the adapter."""
_OPEN: Final = 2.0  # seconds for the adapter to answer
_TURN: Final = 0.5  # seconds after which the adapter gives a silent instrument up; it hears nothing meanwhile
_MARGIN: Final = 0.1  # seconds more until it is told to read again
_SETTINGS: Final = (
    b"++savecfg 0",  # what is set here is not for the adapter's memory, which wears out
    b"++mode 1",  # controller
    b"++auto 0",  # read when told to
    b"++eos 3",  # add nothing to what is sent
    b"++eoi 1",  # and mark its end
    b"++eot_enable 0",  # add nothing to what is read
    b"++read_tmo_ms %d" % round(_TURN * 1000),
)


@define(eq=False)
class PrologixChannel:
    """One instrument on the adapter's bus."""

    adapter: Share
    address: bytes  # "22", or "22 96" with a secondary one
    _owed: bool = field(default=False, init=False)  # something was said that may have an answer
    _reads_until: float = field(default=0.0, init=False)
    _clock: WallClock = field(factory=WallClock, init=False)

    def set_up(self) -> None:
        """Make the adapter a controller and clear the instrument, which keeps its answers whoever opens it.

        Raises:
            PeerGone: whatever is there is no such adapter, or has another address set.
        """
        with self.adapter.turn:
            self.adapter.takes_over()
            self._tell(*_SETTINGS, b"++addr " + self.address)
            self.clear()

    def send(self, message: bytes, within: float) -> None:
        """Send a message as a whole, every byte of it data."""
        with self.adapter.turn:
            self._address()
            self._owed = True
            self._reads_until = 0.0
            self.adapter.send(escaped(message) + b"\n", within)

    def receive(self, within: float) -> bytes:
        """Return what has arrived, and keep the adapter reading meanwhile if an answer may come."""
        deadline = self._clock.monotonic() + within
        while True:
            now = self._clock.monotonic()
            if self._owed and within > 0 and now >= self._reads_until:
                with self.adapter.turn:
                    self._address()
                    self._tell(b"++read eoi")
                self._reads_until = now + _TURN + _MARGIN
            turn = self._reads_until - now if self._owed else within
            received = self.adapter.receive(max(min(deadline - now, turn), 0.0))
            if received:
                self._reads_until = self._clock.monotonic() + _TURN + _MARGIN  # a pause within an answer is as long
                return received
            if self._clock.monotonic() >= deadline:
                return b""

    def clear(self) -> bool:
        """Clear the instrument, and wait until the adapter has done so."""
        with self.adapter.turn:
            self._address()
            self._tell(b"++clr")
            self._owed = False
            self._catch_up()
        return True

    def close(self) -> None:
        """Close the connection to the adapter, where nobody else uses it."""
        self.adapter.close()

    def _address(self) -> None:
        """Address the instrument, where another one was spoken to meanwhile."""
        if self.adapter.takes_over():
            self._tell(b"++addr " + self.address)
            self._catch_up()

    def _catch_up(self) -> None:
        """Wait until the adapter has done all that it was told; what comes before its answer is nobody's."""
        self._tell(b"++addr")
        said = b""
        deadline = self._clock.monotonic() + _OPEN
        while said.splitlines()[-1:] != [self.address] or not said.endswith(b"\n"):
            remaining = deadline - self._clock.monotonic()
            if remaining <= 0:
                raise PeerGone(f"an adapter answers ++addr with {self.address.decode()}, here came {said!r}")
            said += self.adapter.receive(remaining)

    def _tell(self, *commands: bytes) -> None:
        self.adapter.send(b"".join(each + b"\n" for each in commands), _OPEN)


def connect_prologix(place: str, connect: Callable[[], Channel], address: bytes) -> PrologixChannel:
    """Open an instrument behind an adapter; OSError, ValueError or PeerGone if it does not come about.

    Args:
        place: of the adapter, which instruments share.
        connect: opens its line.
        address: of the instrument.
    """
    channel = PrologixChannel(shared(place, address, "", connect), address)
    try:
        channel.set_up()
    except (OSError, PeerGone):
        channel.close()
        raise
    return channel
