"""The leads between a source and a meter: how they are connected, what they add, what comes of it on both sides."""

from typing import Final

from attrs import define

from labctl.metrology.many import same
from labctl.simulation.physics import FirstOrder
from labctl_simulators.electrics.circuit import (
    CURRENT,
    FOUR_WIRE,
    VOLTAGE,
    Load,
    Presented,
    Presents,
    Seen,
    Senses,
    Wires,
    seen,
)

OPEN: Final = 0.012  # volts that open terminals pick up
COOLING: Final = 60.0  # seconds, time constant of the thermal EMF of a fresh connection
FUSE: Final = 3.5  # amperes that a meter's fuse carries
JACKS: Final = {"voltage": VOLTAGE, "current": CURRENT, "four-wire": FOUR_WIRE}


@define
class Contact(FirstOrder):
    """The thermal EMF that a hand's warmth leaves in a connection: it dies away in minutes."""

    step: float = 1.0


class Leads:
    """The leads of one meter: connected to a source, or short-circuited, or open."""

    def __init__(
        self, key: str, source: Presents | None, meter: Senses, emf: float, ohms: float, warmth: float
    ) -> None:
        """Connect source and meter.

        Args:
            key: the meter's name on the bench.
            source: None: nothing is there to connect to.
            meter: at the other end.
            emf: their steady thermal EMF, in volts.
            ohms: their resistance, both together.
            warmth: thermal EMF that a fresh connection adds, in volts.
        """
        self.key = key
        self.source = source
        self.meter = meter
        self.emf = emf
        self.ohms = ohms
        self.warmth = warmth
        self.contact = Contact(time_constant=COOLING, arrival=1e-10)
        self.wiring = "connect"
        self.jacks = VOLTAGE
        self.reversed = False
        self.side = "FRON"  # where they are plugged in
        self._told: tuple[str, Seen] = ("", Seen())  # for what the meter looked, and what it saw

    def connect(self, jacks: str) -> None:
        """Plug the leads in; a fresh connection is warm."""
        self.wiring, self.jacks = "connect", jacks
        self.contact.value = self.warmth

    def take(self, source: Presents) -> None:
        """Connect to another source; the one before is without load."""
        if self.source is not None:
            self.source.strain(self.key, strained=None)
        self.source = source

    def presented(self) -> Presented:
        """Return what the source presents; nothing where there is none."""
        return self.source.presented() if self.source is not None else Presented()

    def at_meter(self) -> Seen:
        """Return what stands at the meter's terminals."""
        load, wiring = self.meter.load(), self.wiring
        if self.meter.switched != self.side:
            wiring = "open"
        if wiring == "short":
            return seen(Presented("resistance", 0.0), load, Wires(jacks=FOUR_WIRE))
        if wiring == "open":
            return self._open(load)
        wires = Wires(self.ohms, self.emf + self.contact.value, self.jacks, self.reversed)
        return seen(self.presented(), load, wires)

    def _open(self, load: Load) -> Seen:
        strained = self.presented().kind == CURRENT and self.presented().value != 0
        if load.kind == VOLTAGE:
            return Seen(direct=OPEN, strained=strained)
        return Seen(direct=0.0 if load.kind == CURRENT else float("inf"), strained=strained)

    @property
    def resting(self) -> bool:
        """Return whether the meter has heard of what is at its terminals now."""
        return same(self._told, (self.meter.load().kind, self.at_meter()))

    def advance(self, dt: float) -> None:  # noqa: ARG002  (a wire knows no delay)
        """Bring to both sides what the circuit is now."""
        kind, now = self.meter.load().kind, self.at_meter()
        if same(self._told, (kind, now)):
            return
        if kind == CURRENT and abs(now.direct) + now.alternating > FUSE and not _bears(self.meter):
            self.meter.fused = False
            now = self.at_meter()
        self.meter.hear(now)
        if self.source is not None:
            self.source.strain(self.key, strained=now.strained)
        self._told = kind, now


def _bears(meter: Senses) -> bool:
    """Return whether a meter's current terminals have no fuse, or one that bears what its shunt is for."""
    return meter.load().shunt < 0.05  # noqa: PLR2004  (ohms: the separate terminals for high currents)
