"""Alicat MC-series mass-flow controller of 100 standard L/min, over its serial port.

Source: Alicat MC-series operating manual, pages 36 to 43 (serial communications). As delivered: 19200 baud, 8N1, unit
`A`, polling. A carriage return ends a command, and every command is answered with the data frame as it then stands:
pressure in psi absolute, temperature in °C, volume flow, mass flow and set-point in (standard) L/min, gas, status.
Not confirmed against a printed page: the layout of the manufacturer's lines (`A??M*`).
"""

import re
from collections.abc import Callable
from typing import ClassVar, Final

from labctl.errors import InstrumentReported, NotReady, ReplyError
from labctl.instruments.acknowledged import AcknowledgingDriver
from labctl.instruments.limits import Limit
from labctl.instruments.safety import SafeState
from labctl.instruments.scpi import written
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication, Setting

OVERRANGE: Final = frozenset({"MOV", "VOV", "POV", "TOV", "OVR", "ADC", "EXH", "VTM"})
"""Status words with which the frame's values cannot be relied on (manual, status messages)."""
CLOSED: Final = 0.5  # L/min that a closed valve may seem to let through
STEP: Final = 0.01  # L/min, of its display

_NUMBER: Final = r"\s+([+-]\d+\.\d+)"
_FRAME: Final = re.compile(rf"A{_NUMBER * 5}\s+([A-Z][\w-]*)((?:\s+[A-Z]{{3}})*)\s*", re.IGNORECASE)
_LINE: Final = re.compile(r"A\s+M\d\d\s")
_MODEL: Final = re.compile(r"A\s+M04\s+Model Number\s+(\S+)\s*")
_SERIAL: Final = re.compile(r"A\s+M05\s+Serial Number\s+(\S+)\s*")
_FIRMWARE: Final = re.compile(r"A\s+M09\s+Software Revision\s+(\S+)\s*")


class MC100SLPM(AcknowledgingDriver, maker="Alicat", model="MC-100SLPM"):
    """Alicat MC-100SLPM, controller of a gas flow in standard L/min (25 °C, 101.325 kPa)."""

    quantities = ("flow", "temperature", "pressure")
    model_pattern = r"MC-100SLPM(?:-\S+)?"
    terminator = b"\r"
    answer_terminator = b"\r"
    safe = SafeState(commands=(b"AHC\r", b"AS0\r"), clears=b"\r", energy=True, answers=True)
    limits: ClassVar = {"flow": Limit(low=Quantity.of(0, "L/min"), high=Quantity.of(100, "L/min"))}

    def identify(self) -> Identity:
        """Return model, serial number and firmware from the manufacturer's lines (`A??M*`)."""
        lines = self.query_lines("A??M*", last="A M09")
        model, serial, firmware = (_first(form, lines) for form in (_MODEL, _SERIAL, _FIRMWARE))
        if not (model and serial) or any(_LINE.match(each) is None for each in lines):
            latest = self._open_call().exchanges[-1]
            raise ReplyError(
                instrument=self.name, query=latest.sent, reply=latest.received, expected="model and serial number"
            )
        return Identity(manufacturer=self.maker, model=model, serial=serial, firmware=firmware)

    def confirm_safe(self) -> bool:
        """Return whether its valve is held closed or its set-point is zero, and no flow is shown."""
        frame = self._frame_of(self.query("A"))
        closed = "HLD" in _status(frame) or float(frame[5]) == 0.0
        flow = self._of_each(self._open_call().exchanges[-1].received, self._flow_in)
        return closed and abs(flow) <= CLOSED

    def prepare(self) -> None:
        """Bring its set-point to zero and its valve to closed."""
        self._close()

    def flow(self) -> Indication:
        """Measure the flow in standard L/min (25 °C, 101.325 kPa)."""
        return self.indication("A", "L/min", resolution=Quantity.of(STEP, "L/min"), part=_part(4))

    def temperature(self) -> Indication:
        """Measure the temperature of the gas."""
        return self.indication("A", "°C", resolution=Quantity.of(0.01, "K"), part=_part(2))

    def pressure(self) -> Indication:
        """Measure the absolute pressure of the gas."""
        return self.indication("A", "psi", resolution=Quantity.of(0.01, "psi"), part=_part(1))

    def set_flow(self, flow: Quantity) -> Setting:
        """Set the flow in standard L/min and let the valve go; it returns before the flow is reached.

        Raises:
            LimitExceeded: beyond the limits; nothing was sent.
            NotReady: another set-point than the one asked for stands in its answer, or the valve is still held.
        """
        self.refuse_beyond_limits("flow", flow)
        asked = flow.value_in("L/min")
        frame = self._frame_of(self._told(f"AS{written(flow, 'L/min')}"))
        if abs(float(frame[5]) - asked) > STEP:
            raise NotReady(instrument=self.name, asked=f"set-point {flow}", found=f"{frame[5]} L/min", waited=0.0)
        if "HLD" in _status(frame) and "HLD" in _status(self._frame_of(self._told("AC"))):
            raise NotReady(instrument=self.name, asked="valve released", found="valve held", waited=0.0)
        return self.setting(flow)

    def stand_by(self) -> None:
        """Take the flow away: set-point zero, valve held closed."""
        self._close()

    def _close(self) -> None:
        self._told("AHC")
        frame = self._frame_of(self._told("AS0"))
        if "HLD" not in _status(frame) or float(frame[5]) != 0.0:
            raise NotReady(instrument=self.name, asked="valve held closed", found=frame[0], waited=0.0)

    def _flow_in(self, reply: bytes) -> float:
        return float(self._frame_of(reply.decode("ascii").strip())[4])

    def _frame_of(self, text: str) -> re.Match[str]:
        frame, latest = _FRAME.fullmatch(text), self._open_call().exchanges[-1]
        if text.strip().endswith("?"):
            raise InstrumentReported(instrument=self.name, command=latest.sent, code=0, message=text)
        if frame is None:
            raise ReplyError(instrument=self.name, query=latest.sent, reply=latest.received, expected="a data frame")
        return frame


def _first(form: re.Pattern[str], lines: list[str]) -> str:
    return next((found[1] for each in lines if (found := form.fullmatch(each))), "")


def _status(frame: re.Match[str]) -> set[str]:
    return set(frame[7].split())


def _part(n: int) -> Callable[[str], str]:
    """Return what takes one number out of a whole frame in which nothing is beyond its range."""

    def part(text: str) -> str:
        frame = _FRAME.fullmatch(text)
        return frame[n] if frame is not None and not _status(frame) & OVERRANGE else ""

    return part
