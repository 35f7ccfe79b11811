"""Isotech milliK precision thermometer with up to four millisKanners, over its serial or network port.

Commands and answers end with CR; a session begins with `MILLIK:REMOTE`, and everything about one reading goes in one
line, joined by semicolons. Channels 1 and 2 are its own; with millisKanners, channel 2 leads to 10 to 17, 20 to 27, and
so on. Ranges end at 115 Ω, 460 Ω and 500 kΩ; the current is 1 mA or √2 mA, 2 µA in the highest. All of it as public
drivers use it; it was not held against the manual [K]. Line settings: 9600 baud, 8N1 [K].
"""

import math
from typing import ClassVar, Final

from labctl.errors import LimitExceeded, ReplyError
from labctl.instruments.channel import ChannelReadout
from labctl.instruments.scpi import Ieee4882Driver
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication

CURRENTS: Final = {"NORMAL": 1.0, "ROOT2": math.sqrt(2.0)}
"""Measuring currents in mA."""
RANGES: Final = (115.0, 460.0, 500_000.0)
"""Upper ends of its resistance ranges, in Ω."""
_FIELDS: Final = 4
_SCANNERS: Final = 4
_PER_SCANNER: Final = 8


class MilliK(ChannelReadout, Ieee4882Driver, maker="Isotech", model="milliK"):
    """Isotech milliK, readout for platinum thermometers, thermistors and thermocouples."""

    quantities = ("resistance", "thermovoltage")
    channels: ClassVar = (1, 2, *(10 * n + k for n in range(1, _SCANNERS + 1) for k in range(_PER_SCANNER)))
    terminator = b"\r"
    answer_terminator = b"\r"
    highest: Quantity = Quantity.of(400, "Ω")
    _current: str = "NORMAL"

    def identify(self) -> Identity:
        """Return manufacturer, model, serial number and firmware (`*IDN?`), once it is under remote control."""
        fields = [each.strip() for each in self.query("MILLIK:REMOTE;*IDN?").split(",")]
        if len(fields) != _FIELDS:
            raise self._unexpected("manufacturer,model,serial,firmware")
        return Identity(manufacturer=fields[0], model=fields[1], serial=fields[2], firmware=fields[3])

    def check_errors(self) -> None:
        """Read nothing: it has no queue of errors; a command that it does not understand has no effect."""

    def devices(self) -> list[str]:
        """Return the model of every device of the chain, scanners first, the milliK last (`mill:list?`)."""
        return [each.split(",")[1].strip() for each in self._listed()]

    def resistance_on(self, channel: int) -> Indication:
        """Measure the resistance on a channel in four wires, in the range of `set_highest_resistance`."""
        highest = f"{self.highest.value_in('Ω'):g}"
        return self._read(
            channel,
            "Ω",
            f"SENSE:FUNCTION RESISTANCE;SENSE:RESISTANCE:RANGE {highest};SENSE:RESISTANCE:WIRES 4;"
            f"SENSE:CURRENT {self._current}",
            Quantity.of(1e-5, "Ω"),
        )

    def thermovoltage_on(self, channel: int) -> Indication:
        """Measure the thermocouple's voltage on a channel, without compensation of the reference junction."""
        return self._read(
            channel, "V", "SENSE:FUNCTION VOLTAGE;SENSE:PROBE NONE;SENSE:RJC NONE", Quantity.of(1e-8, "V")
        )

    def set_current(self, current: Quantity) -> None:
        """Set the measuring current, 1 mA or √2 mA, for the readings that follow. Raises LimitExceeded."""
        wanted = current.value_in("mA")
        for name, value in CURRENTS.items():
            if abs(wanted - value) < 0.01:  # noqa: PLR2004  1.414 mA is √2 mA
                self.send(f"SENSE:CURRENT {name}")
                self._current = name
                return
        raise LimitExceeded(instrument=self.name, asked=str(current), allowed="1 mA, 1.414 mA")

    def set_highest_resistance(self, resistance: Quantity) -> None:
        """Set the highest resistance that is expected, which selects the range. Raises LimitExceeded."""
        if not 0 < resistance.value_in("Ω") <= RANGES[-1]:
            raise LimitExceeded(instrument=self.name, asked=str(resistance), allowed="0 Ω … 500 kΩ")
        self.send(f"SENSE:RESISTANCE:RANGE {resistance.value_in('Ω'):g}")
        self.highest = resistance

    # --- inside ------------------------------------------------------------------------------------------------------

    def _read(self, channel: int, unit: str, function: str, resolution: Quantity) -> Indication:
        sensor = self.sensor_on(channel)
        command = f"SENSE:CHANNEL {channel};{function};READ?"
        return self.indication(command, unit, within=10.0, resolution=resolution, of=sensor)

    def _listed(self) -> list[str]:
        lines = [self.query("mill:list?")]
        call = self._open_call()
        while self.model not in [each.strip() for each in lines[-1].split(",")]:
            if len(lines) > _SCANNERS or lines[-1].count(",") != _FIELDS - 1:
                raise self._unexpected("a line for each device, the milliK last")
            more = self.wire.read(self.answer_terminator, 2.0)
            latest = call.exchanges.pop()
            call.keep(latest.sent, latest.received + more)
            lines.append(more.decode("ascii", errors="replace").strip())
        return lines

    def _unexpected(self, expected: str) -> ReplyError:
        sent, received = self._latest()
        return ReplyError(instrument=self.name, query=sent, reply=received, expected=expected)
