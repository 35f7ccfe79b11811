"""Fluke 5522A multi-product calibrator: its ranges as data, and what its remote language adds to the common one.

Source: 5522A Operators Manual, chapters 5 and 6. Ranges of current and resistance, the currents that a voltage range
bears and the limits of frequency are engineering memory [K], as are the error codes in `remote`.
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from labctl.simulation.dialogue import Spoken, command
from labctl.simulation.status import Status
from labctl_simulators.electrics.calibrator import Amplitude, Calibrator, Span
from labctl_simulators.electrics.circuit import FOUR_WIRE, RESISTANCE
from labctl_simulators.fluke.remote import (
    BAD_COUNT,
    BAD_KEYWORD,
    BAD_UNIT,
    BAD_VALUE,
    NOT_NOW,
    TRIPPED,
    UNITS,
    FlukeDialogue,
    base_unit,
    measure,
    registers,
)

__all__ = ["F5522A", "F5522ADialogue", "measure"]

HIGHEST: Final = 1020.0  # volts
STRONGEST: Final = 20.5  # amperes
FASTEST: Final = 500e3  # hertz
SLOWEST: Final = 10.0
FAST_VOLTS: Final = ((3.3, 500e3), (33.0, 100e3), (330.0, 100e3), (HIGHEST, 10e3))  # volts, highest hertz
COMPENSATED: Final = 110e3  # ohms: below these leads are compensated

OPER: Final = 1 << 0
HIVOLT: Final = 1 << 7
REMOTE: Final = 1 << 11
SETTLED: Final = 1 << 12

_VOLTS: Final = ((0.3299999, "330MV"), (3.299999, "3.3V"), (32.99999, "33V"), (329.9999, "330V"), (HIGHEST, "1000V"))
_BORNE: Final = {"330MV": 1e-2, "3.3V": 1e-2, "33V": 1e-2, "330V": 5e-3, "1000V": 2e-3}  # amperes
_AMPERES: Final = (
    (3.29999e-4, "330UA"), (3.29999e-3, "3.3MA"), (3.29999e-2, "33MA"), (0.329999, "330MA"),
    (1.09999, "1.1A"), (2.99999, "3A"), (STRONGEST, "20A"),
)  # fmt: skip
_OHMS: Final = (
    (10.9999, "11OHM"), (32.9999, "33OHM"), (109.9999, "110OHM"), (329.9999, "330OHM"), (1099.999, "1.1KOHM"),
    (3299.999, "3.3KOHM"), (10999.99, "11KOHM"), (32999.99, "33KOHM"), (109999.9, "110KOHM"), (329999.9, "330KOHM"),
    (1.099999e6, "1.1MOHM"), (3.299999e6, "3.3MOHM"), (1.09999e7, "11MOHM"), (3.29999e7, "33MOHM"),
    (1.0999e8, "110MOHM"), (3.299e8, "330MOHM"), (1.1e9, "1100MOHM"),
)  # fmt: skip


def _voltages(kind: str) -> tuple[Span, ...]:
    return tuple(Span(top=top, name=f"{kind}{name}", most=_BORNE[name]) for top, name in _VOLTS)


def _currents(kind: str) -> tuple[Span, ...]:
    return tuple(Span(top=top, name=f"{kind}{name}") for top, name in _AMPERES)


class F5522A(Calibrator, maker="Fluke", model="5522A", wires=("serial", "prologix")):
    """The calibrator's one output: voltage, current, resistance."""

    spans: ClassVar[Mapping[str, tuple[Span, ...]]] = {
        "DC voltage": _voltages("DC"),
        "AC voltage": _voltages("AC"),
        "DC current": _currents("DC"),
        "AC current": _currents("AC"),
        "resistance": tuple(Span(top=top, name=name) for top, name in _OHMS),
    }
    tripped = TRIPPED
    settled = SETTLED

    def registers(self) -> Status:
        """Return fresh registers."""
        return registers()

    def power_on(self) -> None:
        """Be in standby at 0 V, without limits but its own."""
        super().power_on()
        self.limits = {"V": (HIGHEST, -HIGHEST), "A": (STRONGEST, -STRONGEST)}

    @property
    def register(self) -> int:
        """Return the instrument status register."""
        bits = OPER if self.energised else 0
        bits |= HIVOLT if self.amplitude.unit == "V" and abs(self.amplitude.value) > self.dangerous else 0
        bits |= REMOTE if self.remote else 0
        return bits | (SETTLED if self.now >= self.settled_at else 0)

    def dialogue(self) -> "F5522ADialogue":
        """Return a new session's dialogue."""
        return F5522ADialogue(self)


