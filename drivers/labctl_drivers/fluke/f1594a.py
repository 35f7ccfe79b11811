"""Fluke 1594A Super-Thermometer: ratio, resistance and temperature on four channels, over its serial or network port.

Source: 1594A/1595A user manual, chapter 8.7 (syntax, page 70; CALC:TYPE, page 80; INP:PROB:TEST?, page 87; STAT:OPER?,
page 94). One command a line, without semicolons. The commands that close a channel and set its current (`ROUT:CLOS`,
`SENS<n>:CURR`, in mA) are engineering memory [K].
"""

import re
from typing import ClassVar, Final

from labctl.errors import NotReady, ReplyError
from labctl.instruments.channel import ChannelReadout
from labctl.instruments.limits import Limit
from labctl.instruments.scpi import ScpiDriver, written
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication

FRESH: Final = 30.0
"""Seconds within which a new measurement is made."""
POLL: Final = 0.5  # seconds between two looks
NEW: Final = 16  # bit of the operation status: a new measurement
CURRENTS: Final = Limit(low=Quantity.of(0.001, "mA"), high=Quantity.of(20, "mA"))

_CONVERTED: Final = re.compile(r"\s*([+-]?\d+\.?\d*)\s*,\s*C\s*")


class F1594A(ChannelReadout, ScpiDriver, maker="Fluke", model="1594A"):
    """Fluke 1594A, bridge and readout for standard thermometers."""

    quantities = ("resistance", "temperature", "ratio")
    channels: ClassVar = (1, 2, 3, 4)
    terminator = b"\n"
    answer_terminator = b"\n"
    _type_of: ClassVar = {"RES": "Ω", "TEMP": "°C", "RAT": "1"}

    def prepare(self) -> None:
        """Bring it to measure continuously, its errors forgotten."""
        self.send("*CLS", check=False)
        self.send("INIT:CONT 1")

    def resistance_on(self, channel: int) -> Indication:
        """Measure the resistance of the sensor on a channel. Raises NotReady where no measurement comes."""
        return self._measured(channel, "RES", Quantity.of(1e-6, "Ω"))

    def temperature_on(self, channel: int) -> Indication:
        """Measure the temperature on a channel, by the probe definition assigned to it. Raises NotReady."""
        return self._measured(channel, "TEMP", Quantity.of(1e-5, "K"))

    def ratio_on(self, channel: int) -> Indication:
        """Measure the ratio of the sensor on a channel to the reference resistor. Raises NotReady."""
        return self._measured(channel, "RAT", Quantity.of(1e-8, "1"))

    def set_current(self, current: Quantity) -> None:
        """Set the current through the sensors of all channels, and read it back. Raises LimitExceeded, ReplyError."""
        CURRENTS.check(current, instrument=self.name)
        wanted = current.value_in("mA")
        for channel in self.channels:
            self.send(f"SENS{channel}:CURR {written(current, 'mA')}")
            found = self.query_number(f"SENS{channel}:CURR?")
            if abs(found - wanted) > 1e-3 * wanted:
                sent, received = self._latest()
                raise ReplyError(instrument=self.name, query=sent, reply=received, expected=str(current))

    def converted(self, probe: str, resistance: Quantity) -> Quantity:
        """Return the temperature that the instrument makes of a resistance by a definition of its probe library.

        Raises:
            InstrumentReported: no such definition, or a resistance out of its range.
        """
        text = self.query(f'INP:PROB:TEST? "{probe}",{written(resistance, "Ω")}')
        found = _CONVERTED.fullmatch(text)
        if found is None:
            sent, received = self._latest()
            raise ReplyError(instrument=self.name, query=sent, reply=received, expected="temperature,C")
        return Quantity.of(float(found[1]), "°C")

    # --- inside ------------------------------------------------------------------------------------------------------

    def _measured(self, channel: int, kind: str, resolution: Quantity) -> Indication:
        """Ask for a new measurement of a channel; what is closed and computed is asked, never remembered."""
        sensor = self.sensor_on(channel)
        if self.query(f"CALC{channel}:TYPE?") != kind:
            self.send(f"CALC{channel}:TYPE {kind}")
        if self.query_integer("ROUT:CLOS?") != channel:
            self.send(f"ROUT:CLOS {channel}")
        self.query_integer("STAT:OPER?", once=True)  # forgets the measurement before
        started = self.clock.monotonic()
        while not self.query_integer("STAT:OPER?", once=True) & NEW:
            waited = self.clock.monotonic() - started
            if waited >= FRESH:
                raise NotReady(instrument=self.name, asked="a new measurement", found="none", waited=waited)
            self.clock.wait(POLL)
        return self.indication("FETC?", self._type_of[kind], resolution=resolution, of=sensor)
