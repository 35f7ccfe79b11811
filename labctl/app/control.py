"""Asking things of a running engine: pause, continue, abort, retry, skip, answer, snapshot."""

from pathlib import Path
from typing import Self

from attrs import define, field

from labctl.errors import EngineFailed, EngineGone, TransportError
from labctl.language import Text
from labctl.transport.local import CommandClient


@define
class Controller:
    """A client of one engine's command endpoint; it connects when it is first needed, and again after a loss.

    Args:
        endpoint: the local socket of the run.
    """

    endpoint: Path
    _client: CommandClient | None = field(default=None, init=False)

    def ask(self, what: str, *, by: str = "", **facts: str) -> dict[str, object]:
        """Ask for one thing and return the engine's answer.

        Raises:
            EngineGone: no engine listens.
            EngineFailed: it refused, with its sentence.
        """
        try:
            answer = self._connected().ask({"do": what, "by": by, **facts})
        except (TransportError, OSError) as error:
            self.close()
            raise EngineGone(run=self.endpoint.name) from error
        if not answer.get("ok"):
            raise EngineFailed(
                run=self.endpoint.name,
                kind="",
                problem=Text(str(answer.get("en", "")), zh=str(answer.get("zh", ""))),
            )
        return answer

    @property
    def alive(self) -> bool:
        """Return whether an engine listens."""
        try:
            self.ask("snapshot")
        except EngineGone:
            return False
        return True

    def await_bell(self, within: float) -> int | None:
        """Return the number of the latest event that was rung, None when it stayed silent."""
        try:
            return self._connected().bells(within)
        except (TransportError, OSError):
            self.close()
            return None

    def close(self) -> None:
        """Close the connection; the engine goes on."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def __enter__(self) -> Self:
        """Use it for a block of statements."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _connected(self) -> CommandClient:
        if self._client is None:
            self._client = CommandClient(self.endpoint)
        return self._client
