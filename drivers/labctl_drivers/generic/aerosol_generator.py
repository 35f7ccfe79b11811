"""An aerosol generator for a dust chamber, by a profile of SCPI that is our own.

No maker publishes a protocol for such a generator. Who builds one, or a converter for one, lets it answer so:

| command | meaning |
|---|---|
| `*IDN?` | maker, model, serial number, firmware |
| `SOURce:CONCentration 75` and `…?` | the PM2.5 that it shall come to in its chamber, in µg/m³ |
| `OUTPut ON`, `OUTPut OFF`, `OUTPut?` | nebuliser and heater |
| `STATus:QUEStionable?` | 0 when all is well; 1 empty, 2 clogged, 4 heater too hot |
| `SYSTem:ERRor?` | the oldest error |

Off at power-up; off when it is told nothing else.
"""

from typing import ClassVar, Final

from labctl.errors import InstrumentReported, NotReady
from labctl.instruments.limits import Limit
from labctl.instruments.safety import SafeState
from labctl.instruments.scpi import ScpiDriver, written
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Setting

QUESTIONABLE: Final = {1: "reservoir empty", 2: "nozzle clogged", 4: "heater too hot"}
ALIKE: Final = 0.05  # µg/m³, two set-points that are the same


class AerosolGenerator(ScpiDriver, maker="Generic", model="AEROSOL-GENERATOR"):
    """A generator of dust in a chamber, by labctl's own profile of SCPI."""

    quantities = ("mass concentration",)
    safe = SafeState(commands=(b"OUTP OFF\n",), clears=b"\n", energy=True)
    limits: ClassVar = {"mass concentration": Limit(low=Quantity.of(0, "µg/m³"), high=Quantity.of(1000, "µg/m³"))}

    def generating(self) -> bool:
        """Return whether nebuliser and heater are on (`OUTP?`)."""
        return self.query_integer("OUTP?") == 1

    def confirm_safe(self) -> bool:
        """Return whether nebuliser and heater are off."""
        return not self.generating()

    def prepare(self) -> None:
        """Bring it to off, without errors."""
        self.send("*CLS", check=False)
        self.send("*RST")

    def set_mass_concentration(self, concentration: Quantity) -> Setting:
        """Set the concentration of PM2.5 it shall come to, and begin to generate; it returns before it is reached.

        Raises:
            LimitExceeded: beyond the limits; nothing was sent.
            InstrumentReported: it refused, or is empty, clogged or too hot.
            NotReady: another concentration than the one asked for is read back, or it stayed off.
        """
        self.refuse_beyond_limits("mass concentration", concentration)
        self.send(f"SOUR:CONC {written(concentration, 'µg/m³')}")
        found = self.query_number("SOUR:CONC?")
        if abs(found - concentration.value_in("µg/m³")) > ALIKE:
            raise NotReady(instrument=self.name, asked=str(concentration), found=f"{found:g} µg/m³", waited=0.0)
        self.send("OUTP ON")
        trouble = self.query_integer("STAT:QUES?")
        if trouble:
            words = ", ".join(word for bit, word in QUESTIONABLE.items() if trouble & bit)
            raise InstrumentReported(instrument=self.name, command=b"STAT:QUES?\n", code=trouble, message=words)
        if not self.generating():
            raise NotReady(instrument=self.name, asked="on", found="off", waited=0.0)
        return self.setting(concentration)

    def stand_by(self) -> None:
        """Take nebuliser and heater off, and confirm it."""
        self.send("OUTP OFF")
        if self.generating():
            raise NotReady(instrument=self.name, asked="off", found="on", waited=0.0)
