"""Fluke 5522A multi-product calibrator: voltage, current and resistance, over its serial or IEEE 488 port.

Source: 5522A Operators Manual, chapters 5 and 6. RS-232 as delivered: 9600 baud, 8N1, XON/XOFF. Two outputs at once,
its temperature and power functions are not driven. The limits of current, resistance and frequency are engineering
memory of its specifications [K].
"""

import re
from collections.abc import Mapping
from typing import ClassVar, Final

from labctl.errors import LimitExceeded, NotReady
from labctl.instruments.limits import Limit
from labctl.instruments.scpi import written
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Setting
from labctl_drivers.fluke.calibrator import NUMBER, FlukeCalibrator

COMPENSATIONS: Final = {0: "NONE", 2: "WIRE2", 4: "WIRE4"}


class F5522A(FlukeCalibrator, maker="Fluke", model="5522A"):
    """Fluke 5522A, multi-product calibrator."""

    quantities = ("DC voltage", "AC voltage", "DC current", "AC current", "resistance")
    limits: ClassVar[Mapping[str, Limit]] = {
        "DC voltage": Limit.symmetric(Quantity.of(1020, "V")),
        "AC voltage": Limit(low=Quantity.of(0, "V"), high=Quantity.of(1020, "V")),
        "DC current": Limit.symmetric(Quantity.of(20.5, "A")),
        "AC current": Limit(low=Quantity.of(0, "A"), high=Quantity.of(20.5, "A")),
        "resistance": Limit(low=Quantity.of(0, "Ω"), high=Quantity.of(1.1, "GΩ")),
    }
    frequencies = Limit(low=Quantity.of(10, "Hz"), high=Quantity.of(500, "kHz"))
    settling = 30.0  # a change of range takes up to about five
    output_form = re.compile(rf"\s*{NUMBER},(V|A|OHM),[^,]*,[^,]*,\s*{NUMBER}\s*")

    def output_voltage(self) -> Quantity:
        """Return the DC voltage that the output is set to (`OUT?`), in operate or not.

        Raises:
            ReplyError: the output is set to something else than a DC voltage.
        """
        found = self._output()
        if found.unit != "V" or found.hertz:
            self._refuse_reply("a DC voltage")
        return Quantity.of(found.value, "V")

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
        """Set the output to a resistance, and wait. Raises as `source_dc_voltage`.

        The leads are not compensated after another function; `set_lead_compensation` chooses that.
        """
        return self._source("resistance", resistance, "OHM", None)

    def set_lead_compensation(self, wires: int) -> None:
        """Set for which ohmmeter the leads are compensated, while a resistance is set: of 2 or 4 wires, 0 for none.

        Raises:
            LimitExceeded: another number of wires; nothing was sent.
            InstrumentReported: no resistance below 110 kΩ is set (539).
            NotReady: the calibrator reports another compensation.
        """
        if wires not in COMPENSATIONS:
            raise LimitExceeded(instrument=self.name, asked=f"{wires} wires", allowed="0, 2, 4")
        self.send(f"ZCOMP {COMPENSATIONS[wires]}")
        found = self.query("ZCOMP?")
        if found != COMPENSATIONS[wires]:
            raise NotReady(instrument=self.name, asked=COMPENSATIONS[wires], found=found, waited=0.0)
