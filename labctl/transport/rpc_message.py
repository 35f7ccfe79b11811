"""Messages of ONC RPC version 2 (RFC 5531) over a stream: records in fragments, calls, replies, and XDR (RFC 4506)."""

import struct
from typing import Final

from attrs import define, field, frozen

_WORD: Final = struct.Struct(">I")
_LAST: Final = 1 << 31  # bit of a fragment's length: the record ends here
_CALL: Final = 0
_REPLY: Final = 1
_RPC_VERSION: Final = 2
_AUTHENTICATIONS: Final = 2  # credentials and verifier of a call

SUCCESS: Final = 0
PROGRAM_UNAVAILABLE: Final = 1
PROGRAM_MISMATCH: Final = 2
PROCEDURE_UNAVAILABLE: Final = 3
GARBAGE_ARGUMENTS: Final = 4


class Garbage(Exception):
    """Bytes that are not what they should be."""


class NoCall(Exception):
    """A record that is no call: whoever sent it speaks another protocol."""


class OtherVersion(Exception):
    """A call of another version of RPC; carries its transaction."""

    def __init__(self, transaction: int) -> None:
        super().__init__(transaction)
        self.transaction = transaction


@define
class Reading:
    """XDR values, taken out in order."""

    content: bytes
    _place: int = field(default=0, init=False)

    def word(self) -> int:
        """Return an unsigned integer; booleans, enumerations and small signed ones look the same."""
        try:
            (value,) = _WORD.unpack_from(self.content, self._place)
        except struct.error:
            raise Garbage from None
        self._place += _WORD.size
        return int(value)

    def words(self, count: int) -> list[int]:
        """Return so many integers."""
        return [self.word() for _ in range(count)]

    def opaque(self) -> bytes:
        """Return a counted string of bytes."""
        length = self.word()
        taken = self.content[self._place : self._place + length]
        self._place += length + -length % 4
        if len(taken) < length or self._place > len(self.content):
            raise Garbage
        return taken


def words(*values: int) -> bytes:
    """Return integers as XDR."""
    return struct.pack(f">{len(values)}I", *values)


def opaque(content: bytes) -> bytes:
    """Return a counted string of bytes as XDR."""
    return words(len(content)) + content + bytes(-len(content) % 4)


@frozen
class Call:
    """What a client calls."""

    transaction: int
    program: int
    version: int
    procedure: int
    arguments: Reading

    @classmethod
    def decode(cls, record: bytes) -> "Call":
        """Return the call of a record; whoever calls may, so credentials are passed over.

        Raises:
            NoCall: it is none.
            OtherVersion: it is one of another version of RPC.
        """
        reading = Reading(record)
        try:
            transaction, kind = reading.words(2)
            if kind != _CALL:
                raise NoCall(record[:64])
            if reading.word() != _RPC_VERSION:
                raise OtherVersion(transaction)
            program, version, procedure = reading.words(3)
            for _ in range(_AUTHENTICATIONS):
                reading.word()
                reading.opaque()
        except Garbage:
            raise NoCall(record[:64]) from None
        return cls(transaction, program, version, procedure, reading)


def accepted(transaction: int, status: int, result: bytes = b"") -> bytes:
    """Return the reply to a call that was understood."""
    return words(transaction, _REPLY, 0, 0, 0, status) + result


def refused_version(transaction: int) -> bytes:
    """Return the reply to a call of another version of RPC."""
    return words(transaction, _REPLY, 1, 0, _RPC_VERSION, _RPC_VERSION)


def framed(record: bytes) -> bytes:
    """Return a record as one fragment."""
    return words(_LAST | len(record)) + record


class Records:
    """Records out of a stream of fragments that may be cut anywhere.

    Args:
        longest: bytes of a record; a longer one is no record.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._buffer = bytearray()
        self._record = bytearray()

    def records(self, received: bytes) -> list[bytes]:
        """Return the records that these bytes complete. Raises NoCall where one is too long."""
        self._buffer += received
        complete: list[bytes] = []
        while len(self._buffer) >= _WORD.size:
            (head,) = _WORD.unpack_from(self._buffer)
            length = head & ~_LAST
            if len(self._record) + length > self._longest:
                raise NoCall(bytes(self._buffer[:64]))
            if len(self._buffer) < _WORD.size + length:
                break
            self._record += self._buffer[_WORD.size : _WORD.size + length]
            del self._buffer[: _WORD.size + length]
            if head & _LAST:
                complete.append(bytes(self._record))
                self._record.clear()
        return complete
