"""Any driver beside its simulator, used as a run uses it, with an ear on what the instrument truly said."""

import math
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from inspect import isfunction, signature
from typing import Any, Final, cast, get_type_hints

from attrs import define, field, frozen

from labctl import packs
from labctl.clock import Clock
from labctl.errors import InstrumentError, LabctlError
from labctl.events.kinds import IndicationTaken
from labctl.instruments.driver import Driver
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.metrology.units import parse_unit
from labctl.records.equipment import Identity
from labctl.records.observation import Indication, Setting
from labctl.simulation.alone import KEY
from labctl.simulation.faults import Faults
from labctl.simulation.instrument import SimulatedInstrument
from labctl.simulation.talk import Said
from labctl.testing import LoneInstrument, alone
from labctl.transport.base import Ending, Transport

SERIAL: Final = "SIM0001"
PATIENCE: Final = 20  # tries to bring an instrument back
REST: Final = 3.0  # simulated seconds between them
TICK: Final = timedelta(microseconds=2)  # what the journal's instants are rounded by

WANTED: Final = {
    "voltage": "1 V",
    "current": "10 mA",
    "resistance": "100 Ω",
    "frequency": "1 kHz",
    "temperature": "40 °C",
    "flow": "10 L/min",
    "concentration": "50 µg/m³",
    "diameter": "2.5 µm",
    "pressure": "100 kPa",
}
"""What is asked of a method by the name of its parameter; a third of what the model allows where that is beyond."""
RANGES: Final = {"V": 10.0, "A": 1.0, "Ω": 100.0}
"""Ranges that every multimeter has."""
NAMED_OTHERWISE: Final = {"concentration": "mass concentration", "voltage": "DC voltage", "current": "DC current"}


@frozen
class Spoken:
    """What an instrument composed in answer to a message, and when it had heard it."""

    heard: datetime
    message: str
    words: bytes
    valueless: bool  # there was no finite value to show


@define
class Ear:
    """Hears what an instrument truly answers, before any fault of the wire."""

    spoken: list[Spoken] = field(factory=list[Spoken])
    valueless: bool = False  # since somebody last looked

    def truly_said(self, taken: IndicationTaken) -> bool:
        """Return whether an indication is what the instrument composed for this very question, with a value to show."""
        sent, reply = taken.exchanges[-1].sent, taken.reply
        return any(
            taken.asked_at - TICK <= each.heard <= taken.taken_at + TICK
            and each.message in sent.decode("latin-1")
            and each.words.strip() in reply
            and not each.valueless
            for each in reversed(self.spoken)
        )


class TellingFaults(Faults):
    """Faults that tell when what they made of a value is no value."""

    def __init__(self, ear: Ear) -> None:
        super().__init__()
        self.ear = ear

    def on_value(self, true: float, instant: float, message: str = "") -> float:
        value = super().on_value(true, instant, message)
        self.ear.valueless |= math.isfinite(true) and not math.isfinite(value)
        return value


class TimedWire:
    """A wire that notes an answer for which somebody waited longer than was allowed."""

    def __init__(self, wire: Transport, clock: Callable[[], float]) -> None:
        self.wire, self.clock = wire, clock
        self.overdue: list[tuple[float, float]] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (whatever a wire has)
        return getattr(self.wire, name)

    def read(self, ending: bytes | Ending, within: float) -> bytes:
        started = self.clock()
        try:
            return self.wire.read(ending, within)
        finally:
            waited = self.clock() - started
            if waited > within + 1e-6:
                self.overdue.append((waited, within))


@define
class Subject:
    """One instrument, its driver, and what both said."""

    lone: LoneInstrument
    ear: Ear
    wire: TimedWire

    @property
    def driver(self) -> Driver:
        return self.lone.driver

    def taken(self) -> list[IndicationTaken]:
        return [each for each in self.lone.memory.events if isinstance(each, IndicationTaken)]

    def bring_back(self) -> None:
        """Recover and prepare, as the engine does between attempts, until the instrument is there again."""
        for _ in range(PATIENCE):
            try:
                self.driver.recover()
                self.driver.prepare()
            except InstrumentError:
                self.lone.clock.wait(REST)
            else:
                return
        self.driver.recover()
        self.driver.prepare()

    def energised(self) -> bool:
        return bool(self.lone.state().get("energised", False))

    def wrong(self) -> list[str]:
        """Return the indications that nobody should have accepted."""
        return [
            f"{each.method}: {each.quantity} of {each.exchanges[-1]}"
            for each in self.taken()
            if not (self.ear.truly_said(each) and math.isfinite(each.quantity.value))
        ]


