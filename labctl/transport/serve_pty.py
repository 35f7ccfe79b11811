"""A pseudo-terminal that serves a simulated instrument as if it hung on a serial line; POSIX only."""

import os
import tempfile
from pathlib import Path
from shutil import rmtree
from typing import Final

from attrs import define, field

from labctl.transport.reactor import Reactor
from labctl.transport.session import Session, SessionFactory

_BLOCK: Final = 4096
_PATIENCE: Final = 1 << 16  # bytes of answers that nobody reads; more is lost, as on a cable with no one at its end


@define(eq=False)
class PtyLine:
    """One terminal at a fixed name, held open whether a client is there or not; the peer of its session.

    A break of the line takes the terminal away, so that a client notices, and puts a new one at the same name.
    """

    reactor: Reactor
    sessions: SessionFactory
    address: str
    name: Path
    asked: int = field(default=0, init=False)
    _ours: int = field(default=-1, init=False)
    _theirs: int = field(default=-1, init=False)
    _session: Session | None = field(default=None, init=False)
    _unsent: bytes = field(default=b"", init=False)

    def plug_in(self) -> None:
        """Make the terminal and begin its session."""
        import tty  # not on Windows

        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        beside = self.name.with_suffix(".new")
        beside.symlink_to(os.ttyname(self._theirs))
        beside.replace(self.name)
        self._session = self.reactor.begin(self.sessions, self, self.address)
        self.reactor.loop.add_reader(self._ours, self._readable)

    def unplug(self) -> None:
        """Take the terminal away and end its session."""
        if self._ours < 0:
            return
        self.reactor.loop.remove_reader(self._ours)
        self.reactor.loop.remove_writer(self._ours)
        os.close(self._theirs)
        os.close(self._ours)
        self._ours = self._theirs = -1
        self._unsent = b""
        session, self._session = self._session, None
        if session is not None:
            self.reactor.tell(session.closed)

    def send(self, reply: bytes, *, asked: int | None = None) -> None:  # noqa: ARG002  (a stream has no numbers)
        """Put an answer on the line."""
        if self._ours < 0:
            return
        if not self._unsent:
            reply = reply[self._written(reply) :]
        self._unsent = (self._unsent + reply)[-_PATIENCE:]
        if self._unsent:
            self.reactor.loop.add_writer(self._ours, self._writable)

    def hang_up(self) -> None:
        """Break the line, and mend it in the next turn."""
        self.unplug()
        self.reactor.loop.call_soon(self.plug_in)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _readable(self) -> None:
        try:
            received = os.read(self._ours, _BLOCK)
        except BlockingIOError:
            return
        session = self._session
        self.asked += 1
        if session is not None and not self.reactor.tell(lambda: session.receive(received)):
            self.hang_up()

    def _writable(self) -> None:
        self._unsent = self._unsent[self._written(self._unsent) :]
        if not self._unsent:
            self.reactor.loop.remove_writer(self._ours)

    def _written(self, content: bytes) -> int:
        try:
            return os.write(self._ours, content)
        except BlockingIOError:
            return 0


async def serve_pty(reactor: Reactor, sessions: SessionFactory, settings: str) -> str:
    """Make a terminal, and return its address.

    A pseudo-terminal takes eight bits without parity and refuses everything else, so only the speed is passed on.
    """
    folder = Path(tempfile.mkdtemp(prefix="labctl-"))
    name = folder / "line"
    speed = next((each for each in settings.split("&") if each.startswith("baud=")), "baud=9600")
    line = PtyLine(reactor, sessions, f"serial://{name}?{speed}", name)
    line.plug_in()

    def close() -> None:
        line.unplug()
        rmtree(folder, ignore_errors=True)

    reactor.on_stop(close)
    return line.address
