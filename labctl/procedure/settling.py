"""When an indication counts as steady: a pure judge of readings, fed by whoever takes them."""

import math
from collections.abc import Mapping
from typing import Final

from attrs import define, field, frozen

from labctl.errors import MetrologyError, NotSettled, ProcedureError
from labctl.language import Text
from labctl.metrology.figure import Figure, Value
from labctl.metrology.many import everywhere, for_each, greatest, least
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import Unit, parse_unit
from labctl.procedure.kinds import keep_kinds

_SECOND: Final = parse_unit("s")
_USUAL_READINGS: Final = 30  # of a window that is a time
_FEWEST: Final = 2  # readings without which nothing can be called steady


def _figure(text: str | Figure | None) -> Figure | None:
    return text if text is None or isinstance(text, Figure) else Figure(text)


def _needed(text: str | Figure) -> Figure:
    return Figure(text) if isinstance(text, str) else text


@frozen(kw_only=True)
class Steady:
    """A settling criterion: the latest readings lie together, and time may not run out.

    Args:
        readings: the window, as a number of readings.
        during: the window, as a time; one of the two is given, or both.
        every: from the beginning of one reading to that of the next; a thirtieth of `during` unless told, and as fast
            as the instrument gives them where the window is a number of readings.
        within: the greatest span of the window; a pure number such as `1 %` is of the window's mean.
        slope: the greatest slope over the window, by size, `0.1 K / min`.
        near: the greatest distance of the latest reading from the point's nominal value.
        timeout: when to give up.
    """

    readings: int = 0
    during: Figure | None = field(default=None, converter=_figure)
    every: Figure | None = field(default=None, converter=_figure)
    within: Figure | None = field(default=None, converter=_figure)
    slope: Figure | None = field(default=None, converter=_figure)
    near: Figure | None = field(default=None, converter=_figure)
    timeout: Figure = field(converter=_needed)

    def __attrs_post_init__(self) -> None:
        """Refuse a criterion without a window or without a limit. Raises ProcedureError."""
        keep_kinds(self)
        if self.readings < _FEWEST and self.during is None:
            raise self.refused(
                Text("has no window", zh="没有判定窗口"),
                Text("Give readings= (2 or more) or during=", zh="请给出 readings=（不少于 2）或 during="),
            )
        if self.within is None and self.slope is None:
            raise self.refused(
                Text("has no limit", zh="没有判定限"), Text("Give within= or slope=", zh="请给出 within= 或 slope=")
            )

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Return every figure of the criterion."""
        every = (self.during, self.every, self.within, self.slope, self.near, self.timeout)
        return tuple(each for each in every if each)

    def begin(self, names: Mapping[str, Value]) -> "Settling":
        """Return a judge at a point, whose columns the figures may use.

        Raises:
            ProcedureError: a figure uses what the point does not have.
        """
        return Settling(
            steady=self,
            window=self._seconds(self.during, names) if self.during else 0.0,
            timeout=self._seconds(self.timeout, names),
            every=self._seconds(self.every, names) if self.every else self._usual_interval(names),
            within=self._limit(self.within, names),
            slope=self._limit(self.slope, names),
            near=self._limit(self.near, names),
            nominal=nominal if isinstance(nominal := names.get("nominal"), Quantity) else None,
        )

    def __str__(self) -> str:
        """Return the criterion in one line, as the journal keeps it."""
        parts = [
            f"{self.readings} readings" if self.readings else "",
            f"during {self.during}" if self.during else "",
            f"every {self.every}" if self.every else "",
            f"within {self.within}" if self.within else "",
            f"slope {self.slope}" if self.slope else "",
            f"near {self.near}" if self.near else "",
            f"timeout {self.timeout}",
        ]
        return ", ".join(each for each in parts if each)

    def _usual_interval(self, names: Mapping[str, Value]) -> float:
        return self._seconds(self.during, names) / _USUAL_READINGS if self.during and not self.readings else 0.0

    def _seconds(self, figure: Figure, names: Mapping[str, Value]) -> float:
        found = self._limit(figure, names)
        try:
            return found.value_in("s") if found is not None else 0.0
        except MetrologyError as error:
            raise self.refused(error.text(), _WRITE_TIME) from error

    def _limit(self, figure: Figure | None, names: Mapping[str, Value]) -> Quantity | None:
        try:
            return figure.quantity(names) if figure is not None else None
        except MetrologyError as error:
            raise self.refused(error.text(), _USE_COLUMNS) from error

    def refused(self, problem: Text, remedy: Text) -> ProcedureError:
        """Return the error for a mistake in the criterion."""
        return ProcedureError(
            where=f"Steady({self})" if hasattr(self, "timeout") else "Steady", problem=problem, remedy=remedy
        )


@define(kw_only=True)
class Settling:
    """Judges readings one by one; times are seconds of any one clock."""

    steady: Steady
    window: float
    timeout: float
    every: float
    within: Quantity | None
    slope: Quantity | None
    near: Quantity | None
    nominal: Quantity | None
    _taken: list[tuple[float, Quantity]] = field(factory=list[tuple[float, Quantity]], init=False)
    readings: int = field(default=0, init=False)
    met: bool = field(default=False, init=False)

    def take(self, at: float, shown: Quantity) -> bool:
        """Take a reading and return whether the indication is steady now, of units in step whether each one's is.

        Raises:
            ProcedureError: a figure of the criterion is of another kind than what is read.
            UnitMismatch: it is of another kind than those before.
        """
        if not self.readings:
            self._refuse_other_kinds(shown)
        self.readings += 1
        self._taken.append((at, shown))
        self._forget(at)
        self.met = self._full(at) and self._together() & self._level() & self._close(shown)
        return self.met

    def refuse_impossible(self) -> None:
        """Refuse limits that nothing keeps, and points on a scale. Raises ProcedureError."""
        for name, limit in (("within", self.within), ("near", self.near), ("slope", self.slope)):
            if limit is not None and limit.unit.is_scale:
                raise self._refused(_ON_SCALE.filled(name=name, limit=limit), _DIFFERENCE)
            if limit is not None and not limit.value > 0:
                raise self._refused(_NEVER.filled(name=name, limit=limit), _POSITIVE)

    @property
    def span(self) -> Quantity | None:
        """Return the span of the present window; None before the first reading."""
        if not self._taken:
            return None
        unit = self._taken[0][1].unit
        values = [shown.value_in(unit) for _, shown in self._taken]
        span, size = greatest(values) - least(values), greatest(abs(each) for each in values)
        return Quantity(for_each(_tidied, span, size), unit.difference)

    def overdue(self, waited: float) -> bool:
        """Return whether the time that passed since the beginning, in seconds, is more than the time-out."""
        return waited >= self.timeout

    def failure(self, where: str, waited: float) -> NotSettled:
        """Return the error for a settling that ran out of time."""
        limit = self.within if self.within is not None else self.slope
        known = {"waited": f"{waited:.0f}", "count": len(self._taken), "span": self.span or "—", "limit": limit}
        problem = _UNSTEADY.filled(**known)
        if self._taken and everywhere(self._together() & self._level()):  # it does not move, so it is elsewhere
            at, shown = self._taken[-1]
            problem = _TOO_FEW.filled(**known)
            if self._full(at):
                problem = _ELSEWHERE.filled(**known, shown=shown, near=self.near, nominal=self.nominal)
        return NotSettled(where=where, problem=problem, remedy=_LOOK)

    def _refuse_other_kinds(self, shown: Quantity) -> None:
        """Refuse figures that say nothing of what is read, before anybody waits for them."""
        kind = shown.unit.dimension
        over_time = Quantity(1.0, shown.unit.difference) / Quantity(1.0, _SECOND)
        shares = {"within": self.within, "near": self.near}
        wrong = {
            name: each
            for name, each in shares.items()
            if each is not None and not each.unit.is_number and each.unit.dimension != kind
        }
        if self.slope is not None and self.slope.unit.dimension != over_time.unit.dimension:
            wrong["slope"] = self.slope
        if self.near is not None and self.nominal is not None and self.nominal.unit.dimension != kind:
            raise self._refused(_NOT_NOMINAL.filled(nominal=self.nominal, unit=shown.unit.symbol), _TRACE)
        for name, each in wrong.items():
            raise self._refused(_OTHER_KIND.filled(name=name, figure=each, unit=shown.unit.symbol), _TRACE)

    def _refused(self, problem: Text, remedy: Text) -> ProcedureError:
        return ProcedureError(where=f"Steady({self.steady})", problem=problem, remedy=remedy)

    def _forget(self, now: float) -> None:
        """Drop what lies before the window: one reading at or before its beginning is kept."""
        while len(self._taken) > max(self.steady.readings, 1) and self._old(now):
            self._taken.pop(0)

    def _old(self, now: float) -> bool:
        return not self.window or self._taken[1][0] <= now - self.window

    def _full(self, now: float) -> bool:
        enough = len(self._taken) >= max(self.steady.readings, _FEWEST)
        return enough and (not self.window or now - self._taken[0][0] >= self.window)

    def _together(self) -> bool:
        if self.within is None or (span := self.span) is None:
            return True
        if self.within.unit.is_number and not span.unit.is_number:
            return span.si <= self.within.si * abs(self._mean(span.unit))
        return span <= self.within

    def _mean(self, unit: Unit) -> float:
        return sum(shown.value_in(unit) for _, shown in self._taken) / len(self._taken) * float(unit.factor)

    def _level(self) -> bool:
        if self.slope is None:
            return True
        start, first = self._taken[0]
        times = [at - start for at, _ in self._taken]
        rises = [(shown - first).si for _, shown in self._taken]
        middle = sum(times) / len(times)
        spread = sum((at - middle) ** 2 for at in times)
        rate = sum((at - middle) * rise for at, rise in zip(times, rises, strict=True)) / spread if spread else 0.0
        return abs(rate) <= self.slope.si

    def _close(self, shown: Quantity) -> bool:
        if self.near is None or self.nominal is None:
            return True
        distance = shown - self.nominal
        near = self.near * abs(self.nominal) if self.near.unit.is_number and not distance.unit.is_number else self.near
        return abs(distance) <= near


def _tidied(span: float, size: float) -> float:
    """Return a span without the binary noise of the readings."""
    return round(span, 13 - math.floor(math.log10(size)) if size else 0)


_WRITE_TIME: Final = Text('Write a time, as in timeout="60 s"', zh='请写成时间，如 timeout="60 s"')
_USE_COLUMNS: Final = Text(
    "Use columns of the points, or a quantity; mpe is there when order, points or unit type give it",
    zh="请使用校准点表的列或一个量；仅当委托、校准点表或型号给出时才有 mpe",
)
_OTHER_KIND: Final = Text(
    "{name} is {figure}, and what is read is in {unit}", zh="{name} 为 {figure}，而读数单位为 {unit}"
)
_NOT_NOMINAL: Final = Text(
    "near is near the nominal value {nominal}, and what is read is in {unit}",
    zh="near 是相对于标称值 {nominal} 的，而读数单位为 {unit}",
)
_TRACE: Final = Text(
    "Settle on a method that shows that kind, or give figures of the kind that it shows",
    zh="请改用显示该类量的方法，或给出与读数同类的数值",
)
_UNSTEADY: Final = Text(
    "not steady after {waited} s: the last {count} readings span {span}, {limit} is allowed",
    zh="{waited} 秒后示值仍未稳定：最近 {count} 个读数极差 {span}，允许 {limit}",
)
_ELSEWHERE: Final = Text(
    "steady, but not near {nominal} after {waited} s: it shows {shown}, {near} is allowed",
    zh="{waited} 秒后虽已稳定，但不接近 {nominal}：示值为 {shown}，允许相差 {near}",
)
_TOO_FEW: Final = Text(
    "the window was not full after {waited} s, with {count} readings that span {span}",
    zh="{waited} 秒后判定窗口仍未满：{count} 个读数，极差 {span}",
)
_ON_SCALE: Final = Text("{name} is {limit}, a point on a scale", zh="{name} 为 {limit}，是温标上的点")
_DIFFERENCE: Final = Text(
    "Give a difference in the unit of the readings, of temperatures in K, or a share such as 1 %",
    zh="请以示值的单位给出差值（温度用 K），或给出比例，如 1 %",
)
_NEVER: Final = Text("{name} is {limit}: nothing keeps that", zh="{name} 为 {limit}：任何示值都不能满足")
_POSITIVE: Final = Text("Give a positive limit", zh="请给出正的限值")
_LOOK: Final = Text("Look at the connections and the source, then retry the point", zh="请检查接线和源，然后重测该点")