class F5522ADialogue(FlukeDialogue):
    """What the 5522A is told beside what all of them are."""

    firmware = "2.0+1.3+2.0+*"

    def refuse(self, amplitude: Amplitude) -> None:
        """Refuse a frequency too, which depends on the amplitude."""
        super().refuse(amplitude)
        if amplitude.hertz:
            fastest = FASTEST
            if amplitude.unit == "V":
                fastest = next(hertz for top, hertz in FAST_VOLTS if amplitude.value <= top)
            if not SLOWEST <= amplitude.hertz <= fastest:
                raise BAD_VALUE

    @command("OUT?")
    def _out_query(self, parameters: list[str]) -> Spoken:
        now = self.calibrator.amplitude
        wanted = parameters[0].upper() if parameters else now.unit
        if wanted not in UNITS or wanted.endswith("HZ") or base_unit(wanted) != now.unit:
            raise BAD_KEYWORD
        return f"{now.value / UNITS[wanted]:.6E},{wanted},0E+00,0,{now.hertz:.2E}"

    @command("LIMIT")
    def _limit(self, parameters: list[str]) -> Spoken:
        if len(parameters) != 2:  # noqa: PLR2004  (positive, negative)
            raise BAD_COUNT
        (above, unit), (below, other) = map(measure, parameters)
        if not unit or not other or base_unit(unit) != base_unit(other) or base_unit(unit) not in {"V", "A"}:
            raise BAD_UNIT
        highest = HIGHEST if base_unit(unit) == "V" else STRONGEST
        if unit.endswith("HZ") or not -highest <= below <= 0 <= above <= highest:
            raise BAD_VALUE
        self.calibrator.limits[base_unit(unit)] = (above, below)
        return None

    @command("LIMIT?")
    def _limit_query(self, parameters: list[str]) -> Spoken:
        above, below = self.calibrator.limits["A" if [each.upper() for each in parameters] == ["A"] else "V"]
        return f"{above:.6E},{below:.6E}"

    @command("RANGE?")
    def _range(self, _: list[str]) -> Spoken:
        return f"{self.calibrator.range},NONE"

    @command("ZCOMP")
    def _compensate(self, parameters: list[str]) -> Spoken:
        kinds = {"NONE": "", "WIRE2": RESISTANCE, "WIRE4": FOUR_WIRE}
        kind = parameters[0].upper() if len(parameters) == 1 else ""
        if kind not in kinds:
            raise BAD_KEYWORD
        now = self.calibrator.amplitude
        if kind != "NONE" and (now.unit != "OHM" or now.value >= COMPENSATED):
            raise NOT_NOW
        self.calibrator.compensation = kinds[kind]
        return None

    @command("ZCOMP?")
    def _compensation(self, _: list[str]) -> Spoken:
        return {"": "NONE", RESISTANCE: "WIRE2", FOUR_WIRE: "WIRE4"}[self.calibrator.compensation]

    @command("EARTH", "LOWS")
    def _tie(self, parameters: list[str]) -> Spoken:
        if [each.upper() for each in parameters] not in (["OPEN"], ["TIED"]):
            raise BAD_KEYWORD
        return None
