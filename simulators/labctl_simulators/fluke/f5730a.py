"""Fluke 5730A multifunction calibrator: its ranges as data, its fixed resistors, and its part of the remote language.

Source: 5730A Operators Manual, chapters 5 and 6 (status registers: its page 176). [K], engineering memory: how `OUT?`
and `RANGE?` print, the firmware's form, 22 V as the step to standby, which limits of frequency and load hold.
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from attrs import evolve

from labctl.simulation.dialogue import Spoken, command
from labctl.simulation.instrument import Placed
from labctl.simulation.status import Status
from labctl.simulation.world import World
from labctl_simulators.electrics.calibrator import Amplitude, Calibrator, Span
from labctl_simulators.electrics.circuit import RESISTANCE
from labctl_simulators.fluke.remote import (
    BAD_COUNT,
    BAD_KEYWORD,
    BAD_UNIT,
    BAD_VALUE,
    NOT_NOW,
    TRIPPED,
    FlukeDialogue,
    base_unit,
    measure,
    on_or_off,
    registers,
)

HIGHEST: Final = 1100.0  # volts
STRONGEST: Final = 2.2  # amperes
FASTEST: Final = 1e6  # hertz
SLOWEST: Final = 10.0

OPER: Final = 1 << 0
EXTGUARD: Final = 1 << 1
EXTSENSE: Final = 1 << 2
RCOMP: Final = 1 << 4
RLOCK: Final = 1 << 5
REMOTE: Final = 1 << 11
SETTLED: Final = 1 << 12

_DC: Final = ((0.2199999, "220MV"), (2.199999, "2.2V"), (10.99999, "11V"), (21.99999, "22V"), (219.9999, "220V"))
_AC: Final = (
    (2.19999e-3, "2.2MV"), (0.0219999, "22MV"), (0.219999, "220MV"), (2.19999, "2.2V"), (21.9999, "22V"),
    (219.999, "220V"),
)  # fmt: skip
_AMPERES: Final = (
    (219.999e-6, "220UA"), (2.19999e-3, "2.2MA"), (21.9999e-3, "22MA"), (0.219999, "220MA"), (STRONGEST, "2.2A")
)  # fmt: skip
NOMINAL: Final = (
    0.0, 1.0, 1.9, 10.0, 19.0, 100.0, 190.0, 1e3, 1.9e3, 1e4, 1.9e4, 1e5, 1.9e5, 1e6, 1.9e6, 1e7, 1.9e7, 1e8
)  # fmt: skip
"""The resistors that it has, in ohms."""
CHARACTERISED: Final = 30e-6
"""Share of the nominal by which a resistor may lie off it; `OUT?` tells the value as characterised."""
_VOLTS_BORNE: Final = 0.05  # amperes
_HIGH_BORNE: Final = 0.02


def _spans(prefix: str, ranges: tuple[tuple[float, str], ...], *, high: bool = False) -> tuple[Span, ...]:
    spans = [Span(top=top, name=f"{prefix}{name}", most=_VOLTS_BORNE) for top, name in ranges]
    return (*spans, Span(top=HIGHEST, name=f"{prefix}1100V", most=_HIGH_BORNE)) if high else tuple(spans)


class F5730A(Calibrator, maker="Fluke", model="5730A", wires=("serial", "prologix", "tcp")):
    """The calibrator's one output; its resistances are a set of fixed ones, whose values it knows."""

    spans: ClassVar[Mapping[str, tuple[Span, ...]]] = {
        "DC voltage": _spans("DC", _DC, high=True),
        "AC voltage": _spans("AC", _AC, high=True),
        "DC current": _spans("DC", _AMPERES),
        "AC current": _spans("AC", _AMPERES),
        "resistance": tuple(Span(top=each * 1.001, name=f"{each:.3G}OHM") for each in NOMINAL),
    }
    dangerous = 22.0
    tripped = TRIPPED
    settled = SETTLED

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand on the bench in standby."""
        self.external_guard = self.external_sense = False
        super().__init__(world, placed)

    def registers(self) -> Status:
        """Return fresh registers."""
        return registers()

    def power_on(self) -> None:
        """Be in standby at 0 V, without limits but its own."""
        super().power_on()
        self.limits = {"V": (HIGHEST, -HIGHEST), "A": (STRONGEST, -STRONGEST)}

    def reset(self) -> None:
        """Be in standby at 0 V."""
        super().reset()
        self.external_guard = self.external_sense = False

    def characterised(self, nominal: float) -> float:
        """Return the value of a resistor as it was last characterised."""
        if not nominal:
            return 0.0
        return round(nominal * (1 + self.world.drawn(CHARACTERISED, self.key, f"resistor {nominal:g}")), 8)

    @property
    def register(self) -> int:
        """Return the instrument status register."""
        bits = OPER if self.energised else 0
        bits |= EXTGUARD if self.external_guard else 0
        bits |= EXTSENSE if self.external_sense else 0
        bits |= RCOMP if self.compensation else 0
        bits |= RLOCK if self.locked else 0
        bits |= REMOTE if self.remote else 0
        return bits | (SETTLED if self.now >= self.settled_at else 0)

    def dialogue(self) -> "F5730ADialogue":
        """Return a new session's dialogue."""
        return F5730ADialogue(self)


