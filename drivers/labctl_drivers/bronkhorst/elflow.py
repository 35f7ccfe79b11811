"""Bronkhorst EL-FLOW mass-flow controller, over its RS-232 port in the ProPar protocol's ASCII form.

Source: RS232 interface manual 9.17.027, chapter 3. As delivered: 38400 baud, 8N1. A message is a colon, the number of
bytes that follow, node, command, and pairs of process and parameter, all in hexadecimal; line's ends close it. Node
128 is whoever is at the other end of the cable.
"""

import struct
from collections.abc import Callable
from typing import ClassVar, Final

from labctl.errors import InstrumentReported, NotReady, ReplyError
from labctl.instruments.acknowledged import AcknowledgingDriver
from labctl.instruments.limits import Limit
from labctl.instruments.safety import SafeState
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication, Setting

STATUS: Final = 0  # commands: an answer without value
WRITE: Final = 1
VALUE: Final = 2  # write without asking for a status; also how values come back
READ: Final = 4

INTEGER: Final = 0x20  # types of parameters, in the upper bits of the parameter's byte
FLOAT: Final = 0x40
STRING: Final = 0x60

SETPOINT: Final = (1, 1)  # process and number; 32000 is 100 %
UNIT: Final = (1, 31)
FLOW: Final = (33, 0)  # in the unit of its capacity
FLOW_SETPOINT: Final = (33, 3)
MODEL: Final = (113, 2)
SERIAL: Final = (113, 3)
FIRMWARE: Final = (113, 5)

CLOSED: Final = 0.5  # L/min that a closed valve may seem to let through
ALIKE: Final = 1e-3  # L/min, two set-points that are the same
STATUSES: Final = {1: "process claimed", 2: "command", 3: "process number", 4: "parameter number", 5: "parameter type",
                   6: "parameter value", 13: "read only"}  # fmt: skip


