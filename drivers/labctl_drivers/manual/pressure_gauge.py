"""A pressure gauge that a person reads, in MPa; another unit stands in the address, `operator:?unit=kPa`."""

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
        return self._read("pressure", "MPa", Text("{name}: read the pressure", zh="{name}：请读取压力"))

    def tap(self) -> None:
        """Bring the pointer to rest without friction: a person taps the case."""
        self._told("tap", Text("{name}: tap the case lightly", zh="{name}：请轻敲表壳"))
