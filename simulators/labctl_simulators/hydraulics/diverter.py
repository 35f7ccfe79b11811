"""A diverter: it takes its time, and not the same stream passes on its way to the tank as on its way back."""

from collections.abc import Callable
from typing import Final

from attrs import define, field

from labctl.metrology.many import latest
from labctl.simulation.world import World

DELAY: Final = 0.05  # seconds from a command to the first movement
TIMER: Final = 0.0003  # seconds rms, by which the passages of the middle scatter; the timer sees it


@define(eq=False, kw_only=True)
class Diverter:
    """Brings the stream into the tank or past it.

    A timer is started and stopped where it passes its middle. What the tank gets corresponds to a longer time, by
    `asymmetry` and a scatter of `spread` seconds: m = q (t + Δt).

    Diverters in step pass at instants of their own; who is told of it hears when the last one has passed, and when
    each did.
    """

    world: World
    key: str
    travel: float
    asymmetry: float
    spread: float
    tank: bool = field(default=False, init=False)  # where it was told to be
    stream: bool = field(default=False, init=False)  # whether the tank gets the stream
    _arrives: float = field(default=-1.0, init=False)
    _back: float = field(default=0.0, init=False)  # the instant at which a timed filling ends
    _run: int = field(default=0, init=False)

    def to(self, *, tank: bool, moved: Callable[[float], None]) -> None:
        """Go to the tank or the bypass at once, and forget what was timed."""
        self._run += 1
        if tank != self.tank or tank != self.stream:
            self.tank, self.stream = tank, tank
            self._arrives = self.world.present + DELAY + self.travel
            moved(self.world.present)
        self._back = self.world.present

    def begin(
        self,
        filling: int,
        duration: float,
        moved: Callable[[float], None],
        *,
        started: Callable[[float], None],
        stopped: Callable[[float, float], None],
    ) -> None:
        """Go to the tank, and back when the time has passed.

        Args:
            filling: its number, by which it scatters.
            duration: seconds from one passage of the middle to the other.
            moved: is told whenever the stream is another one, and since when.
            started: is told the instant of the first passage of the middle.
            stopped: is told that of the second one, and the seconds between both.
        """
        self._run += 1
        run = self._run
        world, half = self.world, DELAY + self.travel / 2
        scatter = [world.noise(f"{self.key} diverter {each}", filling) for each in ("there", "back", "stream")]
        first = world.present + half + TIMER * scatter[0]
        second = first + duration + TIMER * scatter[1]
        longer = self.asymmetry + self.spread * scatter[2]
        self.tank = True
        self._arrives = latest(first) + self.travel / 2
        self._back = latest(second) + self.travel / 2

        def on(instant: float, action: Callable[[float], None]) -> None:
            world.at(latest(instant), lambda: action(instant) if run == self._run else None)

        def there(instant: float) -> None:
            self.stream = True
            moved(instant)
            started(instant)

        def turn(_: float) -> None:
            self.tank, self._arrives = False, self._back

        def away(instant: float) -> None:
            self.stream = False
            moved(instant)

        on(first, there)
        on(second - half, turn)
        on(second, lambda instant: stopped(instant, second - first))
        on(second + longer, away)

    def is_at(self, *, tank: bool) -> bool:
        """Return whether a limit switch says that it has arrived at the tank, or at the bypass."""
        return self.tank == tank and self.world.present >= self._arrives

    def remaining(self) -> float:
        """Return the seconds until a timed filling is over."""
        return max(self._back - self.world.present, 0.0)
