"""Valves, diverter and timers of a gravimetric flow rig, behind a Modbus TCP station with a watchdog of its own.

Profile (ours):

| coil | | discrete input | |
|---|---|---|---|
| 0 | line valve open | 0, 1 | line valve is open, is closed |
| 1 | drain valve open | 2, 3 | drain valve is open, is closed |
| 2 | diverter to the tank | 4, 5 | diverter at the tank, at the bypass |
| 3 | begin a filling | 6, 7 | tank full, tank empty |
| | | 8 | watchdog has acted; a write clears it |

| input register | | holding register | |
|---|---|---|---|
| 0 | state: 0 idle, 1 filling, 2 done, 3 broken off | 0, 1 | filling, in ms |
| 1 | fillings that were completed | 2 | watchdog, in 0.1 s, 0 off |
| 2, 3 | last filling, in µs | | |
| 4, 5 | first to last pulse in it, in µs | | |

A filling is timed from one passage of the diverter's middle to the other. The gate of the counter is opened by the
first pulse after the one and closed by the first pulse after the other, and that time is kept too. When the full
switch acts or the watchdog ends, the filling is broken off and the outputs fall to their fail position: line valve
closed, diverter at the bypass, drain valve open.
"""

from collections.abc import Callable
from typing import ClassVar, Final

from labctl.errors import NotArmed, NotReady
from labctl.instruments.limits import Limit
from labctl.instruments.modbus import Coil, Register, safe_state
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication
from labctl_drivers.generic.module import GenericModule

DRAIN, START = Coil(1), Coil(3)
LINE_OPEN, LINE_CLOSED = Coil(0, "discrete"), Coil(1, "discrete")
DRAIN_CLOSED, AT_BYPASS = Coil(3, "discrete"), Coil(5, "discrete")
FULL, EMPTY = Coil(6, "discrete"), Coil(7, "discrete")

STATE: Final = Register(0, "input")
FILLINGS: Final = Register(1, "input")
FILLING_TIME: Final = Register(2, "input", "u32", unit="s", scale=1e-6, invalid=(0,), overload=(0xFFFFFFFF,))
PULSE_TIME: Final = Register(4, "input", "u32", unit="s", scale=1e-6, invalid=(0,), overload=(0xFFFFFFFF,))
PRESET: Final = Register(0, form="u32", unit="s", scale=1e-3)
WATCHDOG: Final = Register(2, unit="s", scale=0.1)

IDLE, FILLING, DONE, BROKEN_OFF = range(4)
STATES: Final = ("idle", "filling", "done", "broken off")
POLL: Final = 0.2
PATIENT: Final = 1.0  # seconds between two looks at what takes long; often enough for the watchdog
SELDOM: Final = 5.0  # seconds between them where no watchdog was armed
TRAVEL: Final = 10.0  # seconds for a valve or the diverter to arrive, with margin
MOVING: Final = 2.5  # seconds in which a valve that was just told has arrived
LAST_PULSE: Final = 120.0  # seconds until the last pulse of a slow meter
EMPTYING: Final = 600.0  # seconds for the fullest tank
DRIPPING: Final = 5.0  # seconds that the drain valve stays open after the empty switch
DRIPS: Final = 8  # looks in that time: a replay's clock stands still, so they are counted
SILENCE: Final = 3.0  # seconds


