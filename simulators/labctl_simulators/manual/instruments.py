"""Instruments that a simulated person reads: what each shows of what it is put into, with a hidden error of its own.

Standing alone, an instrument shows the room, or nothing: no mass, no flow, no voltage. A world that puts it into
something sets `sees`.
"""

from typing import ClassVar

from labctl.simulation.instrument import Placed
from labctl.simulation.operator import ReadByEye
from labctl.simulation.physics import Wander
from labctl.simulation.truth import of_standard
from labctl.simulation.world import World

DAY = 6 * 3600.0  # seconds, the slowest wave of a room


class ByEye(ReadByEye, maker="Manual", model=""):
    """An instrument with a scale; its error is drawn from its record, or a few steps wide where it has none."""

    usual: ClassVar[dict[str, tuple[float, float]]] = {}  # by quantity: what it sees alone, and how that wanders

    def __init__(self, world: World, placed: Placed) -> None:
        """Lie on the table, in the room."""
        super().__init__(world, placed)
        self.errors = {each: of_standard(world, placed.asset, each, unit) for each, unit in self.units.items()}
        for each, (middle, swing) in self.usual.items():
            alone = world.wander(self.figure(each, middle), swing, self.key, each, slowest=DAY)
            self.sees[each] = lambda alone=alone: alone.at(self.now)  # type: ignore[misc]

    def shown(self, quantity: str) -> float:
        """Return what stands on the scale: the true value and the instrument's own error."""
        true = super().shown(quantity)
        if self.placed.asset is not None:
            return true - self.errors[quantity].at(true)
        step: float = 10.0 ** -self.decimals.get(quantity, 1)
        return true - self.world.drawn(2.0 * step, self.key, quantity)

    def truth(self, name: str, **at: float) -> float:
        """Return the true value of a quantity now."""
        return self.sees[name]() if name in self.sees else super().truth(name, **at)


class Thermometer(ByEye, model="thermometer"):
    """A thermometer with a scale of tenths."""

    units: ClassVar = {"temperature": "°C"}
    decimals: ClassVar = {"temperature": 2}
    usual: ClassVar = {"temperature": (20.0, 0.3)}


class ClinicalThermometer(Thermometer, model="clinical thermometer"):
    """A thermometer that is switched on before it is read."""


class Thermohygrometer(ByEye, model="thermohygrometer"):
    """A thermometer and hygrometer on the wall; a room that it feels sets `air`."""

    units: ClassVar = {"temperature": "°C", "humidity": "%"}
    decimals: ClassVar = {"temperature": 1, "humidity": 0}
    usual: ClassVar = {"temperature": (20.0, 0.3), "humidity": (46.0, 4.0)}

    def __init__(self, world: World, placed: Placed) -> None:
        """Hang on the wall."""
        super().__init__(world, placed)
        self.air: dict[str, Wander] = {}

    def shown(self, quantity: str) -> float:
        """Return what stands on the scale, of the room's own air where there is a room."""
        if quantity in self.air:
            self.sees[quantity] = lambda: self.air[quantity].at(self.now)
        return super().shown(quantity)


class WeatherStation(Thermohygrometer, model="weather station"):
    """A thermometer, hygrometer and barometer on the wall."""

    units: ClassVar = {"temperature": "°C", "humidity": "%", "pressure": "hPa"}
    decimals: ClassVar = {"temperature": 1, "humidity": 0, "pressure": 1}
    usual: ClassVar = {"temperature": (20.0, 0.3), "humidity": (46.0, 4.0), "pressure": (1012.0, 2.0)}


class PressureGauge(ByEye, model="pressure gauge"):
    """A pressure gauge, open to the room."""

    units: ClassVar = {"pressure": "MPa"}
    decimals: ClassVar = {"pressure": 2}
    usual: ClassVar = {"pressure": (0.0, 0.0)}


class Balance(ByEye, model="balance"):
    """A balance with an empty pan."""

    units: ClassVar = {"mass": "g"}
    decimals: ClassVar = {"mass": 3}
    usual: ClassVar = {"mass": (0.0, 0.0)}


class Voltmeter(ByEye, model="voltmeter"):
    """A voltmeter with nothing connected."""

    units: ClassVar = {"DC voltage": "V"}
    decimals: ClassVar = {"DC voltage": 4}
    usual: ClassVar = {"DC voltage": (0.0, 0.0)}


class Flowmeter(ByEye, model="flowmeter"):
    """A flowmeter through which nothing flows."""

    units: ClassVar = {"flow": "L/min"}
    decimals: ClassVar = {"flow": 2}
    usual: ClassVar = {"flow": (0.0, 0.0)}

    def shown(self, quantity: str) -> float:
        """Return what stands on the scale, which begins at zero."""
        return max(super().shown(quantity), 0.0)


class MassFlowmeter(ByEye, model="mass flowmeter"):
    """A mass flowmeter through which nothing flows."""

    units: ClassVar = {"mass flow": "kg/h"}
    decimals: ClassVar = {"mass flow": 2}
    usual: ClassVar = {"mass flow": (0.0, 0.0)}

    def shown(self, quantity: str) -> float:
        """Return what stands on the scale, which begins at zero."""
        return max(super().shown(quantity), 0.0)


class VolumeRegister(ByEye, model="volume register"):
    """A register that counts volume; it can be set to zero."""

    units: ClassVar = {"volume": "L"}
    decimals: ClassVar = {"volume": 2}
    usual: ClassVar = {"volume": (1234.5, 0.0)}

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand at what was counted before."""
        super().__init__(world, placed)
        self.zero = 0.0

    def shown(self, quantity: str) -> float:
        """Return what was counted since it was set to zero."""
        return self.sees[quantity]() - self.zero

    def carry_out(self, what: str) -> None:
        """Set it to zero."""
        if what == "reset volume":
            self.zero = self.sees["volume"]()


class Stopwatch(ByEye, model="stopwatch"):
    """A stopwatch that stands still."""

    units: ClassVar = {"time": "s"}
    decimals: ClassVar = {"time": 2}
    usual: ClassVar = {"time": (60.0, 0.0)}


class Ruler(ByEye, model="ruler"):
    """A ruler beside a piece of one hundred millimetres."""

    units: ClassVar = {"length": "mm"}
    decimals: ClassVar = {"length": 1}
    usual: ClassVar = {"length": (100.0, 0.0)}
