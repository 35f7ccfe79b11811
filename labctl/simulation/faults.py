"""Things that go wrong on a bench, switched on and off by name while it runs."""

import math
from collections.abc import Mapping
from typing import Final

from attrs import define, evolve, field, frozen

from labctl.records.equipment import Identity

WIRE: Final = (
    "silence",  # the answer never comes
    "delay",  # the answer comes `seconds` later than usual
    "late",  # so late that nobody waits any more; it still comes
    "duplicate",  # the answer comes twice, the second time `seconds` later
    "truncate",  # the last `bytes` of the answer and its terminator are missing
    "garble",  # one character of the answer is another one
    "crc",  # its check value is wrong; where the wire has none, as "garble"
    "reset",  # the connection breaks
    "unsolicited",  # a `line` arrives that nobody asked for
    "power cycle",  # off and on again
)
IDENTITY: Final = ("wrong identity", "wrong serial")
PHYSICAL: Final = (
    "overload",  # beyond what the instrument can measure or source
    "stuck",  # the value no longer follows
    "nan",  # the value is no number
    "drift",  # the value runs away by `rate` a second
)
NAMES: Final = WIRE + IDENTITY + PHYSICAL
SECONDS: Final = {"delay": 0.5, "late": 30.0}
ONCE: Final = ("reset", "unsolicited", "power cycle")


@frozen(kw_only=True)
class Fault:
    """One fault, and when it strikes: after `after` messages, only on those that begin with `on`, so many `times`."""

    name: str
    since: float  # the world's instant at which it was switched on
    after: int = 0
    on: str = ""
    times: int = 0  # 0: until it is mended
    seconds: float = 0.0
    rate: float = 0.0
    bytes: int = 2
    line: str = "?"


@define
class _Armed:
    fault: Fault
    met: int = 0
    struck: int = 0

    def meets(self, *names: str) -> bool:
        """Count a message that is known by these names; tell whether the fault strikes it."""
        if not any(each.upper().startswith(self.fault.on.upper()) for each in names):
            return False
        self.met += 1
        if self.met <= self.fault.after or self.spent:
            return False
        self.struck += 1
        return True

    @property
    def spent(self) -> bool:
        return 0 < self.fault.times <= self.struck


@define
class Faults:
    """The faults of one instrument."""

    armed: list[_Armed] = field(factory=list)
    _stuck_at: float | None = None

    def arm(self, fault: Fault) -> None:
        """Switch a fault on; one of the same name is replaced. Raises LookupError for a name that is none."""
        if fault.name not in NAMES:
            raise LookupError(fault.name)
        self.mend(fault.name)
        if not fault.seconds:
            fault = evolve(fault, seconds=SECONDS.get(fault.name, 0.0))
        if not fault.times and fault.name in ONCE:
            fault = evolve(fault, times=1)
        self.armed.append(_Armed(fault))

    def mend(self, name: str = "") -> None:
        """Switch one fault off, or all of them."""
        self.armed = [each for each in self.armed if name and each.fault.name != name]
        if name in {"", "stuck"}:
            self._stuck_at = None

    def struck_by(self, *names: str) -> dict[str, Fault]:
        """Return the faults that strike a message of these names; asked once for each message that arrives."""
        wires = (each for each in self.armed if each.fault.name in WIRE + IDENTITY)
        return {each.fault.name: each.fault for each in wires if each.meets(*names)}

    def on_value(self, true: float, instant: float, message: str = "") -> float:
        """Return what becomes of a value that an instrument is about to show or source.

        Infinite stands for overload and NaN for no number; the dialogue says them as its manual prints them.
        """
        value = true
        for each in self.armed:
            name = each.fault.name
            if name not in PHYSICAL or not each.meets(message):
                continue
            if name == "overload":
                value = math.copysign(math.inf, true)
            elif name == "nan":
                value = math.nan
            elif name == "drift":
                value += each.fault.rate * (instant - each.fault.since)
            elif name == "stuck":
                self._stuck_at = value if self._stuck_at is None else self._stuck_at
                value = self._stuck_at
        return value


def disguised(identity: Identity, struck: Mapping[str, Fault]) -> Identity:
    """Return who an instrument claims to be under its faults."""
    if "wrong identity" in struck:
        return evolve(identity, model=f"{identity.model}X")
    if "wrong serial" in struck:
        return evolve(identity, serial=f"{identity.serial}9")
    return identity
