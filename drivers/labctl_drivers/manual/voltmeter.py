"""A voltmeter that a person reads and whose range a person chooses."""

from typing import ClassVar

from labctl.instruments.limits import Limit
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication
from labctl_drivers.manual.by_hand import ByHand


class Voltmeter(ByHand, model="voltmeter"):
    """A DC voltmeter that is read by hand."""

    quantities = ("DC voltage",)
    limits: ClassVar = {"DC voltage": Limit.symmetric(Quantity.of(1500, "V"))}

    def dc_voltage(self) -> Indication:
        """Measure DC voltage on the present range: a person reads it."""
        return self._read("DC voltage", "V", Text("{name}: read the DC voltage", zh="{name}：请读取直流电压"))

    def set_dc_voltage_range(self, top: Quantity) -> None:
        """Set the range whose upper end is `top`: a person does it."""
        text = Text("{name}: choose the range {top}", zh="{name}：请选择量程 {top}").filled(
            name=self.name, top=str(top)
        )
        self._told(f"DC voltage range {top}", text)
