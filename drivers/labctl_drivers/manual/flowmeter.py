"""Flowmeters that a person reads: a rotameter, a register; their unit stands in the address, `operator:?unit=m³/h`."""

from typing import ClassVar

from labctl.instruments.limits import Limit
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication
from labctl_drivers.manual.by_hand import ByHand


class Flowmeter(ByHand, model="flowmeter"):
    """A meter of volume flow that is read by hand."""

    quantities = ("flow",)
    limits: ClassVar = {"flow": Limit(low=Quantity.of(0, "L/min"), high=Quantity.of(1000000, "L/min"))}

    def flow(self) -> Indication:
        """Measure the volume flow: a person reads it."""
        return self._read("flow", "L/min", Text("{name}: read the flow", zh="{name}：请读取流量"))


class MassFlowmeter(ByHand, model="mass flowmeter"):
    """A meter of mass flow that is read by hand."""

    quantities = ("mass flow",)
    limits: ClassVar = {"mass flow": Limit(low=Quantity.of(0, "kg/h"), high=Quantity.of(10000000, "kg/h"))}

    def mass_flow(self) -> Indication:
        """Measure the mass flow: a person reads it."""
        return self._read("mass flow", "kg/h", Text("{name}: read the mass flow", zh="{name}：请读取质量流量"))


class VolumeRegister(ByHand, model="volume register"):
    """The register of a meter, which counts volume and is read by hand."""

    quantities = ("volume",)
    limits: ClassVar = {"volume": Limit(low=Quantity.of(0, "L"), high=Quantity.of(1e12, "L"))}

    def volume_total(self) -> Indication:
        """Read the volume on the register: a person does it."""
        return self._read("volume", "L", Text("{name}: read the register", zh="{name}：请读取累积体积"))

    def reset_volume_total(self) -> None:
        """Set the register to zero: a person does it."""
        self._told("reset volume", Text("{name}: set the register to zero", zh="{name}：请将累积体积清零"))
