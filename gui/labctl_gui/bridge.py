"""Between the window's loop and everything that may take time: one worker thread, one inbox, drained every tick."""

import queue
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from attrs import define, field, frozen

from labctl.app.look import Look, Seen
from labctl.app.traffic import Passed
from labctl.app.window import Desk, Offer
from labctl.errors import LabctlError
from labctl.events.journal import Entry
from labctl.language import Text

if TYPE_CHECKING:
    from labctl.app.readiness import Readiness
    from labctl.app.review import Review
    from labctl.app.submission import Issued
    from labctl.app.watching import Watching

_POLL = 0.2  # seconds between two looks at the journal when no bell rings


@frozen
class Entries:
    """New entries of a run's journal, in order."""

    run: str
    entries: tuple[Entry, ...]


@frozen
class Looked:
    """The bench as it was found just now."""

    look: Look


@frozen
class SeenAgain:
    """One instrument as it was found just now."""

    seen: Seen


@frozen
class Heard:
    """What passed on the wires."""

    passed: tuple[Passed, ...]


@frozen
class EngineLost:
    """The engine's process is gone; its guardian may have left word."""

    run: str
    guarded: bool


@frozen
class CertificateReady:
    """Certificates were issued and verified, one for each unit of the run."""

    issued: "tuple[Issued, ...]"


@frozen
class Offered:
    """What can be chosen for a run."""

    offer: Offer


@frozen
class Prepared:
    """What was found of a choice."""

    readiness: "Readiness"


@frozen
class NotPrepared:
    """Nothing could be checked of a choice; the sentence says why and what to do."""

    text: Text


@frozen
class Reviewed:
    """The units of the finished run, as their certificates will have them."""

    run: str
    reviews: "tuple[Review, ...]"


@frozen
class Attached:
    """The desk follows a run now, on which an engine works or none does."""

    run: str
    working: bool = True


@frozen
class Refused:
    """Something that was asked did not work; the sentence says why and what to do."""

    text: Text


@frozen
class NotStarted:
    """No engine came up for a run."""

    text: Text
    overdue: bool = False  # a person may say why it goes on all the same


News = (
    Entries
    | Looked
    | SeenAgain
    | Heard
    | EngineLost
    | CertificateReady
    | Offered
    | Prepared
    | NotPrepared
    | Reviewed
    | Attached
    | Refused
    | NotStarted
)
_BROKEN = Text("the program failed: {error}; the run is not affected", zh="程序出错：{error}；运行不受影响")


class Job(Protocol):
    """Something the worker does."""

    def __call__(self, desk: Desk) -> News | None:
        """Do it, and return what the window should hear."""
        ...


@define
class Bridge:
    """Owns the worker thread; the window puts jobs in and takes news out."""

    opening: Callable[[], Desk]
    _jobs: "queue.SimpleQueue[Job | None]" = field(factory=queue.SimpleQueue, init=False)
    _inbox: deque[News] = field(factory=deque[News], init=False)
    _ended: threading.Event = field(factory=threading.Event, init=False)
    _threads: list[threading.Thread] = field(factory=list[threading.Thread], init=False)
    _desk: Desk | None = field(default=None, init=False)

    @property
    def desk(self) -> Desk | None:
        """Return the desk; None until it is open."""
        return self._desk

    def start(self) -> None:
        """Start the worker; the desk opens there, after the first paint."""
        worker = threading.Thread(target=self._work, name="labctl-window-worker", daemon=True)
        self._threads.append(worker)
        worker.start()

    def do(self, job: Job) -> None:
        """Hand a job to the worker."""
        self._jobs.put(job)

    def drain(self) -> list[News]:
        """Take everything out of the inbox; never blocks."""
        news: list[News] = []
        while self._inbox:
            news.append(self._inbox.popleft())
        return news

    def bring_up(self, job: Job) -> None:
        """Hand over a job that starts an engine; an abort finds it from this moment on."""
        if self._desk is not None:
            self._desk.expect_engine()
        self._jobs.put(job)

    def command(self, what: str, **facts: str) -> None:
        """Send a command to the engine at once, beside whatever the worker is busy with."""
        sender = threading.Thread(target=self._send, args=(what, facts), name=f"labctl-{what}", daemon=True)
        sender.start()

    def failed(self, error: BaseException) -> None:
        """Take in an error that nobody foresaw: it is told, and the window goes on."""
        sys.__excepthook__(type(error), error, error.__traceback__)
        self._inbox.append(Refused(_BROKEN.filled(error=repr(error))))

    def picture(self, name: str) -> bytes:
        """Return a picture of the procedure; empty where there is none."""
        return self._desk.picture(name) if self._desk is not None else b""

    def watching(self) -> "Watching | None":
        """Return what the live view of the run that is followed needs; None where there is none."""
        return self._desk.watching() if self._desk is not None else None

    def close(self) -> None:
        """End the worker; a run goes on without the window."""
        self._ended.set()
        self._jobs.put(None)
        for thread in self._threads:
            thread.join(timeout=5.0)
        if self._desk is not None:
            self._desk.close()

    # --- in the threads ---------------------------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            desk = self._desk = self.opening()
        except LabctlError as error:
            self._inbox.append(NotStarted(error.text()))
            return
        except Exception as error:  # noqa: BLE001  (a thread that ends in silence would leave a dead window)
            self.failed(error)
            return
        for name, work in (("follower", self._follow), ("listener", self._listen)):
            thread = threading.Thread(target=work, args=(desk,), name=f"labctl-window-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()
        while (job := self._jobs.get()) is not None:
            try:
                news = job(desk)
            except LabctlError as error:
                news = Refused(error.text())
            except Exception as error:  # noqa: BLE001  (as above)
                self.failed(error)
                news = None
            if news is not None:
                self._inbox.append(news)

    def _follow(self, desk: Desk) -> None:
        """Read the journal from the last number, whenever the bell rings and a few times a second."""
        lost = ""  # the run whose engine is gone
        while not self._ended.is_set():
            followed = desk.handle
            try:
                news = desk.news(timeout=_POLL)
                if news is not None:
                    self._inbox.append(Entries(news.run, news.entries))
                    continue
                if followed is None or followed is not desk.handle:
                    continue  # it has just begun to be followed: its entries come first
                if desk.engine_alive():
                    lost = ""
                elif followed.run != lost:
                    lost = followed.run
                    self._inbox.append(EngineLost(followed.run, guarded=desk.guardian_acted()))
            except LabctlError as error:
                self._inbox.append(Refused(error.text()))
                self._ended.wait(1.0)
            except Exception as error:  # noqa: BLE001  (as above)
                self.failed(error)
                self._ended.wait(1.0)

    def _listen(self, desk: Desk) -> None:
        """Listen to the wires a few times a second."""
        while not self._ended.wait(_POLL):
            try:
                passed = desk.heard()
            except LabctlError as error:
                self._inbox.append(Refused(error.text()))
                return
            except Exception as error:  # noqa: BLE001  (as above)
                self.failed(error)
                return
            if passed:
                self._inbox.append(Heard(passed))

    def _send(self, what: str, facts: dict[str, str]) -> None:
        if self._desk is None:
            return
        try:
            self._desk.ask(what, **facts)
        except LabctlError as error:
            self._inbox.append(Refused(error.text()))
