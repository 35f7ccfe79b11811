"""ABB ACS580 pump drive: the states of the ABB Drives profile, process PID control, loss of communication.

Source: ACS580 Firmware Manual, embedded fieldbus. Numbers of parameters, their scales and the fault codes are from
memory.
"""

import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from labctl.metrology.many import both, chosen, everywhere, greatest, within
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.modbus import ILLEGAL_VALUE, Cell, ModbusDialogue, Refused
from labctl.simulation.talk import Said
from labctl.simulation.world import World

STEP: Final = 0.4  # seconds
HUNDRED_PERCENT: Final = 20000
FULL_FLOW: Final = 20.0  # m³/h, scale of the setpoint
ACCELERATION: Final = 10.0  # seconds from standstill to full speed
DECELERATION: Final = 10.0
EMERGENCY: Final = 2.0
COASTING: Final = 1.5  # seconds, time constant of pump and motor without power
GAIN: Final = 0.4  # of the process PID
INTEGRATION: Final = 4.0  # seconds
DEADBAND: Final = 0.0003  # of the scale: a deviation that the process PID leaves alone (40.39)
DELAY: Final = 2.0  # seconds for which it has to be as small (40.40)
WAKES: Final = 10.0  # deadbands, from which on it controls again: more than slow waves of the flow ever make
WITHIN: Final = 0.01  # of the scale: at its setpoint

FIRMWARE: Final = "ASCK4 2.16.0.1"
EFB_LOSS: Final = 0x6681
LOSS_NONE, LOSS_FAULT, LOSS_LAST_SPEED, LOSS_SAFE_SPEED, LOSS_FAULT_ALWAYS, LOSS_WARNING = range(6)

OFF1, OFF2, OFF3, ENABLE, ACKNOWLEDGE, REMOTE_COMMAND = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 7, 1 << 10
RAMP: Final = 0b1110000  # output, hold and input of the ramp released


class State(Enum):
    """The states of the profile's diagram."""

    INHIBITED = "switch-on inhibited"
    NOT_READY = "not ready to switch on"
    READY_ON = "ready to switch on"
    READY_RUN = "ready to operate"
    RUNNING = "operation enabled"
    STOPPING = "ramping down"
    TRIPPED = "faulted"


