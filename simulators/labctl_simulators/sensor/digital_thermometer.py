"""Thermometers with a display that a person reads: a probe that lags, an error of its own, a last digit.

A clinical one keeps the highest it has seen until it is switched on again.
"""

from collections.abc import Callable
from typing import Final

from labctl.metrology.many import chosen
from labctl.simulation.instrument import Placed
from labctl.simulation.operator import ReadByEye
from labctl.simulation.truth import half_width
from labctl.simulation.world import World
from labctl_simulators.thermal.body import Body
from labctl_simulators.thermal.curves import Knotted
from labctl_simulators.thermal.media import ROOM, Place

NOISE: Final = 0.002  # K, of one look at the display
STEP: Final = 1.0  # seconds


class DigitalThermometer(ReadByEye, maker="Sensor", model="digital thermometer"):
    """A thermistor probe and a display of hundredths."""

    units = {"temperature": "°C"}  # noqa: RUF012  (declared for every subclass of ReadByEye)
    decimals = {"temperature": 2}  # noqa: RUF012  (likewise)
    usual = "0.2 K"  # its limits where no type says them
    time_constant = 6.0

    def __init__(self, world: World, placed: Placed) -> None:
        """Lie on the table, with its hidden error drawn."""
        super().__init__(world, placed)
        self.body = Body(
            time_constant=self.figure("time constant", self.time_constant),
            stem=self.figure("stem", 10.0),
            place=Place(depth=self.figure("depth", 100.0)),
        )
        self.hidden = Knotted(self._hidden_error())
        self.broken = False
        self.sees["temperature"] = lambda: self.body.temperature
        world.physical.append(self.body)

    def _hidden_error(self) -> Callable[[float], float]:
        """Draw an error within the limits of its type: one share at 37 °C, another along the scale."""
        lines = self.placed.unit.specification if self.placed.unit is not None else ()
        figure = next((each.figure for each in lines if each.quantity == "temperature"), self.usual)
        scale = self.figure("scale", 0.8)
        first = self.world.drawn(0.7 * scale, self.key, "error")
        second = self.world.drawn(0.3 * scale, self.key, "error along t")

        def error(t: float) -> float:
            return half_width(figure, t, t, "°C") * (first + second * (t - 37.0) / 63.0)

        return error

    def shown(self, quantity: str) -> float:
        """Return what stands on the display; nothing where it is broken."""
        if quantity != "temperature" or self.broken:
            return float("nan")
        return self._indicated() + NOISE * self.world.noise(self.key, round(self.now))

    def _indicated(self) -> float:
        return self.body.temperature + self.hidden.at(self.body.temperature)

    def truth(self, name: str, **at: float) -> float:
        """Return the true `temperature` of the probe, or the `error` of its display at a temperature."""
        if name == "temperature":
            return self.body.temperature
        if name == "error":
            return self.hidden.at(at["at"])
        return super().truth(name, **at)


class ClinicalThermometer(DigitalThermometer, model="clinical thermometer"):
    """It shows the highest since it was switched on, as one does that is taken out before it is read."""

    usual = "0.1 K"
    time_constant = 8.0

    def __init__(self, world: World, placed: Placed) -> None:
        """Lie on the table, switched off."""
        super().__init__(world, placed)
        self.highest = ROOM
        world.physical.append(_Held(self))

    def carry_out(self, what: str) -> None:
        """Be switched on again, which forgets what was held."""
        if what == "start":
            self.highest = self._indicated()

    def hold(self) -> None:
        """Keep the highest."""
        indicated = self._indicated()
        self.highest = chosen(indicated > self.highest, indicated, self.highest)

    def shown(self, quantity: str) -> float:
        """Return what is held."""
        if quantity != "temperature" or self.broken:
            return float("nan")
        return self.highest + NOISE * self.world.noise(self.key, round(self.now))


class _Held:
    """What one thermometer holds, once a second."""

    step = STEP

    def __init__(self, thermometer: ClinicalThermometer) -> None:
        self.thermometer = thermometer

    @property
    def resting(self) -> bool:
        """Return whether its probe has come to rest, and nothing higher is to come."""
        return self.thermometer.body.resting

    def advance(self, dt: float) -> None:  # noqa: ARG002  (it knows no delay of its own)
        """Look."""
        self.thermometer.hold()
