"""Keysight 53230A universal counter: pulses of a flowmeter totalised while the diverter holds the gate open.

Source: 53220A/53230A User's Guide, totalise measurements (page 108), external gate polarity (page 178), reading memory
(pages 241 to 255), time-out (page 75); Programmer's Reference, SENSe:TOTalize:GATE (pages 372 to 376). Numbers have
exponents of three digits; what timed out is 9.91E+37. That a totalised reading in `DATA:LAST?` bears no unit, and the
greatest trigger count, are from memory [K].

The rig's timer unit hands the gate over: open from the first pulse after the diverter's start to the first one after
its stop, so that the count is one of whole periods (double timing, ISO 7278-3).
"""

import re
from typing import Final

from labctl.errors import NotReady
from labctl.instruments.channel import ChannelReadout
from labctl.instruments.scpi import ScpiDriver
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication

FILLINGS: Final = 1_000_000  # as many as the memory holds
THRESHOLD: Final = 2.5  # volts, half of a 5 V pulse

_COUNT: Final = re.compile(r"([+-]\d\.\d+E[+-]\d{3})(?: [A-Z]+)?")


class K53230A(ScpiDriver, ChannelReadout, maker="Keysight", model="53230A"):
    """Keysight 53230A, universal counter."""

    quantities = ("pulses",)
    channels = (1,)

    _read: int = 0  # fillings in the memory that were read

    def prepare(self) -> None:
        """Bring the counter to totalise channel 1 whenever the gate input is high, from now on."""
        self.send("*CLS", check=False)
        self.send("*RST")
        self.send("SYST:TIM 9.9E+37")  # else a reading is given up after one second
        self.send("CONF:TOT:TIM INF,(@1)")
        self.send("INP1:COUP DC")
        self.send("INP1:IMP 1.0E+6")
        self.send(f"INP1:LEV {THRESHOLD}")
        self.send("SENS:TOT:GATE:POL POS")
        self.send("SENS:TOT:GATE:SOUR EXT")
        self.send(f"TRIG:COUN {FILLINGS}")
        self.send("INIT:IMM")
        self._read = 0

    def gated_pulses(self) -> Indication:
        """Read the whole pulses counted during the last filling.

        Raises:
            NotReady: no gate was open and closed again since this was read the last time.
            Overload: the counter gave up.
        """
        return self.gated_pulses_on(1)

    def gated_pulses_on(self, channel: int) -> Indication:
        """Read the whole pulses of the meter on a channel, counted during the last filling.

        Raises:
            NotReady: no gate was open and closed again since this was read the last time.
            Overload: the counter gave up.
        """
        of = self.sensor_on(channel)
        taken = self.query_integer("DATA:POIN?")
        if taken <= self._read:
            found = f"{taken} in memory, {self._read} of them read"
            raise NotReady(instrument=self.name, asked="the count of another filling", found=found, waited=0.0)
        shown = self.indication("DATA:LAST?", "1", resolution=Quantity.of(1, "1"), of=of, part=_count)
        self._read = taken
        return shown


def _count(text: str) -> str:
    count = _COUNT.fullmatch(text)
    return count[1] if count is not None else ""
