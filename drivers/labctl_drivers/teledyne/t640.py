"""Teledyne API T640 mass monitor, over Modbus TCP: light scattered by single particles, of three size fractions.

Source: the register list of a public driver for the instrument (NOAA forge); no printed manual of these registers was
at hand. Input registers, counted from 0, hold floats, the upper word first.
"""

from typing import Final

from attrs import evolve

from labctl.errors import InstrumentReported, LimitExceeded
from labctl.instruments.modbus import ModbusDriver, Register
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication

FRACTIONS: Final = {
    1.0: Register(64, kind="input", form="f32", unit="µg/m³", resolution=0.1),
    2.5: Register(8, kind="input", form="f32", unit="µg/m³", resolution=0.1),
    10.0: Register(6, kind="input", form="f32", unit="µg/m³", resolution=0.1),
}
"""By the diameter in µm at which a size fraction ends."""
PRESSURE: Final = Register(34, kind="input", form="f32", unit="hPa", resolution=0.1)  # of the ambient air
HUMIDITY: Final = Register(36, kind="input", form="f32", unit="%", resolution=0.1)  # of the air in its inlet
BOX: Final = Register(38, kind="input", form="f32", unit="°C")
TEMPERATURE: Final = Register(40, kind="input", form="f32", unit="°C", resolution=0.1)  # of the ambient air
FLOW: Final = Register(46, kind="input", form="f32", unit="L/min", resolution=0.01)  # through the optics
BYPASS: Final = Register(48, kind="input", form="f32", unit="L/min", resolution=0.01)
ILLEGAL_ADDRESS: Final = 2
PM25: Final = Quantity.of(2.5, "µm")


class T640(ModbusDriver, maker="Teledyne", model="T640"):
    """Teledyne API T640, monitor of PM1, PM2.5 and PM10."""

    quantities = ("mass concentration", "flow", "temperature", "humidity", "pressure")
    model_pattern = r"T640X?"

    def identify(self) -> Identity:
        """Return its model, if its own map is there; the map holds neither model nor serial number."""
        try:
            self.query_value(BOX)
            self.query_value(FRACTIONS[1.0])
        except InstrumentReported as refused:
            if refused.code != ILLEGAL_ADDRESS:
                raise
            return Identity(manufacturer="", model="another map", serial="")
        return Identity(manufacturer=self.maker, model=self.model, serial="")

    def recognise(self, expected: Identity) -> Identity:
        """Return who answers, as far as it can tell: whether the serial number is right, a person reads on its plate.

        Raises:
            WrongIdentity: an instrument with another map answers.
        """
        return super().recognise(evolve(expected, serial=""))

    def mass_concentration(self) -> Indication:
        """Measure the mass concentration of PM2.5."""
        return self.mass_concentration_up_to(PM25)

    def mass_concentration_up_to(self, diameter: Quantity) -> Indication:
        """Measure the mass concentration up to 1 µm, 2.5 µm or 10 µm.

        Raises:
            LimitExceeded: it has no such size fraction; nothing was sent.
        """
        register = FRACTIONS.get(round(diameter.value_in("µm"), 6))
        if register is None:
            allowed = ", ".join(f"{each:g} µm" for each in FRACTIONS)
            raise LimitExceeded(instrument=self.name, asked=str(diameter), allowed=allowed)
        return self.indication_of(register)

    def flow(self) -> Indication:
        """Measure the flow through its optics; the bypass that makes up 16.67 L/min is not in it."""
        return self.indication_of(FLOW)

    def temperature(self) -> Indication:
        """Measure the temperature of the ambient air."""
        return self.indication_of(TEMPERATURE)

    def humidity(self) -> Indication:
        """Measure the relative humidity of the air in its inlet."""
        return self.indication_of(HUMIDITY)

    def pressure(self) -> Indication:
        """Measure the pressure of the ambient air."""
        return self.indication_of(PRESSURE)
