"""The body of a sensor: it lags behind what it stands in, and its stem leads heat to the room."""

import math
from collections import deque
from typing import Final

from attrs import define, field

from labctl.metrology.many import everywhere
from labctl.simulation.physics import FirstOrder
from labctl_simulators.thermal.media import ROOM, Fixed, Medium, Place, Warmth

STEP: Final = 1.0  # seconds
FORGOTTEN: Final = 40.0  # time constants: of what was before, less than one part in 10¹⁷ is left


@define(eq=False)
class Body:
    """A stem with a sensing element at its end.

    `stem` is the depth in millimetres after which the difference between medium and room has fallen by a factor e at
    the element; with too little depth it stands between both. What it stands in is noted step by step; the element
    follows when somebody looks, since nobody looks at most of a bench's sensors for hours.
    """

    time_constant: float = 12.0
    stem: float = 18.0
    place: Place = field(factory=Place)
    medium: Medium = field(factory=lambda: Fixed(ROOM))
    step: float = STEP
    element: FirstOrder = field(init=False)
    _ahead: deque[Warmth] = field(init=False)
    _dt: float = field(default=STEP, init=False)
    _forgot: bool = field(default=False, init=False)
    _share: tuple[float, float] = field(default=(math.nan, 1.0), init=False)

    def __attrs_post_init__(self) -> None:
        """Begin at the temperature of the room."""
        self.element = FirstOrder(time_constant=self.time_constant)
        self.element.jump(ROOM)
        self._ahead = deque(maxlen=max(math.ceil(FORGOTTEN * self.time_constant / self.step), 1))

    @property
    def temperature(self) -> float:
        """Return the temperature of the element, in °C."""
        self.follow()
        return self.element.value

    @property
    def resting(self) -> bool:
        """Return whether it has the temperature that it will keep."""
        return self.medium.still and everywhere(self.temperature == self._bound_for(self.medium.now))

    def advance(self, dt: float) -> None:
        """Let `dt` seconds pass."""
        if dt != self._dt:
            self.follow()
            self._dt = dt
        self._forgot |= len(self._ahead) == self._ahead.maxlen
        self._ahead.append(self.medium.now)

    def put(self, medium: Medium) -> None:
        """Stand in another medium from now on."""
        self.medium = medium

    def stand(self, place: Place) -> None:
        """Stand at another place from now on."""
        self.follow()
        self.place = place

    def follow(self) -> None:
        """Let the element come to where it is by now."""
        if self._forgot:
            self.element.value = self._bound_for(self._ahead[0])
            self._forgot = False
        while self._ahead:
            self.element.end = self._bound_for(self._ahead.popleft())
            self.element.advance(self._dt)

    def _bound_for(self, warmth: Warmth) -> float:
        depth = warmth.immersion(self.place)
        if depth != self._share[0]:
            self._share = (depth, -math.expm1(-max(depth, 0.0) / self.stem))
        return ROOM + (warmth.at(self.place) - ROOM) * self._share[1]
