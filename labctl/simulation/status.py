"""The status of one session as IEEE 488.2 has it: event and enable registers, status byte, error queue."""

from collections import deque
from typing import Final

from attrs import define, field

OPERATION_COMPLETE: Final = 1
QUERY_ERROR: Final = 4
DEVICE_ERROR: Final = 8
EXECUTION_ERROR: Final = 16
COMMAND_ERROR: Final = 32
POWER_ON: Final = 128

MESSAGE_AVAILABLE: Final = 16
EVENT_SUMMARY: Final = 32
SERVICE: Final = 64


@define
class Complaint(Exception):
    """What an instrument finds wrong with a command; it goes into its own error queue, to no person."""

    code: int
    words: str
    event: int = COMMAND_ERROR


@define(kw_only=True)
class Status:
    """Registers and queue of one session.

    When the queue is full its newest entry becomes the overflow, and what follows is lost (SCPI 1999, 21.8.1).
    """

    room: int = 20
    overflow: tuple[int, str] = (-350, "Queue overflow")
    none: tuple[int, str] = (0, "No error")
    error_available: int = 4  # bit of the status byte
    events: int = POWER_ON
    event_enable: int = 0
    service_enable: int = 0
    errors: deque[tuple[int, str]] = field(factory=deque)

    def complain(self, complaint: Complaint) -> None:
        """Note an error."""
        self.events |= complaint.event
        if len(self.errors) < self.room:
            self.errors.append((complaint.code, complaint.words))
        else:
            self.errors[-1] = self.overflow

    def next_error(self) -> tuple[int, str]:
        """Return the oldest error and forget it."""
        return self.errors.popleft() if self.errors else self.none

    def take_events(self) -> int:
        """Return the event register and clear it, as reading it does."""
        events, self.events = self.events, 0
        return events

    def clear(self) -> None:
        """Clear events and errors (`*CLS`)."""
        self.events = 0
        self.errors.clear()

    def byte(self, *, message_waits: bool = False) -> int:
        """Return the status byte with its summary bits."""
        byte = self.error_available if self.errors else 0
        if message_waits:
            byte |= MESSAGE_AVAILABLE
        if self.events & self.event_enable:
            byte |= EVENT_SUMMARY
        if byte & self.service_enable & ~SERVICE:
            byte |= SERVICE
        return byte
