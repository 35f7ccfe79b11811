"""Siemens SITRANS F M MAG 6000 electromagnetic flowmeter, with its Modbus RTU module.

Source: SITRANS F M MAGFLO, Modbus RTU/RS-485, SFIDK.PS.023.D2.02, chapter 6, holding registers (pages 14 to 21);
registers there count from 4:00001. As delivered 9600 baud, even parity, unit 1. The order of a float's bytes stands in
register 527 (selection 0 is 1-0-3-2, byte 3 the most significant; listed for the FCT010 of the family, for this model
[K]). The coil that resets totaliser 1 is from memory [K]. The meter tells no serial number: it is kept in its TAG
(640), written there when the meter is put into service.
"""

from typing import Final

from labctl.errors import NotReady
from labctl.instruments.modbus import Coil, ModbusDriver, Order, Register, TextRegister
from labctl.records.equipment import Identity
from labctl.records.observation import Indication

PRODUCT: Final = Register(602)
PRODUCTS: Final = {24: "MAG6000", 25: "MASS6000"}
REVISION: Final = Register(605)
TAG: Final = TextRegister(640, 9)
BYTE_ORDER: Final = Register(527)
ORDERS: Final[dict[int, Order]] = {0: "CDAB", 1: "DCBA", 2: "BADC", 3: "ABCD"}
VOLUME_FLOW: Final = 3002  # m³/s, float
TOTAL: Final = 3014  # totaliser 1, m³, double
RESET_TOTAL: Final = Coil(50)


class MAG6000(ModbusDriver, maker="Siemens", model="MAG6000"):
    """Siemens MAG 6000, electromagnetic flowmeter."""

    quantities = ("flow", "volume")

    def identify(self) -> Identity:
        """Return the product, its revision, and the serial number that its TAG holds."""
        code = self.query_count(PRODUCT)
        revision = self.query_count(REVISION)
        return Identity(
            manufacturer=self.maker,
            model=PRODUCTS.get(code, f"product {code}"),
            serial=self.query_text(TAG),
            firmware=f"{revision >> 8}.{revision & 0xFF:02}",
        )

    def flow(self) -> Indication:
        """Measure the volume flow.

        Raises:
            ReplyError: the meter has no value, as with an empty pipe.
        """
        return self.indication_of(Register(VOLUME_FLOW, form="f32", order=self._order(), unit="m³/s"))

    def volume_total(self) -> Indication:
        """Read the volume that totaliser 1 counted since it was reset."""
        return self.indication_of(Register(TOTAL, form="f64", order=self._order(), unit="m³"))

    def reset_volume_total(self) -> None:
        """Set totaliser 1 to zero."""
        self.write_flag(RESET_TOTAL, on=True)

    def _order(self) -> Order:
        """Return the order of a float's bytes, asked for every time: whoever reads the meter too may change it."""
        code = self.query_count(BYTE_ORDER)
        if code not in ORDERS:
            raise NotReady(instrument=self.name, asked="a byte order from 0 to 3", found=str(code), waited=0.0)
        return ORDERS[code]