class F5730ADialogue(FlukeDialogue):
    """What the 5730A is told beside what all of them are."""

    firmware = "1.12"

    def __init__(self, calibrator: F5730A) -> None:
        """Begin a session."""
        super().__init__(calibrator)
        self.own = calibrator

    def asked(self, parameters: list[str]) -> Amplitude:
        """Return what is asked for; of a resistance the value of the resistor nearest to it."""
        amplitude = super().asked(parameters)
        if amplitude.unit != "OHM":
            return amplitude
        nominal = min(NOMINAL, key=lambda each: abs(each - amplitude.value))
        if abs(amplitude.value - nominal) > CHARACTERISED * max(nominal, 1.0):
            raise BAD_VALUE
        return evolve(amplitude, value=self.own.characterised(nominal))

    def refuse(self, amplitude: Amplitude) -> None:
        """Refuse a frequency too."""
        super().refuse(amplitude)
        if amplitude.hertz and not SLOWEST <= amplitude.hertz <= FASTEST:
            raise BAD_VALUE

    @command("OUT?")
    def _out_query(self, _: list[str]) -> Spoken:
        now = self.calibrator.amplitude
        return f"{now.value:.7E},{now.unit},{now.hertz:.5E}"

    @command("RANGE?")
    def _range(self, _: list[str]) -> Spoken:
        return self.calibrator.range

    @command("LIMIT")
    def _limit(self, parameters: list[str]) -> Spoken:
        if not parameters:
            raise BAD_COUNT
        for each in parameters:
            value, unit = measure(each)
            kind = base_unit(unit) if unit else ""
            if kind not in self.calibrator.limits:
                raise BAD_UNIT
            above, below = self.calibrator.limits[kind]
            self.calibrator.limits[kind] = (value, below) if value >= 0 else (above, value)
        return None

    @command("RCOMP")
    def _compensate(self, parameters: list[str]) -> Spoken:
        wanted = on_or_off(parameters)
        if wanted and self.calibrator.amplitude.unit != "OHM":
            raise NOT_NOW
        self.calibrator.compensation = RESISTANCE if wanted else ""
        return None

    @command("EXTGUARD")
    def _guard(self, parameters: list[str]) -> Spoken:
        self.own.external_guard = on_or_off(parameters)
        return None

    @command("EXTSENSE")
    def _sense(self, parameters: list[str]) -> Spoken:
        self.own.external_sense = on_or_off(parameters)
        return None

    @command("EARTH")
    def _earth(self, parameters: list[str]) -> Spoken:
        if [each.upper() for each in parameters] not in (["OPEN"], ["TIED"]):
            raise BAD_KEYWORD
        return None
