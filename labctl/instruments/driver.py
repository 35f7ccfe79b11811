"""The manners that every driver shares: two doors to the wire, one record of each call, a declared safe state."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Final

from labctl.clock import Clock, WallClock
from labctl.errors import (
    FrameDamaged,
    NotArmed,
    ReplyError,
    TransportError,
    TransportTimeout,
    UnaskedBytes,
    WrongIdentity,
)
from labctl.events.journal import Nobody, Witness
from labctl.events.kinds import Argument, CommandIntended, IndicationTaken, QueryRetried
from labctl.instruments.call import Call, record_public_methods
from labctl.instruments.limits import Limit
from labctl.instruments.patience import Patience
from labctl.instruments.replies import decoded, integer, number
from labctl.instruments.safety import SafeState
from labctl.metrology.many import Members
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Exchange, Indication, Setting
from labctl.transport.base import Ending, Transport, wire_kind
from labctl.transport.loopback import LoopbackTransport

QUIET: Final = 0.3
"""Seconds of silence after which a reopened wire is taken to owe nothing; longer than any gap inside an answer."""


RECOVERIES: Final = 3
"""How often a wire is opened anew before its instrument is given up."""
NUMBERED: Final = ("hislip", "vxi11", "gpib", "usbtmc", "modbus", "operator", "channel")
"""Wires on which an answer belongs to its question: by a number, because it is fetched, or because it is a person's."""
ANYBODY: Final = Identity(manufacturer="", model="", serial="")
LONGEST: Final = 100
"""Lines that the longest listing of an instrument may have."""


def whole(text: str) -> str:
    """Return a reply as it is: the whole of it is the number."""
    return text


