"""A balance that a person reads; its unit stands in the address, `operator:?unit=mg`."""

from typing import ClassVar

from labctl.instruments.limits import Limit
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication
from labctl_drivers.manual.by_hand import ByHand


class Balance(ByHand, model="balance"):
    """A balance that is read by hand."""

    quantities = ("mass",)
    limits: ClassVar = {"mass": Limit.symmetric(Quantity.of(60000, "kg"))}

    def stable_mass(self) -> Indication:
        """Measure the mass on the pan: a person waits until it is stable and reads it."""
        text = Text("{name}: wait until the reading is stable, then read the mass", zh="{name}：待示值稳定后读取质量")
        return self._read("mass", "g", text)

    def mass(self) -> Indication:
        """Measure the mass on the pan at once: a person reads it."""
        return self._read("mass", "g", Text("{name}: read the mass now", zh="{name}：请立即读取质量"))
