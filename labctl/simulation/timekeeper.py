"""Who may move a simulated time: the borrower's claims, and what its wires are owed (one baton, one borrower)."""

from attrs import define, field

from labctl.clock import SimulatedClock
from labctl.simulation.line import Line
from labctl.simulation.world import World


def bare(address: str) -> str:
    """Return an address without its options: `serial:///dev/pts/3?baud=9600` is the line `serial:///dev/pts/3`."""
    return address.partition("?")[0]


@define(eq=False)
class Timekeeper:
    """Owns a simulated time: lends it by claim, moves it to the instant at which an answer is due.

    Every method runs in the world's thread and none waits. Over real wires `owed` is asked once `ready` says that all
    the borrower's bytes have arrived; within one thread they have.
    """

    world: World
    clock: SimulatedClock
    _lines: list[Line] = field(factory=list, init=False)
    _expected: list[str] = field(factory=list, init=False)  # addresses whose next connection is claimed
    _claims: dict[str, int] = field(factory=dict, init=False)  # by instrument, so far
    _observers: dict[str, int] = field(factory=dict, init=False)

    # --- connections -------------------------------------------------------------------------------------------------

    def observer_names(self, instrument: str) -> tuple[object, ...]:
        """Return the names of a new observer's random stream."""
        self._observers[instrument] = self._observers.get(instrument, 0) + 1
        return (self.world.pace, instrument, "observer", self._observers[instrument])

    def admit(self, line: Line) -> None:
        """Take a new connection in; it is the borrower's when its address was claimed."""
        self._lines = [each for each in self._lines if each.up or each.claimed]
        self._lines.append(line)
        if bare(line.address) in self._expected:
            self._expected.remove(bare(line.address))
            self._lend(line)

    def claim(self, address: str) -> None:
        """Let the next connection to an address be the borrower's; a serial line is there already and is so at once."""
        standing = [each for each in self._lines if bare(each.address) == bare(address) and each.lasting]
        if standing:
            self._lend(standing[-1])
        elif bare(address) not in self._expected:
            self._expected.append(bare(address))

    def release(self, address: str) -> None:
        """Take a claim back: its borrower is gone."""
        self._expected = [each for each in self._expected if each != bare(address)]
        for line in self._lines:
            if bare(line.address) == bare(address):
                line.release()
        self._lines = [each for each in self._lines if each.up]

    def _lend(self, line: Line) -> None:
        key = line.instrument.key
        for other in self._lines:
            if other is not line and other.claimed and bare(other.address) == bare(line.address):
                other.release()  # the borrower opened its wire again
        self._claims[key] = self._claims.get(key, 0) + 1
        line.claim((self.world.pace, key, "claimed", self._claims[key]))

    # --- what is owed ------------------------------------------------------------------------------------------------

    def ready(self, address: str, sent: int) -> bool:
        """Return whether so many bytes have arrived on a claimed wire, or it is gone."""
        if bare(address) in self._expected:
            return False  # what is known under this address is the connection before
        line = self._claimed_at(bare(address))
        return line is not None and (line.received >= sent or not line.up)

    def heard(self, address: str, sent: int) -> bool:
        """Return whether so many bytes have arrived on a wire, or nobody has claimed it any more."""
        line = self._claimed_at(bare(address))
        if line is None:
            return bare(address) not in self._expected
        return line.received >= sent or not line.up

    def owed(self, address: str, sent: int, deadline: float) -> bool:
        """Put the answer that is due by the deadline on a claimed wire.

        True: it was put on the wire and time stands at its due instant, or the connection is gone and the reader
        will find that out. False: nothing whole is due, or not all bytes came, and time stands at the deadline.
        """
        line = self._claimed_at(bare(address))
        if line is not None and not line.up:
            return True
        self.world.catch_up()
        if line is not None and line.received >= sent and line.outbox:
            due = self.world.on_clock(line.outbox[0].due)
            if due <= deadline:
                self._pass_until(due)
                arrived = self.world.on_clock(line.arrival())
                if arrived <= deadline:
                    self._pass_until(arrived)
                    if line.put_next():
                        self.pass_on()
                        return True
        self.clock.move_to(deadline)
        self.pass_on()
        return False

    def pass_on(self) -> None:
        """Let what is due by now arrive, whether anybody waits for it or not: late answers, and what nobody asked."""
        self.world.catch_up()
        for line in [each for each in self._lines if each.outbox and each.claimed and each.up]:
            line.put_due()

    def _pass_until(self, instant: float) -> None:
        self.clock.move_to(instant)
        self.world.catch_up()

    def _claimed_at(self, address: str) -> Line | None:
        found = [each for each in self._lines if each.claimed and bare(each.address) == address]
        return found[-1] if found else None
