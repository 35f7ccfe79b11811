"""One session's talk with one instrument, as its line sees it: whatever its messages are made of, text or bytes."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, Generic, TypeVar

from attrs import frozen

from labctl.simulation.faults import Fault

M = TypeVar("M")


@frozen
class Said:
    """What an instrument will answer, as bytes: composed when it is due, `after` seconds from now."""

    compose: Callable[[], bytes]
    after: float = 0.0


class Talk(ABC, Generic[M]):
    """Takes messages out of bytes, carries them out, and knows how a fault shows in an answer.

    A fault of the wire has to be one that a careful client can notice: no answer that is damaged may be another
    answer that is right.
    """

    latency: ClassVar[float] = 0.002  # seconds from a complete query to the first byte of its answer

    def __init__(self) -> None:
        """Begin a session."""
        self.struck: Mapping[str, Fault] = {}  # faults that strike the present message
        self.address = ""  # of the wire on which it came; some instruments speak differently on each kind

    def pieces(self, received: bytes) -> list[bytes]:
        """Return what arrived, cut after each message that it completes: each is heard when its own last byte is."""
        return [received]

    @abstractmethod
    def messages(self, received: bytes, *, end: bool = False) -> list[M]:
        """Return the messages that these bytes complete; `end` says that the wire itself marked the end of one."""

    @abstractmethod
    def names(self, message: M) -> tuple[str, ...]:
        """Return the words by which faults know a message."""

    @abstractmethod
    def reply(self, message: M) -> Said | None:
        """Carry out a message and return its answer."""

    @abstractmethod
    def garbled(self, said: bytes, chance: float) -> bytes:
        """Return an answer in which something is another thing; `chance`, from 0 to 1, says where."""

    @abstractmethod
    def truncated(self, said: bytes, missing: int) -> bytes:
        """Return an answer without its end."""

    @abstractmethod
    def unasked(self, line: str) -> bytes:
        """Return what the instrument says without being asked."""

    def clear(self) -> None:
        """Forget a half-sent message (device clear)."""

    def status_byte(self, *, unread: bool) -> int:  # noqa: ARG002  (where there is one)
        """Return the status byte of IEEE 488.2, as a poll of the wire reads it."""
        return 0

    def trigger(self) -> M | None:
        """Return the message that a trigger by the means of the wire stands for, where there is one."""
        return None