def models() -> list[str]:
    """Return every model that has a driver and a simulator with a wire of its own."""
    simulators = packs.simulators().found
    return sorted(
        model
        for model in packs.drivers().found
        if model in simulators and simulators[model].wires and "channel" not in simulators[model].wires
    )


@contextmanager
def subject(model: str, seed: int = 1) -> Generator[Subject]:
    """Put a model on a bench of its own, recognised and prepared."""
    with alone(model, seed=seed, serial=SERIAL) as lone:
        ear = listen(lone.bench.instruments[KEY], lone.clock)
        wire = TimedWire(lone.driver.wire, lone.clock.monotonic)
        wire.open()  # a session that is listened to
        lone.driver.wire = cast("Transport", wire)
        lone.driver.recognise(Identity(manufacturer="", model="", serial=SERIAL))
        lone.driver.prepare()
        yield Subject(lone, ear, wire)


def listen(instrument: SimulatedInstrument, clock: Clock) -> Ear:
    """Put an ear on a simulated instrument; it hears the sessions that begin from now on."""
    ear = Ear()
    instrument.faults = TellingFaults(ear)
    begun = instrument.dialogue

    def dialogue() -> Any:  # noqa: ANN401  (of whatever messages)
        talk = begun()
        reply = talk.reply

        def heard(message: Any) -> Said | None:  # noqa: ANN401  (text or bytes)
            ear.valueless = False
            said, now, valueless = reply(message), clock.now(), ear.valueless
            if said is None:
                return None

            def compose() -> bytes:
                ear.valueless = False
                words = said.compose()
                ear.spoken.append(Spoken(now, _text(message), words, valueless or ear.valueless))
                return words

            return Said(compose, said.after)

        vars(talk)["reply"] = heard
        return talk

    vars(instrument)["dialogue"] = dialogue
    return ear


def _text(message: str | bytes) -> str:
    return message.replace("ESC ", "\x1b") if isinstance(message, str) else message.decode("latin-1")


# --- what can be asked of a driver -----------------------------------------------------------------------------------


def calls(driver: Driver) -> Mapping[str, Callable[[], object]]:
    """Return every call that shows or presents something, by name, with arguments that the model allows."""
    found: dict[str, Callable[[], object]] = {}
    for name in sorted(dir(type(driver))):
        method = getattr(type(driver), name)
        if name.startswith("_") or not isfunction(method) or name in {"indication", "setting"}:
            continue
        if get_type_hints(method).get("return") not in (Indication, Setting):
            continue
        if hasattr(Driver, name) or getattr(method, "__labctl_door__", False):
            continue
        given = _arguments(driver, method)
        if given is not None:
            found[name] = _call(driver, name, given)
    return found


def _call(driver: Driver, name: str, given: list[object]) -> Callable[[], object]:
    """Return a call; of what is measured on a range, with the range set before."""
    bound, ranged = getattr(driver, name), getattr(driver, f"set_{name}_range", None)

    def call() -> object:
        if ranged is not None:
            unit = "V" if "voltage" in name else "A" if "current" in name else "Ω"
            ranged(Quantity.of(RANGES[unit], unit))
        return bound(*given)

    return call


def sources(driver: Driver) -> Mapping[str, Callable[[], object]]:
    """Return the calls that present something."""
    return {name: call for name, call in calls(driver).items() if _presents(driver, name)}


def _presents(driver: Driver, name: str) -> bool:
    return get_type_hints(getattr(type(driver), name)).get("return") is Setting


def _arguments(driver: Driver, method: Callable[..., object]) -> list[object] | None:
    given: list[object] = []
    for each in list(signature(method).parameters.values())[1:]:
        if each.default is not each.empty:
            break
        if each.name == "channel":
            given.append(getattr(driver, "channels", (1,))[0])
        elif each.name in WANTED:
            given.append(_wanted(driver, each.name))
        else:
            return None
    return given


def _wanted(driver: Driver, parameter: str) -> Quantity:
    limit = driver.allowed(NAMED_OTHERWISE.get(parameter, parameter))
    usual = parse_quantity(WANTED[parameter])
    if limit is None or limit.holds(usual):
        return usual
    assert limit is not None, f"{driver.model} limits its {parameter}"
    low, high = limit.low, limit.high
    unit = parse_unit(high.unit.symbol).symbol
    return Quantity.of(low.value_in(unit) + 0.3 * (high.value_in(unit) - low.value_in(unit)), unit)


def works(call: Callable[[], object]) -> bool:
    """Return whether a call succeeds on this bench at all, where nothing is wrong."""
    try:
        call()
    except LabctlError:
        return False
    return True
