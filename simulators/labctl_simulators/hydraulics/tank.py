"""A tank on a balance: what runs into it, what runs out, what is left, and what air and evaporation make of it."""

from collections.abc import Callable

from attrs import define, field, frozen

from labctl.metrology.many import at_once, greatest, least
from labctl.metrology.physics.buoyancy import buoyancy_factor


@frozen(kw_only=True)
class Filled:
    """What one filling truly was: the mass and the volume that the diverter sent into the tank, and for how long."""

    mass: float  # kg
    volume: float  # m³, at the meter
    lasted: float  # seconds


@define(eq=False, kw_only=True)
class Tank:
    """The mass of water in a tank, at any instant from the last change on.

    Attributes:
        stream: the mass that has passed the meter at an instant since the world began, in kg.
        residue: what stays on its walls when it is drained, by the number of the draining, in kg.
        drains: kg/s through the open drain valve.
        splash: kg of every filling that do not stay in the tank.
        left: kg that are in it when the world begins.
        loses: kg/s, by evaporation or a leak.
        gains: share of the stream that reaches the tank through a diverter that does not close.
    """

    stream: Callable[[float], float]
    residue: Callable[[int], float]
    drains: float
    splash: float = 0.0
    left: float = 0.0
    loses: float = 0.0
    gains: float = 0.0
    filling: bool = field(default=False, init=False)
    draining: bool = field(default=False, init=False)
    collected: float = field(default=0.0, init=False)  # kg, in the last filling
    _mass: float = field(default=0.0, init=False)
    _since: float = field(default=0.0, init=False)
    _passed: float = field(default=0.0, init=False)
    _drained: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        """Begin as it was left the day before."""
        self._mass = self.left

    def mass(self, instant: float) -> float:
        """Return the mass of the water in it, in kg."""
        passed = self.stream(instant) - self._passed if self.filling or self.gains else 0.0
        lasted = instant - self._since
        mass = self._mass + passed * (1.0 if self.filling else self.gains) - self.loses * lasted
        if self.draining:
            mass = greatest((mass - self.drains * lasted, least((self.residue(self._drained), mass))))
        return greatest((mass, 0.0))

    def change(self, instant: float, *, filling: bool, draining: bool) -> None:
        """Let something be otherwise from an instant on."""
        mass, passed = self.mass(instant), self.stream(instant)
        if filling and not self.filling:
            self.collected = -passed
        elif self.filling and not filling:
            self.collected += passed
            mass -= least((self.splash, mass))
        if draining and not self.draining:
            self._drained += 1
        self.filling, self.draining = filling, draining
        self._mass, self._since, self._passed = mass, instant, passed


def presses(mass: float, density: float, air: float) -> float:
    """Return what a mass of water presses on a balance like, as weights of 8000 kg/m³ would, all densities in kg/m³.

    >>> round(presses(1001.05, 998.2, 1.2), 2)
    1000.0
    """
    return mass / at_once(buoyancy_factor, air, density)
