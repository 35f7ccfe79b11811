"""TSI 5300 thermal mass flow meter as audit standard: flow, temperature and pressure of the air at an inlet.

Source: Series 5200/5300 ASCII Command Set, P/N 6011697, pages 11 to 32, and for the error codes the Series 4000
manual, page 62, with which it is compatible. A command ends with a carriage return; an accepted one is answered with
`OK`, data follow on lines of their own. Not confirmed against a printed page: the letters of the units (`SUV`) and the
commands for model and serial number (`MN`, `SN`). RS-232 over USB: 38400 baud, 8N1.
"""

import re
from typing import Final

from labctl.errors import InstrumentReported, ReplyError
from labctl.instruments.acknowledged import AcknowledgingDriver
from labctl.instruments.replies import decoded, number
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Exchange, Indication

READING: Final = "DAFTP0001"  # one reading of flow, temperature and pressure, in characters
ERRORS: Final = {
    1: "unrecognizable command",
    2: "number out of range",
    3: "invalid mode",
    4: "command not possible",
    8: "internal error",
}
FIELDS: Final = 3

_REFUSAL: Final = re.compile(r"ERR(\d)")


class T5300(AcknowledgingDriver, maker="TSI", model="5300"):
    """TSI 5300, meter of a gas flow, its temperature and its pressure."""

    quantities = ("flow", "temperature", "pressure")
    model_pattern = r"53[0-3]0(?:-\d+)?"
    terminator = b"\r"
    answer_terminator = b"\r\n"

    def identify(self) -> Identity:
        """Return model, serial number and firmware (`MN`, `SN`, `REV`)."""
        model, serial, firmware = (self.query(each).strip() for each in ("MN", "SN", "REV"))
        return Identity(manufacturer=self.maker, model=model, serial=serial, firmware=firmware)

    def prepare(self) -> None:
        """Bring it to count in litres a minute of air as it flows, not of standard air."""
        for command in ("SUV", "SG0"):
            answer = self._told(command)
            if answer != "OK":
                raise self._refused(answer)

    def flow(self) -> Indication:
        """Measure the volume flow at the conditions in the meter."""
        return self._reading(0, "L/min", Quantity.of(0.01, "L/min"))

    def temperature(self) -> Indication:
        """Measure the temperature of the air in the meter."""
        return self._reading(1, "°C", Quantity.of(0.01, "K"))

    def pressure(self) -> Indication:
        """Measure the absolute pressure of the air in the meter."""
        return self._reading(2, "kPa", Quantity.of(0.01, "kPa"))

    def _reading(self, field: int, unit: str, resolution: Quantity) -> Indication:
        asked_at = self._asked_at()
        sent, acknowledged = self._exchanged(READING, 5.0)
        answer = decoded(acknowledged, self.answer_terminator, instrument=self.name, query=sent)
        if answer != "OK":
            raise self._refused(answer)
        data = self.wire.read(self.answer_terminator, 5.0)
        taken_at, reply = self.clock.now(), acknowledged + data
        self._open_call().exchanges[-1] = Exchange(sent=sent, received=reply)
        value = self._of_each(reply, lambda answer: self._field(field, sent, answer))
        shown = Indication(quantity=Quantity.of(value, unit), reply=reply, taken_at=taken_at, of=self.name)
        return self._indicated(shown, asked_at, resolution)

    def _field(self, field: int, sent: bytes, reply: bytes) -> float:
        """Return one of the numbers on the line after the acknowledgement."""
        data = reply.partition(b"\r\n")[2]
        fields = decoded(data, self.answer_terminator, instrument=self.name, query=sent).split(",")
        if len(fields) != FIELDS:
            raise ReplyError(instrument=self.name, query=sent, reply=reply, expected="flow,temperature,pressure")
        return [number(each, instrument=self.name, query=sent, reply=reply) for each in fields][field]

    def _refused(self, answer: str) -> InstrumentReported | ReplyError:
        latest = self._open_call().exchanges[-1]
        refusal = _REFUSAL.fullmatch(answer)
        if refusal is None:
            return ReplyError(instrument=self.name, query=latest.sent, reply=latest.received, expected="OK")
        code = int(refusal[1])
        return InstrumentReported(
            instrument=self.name, command=latest.sent, code=code, message=ERRORS.get(code, "unknown error")
        )