class ACS580(
    SimulatedInstrument,
    maker="ABB",
    model="ACS580",
    wires=("modbus+rtu", "modbus"),
    line="baud=19200&parity=even",
):
    """The drive and the pump on its shaft."""

    step: float = STEP

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand there, the pump at rest."""
        super().__init__(world, placed)
        self.full_flow = self.figure("full flow", FULL_FLOW)
        self.deadband = self.figure("deadband", DEADBAND)
        self.feedback: Callable[[], float] = lambda: 0.0  # m³/h, on its analogue input; set by the rig
        self.speed = 0.0  # of full speed
        self.loss_action, self.loss_mode, self.loss_time = LOSS_NONE, 2, 3.0  # as delivered
        self.heard = 0.0
        self._watching = False
        self.power_on()
        world.physical.append(self)

    def power_on(self) -> None:
        """Be as after power-up: nothing runs before the control word was off once."""
        self.state_now = State.INHIBITED
        self.control = 0
        self.reference = 0
        self.fault = 0
        self.warning = False
        self.coasting = True
        self._integral = 0.0
        self._calm = 0.0  # seconds for which the deviation was small
        self._held: float = -1  # the reference for which the output is held

    # --- the profile -------------------------------------------------------------------------------------------------

    def take_control(self, word: int) -> None:
        """Take a control word; without its remote bit it is disregarded."""
        before, self.control = self.control, word
        if not word & REMOTE_COMMAND:
            return
        if word & ACKNOWLEDGE and not before & ACKNOWLEDGE and self.state_now is State.TRIPPED:
            self.fault, self.state_now = 0, State.INHIBITED
        if self.state_now is State.TRIPPED:
            return
        if not word & OFF2:
            self.state_now, self.coasting = State.INHIBITED, True
        elif not word & OFF3 or not word & OFF1:
            self._stop()
        else:
            self._go_on(word)

    def _stop(self) -> None:
        if self.state_now in {State.RUNNING, State.STOPPING} and not everywhere(self.speed == 0):
            self.state_now = State.STOPPING
        else:
            self.state_now = State.READY_ON if self.control & OFF3 else State.INHIBITED

    def _go_on(self, word: int) -> None:
        if self.state_now in {State.READY_ON, State.STOPPING}:
            self.state_now = State.READY_RUN
        if self.state_now not in {State.READY_RUN, State.RUNNING}:
            return
        runs = word & ENABLE and word & RAMP == RAMP
        if runs and self.state_now is State.READY_RUN:
            self._integral, self._calm, self._held = self.speed, 0.0, -1
        self.coasting = not runs
        self.state_now = State.RUNNING if runs else State.READY_RUN

    @property
    def modulating(self) -> bool:
        """Return whether the motor has power."""
        return self.state_now in {State.RUNNING, State.STOPPING}

    def status(self) -> int:
        """Return the status word."""
        state = self.state_now
        bits = (
            state in {State.READY_ON, State.READY_RUN, State.RUNNING},
            state in {State.READY_RUN, State.RUNNING},
            state is State.RUNNING,
            state is State.TRIPPED,
            bool(self.control & OFF2),
            bool(self.control & OFF3),
            state is State.INHIBITED,
            self.warning,
            state is State.RUNNING and everywhere(abs(self.setpoint - self.feedback()) < WITHIN * self.full_flow),
            True,  # remote
        )
        return sum(1 << n for n, each in enumerate(bits) if each)

    @property
    def setpoint(self) -> float:
        """Return the flow that it shall hold, in m³/h."""
        return max(self.reference, 0) / HUNDRED_PERCENT * self.full_flow

    # --- supervision of communication --------------------------------------------------------------------------------

    def hear(self) -> None:
        """Take note that somebody spoke."""
        self.heard = self.now
        if self.loss_action != LOSS_NONE and not self._watching:
            self._watching = True
            self.world.at(self.now + self.loss_time, self._look)

    def _look(self) -> None:
        self._watching = False
        if self.loss_action == LOSS_NONE or self.state_now is State.TRIPPED:
            return
        remaining = self.heard + self.loss_time - self.now
        if remaining > 1e-6:  # noqa: PLR2004  (seconds; rounding of instants)
            self._watching = True
            self.world.at(self.now + remaining, self._look)
        elif self.loss_action in {LOSS_FAULT, LOSS_FAULT_ALWAYS}:
            self.trip(EFB_LOSS)
        else:
            self.warning = True

    def trip(self, code: int) -> None:
        """Stop by a fault: the motor has no power any more."""
        self.fault, self.state_now, self.coasting = code, State.TRIPPED, True

    # --- physics -----------------------------------------------------------------------------------------------------

    @property
    def resting(self) -> bool:
        """Return whether the pump stands still and shall, or holds its speed."""
        if self.state_now is State.RUNNING:
            return everywhere(self._held == self.reference)
        return everywhere(self.speed == 0) and not self.modulating

    def advance(self, dt: float) -> None:
        """Turn the pump for one step."""
        if self.state_now is State.RUNNING:
            self._control(dt)
        elif self.state_now is State.STOPPING:
            ramp = DECELERATION if self.control & OFF3 else EMERGENCY
            self.speed = greatest((self.speed - dt / ramp, 0.0))
            if everywhere(self.speed == 0):
                self._stop()
        else:
            speed = self.speed * math.exp(-dt / COASTING)
            self.speed = chosen(speed < 1e-3, 0.0, speed)  # noqa: PLR2004  (of full speed: friction stops it)

    def _control(self, dt: float) -> None:
        off = (self.setpoint - self.feedback()) / self.full_flow
        waits = both(self._held == self.reference, abs(off) < WAKES * self.deadband)
        if everywhere(waits):
            return
        calm = chosen(abs(off) < self.deadband, self._calm + dt, 0.0)
        integral = within(self._integral + GAIN * off * dt / INTEGRATION, 0.0, 1.0)
        wanted = within(integral + GAIN * off, 0.0, 1.0) if self.reference > 0 else 0.0
        most = dt / ACCELERATION
        self.speed += chosen(waits, 0.0, within(wanted - self.speed, -most, most))
        self._calm = chosen(waits, self._calm, calm)
        self._held = chosen(waits, self._held, chosen(self._calm >= DELAY, self.reference, -1))
        self._integral = chosen(waits, self._integral, integral)

    # --- seen --------------------------------------------------------------------------------------------------------

    def dialogue(self) -> "ACS580Dialogue":
        """Return a new session's dialogue."""
        return ACS580Dialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what the panel shows."""
        return {
            "energised": self.modulating,
            "state": self.state_now.value,
            "speed": self.speed,
            "setpoint": self.setpoint,
            "fault": self.fault,
        }

    def truth(self, name: str, **at: float) -> float:
        """Return the `speed` of the pump, of its full speed."""
        return self.speed if name == "speed" else super().truth(name, **at)


def _parameter(group: int, index: int, of: str, *, scale: float = 1.0, stopped: bool = False) -> Cell:
    """Return a parameter of 16 bits that can be written, where `stopped` only while the drive does not run."""

    def write(talk: "ACS580Dialogue", value: float) -> None:
        if stopped and talk.drive.modulating:
            raise Refused(ILLEGAL_VALUE)
        talk.put(of, value)

    return Cell(
        at=100 * group + index - 1,
        read=lambda talk: getattr(talk.drive, of),
        write=write,
        name=f"{group}.{index:02}",
        scale=scale,
    )


def _wide(group: int, index: int) -> int:
    return 20000 + 200 * group + 2 * index - 1


class ACS580Dialogue(ModbusDialogue):
    """One session over the embedded fieldbus or an adapter."""

    latency = 0.006
    functions = frozenset({0x03, 0x06, 0x08, 0x10, 0x17, 0x2B})
    holding = (
        Cell(
            at=0,
            read=lambda talk: talk.drive.control,
            write=lambda talk, word: talk.drive.take_control(word),
            name="control word",
        ),
        Cell(
            at=1,
            read=lambda talk: talk.drive.reference,
            write=lambda talk, counts: talk.put("reference", counts),
            name="reference 1",
            form="i16",
        ),
        Cell(at=3, read=lambda talk: talk.drive.status(), name="status word"),
        Cell(at=4, read=lambda talk: talk.drive.speed * HUNDRED_PERCENT, name="actual value 1", form="i16"),
        Cell(at=5, read=lambda talk: talk.drive.feedback() / talk.drive.full_flow * HUNDRED_PERCENT, form="i16"),
        Cell(at=400, read=lambda talk: talk.drive.fault, name="4.01"),
        Cell(at=4006, read=lambda _: 1, name="40.07"),
        _parameter(58, 14, "loss_action", stopped=True),
        _parameter(58, 15, "loss_mode", stopped=True),
        _parameter(58, 16, "loss_time", scale=0.1, stopped=True),
        Cell(
            at=_wide(40, 2),
            read=lambda talk: talk.drive.feedback(),
            name="flow",
            form="i32",
            scale=0.01,
            none=1 << 31,
            measured=True,
        ),
        Cell(at=_wide(40, 14), read=lambda talk: talk.drive.full_flow, name="40.14", form="i32", scale=0.01),
        Cell(at=_wide(47, 11), read=lambda talk: talk.identity.serial, name="47.11", form="text", words=8),
    )

    def __init__(self, drive: ACS580) -> None:
        """Begin a session."""
        super().__init__(drive)
        self.drive = drive

    def identification(self) -> Mapping[int, str]:
        """Return vendor, product and firmware."""
        return {0: "ABB", 1: self.identity.model, 2: self.identity.firmware or FIRMWARE}

    def reply(self, message: bytes) -> Said:
        """Carry out a message; that it came counts as communication, where any message does."""
        writes = message[0] in {0x06, 0x10, 0x17} and int.from_bytes(message[1:3]) < 3  # noqa: PLR2004  (word, references)
        if self.drive.loss_mode == 1 or writes:
            self.drive.hear()
        return super().reply(message)

    def put(self, name: str, value: float) -> None:
        """Put a value into the drive."""
        if name == "loss_action" and not LOSS_NONE <= value <= LOSS_WARNING:
            raise Refused(ILLEGAL_VALUE)
        if name == "loss_mode" and value not in {1, 2}:
            raise Refused(ILLEGAL_VALUE)
        if name == "reference" and abs(value) > HUNDRED_PERCENT:
            raise Refused(ILLEGAL_VALUE)
        setattr(self.drive, name, value)
        if name == "loss_action":
            self.drive.hear()
