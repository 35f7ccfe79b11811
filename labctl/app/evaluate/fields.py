"""One table of a calculation's file, read field by field; what nobody reads is refused with the nearest spelling."""

import math
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final

from attrs import define, field

from labctl.app.evaluate.page import Page, is_list, is_table
from labctl.app.station.places import Place
from labctl.errors import CalculationFileError
from labctl.language import Text


@define(kw_only=True)
class Fields:
    """A table, its place in the file, and the fields that were asked for."""

    page: Page
    content: dict[str, Any]
    place: Place = ()
    _asked: set[str] = field(factory=set[str], init=False)

    def has(self, key: str) -> bool:
        """Return whether a field stands here."""
        self._asked.add(key)
        return self.content.get(key) is not None  # JSON's null says nothing

    def number(self, key: str) -> float | None:
        """Return a finite number, or None where the field is left out."""
        if not self.has(key):
            return None
        return self._finite(key, self.content[key])

    def needed(self, key: str) -> float:
        """Return a finite number that must be there."""
        found = self.number(key)
        if found is None:
            raise self.refusal(key, "missing-field", _MISSING, _ADD.filled(example=f"{key} = 1.0"))
        return found

    def numbers(self, key: str) -> list[float] | None:
        """Return a list of finite numbers, or None where the field is left out."""
        if not self.has(key):
            return None
        given: object = self.content[key]
        if not is_list(given):
            raise self.refusal(key, "wrong-type", _IS.filled(given=_shown(given)), _LIST)
        return [self._finite(key, each) for each in given]

    def degrees(self, key: str) -> float | None:
        """Return degrees of freedom above zero, `"inf"` for infinitely many; None where they are left out."""
        if not self.has(key):
            return None
        given = self.content[key]
        words = {"inf": math.inf, "∞": math.inf, "nan": math.nan}
        found = words.get(given.lower(), given) if isinstance(given, str) else given
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise self.refusal(key, "not-a-number", _IS.filled(given=_shown(given)), _DOF)
        if not found > 0:  # NaN is not greater than zero either
            raise self.refusal(key, "dof-not-positive", _IS.filled(given=_shown(given)), _DOF)
        return self._float(key, found)

    def uncertainty(self, key: str) -> float | None:
        """Return a number that is not negative, or None where the field is left out."""
        found = self.number(key)
        if found is not None and found < 0:
            raise self.refusal(key, "negative-uncertainty", _IS.filled(given=_shown(found)), _SIZE)
        return found

    def text(self, key: str, *, default: str = "") -> str:
        """Return words."""
        if not self.has(key):
            return default
        given = self.content[key]
        if not isinstance(given, str):
            raise self.refusal(key, "wrong-type", _IS.filled(given=_shown(given)), _ADD.filled(example=f'{key} = "…"'))
        return given

    def words(self, key: str) -> Text:
        """Return words in both languages; a plain text stands for both."""
        if key in self.content and is_table(self.content[key]):
            table = self.table(key)
            found = Text(table.text("en"), zh=table.text("zh", default=table.text("en")))
            table.close(())
            return found
        plain = self.text(key)
        return Text(plain, zh=plain)

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        if not self.has(key):
            return default
        given = self.content[key]
        if not isinstance(given, bool):
            raise self.refusal(key, "wrong-type", _IS.filled(given=_shown(given)), _ADD.filled(example=f"{key} = true"))
        return given

    def choice(self, key: str, known: Iterable[str], default: str) -> str:
        """Return one of a few words."""
        given, choices = self.text(key, default=default), sorted(known)
        if given not in choices:
            near = get_close_matches(given, choices, n=1)
            remedy = _NEAR.filled(near=near[0]) if near else _CHOOSE.filled(known=", ".join(choices))
            raise self.refusal(key, f"unknown-{key}", _IS.filled(given=_shown(given)), remedy)
        return given

    def table(self, key: str) -> "Fields":
        """Return a table within, empty where it is left out."""
        given: object = self.content[key] if self.has(key) else {}
        if not is_table(given):
            raise self.refusal(key, "wrong-type", _IS.filled(given=_shown(given)), _TABLE.filled(key=key))
        return Fields(page=self.page, content=given, place=(*self.place, key))

    def tables(self, key: str) -> "list[Fields]":
        """Return the tables of a list, none where it is left out."""
        given: object = self.content[key] if self.has(key) else []
        if not is_list(given):
            raise self.refusal(key, "wrong-type", _IS.filled(given=_shown(given)), _TABLES.filled(key=key))
        found: list[Fields] = []
        for number, each in enumerate(given):
            if not is_table(each):
                raise self.refusal(key, "wrong-type", _IS.filled(given=_shown(each)), _TABLES.filled(key=key))
            found.append(Fields(page=self.page, content=each, place=(*self.place, key, number)))
        return found

    def close(self, ignored: Iterable[str]) -> None:
        """Refuse a field that nobody asked for, unless it is among those that mean nothing here."""
        known = self._asked | set(ignored)
        for key in self.content:
            if key not in known:
                near = get_close_matches(key, sorted(known), n=1, cutoff=0.5)
                choices = ", ".join(sorted(self._asked))
                remedy = _NEAR.filled(near=near[0]) if near else _CHOOSE.filled(known=choices)
                raise self.refusal(key, "unknown-field", _UNKNOWN, remedy)

    def spelled(self, known: Iterable[str], ignored: Iterable[str] = ()) -> None:
        """Refuse unknown fields before one that they were meant for is called missing."""
        self._asked.update(known)
        self.close(ignored)

    def refusal(self, key: str, code: str, problem: Text, remedy: Text) -> CalculationFileError:
        """Return the refusal of a field, or of the table itself where the key is empty."""
        return self.page.refusal((*self.place, key) if key else self.place, code, problem, remedy)

    def _finite(self, key: str, given: object) -> float:
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise self.refusal(key, "not-a-number", _IS.filled(given=_shown(given)), _NUMBER)
        found = self._float(key, given)
        if not math.isfinite(found):
            raise self.refusal(key, "not-finite", _IS.filled(given=_shown(given)), _NUMBER)
        return found

    def _float(self, key: str, given: float) -> float:
        try:
            return float(given)
        except OverflowError as failure:
            raise self.refusal(key, "not-finite", _IS.filled(given=_shown(given)), _NUMBER) from failure


