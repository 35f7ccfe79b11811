"""A wire that speaks from a record: it takes only the bytes that were sent then, and answers with those that came."""

from collections.abc import Sequence

from attrs import define, field

from labctl.errors import ReplayMismatch, TransportPoisoned, TransportTimeout
from labctl.records.observation import Exchange
from labctl.transport.base import Ending, end_of


@define(eq=False)
class ReplayTransport:
    """A Transport over recorded exchanges, in strict order.

    Args:
        exchanges: what was sent and what came.
        address: of the wire they were recorded on.
        instrument: its name on the bench, for errors.
    """

    exchanges: Sequence[Exchange]
    address: str = "replay:"
    instrument: str = ""
    poisoned: bool = field(default=False, init=False)
    _next: int = field(default=0, init=False)
    _pending: bytes = field(default=b"", init=False)

    @property
    def left_over(self) -> tuple[Exchange, ...]:
        """Return the exchanges that nobody has asked for yet."""
        return tuple(self.exchanges[self._next :])

    @property
    def unread(self) -> bytes:
        """Return the bytes of the last answer that nobody has read."""
        return self._pending

    def open(self) -> None:
        """Trust the wire again."""
        self.poisoned = False
        self._pending = b""

    def close(self) -> None:
        """Do nothing."""

    def clear(self) -> None:
        """Do nothing: a device clear is no exchange."""

    def write(self, message: bytes) -> None:
        """Take the next message of the record.

        Raises:
            ReplayMismatch: another message than then, more than then, or before the last answer was read.
            TransportPoisoned: after a time-out, until the wire is opened again.
        """
        self._refuse_poisoned()
        if self._pending:
            raise self._mismatch(expected=b"", found=message)
        if self._next == len(self.exchanges):
            raise self._mismatch(expected=b"", found=message)
        exchange = self.exchanges[self._next]
        if exchange.sent != message:
            raise self._mismatch(expected=exchange.sent, found=message)
        self._next += 1
        self._pending = exchange.received

    def read(self, ending: bytes | Ending, within: float) -> bytes:
        """Return the recorded answer.

        Raises:
            TransportTimeout: the record holds no complete answer here.
            TransportPoisoned: after a time-out, until the wire is opened again.
        """
        self._refuse_poisoned()
        end = end_of(self._pending, ending)
        if end < 0:
            answer, self._pending = self._pending, b""
            self.poisoned = True
            asked = self.exchanges[self._next - 1].sent if self._next else b""
            raise TransportTimeout(
                instrument=self.instrument, address=self.address, waited=within, query=asked, received=answer
            )
        answer, self._pending = self._pending[:end], self._pending[end:]
        return answer

    def _refuse_poisoned(self) -> None:
        if self.poisoned:
            raise TransportPoisoned(instrument=self.instrument, address=self.address)

    def _mismatch(self, *, expected: bytes, found: bytes) -> ReplayMismatch:
        return ReplayMismatch(
            instrument=self.instrument,
            address=self.address,
            exchange=min(self._next, len(self.exchanges)) + 1,
            expected=expected,
            found=found,
            unread=self._pending,
        )
