"""How a SCPI multimeter is set up: functions, ranges, integration, filter, each command for every function it suits."""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from attrs import evolve

from labctl.simulation.dialogue import ScpiDialogue, Spoken, command, number, only, spellings, switch
from labctl.simulation.status import EXECUTION_ERROR, Complaint, Status
from labctl_simulators.electrics.functions import (
    AC_CURRENT,
    AC_VOLTAGE,
    DC_CURRENT,
    DC_VOLTAGE,
    FOUR_WIRES,
    FREQUENCY,
    TWO_WIRE,
    Function,
)
from labctl_simulators.electrics.multimeter import Multimeter, Settings
from labctl_simulators.electrics.printing import printed

ILLEGAL: Final = Complaint(-224, "Illegal parameter value", EXECUTION_ERROR)
TOO_FAR: Final = Complaint(-222, "Data out of range", EXECUTION_ERROR)
UNDEFINED: Final = Complaint(-113, "Undefined header")
FUNCTIONS: Final = {
    DC_VOLTAGE: "VOLTage[:DC]",
    AC_VOLTAGE: "VOLTage:AC",
    DC_CURRENT: "CURRent[:DC]",
    AC_CURRENT: "CURRent:AC",
    TWO_WIRE: "RESistance",
    FOUR_WIRES: "FRESistance",
    FREQUENCY: "FREQuency",
}
"""How SCPI spells the functions; `@` stands for any of them in the commands below."""
SHORT: Final = {
    DC_VOLTAGE: "VOLT",
    AC_VOLTAGE: "VOLT:AC",
    DC_CURRENT: "CURR",
    AC_CURRENT: "CURR:AC",
    TWO_WIRE: "RES",
    FOUR_WIRES: "FRES",
    FREQUENCY: "FREQ",
}
_SPELLED: Final = {each: name for name, pattern in FUNCTIONS.items() for each in spellings(pattern)}
_LONGEST: Final = 2  # words of a function


