"""What a live view of a run needs besides its events: the criteria by which indications settle, and what the rig is."""

import math
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from enum import Enum

from attrs import define, field, frozen

from labctl.errors import LabctlError
from labctl.events.kinds import PlannedPoint
from labctl.instruments.capabilities import ControlsTemperature, DivertsFlow, GeneratesAerosol
from labctl.metrology.quantity import Quantity
from labctl.procedure.body import methods_of
from labctl.procedure.forecast import rehearsed
from labctl.procedure.procedure import Procedure
from labctl.procedure.settling import Settling, Steady


class View(Enum):
    """What a person watches in a run, apart from readings."""

    READINGS = "readings"
    BATH = "bath"  # something is brought to a temperature and becomes steady
    TANK = "tank"  # a diverter fills a tank
    CHAMBER = "chamber"  # an aerosol is generated in a chamber


@define
class Watch:
    """One settling as it goes on: takes each reading, and tells how far the criterion is met.

    Args:
        judge: the same judge that the engine has.
    """

    judge: Settling
    _began: datetime | None = field(default=None, init=False)
    _taken: list[tuple[float, Quantity]] = field(factory=list[tuple[float, Quantity]], init=False)

    def take(self, at: datetime, shown: Quantity) -> None:
        """Take one reading."""
        self._began = self._began or at
        self._taken.append(((at - self._began).total_seconds(), shown))
        with suppress(LabctlError):  # the engine refuses it, with its reason
            self.judge.take(self._taken[-1][0], shown)

    @property
    def met(self) -> bool:
        """Return whether the indication is steady by the criterion."""
        return self.judge.met

    @property
    def span(self) -> Quantity | None:
        """Return how far the readings of the window lie apart."""
        return self.judge.span

    @property
    def middle(self) -> float:
        """Return the latest reading, which a span that is allowed as a part is taken of."""
        return self._taken[-1][1].value if self._taken else 0.0

    @property
    def within(self) -> Quantity | None:
        """Return how far they may."""
        return self.judge.within

    @property
    def near(self) -> Quantity | None:
        """Return how far from the nominal value the latest reading may lie."""
        return self.judge.near

    @property
    def slope(self) -> Quantity | None:
        """Return how fast the indication may change."""
        return self.judge.slope

    @property
    def window(self) -> float:
        """Return for how many seconds it has to be steady; 0 where a number of readings is asked for."""
        return self.judge.window

    @property
    def wanted(self) -> int:
        """Return how many readings have to lie together; 0 where a time is asked for."""
        return self.judge.steady.readings

    @property
    def readings(self) -> int:
        """Return how many were taken."""
        return self.judge.readings

    @property
    def waited(self) -> float:
        """Return the seconds since the first reading."""
        return self._taken[-1][0] if self._taken else 0.0

    @property
    def together(self) -> tuple[int, float]:
        """Return how many of the latest readings lie together, and over how many seconds."""
        first = len(self._taken)
        low = high = self._taken[-1][1].value if self._taken else 0.0
        for number in range(len(self._taken) - 1, -1, -1):
            value = self._taken[number][1].value
            low, high = min(low, value), max(high, value)
            if high - low > self._allowed((low + high) / 2):
                break
            first = number
        count = len(self._taken) - first
        return count, self._taken[-1][0] - self._taken[first][0] if count else 0.0

    def _allowed(self, middle: float) -> float:
        """Return the span that readings may have, in the unit that they were read in."""
        if self.within is None:
            return math.inf
        unit = self._taken[-1][1].unit
        if self.within.unit.is_number and not unit.is_number:
            return self.within.si * abs(middle)
        return self.within.si / float(unit.factor)

    @property
    def left(self) -> float:
        """Return the seconds until the engine gives up."""
        return max(self.judge.timeout - self.waited, 0.0)


@frozen(kw_only=True, eq=False)
class Watching:
    """What the live view of one method needs."""

    procedure: Procedure

    @property
    def view(self) -> View:
        """Return what a person watches, by what the method asks of its roles."""
        wanted = {name for each in self.procedure.abilities.values() for one in each for name in methods_of(one)}
        for view, ability in _VIEWS.items():
            if methods_of(ability) <= wanted:
                return view
        return View.READINGS

    def judged(self, section: str) -> tuple[str, ...]:
        """Return the symbols of a section's results that the method holds against limits."""
        return tuple(each.symbol for each in self.procedure.requirements if each.of == section)

    def begin(self, section: str, columns: Mapping[str, Quantity | str | float], symbol: str) -> Watch | None:
        """Return a settling that begins at a point; None where the method settles no such trace there."""
        steady = self._criteria(section, dict(columns)).get(symbol)
        if steady is None:
            return None
        with suppress(LabctlError):
            return Watch(steady.begin(dict(columns)))
        return None

    def _criteria(self, section: str, columns: dict[str, Quantity | str | float]) -> dict[str, Steady]:
        with suppress(LabctlError):
            asked = rehearsed(self.procedure.find(section), PlannedPoint(key="", columns=columns))
            return {symbol: steady for each in asked.every for symbol, steady in each.settles.items()}
        return {}


_VIEWS = {
    View.TANK: DivertsFlow,
    View.CHAMBER: GeneratesAerosol,
    View.BATH: ControlsTemperature,
}
