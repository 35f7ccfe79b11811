"""Julabo FP50-HL refrigerated and heating circulator, over its serial port.

Source: operating manuals of the SL, SC and ME series, chapter remote control (pages 82, 42 and 63): commands end with
CR, answers with LF, a command that sets something is not answered and needs 250 ms of rest, a query 10 ms. It has to be
switched to remote control at its panel. The form of `version`, the numbers of its messages, the range and the line as
delivered, 4800 baud, 7E1, RTS/CTS, are engineering memory [K].
"""

import re
from typing import ClassVar, Final

from attrs import evolve

from labctl.errors import InstrumentReported, NotReady, ReplyError
from labctl.instruments.driver import Driver
from labctl.instruments.limits import Limit
from labctl.instruments.safety import SafeState
from labctl.instruments.scpi import written
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication, Setting

_VERSION: Final = re.compile(r"JULABO\s+(\S+)\s+V(?:ERSION)?\s*([\d.]+)\s*", re.IGNORECASE)
_STATUS: Final = re.compile(r"\s*([+-]?\d+)\s+(.+?)\s*")
_REMOTE: Final = frozenset({2, 3})  # remote stop, remote start
_RESOLUTION: Final = Quantity.of(0.01, "K")


class FP50HL(Driver, maker="Julabo", model="FP50-HL"):
    """Julabo FP50-HL, circulator with a bath from -50 °C to 200 °C."""

    quantities = ("temperature",)
    terminator = b"\r"
    answer_terminator = b"\n"
    rest_after_command = 0.25
    rest_after_query = 0.01
    safe = SafeState(
        commands=(b"OUT_MODE_05 0\r",),
        clears=b"!\r",  # half a command becomes one that it does not know
        energy=True,
        pause=0.25,
    )
    limits: ClassVar = {"temperature": Limit(low=Quantity.of(-50, "°C"), high=Quantity.of(200, "°C"))}

    def identify(self) -> Identity:
        """Return model and firmware (`VERSION`)."""
        found = _VERSION.fullmatch(self.query("VERSION"))
        if found is None:
            raise self._unexpected("JULABO model V number")
        return Identity(manufacturer=self.maker, model=found[1], serial="", firmware=found[2])

    def recognise(self, expected: Identity) -> Identity:
        """Return who answers, if it is this model; nobody can ask for the serial number."""
        return super().recognise(evolve(expected, serial=""))

    def prepare(self) -> None:
        """Bring nothing about, but see that it stands under remote control, without an alarm. Raises NotReady."""
        code, message = self._status()
        if code < 0:
            code, message = self._status()  # a complaint about an earlier command is told once, an alarm again
        if code not in _REMOTE:
            raise NotReady(instrument=self.name, asked="remote control", found=f"{code:02d} {message}", waited=0)

    def check_errors(self) -> None:
        """Read the status. Raises InstrumentReported for a negative one, which is a warning or an alarm."""
        exchanges = self._open_call().exchanges
        sent = exchanges[-1].sent if exchanges else b""
        code, message = self._status()
        if code < 0:
            raise InstrumentReported(instrument=self.name, command=sent, code=code, message=message)

    def temperature(self) -> Indication:
        """Measure the temperature of the bath (`IN_PV_00`)."""
        return self.indication("IN_PV_00", "°C", resolution=_RESOLUTION)

    def external_temperature(self) -> Indication:
        """Measure the temperature at the external sensor (`IN_PV_02`)."""
        return self.indication("IN_PV_02", "°C", resolution=_RESOLUTION)

    def set_temperature(self, temperature: Quantity) -> Setting:
        """Set the working temperature, read it back, and start the circulator.

        Raises:
            LimitExceeded: beyond the limits; nothing was sent.
            InstrumentReported: it refused, or an alarm is up.
            NotReady: it did not start.
            ReplyError: another working temperature than the one asked for is set.
        """
        self.refuse_beyond_limits("temperature", temperature)
        self.send(f"OUT_SP_00 {written(temperature, '°C')}")
        if abs(self.query_number("IN_SP_00") - temperature.value_in("°C")) > _RESOLUTION.value_in("K") / 2:
            raise self._unexpected(str(temperature))
        self.send("OUT_MODE_05 1")
        if self.query_integer("IN_MODE_05") != 1:
            raise NotReady(instrument=self.name, asked="started", found="stopped", waited=0)
        return self.setting(temperature)

    def stand_by(self) -> None:
        """Take the heater, the cooler and the pump off, and confirm it."""
        self.send("OUT_MODE_05 0", check=False)
        if self.query_integer("IN_MODE_05") != 0:
            raise NotReady(instrument=self.name, asked="stopped", found="started", waited=0)

    def confirm_safe(self) -> bool:
        """Return whether it is stopped."""
        return self.query_integer("IN_MODE_05") == 0

    def heating_power(self) -> float:
        """Return the heating power in percent (`IN_PV_01`), negative while it cools."""
        return self.query_number("IN_PV_01")

    # --- inside ------------------------------------------------------------------------------------------------------

    def _status(self) -> tuple[int, str]:
        found = _STATUS.fullmatch(self.query("STATUS", once=True))
        if found is None:
            raise self._unexpected("a number and words")
        return int(found[1]), found[2]

    def _unexpected(self, expected: str) -> ReplyError:
        latest = self._open_call().exchanges[-1]
        return ReplyError(instrument=self.name, query=latest.sent, reply=latest.received, expected=expected)
