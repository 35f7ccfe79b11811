"""Takes the pictures of the documentation anew: the real window on the simulated bench, and a certificate's page."""

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
from labctl.language import Language
from labctl_gui import theme
from labctl_gui.bridge import Bridge
from labctl_gui.presenters.state import Stage
from labctl_gui.widgets.paper import pages_of
from labctl_gui.windows.main import BENCH, CERTIFICATE, RESULTS, RUN, MainWindow

HERE = Path(__file__).parent
PATIENCE = 120.0
CLOCK = WallClock()
SHOT = 6  # readings of the eighth point at which a run makes the liveliest picture
POINT = "8"


def main() -> int:
    """Take every picture; return 0 when all were taken."""
    application = QApplication(sys.argv)
    theme.apply_theme(application)
    theme.load_packaged_typeface()
    for language in (Language.CHINESE, Language.ENGLISH):
        with tempfile.TemporaryDirectory() as data:
            Photographer(application, language, Path(data)).take()
    return 0


class Photographer:
    """Works through one calibration and keeps what it sees."""

    def __init__(self, application: QApplication, language: Language, data: Path) -> None:
        self.application, self.language, self.data = application, language, data
        bridge = Bridge(lambda: Desk.open(data=data, station=None, real_time=False))
        self.window = MainWindow(bridge, language, lambda: CLOCK.now().date())
        self.window.resize(1280, 720)

    def take(self) -> None:
        """Take the pictures of one language."""
        window = self.window
        window.show()
        window.begin()
        self.until(window.start.isEnabled)
        self.until(lambda: "✖" not in window.message.text())
        self.until(lambda: any("closed" in each.text for each in window.traffic.lines if each.instrument == "room"))
        self.keep("window-bench", BENCH)
        window.start.click()
        for _ in range(2):
            self.until(window.run_page.card.confirm.isVisible)
            window.run_page.card.confirm.click()
            self.until(lambda: window.run.card is None)
        self.until(lambda: len(window.run.rows) >= int(POINT) + 3 and len(window.run.trace.dots) >= SHOT)
        window._timer.stop()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  (kept as it is)
        self.keep("window-run", RUN)
        window._timer.start()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        self.until(lambda: window.run.stage is Stage.FINISHED)
        if self.language is Language.CHINESE:
            window.go_to(RESULTS)
            self.settle()
            window.results_page.results.selectRow(15)
            self.keep("window-results", RESULTS)
            window.go_to(CERTIFICATE)
            self.until(window.certificate_page.issue.isEnabled)
            window.certificate_page.issue.click()
            self.until(lambda: "✔" in window.certificate_page.words)
            self.keep("window-certificate", CERTIFICATE)
            self.page()
        window.close()

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
        self.window.tick()
        for _ in range(5):
            self.application.processEvents()

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the window live until something holds."""
        deadline = CLOCK.monotonic() + PATIENCE
        while not holds():
            if CLOCK.monotonic() > deadline:
                raise TimeoutError(self.window.message.text())
            self.application.processEvents()
            CLOCK.wait(0.002)


def save(picture: QImage, name: str) -> None:
    """Write a picture without transparency, packed as tightly as the format can."""
    picture.convertToFormat(QImage.Format.Format_RGB888).save(str(HERE / name), quality=0)


if __name__ == "__main__":
    sys.exit(main())
