"""How long bytes take on a wire: on a serial line each character its bits, on every other wire no time at all."""

from typing import Final
from urllib.parse import parse_qsl

from attrs import define, field, frozen

BAUD: Final = {"serial": 9600.0, "modbus+rtu": 19200.0}  # of lines whose settings do not say
RTU_CHARACTER: Final = 11  # bits; with a parity bit, or a second stop bit in its place
RTU_FRAME: Final = 3  # characters around a message: unit and check value
RTU_SILENCE: Final = 3.5  # characters without a byte, which end a frame


@frozen
class Pace:
    """What a wire takes for a message.

    >>> Pace.of("serial", "baud=4800&bits=7&parity=even").said(48)
    0.1
    """

    character: float = 0.0  # seconds
    around: float = 0.0  # characters of the frame around what is said
    silence: float = 0.0  # characters that have to pass until what was heard is complete

    @classmethod
    def of(cls, wire: str, line: str) -> "Pace":
        """Return the pace of a kind of wire, whose port is set as `line` says."""
        if wire not in BAUD:
            return cls()
        given = dict(parse_qsl(line))
        baud = float(given.get("baud", BAUD[wire]))
        if wire == "modbus+rtu":
            return cls(RTU_CHARACTER / baud, RTU_FRAME, RTU_SILENCE)
        parity = given.get("parity", "none").lower() not in {"none", "n"}
        bits = 1 + int(given.get("bits", 8)) + parity + float(given.get("stop", 1))
        return cls(bits / baud)

    def said(self, characters: int) -> float:
        """Return the seconds that an answer takes."""
        return (characters + self.around) * self.character

    def heard(self, characters: int) -> float:
        """Return the seconds until an instrument has heard a message."""
        return (characters + self.around + self.silence) * self.character


@define
class Ear:
    """Tells when what has come over a wire was all heard, however it was cut on its way."""

    pace: Pace
    _from: float = field(default=0.0, init=False)
    _characters: int = field(default=0, init=False)
    until: float = field(default=0.0, init=False)  # instant of the world

    def hear(self, characters: int, now: float) -> None:
        """Take what was sent now; it follows upon what is still on its way."""
        if now > self.until:
            self._from, self._characters = now, 0
        self._characters += characters
        self.until = self._from + self.pace.heard(self._characters)
