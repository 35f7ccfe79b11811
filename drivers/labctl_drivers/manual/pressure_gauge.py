"""A pressure gauge that a person reads; its unit stands in the address, `operator:?unit=MPa`."""

from typing import ClassVar

from labctl.instruments.limits import Limit
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication
from labctl_drivers.manual.by_hand import ByHand


class PressureGauge(ByHand, model="pressure gauge"):
    """A pressure gauge that is read by hand."""

    quantities = ("pressure",)
    limits: ClassVar = {"pressure": Limit(low=Quantity.of(-100, "kPa"), high=Quantity.of(250, "MPa"))}

    def pressure(self) -> Indication:
        """Measure the pressure: a person reads it."""
        return self._read("pressure", "kPa", Text("{name}: read the pressure", zh="{name}：请读取压力"))