def _shown(given: object) -> str:
    """Return a value as a sentence can hold it: not more than sixty signs."""
    try:
        words = repr(given)
    except ValueError:  # an integer of thousands of digits
        return "…"
    return words if len(words) <= _LONGEST else words[:_LONGEST] + "…"


_LONGEST: Final = 60
_IS: Final = Text("is {given}", zh="为 {given}")
_MISSING: Final = Text("is missing", zh="缺失")
_UNKNOWN: Final = Text("is not known here", zh="不是此处可用的字段")
_NEAR: Final = Text("Did you mean {near}?", zh="是否应为 {near}？")
_CHOOSE: Final = Text("Choose one of: {known}", zh="可选：{known}")
_ADD: Final = Text("Write it like: {example}", zh="写法示例：{example}")
_NUMBER: Final = Text("A finite number is needed, such as 0.25", zh="需要有限数，如 0.25")
_LIST: Final = Text("A list of numbers is needed, such as [1.2, 1.3]", zh="需要数的列表，如 [1.2, 1.3]")
_DOF: Final = Text('Degrees of freedom are a number above zero, or "inf"', zh='自由度应为正数，或写 "inf"')
_SIZE: Final = Text("State its size without a sign; zero is allowed", zh="请给出不带符号的大小，允许为零")
_TABLE: Final = Text("Write it as a table: [{key}]", zh="请写成表：[{key}]")
_TABLES: Final = Text("Write it as tables: [[{key}]]", zh="请写成表数组：[[{key}]]")
