"""A wire without manners: bytes out, whatever comes until it is quiet, for those who do not know who answers."""

from collections.abc import Callable
from typing import Final, Self

from attrs import define, field

from labctl.clock import WallClock
from labctl.errors import ConnectFailed, TransportClosed
from labctl.language import Text
from labctl.transport.connect import open_transport
from labctl.transport.stream import Channel, Damaged, PeerGone, StreamTransport, spoken
from labctl.transport.transcript import Direction, Transcript

QUIET: Final = 0.25
"""Seconds of silence after which what came counts as an answer."""
_WRITE: Final = 5.0
_LONGEST: Final = 1 << 20  # bytes of one answer
_NO_BYTES: Final = Text("nobody can speak to it byte by byte", zh="无法逐字节通信")


@define(eq=False)
class RawWire:
    """One connection, opened when it is first needed and again after it was lost.

    Args:
        address: as a station writes it.
        name: in errors.
        transcript: keeps every byte, where there is one.
    """

    address: str
    name: str = ""
    transcript: Transcript | None = None
    _channel: Channel | None = field(default=None, init=False)

    def open(self) -> None:
        """Open the wire, or open it again. Raises ConnectFailed."""
        self._opened()

    def _opened(self) -> Channel:
        self.close()
        transport = open_transport(self.address, instrument=self.name or self.address, clock=WallClock(), claim=False)
        if not isinstance(transport, StreamTransport):
            raise self._failed(_NO_BYTES)
        try:
            channel = self._channel = transport.connect()
        except (OSError, ValueError, PeerGone) as error:
            raise self._failed(spoken(error)) from error
        self._keep(Direction.NOTE, b"open")
        return channel

    def close(self) -> None:
        """Close the wire; closing twice is allowed."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
            self._keep(Direction.NOTE, b"closed")

    def ask(self, message: bytes, within: float, quiet: float = QUIET) -> bytes:
        """Send a message and return all that comes until the wire is quiet; nothing where nobody answered in time.

        Args:
            message: as it is.
            within: seconds to the first byte.
            quiet: seconds of silence that end an answer.

        Raises:
            ConnectFailed: the wire cannot be opened.
            TransportClosed: the other end went away.
        """

        def asked(channel: Channel) -> bytes:
            while early := _received(channel, 0.0):
                self._keep(Direction.IN, early)
            self._keep(Direction.OUT, message)
            channel.send(message, _WRITE)
            return self._until_quiet(channel, within, quiet)

        return self._with_channel(asked)

    def listen(self, within: float, quiet: float = QUIET) -> bytes:
        """Return what comes without being asked for. Raises as `ask`."""
        return self._with_channel(lambda channel: self._until_quiet(channel, within, quiet))

    def __enter__(self) -> Self:
        """Use it for a block of statements."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _with_channel(self, action: Callable[[Channel], bytes]) -> bytes:
        channel = self._channel or self._opened()
        try:
            return action(channel)
        except (OSError, PeerGone) as error:
            self.close()
            raise TransportClosed(
                instrument=self.name or self.address, address=self.address, reason=spoken(error)
            ) from error

    def _until_quiet(self, channel: Channel, within: float, quiet: float) -> bytes:
        received = b""
        while part := _received(channel, quiet if received else within):
            self._keep(Direction.IN, part)
            received += part
            if len(received) > _LONGEST:
                break
        return received

    def _failed(self, reason: Text | str) -> ConnectFailed:
        return ConnectFailed(instrument=self.name or self.address, address=self.address, reason=reason)

    def _keep(self, direction: Direction, content: bytes) -> None:
        if self.transcript is not None:
            self.transcript.record(self.address, direction, content)


def _received(channel: Channel, within: float) -> bytes:
    try:
        return channel.receive(within)
    except Damaged as damage:
        return damage.received