class Driver:
    """How one model of instrument is asked: a page of its manual as methods.

    A subclass names its maker and model in the class line and writes one plain method for each thing it can do,
    with positional arguments only. Methods speak through the doors `send`, `query` and `indication`; whatever a
    public method says and hears is one call, and the witness hears of it: CommandIntended before a command leaves,
    IndicationTaken before an indication is returned, SettingMade when a changing method returns, CallFailed when
    one raises. A method either changes or shows, never both, and remembers state only after its last door
    returned, so that every call can be replayed from its bytes.

    Raises, from every method that speaks: TransportError classes, ReplyError, InstrumentReported, and StoreFailed
    when the witness cannot keep what happened.
    """

    maker: ClassVar[str] = ""
    model: ClassVar[str] = ""
    model_pattern: ClassVar[str] = ""  # regular expression of what it answers as its model; empty: the model itself
    tells_serial: ClassVar[bool] = True  # False: where it answers without a serial number, its model is enough
    quantities: ClassVar[tuple[str, ...]] = ()  # what it measures or sources, "DC voltage"
    terminator: ClassVar[bytes] = b"\n"  # ends a command
    answer_terminator: ClassVar[bytes | Ending] = b"\n"  # ends an answer
    rest_after_command: ClassVar[float] = 0.0  # seconds of silence that it needs after a command without an answer
    rest_after_query: ClassVar[float] = 0.0  # and after an answer
    safe: ClassVar[SafeState | None] = None  # None: it sources nothing
    limits: ClassVar[Mapping[str, Limit]] = MappingProxyType({})  # by quantity: what the model can be asked at all
    watchdog: ClassVar[float | None] = None  # seconds of our silence after which an armed instrument makes itself safe

    def __init_subclass__(cls, *, maker: str = "", model: str = "", **further: object) -> None:
        """Take the identity from the class line and record the public methods."""
        super().__init_subclass__(**further)
        cls.maker = maker or cls.maker
        cls.model = model or cls.model
        record_public_methods(cls)

    def __init__(
        self,
        wire: Transport,
        *,
        name: str = "",
        witness: Witness | None = None,
        clock: Clock | None = None,
        limits: Mapping[str, Limit] | None = None,
    ) -> None:
        """Speak over a wire that its owner opens and closes.

        Args:
            wire: the connection; opened by whoever made it.
            name: the instrument's name on the bench, for errors and events.
            witness: hears of everything; nobody outside a run.
            clock: tells the time of replies and lets settling times pass.
            limits: by quantity, what the station allows; narrows the model's own limits.
        """
        self.wire = wire
        self.name = name or self.model
        self.witness: Witness = witness if witness is not None else Nobody()
        self.clock: Clock = clock if clock is not None else WallClock()
        self.call: Call | None = None
        self.last_exchanges: tuple[Exchange, ...] = ()
        self.identity: Identity | None = None  # who answered when it was last asked
        self._allowed = _narrowed(self.limits, limits or {})
        self.spoken_at = 0.0  # on the clock's monotonic scale; kept where the model has a watchdog
        self.intending: Callable[[str, tuple[Argument, ...]], None] = lambda _method, _arguments: None
        """Hears of method and arguments before a command leaves that changes something; it may refuse by raising."""
        self.patience = Patience()  # counts the looks at what is waited for; a run gives its own
        self.asks_again = False  # whether a query without an answer may be asked once more; a run allows it
        self._pristine = True  # nothing was set or shown since the wire was opened
        self._rests_until = 0.0  # on the clock's monotonic scale

    # --- what a bench asks of every driver ---------------------------------------------------------------------------

    def identify(self) -> Identity:
        """Return who answers; the bytes stand in `last_exchanges`.

        A driver asks its instrument. One that cannot be asked answers with what its class declares, without serial.
        """
        return Identity(manufacturer=self.maker, model=self.model, serial="")

    def prepare(self) -> None:
        """Bring the instrument to the state that a run starts from; called after every identification."""

    def check_errors(self) -> None:
        """Read the instrument's error queue. Raises InstrumentReported with the oldest entry, the queue emptied."""

    def confirm_safe(self) -> bool:
        """Return whether the instrument says itself that it is in its safe state."""
        return self.safe is None

    def arm_watchdog(self) -> None:
        """Start the instrument's own watchdog and read it back; called once `prepare` returned.

        A model that declares `watchdog` overrides this. From here on the engine lets the instrument hear something
        at least three times within that time, whatever else it waits for; while a method of this driver runs, the
        method itself does.

        Raises:
            NotArmed: the instrument does not confirm it; the run is refused.
        """
        if self.watchdog is not None:
            raise NotArmed(instrument=self.name, asked=f"{self.watchdog:g} s", found="no way to arm it")

    def disarm_watchdog(self) -> None:
        """Stop the instrument's own watchdog at the orderly end of a run, its safe state confirmed before.

        For models that would trip when nobody speaks to them any more; the others stay armed.
        """

    def keep_alive(self) -> None:
        """Read something harmless, so that an armed watchdog has heard from us; who it is, unless overridden."""
        self._asked_aside()

    def in_step(self) -> None:
        """Read who answers, at the end of an attempt and before it counts, where answers carry no number.

        An answer that came twice, the second time after the next question, is taken for the answer to that question,
        and so with every one after it: nothing shows it until a question comes whose answer is known.

        Raises:
            UnaskedBytes: this was the answer to another question; whatever was read since the last time is doubtful.
            ReplyError: so it seems, because it is no identity.
        """
        if self.identity is None or wire_kind(self.wire.address) in NUMBERED:
            return
        found, received = self._asked_aside()
        if found != self.identity:
            raise UnaskedBytes(instrument=self.name, address=self.wire.address, received=received)

    def make_safe(self) -> tuple[Exchange, ...]:
        """Write the safe bytes, past the journal and whatever state the wire is in; return what was written.

        A driver without a safe state writes nothing. The caller makes the SafeStateSent of it.

        Raises:
            TransportError: nothing gets through, on a new connection neither.
        """
        if self.safe is None:
            return ()
        written = tuple(filter(None, (self.safe.clears, *self.safe.commands)))
        try:
            self._write_all(written)
        except TransportError:  # poisoned, or closed by the other end: a new connection may still get through
            self.wire.open()
            self._write_all(written)
        return tuple(Exchange(sent=each) for each in written)

    def hear_out(self) -> None:
        """Read what the instrument answers to its safe bytes, where it does; whoever asks it next hears an answer."""
        if self.safe is not None and self.safe.answers:
            self._drain()

    def recover(self) -> Identity:
        """Open the wire anew after a failure, wait until it is quiet, and ask again who answers.

        For use between attempts, never inside a point: whatever the instrument was set to counts as unknown until
        `prepare` and the hooks ran again. An instrument answers in order: once it has said who it is, every late
        answer has come, and the quiet time after it drops what was left. Three tries.

        Raises:
            WrongIdentity: another model or serial number than before answers.
            TransportTimeout, UnaskedBytes, ReplyError: it is silent or out of step after the last try too.
        """
        expected = self.identity if self.identity is not None else ANYBODY
        for _ in range(RECOVERIES - 1):
            try:
                return self._recovered(expected)
            except (TransportTimeout, UnaskedBytes, FrameDamaged, ReplyError):
                continue  # the wire is opened again, which drops what came too late
        return self._recovered(expected)

    def recognise(self, expected: Identity) -> Identity:
        """Return who answers, if it is this model and the expected serial number.

        An empty expected serial number accepts any; so does a model that need not tell its own and does not.

        Raises:
            WrongIdentity: another model or serial number answers.
        """
        found = self.identify()
        pattern = self.model_pattern or re.escape(self.model)
        serial = expected.serial
        silent = not found.serial and not self.tells_serial
        wrong = bool(serial) and found.serial != serial and not silent
        if wrong or re.fullmatch(pattern, found.model, re.IGNORECASE) is None:
            raise WrongIdentity(
                instrument=self.name,
                address=self.wire.address,
                expected=" ".join(filter(None, (self.maker, self.model, serial))),
                found=" ".join(filter(None, (found.manufacturer, found.model, found.serial))),
            )
        self.identity = found
        return found

    # --- doors, for the methods of a driver --------------------------------------------------------------------------

    def send(self, command: str, *, check: bool = True) -> None:
        """Send a command that changes something: the intent becomes durable, then the bytes leave.

        Args:
            command: without its terminator.
            check: read the error queue afterwards, on the same wire, before anything else is said.

        Raises:
            InstrumentReported: the instrument refused it.
        """
        encoded = self._encoded(command)
        self._intend(encoded)
        self._open_call().keep(encoded)
        self.wire.write(encoded)
        self._spoken()
        self._rest_for(self.rest_after_command)
        if check:
            self.check_errors()

    def query(self, command: str, *, within: float = 2.0, once: bool = False) -> str:
        """Ask, and return the answer without its terminator; the call keeps the bytes, no indication is made.

        Args:
            command: without its terminator.
            within: seconds on the clock of the run.
            once: never asked again, because asking changes something: a queue that is emptied, a register that is
                cleared, a measurement that starts.

        Raises:
            TransportTimeout: no complete answer within that many seconds; the wire is poisoned.
            ReplyError: the answer is no printable ASCII.
        """
        sent, received = self._exchanged(command, within, once=once)
        return decoded(received, self.answer_terminator, instrument=self.name, query=sent)

    def query_lines(self, command: str, *, last: str, within: float = 5.0) -> list[str]:
        """Ask, and return the lines of the answer up to the one that starts with `last`.

        Raises:
            TransportTimeout: no such line within that many seconds; the wire is poisoned.
            ReplyError: a line is no printable ASCII, or the listing does not end.
        """
        call = self._open_call()
        deadline = self.clock.monotonic() + within
        sent, received = self._exchanged(command, within, once=True)
        lines = [decoded(received, self.answer_terminator, instrument=self.name, query=sent)]
        while not lines[-1].startswith(last):
            if len(lines) == LONGEST:
                raise ReplyError(instrument=self.name, query=sent, reply=received, expected=f"a line {last!r}")
            more = self.wire.read(self.answer_terminator, max(deadline - self.clock.monotonic(), 0.0))
            received += more
            call.exchanges[-1] = Exchange(sent=sent, received=received)
            lines.append(decoded(more, self.answer_terminator, instrument=self.name, query=sent))
        return lines

    def query_integer(self, command: str, *, within: float = 2.0, once: bool = False) -> int:
        """Ask for an integer, such as a status register. Raises as `query`, and ReplyError for anything else."""
        sent, received = self._exchanged(command, within, once=once)
        text = decoded(received, self.answer_terminator, instrument=self.name, query=sent)
        return integer(text, instrument=self.name, query=sent, reply=received)

    def query_number(self, command: str, *, within: float = 2.0, once: bool = False) -> float:
        """Ask for a number that is no indication, such as a range. Raises as `query`, Overload and ReplyError."""
        sent, received = self._exchanged(command, within, once=once)
        return self._number_in(sent, received, whole)

    def indication(
        self,
        command: str,
        unit: str,
        *,
        within: float = 5.0,
        resolution: Quantity | None = None,
        of: str | None = None,
        part: Callable[[str], str] = whole,
    ) -> Indication:
        """Ask for what the instrument shows; the Indication is durable when it is returned. One for each call.

        Args:
            command: without its terminator.
            unit: the unit in which the manual states the answer.
            within: seconds on the clock of the run.
            resolution: the smallest step of the display on the range in use.
            of: what the indication is of, where that is not the instrument itself.
            part: gives the number's text out of a reply that holds more; it returns "" where it finds none.

        Raises:
            Overload: the input is beyond the range.
            ReplyError: the answer is not what the manual promises.
        """
        asked_at = self._asked_at()
        sent, received = self._exchanged(command, within)
        taken_at = self.clock.now()
        value = self._number_in(sent, received, part)
        shown = Indication(quantity=Quantity.of(value, unit), reply=received, taken_at=taken_at, of=of or self.name)
        return self._indicated(shown, asked_at, resolution)

    def setting(self, quantity: Quantity) -> Setting:
        """Return the Setting of this call: what the instrument now presents, and the command that brought it."""
        call = self._open_call()
        if call.sent_at is None:
            message = f"{call.method}: nothing was sent"
            raise RuntimeError(message)
        return Setting(quantity=quantity, command=call.command, sent_at=call.sent_at, of=self.name)

    def allowed(self, name: str) -> Limit | None:
        """Return what model and station together allow of a quantity; None where neither limits it."""
        return self._allowed.get(name)

    def refuse_beyond_limits(self, name: str, asked: Quantity) -> None:
        """Refuse a setting that model or station forbid, before the wire. Raises LimitExceeded, UnitMismatch."""
        limit = self.allowed(name)
        if limit is not None:
            limit.check(asked, instrument=self.name)

    # --- what the doors of every protocol have in common -------------------------------------------------------------

    def _intend(self, message: bytes) -> None:
        """Make the intent to send a message that changes something durable; afterwards it may leave."""
        call = self._open_call()
        if call.indicated:
            problem = f"{call.method}: a method shows or changes, never both"
            raise RuntimeError(problem)
        self.intending(call.method, call.arguments)
        self._rest()
        now = self.clock.now()
        self.witness.append(
            CommandIntended(at=now, instrument=self.name, method=call.method, arguments=call.arguments, command=message)
        )
        self._pristine = False
        if call.sent_at is None:
            call.sent_at, call.command = now, message

    def _answer_to(self, sent: bytes, within: float, *, once: bool = False) -> bytes:
        """Send a message and return the whole answer; the call keeps both."""
        kept = len(self._open_call().exchanges)
        try:
            return self._answered(sent, within)
        except (TransportTimeout, FrameDamaged) as error:
            if once or not self._may_ask_again():
                raise
            self._back_in_step(sent, kept, error)
            return self._answered(sent, within)

    def _answered(self, sent: bytes, within: float) -> bytes:
        call = self._open_call()
        self._rest()
        call.keep(sent)
        try:
            self.wire.write(sent)
            self._spoken()
            received = self.wire.read(self.answer_terminator, within)
        except (TransportTimeout, FrameDamaged) as error:
            call.exchanges[-1] = Exchange(sent=sent, received=error.received)
            raise
        call.exchanges[-1] = Exchange(sent=sent, received=received)
        self._rest_for(self.rest_after_query)
        return received

    def _may_ask_again(self) -> bool:
        """Return whether a lost answer can be asked for again without hiding anything.

        Not once something was set or shown over this wire: the instrument may have lost its settings together with
        the answer, and an indication before it may have been the answer to another question, which bringing the wire
        back in step would hide. The attempt is rejected then. Whether it is safe can always be asked again.
        """
        call = self._open_call()
        if not self.asks_again or call.once or call.indicating or call.sent_at is not None:
            return False
        return self._pristine or call.method == "confirm_safe"

    def _back_in_step(self, sent: bytes, kept: int, error: TransportTimeout | FrameDamaged) -> None:
        """Bring the wire back in step, and make durable that the query is asked again; raise the error if it fails."""
        call = self._open_call()
        aside = self.call = Call(method=call.method, arguments=call.arguments, once=True)
        aside.exchanges[:] = call.exchanges[kept:]
        del call.exchanges[kept:]
        try:
            self._recovered(self.identity if self.identity is not None else ANYBODY)
        except (TransportError, ReplyError):
            call.exchanges += aside.exchanges
            raise error from None
        finally:
            self.call = call
        self.witness.append(
            QueryRetried(
                at=self.clock.now(),
                instrument=self.name,
                method=call.method,
                arguments=call.arguments,
                query=sent,
                exchanges=tuple(aside.exchanges),
                error=type(error).__name__,
                message=error.text(),
            )
        )

    def _asked_at(self) -> datetime:
        """Return the instant at which an indication is asked for. One for each call."""
        call = self._open_call()
        if call.indicated:
            message = f"{call.method}: one call, one indication"
            raise RuntimeError(message)
        call.indicating = True
        self._pristine = False
        return self.clock.now()

    def _indicated(self, shown: Indication, asked_at: datetime, resolution: Quantity | None) -> Indication:
        """Return an indication once it is durable.

        Raises:
            NotInStep: instruments that go in step say different things, and it is the first one's alone.
        """
        call = self._open_call()
        if self._members is not None:
            self._members.refuse_first_alone(shown.reply, shown.quantity.value)
        self.witness.append(
            IndicationTaken(
                at=shown.taken_at,
                instrument=self.name,
                method=call.method,
                arguments=call.arguments,
                exchanges=tuple(call.exchanges),
                quantity=shown.quantity,
                reply=shown.reply,
                asked_at=asked_at,
                taken_at=shown.taken_at,
                of=shown.of,
                resolution=resolution,
            )
        )
        call.indicated = True
        return shown

    # --- inside ------------------------------------------------------------------------------------------------------

    def _number_in(self, sent: bytes, received: bytes, part: Callable[[str], str]) -> float:
        """Return the number that stands in an answer; of instruments that go in step each one's own."""

        def read(answer: bytes) -> float:
            text = decoded(answer, self.answer_terminator, instrument=self.name, query=sent)
            return number(part(text), instrument=self.name, query=sent, reply=answer)

        return self._of_each(received, read)

    def _of_each(self, received: bytes, read: Callable[[bytes], float]) -> float:
        """Return the number that is read in an answer; of instruments that go in step each one's own."""
        first = read(received)
        return first if self._members is None else self._members.read(received, read, first)

    @property
    def _members(self) -> Members | None:
        """Return whose answers lie beside the one that is read; None where the instrument is one."""
        return self.wire.members if isinstance(self.wire, LoopbackTransport) else None

    def _open_call(self) -> Call:
        if self.call is None:
            message = "the doors of a driver are for its own methods: call one of them"
            raise RuntimeError(message)
        return self.call

    def _exchanged(self, command: str, within: float, *, once: bool = False) -> tuple[bytes, bytes]:
        sent = self._encoded(command)
        return sent, self._answer_to(sent, within, once=once)

    def _encoded(self, command: str) -> bytes:
        return command.encode("ascii") + self.terminator

    def _asked_aside(self) -> tuple[Identity, bytes]:
        """Ask who answers in a way that leaves no trace in this driver, which a replay would not know of."""
        kept = dict(vars(self))
        try:
            found = self.identify()
            received = self.last_exchanges[-1].received if self.last_exchanges else b""
        finally:
            passed = {"_rests_until": self._rests_until, "spoken_at": self.spoken_at}
            vars(self).clear()
            vars(self).update(kept, **passed)
        return found, received

    def _rest(self) -> None:
        """Let the silence pass that the instrument needs before it hears again."""
        if self.rest_after_command or self.rest_after_query:
            self.clock.wait(max(self._rests_until - self.clock.monotonic(), 0.0))

    def _rest_for(self, seconds: float) -> None:
        if seconds:
            self._rests_until = self.clock.monotonic() + seconds

    def _spoken(self) -> None:
        if self.watchdog is not None:
            self.spoken_at = self.clock.monotonic()

    def _write_all(self, messages: tuple[bytes, ...]) -> None:
        for each in messages:
            self.wire.write(each)
            if self.safe is not None and self.safe.pause:
                self.clock.wait(self.safe.pause)

    def _recovered(self, expected: Identity) -> Identity:
        self.wire.close()
        self.wire.open()
        self.wire.clear()
        self._drain()
        clears = self.safe.clears if self.safe is not None else self.terminator
        if clears:
            self.wire.write(clears)
            self._drain()
        found = self.recognise(expected)
        self._drain()  # answers to the identifications before this one
        return found

    def _drain(self) -> None:
        """Read until the wire is quiet, then open it again: what came belongs to a question nobody waits for."""
        try:
            for _ in range(LONGEST):  # an instrument that never falls silent is found by its identity
                self.wire.read(self.answer_terminator, QUIET)
        except (TransportTimeout, UnaskedBytes, FrameDamaged):
            self.wire.open()


def _narrowed(own: Mapping[str, Limit], station: Mapping[str, Limit]) -> dict[str, Limit]:
    both = {name: limit.narrowed(station[name]) for name, limit in own.items() if name in station}
    return {**own, **station, **both}