class FlowRigIO(GenericModule, model="flow-rig-io"):
    """Valves, diverter and timers of a flow rig."""

    quantities = ("time",)
    limits: ClassVar = {"time": Limit(low=Quantity.of(0.5, "s"), high=Quantity.of(4000, "s"))}
    safe = safe_state(b"\x0f\x00\x00\x00\x04\x01\x02", energy=False)  # the four coils: all off but the drain valve
    watchdog = SILENCE

    _timed: int = 0  # the filling whose time was read
    _counted: int = 0  # the filling whose pulse time was read
    _armed: bool = False

    def prepare(self) -> None:
        """Bring the diverter to the bypass and the drain valve to closed, and the line valve to open."""
        self.open_line()
        self._timed = self._counted = self.query_count(FILLINGS)

    def arm_watchdog(self) -> None:
        """Start the watchdog, and read it back.

        Raises:
            NotArmed: another time stands there.
        """
        self.write_value(WATCHDOG, SILENCE)
        found = self.query_value(WATCHDOG)
        if found != SILENCE:
            raise NotArmed(instrument=self.name, asked=f"{SILENCE:g} s", found=f"{found:g} s")
        self._armed = True

    def disarm_watchdog(self) -> None:
        """Stop the watchdog: the outputs are in their fail position already."""
        self.write_value(WATCHDOG, 0)
        self._armed = False

    def keep_alive(self) -> None:
        """Read the state of the filling."""
        self.query_count(STATE)

    def confirm_safe(self) -> bool:
        """Return whether the limit switches say, once the valves had time to move, that line and diverter are safe."""
        try:
            self._await(lambda: self.query_flag(LINE_CLOSED), "line valve closed", MOVING)
            self._await(lambda: self.query_flag(AT_BYPASS), "diverter at the bypass", MOVING)
        except NotReady:
            return False
        return True

    def open_line(self) -> None:
        """Bring the line valve to open, the drain valve to closed and the stream into the bypass.

        Raises:
            NotReady: a limit switch does not confirm it.
        """
        self.write_flags(0, (True, False, False, False))
        self._await(lambda: self.query_flag(LINE_OPEN), "line valve open")
        self._await(lambda: self.query_flag(DRAIN_CLOSED), "drain valve closed")
        self._await(lambda: self.query_flag(AT_BYPASS), "diverter at the bypass")

    def stand_by(self) -> None:
        """Bring the outputs to their fail position: line closed, diverter at the bypass, drain open.

        Raises:
            NotReady: a limit switch does not confirm it.
        """
        self.write_flags(0, (False, True, False, False))
        self._await(lambda: self.query_flag(LINE_CLOSED), "line valve closed")
        self._await(lambda: self.query_flag(AT_BYPASS), "diverter at the bypass")

    def fill_for(self, duration: Quantity) -> None:
        """Bring the stream into the tank for so long, timed by the rig itself, and back to the bypass.

        Args:
            duration: from 0.5 s to 4000 s, or what the station allows.

        Raises:
            LimitExceeded: beyond the limits; nothing was sent.
            NotReady: the rig is filling already, the drain valve is open, or the filling was broken off.
        """
        self.refuse_beyond_limits("time", duration)
        before = self.query_count(FILLINGS)
        if self.query_count(STATE) == FILLING or not self.query_flag(DRAIN_CLOSED):
            raise NotReady(instrument=self.name, asked="a closed tank", found="filling, or draining", waited=0.0)
        self.write_value(PRESET, duration.value_in("s"))
        self.write_flag(START, on=True)
        if not self._armed:
            self.clock.wait(duration.value_in("s"))
        longest = duration.value_in("s") + LAST_PULSE + TRAVEL
        self._await(lambda: self.query_count(STATE) != FILLING, f"filled for {duration}", longest, PATIENT)
        state = self.query_count(STATE)
        if state != DONE or self.query_count(FILLINGS) == before or not self.query_flag(AT_BYPASS):
            found = STATES[state] if state < len(STATES) else str(state)
            found += ", tank full" if self.query_flag(FULL) else ""
            raise NotReady(instrument=self.name, asked=f"a filling of {duration}", found=found, waited=0.0)

    def drain(self) -> None:
        """Bring the tank to empty, and close its valve again.

        Raises:
            NotReady: it does not become empty, or the valve does not close.
        """
        self.write_flag(DRAIN, on=True)
        self._await(lambda: self.query_flag(EMPTY), "an empty tank", EMPTYING, PATIENT if self._armed else SELDOM)
        self._drip()
        self.write_flag(DRAIN, on=False)
        self._await(lambda: self.query_flag(DRAIN_CLOSED), "drain valve closed")

    def filling_time(self) -> Indication:
        """Read for how long the last filling took, between the diverter's passages of its middle.

        Raises:
            NotReady: there was no other filling since this was read the last time.
        """
        filling = self._another(self._timed)
        shown = self.indication_of(FILLING_TIME)
        self._timed = filling
        return shown

    def pulse_time(self) -> Indication:
        """Read the time between the first and the last pulse that was counted during the last filling.

        Raises:
            NotReady: there was no other filling since this was read the last time, or no pulse in it.
        """
        filling = self._another(self._counted)
        if self.query_count(PULSE_TIME) == 0:
            raise NotReady(instrument=self.name, asked="two pulses or more", found="fewer", waited=0.0)
        shown = self.indication_of(PULSE_TIME)
        self._counted = filling
        return shown

    # --- inside ------------------------------------------------------------------------------------------------------

    def _another(self, read: int) -> int:
        filling = self.query_count(FILLINGS)
        if filling == read or self.query_count(STATE) == FILLING:
            found = f"filling {filling}, which was read, or one that goes on"
            raise NotReady(instrument=self.name, asked="another complete filling", found=found, waited=0.0)
        return filling

    def _await(self, reached: Callable[[], bool], asked: str, within: float = TRAVEL, poll: float = POLL) -> None:
        started, looks = self.clock.monotonic(), self.patience.begin()
        while not reached() or not looks.enough:
            looks.take()
            waited = self.clock.monotonic() - started
            if waited >= within:
                raise NotReady(instrument=self.name, asked=asked, found="not confirmed", waited=waited)
            self.clock.wait(poll)

    def _drip(self) -> None:
        """Let the tank drip off without leaving the watchdog alone."""
        for _ in range(DRIPS):
            self.clock.wait(DRIPPING / DRIPS)
            self.keep_alive()
