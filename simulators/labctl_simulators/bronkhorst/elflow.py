"""Bronkhorst EL-FLOW mass-flow controller on its RS-232 port: ProPar in ASCII and binary form.

Source: RS232 interface manual 9.17.027, chapters 2 and 3. As delivered: 38400 baud, 8N1; answers to node 3 and, on
the cable itself, to node 128.
"""

import math
from typing import Final

from labctl.simulation.dialogue import Answer, Dialogue
from labctl.simulation.faults import disguised
from labctl.simulation.status import Status
from labctl_simulators.bronkhorst import propar
from labctl_simulators.bronkhorst.propar import CHARACTER, FLOAT, INTEGER, STRING, Parameter
from labctl_simulators.worlds.gas import MassFlowController

NODE: Final = 3
CABLE: Final = 128
WHOLE: Final = 32000  # 100 % in integers
MOST: Final = 41942  # the largest measurement in integers, 131.07 %
FIRMWARE: Final = "V1.12"
PROTOCOL_ERROR: Final = 4
NODE_ERROR: Final = 5


class ELFlow(MassFlowController, maker="Bronkhorst", model="EL-FLOW", wires=("serial",), line="baud=38400"):
    """The controller in a line of air, counting in normal litres (0 °C, 101.325 kPa)."""

    reference_temperature = 0.0

    def dialogue(self) -> "ELFlowDialogue":
        """Return a new session's dialogue."""
        return ELFlowDialogue(self)

    def in_integers(self, flow: float) -> int:
        """Return a flow as a share of full scale in integers."""
        share = 0.0 if math.isnan(flow) else min(max(flow / self.full_scale, 0.0), MOST / WHOLE)
        return round(WHOLE * share)

    def ask_for(self, flow: float) -> None:
        """Control to a flow; negative or too high ones are refused."""
        if not 0.0 <= flow <= self.full_scale:
            raise propar.Refused(propar.BAD_VALUE)
        self.set(flow)


class ELFlowDialogue(Dialogue):
    """Messages of one instrument; who it claims to be may be a fault's doing."""

    ends = b""
    answer_end = b""
    latency = 0.003

    def __init__(self, controller: ELFlow) -> None:
        """Begin a session."""
        super().__init__(Status())
        self.controller = controller
        self.framing = propar.Framing()

    def messages(self, received: bytes, *, end: bool = False) -> list[str]:  # noqa: ARG002  (a stream of bytes)
        """Return the messages that these bytes complete."""
        return self.framing.messages(received)

    def clear(self) -> None:
        """Forget a half-sent message."""
        self.framing.clear()

    def answer(self, message: str) -> Answer | None:
        """Carry out a message of either form."""
        try:
            plain = bytes.fromhex(message[1:])
        except ValueError:
            return self._said(message, 0, CABLE, bytes((PROTOCOL_ERROR,)))
        if message.startswith("#"):
            sequence, node, count, body = plain[0], plain[1], plain[2], plain[3:]
        else:
            sequence, count, node, body = 0, plain[0] - 1, plain[1], plain[2:]
        if count != len(body) or not body:
            return self._said(message, sequence, node, bytes((PROTOCOL_ERROR,)))
        if node not in {NODE, CABLE}:
            return self._said(message, sequence, node, bytes((NODE_ERROR,)))
        said = self._carried_out(body)
        return self._said(message, sequence, node, said) if said else None

    def _said(self, message: str, sequence: int, node: int, body: bytes) -> Answer:
        text = propar.block_of(sequence, node, body) if message.startswith("#") else propar.line_of(node, body)
        return Answer(lambda: text)

    def _carried_out(self, body: bytes) -> bytes:
        command, data = body[0], body[1:]
        try:
            match command:
                case propar.READ:
                    return bytes((propar.VALUE,)) + propar.answered(self._parameters(), data)
                case propar.WRITE:
                    return bytes((propar.STATUS, 0, propar.written(self._parameters(), data) + 1))
                case propar.VALUE:
                    propar.written(self._parameters(), data)
                    return b""
                case _:
                    return bytes((propar.STATUS, propar.BAD_COMMAND, 0))
        except IndexError:
            return bytes((propar.STATUS, propar.BAD_VALUE, len(data)))
        except propar.Refused as refused:
            return bytes((propar.STATUS, refused.status, refused.place)) if command != propar.VALUE else b""

    def _parameters(self) -> propar.Parameters:
        controller = self.controller
        who = disguised(controller.identity, self.struck)
        return {
            (0, 0): Parameter(STRING, lambda: "9ELFLOW"),
            (0, 10): Parameter(CHARACTER, lambda: 82, lambda _: None),
            (1, 0): Parameter(INTEGER, lambda: controller.in_integers(controller.shown("1/0"))),
            (1, 1): Parameter(
                INTEGER,
                lambda: controller.in_integers(controller.setpoint),
                lambda value: controller.ask_for(value / WHOLE * controller.full_scale),
            ),
            (1, 4): Parameter(CHARACTER, lambda: 0),
            (1, 13): Parameter(FLOAT, lambda: controller.full_scale),
            (1, 17): Parameter(STRING, lambda: "Air"),
            (1, 31): Parameter(STRING, lambda: "ln/min"),
            (33, 0): Parameter(FLOAT, lambda: controller.shown("33/0")),
            (33, 3): Parameter(FLOAT, lambda: controller.setpoint, controller.ask_for),
            (33, 7): Parameter(FLOAT, controller.temperature),
            (113, 1): Parameter(STRING, lambda: "DMFC"),
            (113, 2): Parameter(STRING, lambda: who.model),
            (113, 3): Parameter(STRING, lambda: who.serial),
            (113, 5): Parameter(STRING, lambda: who.firmware or FIRMWARE),
            (113, 6): Parameter(STRING, lambda: "USERTAG"),
        }
