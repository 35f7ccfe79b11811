"""Fluke 5522A multi-product calibrator: its DC voltage function, over its serial or IEEE 488 port.

Source: 5522A Operators Manual, chapters 5 and 6. RS-232 as delivered: 9600 baud, 8N1, XON/XOFF.
"""

import re
from typing import ClassVar, Final

from labctl.errors import NotReady, ReplyError
from labctl.instruments.limits import Limit
from labctl.instruments.safety import SafeState
from labctl.instruments.scpi import Ieee4882Driver, written
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Setting

# Bits of the instrument status register, ISR (Operators Manual, chapter 5, instrument status).
OPERATE: Final = 1 << 0
SETTLED: Final = 1 << 12

SETTLING: Final = 30.0
"""Seconds an output may take until the calibrator calls it settled; a range change takes up to about five."""
POLL: Final = 0.1  # seconds between two looks at the status

_AMPLITUDE: Final = re.compile(r"\s*([+-]?\d+\.\d+E[+-]\d+),V,[^,]*,[^,]*,\s*0(?:\.0+)?E[+-]?0+\s*")


class F5522A(Ieee4882Driver, maker="Fluke", model="5522A"):
    """Fluke 5522A, multi-product calibrator."""

    quantities = ("DC voltage",)
    terminator = b"\r\n"
    safe = SafeState(commands=(b"STBY\r\n",), clears=b"\r\n", energy=True)
    limits: ClassVar = {"DC voltage": Limit.symmetric(Quantity.of(1020, "V"))}

    def output_voltage(self) -> Quantity:
        """Return the DC voltage that the output is set to (`OUT?`), in operate or not.

        Raises:
            ReplyError: the output is set to something else than a DC voltage.
        """
        text = self.query("OUT?")
        amplitude = _AMPLITUDE.fullmatch(text)
        if amplitude is None:
            sent, received = self._latest()
            raise ReplyError(instrument=self.name, query=sent, reply=received, expected="amplitude,V,0,0,0")
        return Quantity.of(float(amplitude[1]), "V")

    def operating(self) -> bool:
        """Return whether the output is on its terminals (`OPER?`)."""
        return self.query_integer("OPER?") == 1

    def confirm_safe(self) -> bool:
        """Return whether the output is in standby, by `OPER?` and the status register alike."""
        return not self.operating() and not self.query_integer("ISR?") & OPERATE

    def prepare(self) -> None:
        """Bring the output to 0 V in standby by a reset, and set the station's limits in the calibrator too."""
        self.send("*CLS", check=False)
        self.send("*RST")
        allowed, own = self.allowed("DC voltage"), self.limits["DC voltage"]
        if allowed is not None and allowed != own:
            self.send(f"LIMIT {written(allowed.high, 'V')} V, {written(allowed.low, 'V')} V")

    def source_dc_voltage(self, voltage: Quantity) -> Setting:
        """Set the output to a DC voltage, in operate, and wait until the calibrator calls it settled.

        Going above 33 V, or to another function, the calibrator drops to standby by itself, therefore operate is
        asked for every time. The amplitude is read back, so that a bit lost on the line is found.

        Args:
            voltage: from -1020 V to 1020 V, or what the station allows.

        Raises:
            LimitExceeded: beyond the limits; nothing was sent.
            InstrumentReported: the calibrator refused it.
            NotReady: it did not settle, or left operate, for example by an overload.
            ReplyError: another amplitude than the one asked for is set.
        """
        self.refuse_beyond_limits("DC voltage", voltage)
        self.send(f"OUT {written(voltage, 'V')} V")
        found = self.output_voltage()
        if not _same(found, voltage):
            sent, received = self._latest()
            raise ReplyError(instrument=self.name, query=sent, reply=received, expected=str(voltage))
        self.send("OPER")
        self._await(OPERATE | SETTLED, f"{voltage}, settled and in operate")
        return self.setting(voltage)

    def stand_by(self) -> None:
        """Take the output off its terminals, and confirm it."""
        self.send("STBY")
        if self.operating():
            raise NotReady(instrument=self.name, asked="standby", found="operate", waited=0.0)

    def _await(self, bits: int, asked: str) -> None:
        started = self.clock.monotonic()
        while True:
            status = self.query_integer("ISR?")
            if status & bits == bits:
                return
            waited = self.clock.monotonic() - started
            if waited >= SETTLING:
                self.check_errors()
                raise NotReady(instrument=self.name, asked=asked, found=f"ISR {status:#06x}", waited=waited)
            self.clock.wait(POLL)


def _same(found: Quantity, asked: Quantity) -> bool:
    """Return whether a read-back of seven digits is the amplitude that was asked for."""
    volts = asked.value_in("V")
    return abs(found.value_in("V") - volts) <= 1e-6 * abs(volts) + 1e-7