class ScpiSetup(ScpiDialogue):
    """The half of a SCPI multimeter's talk that sets it up."""

    full_names: ClassVar[bool] = False  # it answers VOLT:DC where others answer VOLT
    missing: ClassVar[frozenset[str]] = frozenset()  # commands, by their methods, that the model has not
    cycles_allowed: ClassVar[tuple[float, float, float]] = (0.02, 100.0, 10.0)  # least, most, usual

    def __init__(self, meter: Multimeter, status: Status) -> None:
        """Begin a session."""
        super().__init__(status)
        self.meter = meter
        self._named = DC_VOLTAGE  # the function that the present command names

    def changed(self) -> None:
        """Learn that the set-up is another one: what was measured is void."""

    # --- which function a header names -------------------------------------------------------------------------------

    def find(self, header: str) -> str | None:
        """Return the method of a header; a function in it is remembered and stands as `@` in the table."""
        if "@" in header:
            return None
        found = super().find(header)
        if found is not None or header.startswith("*"):
            self._named = DC_VOLTAGE
            return found
        words = (self._path + header.rpartition(":")[2]).removesuffix("?").split(":")
        query = "?" if header.endswith("?") else ""
        lead = words[:1] if words[0] in {"CONF", "CONFIGURE", "MEAS", "MEASURE"} else []
        rest = words[len(lead) :]
        rest = rest[1:] if not lead and rest[:1] in (["SENS"], ["SENSE"]) else rest
        for length in range(_LONGEST, 0, -1):
            name = _SPELLED.get(":".join(rest[:length]))
            if name in self.meter.functions and name is not None:
                self._named = name
                method = self.table.get(":".join([*lead, "@", *rest[length:]]) + query)
                return None if method in self.missing else method
        return None

    @property
    def _function(self) -> Function:
        return self.meter.functions[self._named]

    @property
    def _settings(self) -> Settings:
        return self.meter.setup.each[self._named]

    def _set(self, **changes: Any) -> None:  # noqa: ANN401  (the fields of Setup)
        self.meter.setup = evolve(self.meter.setup, **changes)
        self.changed()

    def _settle(self, **changes: Any) -> None:  # noqa: ANN401  (the fields of Settings)
        settings = evolve(self._settings, **changes)
        self.meter.setup = self.meter.setup.with_settings(self._named, settings)
        self.changed()

    # --- function and range ------------------------------------------------------------------------------------------

    @command("CONFigure", "CONFigure:@")
    def _configure(self, parameters: list[str]) -> Spoken:
        wanted = parameters[0].upper() if parameters else "DEF"
        before, delivered = self.meter.setup, self.meter.delivered()
        each = {**before.each, self._named: delivered.each[self._named]}
        lowest = delivered.lowest if self._function.alternating else before.lowest
        self.meter.setup = evolve(delivered, function=self._named, each=each, lowest=lowest)
        if wanted not in {"AUTO", "DEF"} and self._named != FREQUENCY:
            self._settle(top=range_of(wanted, self._function), automatic=False)
        if len(parameters) > 1 and parameters[1].upper() != "DEF" and not self._function.alternating:
            self._resolution([parameters[1]])
        self.changed()
        return None

    @command("CONFigure?")
    def _configure_query(self, _: list[str]) -> Spoken:
        setup = self.meter.setup
        top, function = setup.now.top, self.meter.function
        return f'"{self._spelled()} {printed(top)},{printed(self.meter.step_of(function, setup.now, top, top))}"'

    @command("[SENSe:]FUNCtion[:ON]?")
    def _function_query(self, _: list[str]) -> Spoken:
        return f'"{self._spelled()}"'

    def _spelled(self) -> str:
        short = SHORT[self.meter.setup.function]
        return f"{short}:DC" if self.full_names and short in {"VOLT", "CURR"} else short

    @command("[SENSe:]FUNCtion[:ON]")
    def _set_function(self, parameters: list[str]) -> Spoken:
        name = _SPELLED.get(only(parameters).strip("\"'").upper())
        if name is None or name not in self.meter.functions:
            raise ILLEGAL
        self._set(function=name)
        return None

    @command("@:RANGe[:UPPer]")
    def _range(self, parameters: list[str]) -> Spoken:
        self._settle(top=range_of(only(parameters), self._function), automatic=False)
        return None

    @command("@:RANGe[:UPPer]?")
    def _range_query(self, parameters: list[str]) -> Spoken:
        return printed(range_of(parameters[0], self._function) if parameters else self._settings.top)

    @command("@:RANGe:AUTO")
    def _automatic(self, parameters: list[str]) -> Spoken:
        self._settle(automatic=switch(parameters))
        return None

    @command("@:RANGe:AUTO?")
    def _automatic_query(self, _: list[str]) -> Spoken:
        return str(int(self._settings.automatic))

    # --- integration and filter --------------------------------------------------------------------------------------

    def _refuse_alternating(self) -> None:
        if self._function.alternating:
            raise UNDEFINED

    @command("@:NPLCycles")
    def _cycles(self, parameters: list[str]) -> Spoken:
        self._refuse_alternating()
        steps = tuple(sorted(self.meter.resolution))
        self._settle(cycles=named(only(parameters), *self.cycles_allowed, steps=steps))
        return None

    @command("@:NPLCycles?")
    def _cycles_query(self, parameters: list[str]) -> Spoken:
        self._refuse_alternating()
        return printed(named(parameters[0], *self.cycles_allowed) if parameters else self._settings.cycles)

    @command("@:RESolution")
    def _resolution(self, parameters: list[str]) -> Spoken:
        self._refuse_alternating()
        top, shares = self._settings.top, self.meter.resolution
        least, most, usual = self.cycles_allowed
        wanted = named(only(parameters), shares[most] * top, shares[least] * top, shares[usual] * top)
        fine = [each for each, share in shares.items() if share * top <= wanted * (1 + 1e-9)]
        if not fine:
            raise TOO_FAR
        self._settle(cycles=min(fine))
        return None

    @command("@:RESolution?")
    def _resolution_query(self, _: list[str]) -> Spoken:
        top = self._settings.top
        return printed(self.meter.step_of(self._function, self._settings, top, top))

    @command("@:ZERO:AUTO")
    def _zero(self, parameters: list[str]) -> Spoken:
        self._refuse_alternating()
        once = only(parameters).upper() == "ONCE"
        self._settle(zero=False if once else switch(parameters))
        return None

    @command("@:ZERO:AUTO?")
    def _zero_query(self, _: list[str]) -> Spoken:
        self._refuse_alternating()
        return str(int(self._settings.zero))

    def filter(self, parameters: list[str]) -> None:
        """Take the lowest frequency that the detector passes in full: the next lower filter that there is."""
        filters = tuple(self.meter.ac_delays)
        wanted = named(only(parameters), filters[0], 3e5, self.meter.usual_lowest)
        self._set(lowest=max(each for each in filters if each <= wanted))

    @command("@:BANDwidth")
    def _band(self, parameters: list[str]) -> Spoken:
        if not self._function.alternating:
            raise UNDEFINED
        self.filter(parameters)
        return None

    @command("@:BANDwidth?")
    def _band_query(self, _: list[str]) -> Spoken:
        if not self._function.alternating:
            raise UNDEFINED
        return printed(self.meter.setup.lowest)

    def when_complete(self, action: Callable[[], None]) -> None:
        """Do something once the measurement is complete."""
        self.meter.world.at(self.meter.now + self.busy_for(), action)


def range_of(text: str, function: Function) -> float:
    """Return the range that holds a value."""
    ranges = function.ranges
    wanted = abs(named(text, ranges[0], ranges[-1], function.usual_top, signed=True))
    found = next((each for each in ranges if wanted <= each * (1 + 1e-9)), None)
    if found is None:
        raise TOO_FAR
    return found


def named(
    text: str, least: float, most: float, usual: float, *, steps: tuple[float, ...] = (), signed: bool = False
) -> float:
    """Return a number, or what MIN, MAX and DEF stand for; refused outside its limits.

    `steps` are the values that exist: the next higher one is taken.
    """
    word = text.upper()
    if word in {"MIN", "MAX", "DEF"}:
        return {"MIN": least, "MAX": most, "DEF": usual}[word]
    value = number(text)
    if not (signed or least <= value <= most):
        raise TOO_FAR
    return next((each for each in steps if value <= each * (1 + 1e-9)), value)
