"""ABB ACS580 variable-speed drive of a pump, under its process PID controller, over Modbus RTU or TCP.

Source: ACS580 Firmware Manual, fieldbus control through the embedded fieldbus (page 405), ABB Drives profile: 40001
control word, 40002 reference 1 (±20000 is ±100 %), 40004 status word, 40005 actual value 1. A parameter of 16 bits
stands at 400000 + 100 × group + index, one of 32 bits at 420000 + 200 × group + 2 × index. As delivered 19200 baud,
8E1, unit 1. The start sequence 0x0476, 0x0477, 0x047F, the parameters of groups 40 and 58 and their scales are from
memory [K].

The drive has to be set up for its rig: process PID on, with the flow in m³/h by an analogue input as feedback, and
reference 1 of the fieldbus as setpoint, whose scale is 40.14. The drive tells no serial number over Modbus: it is kept
as text in the data storage 47.11 to 47.14, written when the drive is put into service.
"""

from typing import ClassVar, Final

from labctl.errors import InstrumentReported, LimitExceeded, NotArmed, NotReady, ReplyError
from labctl.instruments.limits import Limit
from labctl.instruments.modbus import ModbusDriver, Register, TextRegister, safe_state, value_written
from labctl.metrology.many import everywhere
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication, Setting

CONTROL, STATUS = Register(0), Register(3)
REFERENCE: Final = Register(1, form="i16")
ACTUAL_SPEED: Final = Register(4, form="i16")
HUNDRED_PERCENT: Final = 20000

FAULT: Final = Register(400)  # 04.01
LOST, BEYOND = -(1 << 31), (1 << 31) - 1  # of an input that is broken, or beyond its range
FEEDBACK: Final = Register(  # 40.02
    28003, form="i32", unit="m³/h", scale=0.01, invalid=(LOST,), overload=(BEYOND,)
)
PID_MODE: Final = Register(4006)  # 40.07
SCALE: Final = Register(28027, form="i32", unit="m³/h", scale=0.01)  # 40.14
SERIAL: Final = TextRegister(29421, 8)  # 47.11 to 47.14
LOSS_ACTION, LOSS_MODE = Register(5813), Register(5814)  # 58.14, 58.15
LOSS_TIME: Final = Register(5815, unit="s", scale=0.1)  # 58.16

# Bits of the control word that stay on: OFF2, OFF3, ramp released, remote.
COAST, STOP, SWITCH_ON, RUN, ACKNOWLEDGE = 0x0474, 0x0476, 0x0477, 0x047F, 0x04F6
READY_ON, READY_RUN, RUNNING, TRIPPED, INHIBITED, REMOTE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 6, 1 << 9

ON_LOSS_FAULT: Final = 1  # last speed, 2, would let the pump run on
ANY_MESSAGE: Final = 1
SILENCE: Final = 3.0  # seconds
STEP: Final = 5.0  # seconds for one step of the start sequence
STOPPING: Final = 90.0  # seconds for the ramp down
STANDSTILL: Final = 20  # of 20000
POLL: Final = 0.1


