"""One event loop in one thread, where everything that serves simulated instruments happens."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from labctl.transport.session import Peer, Session, SessionFactory

T = TypeVar("T")

_TURNS: Final = 5  # of the loop, in which accepted connections come about and closed ones tell their protocols


class Reactor:
    """A thread in which sessions, timers and control requests are called, one at a time.

    What a session raises breaks its connection, is kept in `failures`, and is raised again by `stop`.
    """

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.stopping = False  # a connection that comes about now is dropped
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(self._note)
        self._thread = threading.Thread(target=self.loop.run_forever, name="simulated wires", daemon=True)
        self._closers: list[Callable[[], None]] = []
        self._changed = asyncio.Event()

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
        """Close every endpoint and connection, and end the thread; stopping twice is allowed.

        Raises:
            Exception: the first thing that went wrong inside a session or control request.
        """
        if self._thread.is_alive():
            self.completed(self._shut())
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join()
        if not self.loop.is_closed():
            self.loop.close()
        if self.failures:
            raise self.failures[0]

    # --- for the world -----------------------------------------------------------------------------------------------

    def run(self, action: Callable[[], T]) -> T:
        """Call something in this thread, from any thread, and return its result."""

        async def called() -> T:
            return action()

        return action() if self._inside else self.completed(called())

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        """Call something in this thread after so many seconds of wall time."""
        if self._inside:
            self.loop.call_later(seconds, action)
        else:
            self.loop.call_soon_threadsafe(self.loop.call_later, seconds, action)

    async def until(self, holds: Callable[[], bool], seconds: float = 5.0) -> bool:
        """Wait, in a control request, until something holds that bytes or a closed connection may bring about.

        Args:
            holds: asked now and after everything that arrives on any endpoint, a new connection included.
            seconds: of wall time, after which the answer is false.
        """
        deadline = self.loop.time() + seconds
        while not holds():
            remaining = deadline - self.loop.time()
            if remaining <= 0:
                return False
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), remaining)
            except TimeoutError:
                return holds()
        return True

    # --- for the endpoints -------------------------------------------------------------------------------------------

    def tell(self, action: Callable[[], None]) -> bool:
        """Tell a session something, and those who wait that it was told; return whether the session took it well."""
        try:
            action()
        except Exception as error:  # noqa: BLE001  (a simulator's mistake; `stop` raises it)
            self.failures.append(error)
            return False
        finally:
            self._changed.set()
        return True

    def begin(self, sessions: SessionFactory, peer: Peer, address: str) -> Session:
        """Return the session of a new connection, and tell those who wait that it is there."""
        session = sessions(peer, address)
        self._changed.set()
        return session

    def on_stop(self, close: Callable[[], None]) -> None:
        """Keep what has to be closed when the thread ends."""
        self._closers.append(close)

    def completed(self, work: Coroutine[Any, Any, T]) -> T:
        """Return the result of asynchronous work, from any other thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    # --- inside ------------------------------------------------------------------------------------------------------

    @property
    def _inside(self) -> bool:
        return threading.current_thread() is self._thread

    async def _shut(self) -> None:
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        self.stopping = True
        for close in reversed(self._closers):
            close()
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        while waiting := [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]:
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    def _note(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception) and not isinstance(error, OSError) and not self.stopping:
            self.failures.append(error)
