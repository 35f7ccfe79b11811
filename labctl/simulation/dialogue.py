"""What an instrument says: messages out of bytes, a table of commands as the manual prints them, answers in time."""

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from attrs import frozen

from labctl.simulation.status import DEVICE_ERROR, EXECUTION_ERROR, OPERATION_COMPLETE, Complaint, Status
from labctl.simulation.talk import Said, Talk

C = TypeVar("C", bound=Callable[..., Any])


@frozen
class Answer:
    """What an instrument will answer: composed when it is due, `after` seconds from now."""

    compose: Callable[[], str]
    after: float = 0.0


Spoken = str | Answer | None


def command(*patterns: str) -> Callable[[C], C]:
    """Mark a method as the meaning of a command, in the notation of manuals: `[SENSe:]VOLTage[:DC]:NPLC?`."""

    def mark(method: C) -> C:
        method.patterns = patterns  # type: ignore[attr-defined]
        return method

    return mark


def spellings(pattern: str) -> set[str]:
    """Return every way to spell a command: with or without its optional parts, each word short or long, no other.

    >>> sorted(spellings("SYSTem:ERRor[:NEXT]?"))[:3]
    ['SYST:ERR:NEXT?', 'SYST:ERR?', 'SYST:ERROR:NEXT?']
    """
    optional = re.search(r"\[([^\[\]]*)\]", pattern)
    if optional:
        without, within = pattern[: optional.start()], pattern[optional.end() :]
        return spellings(without + within) | spellings(without + optional[1] + within)
    spelled = {""}
    for word in pattern.strip(":").split(":"):
        short = "".join(each for each in word if not each.islower())
        spelled = {f"{before}:{each}" if before else each for before in spelled for each in (short, word.upper())}
    return spelled


def split(text: str, separator: str) -> list[str]:
    """Return the parts between separators that do not stand in quotes, without surrounding spaces."""
    if "'" not in text and '"' not in text:
        return [each.strip() for each in text.split(separator)]
    parts, quote = [""], ""
    for each in text:
        if each == separator and not quote:
            parts.append("")
            continue
        if quote:
            quote = "" if each == quote else quote
        elif each in "\"'":
            quote = each
        parts[-1] += each
    return [each.strip() for each in parts]


