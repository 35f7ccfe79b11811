"""Meinberg GPS170 radio clock as time standard, by its standard time string on request, over its serial port.

Source: the maker's description of its standard time string, `STX D:dd.mm.yy;T:w;U:hh.mm.ss;uvxy ETX`, from memory and
not confirmed against a printed page. The clock is set to send on request, a question mark; 19200 baud, 8N1.
"""

import re
from typing import ClassVar, Final

from labctl.errors import NotReady, ReplyError
from labctl.instruments.driver import Driver
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication
from labctl.transport.base import Framed

ASK: Final = "?"
SECOND: Final = Quantity.of(1, "s")

_TELEGRAM: Final = re.compile(r"D:\d\d\.\d\d\.\d\d;T:[1-7];U:(\d\d)\.(\d\d)\.(\d\d);([ #])([ *])([ US])([ !A])")


class GPS170(Driver, maker="Meinberg", model="GPS170"):
    """A clock that follows the satellites."""

    quantities = ("time",)
    tells_serial = False
    terminator = b""
    answer_terminator: ClassVar = Framed(b"\x02", b"\x03")

    def identify(self) -> Identity:
        """Return what it is, if what answers is its time string; it holds neither model nor serial number.

        Raises:
            ReplyError: something else answers.
        """
        self._telegram(self.query(ASK))
        return Identity(manufacturer=self.maker, model=self.model, serial="")

    def clock_time(self) -> Indication:
        """Read its time, as seconds since midnight.

        Raises:
            NotReady: it has not been synchronised since it was switched on, or runs by its own quartz.
        """
        shown = self.indication(ASK, "s", resolution=SECOND, part=_seconds)
        free = self._telegram(shown.reply.strip(b"\x02\x03").decode("ascii"))
        if free:
            raise NotReady(instrument=self.name, asked="synchronised", found=free, waited=0.0)
        return shown

    def _telegram(self, text: str) -> str:
        """Return why its time is worth little; nothing where it follows the satellites. Raises ReplyError."""
        found = _TELEGRAM.fullmatch(text)
        if found is None:
            latest = self._open_call().exchanges[-1]
            raise ReplyError(
                instrument=self.name, query=latest.sent, reply=latest.received, expected="D:…;T:…;U:…; and four flags"
            )
        return "never synchronised" if found[4] == "#" else "free running" if found[5] == "*" else ""


def _seconds(text: str) -> str:
    found = _TELEGRAM.fullmatch(text)
    if found is None:
        return ""
    hour, minute, second = (int(each) for each in found.groups()[:3])
    return str((hour * 60 + minute) * 60 + second)