class ELFlow(AcknowledgingDriver, maker="Bronkhorst", model="EL-FLOW"):
    """Bronkhorst EL-FLOW of 100 L/min, controller of a gas flow in normal L/min (0 °C, 101.325 kPa)."""

    quantities = ("flow",)
    model_pattern = r"EL-FLOW|F-\d{3}[A-Z]{1,2}(?:-[\w]+)*"
    terminator = b"\r\n"
    answer_terminator = b"\r\n"
    safe = SafeState(commands=(b":06800201210000\r\n",), clears=b"\r\n", energy=True)
    limits: ClassVar = {"flow": Limit(low=Quantity.of(0, "L/min"), high=Quantity.of(100, "L/min"))}
    node: ClassVar[int] = 128

    def identify(self) -> Identity:
        """Return model, serial number and firmware (process 113)."""
        model, serial, firmware = (self._text(each) for each in (MODEL, SERIAL, FIRMWARE))
        return Identity(manufacturer=self.maker, model=model, serial=serial, firmware=firmware)

    def confirm_safe(self) -> bool:
        """Return whether its set-point is zero and no flow is shown."""
        return self._number(SETPOINT, INTEGER) == 0 and abs(self._number(FLOW, FLOAT)) <= CLOSED

    def prepare(self) -> None:
        """Bring its set-point to zero, once it is clear that it counts in normal litres a minute.

        Raises:
            NotReady: its capacity is stated in another unit.
        """
        unit = self._text(UNIT)
        if unit != "ln/min":
            raise NotReady(instrument=self.name, asked="capacity in ln/min", found=unit, waited=0.0)
        self._write(SETPOINT, INTEGER, "0000")

    def flow(self) -> Indication:
        """Measure the flow in normal L/min (0 °C, 101.325 kPa)."""
        return self.indication(self._request(FLOW, FLOAT), "L/min", part=self._float_part(FLOW))

    def set_flow(self, flow: Quantity) -> Setting:
        """Set the flow in normal L/min and begin to control; it returns before the flow is reached.

        Raises:
            LimitExceeded: beyond the limits; nothing was sent.
            InstrumentReported: it refused the set-point.
            NotReady: another set-point than the one asked for is read back.
        """
        self.refuse_beyond_limits("flow", flow)
        asked = flow.value_in("L/min")
        self._write(FLOW_SETPOINT, FLOAT, struct.pack(">f", asked).hex().upper())
        found = self._number(FLOW_SETPOINT, FLOAT)
        if abs(found - asked) > ALIKE + 1e-4 * asked:
            raise NotReady(instrument=self.name, asked=f"set-point {flow}", found=f"{found:g} L/min", waited=0.0)
        return self.setting(flow)

    def stand_by(self) -> None:
        """Take the flow away: set-point zero, which closes its valve."""
        self._write(SETPOINT, INTEGER, "0000")
        if self._number(SETPOINT, INTEGER) != 0:
            raise NotReady(instrument=self.name, asked="set-point 0", found="another", waited=0.0)

    # --- messages ----------------------------------------------------------------------------------------------------

    def _message(self, command: int, data: str) -> str:
        return f":{2 + len(data) // 2:02X}{self.node:02X}{command:02X}{data}"

    def _request(self, parameter: tuple[int, int], kind: int) -> str:
        process, number = parameter
        whole = "00" if kind == STRING else ""  # its length is not known before
        return self._message(READ, f"{process:02X}{kind | number:02X}{process:02X}{kind | number:02X}{whole}")

    def _write(self, parameter: tuple[int, int], kind: int, value: str) -> None:
        process, number = parameter
        answer = self._told(self._message(WRITE, f"{process:02X}{kind | number:02X}{value}"))
        self._values(answer, None)

    def _number(self, parameter: tuple[int, int], kind: int) -> float:
        value = self._asked(parameter, kind)
        if kind == FLOAT:
            return float(struct.unpack(">f", value)[0])
        return float(int.from_bytes(value, "big"))

    def _text(self, parameter: tuple[int, int]) -> str:
        value = self._asked(parameter, STRING)
        return value[1:].split(b"\x00")[0].decode("ascii", "replace").strip()

    def _asked(self, parameter: tuple[int, int], kind: int) -> bytes:
        value = self._values(self.query(self._request(parameter, kind)), (parameter[0], kind | parameter[1]))
        sizes = {INTEGER: 2, FLOAT: 4}
        if kind in sizes and len(value) != sizes[kind]:
            raise self._unexpected(f"{sizes[kind]} bytes of value")
        return value

    def _values(self, text: str, expected: tuple[int, int] | None) -> bytes:
        """Return the bytes of a value; of an accepted command none. Raises InstrumentReported, ReplyError."""
        body = _body(text)
        if body is not None and body[1] == STATUS:
            if len(body) == 4 and body[2] == 0 and expected is None:  # noqa: PLR2004  (node, command, status, place)
                return b""
            code = body[2] if len(body) > 2 else -1  # noqa: PLR2004  (the status itself)
            sent = self._open_call().exchanges[-1].sent
            message = STATUSES.get(code, "status")
            raise InstrumentReported(instrument=self.name, command=sent, code=code, message=message)
        if body is None or expected is None or body[1] != VALUE or tuple(body[2:4]) != expected:
            raise self._unexpected("the value of the parameter, or a status")
        return body[4:]

    def _unexpected(self, expected: str) -> ReplyError:
        latest = self._open_call().exchanges[-1]
        return ReplyError(instrument=self.name, query=latest.sent, reply=latest.received, expected=expected)

    def _float_part(self, parameter: tuple[int, int]) -> Callable[[str], str]:
        """Return what takes a float out of an answer that is wholly of this parameter; anything else gives none."""
        head = bytes((parameter[0], FLOAT | parameter[1]))

        def part(text: str) -> str:
            body = _body(text)
            whole = body is not None and body[1:4] == bytes((VALUE,)) + head and len(body) == 8  # noqa: PLR2004
            return f"{struct.unpack('>f', body[4:])[0]:.7g}" if whole and body is not None else ""

        return part


def _body(text: str) -> bytes | None:
    r"""Return the bytes that a message counts; none where it is no message or its count is wrong.

    >>> _body(":0403000005")
    b'\x03\x00\x00\x05'
    """
    try:
        counted = bytes.fromhex(text.removeprefix(":")) if text.startswith(":") else b""
    except ValueError:
        return None
    return counted[1:] if len(counted) > 2 and counted[0] == len(counted) - 1 else None  # noqa: PLR2004
