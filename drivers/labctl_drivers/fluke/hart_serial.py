"""The serial protocol of Hart Scientific's baths, dry wells and furnaces, which Fluke went on making.

Source: user's guides of 7037, 7102, 7341, 9105, chapter digital communication interface. Commands may be shortened to
their first letters, blanks count for nothing, a carriage return ends them. In full duplex, as delivered, the
controller repeats what it hears; linefeed has to be on, as delivered. There is no error report: every setting is
read back. The controllers tell model and firmware, not their serial number.
"""

import re
from collections.abc import Callable
from typing import ClassVar, Final

from attrs import evolve, frozen

from labctl.errors import NotReady, ReplyError
from labctl.instruments.driver import Driver
from labctl.instruments.replies import OVERLOAD
from labctl.instruments.safety import SafeState
from labctl.instruments.scpi import written
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Exchange, Indication, Setting

AT_REST: Final = Quantity.of(25, "°C")
"""The set-point that stands for no heat: there is no command that switches a controller off."""

NO_SENSOR: Final = 9999.0
"""What it shows, in °C, where its sensor is open or beyond what can be measured [K]."""
_ANSWER: Final = re.compile(rb"(?:[a-z0-9]{1,4}\s*:|ver\.)[^\r\n]*\r\n")
_VERSION: Final = re.compile(r"ver\.([^,]+),\s*(\S+)\s*")
_NUMBER: Final = r"\s*([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)\s*"
_CUT_OUT: Final = re.compile(rf"c:{_NUMBER}C\s*,\s*(in|out)\s*")
_UNIT: Final = re.compile(r"u:\s*C\s*", re.IGNORECASE)


@frozen
class Answered:
    r"""The answer is the line that names what was asked for; an echo before it belongs to it and says nothing.

    >>> Answered().content(b"t\rt: 55.69 C\r\n")
    b't: 55.69 C'
    """

    def end(self, received: bytes) -> int:
        """Return where the first line ends that names a value, -1 while there is none."""
        found = _ANSWER.search(received)
        return found.end() if found is not None else -1

    def content(self, answer: bytes) -> bytes:
        """Return that line."""
        found = _ANSWER.search(answer)
        return found[0].removesuffix(b"\r\n") if found is not None else answer


