"""The clock that a run lends to drivers: every wait on it ends when the engine has to leave."""

import threading
from datetime import datetime

from attrs import define

from labctl.clock import Clock
from labctl.run.control import Turned


@define
class RunClock:
    """Another clock, interrupted by the control's flag.

    Args:
        inner: the machine's clock or a world's.
        halted: set as long as the engine has to leave what it is doing.
    """

    inner: Clock
    halted: threading.Event

    @property
    def simulated(self) -> bool:
        """Return whether this time is a world's."""
        return self.inner.simulated

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return self.inner.now()

    def monotonic(self) -> float:
        """Return the present instant on the monotonic scale, in seconds."""
        return self.inner.monotonic()

    def wait(self, seconds: float, interrupt: threading.Event | None = None) -> None:
        """Let time pass.

        Raises:
            Turned: the engine has to leave; what was waited for did not happen.
        """
        self.inner.wait(seconds, self.halted if interrupt is None else interrupt)
        if self.halted.is_set():
            raise Turned

    def claim(self, address: str) -> None:
        """Say that the next connection to `address` is the run's."""
        self.inner.claim(address)

    def owed(self, address: str, sent: int, deadline: float) -> bool:
        """Tell whether the wire is worth reading."""
        return self.inner.owed(address, sent, deadline)
