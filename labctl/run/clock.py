"""The clock that a run lends to drivers: every wait on it ends when the engine has to leave."""

import math
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime

from attrs import define, field

from labctl.clock import Clock
from labctl.run.control import Turned


@define
class RunClock:
    """Another clock, interrupted by the control's flag, and by instruments that want to hear from the engine.

    Args:
        inner: the machine's clock or a world's.
        halted: set as long as the engine has to leave what it is doing.
        tend: lets every instrument hear something whose watchdog wants it, and returns the seconds until one does
            again; called before and within every wait.
    """

    inner: Clock
    halted: threading.Event
    tend: Callable[[], float] = lambda: math.inf
    _undisturbed: bool = field(default=False, init=False)

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
            InstrumentError: an instrument with a watchdog no longer answers.
        """
        if self._undisturbed:
            self.inner.wait(seconds)
            return
        due = self.tend()
        if math.isfinite(due):
            self._wait_tending(seconds, due, interrupt)
        else:
            self._wait(seconds, interrupt)

    @contextmanager
    def undisturbed(self) -> Generator[None]:
        """Let every wait in a block go to its end: the bench is being made safe."""
        before, self._undisturbed = self._undisturbed, True
        try:
            yield
        finally:
            self._undisturbed = before

    def claim(self, address: str) -> None:
        """Say that the next connection to `address` is the run's."""
        self.inner.claim(address)

    def sent(self, address: str, total: int) -> None:
        """Let the other clock know what went out on a wire."""
        self.inner.sent(address, total)

    def owed(self, address: str, sent: int, deadline: float) -> bool:
        """Tell whether the wire is worth reading."""
        return self.inner.owed(address, sent, deadline)

    def _wait(self, seconds: float, interrupt: threading.Event | None) -> None:
        self.inner.wait(seconds, self.halted if interrupt is None else interrupt)
        if self.halted.is_set():
            raise Turned

    def _wait_tending(self, seconds: float, due: float, interrupt: threading.Event | None) -> None:
        until = self.monotonic() + seconds
        while (left := until - self.monotonic()) > due and not (interrupt is not None and interrupt.is_set()):
            self._wait(due, interrupt)
            due = self.tend()
        self._wait(max(left, 0.0), interrupt)
