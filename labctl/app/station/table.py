"""A table of a station file: gives checked values, and gathers every mistake with its line and remedy."""

from collections.abc import Mapping
from datetime import date, datetime
from difflib import get_close_matches
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar, cast

from attrs import define, field

from labctl.app.station.places import Place
from labctl.errors import LabctlError, MetrologyError, StationError, StationMistakes
from labctl.language import Text
from labctl.metrology.figure import Figure, Interval, parse_interval
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.metrology.units import ONE, Unit

E = TypeVar("E", bound=Enum)

NOWHERE = date(1, 1, 1)  # stands for a date that is missing; the file is refused anyway

MISSING = Text("is missing", zh="缺失")
UNKNOWN = Text("is not known here", zh="不是此处可用的字段")
WRITE = Text("Write it like: {example}", zh="写法示例：{example}")


@define(kw_only=True)
class Mistakes:
    """Every mistake of one file."""

    file: Path
    lines: Mapping[Place, int]
    found: list[StationError] = field(factory=list[StationError])

    def add(self, place: Place, problem: Text, remedy: Text, kind: type[StationError] = StationError) -> None:
        """Note a mistake at a place, which may lack a line of its own."""
        self.found.append(
            kind(file=self.file.name, line=self.line(place), where=spelled(place), problem=problem, remedy=remedy)
        )

    def line(self, place: Place) -> int:
        """Return the line of a place, or of the nearest table around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def refuse(self) -> None:
        """Raise the mistakes, in the order of their lines, if there are any. Raises StationError."""
        ordered = sorted(self.found, key=lambda each: each.line)
        if len(ordered) == 1:
            raise ordered[0]
        if ordered:
            facts = {**ordered[0].facts(), "mistakes": tuple(ordered)}
            raise StationMistakes(**cast("dict[str, Any]", facts))


def spelled(place: Place) -> str:
    """Return a place as a person reads it; elements of arrays are counted from 1."""
    words = ""
    for each in place:
        if isinstance(each, int):
            words += f"[{each + 1}]"
        else:
            words += ("." if words else "") + (each if each.replace("_", "").isalnum() else f'"{each}"')
    return words or "—"


@define(kw_only=True)
class Table:
    """One table, read key by key; `close` complains of keys that nobody read."""

    content: dict[str, Any]
    place: Place
    mistakes: Mistakes
    _read: set[str] = field(factory=set[str])

    # --- plain values ------------------------------------------------------------------------------------------------

    def text(self, key: str, example: str, *, default: str | None = None) -> str:
        """Return a text; without default it has to be there."""
        return self._typed(key, str, f'{key} = "{example}"', default, "")

    def words(self, key: str, *, default: Text | None = None) -> Text:
        """Return words in both languages; a plain text stands for both."""
        example = f'{key} = {{ en = "…", zh = "…" }}'
        value = self._value(key)
        if isinstance(value, str):
            return Text(value, zh=value)
        if isinstance(value, dict):
            table = self.table(key)
            words = Text(table.text("en", "…"), zh=table.text("zh", "…", default=""))
            table.close()
            return words
        if value is not None or default is None:
            self._refuse(key, value, example)
        return default or Text("")

    def day(self, key: str, *, optional: bool = False) -> date | None:
        """Return a date."""
        value = self._value(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if value is not None or not optional:
            self._refuse(key, value, f"{key} = 2026-01-31")
        return None if optional else NOWHERE

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        return self._typed(key, bool, f"{key} = true", default, default)

    def whole(self, key: str, *, default: int) -> int:
        """Return a whole number."""
        return self._typed(key, int, f"{key} = {default}", default, default)

    def positive(self, key: str, *, default: float) -> float:
        """Return a number above zero."""
        value = self._value(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
            self._refuse(key, value, f"{key} = {default:g}")
            return default
        return float(value)

    def choice(self, key: str, kind: type[E], default: E) -> E:
        """Return one of the values of an enumeration."""
        known = {str(each.value): each for each in kind}
        return known.get(self.one_of(key, tuple(known), str(default.value)), default)

    def one_of(self, key: str, known: tuple[str, ...], default: str) -> str:
        """Return one of a few words."""
        value = self.text(key, default, default=default)
        if value not in known:
            self.refuse(
                key,
                Text("is {value!r}", zh="为 {value!r}").filled(value=value),
                Text("Choose one of: {known}", zh="可选：{known}").filled(known=", ".join(known)),
            )
            return default
        return value

    def numbers(self) -> dict[str, float]:
        """Return every number of a table that holds nothing else."""
        found: dict[str, float] = {}
        for key, value in self.content.items():
            self._read.add(key)
            if isinstance(value, bool) or not isinstance(value, int | float):
                self._refuse(key, value, f"{key} = 0.5")
            else:
                found[key] = float(value)
        return found

    # --- measures ----------------------------------------------------------------------------------------------------

    def quantity(self, key: str, example: str, *, like: Unit | None = None) -> Quantity:
        """Return a value with its unit, of the dimension of `like` where that is given."""
        text = self.text(key, example)
        try:
            value = parse_quantity(text) if text else Quantity(1.0, like or ONE)
        except MetrologyError as error:
            self.refuse(key, error.text(), WRITE.filled(example=f'{key} = "{example}"'))
            return Quantity(1.0, like or ONE)
        if text and like is not None and not self._alike(key, value.unit, like):
            return Quantity(1.0, like)
        return value

    def figure(self, key: str, example: str, *, at: Quantity | None = None) -> str:
        """Return the text of a figure that can be evaluated.

        Args:
            key: of the field.
            example: shown in the remedy.
            at: nominal value and range to try the figure at; its dimension is that of the result. Without it a
                figure with names is only read, since its columns are the procedure's.
        """
        text = self.text(key, example)
        if text:
            try:
                self._try(key, Figure(text), at)
            except LabctlError as error:
                self.refuse(key, error.text(), WRITE.filled(example=f'{key} = "{example}"'))
        return text

    def interval(self, key: str, example: str) -> Interval:
        """Return an interval with both ends."""
        text = self.text(key, example)
        try:
            interval = parse_interval(text) if text else Interval(None, None)
        except MetrologyError as error:
            self.refuse(key, error.text(), WRITE.filled(example=f'{key} = "{example}"'))
            return Interval(None, None)
        if text and (interval.low is None or interval.high is None):
            self.refuse(key, Text("is open at one end", zh="缺少一端"), WRITE.filled(example=f'{key} = "{example}"'))
        return interval

    def _try(self, key: str, figure: Figure, at: Quantity | None) -> None:
        if at is None:
            if not figure.names:
                figure.quantity()
            return
        width = figure.quantity({"nominal": at, "range": at})
        remedy = WRITE.filled(example="12 ppm * abs(nominal) + 20 µV")
        if width.unit.dimension != at.unit.dimension or width.unit.is_scale:
            self.refuse(
                key,
                Text("gives {width}, where {at} is meant", zh="结果为 {width}，与 {at} 的量纲不符").filled(
                    width=str(width), at=str(at)
                ),
                remedy,
            )
        elif width.value < 0:
            self.refuse(
                key,
                Text("gives {width}, a half-width is not negative", zh="结果为 {width}，半宽不能为负").filled(
                    width=str(width)
                ),
                remedy,
            )

    def _alike(self, key: str, found: Unit, wanted: Unit) -> bool:
        same = found.dimension == wanted.dimension
        if not same:
            self.refuse(
                key,
                Text("is in {found}", zh="单位为 {found}").filled(found=found.symbol),
                Text("Give it in {wanted} or a multiple", zh="请以 {wanted} 或其倍数单位给出").filled(
                    wanted=wanted.symbol
                ),
            )
        return same

    # --- tables within -----------------------------------------------------------------------------------------------

    def table(self, key: str) -> "Table":
        """Return the table under a key; an empty one, and a mistake, where there is none."""
        value = self._value(key)
        if not isinstance(value, dict):
            header = spelled((*self.place, key))
            self._refuse(key, value, f"[{header}]")
            value = {}
        return Table(content=cast("dict[str, Any]", value), place=(*self.place, key), mistakes=self.mistakes)

    def has(self, key: str) -> bool:
        """Return whether a key is there."""
        return key in self.content

    def optional(self, key: str) -> "Table | None":
        """Return the table under a key, or None where the key is missing."""
        self._read.add(key)
        return self.table(key) if key in self.content else None

    def tables(self, key: str) -> list["Table"]:
        """Return the tables of an array; none where the key is missing."""
        value = self._value(key)
        if value is None:
            return []
        entries = cast("list[object]", value) if isinstance(value, list) else [None]
        if not all(isinstance(each, dict) for each in entries):
            self._refuse(key, entries, f"[[{spelled((*self.place, key))}]]")
            return []
        return [
            Table(content=cast("dict[str, Any]", each), place=(*self.place, key, n), mistakes=self.mistakes)
            for n, each in enumerate(entries)
        ]

    def members(self) -> dict[str, "Table"]:
        """Return every table that stands under a name of its own in this one."""
        return {key: self.table(key) for key in self.content}

    def names(self) -> list[str]:
        """Return the keys of a table whose keys are names that the laboratory chose."""
        return list(self.content)

    def texts(self, key: str, example: str) -> tuple[str, ...]:
        """Return an array of words; without them it has to be there."""
        value = self._value(key)
        entries = _listed(value)
        found = tuple(each for each in entries if isinstance(each, str) and each)
        if not found or len(found) < len(entries):
            self._refuse(key, value, example)
        return found

    def quantities(self, key: str, example: str) -> tuple[Quantity, ...]:
        """Return an array of values, all of one dimension, in ascending order."""
        value = self._value(key)
        entries = cast("list[object]", value) if isinstance(value, list) else []
        found: list[Quantity] = []
        for each in entries:
            try:
                found.append(parse_quantity(each if isinstance(each, str) else repr(each)))
            except MetrologyError as error:
                self.refuse(key, error.text(), WRITE.filled(example=example))
                return ()
        alike = all(self._alike(key, each.unit, found[0].unit) for each in found)
        if not found:
            self._refuse(key, entries or None, example)
        elif alike and any(not a < b for a, b in pairwise(found)):
            self.refuse(key, Text("is not in ascending order", zh="未按升序排列"), WRITE.filled(example=example))
        return tuple(found) if alike else ()

    # --- complaints --------------------------------------------------------------------------------------------------

    def refuse(self, key: str, problem: Text, remedy: Text, kind: type[StationError] = StationError) -> None:
        """Note a mistake of a field; of the table itself where `key` is empty."""
        self.mistakes.add((*self.place, key) if key else self.place, problem, remedy, kind)

    def refused(self, key: str) -> bool:
        """Return whether a field was refused already, so that what stands in for it is not judged."""
        where = spelled((*self.place, key))
        return any(each.where == where for each in self.mistakes.found)

    def close(self) -> None:
        """Complain of every key that nobody read, with the nearest known one."""
        for key in self.content:
            if key not in self._read:
                near = get_close_matches(key, self._read, n=1)
                remedy = (
                    Text("Did you mean {near}? Otherwise remove it", zh="是否应为 {near}？否则请删除")
                    if near
                    else Text("Remove it; known are {known}", zh="请删除；可用字段：{known}")
                )
                self.refuse(key, UNKNOWN, remedy.filled(near="".join(near), known=", ".join(sorted(self._read))))

    def _value(self, key: str) -> object:
        self._read.add(key)
        return self.content.get(key)

    T = TypeVar("T", str, bool, int)

    def _typed(self, key: str, kind: type[T], example: str, default: T | None, standin: T) -> T:
        value = self._value(key)
        if type(value) is kind:
            if value != "" or default == "":
                return value
            value = None  # an empty text says nothing
        if value is not None or default is None:
            self._refuse(key, value, example)
        return standin if default is None else default

    def _refuse(self, key: str, value: object, example: str) -> None:
        problem = MISSING if value is None else Text("is {value!r}", zh="为 {value!r}").filled(value=_short(value))
        self.refuse(key, problem, WRITE.filled(example=example))


def _short(value: object) -> object:
    return value if isinstance(value, str | int | float) else str(value)[:40]


def _listed(value: object) -> list[object]:
    """Return the entries of an array; none of anything else."""
    return cast("list[object]", value) if isinstance(value, list) else []
