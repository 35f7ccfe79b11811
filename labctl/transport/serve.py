"""The server side of every wire, for simulated instruments: one loop in one thread, and whatever it serves."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from labctl.transport.serve_control import Request, serve_control
from labctl.transport.serve_hislip import serve_hislip
from labctl.transport.serve_pty import serve_pty
from labctl.transport.serve_socket import serve_socket
from labctl.transport.session import Peer, Session, SessionFactory

__all__ = ["Peer", "Request", "Server", "Session", "SessionFactory"]

T = TypeVar("T")


class Server:
    """Serves simulated instruments on free ports and terminals of this machine.

    Whatever it calls, sessions and control requests alike, it calls in its own thread, one at a time. Sessions
    send in that thread only: in answer to bytes, from `call_later`, or from a control request.

    What a session raises breaks its connection, and is raised again by `stop`.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._note_failure)
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulated wires", daemon=True)
        self._closers: list[Callable[[], None]] = []
        self._changed = asyncio.Event()
        self.failures: list[BaseException] = []

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Start the thread; endpoints are added afterwards."""
        self._thread.start()

    def stop(self) -> None:
        """Close every endpoint and connection, and end the thread.

        Raises:
            BaseException: the first thing that went wrong inside a session or control request.
        """
        if self._thread.is_alive():
            self._await(self._shut())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()
        if self.failures:
            raise self.failures[0]

    # --- endpoints; each returns its address as a station writes it --------------------------------------------------

    def add_socket(self, sessions: SessionFactory, port: int = 0) -> str:
        """Serve a raw socket, many clients at a time: `tcp://127.0.0.1:PORT`."""
        return self._await(serve_socket(self, sessions, port))

    def add_hislip(self, sessions: SessionFactory, port: int = 0) -> str:
        """Serve HiSLIP (IVI-6.1), many clients at a time: `hislip://127.0.0.1:PORT/hislip0`."""
        return self._await(serve_hislip(self, sessions, port))

    def add_pty(self, sessions: SessionFactory, baud: int = 9600) -> str:
        """Serve a pseudo-terminal, for one client: `serial:///dev/pts/N?baud=9600`. POSIX only."""
        return self._await(serve_pty(self, sessions, baud))

    def add_control(self, on_request: Callable[[Request], Request | Awaitable[Request]], port: int = 0) -> str:
        """Serve JSON lines, one answer for each request, in order: `tcp://127.0.0.1:PORT`.

        Args:
            on_request: returns the answer, or an awaitable of it that may wait with `until`. What it raises of
                `LabctlError`, `ValueError` and `LookupError` is answered as `{"error": "…"}`.
            port: 0 for a free one.
        """
        return self._await(serve_control(self, on_request, port))

    # --- for the world -----------------------------------------------------------------------------------------------

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        """Call something in the server's thread after so many seconds of wall time."""
        if self._inside:
            self._loop.call_later(seconds, action)
        else:
            self._loop.call_soon_threadsafe(self._loop.call_later, seconds, action)

    def run(self, action: Callable[[], T]) -> T:
        """Call something in the server's thread, from any thread, and return its result."""

        async def called() -> T:
            return action()

        return action() if self._inside else self._await(called())

    async def until(self, holds: Callable[[], bool], seconds: float = 5.0) -> bool:
        """Wait, in a control request, until something holds that bytes or a closed connection may bring about.

        Args:
            holds: asked now and after everything that arrives on any endpoint.
            seconds: of wall time, after which the answer is false.
        """
        deadline = self._loop.time() + seconds
        while not holds():
            remaining = deadline - self._loop.time()
            if remaining <= 0:
                return False
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), remaining)
            except TimeoutError:
                return holds()
        return True

    # --- for the endpoints -------------------------------------------------------------------------------------------

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop that everything runs in."""
        return self._loop

    def arrived(self) -> None:
        """Hear that a session was told something."""
        self._changed.set()

    def on_stop(self, close: Callable[[], None]) -> None:
        """Keep what has to be closed when the server stops."""
        self._closers.append(close)

    def failed(self, error: BaseException) -> None:
        """Keep what a session raised."""
        self.failures.append(error)

    # --- inside ------------------------------------------------------------------------------------------------------

    @property
    def _inside(self) -> bool:
        return threading.current_thread() is self._thread

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _shut(self) -> None:
        for close in reversed(self._closers):
            close()
        for _ in range(3):  # transports close in the turns after
            await asyncio.sleep(0)
        waiting = [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def _note_failure(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception) and not isinstance(error, OSError):
            self.failures.append(error)
