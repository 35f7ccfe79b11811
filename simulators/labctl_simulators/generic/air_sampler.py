"""A sampler that draws air through a filter, by labctl's own profile of SCPI.

Its profile stands with its driver's documentation (`generic/AIR-SAMPLER`).
"""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from labctl.metrology.many import finite, mapped, nan, worded
from labctl.simulation.dialogue import ScpiDialogue, Spoken, command
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.status import EXECUTION_ERROR, Complaint, Status
from labctl.simulation.world import World
from labctl_simulators.worlds.filters import Filter
from labctl_simulators.worlds.hidden import indication_of
from labctl_simulators.worlds.inlet import Inlet, relative

FLOW: Final = 16.67  # L/min
LOADING: Final = 0.0005  # of the flow that each milligram of dust takes away
NO_FILTER, POWER_FAILED = 1, 4
FIRMWARE: Final = "1.0"
CONFLICT: Final = Complaint(-221, "Settings conflict", EXECUTION_ERROR)


class AirSampler(SimulatedInstrument, maker="Generic", model="AIR-SAMPLER", wires=("tcp", "serial")):
    """Pump, inlet, flow control and the filter in its holder."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand in the laboratory, off, without a filter, its hidden errors drawn."""
        super().__init__(world, placed)
        self.inlet = Inlet(nominal_flow=FLOW)
        self.calibration = indication_of(world, placed, "flow", "L/min", usual="2 % * abs(nominal)")
        self.cut_error = self.figure("cut error", world.drawn(0.05, placed.key, "cut"))  # µm
        self.clock_offset = self.figure("clock offset", world.drawn(30.0, placed.key, "clock"))
        self.begun = world.clock.now() - timedelta(seconds=world.present)
        self.filter: Filter | None = None
        self.started: float | None = None
        self.stopped_after = 0.0  # seconds
        self.stopped_at = 0.0
        self.trouble = 0

    def power_on(self) -> None:
        """Be off; a sampling that was under way is marked."""
        if self.started is not None:
            self.stop()
            self.trouble |= POWER_FAILED

    # --- physics -----------------------------------------------------------------------------------------------------

    def true_flow(self, instant: float) -> float:  # noqa: ARG002  (it is controlled)
        """Return the flow that it truly draws, in L/min, while it believes in 16.67 L/min; a loaded filter slows it."""
        dust = self.filter.dust + self._collected() if self.filter is not None else 0.0
        return self.calibration.true(FLOW) * (1.0 - LOADING * dust)

    def start(self) -> None:
        """Begin to draw air."""
        self.trouble = 0 if self.filter is not None else NO_FILTER
        if self.filter is not None:
            self.started = self.now
            self.stopped_after = 0.0

    def stop(self) -> None:
        """End; what was collected stays on the filter."""
        if self.started is None:
            return
        if self.filter is not None:
            self.filter.condition(self.world.present)  # what lay on it before
            self.filter.load(self._collected(), self.now - self.started)
        self.stopped_after, self.started = self.now - self.started, None
        self.stopped_at = self.now

    def elapsed(self) -> float:
        """Return for how many seconds air was drawn since the last start."""
        return self.stopped_after if self.started is None else self.now - self.started

    def _collected(self) -> float:
        """Return the dust collected since the start, in mg: dm = c · q · (1 − loading · m) dt, in closed form."""
        if self.started is None:
            return 0.0
        exposure = self.inlet.exposure(self.started, self.now)  # µg/m³ · s
        flow = self.calibration.true(FLOW) / 60.0 / 1000.0  # m³/s
        cut = self.inlet.cut_at(self.calibration.true(FLOW)) + self.cut_error
        unhindered = exposure * flow * relative(cut) / 1000.0
        return -mapped(math.expm1, -LOADING * unhindered) / LOADING

    def _on_filter(self) -> float:
        """Return the dust on its filter now, in mg."""
        if self.filter is None:
            return 0.0
        return self.filter.dust + self.filter.remaining(self._collected(), self.elapsed())

    # --- what is seen ------------------------------------------------------------------------------------------------

    def dialogue(self) -> "AirSamplerDialogue":
        """Return a new session's dialogue."""
        return AirSamplerDialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what its front panel shows."""
        loaded = self.filter.name if self.filter is not None else ""
        return {"energised": self.started is not None, "filter": loaded, "elapsed": self.elapsed()}

    def truth(self, name: str, **at: float) -> float:
        """Return its true `flow`, `clock offset`, or the dust `collected` on its filter in mg."""
        if name == "flow":
            return self.true_flow(self.now)
        if name == "began":  # the latest sampling, in seconds of the world
            return self.stopped_at - self.stopped_after if self.started is None else self.started
        if name == "ended":
            return self.stopped_at if self.started is None else self.now
        if name == "clock offset":
            return self.clock_offset
        if name == "collected":
            return self._on_filter()
        return super().truth(name, **at)

    def clock(self) -> str:
        """Return what its clock shows."""
        return worded(lambda passed: f"{self.begun + timedelta(seconds=passed):%H,%M,%S}", self.now + self.clock_offset)


class AirSamplerDialogue(ScpiDialogue):
    """The profile."""

    def __init__(self, sampler: AirSampler) -> None:
        """Begin a session."""
        super().__init__(Status())
        self.sampler = sampler

    def identity(self) -> str:
        """Return maker, model, serial number and firmware."""
        who = disguised(self.sampler.identity, self.struck)
        return f"GENERIC,{who.model},{who.serial},{who.firmware or FIRMWARE}"

    def reset(self) -> None:
        """Be off, without trouble."""
        self.sampler.stop()
        self.sampler.trouble = 0

    @command("SAMPle:STARt")
    def _start(self, _: list[str]) -> Spoken:
        if self.sampler.started is not None:
            raise CONFLICT
        self.sampler.start()
        return None

    @command("SAMPle:STOP")
    def _stop(self, _: list[str]) -> Spoken:
        self.sampler.stop()
        return None

    @command("SAMPle:STATe?")
    def _state(self, _: list[str]) -> Spoken:
        return str(int(self.sampler.started is not None))

    @command("SAMPle:CLEar")
    def _clear(self, _: list[str]) -> Spoken:
        if self.sampler.started is not None:
            raise CONFLICT
        self.sampler.stopped_after = 0.0
        return None

    @command("SAMPle:TIME?")
    def _time(self, _: list[str]) -> Spoken:
        elapsed = self.sampler.faults.on_value(self.sampler.elapsed(), self.sampler.now, "SAMP:TIME?")
        return _printed(elapsed, 0)

    @command("SAMPle:VOLume?")
    def _volume(self, _: list[str]) -> Spoken:
        litres = FLOW * self.sampler.elapsed() / 60.0
        return _printed(self.sampler.faults.on_value(litres, self.sampler.now, "SAMP:VOL?"), 1)

    @command("FLOW?")
    def _flow(self, _: list[str]) -> Spoken:
        sampler = self.sampler
        rough = 0.01 * sampler.world.noise(f"{sampler.key} flow", math.floor(sampler.now))
        flow = FLOW + rough if sampler.started is not None else 0.0
        return _printed(sampler.faults.on_value(flow, sampler.now, "FLOW?"), 2)

    @command("STATus:QUEStionable[:CONDition]?")
    def _questionable(self, _: list[str]) -> Spoken:
        return str(self.sampler.trouble)

    @command("SYSTem:TIME?")
    def _clock(self, _: list[str]) -> Spoken:
        return self.sampler.clock()


def _printed(value: float, decimals: int) -> str:
    """Return a number, or what SCPI says where there is none (SCPI-1999, 7.2.1)."""
    if nan(value):
        return "9.91E+37"
    return f"{value:.{decimals}f}" if finite(value) else f"{math.copysign(9.9e37, value):.1E}"
