"""Takes the pictures of the documentation anew: the real window on simulated benches, and a certificate's page."""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from labctl.app.window import Desk
from labctl.clock import WallClock
from labctl.events.journal import Entry
from labctl.events.kinds import Question
from labctl.language import Language
from labctl_gui import theme
from labctl_gui.bridge import Bridge
from labctl_gui.presenters.run import RunPresenter
from labctl_gui.presenters.state import Stage
from labctl_gui.widgets.paper import pages_of
from labctl_gui.windows.main import BENCH, CERTIFICATE, PREPARE, RESULTS, RUN, MainWindow

HERE = Path(__file__).parent
PATIENCE = 300.0
CLOCK = WallClock()
Moment = Callable[[RunPresenter], bool]


def of_a_point(run: RunPresenter) -> bool:
    """Six readings of a point in the midst of a multimeter's calibration."""
    return run.progress[0] >= 11 and len(run.trace.dots) >= 6  # noqa: PLR2004


def of_a_bath(run: RunPresenter) -> bool:
    """Most of the window of a bath that becomes steady."""
    stability = run.stability()
    return run.trace.settling == "t_bath" and stability is not None and stability.held_part > 0.7  # noqa: PLR2004


def of_a_tank(run: RunPresenter) -> bool:
    """Somewhat more than half of a filling."""
    return run.at.section == "K factor" and run.rig.began is not None and run.rig.seconds > run.rig.filling / 2


def of_a_chamber(run: RunPresenter) -> bool:
    """A reference that becomes steady in the chamber, at the second concentration."""
    stability = run.stability()
    return (
        run.trace.settling == "C_chamber"
        and run.progress[0] > 4  # noqa: PLR2004
        and stability is not None
        and stability.held_part > 0.6  # noqa: PLR2004
    )


FAMILIES: dict[str, tuple[str, Moment]] = {
    "iprt": ("window-bath", of_a_bath),
    "turbine-gravimetric": ("window-tank", of_a_tank),
    "pm25-monitor": ("window-chamber", of_a_chamber),
}


def main() -> int:
    """Take every picture; return 0 when all were taken."""
    application = QApplication(sys.argv)
    theme.apply_theme(application)
    theme.load_packaged_typeface()
    for language in (Language.CHINESE, Language.ENGLISH):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as data:
            Photographer(application, language, Path(data)).take()
    return 0


class Photographer:
    """Works through one calibration, looks at others, and keeps what it sees."""

    def __init__(self, application: QApplication, language: Language, data: Path) -> None:
        self.application, self.language, self.data = application, language, data
        bridge = Bridge(lambda: Desk.open(data=data, station=None, real_time=False))
        self.window = MainWindow(bridge, language, lambda: CLOCK.now().date())
        self.window.resize(1280, 720)
        self.moment: Moment = never
        self.held: list[Entry] | None = None  # what came after the moment, while it is looked at
        self.fold = self.window._fold  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        self.window._fold = self.take_in  # type: ignore[method-assign]  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    def take(self) -> None:
        """Take the pictures of one language."""
        window = self.window
        window.show()
        window.begin()
        self.until(lambda: window.start.isEnabled() and window.prepare_page.presenter.offer is not None)
        self.keep("window-prepare", PREPARE)
        self.until(lambda: any("closed" in each.text for each in window.traffic.lines if each.instrument == "room"))
        self.keep("window-bench", BENCH)
        self.calibrate()
        for method, (name, moment) in FAMILIES.items():
            self.look_at(method, name, moment)
        window.close()

    def calibrate(self) -> None:
        """Work through a calibration of a multimeter, to its certificate."""
        window = self.window
        self.start("dmm-dc-voltage")
        self.catch("window-run", of_a_point)
        self.until(lambda: window.run.stage is Stage.FINISHED and window.results_page.tabs.count() > 1)
        if self.language is not Language.CHINESE:
            return
        window.go_to(RESULTS)
        window.results_page.tabs.setCurrentIndex(2)
        self.keep("window-results", RESULTS)
        window.results_page.issue.click()
        self.until(lambda: "✔" in window.certificate_page.words)
        self.keep("window-certificate", CERTIFICATE)
        self.page()

    def look_at(self, method: str, name: str, moment: Moment) -> None:
        """Begin a run of another method, keep what is seen at a moment, and abort it."""
        self.start(method)
        self.catch(name, moment)
        self.window.abort.click()
        self.until(lambda: self.window.run.stage is Stage.ABORTED)

    def start(self, method: str) -> None:
        """Choose a method and start it."""
        window, page = self.window, self.window.prepare_page
        window.go_to(PREPARE)
        self.settle()
        item = page.item_of(method)
        if item is not None:
            page.methods.setCurrentItem(item)

        def ready() -> bool:
            found = page.presenter.ready
            if page.presenter.refusal:
                raise TimeoutError(page.presenter.refusal)
            return page.presenter.may_start and found is not None and found.method.name == method

        self.until(ready)
        self.until(window.start.isEnabled)
        window.start.click()

    def catch(self, name: str, moment: Moment) -> None:
        """Let the run go on to a moment, and keep what is seen then."""
        self.moment = moment
        self.until(lambda: self.held is not None)
        self.keep(name, RUN)
        later, self.held, self.moment = self.held or [], None, never
        self.take_in(tuple(later))

    def take_in(self, entries: tuple[Entry, ...]) -> None:
        """Let the window take in events, up to the moment that is waited for."""
        for entry in entries:
            if self.held is not None:
                self.held.append(entry)
                continue
            self.fold((entry,))
            if self.moment(self.window.run):
                self.held = []

    def page(self) -> None:
        """Keep the certificate's page with the first results."""
        pdf = next((self.data / "certificates").rglob("certificate.pdf"))
        save(pages_of(pdf, 900)[2], "certificate-results.png")

    def keep(self, name: str, page: int) -> None:
        """Keep what the window shows."""
        self.window.go_to(page)
        self.settle()
        save(self.window.grab().toImage(), f"{name}-{self.language.value}.png")

    def settle(self) -> None:
        """Let layouts find their sizes."""
        for _ in range(5):
            self.window.tick()
            self.application.processEvents()

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the window live until something holds; whatever a card asks is done."""
        deadline = CLOCK.monotonic() + PATIENCE
        answered: Question | None = None
        while not holds():
            if CLOCK.monotonic() > deadline or self.window.message.text().startswith("✖"):
                raise TimeoutError(self.window.message.text())
            self.application.processEvents()
            card, confirm = self.window.run.card, self.window.run_page.card.confirm
            if card is not None and card is not answered and confirm.isVisible() and confirm.isEnabled():
                answered = card
                confirm.click()
            CLOCK.wait(0.002)


def never(_: RunPresenter) -> bool:
    """Wait for no moment."""
    return False


def save(picture: QImage, name: str) -> None:
    """Write a picture without transparency, packed as tightly as the format can."""
    picture.convertToFormat(QImage.Format.Format_RGB888).save(str(HERE / name), quality=0)


if __name__ == "__main__":
    sys.exit(main())
