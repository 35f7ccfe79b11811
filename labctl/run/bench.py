"""The instruments of a run: opened when they are needed, recognised by model and serial number, left safe."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from attrs import define, field, frozen

from labctl.errors import InstrumentError, LabctlError, NotReady, StoreFailed
from labctl.events.kinds import Argument, InstrumentClosed, InstrumentOpened, NoteTaken, Place, Purpose, SafeStateSent
from labctl.instruments.channel import place_of
from labctl.instruments.driver import Driver
from labctl.instruments.limits import Limit
from labctl.instruments.patience import Patience
from labctl.language import Text
from labctl.metrology.many import everywhere
from labctl.records.equipment import Identity
from labctl.records.observation import Exchange
from labctl.run.clock import RunClock
from labctl.run.guardian import GuardedWire
from labctl.run.scribe import Scribe
from labctl.transport.base import Transport

SHARE: Final = 1 / 3
"""After which share of its watchdog's time an instrument hears something again: two exchanges may fail or be slow."""
LOOK: Final = 0.2  # seconds between two questions whether an instrument is safe by now
SOON: Final = 0.01  # seconds that are not worth a wait of their own

_LOST: Final = Text(
    "{instrument} was set to {believed} and is found in its safe state: it lost its settings meanwhile",
    zh="{instrument} 原设定为 {believed}，现处于安全状态：其设定已丢失",
)
_STILL: Final = Text(
    "{instrument} was out of reach, set to {believed}, and is found energised: it is made safe before it is used",
    zh="{instrument} 曾失去联系，原设定为 {believed}，现仍有输出：使用前先置于安全状态",
)
_UNKNOWN: Final = Text(
    "{instrument} is found energised though this run had set nothing: it is made safe before it is used",
    zh="{instrument} 有输出，但本次运行未作设定：使用前先置于安全状态",
)


@frozen(kw_only=True)
class Seat:
    """One instrument that may take part, and who it has to be."""

    role: str
    instrument: str
    driver: type[Driver]
    address: str
    expected: Identity
    limits: Mapping[str, Limit] = field(factory=dict[str, Limit])

    @property
    def guarded(self) -> GuardedWire | None:
        """Return what a guardian needs to know; None where the instrument feeds nothing."""
        safe = self.driver.safe
        if safe is None:
            return None
        return GuardedWire(
            instrument=self.instrument,
            address=self.address,
            clears=safe.clears,
            commands=safe.commands,
            energy=safe.energy,
            pause=safe.pause,
        )


