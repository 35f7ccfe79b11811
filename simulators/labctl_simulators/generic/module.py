"""What modules of our own profiles answer to who they are."""

from labctl.simulation.modbus import Cell, ModbusDialogue

REVISION = "1.2"
SERIAL = Cell(at=16, read=lambda talk: talk.identity.serial, name="serial number", form="text", words=8)


class GenericDialogue(ModbusDialogue):
    """One session with a module."""

    def identification(self) -> dict[int, str]:
        """Return vendor, profile and revision."""
        return {0: self.identity.manufacturer, 1: self.identity.model, 2: self.identity.firmware or REVISION}
