"""The only source of now and of waiting: the machine's clock, a simulated one, and the protocol of both."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from attrs import define, field


class Clock(Protocol):
    """Tells the time and lets it pass.

    `monotonic` is in seconds from an arbitrary origin and never runs backwards; deadlines are given on it.
    """

    @property
    def simulated(self) -> bool:
        """Return whether this time is a world's rather than the machine's; records keep it."""
        ...

    def now(self) -> datetime:
        """Return the present instant, in UTC, with its zone."""
        ...

    def monotonic(self) -> float:
        """Return the present instant on the monotonic scale, in seconds."""
        ...

    def wait(self, seconds: float, interrupt: threading.Event | None = None) -> None:
        """Let time pass; end early when `interrupt` is set."""
        ...

    def claim(self, address: str) -> None:
        """Say that the next connection to `address` is ours: its replies move a simulated time."""
        ...

    def sent(self, address: str, total: int) -> None:
        """Learn how many bytes went out on a wire of ours since it was opened: no time passes before they arrived."""
        ...

    def owed(self, address: str, sent: int, deadline: float) -> bool:
        """Tell whether the wire is worth reading: `sent` bytes went out since it was opened.

        On the machine's clock always true: the reader waits on the wire until the deadline. On a simulated one
        the world answers: true when a reply was due by the deadline and has been put on the wire (time now stands at
        its due instant), false when it has all our bytes and owes nothing before the deadline (time now stands there).
        """
        ...


@define
class WallClock:
    """The machine's clock."""

    simulated: bool = field(default=False, init=False)

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return datetime.now(UTC)  # noqa: TID251  (this module is the one source)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()  # noqa: TID251  (this module is the one source)

    def wait(self, seconds: float, interrupt: threading.Event | None = None) -> None:
        """Sleep, or return as soon as `interrupt` is set."""
        if interrupt is None:
            time.sleep(max(seconds, 0.0))  # noqa: TID251  (this module is the one source)
        else:
            interrupt.wait(max(seconds, 0.0))

    def claim(self, address: str) -> None:
        """Do nothing: real time belongs to nobody."""

    def sent(self, address: str, total: int) -> None:
        """Do nothing: real time passes meanwhile."""

    def owed(self, address: str, sent: int, deadline: float) -> bool:  # noqa: ARG002  (the wire itself tells)
        """Return true: the reader waits on the wire itself."""
        return True


@define
class SimulatedClock:
    """A world's clock: it stands still until somebody lets it move.

    `on_owed` is set by the world that owns the simulated wires; without a world nothing is owed to anybody.
    """

    started: datetime = field(default=datetime(2026, 1, 5, 0, 30, tzinfo=UTC))
    elapsed: float = 0.0
    simulated: bool = field(default=True, init=False)
    world: "TimeOwner | None" = None

    def now(self) -> datetime:
        """Return the simulated instant, in UTC."""
        return self.started + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        """Return the simulated seconds since the start."""
        return self.elapsed

    def wait(self, seconds: float, interrupt: threading.Event | None = None) -> None:  # noqa: ARG002  (no time is spent)
        """Move the time forward at once; what is due meanwhile arrives."""
        self.move_to(self.elapsed + max(seconds, 0.0))
        if self.world is not None:
            self.world.pass_on()

    def move_to(self, instant: float) -> None:
        """Move the time to a monotonic instant; never backwards."""
        self.elapsed = max(self.elapsed, instant)

    def claim(self, address: str) -> None:
        """Tell the world that the next connection to `address` moves its time."""
        if self.world is not None:
            self.world.claim(address)

    def sent(self, address: str, total: int) -> None:
        """Do nothing: within one thread they have arrived."""

    def owed(self, address: str, sent: int, deadline: float) -> bool:
        """Ask the world for the reply due on a claimed wire."""
        if self.world is None:
            self.move_to(deadline)
            return False
        return self.world.owed(address, sent, deadline)


class TimeOwner(Protocol):
    """A simulated world, as its clock sees it."""

    def claim(self, address: str) -> None:
        """Let the next connection to `address` move the time."""
        ...

    def owed(self, address: str, sent: int, deadline: float) -> bool:
        """Release the reply due on a claimed wire by the deadline, or move the time to the deadline."""
        ...

    def pass_on(self) -> None:
        """Let what is due by now arrive, whether anybody waits for it or not."""
        ...
