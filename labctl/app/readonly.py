"""Asking without changing: a witness that stops a driver before a byte of a change leaves."""

from labctl.events.kinds import CommandIntended, Event


class WouldChange(Exception):
    """A driver was about to change something on an instrument that may only be asked."""


class QueriesOnly:
    """A witness for drivers that may only ask: the intent to change is refused, so the command is never written."""

    def append(self, event: Event) -> int:
        """Refuse the intent to change something; anything else may happen, and nobody keeps it."""
        if isinstance(event, CommandIntended):
            raise WouldChange(event.method)
        return 1
