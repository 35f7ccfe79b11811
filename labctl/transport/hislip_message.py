"""Messages of HiSLIP (IVI-6.1, High-Speed LAN Instrument Protocol): a header of sixteen bytes and a payload."""

import struct
from enum import IntEnum
from typing import Final

from attrs import frozen

PROLOGUE: Final = b"HS"
HEADER: Final = struct.Struct(">2sBBIQ")
VERSION: Final = 0x0100  # 1.0


class Kind(IntEnum):
    """Message types (IVI-6.1, table 4)."""

    INITIALIZE = 0
    INITIALIZE_RESPONSE = 1
    FATAL_ERROR = 2
    ERROR = 3
    ASYNC_LOCK = 4
    ASYNC_LOCK_RESPONSE = 5
    DATA = 6
    DATA_END = 7
    DEVICE_CLEAR_COMPLETE = 8
    DEVICE_CLEAR_ACKNOWLEDGE = 9
    ASYNC_REMOTE_LOCAL_CONTROL = 10
    ASYNC_REMOTE_LOCAL_RESPONSE = 11
    TRIGGER = 12
    INTERRUPTED = 13
    ASYNC_INTERRUPTED = 14
    ASYNC_MAXIMUM_MESSAGE_SIZE = 15
    ASYNC_MAXIMUM_MESSAGE_SIZE_RESPONSE = 16
    ASYNC_INITIALIZE = 17
    ASYNC_INITIALIZE_RESPONSE = 18
    ASYNC_DEVICE_CLEAR = 19
    ASYNC_SERVICE_REQUEST = 20
    ASYNC_STATUS_QUERY = 21
    ASYNC_STATUS_RESPONSE = 22
    ASYNC_DEVICE_CLEAR_ACKNOWLEDGE = 23
    ASYNC_LOCK_INFO = 24
    ASYNC_LOCK_INFO_RESPONSE = 25


class Fatal(IntEnum):
    """Codes of a fatal error, after which both channels are closed (IVI-6.1, table 14)."""

    UNIDENTIFIED = 0
    POORLY_FORMED_HEADER = 1
    CHANNELS_INCOMPLETE = 2
    INVALID_INITIALIZATION = 3
    TOO_MANY_CLIENTS = 4


class NonFatal(IntEnum):
    """Codes of an error after which the connection goes on (IVI-6.1, table 16)."""

    UNIDENTIFIED = 0
    UNRECOGNIZED_TYPE = 1
    UNRECOGNIZED_CONTROL = 2
    UNRECOGNIZED_VENDOR = 3
    TOO_LARGE = 4


@frozen
class Message:
    """One message."""

    kind: int
    control: int = 0
    parameter: int = 0
    payload: bytes = b""

    def encode(self) -> bytes:
        """Return header and payload."""
        return HEADER.pack(PROLOGUE, self.kind, self.control, self.parameter, len(self.payload)) + self.payload


@frozen
class TooLarge:
    """A message whose payload was skipped."""

    kind: int


class PoorlyFormed(Exception):
    """What came is no HiSLIP."""


class Reader:
    """Messages out of a stream that may be cut anywhere.

    Args:
        longest: bytes of payload; a longer one is skipped.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._buffer = bytearray()
        self._skipping = 0

    def messages(self, received: bytes) -> list[Message | TooLarge]:
        """Return the messages that these bytes complete.

        Raises:
            PoorlyFormed: a header does not begin as it must.
        """
        self._buffer += received
        complete: list[Message | TooLarge] = []
        while True:
            skipped = min(self._skipping, len(self._buffer))
            del self._buffer[:skipped]
            self._skipping -= skipped
            if PROLOGUE[: len(self._buffer)] != bytes(self._buffer[: len(PROLOGUE)]):
                raise PoorlyFormed(bytes(self._buffer[: HEADER.size]))
            if len(self._buffer) < HEADER.size:
                return complete
            _, kind, control, parameter, length = HEADER.unpack_from(self._buffer)
            if length > self._longest:
                complete.append(TooLarge(kind))
                self._skipping = HEADER.size + length
            elif len(self._buffer) < HEADER.size + length:
                return complete
            else:
                payload = bytes(self._buffer[HEADER.size : HEADER.size + length])
                del self._buffer[: HEADER.size + length]
                complete.append(Message(kind, control, parameter, payload))