class HartDriver(Driver, maker="Fluke"):
    """What every controller with this protocol can be asked; a model adds its range."""

    quantities = ("temperature",)
    terminator = b"\r"
    answer_terminator = Answered()
    safe = SafeState(commands=(b"s=25.00\r",), clears=b"\r", energy=True)
    resolution: ClassVar[Quantity] = Quantity.of(0.01, "K")

    _echoes: bool = False  # as the last identification found

    def identify(self) -> Identity:
        """Return model and firmware (`*ver`)."""
        found = _VERSION.fullmatch(self.query("*ver"))
        if found is None:
            raise self._unexpected("ver.model,version")
        self._echoes = not self._open_call().exchanges[-1].received.startswith(b"ver.")
        return Identity(manufacturer=self.maker, model=found[1].strip(), serial="", firmware=found[2])

    def recognise(self, expected: Identity) -> Identity:
        """Return who answers, if it is this model; nobody can ask for the serial number."""
        return super().recognise(evolve(expected, serial=""))

    def prepare(self) -> None:
        """Bring the controller to half duplex, where it repeats nothing, and to answer in °C when asked."""
        if self._echoes:
            self.send("du=h", check=False)
            self._hear_echo()
        self.send("sa=0", check=False)
        self.send("u=c", check=False)
        if _UNIT.fullmatch(self.query("u")) is None:
            raise self._unexpected("u: C")
        self._echoes = False

    def temperature(self) -> Indication:
        """Measure the temperature at the control sensor."""
        return self.indication("t", "°C", resolution=self.resolution, part=_value("t", "C"))

    def set_temperature(self, temperature: Quantity) -> Setting:
        """Set the temperature it shall come to, read it back, and look whether the cut-out lets it heat.

        Raises:
            LimitExceeded: beyond the limits; nothing was sent.
            NotReady: the cut-out has tripped.
            ReplyError: another set-point than the one asked for is set.
        """
        self.refuse_beyond_limits("temperature", temperature)
        self.send(f"s={written(temperature, '°C')}", check=False)
        if abs((self._set_point() - temperature).value_in("K")) > self.resolution.value_in("K") / 2:
            raise self._unexpected(str(temperature))
        limit, state = self._cut_out()
        if state != "in":
            raise NotReady(instrument=self.name, asked=str(temperature), found=f"cut-out at {limit}: {state}", waited=0)
        return self.setting(temperature)

    def stand_by(self) -> None:
        """Set the temperature of the room, at which it no longer heats, and confirm it."""
        self.send(f"s={written(AT_REST, '°C')}", check=False)
        if not self._rests():
            raise self._unexpected(str(AT_REST))

    def confirm_safe(self) -> bool:
        """Return whether the set-point is that of the room."""
        return self._rests()

    def set_cut_out(self, temperature: Quantity) -> None:
        """Set the temperature at which the over-temperature cut-out takes the heater off, and read it back."""
        self.send(f"c={written(temperature, '°C')}", check=False)
        if abs((self._cut_out()[0] - temperature).value_in("K")) > 1:
            raise self._unexpected(str(temperature))

    def reset_cut_out(self) -> None:
        """Bring a tripped cut-out in again (`c=r`). Raises NotReady while it is still too hot."""
        self.send("c=r", check=False)
        limit, state = self._cut_out()
        if state != "in":
            raise NotReady(instrument=self.name, asked="cut-out in", found=f"cut-out at {limit}: {state}", waited=0)

    def set_point(self) -> Quantity:
        """Return the set-point."""
        return self._set_point()

    def heater_power(self) -> float:
        """Return the heater's duty cycle in percent."""
        text = _value("po", "")(self.query("po"))
        if not text:
            raise self._unexpected("po: a percentage")
        return float(text)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _hear_echo(self) -> None:
        exchanges = self._open_call().exchanges
        sent = exchanges[-1].sent
        exchanges[-1] = Exchange(sent=sent, received=self.wire.read(b"\r\n", 2.0))

    def _set_point(self) -> Quantity:
        text = _value("set", "C")(self.query("s"))
        if not text:
            raise self._unexpected("set: a temperature in C")
        return Quantity.of(float(text), "°C")

    def _rests(self) -> bool:
        return self._set_point() <= AT_REST

    def _cut_out(self) -> tuple[Quantity, str]:
        found = _CUT_OUT.fullmatch(self.query("c"))
        if found is None:
            raise self._unexpected("c: a temperature C, in or out")
        return Quantity.of(float(found[1]), "°C"), found[2]

    def _unexpected(self, expected: str) -> ReplyError:
        latest = self._open_call().exchanges[-1]
        return ReplyError(instrument=self.name, query=latest.sent, reply=latest.received, expected=expected)


class VernierDriver(HartDriver):
    """A bath whose set-point can be trimmed by hundredths of a millikelvin."""

    def set_vernier(self, trim: Quantity) -> None:
        """Set the trim that is added to the set-point, and read it back."""
        self.send(f"v={written(trim, 'K')}", check=False)
        text = _value("v", "")(self.query("v"))
        if not text or abs(float(text) - trim.value_in("K")) > 0.5e-5:  # noqa: PLR2004  (half its last digit)
            raise self._unexpected(str(trim))


def _value(label: str, unit: str) -> Callable[[str], str]:
    """Return what takes the number out of `label: number unit`; any other answer gives none."""
    form = re.compile(rf"{label}\s*:{_NUMBER}{unit}\s*")

    def part(text: str) -> str:
        found = form.fullmatch(text)
        if found is None:
            return ""
        return found[1] if abs(float(found[1])) < NO_SENSOR else f"{OVERLOAD:g}"

    return part
