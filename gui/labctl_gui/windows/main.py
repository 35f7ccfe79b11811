"""The window: navigation, screens, the bar with the state of the run and the Abort button that never moves."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from labctl.app.look import Look
from labctl.app.window import Desk
from labctl.events.journal import Entry
from labctl.events.kinds import Place, RunFinished, RunStarted
from labctl.language import Language, Text
from labctl_gui import asking
from labctl_gui import bridge as news
from labctl_gui.bridge import Bridge
from labctl_gui.presenters import state
from labctl_gui.presenters.bench import cards_of, with_seen
from labctl_gui.presenters.run import RunPresenter
from labctl_gui.presenters.traffic import TrafficPresenter
from labctl_gui.widgets.card import Replies
from labctl_gui.widgets.parts import button, frame
from labctl_gui.windows.bar import Bar
from labctl_gui.windows.bench import BenchPage
from labctl_gui.windows.certificate import CertificatePage
from labctl_gui.windows.prepare import PreparePage
from labctl_gui.windows.results import ResultsPage
from labctl_gui.windows.run import RunPage

if TYPE_CHECKING:
    from labctl.app.readiness import Choice

SMALLEST, USUAL = (1180, 660), (1280, 720)
TICK = 50  # ms between two looks into the inbox
PREPARE, BENCH, RUN, RESULTS, CERTIFICATE = range(5)
_PAGES = (
    Text("Prepare", zh="准备"),
    Text("Bench", zh="工作台"),
    Text("Run", zh="运行"),
    Text("Results", zh="结果"),
    Text("Certificate", zh="证书"),
)
_TITLE = Text("labctl — calibration laboratory", zh="labctl — 计量校准系统")


class MainWindow(QMainWindow):
    """One window for one bench."""

    def __init__(self, bridge: Bridge, language: Language, today: Callable[[], date]) -> None:
        super().__init__()
        self._bridge, self._language, self._today = bridge, language, today
        self.run = RunPresenter(language)
        self._before: RunPresenter | None = None  # shown again when a new run does not come up
        self._left = state.Stage.INTERRUPTED  # as a run stood when it was to be taken up
        self._past: set[str] = set()  # runs that are looked at no more
        self._look: Look | None = None
        self._refusal: Text | None = None
        self._dirty = True
        self.setWindowTitle(_TITLE.within(language))
        self.setMinimumSize(*SMALLEST)
        self.resize(*_fitting())
        self.traffic = TrafficPresenter()
        self._looking: frozenset[str] = frozenset()  # instruments that are being asked again
        self.prepare_page = PreparePage(language, self._check)
        self.bench_page = BenchPage(language, self.traffic, self.reconnect)
        self._meant = Place()  # the point of which a reason is asked; the run goes on meanwhile
        replies = Replies(answer=self._answer, skip=self._skip, again=self._measure_again, late=self._resume)
        self.run_page = RunPage(language, bridge.picture, replies)
        self.results_page = ResultsPage(language)
        self.certificate_page = CertificatePage(language)
        self.bar = Bar(language)
        self.stage, self.message = self.bar.stage, self.bar.message
        self.resume, self.start, self.abort = self.bar.resume, self.bar.start, self.bar.abort
        self.pause, self.go_on, self.retry, self.skip = self.bar.pause, self.bar.go_on, self.bar.retry, self.bar.skip
        self._stack = QStackedWidget()
        for page in (self.prepare_page, self.bench_page, self.run_page, self.results_page, self.certificate_page):
            self._stack.addWidget(page)
        self._navigation = QButtonGroup(self)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self._side())
        body.addWidget(self._stack, 1)
        central = QWidget()
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(body, 1)
        layout.addWidget(self.bar)
        self.setCentralWidget(central)
        self._bind()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self.tick)
        self.go_to(PREPARE)

    # --- layout -----------------------------------------------------------------------------------------------------

    def _side(self) -> QWidget:
        side = frame("navigation")
        side.setFixedWidth(132)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(0)
        for number, title in enumerate(_PAGES):
            entry = button(title.within(self._language), "navigate", checkable=True)
            self._navigation.addButton(entry, number)
            layout.addWidget(entry)
        layout.addStretch(1)
        self._navigation.idClicked.connect(self.go_to)
        return side

    def _bind(self) -> None:
        self.start.clicked.connect(self._start)
        self.resume.clicked.connect(lambda _=False: self._resume())
        self.pause.clicked.connect(lambda: self._command("pause"))
        self.go_on.clicked.connect(lambda: self._command("continue"))
        self.retry.clicked.connect(lambda: self.run_page.card.ask_why_again(self._point_meant()))
        self.skip.clicked.connect(lambda: self.run_page.card.ask_why_left_out(self._point_meant()))
        self.run_page.card.onward.clicked.connect(lambda: self.go_to(RESULTS))
        self.results_page.issue.clicked.connect(self._issue)
        self.abort.clicked.connect(self._abort)
        self.bench_page.look_again.clicked.connect(self.look)
        self.certificate_page.issue.clicked.connect(self._issue)
        keys = {"F5": self.start, "F6": self.resume, "F7": self.go_on, "F8": self.pause, "F9": self.retry}
        keys["F10"] = self.skip
        for key, each in keys.items():
            QShortcut(QKeySequence(key), self).activated.connect(each.click)
        QShortcut(QKeySequence("Ctrl+Shift+X"), self).activated.connect(self.abort.click)

    @property
    def page(self) -> int:
        """Return which screen is seen."""
        return self._stack.currentIndex()

    # --- what a person does -----------------------------------------------------------------------------------------

    def go_to(self, page: int) -> None:
        """Show a screen."""
        self._stack.setCurrentIndex(page)
        self._navigation.button(page).setChecked(True)
        self._dirty = True

    def look(self) -> None:
        """Look at the bench again."""
        if not state.is_under_way(self.run.stage):
            self._refusal = None
            self._bridge.do(lambda desk: news.Looked(desk.look()))

    def reconnect(self, key: str) -> None:
        """Open the wire of one instrument anew and ask who answers."""
        if not state.is_under_way(self.run.stage):
            self._refusal = None
            self._looking |= {key}
            self._dirty = True
            self._bridge.do(lambda desk: news.SeenAgain(desk.look_at(key)))

    def _start(self) -> None:
        """Start what is prepared; from any other screen show first what that is."""
        if not state.may_start(self.run.stage):
            return
        if self.page != PREPARE:
            self.go_to(PREPARE)
            return
        if not self.prepare_page.presenter.may_start:
            return
        choice = self.prepare_page.presenter.choice
        self._before = self.run
        self._show(RunPresenter(self._language, stage=state.Stage.PREPARING))
        self._bring_up(lambda desk: desk.start(choice))

    def _check(self, choice: "Choice | None") -> None:
        """Let a choice be checked; a method may bring another bench, which is looked at then."""
        self._dirty = True
        if choice is None or state.is_under_way(self.run.stage):
            return
        self._refusal = None
        self._bridge.do(asking.prepared(choice))
        self._bridge.do(asking.look_unless(self._look.station if self._look is not None else ""))

    def _point_meant(self) -> str:
        """Keep which point is at work, and return its name."""
        self._meant = self.run.at
        at = (self._meant.phase, self._meant.section, self._meant.point)
        return " · ".join(filter(None, (self.run.title_of(at), self._meant.unit, self._meant.point)))

    def _skip(self, reason: str) -> None:
        """Leave the point out that was at work when the question was put."""
        self._command("skip", reason=reason, **self._facts())

    def _measure_again(self, reason: str) -> None:
        """Measure the point again that was at work when the question was put."""
        self._command("retry", reason=reason, **self._facts())

    def _facts(self) -> dict[str, str]:
        at = self._meant
        return {"phase": at.phase, "section": at.section, "point": at.point, "unit": at.unit}

    def _resume(self, late: str = "") -> None:
        """Take the run up; where its method asks why it goes on so late, with the reason."""
        if not state.may_resume(self.run.stage):
            return
        run = self.run.run
        self._before, self._left = None, self.run.stage
        self.run.stage = state.Stage.PREPARING
        self._bring_up(lambda desk: desk.resume(run, late))

    def _bring_up(self, engine: Callable[[Desk], str]) -> None:
        self._refusal = None
        self._bridge.bring_up(asking.brought_up(engine))
        self.go_to(RUN)

    def _abort(self) -> None:
        """One click, no question: nothing is lost by it."""
        self._command("abort")
        if state.is_under_way(self.run.stage):
            self.run.stage = state.Stage.ABORTING

    def _command(self, what: str, **facts: str) -> None:
        self._refusal = None
        self._dirty = True
        self._bridge.command(what, **facts)

    def _answer(self, question: str, answer: str) -> None:
        self._command("answer", question=question, answer=answer)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Take Enter for the card, wherever the focus is: nothing else wanted it."""
        confirm = self.run_page.card.confirm
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and confirm.isVisible():
            confirm.click()
            return
        super().keyPressEvent(event)

    def _issue(self) -> None:
        self._refusal = None
        self.certificate_page.show_working()
        self._bridge.do(asking.issued)
        self.go_to(CERTIFICATE)

    # --- the tick ---------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start the worker and the tick, once the first paint is out."""
        self._bridge.start()
        self._bridge.do(asking.attached)
        self._bridge.do(asking.usual)
        self._bridge.do(asking.first_look)
        self._bridge.do(asking.offered)
        self._timer.start()

    def tick(self) -> None:
        """Take the news and show what changed."""
        for item in self._bridge.drain():
            self.take(item)
        if self._dirty:
            self._dirty = False
            self.refresh()

    def take(self, item: news.News) -> None:
        """Take in one piece of news; the next tick shows it."""
        self._dirty = True
        match item:
            case news.Entries(run=run, entries=entries):
                self._follow(run)
                if run == self.run.run:
                    self._fold(entries)
            case news.Heard(passed=passed):
                self.traffic.take(passed)
            case news.SeenAgain() | news.Looked():
                self._take_look(item)
            case news.Attached(run=run, working=working):
                self._follow(run)
                if run and working:
                    self.go_to(RUN)
            case news.CertificateReady() | news.Reviewed() | news.Offered() | news.Prepared() | news.NotPrepared():
                self._take_result(item)
            case news.EngineLost() | news.Refused() | news.NotStarted():
                self._take_trouble(item)

    def _take_look(self, item: news.SeenAgain | news.Looked) -> None:
        match item:
            case news.SeenAgain(seen=seen):
                self._look = with_seen(self._look, seen)
                self._looking -= {seen.key}
            case news.Looked(look=look):
                if self._look is not None and self._look.station != look.station:
                    self.bench_page.forget()
                self._look, self._looking = look, frozenset()

    def _fold(self, entries: tuple[Entry, ...]) -> None:
        """Let the run's presenter take in new events; a run that has finished is reviewed."""
        for entry in entries:
            self.run.apply(entry)
            if self.run.watching is None and isinstance(entry.event, RunStarted):
                self.run.watching = self._bridge.watching()
            if isinstance(entry.event, RunFinished) and self.run.stage is state.Stage.FINISHED:
                self._bridge.do(asking.reviewed)

    def _take_result(
        self, item: news.CertificateReady | news.Reviewed | news.Offered | news.Prepared | news.NotPrepared
    ) -> None:
        preparation = self.prepare_page.presenter
        match item:
            case news.CertificateReady(issued=issued):
                self.certificate_page.show_all(issued)
            case news.Reviewed(run=run, reviews=reviews):
                if run == self.run.run:
                    self.results_page.show_reviews(reviews)
            case news.Offered(offer=offer):
                preparation.offer = offer
            case news.Prepared(readiness=readiness):
                preparation.take(readiness)
            case news.NotPrepared(text=text):
                preparation.refused(text)

    def _take_trouble(self, item: news.EngineLost | news.Refused | news.NotStarted) -> None:
        match item:
            case news.EngineLost(run=run, guarded=guarded):
                if run == self.run.run:
                    self.run.engine_lost(guarded=guarded)
            case news.Refused(text=text):
                self._refused(text)
            case news.NotStarted(text=text, overdue=overdue):
                self._refused(text)
                if self._before is not None:
                    self._show(self._before)
                elif self.run.stage in {state.Stage.PREPARING, state.Stage.ABORTING}:
                    self.run.stage = self._left if self.run.plan else state.Stage.IDLE
                if overdue:
                    self.run_page.card.ask_why_late()

    def _follow(self, run: str) -> None:
        """Look at a run from here on, unless it was left behind."""
        if not run or run == self.run.run or run in self._past:
            return
        if self.run.run:
            self._show(RunPresenter(self._language, stage=state.Stage.PREPARING))
        self.run.run = run
        self._before = None

    def _show(self, run: RunPresenter) -> None:
        if self.run.run:
            self._past.add(self.run.run)
        self._past.discard(run.run)
        self.run = run
        self.certificate_page.forget()
        self.results_page.forget()
        self._dirty = True

    def _refused(self, text: Text) -> None:
        self._refusal = text
        self._looking = frozenset()
        self.run_page.card.allow_again()
        self.certificate_page.stop_working()

    def refresh(self) -> None:
        """Show the state of the run on the visible screen and in the bar."""
        stage = self.run.stage
        self.stage.setText(state.TITLES[stage].within(self._language))
        self.message.setText(self._words())
        under_way = state.is_under_way(stage)
        self.bar.show_buttons(
            stage,
            at_point=bool(self.run.at.point),
            looked=self._look is not None,
            prepared=self.prepare_page.presenter.may_start if self.page == PREPARE else None,
        )
        self.bench_page.look_again.setEnabled(not under_way and self._look is not None)
        finished = stage is state.Stage.FINISHED
        self.certificate_page.offer(possible=finished)
        self.results_page.offer(possible=finished and not self.certificate_page.is_busy)
        match self.page:
            case 0:
                self.prepare_page.show_preparation(may_change=not under_way)
            case 1:
                self.bench_page.show_cards(
                    cards_of(
                        self._look,
                        self.run.live,
                        in_use=under_way,
                        language=self._language,
                        today=self._today(),
                        looking=self._looking,
                    )
                )
                self.bench_page.log.show_traffic()
            case 2:
                self.run_page.show_run(self.run)
            case 3:
                self.results_page.show_run(self.run)
            case _:
                pass

    def _words(self) -> str:
        """Return what there is to say beside the state: a refusal until the next click, else the latest event."""
        if self._refusal is not None:
            return f"✖ {self._refusal.within(self._language)}"
        if state.is_under_way(self.run.stage):
            return self.run.log[-1] if self.run.log else ""
        return self.run.reason

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  (Qt's name)
        """Leave: the run goes on without the window."""
        self._timer.stop()
        self._bridge.close()
        event.accept()


def _fitting() -> tuple[int, int]:
    """Return the usual size, or what the screen has room for."""
    room = QGuiApplication.primaryScreen().availableGeometry().size()
    return max(SMALLEST[0], min(USUAL[0], room.width())), max(SMALLEST[1], min(USUAL[1], room.height()))
