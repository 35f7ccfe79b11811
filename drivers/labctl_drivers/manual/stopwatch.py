"""A stopwatch that a person reads."""

from typing import ClassVar

from labctl.instruments.limits import Limit
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication
from labctl_drivers.manual.by_hand import ByHand


class Stopwatch(ByHand, model="stopwatch"):
    """A stopwatch that is read by hand."""

    quantities = ("time",)
    limits: ClassVar = {"time": Limit(low=Quantity.of(0, "s"), high=Quantity.of(864000, "s"))}

    def duration(self) -> Indication:
        """Measure a duration: a person reads it."""
        return self._read("time", "s", Text("{name}: read the time", zh="{name}：请读取时间"))
