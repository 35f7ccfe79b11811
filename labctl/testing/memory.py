"""A witness for tests: it keeps the events that a driver makes."""

from labctl.events.kinds import Event


class Memory:
    """A witness that keeps what it hears."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.events: list[Event] = []

    def append(self, event: Event) -> int:
        """Keep an event and return its number, counted from 1."""
        self.events.append(event)
        return len(self.events)
