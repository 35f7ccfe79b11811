"""TSI DustTrak DRX 8533 aerosol monitor on its Ethernet port: what light scattered by wet dust makes of its mass.

Source: a public Python class for the instrument (DustTrax): port 3602, commands, framing of answers, trailing comma.
"""

import math
from collections.abc import Callable, Mapping
from typing import Final

from labctl.metrology.many import least
from labctl.simulation.dialogue import Dialogue, Spoken, command
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.physics import Wander
from labctl.simulation.status import Complaint, Status
from labctl.simulation.world import World
from labctl_simulators.worlds.hidden import indication_of
from labctl_simulators.worlds.inlet import Inlet, relative

FLOW: Final = 3.0  # L/min
CUTS: Final = {"PM1": 1.0, "PM2.5": 2.5, "PM4": 4.0, "PM10": 10.0, "Total": 15.0}  # µm
KAPPA: Final = 0.3  # hygroscopicity of the particles
CALIBRATED_AT: Final = 50.0  # % relative humidity of the maker's calibration
TIME_CONSTANT: Final = 20.0  # seconds over which it averages
ZERO_TIME: Final = 60.0  # seconds
RANGE: Final = 150.0  # mg/m³
WEEK: Final = 7 * 86400.0
NOISE: Final = 0.8  # µg/m³


