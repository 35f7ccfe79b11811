"""What the modules of our own Modbus profiles have in common: who they are.

The profiles are labctl's: to be set up in any remote input and output station or small controller, and stated in full
in the module of each. Device identification (function 43/14) gives vendor, product code (the profile's name) and
revision; input registers 16 to 23 hold the serial number as sixteen characters.
"""

from typing import Final

from labctl.instruments.modbus import ModbusDriver, TextRegister
from labctl.records.equipment import Identity

SERIAL: Final = TextRegister(16, 8, "input")


class GenericModule(ModbusDriver, maker="Generic"):
    """A module that keeps one of our profiles."""

    def identify(self) -> Identity:
        """Return vendor, profile, serial number and revision."""
        return self.told_identity(SERIAL)
