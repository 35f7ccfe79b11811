"""One line for several instruments of this process: opened once, closed when the last of them has left it.

Units of Modbus on one RS-485 line, or addresses behind one GPIB adapter, each have a channel of their own; the line
under them is one, and what has to stay together on it is said while its turn is held.
"""

import threading
from collections.abc import Callable, Hashable
from typing import Final, TypeVar

from attrs import define, field

from labctl.transport.stream import Channel, PeerGone

T = TypeVar("T")


@define(eq=False)
class SharedLine:
    """An open line, and who is on it."""

    inner: Channel
    settings: Hashable
    turn: threading.RLock = field(factory=threading.RLock, init=False)
    users: set[Hashable] = field(factory=set[Hashable], init=False)
    spoke: object = field(default=None, init=False)  # who spoke last
    awaited: bool = field(default=False, init=False)  # and has not heard an answer yet
    active: float = field(default=0.0, init=False)  # when the last byte went over it, on the wall's monotonic scale


@define(eq=False)
class _Place:
    """Where a line is, and the one that is open and whole there."""

    lock: threading.RLock = field(factory=threading.RLock, init=False)
    line: SharedLine | None = field(default=None, init=False)


_PLACES: Final[dict[Hashable, _Place]] = {}
_LOCK: Final = threading.Lock()


@define(eq=False)
class Share:
    """One user's part of a line: a channel like any other, whose bytes are everybody's."""

    user: Hashable
    _place: _Place
    line: SharedLine
    _open: bool = field(default=True, init=False)

    @property
    def turn(self) -> threading.RLock:
        """Return what is held while something is said that has to stay together."""
        return self.line.turn

    def takes_over(self) -> bool:
        """Return whether somebody else spoke last, or nobody; from now on it is this user. The turn is held."""
        other, self.line.spoke = self.line.spoke is not self, self
        return other

    def send(self, message: bytes, within: float) -> None:
        """Send all of a message, nobody else's bytes within."""
        with self.turn:
            self._tried(lambda: self.line.inner.send(message, within))

    def receive(self, within: float) -> bytes:
        """Return what has arrived on the line, waiting for the first byte; nothing while it is another's turn."""
        if not self.turn.acquire(timeout=max(within, 0.0)):
            return b""
        try:
            return self._tried(lambda: self.line.inner.receive(within))
        finally:
            self.turn.release()

    def clear(self) -> bool:
        """Return false: a device clear would be everybody's."""
        return False

    def close(self) -> None:
        """Leave the line; the last to leave closes it. Leaving twice is allowed."""
        with self._place.lock:
            if self._open:
                self._open = False
                self.line.users.discard(self.user)
                if not self.line.users:
                    self._forget()
                    self.line.inner.close()

    def _tried(self, work: Callable[[], T]) -> T:
        if not self._open:
            raise PeerGone("the line is not open")
        try:
            return work()
        except TimeoutError:
            raise
        except (OSError, PeerGone):
            with self._place.lock:
                self._forget()  # whoever opens it next opens it anew; the others find it broken too
            raise

    def _forget(self) -> None:
        if self._place.line is self.line:
            self._place.line = None


def shared(place: Hashable, user: Hashable, settings: Hashable, connect: Callable[[], Channel]) -> Share:
    """Return a part of the line at a place, opening it where nobody of this process has.

    Who uses it already and wants it once more gets a line of its own, if there can be two.

    Args:
        place: which line it is, such as the port.
        user: whom the part is for, such as the unit identifier.
        settings: how it is set; the same for everybody.
        connect: opens it.

    Raises:
        OSError: it cannot be opened, or is open with other settings.
    """
    with _LOCK:
        known = _PLACES.setdefault(place, _Place())
    with known.lock:  # a line that takes long to open holds up nobody on another one
        if known.line is not None and user in known.line.users:
            return Share(user, _Place(), SharedLine(connect(), settings))
        if known.line is None:
            known.line = SharedLine(connect(), settings)
        elif known.line.settings != settings:
            raise OSError("it is open with other settings; instruments on one line have the same")
        known.line.users.add(user)
        return Share(user, known, known.line)
