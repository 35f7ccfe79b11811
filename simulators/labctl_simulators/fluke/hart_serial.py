"""The serial protocol of Hart Scientific's controllers: letters that may be left out, echoes, a cut-out.

Source: user's guides of 7037, 7102, 7341 and 9105, chapter digital communication interface. What a controller does
with a command that it does not know is not told there: this one stays silent.
"""

import re
from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from labctl.metrology.many import everywhere, nan, within
from labctl.simulation.dialogue import Answer, Dialogue
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.status import Status
from labctl.simulation.truth import TrueError, of_standard
from labctl.simulation.world import World
from labctl_simulators.thermal.volume import Figures, Volume

NOISE: Final = 0.001  # K, of the control sensor
OFFSET: Final = 0.05  # K, half-width of the control sensor's error without a record
HYSTERESIS: Final = 3.0  # K below the cut-out at which it can be reset
_SET: Final = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)")


class HartController(SimulatedInstrument, maker="Fluke", wires=("serial",), line="baud=2400"):
    """A volume with its controller: set-point, vernier, cut-out, and how its port is set."""

    version: ClassVar[str] = "1.06"
    decimals: ClassVar[int] = 2
    figures: ClassVar[Figures] = Figures()

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand switched on, at the set-point of the room, with its hidden error drawn."""
        super().__init__(world, placed)
        usual = self.figures
        self.volume = Volume(
            world=world,
            name=self.key,
            figures=Figures(
                time_constant=self.figure("time constant", usual.time_constant),
                damping=usual.damping,
                dead_time=self.figure("dead time", usual.dead_time),
                heating=self.figure("heating", usual.heating),
                cooling=self.figure("cooling", usual.cooling),
                stability=self.figure("stability", usual.stability),
                ripple=usual.ripple,
                across=self.figure("gradient across", usual.across),
                along=self.figure("gradient along", usual.along),
                bow=self.figure("bow", usual.bow),
                lowest=usual.lowest,
                highest=usual.highest,
            ),
        )
        world.physical.append(self.volume)
        self.error: TrueError = of_standard(world, placed.asset, "temperature", "°C")
        self.offset = 0.0 if placed.asset is not None else world.drawn(OFFSET, self.key, "offset")
        self.set_to = 25.0
        self.vernier = 0.0
        self.cut_out = usual.highest + 10.0
        self.tripped = False
        self.unit = "C"
        self.full_duplex = self.figure("full duplex", 1.0) > 0
        self.line_feed = self.figure("line feed", 1.0) > 0
        self.stability = 0.05
        self.band = 5.0
        self.every = 0  # seconds between two unasked readings
        world.physical.append(_CutOut(self))

    def power_on(self) -> None:
        """Go on as before: set-point and cut-out are kept without power."""

    # --- what the controller does ------------------------------------------------------------------------------------

    def control(self, set_point: float) -> None:
        """Control at a set-point; one outside the range is not taken."""
        if self.figures.lowest <= set_point <= self.figures.highest:
            self.set_to = set_point
            self.trim(self.vernier)

    def trim(self, vernier: float) -> None:
        """Add a vernier to the set-point; the volume comes to where the sensor shows it."""
        self.vernier = vernier
        shown = self.set_to + vernier
        true = shown - self.error.at(shown) - self.offset
        self.volume.set_point = true

    def shown(self, message: str = "t") -> float:
        """Return the temperature that the control sensor shows, in °C."""
        true = self.volume.at_sensor
        noise = self.figure("noise", NOISE) * self.world.noise(f"{self.key} t", round(self.now * 10))
        return self.faults.on_value(true + self.error.at(true) + self.offset + noise, self.now, message)

    def watch(self) -> None:
        """Take the heater off when the cut-out's own sensor is too hot."""
        if not everywhere(self.volume.hottest <= self.cut_out) and self.volume.at_sensor > self.cut_out:
            self.tripped = True
            self.volume.powered = False

    def reset_cut_out(self) -> None:
        """Bring the cut-out in again, once it has cooled."""
        if self.volume.at_sensor < self.cut_out - HYSTERESIS:
            self.tripped = False
            self.volume.powered = True

    def dialogue(self) -> "HartDialogue":
        """Return a new session's dialogue."""
        return HartDialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what the front panel shows, and the true temperature inside."""
        return {
            "energised": self.volume.powered and self.set_to > 25.0,  # noqa: PLR2004  (what stands for no heat)
            "setting": self.set_to,
            "output": self.volume.at_sensor,
            "cut-out": "tripped" if self.tripped else "in",
        }

    def truth(self, name: str, **at: float) -> float:
        """Return the true `temperature` at the control sensor, or its `error` of indication at a temperature."""
        if name == "temperature":
            return self.volume.at_sensor
        if name == "error":
            return self.error.at(at["at"]) + self.offset
        return super().truth(name, **at)


class _CutOut:
    """The independent sensor of the cut-out, which looks once a second."""

    step = 1.0

    def __init__(self, controller: HartController) -> None:
        self.controller = controller

    @property
    def resting(self) -> bool:
        """Return whether it cannot become too hot."""
        return self.controller.volume.resting

    def advance(self, dt: float) -> None:  # noqa: ARG002  (it looks, whatever the time)
        """Look."""
        self.controller.watch()


class HartDialogue(Dialogue):
    """The commands of the manual's table; blanks and capitals count for nothing."""

    ends = b"\r\n"
    answer_end = b""  # stands in the answer, for the line feed can be switched off
    latency = 0.02

    words: ClassVar[Mapping[str, tuple[str, str]]] = {  # shortest form, whole word
        "set_point": ("s", "setpoint"),
        "vernier": ("v", "vernier"),
        "temperature": ("t", "temperature"),
        "units": ("u", "units"),
        "power": ("po", "power"),
        "band": ("pr", "propband"),
        "cut_out": ("c", "cutout"),
        "stability": ("ts", "ts"),
        "sampling": ("sa", "sample"),
        "duplex": ("du", "duplex"),
        "line_feed": ("lf", "lfeed"),
        "version": ("*ver", "*version"),
        "help": ("h", "help"),
    }

    def __init__(self, controller: HartController) -> None:
        """Begin a session."""
        super().__init__(Status())
        self.controller = controller

    def readable(self, message: bytes) -> str:
        """Return the characters that count: blanks are ignored, a backspace takes one back."""
        kept = ""
        for each in (chr(byte & 0x7F) for byte in message):
            kept = kept[:-1] if each == "\b" else kept + each
        return kept.replace(" ", "").lower()

    def answer(self, message: str) -> Answer | None:
        """Carry out a command; in full duplex it is repeated before whatever is answered."""
        end = "\r\n" if self.controller.line_feed else "\r"
        echo = f"{message}{end}" if self.controller.full_duplex else ""
        name, _, value = message.partition("=")
        command = self._command(name)
        said = getattr(self, f"_{command}")(value) if command else ""
        if not said and not echo:
            return None
        seconds = 10.0 * (len(echo) + len(said) + 2) / 2400.0  # at ten bits a character
        return Answer(lambda: echo + (f"{said}{end}" if said else ""), seconds)

    def _command(self, name: str) -> str:
        for command, (short, whole) in self.words.items():
            if name.startswith(short) and whole.startswith(name):
                return command
        return ""

    # --- the table ---------------------------------------------------------------------------------------------------

    def _set_point(self, value: str) -> str:
        if value:
            self._with_number(value, lambda shown: self.controller.control(self._celsius(shown)))
            return ""
        return f"set: {self._scaled(self.controller.set_to)}"

    def _vernier(self, value: str) -> str:
        if value:
            self._with_number(value, self.controller.trim)
            return ""
        return f"v: {self.controller.vernier:.5f}"

    def _temperature(self, value: str) -> str:  # noqa: ARG002  (cannot be set)
        shown = self.controller.shown("t")
        if nan(shown):
            return "t: ---.-- C"
        return f"t: {self._scaled(within(shown, -999.0, 9999.0))}"

    def _units(self, value: str) -> str:
        if value in {"c", "f"}:
            self.controller.unit = value.upper()
            return ""
        return f"u: {self.controller.unit}"

    def _power(self, value: str) -> str:  # noqa: ARG002  (cannot be set)
        return f"po: {self.controller.volume.duty:.1f}"

    def _band(self, value: str) -> str:
        if value:
            self._with_number(value, lambda band: setattr(self.controller, "band", band))
            return ""
        return f"pb: {self.controller.band:.1f}"

    def _cut_out(self, value: str) -> str:
        if value.startswith("r"):
            self.controller.reset_cut_out()
        elif value:
            self._with_number(value, lambda limit: setattr(self.controller, "cut_out", self._celsius(limit)))
        else:
            limit = round(self._shown_in_unit(self.controller.cut_out))
            return f"c: {limit} {self.controller.unit}, {'out' if self.controller.tripped else 'in'}"
        return ""

    def _stability(self, value: str) -> str:
        if value:
            self._with_number(value, lambda band: setattr(self.controller, "stability", band))
            return ""
        return f"ts:{self.controller.stability:g}"

    def _sampling(self, value: str) -> str:
        if value:
            self._with_number(value, lambda seconds: setattr(self.controller, "every", int(seconds)))
            return ""
        return f"sa: {self.controller.every}"

    def _duplex(self, value: str) -> str:
        if value:
            self.controller.full_duplex = value.startswith("f")
        return ""

    def _line_feed(self, value: str) -> str:
        if value:
            self.controller.line_feed = value == "on"
        return ""

    def _version(self, value: str) -> str:  # noqa: ARG002  (cannot be set)
        who = disguised(self.controller.identity, self.struck)
        return f"ver.{who.model},{who.firmware or self.controller.version}"

    def _help(self, value: str) -> str:  # noqa: ARG002  (cannot be set)
        return "s[etpoint] t[emperature] u[nits] v[ernier] po[wer] pr[opband] c[utout] sa[mple] du[plex] lf[eed] *ver"

    # --- inside ------------------------------------------------------------------------------------------------------

    def _with_number(self, value: str, action: Callable[[float], object]) -> None:
        found = _SET.fullmatch(value)
        if found is not None:
            action(float(found[1]))

    def _celsius(self, value: float) -> float:
        return value if self.controller.unit == "C" else (value - 32.0) / 1.8

    def _shown_in_unit(self, celsius: float) -> float:
        return celsius if self.controller.unit == "C" else celsius * 1.8 + 32.0

    def _scaled(self, celsius: float) -> str:
        return f"{self._shown_in_unit(celsius):.{self.controller.decimals}f} {self.controller.unit}"