class T8533(SimulatedInstrument, maker="TSI", model="8533", wires=("tcp",)):
    """The photometer: growth by humidity, fouling of its lens, a zero that wanders, five size fractions."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand in the laboratory, switched on, its hidden errors drawn."""
        super().__init__(world, placed)
        self.inlet = Inlet(cut=CUTS["Total"], nominal_flow=FLOW)
        self.air: dict[str, Wander] = {}  # set by the room it stands in
        self.concentration = indication_of(
            world, placed, "mass concentration", "µg/m³", usual="8 % * abs(nominal) + 2 µg/m³"
        )
        self.flow = indication_of(world, placed, "flow", "L/min", usual="5 % * abs(nominal)")
        self.kappa = self.figure("kappa", KAPPA)
        self.fouling = self.figure("fouling", 0.012 / WEEK)  # relative, a second
        self.wander = world.wander(0.0, self.figure("zero wander", 1.0), placed.key, "zero", slowest=86400.0)  # µg/m³
        self.zero = 0.0  # µg/m³ that it takes off
        self.power_on()

    def power_on(self) -> None:
        """Be ready, not measuring."""
        self.started: float | None = None
        self.zeroed_from: float | None = None

    # --- physics -----------------------------------------------------------------------------------------------------

    def true_flow(self, instant: float) -> float:  # noqa: ARG002  (its pump is controlled)
        """Return the flow that it truly draws, in L/min."""
        return self.flow.true(FLOW)

    def growth(self, instant: float) -> float:
        """Return by how much wet particles scatter more than at the maker's calibration (κ-Köhler)."""
        humidity = self.air["humidity"].at(instant) if self.air else CALIBRATED_AT
        return _grown(self.kappa, humidity) / _grown(self.kappa, CALIBRATED_AT)

    def true_concentration(self, instant: float) -> float:
        """Return the true PM2.5 before its inlet, averaged as it averages, in µg/m³."""
        return self.inlet.mean(max(instant - TIME_CONSTANT, 0.0), instant)

    def scattered(self, fraction: str, instant: float) -> float:
        """Return what a fraction would be shown as without its zero, in µg/m³."""
        second = math.floor(instant)
        fouled = 1.0 - self.fouling * instant
        cut = least((CUTS[fraction], self.inlet.cut_at(self.true_flow(instant))))
        true = self.true_concentration(second) * relative(cut) * self.growth(second) * fouled
        noise = self.figure("noise", NOISE) * self.world.noise(f"{self.key} {fraction}", second)
        return self.concentration.shown(true) + self.wander.at(second) + noise

    def shown(self, fraction: str, message: str = "RMMEAS") -> float:
        """Return a fraction in µg/m³."""
        return self.faults.on_value(self.scattered(fraction, self.now) - self.zero, self.now, message)

    def elapsed(self) -> int:
        """Return for how many seconds it has been measuring."""
        return 0 if self.started is None else math.floor(self.now - self.started)

    def take_zero(self) -> None:
        """Begin a zero; after a minute its mean is taken off."""
        self.zeroed_from = self.now

    def finish_zero(self) -> None:
        """Take the zero over, once its minute has passed."""
        if self.zeroed_from is not None and self.now - self.zeroed_from >= ZERO_TIME:
            end = self.zeroed_from + ZERO_TIME
            self.zero = sum(self.scattered("PM2.5", end - back) for back in range(30)) / 30
            self.zeroed_from = None

    # --- what is seen ------------------------------------------------------------------------------------------------

    def dialogue(self) -> "T8533Dialogue":
        """Return a new session's dialogue."""
        return T8533Dialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what its display shows."""
        return {"energised": False, "measuring": self.started is not None, "zero filter": self.inlet.filtered}

    def truth(self, name: str, **at: float) -> float:
        """Return true `concentration` before its inlet, its `flow`, `growth`, `zero`, or `error`, `response` at one.

        Its response is what it would show but for its noise: humidity, lens, inlet and zero included.
        """
        told: dict[str, Callable[[], float]] = {
            "concentration": lambda: self.true_concentration(self.now),
            "flow": lambda: self.true_flow(self.now),
            "zero": lambda: self.wander.at(self.now) - self.zero,
            "growth": lambda: self.growth(self.now),
            "error": lambda: self.concentration.shown(at["at"]) - at["at"],
            "response": lambda: self._response(at["at"]),
        }
        return told[name]() if name in told else super().truth(name, **at)

    def _response(self, true: float) -> float:
        through = relative(least((CUTS["PM2.5"], self.inlet.cut_at(self.true_flow(self.now)))))
        wet = true * through * self.growth(self.now) * (1.0 - self.fouling * self.now)
        return self.concentration.shown(wet) + self.wander.at(self.now) - self.zero


def _grown(kappa: float, humidity: float) -> float:
    activity = least((humidity, 99.0)) / 100.0
    return 1.0 + kappa * activity / (1.0 - activity)


class T8533Dialogue(Dialogue):
    """Commands of letters; every answer stands between two line's ends."""

    ends = b"\r\n"
    answer_end = b"\r\n"
    latency = 0.03
    unknown = Complaint(0, "FAIL")

    def __init__(self, monitor: T8533) -> None:
        """Begin a session."""
        super().__init__(Status())
        self.monitor = monitor

    def carry_out(self, unit: str) -> Spoken:
        """Carry out a command; one that is not known fails in words."""
        self.monitor.finish_zero()
        try:
            said = super().carry_out(unit)
        except Complaint as complaint:
            said = complaint.words
        return f"\r\n{said}"

    @command("RDMN")
    def _model(self, _: list[str]) -> Spoken:
        return disguised(self.monitor.identity, self.struck).model

    @command("RDSN")
    def _serial(self, _: list[str]) -> Spoken:
        return disguised(self.monitor.identity, self.struck).serial

    @command("MSTART")
    def _start(self, _: list[str]) -> Spoken:
        if self.monitor.zeroed_from is not None:
            return "FAIL"
        if self.monitor.started is None:
            self.monitor.started = self.monitor.now
        return "OK"

    @command("MSTOP")
    def _stop(self, _: list[str]) -> Spoken:
        self.monitor.started = None
        return "OK"

    @command("MZERO")
    def _zero(self, _: list[str]) -> Spoken:
        if self.monitor.started is not None:
            return "FAIL"
        self.monitor.take_zero()
        return "OK"

    @command("RMZEROING")
    def _zeroing(self, _: list[str]) -> Spoken:
        since = self.monitor.zeroed_from
        passed = ZERO_TIME if since is None else self.monitor.now - since
        return f"{math.floor(passed)},{ZERO_TIME:.0f}"

    @command("RMMEAS")
    def _measurement(self, _: list[str]) -> Spoken:
        values = "".join(f"{_milligrams(self.monitor.shown(each))}," for each in CUTS)
        return f"{self.monitor.elapsed()},{values}"

    @command("RMMEASSTATS")
    def _statistics(self, _: list[str]) -> Spoken:
        now = (_milligrams(self.monitor.shown(each)) for each in CUTS)
        return "\r\n".join(f"{each},{each},{each},{each},0.000," for each in now)

    @command("RMMESSAGES")
    def _messages(self, _: list[str]) -> Spoken:
        values = [self.monitor.shown(each, "RMMESSAGES") / 1000.0 for each in CUTS]
        beyond = [int(not abs(each) <= RANGE) for each in values]
        flags = [0, 0, 0, 0, *beyond, 0, 1, 0, 100, 0, 95, 0]
        return "".join(f"{each}," for each in flags)


def _milligrams(micrograms: float) -> str:
    """Return µg/m³ as it prints mg/m³: three decimals.

    >>> _milligrams(74.6), _milligrams(float("inf"))
    ('0.075', '******')
    """
    value = micrograms / 1000.0
    return f"{value:.3f}" if abs(value) <= RANGE else "******"