class ACS580(ModbusDriver, maker="ABB", model="ACS580"):
    """ABB ACS580, variable-speed pump drive."""

    quantities = ("flow",)
    limits: ClassVar = {"flow": Limit(low=Quantity.of(0, "m³/h"), high=Quantity.of(1000, "m³/h"))}
    safe = safe_state(value_written(CONTROL, COAST), energy=True)
    watchdog = SILENCE

    # --- bench -------------------------------------------------------------------------------------------------------

    def identify(self) -> Identity:
        """Return vendor, product and firmware, and the serial number that its data storage holds."""
        return self.told_identity(SERIAL)

    def prepare(self) -> None:
        """Bring the drive to stopped, its faults acknowledged and its reference at zero.

        Raises:
            NotReady: it is under local control, its PID controller is off, or it does not become ready.
            InstrumentReported: a fault stays.
        """
        if self.query_count(STATUS) & TRIPPED:
            self.write_value(CONTROL, STOP, check=False)
            self.write_value(CONTROL, ACKNOWLEDGE, check=False)
        self.write_value(CONTROL, STOP)
        self.write_value(REFERENCE, 0)
        if not self.query_count(STATUS) & REMOTE:
            raise NotReady(instrument=self.name, asked="remote control", found="local control", waited=0.0)
        if not self.query_count(PID_MODE):
            raise NotReady(instrument=self.name, asked="process PID on (40.07)", found="off", waited=0.0)
        self._await_standstill()

    def check_errors(self) -> None:
        """Read whether the drive has tripped. Raises InstrumentReported with the code of 04.01."""
        if self.query_count(STATUS) & TRIPPED:
            code = self.query_count(FAULT)
            raise InstrumentReported(
                instrument=self.name, command=self._latest()[0], code=code, message=f"tripped, fault {code:04X}"
            )

    def arm_watchdog(self) -> None:
        """Start the supervision of communication: any message counts, and its loss is a fault; read all back.

        Raises:
            NotArmed: the drive reports other parameters, or refuses them.
        """
        for register, wanted in ((LOSS_MODE, ANY_MESSAGE), (LOSS_TIME, SILENCE), (LOSS_ACTION, ON_LOSS_FAULT)):
            try:
                self.write_value(register, wanted)
            except InstrumentReported as refusal:
                raise NotArmed(instrument=self.name, asked=f"{SILENCE:g} s", found=refusal.message) from refusal
        found = (self.query_count(LOSS_ACTION), self.query_count(LOSS_MODE), self.query_value(LOSS_TIME))
        if found != (ON_LOSS_FAULT, ANY_MESSAGE, SILENCE):
            told = f"58.14 = {found[0]}, 58.15 = {found[1]}, 58.16 = {found[2]:g} s"
            raise NotArmed(instrument=self.name, asked=f"{SILENCE:g} s", found=told)

    def keep_alive(self) -> None:
        """Read the status word."""
        self.query_count(STATUS)

    def confirm_safe(self) -> bool:
        """Return whether the drive says that it does not run and is not ready to."""
        return not self.query_count(STATUS) & (RUNNING | READY_RUN)

    # --- abilities ---------------------------------------------------------------------------------------------------

    def set_flow(self, flow: Quantity) -> Setting:
        """Set the flow that the drive's controller shall hold, and start the pump; it returns before it is reached.

        Args:
            flow: up to the scale of the setpoint (40.14), or what the station allows.

        Raises:
            LimitExceeded: beyond the limits; nothing was sent.
            InstrumentReported: the drive has tripped.
            NotReady: it does not start.
        """
        self.refuse_beyond_limits("flow", flow)
        full = self.query_value(SCALE)
        share = flow.value_in("m³/h") / full if full > 0 else 2.0
        if not 0 <= share <= 1:
            raise LimitExceeded(instrument=self.name, asked=str(flow), allowed=f"0 m³/h … {full:g} m³/h")
        counts = round(share * HUNDRED_PERCENT)
        self.write_value(REFERENCE, counts)
        found = self.query_count(REFERENCE)
        if found != counts:
            sent, received = self._latest()
            raise ReplyError(instrument=self.name, query=sent, reply=received, expected=f"{counts} read back")
        self._start()
        return self.setting(flow)

    def flow(self) -> Indication:
        """Measure the volume flow, as the drive's controller sees it on its analogue input (40.02)."""
        return self.indication_of(FEEDBACK)

    def stand_by(self) -> None:
        """Stop the pump by its ramp, and wait until it stands still.

        Raises:
            NotReady: it does not.
        """
        self.write_value(CONTROL, STOP)
        self._await_standstill()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        """Go through the states of the ABB Drives profile, as far as the drive is not there yet."""
        if self.query_count(STATUS) & RUNNING:
            return
        for word, reached in ((STOP, READY_ON), (SWITCH_ON, READY_RUN), (RUN, RUNNING)):
            self.write_value(CONTROL, word)
            self._await(reached)

    def _await(self, bit: int) -> None:
        started = self.clock.monotonic()
        while not (status := self.query_count(STATUS)) & bit or status & INHIBITED:
            waited = self.clock.monotonic() - started
            if waited >= STEP:
                self.check_errors()
                asked, found = f"status bit {bit:#06x}", f"{status:#06x}"
                raise NotReady(instrument=self.name, asked=asked, found=found, waited=waited)
            self.clock.wait(POLL)

    def _turns(self) -> bool:
        """Return whether the pump runs, or still turns; of pumps in step, whether any does."""
        if self.query_count(STATUS) & RUNNING:
            return True
        return not everywhere(abs(self.query_count(ACTUAL_SPEED)) <= STANDSTILL)

    def _await_standstill(self) -> None:
        started, looks = self.clock.monotonic(), self.patience.begin()
        while self._turns() or not looks.enough:
            looks.take()
            waited = self.clock.monotonic() - started
            if waited >= STOPPING:
                raise NotReady(instrument=self.name, asked="standstill", found="still turning", waited=waited)
            self.clock.wait(POLL)
