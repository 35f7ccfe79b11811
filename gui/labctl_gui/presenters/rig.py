"""A flow rig as a run shows it: where the stream goes, what the tank holds, how far a filling has come."""

from datetime import datetime

from attrs import define, field

from labctl.events.kinds import CommandIntended, IndicationTaken, Purpose, SettingMade
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import parse_unit

BYPASS, TANK, DRAIN = "bypass", "tank", "drain"
_WORDS = {
    BYPASS: Text("into the bypass", zh="流向旁通"),
    TANK: Text("into the tank", zh="流入称重水箱"),
    DRAIN: Text("tank is drained", zh="水箱排水中"),
}
_TO = {"open_line": BYPASS, "fill_for": TANK, "drain": DRAIN}
_KILOGRAM, _FLOW = parse_unit("kg"), parse_unit("L/min")
_LITRES_TO_KG = 1.0  # of water, for a level that is not weighed yet
_MINUTE = 60.0


@define
class Rig:
    """Folds what a diverter was told and what balance and meters showed."""

    stream: str = BYPASS
    flow: Quantity | None = None
    mass: float | None = None  # kg, as the balance showed it last
    filling: float = 0.0  # seconds that the present or last filling is to take
    began: datetime | None = None  # the present filling
    now: datetime | None = None
    start: float = 0.0  # kg in the tank when the filling began
    weighed: bool = True  # the balance has shown what is in the tank
    capacity: float = 1.0  # kg that the drawn tank holds when full
    history: list[tuple[datetime, float, bool]] = field(factory=list[tuple[datetime, float, bool]])
    """Mass in the tank over the point: instant, kg, and whether the balance showed it."""

    def begin_point(self) -> None:
        """Forget the curve of the point before."""
        self.history.clear()

    def told(self, event: CommandIntended) -> None:
        """Take in what the diverter is about to do."""
        self.now = event.at
        stream = _TO.get(event.method)
        if stream is None or (stream == self.stream and stream != TANK):
            return
        self.stream = stream
        duration = next((each for each in event.arguments if isinstance(each, Quantity)), None)
        if stream == TANK and duration is not None:
            if self.began is None:
                self.start = self.mass or 0.0
                self.history.append((event.at, self.start, False))
            self.began, self.filling = event.at, duration.value_in("s")
        if stream == DRAIN:
            self.began = None

    def done(self, event: SettingMade) -> None:
        """Take in that the diverter has done it."""
        self.now = event.at
        match event.method:
            case "fill_for":
                self._note(event.at)
                self.weighed = False
                self.mass = self.start = self.level
                self.began, self.stream = None, BYPASS
            case "drain":
                self.mass, self.stream, self.weighed = 0.0, BYPASS, True
                self.history.append((event.at, 0.0, False))
            case "open_line":
                self.stream = BYPASS
            case _:
                pass

    def saw(self, event: IndicationTaken) -> None:
        """Take in what an instrument showed."""
        self.now = event.taken_at
        quantity = event.quantity
        if quantity.unit.dimension == _KILOGRAM.dimension:
            self.mass, self.weighed = quantity.value_in(_KILOGRAM), True
            self.capacity = max(self.capacity, 1.25 * self.mass)
            self.history.append((event.taken_at, self.mass, True))
        elif quantity.unit.dimension == _FLOW.dimension and event.place.purpose is not Purpose.CONDITION:
            self.flow = quantity
        if self.began is not None:
            self._note(event.taken_at)

    def _note(self, at: datetime) -> None:
        self.capacity = max(self.capacity, 1.25 * self.level)
        self.history.append((at, self.level, False))

    @property
    def level(self) -> float:
        """Return the kilograms in the tank: weighed, or what flow and time tell while it fills."""
        if self.began is None or self.now is None:
            return self.mass or 0.0
        return self.start + self._rate * self.seconds

    @property
    def expected(self) -> float:
        """Return the kilograms that the tank will hold when the filling is over."""
        return self.start + self._rate * self.filling if self.began is not None else self.mass or 0.0

    @property
    def seconds(self) -> float:
        """Return for how long the present filling has gone on."""
        if self.began is None or self.now is None:
            return 0.0
        return min((self.now - self.began).total_seconds(), self.filling)

    @property
    def is_estimated(self) -> bool:
        """Return whether the level is calculated from flow and time, not weighed."""
        return self.began is not None or not self.weighed

    @property
    def words(self) -> Text:
        """Return where the stream goes."""
        return _WORDS[self.stream]

    @property
    def _rate(self) -> float:
        return self.flow.value_in(_FLOW) / _MINUTE * _LITRES_TO_KG if self.flow is not None else 0.0