class Dialogue(Talk[str]):
    """One session's talk with one instrument; subclasses write one method for each command.

    A method takes the list of its parameters and returns what is answered: a text, an Answer that becomes ready
    later, or nothing. What the instrument finds wrong is raised as a Complaint and goes into its error queue.
    """

    ends: ClassVar[bytes] = b"\n"  # each of these characters ends a message; none: every character may
    answer_end: ClassVar[bytes] = b"\n"
    longest: ClassVar[int] = 4096  # bytes of a message; more is an instrument's full input buffer
    unknown: ClassVar[Complaint] = Complaint(-113, "Undefined header")
    table: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls) -> None:
        """Collect the commands of the class and of those it builds on."""
        super().__init_subclass__()
        cls.table = {
            spelled: name
            for ancestor in reversed(cls.__mro__)
            for name, method in vars(ancestor).items()
            for pattern in getattr(method, "patterns", ())
            for spelled in spellings(pattern)
        }

    def __init__(self, status: Status) -> None:
        """Begin a session, with nothing received."""
        super().__init__()
        self.status = status
        self._received = b""

    # --- bytes to messages -------------------------------------------------------------------------------------------

    def pieces(self, received: bytes) -> list[bytes]:
        """Return what arrived, cut after each terminator."""
        if not self.ends:
            return [bytes((each,)) for each in received]
        ends = re.escape(self.ends)
        return re.findall(b"[^" + ends + b"]*[" + ends + b"]|[^" + ends + b"]+", received)

    def messages(self, received: bytes, *, end: bool = False) -> list[str]:
        """Return the messages that these bytes complete; `end` completes one without its terminator."""
        self._received += received
        *whole, self._received = re.split(b"[" + re.escape(self.ends) + b"]", self._received)
        if end and self._received:
            whole.append(self._received)
            self._received = b""
        if len(self._received) > self.longest:
            self._received = b""
            self.status.complain(Complaint(-363, "Input buffer overrun", DEVICE_ERROR))
        decoded = (self.readable(each) for each in whole)
        return [each for each in decoded if each]

    def readable(self, message: bytes) -> str:
        """Return the characters of a message that the instrument regards."""
        return message.decode("latin-1").strip()

    def clear(self) -> None:
        """Forget a half-sent message (device clear)."""
        self._received = b""

    def names(self, message: str) -> tuple[str, ...]:
        """Return the message itself: faults know it by its beginning."""
        return (message,)

    def status_byte(self, *, unread: bool) -> int:
        """Return the status byte."""
        return self.status.byte(message_waits=unread)

    def trigger(self) -> str | None:
        """Return `*TRG`, where the instrument knows it (IEEE 488.2, 10.37)."""
        return "*TRG" if self.find("*TRG") is not None else None

    # --- answers to bytes --------------------------------------------------------------------------------------------

    def reply(self, message: str) -> Said | None:
        """Carry out a message and return its answer, as bytes with their terminator."""
        answer = self.answer(message)
        return Said(lambda: self.unasked(answer.compose()), answer.after) if answer is not None else None

    def garbled(self, said: bytes, chance: float) -> bytes:
        """Return an answer of which one character is another one, never a digit, so that it can be noticed."""
        place = int(chance * max(len(said) - 2, 1))
        wrong = b"!" if said[place : place + 1] == b"#" else b"#"
        return said[:place] + wrong + said[place + 1 :]

    def truncated(self, said: bytes, missing: int) -> bytes:
        """Return an answer without its last bytes and its terminator."""
        return said[: max(len(said) - len(self.answer_end) - missing, 0)]

    def unasked(self, line: str) -> bytes:
        """Return a line with its terminator."""
        return line.encode("latin-1") + self.answer_end

    # --- messages to answers -----------------------------------------------------------------------------------------

    def answer(self, message: str) -> Answer | None:
        """Carry out a message and return its answer: those of its queries, joined by semicolons."""
        spoken: list[Answer] = []
        self.begin()
        for unit in split(message, ";"):
            if not unit:
                continue
            try:
                said = self.carry_out(unit)
            except Complaint as complaint:
                self.status.complain(complaint)
                break  # what follows an error in a message is not carried out (IEEE 488.2)
            if isinstance(said, str):
                said = Answer(_constant(said))
            if said is not None:
                spoken.append(said)
        if not spoken:
            return None
        return Answer(lambda: ";".join(each.compose() for each in spoken), max(each.after for each in spoken))

    def begin(self) -> None:
        """Prepare for a new message."""

    def carry_out(self, unit: str) -> Spoken:
        """Carry out one unit of a message."""
        header, parameters = self.parts(unit)
        name = self.find(header)
        if name is None:
            raise self.unknown
        return getattr(self, name)(parameters)  # type: ignore[no-any-return]

    def parts(self, unit: str) -> tuple[str, list[str]]:
        """Return the header in capitals and the parameters of a unit."""
        header, _, rest = unit.partition(" ")
        rest = rest.strip()
        return header.upper(), split(rest, ",") if rest else []

    def find(self, header: str) -> str | None:
        """Return the name of the method that a header means."""
        return self.table.get(header)

    # --- IEEE 488.2, common to all -----------------------------------------------------------------------------------

    def identity(self) -> str:
        """Return the answer to `*IDN?`."""
        return ""

    def busy_for(self) -> float:
        """Return the seconds until all overlapped operations are complete."""
        return 0.0

    def when_complete(self, action: Callable[[], None]) -> None:
        """Do something once all overlapped operations are complete: at once, where there are none."""
        action()

    def reset(self) -> None:
        """Bring the instrument to the state that its manual calls reset."""

    @command("*IDN?")
    def _idn(self, _: list[str]) -> Spoken:
        return self.identity()

    @command("*RST")
    def _rst(self, _: list[str]) -> Spoken:
        self.reset()
        return None

    @command("*CLS")
    def _cls(self, _: list[str]) -> Spoken:
        self.status.clear()
        return None

    @command("*ESR?")
    def _esr(self, _: list[str]) -> Spoken:
        return str(self.status.take_events())

    @command("*ESE")
    def _ese(self, parameters: list[str]) -> Spoken:
        self.status.event_enable = byte_of(parameters)
        return None

    @command("*ESE?")
    def _ese_query(self, _: list[str]) -> Spoken:
        return str(self.status.event_enable)

    @command("*SRE")
    def _sre(self, parameters: list[str]) -> Spoken:
        self.status.service_enable = byte_of(parameters)
        return None

    @command("*SRE?")
    def _sre_query(self, _: list[str]) -> Spoken:
        return str(self.status.service_enable)

    @command("*STB?")
    def _stb(self, _: list[str]) -> Spoken:
        return str(self.status.byte())

    @command("*OPC")
    def _opc(self, _: list[str]) -> Spoken:
        self.when_complete(self._completed)
        return None

    def _completed(self) -> None:
        self.status.events |= OPERATION_COMPLETE

    @command("*OPC?")
    def _opc_query(self, _: list[str]) -> Spoken:
        return Answer(_constant("1"), self.busy_for())

    @command("*WAI")
    def _wai(self, _: list[str]) -> Spoken:
        return None

    @command("*TST?")
    def _tst(self, _: list[str]) -> Spoken:
        return Answer(_constant("0"), 2.0)


