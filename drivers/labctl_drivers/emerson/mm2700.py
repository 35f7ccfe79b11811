"""Emerson (Micro Motion) 1700 and 2700 Coriolis transmitters over Modbus RTU.

Source: Modbus Mapping Assignments for Micro Motion Transmitters, P/N 20001741; registers and coils there count from 1.
As delivered 9600 baud, 8O1, unit 1. All register numbers are from secondary sources and memory [K]. A value that is
not valid is sent as NaN. The serial number is kept in the descriptor (16 characters), written when the meter is put
into service; the units have to be kg/h, m³/h, kg/m³, °C, kg and m³.
"""

from typing import Final

from labctl.errors import NotReady
from labctl.instruments.modbus import Coil, ModbusDriver, Order, Register, TextRegister
from labctl.records.equipment import Identity
from labctl.records.observation import Indication

SOFTWARE: Final = Register(15, "input")  # 0016, three decimals
DEVICE_TYPE: Final = Register(119, "input")  # 0120
DEVICE_TYPES: Final = {43: "1700", 44: "2700"}
DESCRIPTOR: Final = TextRegister(95, 8)  # 0096 to 0103
BYTE_ORDER: Final = Register(520)  # 0521
ORDERS: Final[dict[int, Order]] = {0: "ABCD", 1: "CDAB", 2: "BADC", 3: "DCBA"}
UNITS: Final = {38: 75, 39: 92, 40: 32, 41: 19, 44: 61, 45: 43}  # 0039 kg/h, kg/m³, °C, m³/h; 0045 kg, m³

MASS_FLOW, DENSITY, TEMPERATURE, VOLUME_FLOW = 246, 248, 250, 252  # 0247, 0249, 0251, 0253
MASS_TOTAL, VOLUME_TOTAL = 258, 260  # 0259, 0261
TOTALS: Final = Coil(1)  # 0002: start and stop
RESET_MASS, RESET_VOLUME = Coil(55), Coil(56)  # 0056, 0057
ZERO: Final = Coil(4)  # 0005: begins, and is on while it goes on
ZEROING: Final = 120.0  # seconds
POLL: Final = 0.5


class MM2700(ModbusDriver, maker="Emerson", model="2700"):
    """Emerson Micro Motion 2700, Coriolis meter."""

    quantities = ("mass flow", "flow", "density", "temperature", "mass", "volume")
    model_pattern = "1700|2700"

    _order: Order | None = None  # of a float's bytes; None: not known, so it is asked for

    def identify(self) -> Identity:
        """Return the device type, its software, and the serial number that its descriptor holds."""
        code = self.query_count(DEVICE_TYPE)
        software = self.query_count(SOFTWARE)
        return Identity(
            manufacturer=self.maker,
            model=DEVICE_TYPES.get(code, f"device type {code}"),
            serial=self.query_text(DESCRIPTOR),
            firmware=f"{software / 1000:.3f}",
        )

    def prepare(self) -> None:
        """Bring the totals to run; see that units and byte order are those that are relied on.

        Raises:
            NotReady: the transmitter is set to other units.
        """
        self._order = None
        for address, wanted in UNITS.items():
            found = self.query_count(Register(address))
            if found != wanted:
                asked = f"unit code {wanted} in register {address + 1}"
                raise NotReady(instrument=self.name, asked=asked, found=str(found), waited=0.0)
        order = self._asked_order()
        self.write_flag(TOTALS, on=True)
        self._order = order

    def mass_flow(self) -> Indication:
        """Measure the mass flow. Raises ReplyError where the meter has no valid value."""
        return self._shown(MASS_FLOW, "kg/h")

    def flow(self) -> Indication:
        """Measure the volume flow. Raises ReplyError where the meter has no valid value."""
        return self._shown(VOLUME_FLOW, "m³/h")

    def density(self) -> Indication:
        """Measure the density. Raises ReplyError where the meter has no valid value."""
        return self._shown(DENSITY, "kg/m³")

    def temperature(self) -> Indication:
        """Measure the temperature of the tubes. Raises ReplyError where the meter has no valid value."""
        return self._shown(TEMPERATURE, "°C")

    def mass_total(self) -> Indication:
        """Read the mass counted since its total was reset."""
        return self._shown(MASS_TOTAL, "kg")

    def reset_mass_total(self) -> None:
        """Set the counted mass to zero."""
        self.write_flag(RESET_MASS, on=True)

    def volume_total(self) -> Indication:
        """Read the volume counted since its total was reset."""
        return self._shown(VOLUME_TOTAL, "m³")

    def reset_volume_total(self) -> None:
        """Set the counted volume to zero."""
        self.write_flag(RESET_VOLUME, on=True)

    def set_zero(self) -> None:
        """Set what the meter sees now to be no flow; the tubes are full and the valves closed.

        Raises:
            NotReady: it does not come to an end.
        """
        self.write_flag(ZERO, on=True)
        started = self.clock.monotonic()
        while self.query_flag(ZERO):
            waited = self.clock.monotonic() - started
            if waited >= ZEROING:
                raise NotReady(instrument=self.name, asked="the zero set", found="still going on", waited=waited)
            self.clock.wait(POLL)

    def _shown(self, address: int, unit: str) -> Indication:
        order = self._order if self._order is not None else self._asked_order()
        return self.indication_of(Register(address, form="f32", order=order, unit=unit))

    def _asked_order(self) -> Order:
        code = self.query_count(BYTE_ORDER)
        if code not in ORDERS:
            raise NotReady(instrument=self.name, asked="a byte order from 0 to 3", found=str(code), waited=0.0)
        return ORDERS[code]
