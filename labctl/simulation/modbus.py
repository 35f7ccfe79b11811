"""What a simulated Modbus instrument says: functions carried out on its map, refusals as the standard has them.

Source: MODBUS Application Protocol Specification V1.1b3, section 6, with the order of the checks in its state diagrams:
is the function known, is the quantity right, are all addresses there, does the instrument agree.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

from labctl.metrology.many import members_of, value_of
from labctl.records.equipment import Identity
from labctl.simulation.cells import Bit, Cell, Form, Order
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import SimulatedInstrument
from labctl.simulation.talk import Said, Talk

__all__ = ["Bit", "Cell", "Form", "ModbusDialogue", "Order", "Refused"]

ILLEGAL_FUNCTION: Final = 0x01
ILLEGAL_ADDRESS: Final = 0x02
ILLEGAL_VALUE: Final = 0x03
FAILURE: Final = 0x04
BUSY: Final = 0x06

FUNCTIONS: Final = {
    0x01: "read coils",
    0x02: "read discrete inputs",
    0x03: "read holding registers",
    0x04: "read input registers",
    0x05: "write single coil",
    0x06: "write single register",
    0x08: "diagnostics",
    0x0F: "write multiple coils",
    0x10: "write multiple registers",
    0x16: "mask write register",
    0x17: "read/write multiple registers",
    0x2B: "read device identification",
}
_ON, _OFF = 0xFF00, 0x0000
_ADDRESSES: Final = 1 << 16
_ROOM: Final = 244  # bytes for the objects of one identification message
_EACH: Final = 4  # the access to one object
_BASIC, _REGULAR, _EXTENDED = 3, 7, 256  # objects of each level of access end before these


class Refused(Exception):
    """An instrument refuses a request with an exception code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code:02X}")
        self.code = code


