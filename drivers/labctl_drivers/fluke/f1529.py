"""Fluke 1529 Chub-E4, thermometer readout with four channels, over its serial port.

Source: 1529 technical manual, chapter interface commands (FETCh?, page 87; SENSe:DATA?, page 90). One command a
line; in the extended format a reading begins with 1 when it is new and with 0 when it was read before, so that none is
taken twice. Line settings, and millivolts as the unit of a thermocouple's input value, are engineering memory [K].
"""

import re
from collections.abc import Callable
from typing import ClassVar, Final

from labctl.errors import NotReady, ReplyError
from labctl.instruments.channel import ChannelReadout
from labctl.instruments.scpi import ScpiDriver
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication

FRESH: Final = 20.0
"""Seconds within which a new reading is made; the longest measuring period of the four channels together."""
POLL: Final = 0.25  # seconds between two looks

_NUMBER: Final = r"\s*([+-]?\d+\.?\d*(?:E[+-]?\d+)?)\s*"
_STAMPED: Final = re.compile(rf"([01]),(\d),{_NUMBER},(\w+)((?:,\d+){{6}})\s*")
_INPUT: Final = re.compile(rf"{_NUMBER},{_NUMBER}")


class F1529(ChannelReadout, ScpiDriver, maker="Fluke", model="1529"):
    """Fluke 1529, readout for platinum thermometers, thermistors and thermocouples."""

    quantities = ("temperature", "resistance", "thermovoltage")
    channels: ClassVar = (1, 2, 3, 4)
    terminator = b"\n"
    answer_terminator = b"\r\n"

    def prepare(self) -> None:
        """Bring it to °C, and to say of each reading whether it is new."""
        self.send("*CLS", check=False)
        self.send("FORM:STAM ON")
        self.send("UNIT:TEMP C")

    def temperature_on(self, channel: int) -> Indication:
        """Measure the temperature on a channel, by the coefficients stored for it; a reading is taken once.

        Raises:
            NotReady: no new reading came.
        """
        sensor = self.sensor_on(channel)
        started = self.clock.monotonic()
        while True:
            try:
                return self.indication(
                    f"FETC? {channel}", "°C", resolution=Quantity.of(1e-4, "K"), of=sensor, part=_new(channel)
                )
            except ReplyError as error:
                if not error.reply.startswith(b"0,"):
                    raise
            self._wait_for_new(channel, started)

    def resistance_on(self, channel: int) -> Indication:
        """Measure the resistance on a channel: the input value of a new reading. Raises NotReady."""
        return self._input(channel, "Ω", Quantity.of(1e-4, "Ω"))

    def thermovoltage_on(self, channel: int) -> Indication:
        """Measure the thermocouple's voltage on a channel: the input value of a new reading. Raises NotReady."""
        return self._input(channel, "mV", Quantity.of(1e-4, "mV"))

    # --- inside ------------------------------------------------------------------------------------------------------

    def _input(self, channel: int, unit: str, resolution: Quantity) -> Indication:
        sensor = self.sensor_on(channel)
        started = self.clock.monotonic()
        while not self._is_new(channel):
            self._wait_for_new(channel, started)
        return self.indication(f"SENS{channel}:DATA?", unit, resolution=resolution, of=sensor, part=_input_value)

    def _is_new(self, channel: int) -> bool:
        text = self.query(f"FETC? {channel}", once=True)
        found = _STAMPED.fullmatch(text)
        if found is None or int(found[2]) != channel:
            latest = self._open_call().exchanges[-1]
            raise ReplyError(
                instrument=self.name, query=latest.sent, reply=latest.received, expected="a stamped reading"
            )
        return found[1] == "1"

    def _wait_for_new(self, channel: int, started: float) -> None:
        waited = self.clock.monotonic() - started
        if waited >= FRESH:
            raise NotReady(
                instrument=self.name, asked=f"a new reading of channel {channel}", found="an old one", waited=waited
            )
        self.clock.wait(POLL)


def _new(channel: int) -> Callable[[str], str]:
    """Return what takes the value out of a new reading of a channel in °C; any other gives none."""

    def part(text: str) -> str:
        found = _STAMPED.fullmatch(text)
        if found is None or (found[1], found[2], found[4]) != ("1", str(channel), "C"):
            return ""
        return found[3]

    return part


def _input_value(text: str) -> str:
    found = _INPUT.fullmatch(text)
    return found[1] if found is not None else ""