class ScpiDialogue(Dialogue):
    """A dialogue in the manners of SCPI: short and long words, and a path that lasts within one message."""

    _path: str = ""

    def begin(self) -> None:
        """Start every message at the root."""
        self._path = ""

    def find(self, header: str) -> str | None:
        """Return the method of a header, from the root or from where the last one left off (SCPI 1999, 6.2.4)."""
        if header.startswith("*"):
            return self.table.get(header)  # common commands leave the path alone
        absolute = header.removeprefix(":") if header.startswith(":") else self._path + header
        self._path = absolute.rpartition(":")[0] + ":" if ":" in absolute else ""
        return self.table.get(absolute)

    @command("SYSTem:ERRor[:NEXT]?")
    def _error(self, _: list[str]) -> Spoken:
        code, words = self.status.next_error()
        return f'{code:+d},"{words}"'

    @command("SYSTem:VERSion?")
    def _version(self, _: list[str]) -> Spoken:
        return "1999.0"


def _constant(text: str) -> Callable[[], str]:
    return lambda: text


# --- parameters ------------------------------------------------------------------------------------------------------


def only(parameters: list[str]) -> str:
    """Return the single parameter of a command."""
    if not parameters:
        raise Complaint(-109, "Missing parameter")
    if len(parameters) > 1:
        raise Complaint(-108, "Parameter not allowed")
    return parameters[0]


def number(text: str) -> float:
    """Return a decimal number."""
    try:
        return float(text)
    except ValueError:
        raise Complaint(-104, "Data type error") from None


def byte_of(parameters: list[str]) -> int:
    """Return the mask of an enable register."""
    mask = number(only(parameters))
    if not 0 <= mask <= 0xFF:  # noqa: PLR2004  (eight bits)
        raise Complaint(-222, "Data out of range", EXECUTION_ERROR)
    return round(mask)


def switch(parameters: list[str]) -> bool:
    """Return what ON, OFF, 1 or 0 says."""
    word = only(parameters).upper()
    if word not in {"ON", "OFF", "1", "0"}:
        raise Complaint(-104, "Data type error")
    return word in {"ON", "1"}
