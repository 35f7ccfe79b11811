"""A VISA session as a channel, through PyVISA: what all kinds of session share.

Imported only where an address asks for it: PyVISA is slow to import, and the guardian has to have it beforehand.
"""

from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final, cast

import pyvisa
import pyvisa_py  # type: ignore[import-untyped]  # noqa: F401  # pyright: ignore[reportUnusedImport]  (the backend, before it is needed)
from attrs import define, field
from pyvisa.constants import StatusCode
from pyvisa.errors import VisaIOError
from pyvisa.resources import MessageBasedResource

from labctl.clock import WallClock
from labctl.transport.stream import PeerGone

OPEN: Final = 3.0
"""Seconds for a connection to come about."""
PYTHON: Final = "@py"
VENDORS: Final = "@ivi"
_CLEAR: Final = 2.0  # seconds for a device clear


@define(eq=False)
class VisaChannel(ABC):
    """One open session. A message is answered by one message at most, so that what comes unasked is nobody's.

    Kinds of session differ in how an answer is waited for without losing the place in it.
    """

    resource: MessageBasedResource
    _owed: bool = field(default=False, init=False)  # an answer to what was sent last has not come to its end

    def send(self, message: bytes, within: float) -> None:
        """Send a message as a whole."""
        self._owed = True
        with translated():
            self._allow(within)
            self.resource.write_raw(message)

    def receive(self, within: float) -> bytes:
        """Return an answer, or as much of it as came; nothing is asked of an instrument that owes nothing."""
        if within <= 0:
            return b""
        with translated():
            if not self._owed:
                self._wait_in_vain(within)
                return b""
            received, complete = self._fetched(within)
        self._owed = not complete
        return received

    def clear(self) -> bool:
        """Do a device clear; return whether this wire has one."""
        try:
            with translated():
                self._allow(_CLEAR)
                self.resource.clear()
        except Unsupported:
            return False
        self._owed = False
        return True

    def close(self) -> None:
        """Close the session."""
        try:
            self.resource.close()
        except Exception:  # noqa: BLE001  (whatever the backend finds: the session is gone either way)
            return

    # --- what differs ------------------------------------------------------------------------------------------------

    @abstractmethod
    def _fetched(self, within: float) -> tuple[bytes, bool]:
        """Return what came of an answer within so many seconds, and whether that is all of it."""

    def _wait_in_vain(self, within: float) -> None:
        """Let the time pass in which nothing can come."""
        WallClock().wait(within)

    def _allow(self, seconds: float) -> None:
        """Give the next operation so many seconds."""
        self.resource.timeout = max(round(seconds * 1000), 1)


class Unsupported(Exception):
    """A kind of session has no such operation."""


@contextmanager
def translated() -> Generator[None]:
    """Raise what a channel raises for whatever the backend finds: it trips over a broken answer in many ways.

    Raises:
        TimeoutError: it took too long.
        Unsupported: this kind of session cannot do it.
        PeerGone, OSError: the other end went away, or says what it must not.
    """
    try:
        yield
    except VisaIOError as error:
        if error.error_code == StatusCode.error_timeout:
            raise TimeoutError(str(error)) from error
        if error.error_code == StatusCode.error_nonsupported_operation:
            raise Unsupported from error
        raise PeerGone(str(error.__context__ or error)) from error
    except (OSError, PeerGone):
        raise
    except Exception as error:
        raise PeerGone(str(error) or type(error).__name__) from error


def opened(name: str, library: str = PYTHON) -> MessageBasedResource:
    """Open a session by the name that VISA has for it; OSError, ValueError or PeerGone if it does not come about."""
    with translated():
        resource = pyvisa.ResourceManager(library).open_resource(name, open_timeout=round(OPEN * 1000))
    return cast("MessageBasedResource", resource)


def session_of(resource: MessageBasedResource) -> Any:  # noqa: ANN401  (the backend publishes no types)
    """Return the backend's own session: nothing public tells what came before a time-out, or waits on a socket."""
    return cast("Any", resource.visalib).sessions[resource.session]
