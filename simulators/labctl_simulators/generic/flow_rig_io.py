"""Valves, diverter and timers of a flow rig by our own profile: travel, asymmetry, double timing, watchdog.

The profile is stated in the documentation of the driver pack's module of the same name.
"""

from collections.abc import Callable, Mapping
from statistics import fmean
from typing import Final

from labctl.metrology.many import for_each
from labctl.metrology.quantity import parse_quantity
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.modbus import Bit, Cell
from labctl.simulation.talk import Said
from labctl.simulation.truth import of_characteristic, of_standard
from labctl.simulation.world import World
from labctl_simulators.generic.module import SERIAL, GenericDialogue
from labctl_simulators.hydraulics.diverter import Diverter
from labctl_simulators.hydraulics.gate import PulseGate
from labctl_simulators.hydraulics.pipe import HOUR
from labctl_simulators.hydraulics.tank import Filled

LINE_TRAVEL: Final = 1.5  # seconds
DRAIN_TRAVEL: Final = 1.0
LOOK: Final = 0.5  # seconds between two looks at the full switch
CORRECTION: Final = "diverter correction"
READING: Final = frozenset({0x01, 0x02, 0x03, 0x04, 0x2B})

IDLE, FILLING, DONE, BROKEN_OFF = range(4)


class FlowRigIO(SimulatedInstrument, maker="Generic", model="flow-rig-io", wires=("modbus", "modbus+rtu")):
    """The station with what hangs on its outputs and inputs; the rig tells of the tank and hears of the valves."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand there, everything in its fail position."""
        super().__init__(world, placed)
        self.moved: Callable[[float], None] = lambda _: None  # a valve or the diverter was moved, at an instant
        self.full: Callable[[], bool] = lambda: False
        self.full_in: Callable[[], float] = lambda: 0.0  # seconds until it can be, at the earliest
        self.empty: Callable[[], bool] = lambda: True
        self.diverter = Diverter(
            world=world,
            key=self.key,
            travel=self.figure("travel", 0.08),
            asymmetry=self._asymmetry(),
            spread=self.figure("spread", 0.002),
        )
        self.gate = PulseGate(world)
        self.filled: list[Filled] = []  # what each filling truly was
        self.timer_error = of_standard(world, placed.asset, "time", "s")
        self.line_stuck = False
        self.begun = self.fillings = 0
        self.duration = 10.0  # seconds, of the next filling
        self.heard = 0.0
        self._watching = False
        self.power_on()

    def power_on(self) -> None:
        """Be as after power-up: outputs in their fail position, nothing timed."""
        self.line_open = False
        self.drain_open = True
        self._line_at = self._drain_at = -10.0  # the instants at which they were told to move
        self.state_now = IDLE
        self.filling_time = self.pulse_time = 0.0
        self.silence = 0.0  # seconds of the watchdog; 0: off
        self.tripped = False
        self.diverter.to(tank=False, moved=self._moved)
        self.moved(self.now)

    def _asymmetry(self) -> float:
        """Draw the asymmetry of the diverter in s, about the correction that its record states."""
        asset = self.placed.asset
        for each in asset.characteristics if asset is not None else ():
            if asset is not None and each.name == CORRECTION and each.value:
                return parse_quantity(each.value).value_in("s") + of_characteristic(self.world, asset, each, "s")
        return 0.0025 + self.world.drawn(self.figure("asymmetry", 0.0125), self.key, "diverter")

    # --- outputs -----------------------------------------------------------------------------------------------------

    def open_line(self, *, wanted: bool) -> None:
        """Move the line valve."""
        if wanted != self.line_open and not (self.line_stuck and not wanted):
            self.line_open, self._line_at = wanted, self.now
            self.moved(self.now)

    def open_drain(self, *, wanted: bool) -> None:
        """Move the drain valve."""
        if wanted != self.drain_open:
            self.drain_open, self._drain_at = wanted, self.now
            self.moved(self.now)

    def divert(self, *, tank: bool) -> None:
        """Move the diverter by hand."""
        if self.state_now != FILLING:
            self.diverter.to(tank=tank, moved=self._moved)

    def fall(self) -> None:
        """Let the outputs fall to their fail position."""
        self.break_off()
        self.open_line(wanted=False)
        self.open_drain(wanted=True)
        self.diverter.to(tank=False, moved=self._moved)

    def line_is(self, *, wanted: bool) -> bool:
        """Return whether the limit switch of the line valve says that it is open, or closed."""
        return self.line_open == wanted and self.now - self._line_at >= LINE_TRAVEL

    def drain_is(self, *, wanted: bool) -> bool:
        """Return whether the limit switch of the drain valve says that it is open, or closed."""
        return self.drain_open == wanted and self.now - self._drain_at >= DRAIN_TRAVEL

    # --- filling -----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin a filling, unless one goes on or the tank is full."""
        if self.state_now == FILLING or self.full():
            return
        self.begun += 1
        self.state_now = FILLING
        filling = self.begun
        self.filling_time = self.pulse_time = 0.0
        self.diverter.begin(
            filling,
            self.duration,
            self._moved,
            started=self.gate.start,
            stopped=lambda instant, time: self._stopped(filling, instant, time),
        )
        self._guard(filling)

    def break_off(self) -> None:
        """End a filling before its time."""
        if self.state_now == FILLING:
            self.state_now = BROKEN_OFF
            self.diverter.to(tank=False, moved=self._moved)
            self.gate.cancel()

    def _stopped(self, filling: int, instant: float, time: float) -> None:
        if filling == self.begun and self.state_now == FILLING:
            self.filling_time = time
            self.gate.stop(instant, lambda pulses: self._closed(filling, pulses))

    def _closed(self, filling: int, pulse_time: float) -> None:
        if filling == self.begun and self.state_now == FILLING:
            self.pulse_time = pulse_time
            self.world.at(self.now + self.remaining(), lambda: self._arrived(filling))

    def _arrived(self, filling: int) -> None:
        if filling == self.begun and self.state_now == FILLING:
            self.state_now, self.fillings = DONE, self.fillings + 1

    def _guard(self, filling: int) -> None:
        """Look for the full switch while a filling goes on."""
        if filling == self.begun and self.state_now == FILLING:
            if self.full():
                self.fall()
            else:
                self.world.at(self.now + max(LOOK, self.full_in()), lambda: self._guard(filling))

    def timed(self, true: float) -> float:
        """Return what the timer makes of a time in s."""
        return true - self.timer_error.at(true) if true else 0.0

    def _moved(self, instant: float) -> None:
        self.moved(instant)

    def remaining(self) -> float:
        """Return the seconds until the diverter is back at the bypass."""
        return self.diverter.remaining()

    # --- watchdog ----------------------------------------------------------------------------------------------------

    def hear(self, *, writes: bool) -> None:
        """Take note that somebody spoke."""
        self.heard = self.now
        self.tripped = self.tripped and not writes
        if self.silence and not self._watching:
            self._watching = True
            self.world.at(self.now + self.silence, self._look)

    def _look(self) -> None:
        self._watching = False
        remaining = self.heard + self.silence - self.now
        if not self.silence or self.tripped:
            return
        if remaining > 1e-6:  # noqa: PLR2004  (seconds; rounding of instants)
            self._watching = True
            self.world.at(self.now + remaining, self._look)
        else:
            self.tripped = True
            self.fall()

    # --- seen --------------------------------------------------------------------------------------------------------

    def dialogue(self) -> "FlowRigDialogue":
        """Return a new session's dialogue."""
        return FlowRigDialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what a person sees at the rig."""
        return {
            "energised": self.line_open,
            "line": self.line_open,
            "drain": self.drain_open,
            "tank": self.diverter.tank,
            "filling": self.state_now == FILLING,
            "fillings": self.fillings,
            "watchdog": self.tripped,
        }

    def truth(self, name: str, **at: float) -> float:
        """Return a hidden value.

        `asymmetry`, in s: by how much longer the tank is filled than the timer says. Of the fillings that were made
        `last`, on average: the `collected mass` in kg, the `filling flow` in m³/h.
        """
        if name == "asymmetry":
            return self.diverter.asymmetry
        meant = self.filled[-round(at.get("last", 1)) :]
        if name == "collected mass":
            return for_each(fmean, [each.mass for each in meant])
        if name == "filling flow":
            return for_each(fmean, [each.volume / each.lasted for each in meant]) * HOUR
        return super().truth(name, **at)


class FlowRigDialogue(GenericDialogue):
    """One session with the station."""

    functions = frozenset({0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x08, 0x0F, 0x10, 0x2B})
    coils = (
        Bit(
            at=0,
            read=lambda talk: talk.rig.line_open,
            write=lambda talk, on: talk.rig.open_line(wanted=on),
            name="line",
        ),
        Bit(
            at=1,
            read=lambda talk: talk.rig.drain_open,
            write=lambda talk, on: talk.rig.open_drain(wanted=on),
            name="drain",
        ),
        Bit(
            at=2, read=lambda talk: talk.rig.diverter.tank, write=lambda talk, on: talk.rig.divert(tank=on), name="tank"
        ),
        Bit(at=3, read=lambda talk: talk.rig.state_now == FILLING, write=lambda talk, on: talk.fill(on), name="fill"),
    )
    discretes = (
        Bit(at=0, read=lambda talk: talk.rig.line_is(wanted=True), name="line is open"),
        Bit(at=1, read=lambda talk: talk.rig.line_is(wanted=False), name="line is closed"),
        Bit(at=2, read=lambda talk: talk.rig.drain_is(wanted=True), name="drain is open"),
        Bit(at=3, read=lambda talk: talk.rig.drain_is(wanted=False), name="drain is closed"),
        Bit(at=4, read=lambda talk: talk.rig.diverter.is_at(tank=True), name="at the tank"),
        Bit(at=5, read=lambda talk: talk.rig.diverter.is_at(tank=False), name="at the bypass"),
        Bit(at=6, read=lambda talk: talk.rig.full(), name="tank full"),
        Bit(at=7, read=lambda talk: talk.rig.empty(), name="tank empty"),
        Bit(at=8, read=lambda talk: talk.rig.tripped, name="watchdog has acted"),
    )
    input = (
        Cell(at=0, read=lambda talk: talk.rig.state_now, name="state"),
        Cell(at=1, read=lambda talk: talk.rig.fillings % 0x10000, name="fillings"),
        Cell(
            at=2,
            read=lambda talk: talk.rig.timed(talk.rig.filling_time),
            name="filling time",
            form="u32",
            scale=1e-6,
            measured=True,
        ),
        Cell(
            at=4,
            read=lambda talk: talk.rig.timed(talk.rig.pulse_time),
            name="pulse time",
            form="u32",
            scale=1e-6,
            measured=True,
        ),
        SERIAL,
    )
    holding = (
        Cell(
            at=0,
            read=lambda talk: talk.rig.duration,
            write=lambda talk, seconds: talk.preset(seconds),
            name="filling",
            form="u32",
            scale=1e-3,
        ),
        Cell(
            at=2,
            read=lambda talk: talk.rig.silence,
            write=lambda talk, seconds: talk.watch(seconds),
            name="watchdog",
            scale=0.1,
        ),
    )

    def __init__(self, rig: FlowRigIO) -> None:
        """Begin a session."""
        super().__init__(rig)
        self.rig = rig

    def reply(self, message: bytes) -> Said:
        """Carry out a message; that it came feeds the watchdog."""
        self.rig.hear(writes=message[0] not in READING)
        return super().reply(message)

    def fill(self, on: bool) -> None:  # noqa: FBT001  (the value of a coil)
        """Begin a filling, or end it before its time."""
        if on:
            self.rig.begin()
        else:
            self.rig.break_off()

    def preset(self, seconds: float) -> None:
        """Set the time of the next filling."""
        self.rig.duration = seconds

    def watch(self, seconds: float) -> None:
        """Set the time of the watchdog."""
        self.rig.silence = seconds
        self.rig.hear(writes=True)
