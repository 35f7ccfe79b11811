"""A ruler, calliper or gauge of length that a person reads; its unit stands in the address, `operator:?unit=µm`."""

from typing import ClassVar

from labctl.instruments.limits import Limit
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication
from labctl_drivers.manual.by_hand import ByHand


class Ruler(ByHand, model="ruler"):
    """A measure of length that is read by hand."""

    quantities = ("length",)
    limits: ClassVar = {"length": Limit.symmetric(Quantity.of(100, "m"))}

    def length(self) -> Indication:
        """Measure a length: a person reads it."""
        return self._read("length", "mm", Text("{name}: read the length", zh="{name}：请读取长度"))
