"""A liquid-in-glass thermometer that a person reads: divisions, parallax, a column that sticks when it falls."""

import math
from collections.abc import Callable
from typing import Final

from labctl.metrology.many import chosen, everywhere, within
from labctl.simulation.instrument import Placed
from labctl.simulation.operator import ReadByEye
from labctl.simulation.truth import Errorless, half_width, of_standard
from labctl.simulation.world import World
from labctl_simulators.thermal.body import Body
from labctl_simulators.thermal.curves import Knotted
from labctl_simulators.thermal.media import ROOM, Place

DIVISION: Final = 0.1  # °C
PARALLAX: Final = 0.05  # divisions, standard deviation of one look
STICKING: Final = 0.1  # divisions by which a falling column hangs behind
DEPRESSION: Final = 0.02  # K by which the zero lies lower once it was heated
KNEE: Final = 50.0  # °C above which the glass remembers
EMERGENT: Final = 1.6e-4  # apparent expansion of mercury in glass, 1/K


class LiquidInGlass(ReadByEye, maker="Sensor", model="liquid-in-glass"):
    """A mercury thermometer for total immersion, divided into tenths of a degree, read to a tenth of a division."""

    units = {"temperature": "°C"}  # noqa: RUF012  (declared for every subclass of ReadByEye)
    decimals = {"temperature": 2}  # noqa: RUF012  (likewise)

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand in its case, with its hidden error drawn."""
        super().__init__(world, placed)
        self.division = self.figure("division", DIVISION)
        self.body = Body(
            time_constant=self.figure("time constant", 15.0), stem=8.0, place=Place(depth=self.figure("depth", 300.0))
        )
        self.column = ROOM
        self.hottest = ROOM
        self.broken = False
        self.hidden = Knotted(self._hidden_error())
        self.sees["temperature"] = lambda: self.column
        world.physical.append(self.body)
        world.physical.append(_Column(self))

    def _hidden_error(self) -> Callable[[float], float]:
        lines = self.placed.unit.specification if self.placed.unit is not None else ()
        of_type = [each for each in lines if each.quantity == "temperature"]
        error = of_standard(self.world, self.placed.asset, "temperature", "°C")
        if self.placed.unit is None and not isinstance(error, Errorless):
            return error.at
        figure = of_type[-1].figure if of_type else ""

        def drawn(t: float) -> float:
            half = half_width(figure, t, t, "°C") if figure else 2.0 * self.division
            slow = round(t / 20.0)  # a bore is uneven over some centimetres
            return self.world.drawn(0.5 * half, self.key, "zero") + self.world.drawn(0.3 * half, self.key, "bore", slow)

        return drawn

    def move(self) -> None:
        """Let the column follow the bulb: up at once, down only when it no longer hangs."""
        bulb = self.body.temperature
        hangs = STICKING * self.division
        self.column = within(self.column, bulb, bulb + hangs)
        self.hottest = chosen(bulb > self.hottest, bulb, self.hottest)

    def shown(self, quantity: str) -> float:
        """Return what a person reads: the column on the scale, to a tenth of a division, not quite straight on."""
        if quantity != "temperature":
            return math.nan
        error = self._error_at(self.column)
        out = max(self.figure("emergent", 0.0), 0.0)  # degrees of the column that stand out in the air
        stem = -EMERGENT * out * (self.column - ROOM)
        parallax = PARALLAX * self.division * self.world.noise(self.key, round(self.now))
        found = self.column + error + stem + parallax + (8.0 * self.division if self.broken else 0.0)
        step = self.division / 10.0
        return round(found / step) * step

    def _error_at(self, t: float) -> float:
        return self.hidden.at(t) - chosen(self.hottest > KNEE, DEPRESSION, 0.0)

    def truth(self, name: str, **at: float) -> float:
        """Return the true `temperature` of the bulb, or the `error` of its scale at a temperature, as it is now."""
        if name == "temperature":
            return self.body.temperature
        if name == "error":
            return self._error_at(at["at"])
        return super().truth(name, **at)


class _Column:
    """The column of one thermometer, which moves once a second."""

    step = 1.0

    def __init__(self, thermometer: LiquidInGlass) -> None:
        self.thermometer = thermometer

    @property
    def resting(self) -> bool:
        """Return whether bulb and column have come to rest."""
        bulb, column = self.thermometer.body, self.thermometer.column
        hangs = STICKING * self.thermometer.division
        return bulb.resting and everywhere((bulb.temperature <= column) & (column <= bulb.temperature + hangs))

    def advance(self, dt: float) -> None:  # noqa: ARG002  (a column knows no delay of its own)
        """Move."""
        self.thermometer.move()
