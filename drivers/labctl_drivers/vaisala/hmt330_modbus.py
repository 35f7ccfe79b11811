"""Vaisala HMT330 humidity and temperature transmitter with its LAN or RS-485 module, over Modbus.

Source: HMT330 User's Guide M210566EN-K, page 202, tables 41 and 42; its addresses are counted from 1, its floats have
the lower word first. Not confirmed: that its device identification has the serial number where its sibling HMW90
has it (object 128).
"""

from typing import Final

from labctl.errors import InstrumentReported
from labctl.instruments.modbus import ModbusDriver, Register
from labctl.records.equipment import Identity
from labctl.records.observation import Indication

HUMIDITY: Final = Register(0, form="f32", order="CDAB", unit="%", resolution=0.01)  # 0001
TEMPERATURE: Final = Register(2, form="f32", order="CDAB", unit="°C", resolution=0.01)  # 0003
HEALTHY: Final = Register(512)  # 0513: 1 means no errors
ERRORS: Final = Register(515)  # 0516: bit n is error En

MODEL: Final = 1  # objects of the device identification
VERSION: Final = 2
SERIAL: Final = 0x80


class HMT330Modbus(ModbusDriver, maker="Vaisala", model="HMT330-MODBUS"):
    """Vaisala HMT330 behind its Modbus module, transmitter of humidity and temperature."""

    quantities = ("temperature", "humidity")
    model_pattern = r"HMT33[0-8]"

    def identify(self) -> Identity:
        """Return model, version and serial number from the device identification."""
        told = self.device_identification(3)
        return Identity(
            manufacturer=self.maker,
            model=told.get(MODEL, ""),
            serial=told.get(SERIAL, ""),
            firmware=told.get(VERSION, ""),
        )

    def check_errors(self) -> None:
        """Read its fault status. Raises InstrumentReported with the number of its first error."""
        if self.query_count(HEALTHY) == 1:
            return
        errors = self.query_count(ERRORS)
        first = next((bit for bit in range(16) if errors >> bit & 1), -1)
        raise InstrumentReported(
            instrument=self.name, command=b"error code", code=first, message=f"errors {errors:#06x}"
        )

    def prepare(self) -> None:
        """Bring to light what is wrong with it before a run."""
        self.check_errors()

    def temperature(self) -> Indication:
        """Measure the air temperature."""
        return self.indication_of(TEMPERATURE)

    def humidity(self) -> Indication:
        """Measure the relative humidity."""
        return self.indication_of(HUMIDITY)
