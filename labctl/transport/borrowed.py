"""A world's clock, borrowed from another process through the world's control endpoint."""

import json
import socket
import threading
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import urlsplit

from labctl.errors import ConnectFailed, ReplyError, TransportClosed, TransportTimeout

_NAME: Final = "simulated bench"
_CONNECT: Final = 3.0
_ANSWER: Final = 30.0  # wall seconds; the world itself waits no longer than five for bytes on their way


class BorrowedClock:
    """A Clock whose time is a simulated world's; every question goes to the world.

    One borrower a world: time moves when this clock waits or is owed an answer. May be called from any thread.

    Args:
        address: of the control endpoint, `tcp://127.0.0.1:PORT`.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None
        self._received = b""
        self._borrows = False  # time moves by this clock alone, so its last answer holds until the next
        self._known: tuple[datetime, float] | None = None
        self._unheard: dict[str, int] = {}  # by address: bytes that the world has perhaps not got yet

    @property
    def simulated(self) -> bool:
        """Return true: the time is a world's."""
        return True

    def now(self) -> datetime:
        """Return the simulated instant, in UTC."""
        known = self._known
        return known[0] if known is not None else datetime.fromisoformat(self.ask({"do": "now"})["now"])

    def monotonic(self) -> float:
        """Return the simulated seconds."""
        known = self._known
        return known[1] if known is not None else float(self.ask({"do": "now"})["monotonic"])

    def wait(self, seconds: float, interrupt: threading.Event | None = None) -> None:
        """Move the time forward at once, unless `interrupt` is set."""
        if interrupt is None or not interrupt.is_set():
            unheard, self._unheard = self._unheard, {}
            self.ask({"do": "wait", "seconds": max(seconds, 0.0), "sent": unheard})

    def claim(self, address: str) -> None:
        """Say that the next connection to `address` is ours: its replies move the time."""
        self._unheard.pop(address, None)
        self._borrows = True
        self.ask({"do": "claim", "address": address})

    def sent(self, address: str, total: int) -> None:
        """Note what went out on a wire; it arrives before any time passes."""
        self._unheard[address] = total

    def owed(self, address: str, sent: int, deadline: float) -> bool:
        """Ask for the reply due on a claimed wire by the deadline."""
        others, self._unheard = self._unheard, {}
        others.pop(address, None)
        asked = {"do": "owed", "address": address, "sent": sent, "others": others, "deadline": deadline}
        return bool(self.ask(asked)["owed"])

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Ask anything of the world, such as a fault, and return its answer.

        Raises:
            ConnectFailed: no world listens there.
            TransportClosed: it went away.
            TransportTimeout: it does not answer.
            ReplyError: it cannot do what was asked.
        """
        query = json.dumps(request).encode() + b"\n"
        with self._lock:
            line = self._asked(query)
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or "error" in answer:
            raise ReplyError(instrument=_NAME, query=query, reply=line, expected="what was asked for")
        found = cast("dict[str, Any]", answer)
        if self._borrows and "now" in found:
            self._known = (datetime.fromisoformat(found["now"]), float(found["monotonic"]))
        return found

    def close(self) -> None:
        """Give the clock back; the next question connects again."""
        with self._lock:
            self._drop()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _asked(self, query: bytes) -> bytes:
        try:
            connection = self._connected()
            connection.sendall(query)
            while b"\n" not in self._received:
                part = connection.recv(65536)
                if not part:
                    self._drop()
                    raise TransportClosed(instrument=_NAME, address=self.address)
                self._received += part
        except TimeoutError as error:
            self._drop()
            raise TransportTimeout(
                instrument=_NAME, address=self.address, waited=_ANSWER, query=query, received=self._received
            ) from error
        except OSError as error:
            self._drop()
            raise TransportClosed(instrument=_NAME, address=self.address, reason=str(error)) from error
        line, _, self._received = self._received.partition(b"\n")
        return line

    def _connected(self) -> socket.socket:
        if self._connection is None:
            try:
                place = urlsplit(self.address)
                self._connection = socket.create_connection((place.hostname, place.port or 0), _CONNECT)
            except (OSError, ValueError) as error:
                raise ConnectFailed(instrument=_NAME, address=self.address, reason=str(error)) from error
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection.settimeout(_ANSWER)
        return self._connection

    def _drop(self) -> None:
        self._received = b""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
