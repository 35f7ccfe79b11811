"""A console on a wire: a line out, whatever comes back, readable or in hexadecimal digits, time-outs told."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from attrs import define, field

from labctl.clock import WallClock
from labctl.errors import ArgumentRefused, LabctlError
from labctl.language import Language, Text
from labctl.transport.operator import is_operator
from labctl.transport.raw import RawWire
from labctl.transport.transcript import Transcript

ENDINGS: Final = {"lf": b"\n", "crlf": b"\r\n", "cr": b"\r", "none": b""}
WITHIN: Final = 2.0
_WIDTH: Final = 16  # bytes in a row of hexadecimal digits
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|([rnt0\\?]))")
_SHORT: Final = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\", "?": "?"}
_NO_ANSWER = Text("(no answer within {within:g} s)", zh="（{within:g} s 内无应答）")
_UNWRITABLE = Text("(not sent: write other bytes as \\xHH)", zh="（未发送：其他字节请写作 \\xHH）")
_HELP = Text(
    "A line is sent with its ending ({ending}); what comes back is shown.\n"
    "  ?              this help; \\? sends a question mark\n"
    "  \\r \\n \\t \\xHH  control characters and bytes\n"
    "  (empty line)   listen for what comes unasked\n"
    "  end of input   leave (Ctrl+D)",
    zh="每行按所选结束符（{ending}）发送，并显示返回内容。\n"
    "  ?              本帮助；\\? 发送问号\n"
    "  \\r \\n \\t \\xHH  控制字符和字节\n"
    "  （空行）       接收主动发出的内容\n"
    "  输入结束       退出（Ctrl+D）",
)


@define
class Console:
    """Talks to whatever is at an address.

    Args:
        address: as a station writes it; on Modbus lines are hexadecimal digits of a message, without frame.
        ending: of each line: `lf`, `crlf`, `cr` or `none`.
        within: seconds to the first byte of an answer.
        transcript: a file that keeps every byte; nothing is kept without one.
        say: shows a line.
        language: of the console's own words.
    """

    address: str
    ending: str = "lf"
    within: float = WITHIN
    transcript: Path | None = None
    say: Callable[[str], object] = print
    language: Language = Language.ENGLISH
    silent: int = field(default=0, init=False)  # questions without an answer, so far
    _wire: RawWire = field(init=False)
    _kept: Transcript | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Open the wire. Raises ConnectFailed, ArgumentRefused, StoreFailed."""
        if is_operator(self.address):
            raise ArgumentRefused(
                argument=self.address,
                problem=Text("a person is no wire to type on", zh="人员不是可键入的线路"),
                remedy=Text("Give the address of an instrument", zh="请给出仪器地址"),
            )
        self._kept = Transcript(self.transcript, WallClock()) if self.transcript is not None else None
        self._wire = RawWire(self.address, transcript=self._kept)
        self._wire.open()

    def talk(self, lines: Iterable[str]) -> None:
        """Send lines until they end."""
        try:
            for line in lines:
                self.take(line.rstrip("\r\n"))
        finally:
            self.close()

    def take(self, line: str) -> None:
        """Send one line and show what comes; failures of the wire are told, and it is opened again."""
        if line == "?":
            self.say(_HELP.filled(ending=self.ending).within(self.language))
            return
        try:
            received = self._answer(line)
        except LabctlError as error:
            self.say(f"({error.within(self.language)})")
            self.silent += 1
            return
        if received is None:
            self.say(_UNWRITABLE.within(self.language))
        elif received:
            for each in shown(received, binary=self._is_modbus):
                self.say(each)
        elif line:
            self.silent += 1
            self.say(_NO_ANSWER.filled(within=self.within).within(self.language))

    def close(self) -> None:
        """Close the wire and the transcript."""
        self._wire.close()
        if self._kept is not None:
            self._kept.close()

    @property
    def _is_modbus(self) -> bool:
        return self.address.startswith("modbus")

    def _answer(self, line: str) -> bytes | None:
        if not line:
            return self._wire.listen(self.within)
        try:
            message = bytes.fromhex(line) if self._is_modbus else unescaped(line) + ENDINGS[self.ending]
        except ValueError:
            return None
        return self._wire.ask(message, self.within)


def unescaped(line: str) -> bytes:
    r"""Return the bytes that a line means. ValueError for a character that is no byte.

    >>> unescaped(r"\x1bP*IDN\?"), unescaped("A")
    (b'\x1bP*IDN?', b'A')
    """
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _SHORT[found[2]], line)
    return text.encode("latin-1")


def shown(received: bytes, *, binary: bool = False) -> list[str]:
    r"""Return an answer in lines; as hexadecimal digits where it is no text.

    >>> shown(b"+1.0\r\n"), shown(b"\x02\x00A")
    (['+1.0'], ['0000  02 00 41                                          ..A'])
    """
    text = received.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")
    if not binary and text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text.strip("\n").split("\n")
    rows = (received[start : start + _WIDTH] for start in range(0, len(received), _WIDTH))
    return [f"{n * _WIDTH:04x}  {row.hex(' '):<{3 * _WIDTH}}  {_dotted(row)}" for n, row in enumerate(rows)]


def _dotted(row: bytes) -> str:
    return "".join(chr(each) if chr(each).isascii() and chr(each).isprintable() else "." for each in row)
