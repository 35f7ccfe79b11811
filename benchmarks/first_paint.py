"""How soon the window paints beside an empty QMainWindow with the same imports: medians of turns taken in turn."""

import os
import statistics
import subprocess
import sys
from time import perf_counter

TURNS = 11
LIMIT = 3.0  # times an empty window

_BEGIN = """
import sys
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QMainWindow
import labctl.app.window, labctl_gui.theme as theme, labctl_gui.bridge as bridge, labctl_gui.windows.main as main
from labctl.language import Language
from labctl.clock import WallClock

class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() is QEvent.Type.Paint:
            application.exit(0)
        return False

application = QApplication(sys.argv)
watch = FirstPaint()
"""
_EMPTY = (
    _BEGIN
    + """
window = QMainWindow()
window.resize(1280, 720)
window.installEventFilter(watch)
window.show()
sys.exit(application.exec())
"""
)
_OURS = (
    _BEGIN
    + """
theme.apply_theme(application)
theme.load_packaged_typeface()
worker = bridge.Bridge(lambda: labctl.app.window.Desk.open(data=None, station=None, real_time=False))
window = main.MainWindow(worker, Language.CHINESE, lambda: WallClock().now().date())
window.installEventFilter(watch)
window.show()
sys.exit(application.exec())
"""
)


def main() -> int:
    """Print both medians and their ratio; fail above the limit."""
    times: dict[str, list[float]] = {"empty": [], "ours": []}
    for _ in range(TURNS):
        times["empty"].append(seconds(_EMPTY))
        times["ours"].append(seconds(_OURS))
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratio = medians["ours"] / medians["empty"]
    print(f"empty window {medians['empty'] * 1e3:.0f} ms, labctl {medians['ours'] * 1e3:.0f} ms, x {ratio:.2f}")
    return 0 if ratio <= LIMIT else 1


def seconds(program: str) -> float:
    """Return the wall time of a program that ends at its first paint."""
    began = perf_counter()
    environment = os.environ | {"QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, env=environment)
    return perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
