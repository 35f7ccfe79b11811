"""What leaves an instrument safe: bytes that need no answer, so that anybody may send them at any moment."""

from attrs import field, frozen
from attrs.validators import ge, min_len


@frozen(kw_only=True)
class SafeState:
    """Write-only bytes that take an instrument to its safe state, whoever sends them.

    The engine, the guardian and a driver's `make_safe` write `clears` and then each of `commands`, terminators
    included, and never wait for an answer; where the model loses messages that come too fast, they let `pause`
    seconds pass after each. A wire with a device clear of its own uses that before.
    """

    commands: tuple[bytes, ...] = field(validator=min_len(1))
    clears: bytes = b"\n"  # ends a half-sent command, so that the next one is understood
    energy: bool = True  # it can feed energy into the bench, so it comes first
    pause: float = field(default=0.0, validator=ge(0.0))  # seconds between its messages
    answers: bool = False  # it answers them, so that somebody has to hear it out before it is asked anything
    takes: float = field(
        default=5.0, validator=ge(0.0)
    )  # seconds until it says so: a ramp, a valve, a flow that decays
