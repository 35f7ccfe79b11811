"""Vaisala HMT330 transmitter of humidity and temperature with its LAN or RS-485 module, over Modbus.

Source: HMT330 User's Guide M210566EN-K, page 202 (tables 41 and 42): addresses counted from 1, floats with the lower
word first. Which objects of the device identification it has is taken from its sibling HMW90.
"""

from collections.abc import Mapping

from labctl.simulation.modbus import Cell, ModbusDialogue
from labctl_simulators.vaisala.transmitter import VERSION, Transmitter

SERIAL_OBJECT = 0x80


def _float(at: int, name: str, quantity: str) -> Cell:
    return Cell(
        at=at - 1, read=lambda talk: talk.transmitter.shown(quantity, name), name=name, form="f32", order="CDAB"
    )


def _hundredths(at: int, name: str, quantity: str) -> Cell:
    return Cell(at=at - 1, read=lambda talk: talk.transmitter.shown(quantity, name), name=name, form="i16", scale=0.01)


class HMT330Modbus(
    Transmitter,
    maker="Vaisala",
    model="HMT330-MODBUS",
    wires=("modbus", "modbus+rtu"),
    line="baud=19200&bits=8&parity=none&stop=2",
):
    """The same transmitter, spoken to through its module; it calls itself HMT330."""

    modbus_unit = 240

    def dialogue(self) -> "HMT330ModbusDialogue":
        """Return a new session's dialogue."""
        return HMT330ModbusDialogue(self)


class HMT330ModbusDialogue(ModbusDialogue):
    """The map of measurement and status registers."""

    latency = 0.02
    functions = frozenset({0x03, 0x08, 0x2B})
    level = 0x83
    holding = (
        _float(1, "humidity", "humidity"),
        _float(3, "temperature", "temperature"),
        _hundredths(257, "humidity in hundredths", "humidity"),
        _hundredths(258, "temperature in hundredths", "temperature"),
        Cell(at=512, read=lambda talk: int(not talk.transmitter.failed()), name="fault status"),
        Cell(at=513, read=lambda _: 1, name="online status"),
        Cell(at=515, read=lambda talk: 1 << 3 if talk.transmitter.failed() else 0, name="error code"),
        Cell(at=516, read=lambda _: 0, name="error code, upper bits"),
    )

    def __init__(self, transmitter: HMT330Modbus) -> None:
        """Begin a session."""
        super().__init__(transmitter)
        self.transmitter = transmitter

    def identification(self) -> Mapping[int, str]:
        """Return vendor, model, version and serial number."""
        who = self.identity
        model = who.model.replace("-MODBUS", "")
        return {
            0: "Vaisala",
            1: model,
            2: who.firmware or VERSION,
            3: "http://www.vaisala.com/",
            SERIAL_OBJECT: who.serial,
        }
