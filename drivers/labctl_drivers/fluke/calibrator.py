"""How a Fluke calibrator is told to present something: set, read back, put to operate, waited for, one way for all."""

import re
from typing import ClassVar, Final, NoReturn

from attrs import frozen

from labctl.errors import LimitExceeded, NotReady, ReplyError
from labctl.instruments.limits import Limit
from labctl.instruments.safety import SafeState
from labctl.instruments.scpi import Ieee4882Driver, written
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Setting

# Bits of the instrument status register, ISR (Operators Manual, chapter 5, instrument status).
OPERATE: Final = 1 << 0
SETTLED: Final = 1 << 12

POLL: Final = 0.1  # seconds between two looks at the status

_UNITS: Final = {"V": "V", "A": "A", "OHM": "Ω"}  # as the calibrator says them, and as a quantity has them
_CLOSE: Final = 1e-6  # share by which a read-back of seven digits may be off
_SMALLEST: Final = {"V": 1e-7, "A": 1e-10, "OHM": 1e-5}  # the same where the amplitude is about zero

NUMBER: Final = r"([+-]?\d+(?:\.\d+)?E[+-]?\d+)"
"""A number in an answer, as a pattern with one group."""


@frozen(kw_only=True)
class Output:
    """What `OUT?` says that the output is set to, in operate or not."""

    value: float
    unit: str  # V, A, OHM
    hertz: float = 0.0


class FlukeCalibrator(Ieee4882Driver):
    """A calibrator with one output, standby and operate, and the status bits that the family shares."""

    terminator = b"\r\n"
    safe = SafeState(commands=(b"STBY\r\n",), clears=b"\r\n", energy=True)
    frequencies: ClassVar[Limit]  # that any AC output can have
    settling: ClassVar[float]  # seconds an output may take until the calibrator calls it settled
    output_form: ClassVar[re.Pattern[str]]  # of the answer to `OUT?`: amplitude, unit and frequency

    _alternating: bool = False  # as `prepare` leaves it; an amplitude without frequency would keep the present one

    # --- what all can be asked ---------------------------------------------------------------------------------------

    def operating(self) -> bool:
        """Return whether the output is on its terminals (`OPER?`)."""
        return self.query_integer("OPER?") == 1

    def confirm_safe(self) -> bool:
        """Return whether the output is in standby, by `OPER?` and the status register alike."""
        return not self.operating() and not self.query_integer("ISR?") & OPERATE

    def source_dc_voltage(self, voltage: Quantity) -> Setting:
        """Set the output to a DC voltage, in operate, and wait until the calibrator calls it settled.

        Going above its step to dangerous voltage, or to another function, the calibrator drops to standby by itself,
        therefore operate is asked for every time. The amplitude is read back, so that a bit lost on the line is found.

        Raises:
            LimitExceeded: beyond the limits; nothing was sent.
            InstrumentReported: the calibrator refused it.
            NotReady: it did not settle, or left operate, for example by an overload.
            ReplyError: another amplitude than the one asked for is set.
        """
        return self._source("DC voltage", voltage, "V", None)

    def source_ac_voltage(self, voltage: Quantity, frequency: Quantity) -> Setting:
        """Set the output to an AC voltage, root mean square, and wait. Raises as `source_dc_voltage`."""
        return self._source("AC voltage", voltage, "V", frequency)

    def source_dc_current(self, current: Quantity) -> Setting:
        """Set the output to a DC current and wait. Raises as `source_dc_voltage`."""
        return self._source("DC current", current, "A", None)

    def source_ac_current(self, current: Quantity, frequency: Quantity) -> Setting:
        """Set the output to an AC current, root mean square, and wait. Raises as `source_dc_voltage`."""
        return self._source("AC current", current, "A", frequency)

    def stand_by(self) -> None:
        """Take the output off its terminals, and confirm it."""
        self.send("STBY")
        if self.operating():
            raise NotReady(instrument=self.name, asked="standby", found="operate", waited=0.0)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _source(self, quantity: str, asked: Quantity, unit: str, frequency: Quantity | None) -> Setting:
        self.refuse_beyond_limits(quantity, asked)
        if frequency is not None and not self.frequencies.holds(frequency):
            raise LimitExceeded(instrument=self.name, asked=str(frequency), allowed=self.frequencies.text)
        self._set(asked, unit, frequency)
        found = self._output()
        self._refuse_other(found, asked, unit, frequency)
        self._operate(str(asked))
        return self.setting(asked)

    def _set(self, asked: Quantity, unit: str, frequency: Quantity | None) -> None:
        """Send the amplitude; a frequency of zero too where another one would stay."""
        amplitude = f"OUT {written(asked, _UNITS[unit])} {unit}"
        if frequency is not None:
            self._alternating = True  # before it is sent: whatever happens, the next amplitude says its frequency
            self.send(f"{amplitude}, {written(frequency, 'Hz')} HZ")
            return
        self.send(f"{amplitude}, 0 HZ" if self._alternating and unit != "OHM" else amplitude)
        self._alternating = False

    def _output(self) -> Output:
        """Read what the output is set to, in operate or not."""
        read = self.output_form.fullmatch(self.query("OUT?"))
        if read is None:
            self._refuse_reply("amplitude, unit and frequency")
        return Output(value=float(read[1]), unit=read[2], hertz=float(read[3]))

    def _refuse_other(self, found: Output, asked: Quantity, unit: str, frequency: Quantity | None) -> None:
        """Refuse a read-back that is not the amplitude and the frequency that were asked for."""
        value = asked.value_in(_UNITS[unit])
        hertz = frequency.value_in("Hz") if frequency is not None else 0.0
        same = abs(found.value - value) <= _CLOSE * abs(value) + _SMALLEST[unit]
        if found.unit != unit or not same or abs(found.hertz - hertz) > 0.01 * hertz:  # it prints three digits of it
            self._refuse_reply(str(asked) if frequency is None else f"{asked} at {frequency}")

    def _refuse_reply(self, expected: str) -> NoReturn:
        sent, received = self._latest()
        raise ReplyError(instrument=self.name, query=sent, reply=received, expected=expected)

    def _operate(self, asked: str) -> None:
        self.send("OPER")
        self._await(OPERATE | SETTLED, f"{asked}, settled and in operate")

    def _await(self, bits: int, asked: str) -> None:
        started = self.clock.monotonic()
        while True:
            status = self.query_integer("ISR?")
            if status & bits == bits:
                return
            waited = self.clock.monotonic() - started
            if waited >= self.settling:
                self.check_errors()
                raise NotReady(instrument=self.name, asked=asked, found=f"ISR {status:#06x}", waited=waited)
            self.clock.wait(POLL)
