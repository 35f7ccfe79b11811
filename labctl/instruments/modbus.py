"""Common manners of instruments that speak Modbus, over TCP and serial lines alike.

A message is the protocol data unit, function code and data: unit identifier, transaction number and check value belong
to the wire (`labctl.transport.modbus`). Source: MODBUS Application Protocol Specification V1.1b3, section 6 for the
functions, section 7 for the exceptions.
"""

import math
from collections.abc import Sequence
from typing import ClassVar, Final, Literal, cast

from labctl.errors import InstrumentReported, LimitExceeded, Overload, ReplyError, TransportError
from labctl.instruments.call import door
from labctl.instruments.driver import Driver
from labctl.instruments.registers import Coil, Form, Kind, Order, Register, TextRegister
from labctl.instruments.safety import SafeState
from labctl.metrology.many import common
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication
from labctl.transport.base import Ending, Whole

__all__ = [
    "Coil",
    "Form",
    "Kind",
    "ModbusDriver",
    "Order",
    "Register",
    "TextRegister",
    "flag_written",
    "safe_state",
    "value_written",
    "words_written",
]

_CONFIRMS: Final = 0.05
"""Seconds within which a written message is confirmed: 8 bytes at 9600 baud and what the instrument thinks."""
EXCEPTIONS: Final = {
    0x01: "illegal function",
    0x02: "illegal data address",
    0x03: "illegal data value",
    0x04: "server device failure",
    0x05: "acknowledge",
    0x06: "server device busy",
    0x07: "negative acknowledge",
    0x08: "memory parity error",
    0x0A: "gateway path unavailable",
    0x0B: "gateway target device failed to respond",
}
IDENTITY: Final = {0: "vendor", 1: "product code", 2: "revision", 3: "URL", 4: "product", 5: "model", 6: "application"}
"""What the objects of a device identification are (6.21, table of objects)."""

_READ: Final = {"coil": 0x01, "discrete": 0x02, "holding": 0x03, "input": 0x04}
_ON, _OFF = 0xFF00, 0x0000
_EXCEPTION: Final = 0x80
_IDENTIFICATION: Final = b"\x2b\x0e"
_MORE: Final = 0xFF
_PARTS: Final = 32  # messages that a device identification may take
_SAFE_ANSWER: Final = 0.3  # seconds for the answer to a safe command, which only keeps the line in step


