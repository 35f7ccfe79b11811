"""The body of a sensor: it lags behind what it stands in, and its stem leads heat to the room."""

import math

from attrs import define, field

from labctl.metrology.many import everywhere
from labctl.simulation.physics import FirstOrder
from labctl_simulators.thermal.media import ROOM, Fixed, Medium, Place

STEP = 1.0  # seconds


@define(eq=False)
class Body:
    """A stem with a sensing element at its end.

    `stem` is the depth in millimetres after which the difference between medium and room has fallen by a factor e at
    the element; with too little depth it stands between both.
    """

    time_constant: float = 12.0
    stem: float = 18.0
    place: Place = field(factory=Place)
    medium: Medium = field(factory=lambda: Fixed(ROOM))
    step: float = STEP
    element: FirstOrder = field(init=False)
    _share: tuple[float, float] = field(default=(math.nan, 1.0), init=False)

    def __attrs_post_init__(self) -> None:
        """Begin at the temperature of the room."""
        self.element = FirstOrder(time_constant=self.time_constant)
        self.element.jump(ROOM)

    @property
    def temperature(self) -> float:
        """Return the temperature of the element, in °C."""
        return self.element.value

    @property
    def resting(self) -> bool:
        """Return whether it has the temperature that it will keep."""
        return self.medium.still and everywhere(self.element.value == self._bound_for())

    def advance(self, dt: float) -> None:
        """Let `dt` seconds pass."""
        self.element.end = self._bound_for()
        self.element.advance(dt)

    def put(self, medium: Medium) -> None:
        """Stand in another medium from now on."""
        self.medium = medium

    def _bound_for(self) -> float:
        depth = self.medium.immersion(self.place)
        if depth != self._share[0]:
            self._share = (depth, -math.expm1(-max(depth, 0.0) / self.stem))
        return ROOM + (self.medium.at(self.place) - ROOM) * self._share[1]
