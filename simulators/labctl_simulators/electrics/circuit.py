"""What comes of a source and a meter that are connected: what one presents, how the other loads it, what it sees.

The records here are made anew at every step of a bench's physics; named tuples are the cheapest that there is.
"""

import math
from typing import Final, NamedTuple, Protocol, runtime_checkable

from labctl.metrology.many import finite, greatest, least

VOLTAGE: Final = "voltage"
CURRENT: Final = "current"
RESISTANCE: Final = "resistance"
FOUR_WIRE: Final = "four-wire resistance"
NOTHING: Final = "nothing"


class Presented(NamedTuple):
    """What a source holds at its terminals, without load."""

    kind: str = NOTHING
    value: float = 0.0  # V, A or Ω; of an alternating one the root mean square
    hertz: float = 0.0  # 0: direct
    series: float = 0.0  # Ω within the source
    most: float = math.inf  # of what it does not hold: A of a voltage, V of a current
    noise: float = 0.0  # rms, in the unit of the value
    compensated: str = ""  # resistance: for which kind of meter the leads are compensated


class Load(NamedTuple):
    """What a meter is to whoever feeds it."""

    kind: str = VOLTAGE  # what it measures: a voltage, a current, a resistance with two wires or with four
    ohms: float = 1e10  # between its voltage terminals
    shunt: float = math.inf  # Ω between its current terminals
    through: float = 1e-3  # A, its test current


class Wires(NamedTuple):
    """How a meter is wired to its source."""

    ohms: float = 0.0  # of both leads together
    emf: float = 0.0  # V
    jacks: str = VOLTAGE  # where the leads are plugged in: voltage, current, four-wire resistance
    reversed: bool = False


class Seen(NamedTuple):
    """What stands at the terminals that a meter looks at, in the unit of what it measures."""

    direct: float = 0.0
    alternating: float = 0.0  # rms
    hertz: float = 0.0
    noise: float = 0.0  # rms
    strained: bool = False  # the source cannot hold what it presents


@runtime_checkable
class Presents(Protocol):
    """Has output terminals."""

    def presented(self) -> Presented:
        """Return what it holds at its terminals now."""
        ...

    def strain(self, by: str, *, strained: bool | None) -> None:
        """Learn whether the circuit of a meter lets it hold what it presents; None: it is no longer connected."""
        ...


@runtime_checkable
class Senses(Protocol):
    """Has input terminals."""

    switched: str  # to which of its terminals: FRON, REAR
    fused: bool  # its current terminals conduct

    def load(self) -> Load:
        """Return what it is to a source now."""
        ...

    def hear(self, seen: Seen) -> None:
        """Take what stands at its terminals from now on."""
        ...


def seen(presented: Presented, load: Load, wires: Wires) -> Seen:
    """Return what a meter sees of a source."""
    if load.kind == VOLTAGE:
        return _voltage(presented, load, wires)
    if load.kind == CURRENT:
        return _current(presented, load, wires)
    return _resistance(presented, load, wires)


def _voltage(presented: Presented, load: Load, wires: Wires) -> Seen:
    if wires.jacks == CURRENT:
        return Seen(strained=_current(presented, load, wires).strained)  # the shunt loads the source all the same
    if presented.kind == VOLTAGE:
        ohms = load.ohms
        held = presented.value * (ohms / (ohms + presented.series + wires.ohms))
        return _split(held, presented, wires, strained=abs(held) > presented.most * ohms)
    if presented.kind == CURRENT:
        wanted = presented.value * load.ohms
        strained = abs(wanted) > presented.most
        held = _limited(wanted, presented.most)
        return _split(held, presented, wires, strained=strained)
    return Seen(direct=wires.emf)


def _current(presented: Presented, load: Load, wires: Wires) -> Seen:
    if wires.jacks != CURRENT:
        return Seen(strained=presented.kind == CURRENT and presented.value != 0)
    around = load.shunt + wires.ohms
    if presented.kind == CURRENT:
        strained = presented.value != 0 and abs(presented.value) * around > presented.most
        held = presented.value if finite(around) else 0.0
        return _split(held, presented, _without_emf(wires), strained=strained)
    if presented.kind == VOLTAGE:
        flowing = presented.value / (presented.series + around)
        strained = abs(flowing) > presented.most
        held = _limited(flowing, presented.most)
        return _split(held, presented, _without_emf(wires), strained=strained)
    return Seen()


def _resistance(presented: Presented, load: Load, wires: Wires) -> Seen:
    if presented.kind != RESISTANCE:
        return Seen(direct=math.inf, strained=presented.kind == CURRENT and presented.value != 0)
    four = load.kind == FOUR_WIRE
    if wires.jacks == CURRENT or (four and wires.jacks != FOUR_WIRE):
        return Seen(direct=math.inf)  # a pair of terminals is open
    leads = 0.0 if four or presented.compensated == load.kind else wires.ohms
    return Seen(direct=presented.value + leads + wires.emf / load.through, noise=presented.noise)


def _split(held: float, presented: Presented, wires: Wires, *, strained: bool) -> Seen:
    if presented.hertz:
        return Seen(wires.emf, abs(held), presented.hertz, presented.noise, strained)
    return Seen((-held if wires.reversed else held) + wires.emf, 0.0, 0.0, presented.noise, strained)


def _limited(wanted: float, most: float) -> float:
    """Return what is held of what is wanted."""
    return greatest((least((wanted, most)), -most))


def _without_emf(wires: Wires) -> Wires:
    """Return the wires without their thermal EMF, which drives no current worth telling."""
    return Wires(ohms=wires.ohms, jacks=wires.jacks, reversed=wires.reversed)
