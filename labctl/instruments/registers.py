"""A register map as data: where a Modbus instrument keeps its numbers, in which form, order and unit.

Addresses are those of the protocol data unit, counted from 0. Manuals often count from 1 or add a digit for the kind
(40001, 30001): a map's comment says how its manual numbers them.
"""

import math
import struct
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Literal

from attrs import frozen

Kind = Literal["holding", "input"]
Form = Literal["u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64", "bcd16", "bcd32"]
Order = Literal["ABCD", "CDAB", "BADC", "DCBA"]

_STRUCT: Final = {
    "u16": ">H",
    "i16": ">h",
    "u32": ">I",
    "i32": ">i",
    "u64": ">Q",
    "i64": ">q",
    "f32": ">f",
    "f64": ">d",
}
_DIGITS: Final = {"bcd16": 4, "bcd32": 8}
_WORD: Final = 2


@frozen
class Register:
    """A number that occupies one or more registers.

    The order names the bytes as they come over the wire, A the most significant: `ABCD` as the protocol asks,
    `CDAB` the lower word first, `BADC` the bytes of each word exchanged, `DCBA` all reversed. Eight bytes follow suit.

    Args:
        address: of its first register, counted from 0.
        kind: which of the two tables it stands in.
        form: how the number is written: unsigned, signed, floating, or decimal digits.
        order: of its bytes on the wire.
        unit: in which `scale` states it.
        scale: what one count stands for.
        resolution: the smallest step that it shows, in the unit; one count of an integer unless given.
        invalid: counts by which the manual says that there is no value.
        overload: counts by which it says that the input is beyond the range.
    """

    address: int
    kind: Kind = "holding"
    form: Form = "u16"
    order: Order = "ABCD"
    unit: str = "1"
    scale: float = 1.0
    resolution: float | None = None
    invalid: tuple[int, ...] = ()
    overload: tuple[int, ...] = ()

    @property
    def words(self) -> int:
        """Return how many registers it occupies."""
        digits = _DIGITS.get(self.form)
        return digits // 4 if digits is not None else struct.calcsize(_STRUCT[self.form]) // _WORD

    @property
    def is_integer(self) -> bool:
        """Return whether it holds counts."""
        return self.form not in {"f32", "f64"}

    @property
    def step(self) -> float | None:
        """Return the smallest step that it shows, in its unit; None where nobody knows."""
        if self.resolution is not None:
            return self.resolution
        return self.scale if self.is_integer else None

    def number(self, words: Sequence[int]) -> float | int:
        """Return the number that its registers hold, not scaled. Raises ValueError for digits that are none."""
        return self.number_in(b"".join(each.to_bytes(_WORD) for each in words))

    def number_in(self, data: bytes) -> float | int:
        """Return the number that bytes of the wire hold, not scaled. Raises ValueError for digits that are none."""
        content = data if self.order == "ABCD" else _ordered(data, self.order)
        if self.form in _DIGITS:
            return int(content.hex())  # a hexadecimal digit is no decimal one
        number: float | int = struct.unpack(_STRUCT[self.form], content)[0]
        return number

    def value(self, number: float) -> float:
        """Return a number in the unit; scaled in decimal, so that 3 counts of 0.1 are 0.3."""
        if not self.is_integer or self.scale == 1:
            return float(number) * self.scale
        return float(Decimal(int(number)) * Decimal(repr(self.scale)))

    def encoded(self, value: float) -> tuple[int, ...]:
        """Return what its registers hold for a value in the unit. Raises ValueError for one that does not fit."""
        number: float | int = value / self.scale
        if self.is_integer:
            if not math.isfinite(number):
                raise ValueError(f"{value!r} is no number of counts")
            number = round(number)
        content = _ordered(self._packed(number), self.order)
        return tuple(int.from_bytes(content[n : n + _WORD]) for n in range(0, len(content), _WORD))

    def _packed(self, number: float) -> bytes:
        if self.form in _DIGITS:
            digits = f"{number:0{_DIGITS[self.form]}d}"
            if not digits.isdecimal() or len(digits) > _DIGITS[self.form]:
                raise ValueError(f"{number} has not {_DIGITS[self.form]} digits")
            return bytes.fromhex(digits)
        try:
            return struct.pack(_STRUCT[self.form], number)
        except (struct.error, OverflowError) as error:
            raise ValueError(f"{number} is no {self.form}") from error


@frozen
class Coil:
    """One bit.

    Args:
        address: counted from 0.
        kind: "coil" can be written, "discrete" is an input.
    """

    address: int
    kind: Literal["coil", "discrete"] = "coil"


@frozen
class TextRegister:
    """Characters, two to a register, the first one in the upper byte; padded with blanks or zeros.

    Args:
        address: of the first register, counted from 0.
        words: registers that it occupies.
        kind: which of the two tables it stands in.
        order: `AB`, or `BA` where the first character is in the lower byte.
    """

    address: int
    words: int
    kind: Kind = "holding"
    order: Literal["AB", "BA"] = "AB"

    def text(self, words: Sequence[int]) -> str:
        """Return the characters without their padding. Raises ValueError for any that cannot be printed."""
        content = b"".join(each.to_bytes(_WORD, "big" if self.order == "AB" else "little") for each in words)
        text = content.rstrip(b"\0 ").decode("ascii")
        if not text.isprintable():
            raise ValueError(f"{text!r} cannot be printed")
        return text


def _ordered(content: bytes, order: Order) -> bytes:
    """Return bytes from the order of the wire to that of the protocol; the same the other way."""
    words = [content[n : n + _WORD] for n in range(0, len(content), _WORD)]
    if order in {"BADC", "DCBA"}:
        words = [each[::-1] for each in words]
    return b"".join(reversed(words) if order in {"CDAB", "DCBA"} else words)