@define
class Bench:
    """What is plugged in, and what of it is open.

    Args:
        seats: who may take part, by role.
        scribe: hears of everything that drivers do.
        clock: the run's.
        wire: builds the wire of a seat; it is opened here.
        arms: whether instruments' own watchdogs are armed; where nothing real could be left alone they need not be.
        patience: counts how often is looked at what is waited for.
    """

    seats: dict[str, Seat]
    scribe: Scribe
    clock: RunClock
    wire: Callable[[Seat], Transport]
    before: Callable[[Driver, str, Sequence[Argument]], None] = lambda _driver, _method, _arguments: None
    """Hears of every command before it leaves, by driver, method and arguments; it may refuse by raising."""
    arms: bool = field(default=True, kw_only=True)
    patience: Patience = field(factory=Patience, kw_only=True)
    _open: dict[str, Driver] = field(factory=dict[str, Driver], init=False)  # by instrument
    _unready: set[str] = field(factory=set[str], init=False)  # recognised, but not yet as a run wants them
    _safe: set[str] = field(factory=set[str], init=False)  # said that they are safe when they were last asked
    _tended: dict[str, float] = field(factory=dict[str, float], init=False)  # armed; when we last saw to each
    _given_up: set[str] = field(factory=set[str], init=False)  # excluded, and never spoken to but to be made safe
    _tending: bool = field(default=False, init=False)
    _failure: InstrumentError | None = field(default=None, init=False)  # met when nobody could be told

    def __attrs_post_init__(self) -> None:
        """See to watchdogs whenever the run waits."""
        self.clock.tend = self.tend

    def driver(self, role: str) -> Driver:
        """Return the driver that plays a role, its wire opened and its identity checked when it is new.

        Raises:
            WrongIdentity: another model or serial number answers.
            TransportError: nobody answers.
        """
        seat = self.seats[role]
        known = self._open.get(seat.instrument)
        if known is not None and known.name in self._unready:
            self._renew(known)
        return self._open.get(seat.instrument) or self._opened(seat, self.wire(seat))

    def unit(self, instrument: str) -> Driver:
        """Return the driver of one of several units, by its instrument. Raises as `driver`."""
        return self.driver(next(role for role, each in self.seats.items() if each.instrument == instrument))

    def give_up(self, instrument: str) -> None:
        """Speak no more to a unit that was excluded, whose wire may be dead; what feeds the bench is made safe."""
        driver = self._open.get(instrument)
        if driver is None or driver.safe is not None:  # a source stays open, so that every exit makes it safe
            self._given_up.add(instrument)
            return
        try:
            driver.wire.close()
            self._note_closed(driver, "excluded")
        except LabctlError:
            pass
        self._tended.pop(instrument, None)
        self._unready.discard(instrument)
        del self._open[instrument]

    def recover(self, failing: str = "") -> None:
        """Bring wires back into step after a failure: opened anew, drained, their instruments recognised again.

        Args:
            failing: an instrument that answered wrongly, though its wire is in step.

        Raises:
            WrongIdentity: another instrument answers now.
            TransportError: an instrument is still silent.
        """
        for driver in list(self._open.values()):
            if driver.name in self._given_up:
                continue
            if driver.wire.poisoned or driver.name == failing or driver.name in self._unready:
                self._renew(driver)

    def in_step(self) -> None:
        """Make sure, before an attempt counts, that no answer of it belonged to another question.

        Raises:
            InstrumentError: one of the instruments that took part is out of step, or another by now.
        """
        for name in sorted(self.scribe.spoken & self._open.keys()):
            self._open[name].in_step()

    def _renew(self, driver: Driver) -> None:
        seat = next(each for each in self.seats.values() if each.instrument == driver.name)
        self._note_closed(driver, "out of step")
        self._unready.add(driver.name)
        driver.recover()
        self._tended.pop(driver.name, None)
        if self._failure is not None and self._failure.instrument == driver.name:
            self._failure = None
        del self._open[driver.name]
        self._opened(seat, driver.wire, connect=False)

    def _opened(self, seat: Seat, wire: Transport, *, connect: bool = True) -> Driver:
        driver = seat.driver(
            wire, name=seat.instrument, witness=self.scribe, clock=self.clock, limits=dict(seat.limits)
        )
        driver.asks_again = True
        driver.patience = self.patience
        driver.intending = lambda method, arguments: self.before(driver, method, arguments)
        place, self.scribe.place = self.scribe.place, Place()
        try:
            if connect:
                wire.open()
            try:
                identity = driver.recognise(seat.expected)
            except LabctlError:
                wire.close()
                raise
            self._open[seat.instrument] = driver
            self._unready.add(seat.instrument)
            self.scribe.append(
                InstrumentOpened(
                    at=self.clock.now(),
                    instrument=seat.instrument,
                    role=seat.role,
                    driver=f"{seat.driver.__module__}.{seat.driver.__qualname__}",
                    address=wire.address,
                    identity=identity,
                    exchanges=driver.last_exchanges,
                )
            )
            self._never_assumed(driver)
            driver.prepare()
            if driver.watchdog is not None and self.arms:
                driver.arm_watchdog()
                self._tended[driver.name] = self.clock.monotonic()
            self._unready.discard(seat.instrument)
        finally:
            self.scribe.place = place
        return driver

    def _never_assumed(self, driver: Driver) -> None:
        """Read whether a source that was out of reach is safe, hold it against the record, and make it so.

        Raises:
            NotReady: it does not say that it is safe, safe bytes or not; nothing is done with it.
        """
        if driver.safe is None:
            return
        believed = self.scribe.presented.pop(driver.name, None)
        found = self._says_safe(driver, 0.0)
        if found and believed is not None:
            self._note(_LOST.filled(instrument=driver.name, believed=believed))
        elif not found:
            self._note((_UNKNOWN if believed is None else _STILL).filled(instrument=driver.name, believed=believed))
            written = driver.make_safe()
            if not self._confirmed(driver, written):
                raise NotReady(
                    instrument=driver.name, asked="its safe state", found="another", waited=driver.safe.takes
                )

    def _note(self, text: Text) -> None:
        self.scribe.append(NoteTaken(at=self.clock.now(), text=text, place=self.scribe.place))

    # --- watchdogs of their own --------------------------------------------------------------------------------------

    def busy(self, method: Callable[..., object]) -> bool:
        """Return whether the instrument that a method asks is in the midst of another call, or its readout is."""
        owner = getattr(method, "__self__", None)
        if not isinstance(owner, Driver):
            return False
        readout = place_of(owner.wire.address)
        named = {owner.name, readout[0] if readout is not None else owner.name}
        return any(each.call is not None for name, each in self._open.items() if name in named)

    def tend(self) -> float:
        """Let each armed instrument hear something for which it is time; return the seconds until it is again.

        Raises:
            InstrumentError: one of them does not answer any more; it is silent or another by now.
        """
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        if not self._tended or self._tending:
            return math.inf
        self._tending = True
        try:
            return min((self._seen_to(each) for each in self._audible()), default=math.inf)
        finally:
            self._tending = False

    def tend_silently(self) -> float:
        """Do the same within an exchange on another wire, which has to end first: `tend` raises it afterwards."""
        try:
            return self.tend()
        except InstrumentError as error:
            self._failure = error
            return math.inf

    def _audible(self) -> list[Driver]:
        """Return the armed instruments that can be spoken to now: their wire in step, no method of theirs at work."""
        armed = [self._open[name] for name in self._tended if name in self._open]
        return [each for each in armed if each.call is None and not each.wire.poisoned]

    def _seen_to(self, driver: Driver) -> float:
        wanted = SHARE * (driver.watchdog or math.inf)
        left = wanted - (self.clock.monotonic() - max(driver.spoken_at, self._tended[driver.name]))
        if left > SOON:
            return left
        self._tended[driver.name] = self.clock.monotonic()
        with self.scribe.at("", Purpose.PREPARE):
            driver.keep_alive()
        return wanted

    # --- leaving it safe ---------------------------------------------------------------------------------------------

    def make_safe(self, written_to_all: Callable[[], None] = lambda: None) -> bool:
        """Send every open instrument its safe bytes, then ask each whether it is safe; return whether all said so.

        Never raises: it is called when something failed already, the journal perhaps.

        Args:
            written_to_all: called between the two, when nothing more can be done for the bench than was done.
        """
        self.scribe.transcript.lenient = True
        try:
            with self.clock.undisturbed():
                return self._made_safe(written_to_all)
        finally:
            self.scribe.transcript.lenient = False

    def _made_safe(self, written_to_all: Callable[[], None]) -> bool:
        written: dict[str, tuple[Exchange, ...]] = {}
        for driver in self._sources():
            try:
                written[driver.name] = driver.make_safe()
            except LabctlError:
                written[driver.name] = ()
        written_to_all()
        confirmed = [self._confirmed(driver, written[driver.name]) for driver in self._sources()]  # every one is asked
        return all(confirmed)

    def _confirmed(self, driver: Driver, written: tuple[Exchange, ...]) -> bool:
        takes = driver.safe.takes if driver.safe is not None else 0.0
        try:
            if written:
                driver.hear_out()
            confirmed = bool(written) and self._says_safe(driver, takes)
        except LabctlError:
            confirmed = False
        (self._safe.add if confirmed else self._safe.discard)(driver.name)
        try:
            self.scribe.append(
                SafeStateSent(
                    at=self.clock.now(),
                    instrument=driver.name,
                    exchanges=written + (driver.last_exchanges if written else ()),
                    confirmed=confirmed,
                )
            )
        except StoreFailed:
            return confirmed  # the bench counts more than the record of it
        return confirmed

    def _says_safe(self, driver: Driver, within: float) -> bool:
        """Ask an instrument whether it is safe, again and again while it may be on its way there."""
        deadline, looks = self.clock.monotonic() + within, self.patience.begin()
        while not everywhere(driver.confirm_safe()) or not looks.enough:
            looks.take()
            if self.clock.monotonic() >= deadline:
                return False
            self.clock.wait(LOOK)
            self.tend_silently()
        return True

    def _sources(self) -> Iterable[Driver]:
        """Return what can be made safe: what feeds the bench first, and of that what can be spoken to at once."""
        sources = [(each, each.safe) for each in self._open.values() if each.safe is not None]
        sources.sort(key=lambda one: (not one[1].energy, one[0].wire.poisoned))
        return [each for each, _ in sources]

    def close(self) -> None:
        """Close every wire, the watchdogs of what is safe disarmed; never raises."""
        armed, self._tended = self._tended, {}
        for driver in list(self._open.values()):
            try:
                if driver.name in armed and driver.name in self._safe and not driver.wire.poisoned:
                    driver.disarm_watchdog()
                driver.wire.close()
                self._note_closed(driver, "the run leaves the bench")
            except LabctlError:
                continue
        self._open.clear()

    def _note_closed(self, driver: Driver, reason: str) -> None:
        self.scribe.append(InstrumentClosed(at=self.clock.now(), instrument=driver.name, reason=reason))
