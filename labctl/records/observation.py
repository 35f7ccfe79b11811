"""What an instrument showed and what it was set to, exactly as it went over the wire."""

from datetime import datetime

from attrs import frozen

from labctl.metrology.quantity import Quantity


@frozen(kw_only=True)
class Exchange:
    """Bytes sent and bytes received in answer; empty where a command has no answer."""

    sent: bytes
    received: bytes = b""


@frozen(kw_only=True)
class Indication:
    """What the instrument showed (VIM 4.1), exactly as it said it."""

    quantity: Quantity
    reply: bytes
    taken_at: datetime
    of: str  # the instrument that showed it, or the unit its sensor stands for


@frozen(kw_only=True)
class Setting:
    """What a sourcing or controlling instrument was set to, and confirmed."""

    quantity: Quantity
    command: bytes
    sent_at: datetime
    of: str