class ModbusDialogue(Talk[bytes]):
    """One session's talk over Modbus; a subclass gives the map, its doors open to the dialogue itself.

    ```python
    class MeterDialogue(ModbusDialogue):
        input = (Cell(at=246, read=lambda talk: talk.meter.mass_flow(), name="mass flow", form="f32", measured=True),)
        holding = (Cell(at=520, read=lambda talk: talk.meter.order, write=lambda talk, code: talk.meter.put(code)),)
        coils = (Bit(at=1, read=lambda talk: talk.meter.totals, write=lambda talk, on: talk.meter.total(on)),)
    ```
    A door that refuses raises `Refused` with an exception code. Values are read when the answer is due, those of one
    request at one instant. A value of several registers can be read in parts and is written as a whole.
    """

    latency: ClassVar[float] = 0.004
    functions: ClassVar[frozenset[int]] = frozenset(FUNCTIONS)
    holding: ClassVar[tuple[Cell, ...]] = ()
    input: ClassVar[tuple[Cell, ...]] = ()
    coils: ClassVar[tuple[Bit, ...]] = ()
    discretes: ClassVar[tuple[Bit, ...]] = ()
    gaps: ClassVar[bool] = False  # whether registers that are not in the map are read as 0
    most: ClassVar[int] = 125  # registers of one answer
    level: ClassVar[int] = 0x01  # of the device identification: 1 basic, 2 regular, 3 extended, with 0x80 each alone
    _words: ClassVar[Mapping[int, Mapping[int, tuple[Cell, int]]]] = {}
    _bits: ClassVar[Mapping[int, Mapping[int, Bit]]] = {}

    def __init_subclass__(cls) -> None:
        """Lay the map out by addresses. Raises ValueError where two of its cells share one."""
        super().__init_subclass__()
        cls._words = {0x03: _laid_out(cls.holding), 0x04: _laid_out(cls.input)}
        cls._bits = {0x01: {each.at: each for each in cls.coils}, 0x02: {each.at: each for each in cls.discretes}}
        if len(cls._bits[0x01]) != len(cls.coils) or len(cls._bits[0x02]) != len(cls.discretes):
            raise ValueError(f"{cls.__qualname__}: two bits share an address")

    def __init__(self, instrument: SimulatedInstrument) -> None:
        """Begin a session with an instrument."""
        super().__init__()
        self.instrument = instrument
        self._each: list[bytes] = []  # the data of the answer under way in each world in step, where they differ
        self._carriers: Mapping[int, Callable[[int, bytes], Callable[[], bytes]]] = {
            0x01: self._read_bits,
            0x02: self._read_bits,
            0x03: self._read_registers,
            0x04: self._read_registers,
            0x05: self._write_bit,
            0x06: self._write_register,
            0x08: self._diagnose,
            0x0F: self._write_bits,
            0x10: self._write_registers,
            0x16: self._write_mask,
            0x17: self._write_and_read,
            0x2B: self._identify,
        }

    # --- what a model may say otherwise ------------------------------------------------------------------------------

    def order(self, cell: Cell) -> Order:
        """Return the order of a cell's bytes; a model whose order can be chosen answers with the chosen one."""
        return cell.order

    @property
    def identity(self) -> Identity:
        """Return who the instrument claims to be."""
        return disguised(self.instrument.identity, self.struck)

    def identification(self) -> Mapping[int, str]:
        """Return the objects of the device identification: vendor, product code, revision."""
        return {0: self.identity.manufacturer, 1: self.identity.model, 2: self.identity.firmware}

    # --- as the line sees it -----------------------------------------------------------------------------------------

    def messages(self, received: bytes, *, end: bool = False) -> list[bytes]:  # noqa: ARG002  (the wire cuts them)
        """Return the message."""
        return [received] if received else []

    def names(self, message: bytes) -> tuple[str, ...]:
        """Return the name of the function, and those of the registers or bits that it touches."""
        function = message[0]
        touched = dict.fromkeys(each.name for each in self._touched(function, message[1:]) if each.name)
        return (FUNCTIONS.get(function, f"function {function}"), *touched)

    def reply(self, message: bytes) -> Said:
        """Carry out a message and return its answer."""
        function, struck = message[0], self.struck
        try:
            compose = self._carried_out(function, message[1:])
        except Refused as refused:
            exception = _exception(function, refused)
            return Said(lambda: exception)

        def said() -> bytes:
            self.struck, self._each = struck, []  # another message may have come meanwhile
            try:
                answer = bytes([function]) + compose()
            except Refused as refused:
                return _exception(function, refused)
            if self._each and (members := self.instrument.world.members) is not None:
                members.speak([bytes([function]) + each for each in self._each])
            return answer

        return Said(said)

    def garbled(self, said: bytes, chance: float) -> bytes:  # noqa: ARG002  (any other byte may be a right one)
        """Return an answer of another function: there is nothing else that a client without check value can notice."""
        return bytes([said[0] ^ 0x40]) + said[1:]

    def truncated(self, said: bytes, missing: int) -> bytes:
        """Return an answer without its last bytes."""
        return said[: max(len(said) - missing, 0)]

    def unasked(self, line: str) -> bytes:
        """Return a message that answers nothing."""
        return line.encode("latin-1")

    # --- functions ---------------------------------------------------------------------------------------------------

    def _carried_out(self, function: int, body: bytes) -> Callable[[], bytes]:
        """Carry out a request as far as it changes something; return what composes the body of its answer."""
        carry = self._carriers.get(function) if function in self.functions else None
        if carry is None:
            raise Refused(ILLEGAL_FUNCTION)
        return carry(function, body)

    def _read_bits(self, function: int, body: bytes) -> Callable[[], bytes]:
        address, count = _span(body, 2000)
        bits = [self._bit(function, address + n) for n in range(count)]

        def compose() -> bytes:
            packed = sum(1 << n for n, each in enumerate(bits) if each.read(self))
            return bytes([(count + 7) // 8]) + packed.to_bytes((count + 7) // 8, "little")

        return compose

    def _read_registers(self, function: int, body: bytes) -> Callable[[], bytes]:
        address, count = _span(body, self.most)
        return self._shown(function, address, count)

    def _write_bit(self, _: int, body: bytes) -> Callable[[], bytes]:
        address, value = _two(body)
        if value not in {_ON, _OFF}:
            raise Refused(ILLEGAL_VALUE)
        self._put_bits(address, [value == _ON])
        return lambda: body

    def _write_bits(self, _: int, body: bytes) -> Callable[[], bytes]:
        address, count = _span(body[:4], 1968)
        if len(body) != 5 + body[4] or body[4] != (count + 7) // 8:
            raise Refused(ILLEGAL_VALUE)
        self._put_bits(address, [bool(body[5 + n // 8] >> n % 8 & 1) for n in range(count)])
        return lambda: body[:4]

    def _write_register(self, _: int, body: bytes) -> Callable[[], bytes]:
        address, word = _two(body)
        self._put(address, [word])
        return lambda: body

    def _write_registers(self, _: int, body: bytes) -> Callable[[], bytes]:
        address, count = _span(body[:4], 123)
        self._put(address, _carried(body[4:], count))
        return lambda: body[:4]

    def _write_mask(self, _: int, body: bytes) -> Callable[[], bytes]:
        address, keep = _two(body[:4])
        put, rest = int.from_bytes(body[4:6]), body[6:]
        if len(body) < 6 or rest:  # noqa: PLR2004  (address and two masks)
            raise Refused(ILLEGAL_VALUE)
        present = int.from_bytes(self._shown(0x03, address, 1)()[1:])
        self._put(address, [present & keep | put & ~keep & 0xFFFF])
        return lambda: body

    def _write_and_read(self, _: int, body: bytes) -> Callable[[], bytes]:
        address, count = _span(body[:4], self.most)
        there, words = _span(body[4:8], 121)
        shown = self._shown(0x03, address, count)
        self._put(there, _carried(body[8:], words))
        return shown

    def _diagnose(self, _: int, body: bytes) -> Callable[[], bytes]:
        if len(body) < 2:  # noqa: PLR2004  (the sub-function)
            raise Refused(ILLEGAL_VALUE)
        if int.from_bytes(body[:2]):  # all but the echo
            raise Refused(ILLEGAL_FUNCTION)
        return lambda: body

    def _identify(self, _: int, body: bytes) -> Callable[[], bytes]:
        if body[:1] != b"\x0e":
            raise Refused(ILLEGAL_FUNCTION)
        objects = dict(sorted(self.identification().items()))
        if len(body) != 3 or not 1 <= body[1] <= _EACH:  # noqa: PLR2004  (type, access, object)
            raise Refused(ILLEGAL_VALUE)
        access, first = body[1], body[2]
        if access == _EACH:
            if first not in objects or not self.level & 0x80:
                raise Refused(ILLEGAL_ADDRESS)
            listed, following = _listed([(first, objects[first])])
        else:
            end = (_BASIC, _REGULAR, _EXTENDED)[min(access, self.level & 0x7F) - 1]
            wanted = [(each, text) for each, text in objects.items() if each < end]
            listed, following = _listed([each for each in wanted if each[0] >= first] or wanted)
        return lambda: bytes([0x0E, access, self.level, 0xFF if following else 0, following]) + listed

    # --- the map -----------------------------------------------------------------------------------------------------

    def _bit(self, function: int, address: int) -> Bit:
        bit = self._bits[function].get(address)
        if bit is None:
            raise Refused(ILLEGAL_ADDRESS)
        return bit

    def _put_bits(self, address: int, values: Sequence[bool]) -> None:
        doors = [self._bit(0x01, address + n).write for n in range(len(values))]
        for door in doors:
            if door is None:
                raise Refused(ILLEGAL_ADDRESS)
        for door, value in zip(doors, values, strict=True):
            if door is not None:
                door(self, value)

    def _shown(self, function: int, address: int, count: int) -> Callable[[], bytes]:
        """Return what composes the data of registers, once all are known to be there."""
        places = [self._words[function].get(address + n) for n in range(count)]
        if None in places and not self.gaps:
            raise Refused(ILLEGAL_ADDRESS)

        def body(values: Mapping[Cell, float | str]) -> bytes:
            held = {cell: cell.registers(value, self.order(cell)) for cell, value in values.items()}
            words = [held[place[0]][place[1]] if place is not None else 0 for place in places]
            return bytes([2 * count]) + b"".join(each.to_bytes(2) for each in words)

        def compose() -> bytes:
            values = {place[0]: self._value(place[0]) for place in places if place is not None}
            members = members_of(values.values())
            if members is None:
                return body(values)
            cell, value = next(iter(values.items()))
            if len(values) == 1 and None not in places and count == cell.size and not isinstance(value, str):
                self._each = [bytes([2 * count]) + each for each in cell.of_each(value, self.order(cell))]
            else:
                worlds = ({cell: _of(value, n) for cell, value in values.items()} for n in range(members.count))
                self._each = [body(each) for each in worlds]
            return self._each[0]

        return compose

    def _value(self, cell: Cell) -> float | str:
        value = cell.read(self)
        if cell.measured and not isinstance(value, str):
            return self.instrument.faults.on_value(value, self.instrument.now, cell.name)
        return value

    def _put(self, address: int, words: Sequence[int]) -> None:
        """Write registers: every cell among them as a whole, or none at all."""
        found: dict[Cell, list[int]] = {}
        for n, word in enumerate(words):
            place = self._words[0x03].get(address + n)
            if place is None or place[0].write is None or len(found.setdefault(place[0], [])) != place[1]:
                raise Refused(ILLEGAL_ADDRESS)
            found[place[0]].append(word)
        if any(len(held) != cell.size for cell, held in found.items()):
            raise Refused(ILLEGAL_ADDRESS)
        try:
            values = {cell: cell.value(held, self.order(cell)) for cell, held in found.items()}
        except ValueError:
            raise Refused(ILLEGAL_VALUE) from None
        for cell, value in values.items():
            if cell.write is not None:
                cell.write(self, value)

    def _touched(self, function: int, body: bytes) -> Sequence[Cell | Bit]:
        address, second = int.from_bytes(body[:2]), int.from_bytes(body[2:4])
        count = second if function in {0x01, 0x02, 0x03, 0x04, 0x0F, 0x10, 0x17} else 1
        span = range(address, min(address + count, address + 2000))
        if function in {0x01, 0x02, 0x05, 0x0F}:
            bits = self._bits[0x02 if function == 0x02 else 0x01]  # noqa: PLR2004  (discrete inputs)
            return [bits[each] for each in span if each in bits]
        if function in {0x03, 0x04, 0x06, 0x10, 0x16, 0x17}:
            words = self._words[0x04 if function == 0x04 else 0x03]  # noqa: PLR2004  (input registers)
            return [words[each][0] for each in span if each in words]
        return ()


def _laid_out(cells: tuple[Cell, ...]) -> Mapping[int, tuple[Cell, int]]:
    laid: dict[int, tuple[Cell, int]] = {}
    for cell in cells:
        for n in range(cell.size):
            if cell.at + n in laid:
                raise ValueError(f"{cell.name or cell} shares register {cell.at + n}")
            laid[cell.at + n] = (cell, n)
    return laid


def _of(value: float | str, member: int) -> float | str:
    return value if isinstance(value, str) else value_of(value, member)


def _exception(function: int, refused: Refused) -> bytes:
    return bytes([function | 0x80, refused.code])


def _two(body: bytes) -> tuple[int, int]:
    if len(body) != 4:  # noqa: PLR2004  (two words)
        raise Refused(ILLEGAL_VALUE)
    return int.from_bytes(body[:2]), int.from_bytes(body[2:])


def _span(body: bytes, most: int) -> tuple[int, int]:
    """Return an address and a quantity that is allowed."""
    address, count = _two(body)
    if not 1 <= count <= most:
        raise Refused(ILLEGAL_VALUE)
    if address + count > _ADDRESSES:
        raise Refused(ILLEGAL_ADDRESS)
    return address, count


def _carried(counted: bytes, count: int) -> list[int]:
    """Return the registers that a request carries behind their byte count."""
    if counted[:1] != bytes([2 * count]) or len(counted) != 1 + 2 * count:
        raise Refused(ILLEGAL_VALUE)
    return [int.from_bytes(counted[1 + 2 * n : 3 + 2 * n]) for n in range(count)]


def _listed(objects: list[tuple[int, str]]) -> tuple[bytes, int]:
    """Return the objects that one message holds, and the number of the first one that it does not."""
    listed = b""
    for n, (number, text) in enumerate(objects):
        content = text.encode("latin-1")[:_ROOM]
        if len(listed) + 2 + len(content) > _ROOM + 2:
            return bytes([n]) + listed, number
        listed += bytes([number, len(content)]) + content
    return bytes([len(objects)]) + listed, 0
