"""Thermometers that a person reads: liquid in glass, dial or display; a clinical one is switched on before."""

from typing import ClassVar

from labctl.instruments.limits import Limit
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication
from labctl_drivers.manual.by_hand import ByHand


class Thermometer(ByHand, model="thermometer"):
    """A thermometer that is read by hand."""

    quantities = ("temperature",)
    limits: ClassVar = {"temperature": Limit(low=Quantity.of(-200, "°C"), high=Quantity.of(1800, "°C"))}

    def temperature(self) -> Indication:
        """Measure the temperature: a person reads it."""
        return self._read("temperature", "°C", Text("{name}: read the temperature", zh="{name}：请读取温度"))


class ClinicalThermometer(Thermometer, model="clinical thermometer"):
    """A clinical thermometer: it holds its highest indication until it is switched on again."""

    def start_measurement(self) -> None:
        """Start a measurement: a person switches it on and leaves it immersed to its mark."""
        text = Text("{name}: switch it on, immersed to its mark", zh="{name}：开机，并浸没至标志处")
        self._told("start", text)
