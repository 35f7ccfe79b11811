"""Reading an instrument's words strictly: a number is what the manual prints, anything else is refused."""

import math
import re
from typing import Final

from labctl.errors import Overload, ReplyError
from labctl.transport.base import Ending, content_of, end_of

OVERLOAD: Final = 9.9e37
"""What SCPI instruments say when there is no value (SCPI-1999, 7.2.1.4): infinity, as ±9.9E37."""

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_INTEGER: Final = re.compile(r"[+-]?\d+", re.ASCII)


def number(text: str, *, instrument: str, query: bytes, reply: bytes) -> float:
    """Return the number that is the whole of `text`; blanks around it are allowed.

    Raises:
        Overload: it is ±9.9E37, the sign of an input beyond the range.
        ReplyError: it is not a number, not finite, or something stands beside it.
    """
    plain = text.strip(" ")
    if _NUMBER.fullmatch(plain) is None:
        raise ReplyError(instrument=instrument, query=query, reply=reply, expected="a number")
    value = float(plain)
    if abs(value) >= OVERLOAD * (1 - 1e-9):
        raise Overload(instrument=instrument, query=query, reply=reply)
    if not math.isfinite(value):
        raise ReplyError(instrument=instrument, query=query, reply=reply, expected="a finite number")
    return value


def integer(text: str, *, instrument: str, query: bytes, reply: bytes) -> int:
    """Return the integer that is the whole of `text`. Raises ReplyError."""
    plain = text.strip(" ")
    if _INTEGER.fullmatch(plain) is None:
        raise ReplyError(instrument=instrument, query=query, reply=reply, expected="an integer")
    return int(plain)


def decoded(reply: bytes, ending: bytes | Ending, *, instrument: str, query: bytes) -> str:
    """Return the text of a reply without its marks. Raises ReplyError for bytes that are no printable ASCII."""
    body = content_of(reply, ending).removesuffix(b"\r")
    text = body.decode("ascii", errors="replace")
    if end_of(reply, ending) != len(reply) or not text.isascii() or not text.isprintable():
        raise ReplyError(instrument=instrument, query=query, reply=reply, expected="printable ASCII and a terminator")
    return text