class ModbusDriver(Driver):
    """An instrument that keeps its numbers in registers and coils.

    A subclass writes its map as data and its methods through these doors: `query_value`, `query_count`, `query_flag`
    and `query_text` ask, `indication_of` makes an indication, `write_value`, `write_words`, `write_flag`, `write_flags`
    and `write_mask` change. A write is durable as an intent before it leaves, and its echo is compared. Every
    exception is InstrumentReported by its code and name; an answer of another function, length or echo is a ReplyError.
    The answer to a read holds no address: the wire takes care that it is the answer to this question.
    """

    terminator = b""
    answer_terminator: ClassVar[bytes | Ending] = Whole()

    def __init_subclass__(cls, *, maker: str = "", model: str = "", **further: object) -> None:
        """Take the identity from the class line, and see that the safe state is one of messages."""
        super().__init_subclass__(maker=maker, model=model, **further)
        if cls.safe is not None and cls.safe.clears:
            message = f"{cls.__qualname__}: nothing clears a half-sent Modbus message; write safe = safe_state(...)"
            raise TypeError(message)

    # --- doors that ask ----------------------------------------------------------------------------------------------

    @door
    def read_registers(self, kind: Kind, address: int, count: int, *, within: float = 1.0) -> tuple[int, ...]:
        """Return registers as they are. Raises InstrumentReported, ReplyError."""
        data = self._read(_READ[kind], address, count, 2 * count, within)
        return _words(data)

    @door
    def read_bits(
        self, kind: Literal["coil", "discrete"], address: int, count: int, *, within: float = 1.0
    ) -> tuple[bool, ...]:
        """Return coils or discrete inputs. Raises InstrumentReported, ReplyError."""
        data = self._read(_READ[kind], address, count, (count + 7) // 8, within)
        return tuple(bool(data[n // 8] >> n % 8 & 1) for n in range(count))

    @door
    def query_count(self, register: Register, *, within: float = 1.0) -> int:
        """Return the counts of a register of integer form, such as a status word."""
        if not register.is_integer:
            message = f"{register} holds no counts"
            raise TypeError(message)
        received = self._asked_for(register, within)
        return cast("int", common(self._of_each(received, lambda answer: self._number(register, answer))))

    @door
    def query_value(self, register: Register, *, within: float = 1.0) -> float:
        """Return a number that is no indication, such as a setpoint read back, in the register's unit.

        Raises:
            Overload: the instrument says that the input is beyond its range; infinity says so too.
            ReplyError: no number, or one by which the manual says that there is no value.
        """
        received = self._asked_for(register, within)
        return self._of_each(received, lambda answer: self._value(register, self._number(register, answer)))

    @door
    def query_flag(self, coil: Coil, *, within: float = 1.0) -> bool:
        """Return one coil or discrete input."""
        return self.read_bits(coil.kind, coil.address, 1, within=within)[0]

    @door
    def query_text(self, text: TextRegister, *, within: float = 1.0) -> str:
        """Return the characters of registers, such as a serial number."""
        words = self.read_registers(text.kind, text.address, text.words, within=within)
        try:
            return text.text(words)
        except ValueError as error:
            raise self._not("printable ASCII") from error

    @door
    def indication_of(
        self, register: Register, *, within: float = 2.0, resolution: Quantity | None = None, of: str | None = None
    ) -> Indication:
        """Ask for what the instrument shows; the Indication is durable when it is returned. One for each call.

        Args:
            register: where it stands, in which form and unit.
            within: seconds on the clock of the run.
            resolution: the smallest step on the range in use, where the register's own is not meant.
            of: what the indication is of, where that is not the instrument itself.

        Raises:
            Overload: the input is beyond the range.
            ReplyError: the answer is not what the manual promises, or says that there is no value.
        """
        asked_at = self._asked_at()
        received = self._asked_for(register, within)
        taken_at = self.clock.now()
        value = self._of_each(received, lambda answer: self._value(register, self._number(register, answer)))
        shown = Indication(
            quantity=Quantity.of(value, register.unit),
            reply=received,
            taken_at=taken_at,
            of=of or self.name,
        )
        return self._indicated(shown, asked_at, resolution if resolution is not None else _step(register))

    @door
    def device_identification(self, level: Literal[1, 2, 3] = 1) -> dict[int, str]:
        """Return what function 43/14 tells, by object; `IDENTITY` names the first ones. Raises InstrumentReported.

        Args:
            level: 1 for vendor, product code and revision, 2 for the regular objects too, 3 for the private ones too.
        """
        found: dict[int, str] = {}
        following = 0
        for _ in range(_PARTS):
            sent = bytes([*_IDENTIFICATION, level, following])
            body = self._answer(sent, 1.0)
            if body[:2] != sent[1:3] or len(body) < 6:  # noqa: PLR2004  (its header)
                raise self._not("a device identification")
            found |= self._objects(body[5], body[6:])
            if body[3] != _MORE:
                return found
            following = body[4]
        raise self._not("the end of a device identification")

    @door
    def told_identity(self, serial: TextRegister) -> Identity:
        """Return vendor, product code and revision of the basic identification, and the serial number of a register."""
        told = self.device_identification()
        return Identity(
            manufacturer=told.get(0, ""),
            model=told.get(1, ""),
            serial=self.query_text(serial),
            firmware=told.get(2, ""),
        )

    # --- doors that change -------------------------------------------------------------------------------------------

    @door
    def write_value(self, register: Register, value: float, *, within: float = 1.0, check: bool = True) -> None:
        """Write a number, given in the register's unit: the intent becomes durable, then the bytes leave.

        Args:
            register: one of the holding registers.
            value: in its unit.
            within: seconds for the echo.
            check: look for the instrument's errors afterwards.

        Raises:
            LimitExceeded: the register cannot hold it; nothing was sent.
            InstrumentReported: the instrument refused it.
        """
        try:
            message = value_written(register, value)
        except ValueError as error:
            raise LimitExceeded(
                instrument=self.name, asked=f"{value!r} {register.unit}", allowed=f"{register.form} × {register.scale}"
            ) from error
        self._change(message, within=within, check=check)

    @door
    def write_words(self, address: int, words: Sequence[int], *, within: float = 1.0, check: bool = True) -> None:
        """Write several holding registers at once (function 16), as the manual asks where they belong together."""
        self._change(words_written(address, *words), within=within, check=check)

    @door
    def write_flag(self, coil: Coil, *, on: bool, within: float = 1.0, check: bool = True) -> None:
        """Switch one coil on or off."""
        self._change(flag_written(coil, on=on), within=within, check=check)

    @door
    def write_flags(self, address: int, flags: Sequence[bool], *, within: float = 1.0, check: bool = True) -> None:
        """Switch several coils at once (function 15)."""
        packed = sum(1 << n for n, each in enumerate(flags) if each).to_bytes((len(flags) + 7) // 8, "little")
        message = b"\x0f" + _packed(address, len(flags)) + bytes([len(packed)]) + packed
        self._change(message, within=within, check=check)

    @door
    def write_mask(self, address: int, keep: int, put: int, *, within: float = 1.0, check: bool = True) -> None:
        """Change bits of one holding register (function 22): those not in `keep` become those of `put`."""
        self._change(b"\x16" + _packed(address, keep) + put.to_bytes(2), within=within, check=check)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _change(self, message: bytes, *, within: float, check: bool) -> None:
        self._intend(message)
        echoed = 2 * 2 if message[0] in {0x0F, 0x10} else len(message) - 1
        if self._answer(message, within) != message[1 : 1 + echoed]:
            raise self._not("an echo of the command")
        if check:
            self.check_errors()

    def _read(self, function: int, address: int, count: int, size: int, within: float) -> bytes:
        body = self._answer(bytes([function]) + _packed(address, count), within)
        if body[0] != size or len(body) != 1 + size:
            raise self._not(f"{size} bytes of data")
        return body[1:]

    def _answer(self, sent: bytes, within: float) -> bytes:
        """Return what follows the function code in the answer."""
        received = self._answer_to(sent, within)
        if received[:1] == bytes([sent[0] | _EXCEPTION]) and len(received) == 2:  # noqa: PLR2004  (function, code)
            code = received[1]
            name = EXCEPTIONS.get(code, "unknown exception")
            raise InstrumentReported(instrument=self.name, command=sent, code=code, message=name)
        if received[:1] != sent[:1] or len(received) < 2:  # noqa: PLR2004  (function, data)
            raise self._not(f"an answer of function {sent[0]}")
        return received[1:]

    def _asked_for(self, register: Register, within: float) -> bytes:
        """Return the answer in which the words of a register stand."""
        self._read(_READ[register.kind], register.address, register.words, 2 * register.words, within)
        return self._latest()[1]

    def _number(self, register: Register, answer: bytes) -> float | int:
        try:
            return register.number_in(answer[2:])  # behind function and count
        except ValueError as error:
            raise self._not("decimal digits") from error

    def _value(self, register: Register, number: float) -> float:
        sent, received = self._latest()
        if number in register.overload or math.isinf(number):
            raise Overload(instrument=self.name, query=sent, reply=received)
        if number in register.invalid or math.isnan(number):
            raise self._not("a value; the instrument says that it has none")
        return register.value(number)

    def _objects(self, count: int, listed: bytes) -> dict[int, str]:
        found: dict[int, str] = {}
        for _ in range(count):
            end = 2 + listed[1] if len(listed) > 1 else 2
            text = listed[2:end].decode("ascii", errors="replace")
            if len(listed) < end or not text.isascii():
                break
            found[listed[0]] = text.rstrip("\0 ")
            listed = listed[end:]
        if len(found) != count or listed:
            raise self._not(f"{count} objects")
        return found

    def _not(self, expected: str) -> ReplyError:
        sent, received = self._latest()
        return ReplyError(instrument=self.name, query=sent, reply=received, expected=expected)

    def _latest(self) -> tuple[bytes, bytes]:
        latest = self._open_call().exchanges[-1]
        return latest.sent, latest.received

    def _write_all(self, messages: tuple[bytes, ...]) -> None:
        """Write safe commands, and take their answers off the line; no answer keeps back the command after it."""
        for each in filter(None, messages):
            self.wire.write(each)
            try:
                self.wire.read(self.answer_terminator, _SAFE_ANSWER)
            except TransportError:
                self.wire.open()


# --- messages, for those who have to know them before they are sent --------------------------------------------------


def safe_state(*commands: bytes, energy: bool = True) -> SafeState:
    """Return a safe state of Modbus messages, such as `value_written` and `flag_written` make.

    Nobody listens for what the instrument confirms, but on a serial line its confirmation has to be over before the
    next message begins.
    """
    return SafeState(commands=commands, clears=b"", energy=energy, pause=_CONFIRMS)


def value_written(register: Register, value: float) -> bytes:
    """Return the message that writes a number: function 6 for one register, 16 for more.

    >>> value_written(Register(0), 0x0476).hex(" ")
    '06 00 00 04 76'
    >>> value_written(Register(1, form="f32", order="CDAB"), 1.5).hex(" ")
    '10 00 01 00 02 04 00 00 3f c0'
    """
    words = register.encoded(value)
    return b"\x06" + _packed(register.address, *words) if len(words) == 1 else words_written(register.address, *words)


def words_written(address: int, *words: int) -> bytes:
    """Return the message that writes several registers (function 16)."""
    return b"\x10" + _packed(address, len(words)) + bytes([2 * len(words)]) + _packed(*words)


def flag_written(coil: Coil, *, on: bool) -> bytes:
    """Return the message that switches a coil (function 5)."""
    return b"\x05" + _packed(coil.address, _ON if on else _OFF)


def _words(data: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[n : n + 2]) for n in range(0, len(data), 2))


def _packed(*words: int) -> bytes:
    return b"".join(each.to_bytes(2) for each in words)


def _step(register: Register) -> Quantity | None:
    step = register.step
    if step is None:
        return None
    return Quantity.of(step, "K" if register.unit == "°C" else register.unit)
