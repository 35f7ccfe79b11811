"""What a client says to a GPIB adapter of the Prologix kind: lines, in which an escaped character is data."""

from typing import Final

from attrs import define, field, frozen

ESCAPE: Final = 0x1B
COMMAND: Final = b"++"
_ENDS: Final = frozenset(b"\r\n")
_SPECIAL: Final = frozenset(b"\r\n+\x1b")


def escaped(message: bytes) -> bytes:
    r"""Return a message as an adapter takes it, all of it data.

    >>> escaped(b"OUT +1\n")
    b'OUT \x1b+1\x1b\n'
    """
    return b"".join(bytes([ESCAPE, each]) if each in _SPECIAL else bytes([each]) for each in message)


@frozen
class Line:
    """One line without its end."""

    content: bytes
    command: bool  # to the adapter itself


@define
class Lines:
    """Lines out of a stream that may be cut anywhere."""

    _content: bytearray = field(factory=bytearray, init=False)
    _escaping: bool = field(default=False, init=False)
    _pluses: int = field(default=0, init=False)  # bare ones that the line begins with

    def __len__(self) -> int:
        return len(self._content)

    def lines(self, received: bytes) -> list[Line]:
        """Return the lines that these bytes complete; empty ones are none."""
        complete: list[Line] = []
        for each in received:
            if self._escaping:
                self._escaping = False
                self._content.append(each)
            elif each == ESCAPE:
                self._escaping = True
            elif each in _ENDS:
                complete += self._ended()
            else:
                if each == COMMAND[0] and self._pluses == len(self._content):
                    self._pluses += 1
                self._content.append(each)
        return complete

    def _ended(self) -> list[Line]:
        content, command = bytes(self._content), self._pluses >= len(COMMAND)
        self._content.clear()
        self._pluses = 0
        return [Line(content, command)] if content else []
