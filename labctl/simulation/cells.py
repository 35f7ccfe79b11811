"""What stands in the registers and coils of a simulated Modbus instrument: a map as data, with a door to the physics.

The map of a simulator is written from the manual by itself, never taken from the driver: that the two agree is the
check. Addresses are those of the protocol data unit, counted from 0.
"""

import math
import struct
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import numpy as np
from attrs import frozen

from labctl.metrology.many import values_of

Form = Literal["u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64", "bcd16", "bcd32", "text"]
Order = Literal["ABCD", "CDAB", "BADC", "DCBA"]

_WORDS: Final = {
    "u16": 1,
    "i16": 1,
    "bcd16": 1,
    "u32": 2,
    "i32": 2,
    "f32": 2,
    "bcd32": 2,
    "u64": 4,
    "i64": 4,
    "f64": 4,
}
_FLOATING: Final = {"f32": ">f", "f64": ">d"}


@frozen(kw_only=True)
class Cell:
    """One value of the map.

    Args:
        at: address of its first register.
        read: gives the value, in physical units, from the dialogue; text where the form is text.
        write: takes a value that was written; none where it can only be read.
        name: by which faults know it.
        form: how the value is written.
        order: of its bytes on the wire, A the most significant.
        scale: what one count stands for.
        words: registers of a text.
        none: the count that says that there is no value; a form without it says 0.
        over: the count that says that the input is beyond the range; a form without it shows its largest.
        measured: whether the physical faults of the instrument strike here.
    """

    at: int
    read: Callable[[Any], float | str]
    write: Callable[[Any, Any], None] | None = None
    name: str = ""
    form: Form = "u16"
    order: Order = "ABCD"
    scale: float = 1.0
    words: int = 0
    none: int = 0
    over: int | None = None
    measured: bool = False

    @property
    def size(self) -> int:
        """Return how many registers it occupies."""
        return self.words or _WORDS[self.form]

    def registers(self, value: float | str, order: Order) -> list[int]:
        """Return what its registers hold for a value."""
        if isinstance(value, str):
            content = value.encode("latin-1").ljust(2 * self.size)[: 2 * self.size]
        elif self.form in _FLOATING:
            content = _floating(_FLOATING[self.form], value / self.scale)
        else:
            content = self._counts(value)
        content = _exchanged(content, order)
        return [int.from_bytes(content[n : n + 2]) for n in range(0, len(content), 2)]

    def of_each(self, value: float, order: Order) -> list[bytes]:
        """Return the bytes of its registers for a value that differs between worlds in step, for each of them."""
        if self.form not in _FLOATING:
            return [_exchanged(self._counts(each), order) for each in values_of(value).tolist()]
        with np.errstate(over="ignore"):
            packed = (values_of(value) / self.scale).astype(_FLOATING[self.form]).tobytes()
        size = 2 * self.size
        return [_exchanged(packed[n : n + size], order) for n in range(0, len(packed), size)]

    def value(self, registers: Sequence[int], order: Order) -> float | str:
        """Return the value that registers hold. Raises ValueError for one that is none."""
        content = _exchanged(b"".join(each.to_bytes(2) for each in registers), order)
        if self.form == "text":
            return content.decode("latin-1").rstrip("\0 ")
        if self.form in _FLOATING:
            number: float = struct.unpack(_FLOATING[self.form], content)[0]
        elif self.form.startswith("bcd"):
            number = int(content.hex())
        else:
            number = int.from_bytes(content, signed=self.form.startswith("i"))
        return number * self.scale if self.scale != 1 else number

    def _counts(self, value: float) -> bytes:
        size = 2 * self.size
        if self.form.startswith("bcd"):
            lowest, highest = 0, 10 ** (2 * size) - 1
        elif self.form.startswith("i"):
            lowest, highest = -(1 << 8 * size - 1), (1 << 8 * size - 1) - 1
        else:
            lowest, highest = 0, (1 << 8 * size) - 1
        if math.isnan(value):
            count = self.none
        elif math.isinf(value):
            count = self.over if self.over is not None else (highest if value > 0 else lowest)
        else:
            count = min(max(round(value / self.scale), lowest), highest)
        if self.form.startswith("bcd"):
            return bytes.fromhex(f"{count:0{2 * size}d}")
        return (count % (1 << 8 * size)).to_bytes(size)


@frozen(kw_only=True)
class Bit:
    """One coil or discrete input of the map.

    Args:
        at: its address.
        read: tells from the dialogue whether it is on.
        write: switches it; none where it can only be read.
        name: by which faults know it.
    """

    at: int
    read: Callable[[Any], bool]
    write: Callable[[Any, bool], None] | None = None
    name: str = ""


def _floating(form: str, value: float) -> bytes:
    try:
        return struct.pack(form, value)
    except OverflowError:
        return struct.pack(form, math.copysign(math.inf, value))


def _exchanged(content: bytes, order: Order) -> bytes:
    """Return bytes between the order of the protocol and that of the wire; both ways are the same."""
    if order[0] in "BD":
        content = b"".join(content[n : n + 2][::-1] for n in range(0, len(content), 2))
    if order in {"CDAB", "DCBA"}:
        content = b"".join(content[n : n + 2] for n in range(len(content) - 2, -1, -2))
    return content
