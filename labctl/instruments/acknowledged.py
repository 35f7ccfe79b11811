"""Common manners of instruments that answer every command, be it only to say that they took it."""

from labctl.instruments.driver import Driver
from labctl.instruments.replies import decoded


class AcknowledgingDriver(Driver):
    """An instrument without a queue of errors: what it thinks of a command stands in the answer to it."""

    def _told(self, command: str, *, within: float = 2.0) -> str:
        """Send a command that changes something, and return the answer to it without its terminator.

        A door, for the methods of a driver: the intent becomes durable before the bytes leave, as with `send`.

        Raises:
            TransportTimeout: no complete answer within that many seconds; the wire is poisoned.
            ReplyError: the answer is no printable ASCII.
        """
        sent = self._encoded(command)
        self._intend(sent)
        received = self._answer_to(sent, within)
        return decoded(received, self.answer_terminator, instrument=self.name, query=sent)
