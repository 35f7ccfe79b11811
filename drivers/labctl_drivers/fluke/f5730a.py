"""Fluke 5730A multifunction calibrator, over its serial or IEEE 488 port or its LAN (port 3490).

Source: 5730A Operators Manual, chapters 5 and 6 (instrument status: its page 176). Its resistances are a set of fixed
ones; `OUT?` tells the value of the one that is set, as characterised. The form of that answer, and the limits of
current, are engineering memory [K].
"""

import re
from collections.abc import Mapping
from typing import ClassVar, Final

from labctl.instruments.limits import Limit
from labctl.instruments.scpi import written
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Setting
from labctl_drivers.fluke.calibrator import NUMBER, FlukeCalibrator

NEAR: Final = 1e-3
"""Share of the resistance asked for within which the resistor that is set must lie."""


class F5730A(FlukeCalibrator, maker="Fluke", model="5730A"):
    """Fluke 5730A, multifunction calibrator."""

    quantities = ("DC voltage", "AC voltage", "DC current", "AC current", "resistance")
    limits: ClassVar[Mapping[str, Limit]] = {
        "DC voltage": Limit.symmetric(Quantity.of(1100, "V")),
        "AC voltage": Limit(low=Quantity.of(0, "V"), high=Quantity.of(1100, "V")),
        "DC current": Limit.symmetric(Quantity.of(2.2, "A")),
        "AC current": Limit(low=Quantity.of(0, "A"), high=Quantity.of(2.2, "A")),
        "resistance": Limit(low=Quantity.of(0, "Ω"), high=Quantity.of(100, "MΩ")),
    }
    frequencies = Limit(low=Quantity.of(10, "Hz"), high=Quantity.of(1, "MHz"))
    settling = 60.0
    output_form = re.compile(rf"\s*{NUMBER},(V|A|OHM),\s*{NUMBER}\s*")

    def prepare(self) -> None:
        """Bring the output to 0 V in standby by a reset, and set the station's limits in the calibrator too."""
        self.send("*CLS", check=False)
        self.send("*RST")
        self._alternating = False
        for quantity, unit in (("DC voltage", "V"), ("DC current", "A")):
            allowed, own = self.allowed(quantity), self.limits[quantity]
            if allowed is not None and allowed != own:
                self.send(f"LIMIT {written(allowed.high, unit)} {unit}, {written(allowed.low, unit)} {unit}")

    def source_resistance(self, resistance: Quantity) -> Setting:
        """Set the fixed resistor of this nominal value; the Setting holds its value as characterised.

        Raises:
            LimitExceeded: beyond the limits; nothing was sent.
            InstrumentReported: there is no such resistor.
            ReplyError: the resistor that is set is another one.
            NotReady: it did not settle, or left operate.
        """
        self.refuse_beyond_limits("resistance", resistance)
        self._set(resistance, "OHM", None)
        found = self._output()
        ohms = resistance.value_in("Ω")
        if found.unit != "OHM" or abs(found.value - ohms) > NEAR * ohms:
            self._refuse_reply(f"a resistor of {resistance}")
        self._operate(str(resistance))
        return self.setting(Quantity.of(found.value, "Ω"))

    def set_external_guard(self, on: bool) -> None:  # noqa: FBT001  (a journal replays positional arguments only)
        """Set whether the guard is connected outside (`EXTGUARD`)."""
        self.send(f"EXTGUARD {'ON' if on else 'OFF'}")

    def set_lead_compensation(self, on: bool) -> None:  # noqa: FBT001  (a journal replays positional arguments only)
        """Set whether the leads of a two-wire ohmmeter are compensated (`RCOMP`); while a resistance is set."""
        self.send(f"RCOMP {'ON' if on else 'OFF'}")
