"""The ProPar protocol: messages in ASCII and binary form, requests and values, chained or single.

Source: RS232 interface manual 9.17.027, chapters 2 and 3.
"""

import struct
from collections.abc import Callable, Mapping
from typing import Final

from attrs import define, field, frozen

STATUS: Final = 0
WRITE: Final = 1
VALUE: Final = 2
READ: Final = 4

CHAINED: Final = 0x80
KIND: Final = 0x60
NUMBER: Final = 0x1F
CHARACTER: Final = 0x00
INTEGER: Final = 0x20
FLOAT: Final = 0x40
STRING: Final = 0x60
SIZES: Final = {CHARACTER: 1, INTEGER: 2, FLOAT: 4}

BAD_COMMAND: Final = 2
BAD_PROCESS: Final = 3
BAD_PARAMETER: Final = 4
BAD_TYPE: Final = 5
BAD_VALUE: Final = 6
READ_ONLY: Final = 13

DLE: Final = 0x10
STX: Final = 0x02
ETX: Final = 0x03


@define
class Refused(Exception):
    """A message that is answered with a status."""

    status: int
    place: int = 0


@frozen
class Parameter:
    """One parameter: its type, how it is read, and how it is set where it can be."""

    kind: int
    read: Callable[[], float | int | str]
    write: Callable[[float], None] | None = None

    def encoded(self, length: int) -> bytes:
        """Return its present value as it is sent; strings are padded to a length, or end with a zero."""
        value = self.read()
        if isinstance(value, str):
            text = value.encode("latin-1")
            return bytes((length,)) + (text.ljust(length)[:length] if length else text + b"\x00")
        if self.kind == FLOAT:
            return struct.pack(">f", value)
        return int(value).to_bytes(SIZES[self.kind], "big")


Parameters = Mapping[tuple[int, int], Parameter]


def found(parameters: Parameters, process: int, head: int, place: int) -> Parameter:
    """Return a parameter by process and the byte of type and number. Raises Refused."""
    if not any(each == process for each, _ in parameters):
        raise Refused(BAD_PROCESS, place)
    parameter = parameters.get((process, head & NUMBER))
    if parameter is None:
        raise Refused(BAD_PARAMETER, place)
    if head & KIND != parameter.kind:
        raise Refused(BAD_TYPE, place)
    return parameter


def answered(parameters: Parameters, data: bytes) -> bytes:
    """Return the values that a request asks for, in its own order and with its own indices. Raises Refused."""
    said, place = b"", 0
    while place < len(data):
        process = data[place]
        said, place, more = said + data[place : place + 1], place + 1, True
        while more:
            index, asked, head = data[place], data[place + 1], data[place + 2]
            parameter = found(parameters, asked, head, place + 1)
            length = data[place + 3] if parameter.kind == STRING else 0
            said += bytes((index,)) + parameter.encoded(length)
            place += 4 if parameter.kind == STRING else 3
            more = bool(index & CHAINED)
        if not process & CHAINED:
            break
    return said


def written(parameters: Parameters, data: bytes) -> int:
    """Set the values that a message carries; return how many bytes it had. Raises Refused."""
    place = 0
    while place < len(data):
        process, place, more = data[place], place + 1, True
        while more:
            head = data[place]
            parameter = found(parameters, process & ~CHAINED, head, place)
            value, place = _decoded(parameter, data, place + 1)
            if parameter.write is None:
                raise Refused(READ_ONLY, place)
            parameter.write(value)
            more = bool(head & CHAINED)
        if not process & CHAINED:
            break
    return place


def _decoded(parameter: Parameter, data: bytes, place: int) -> tuple[float, int]:
    if parameter.kind == STRING:
        raise Refused(READ_ONLY, place)
    end = place + SIZES[parameter.kind]
    if end > len(data):
        raise Refused(BAD_VALUE, place)
    if parameter.kind == FLOAT:
        return float(struct.unpack(">f", data[place:end])[0]), end
    return float(int.from_bytes(data[place:end], "big")), end


@define
class Framing:
    """Bytes to messages in both forms; a message is `:` and hexadecimal, or `#`, sequence number and hexadecimal."""

    _line: bytearray | None = field(default=None, init=False)
    _block: bytearray | None = field(default=None, init=False)
    _escaped: bool = field(default=False, init=False)

    def clear(self) -> None:
        """Forget a half-sent message."""
        self._line = self._block = None
        self._escaped = False

    def messages(self, received: bytes) -> list[str]:
        """Return the messages that these bytes complete."""
        heard = (self._byte(each) for each in received)
        return [each for each in heard if each]

    def _byte(self, each: int) -> str:
        if self._block is not None or each == DLE or self._escaped:
            return self._in_block(each)
        if each == ord(":"):
            self._line = bytearray(b":")
        elif self._line is not None and each in b"\r\n":
            line, self._line = bytes(self._line), None
            return line.decode("latin-1")
        elif self._line is not None:
            self._line.append(each)
        return ""

    def _in_block(self, each: int) -> str:
        if not self._escaped:
            if each == DLE:
                self._escaped = True
            elif self._block is not None:
                self._block.append(each)
            return ""
        self._escaped = False
        if each == STX:
            self._block = bytearray()
        elif each == DLE and self._block is not None:
            self._block.append(each)
        elif each == ETX and self._block is not None:
            block, self._block = bytes(self._block), None
            return "#" + block.hex().upper()
        return ""


def line_of(node: int, body: bytes) -> str:
    """Return a message in ASCII form."""
    return f":{len(body) + 1:02X}{node:02X}{body.hex().upper()}\r\n"


def block_of(sequence: int, node: int, body: bytes) -> str:
    """Return a message in binary form, one character a byte."""
    plain = bytes((sequence, node, len(body))) + body
    doubled = plain.replace(bytes((DLE,)), bytes((DLE, DLE)))
    return (bytes((DLE, STX)) + doubled + bytes((DLE, ETX))).decode("latin-1")
