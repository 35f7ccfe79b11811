"""Starts the window: the frame first, then everything that takes time."""

import argparse
import os
import sys
from pathlib import Path

from labctl.language import Language, Text


def main(arguments: list[str] | None = None) -> int:
    """Show the window until it is closed; return the exit status."""
    parser = argparse.ArgumentParser(prog="labctl-gui")
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--station", type=Path, default=None)
    parser.add_argument("--language", choices=("zh", "en"), default=None)
    parser.add_argument("--real-time", action="store_true")
    chosen = parser.parse_args(arguments)
    from labctl.app.language import preferred_language  # the environment decides where nothing was said

    language = Language(chosen.language) if chosen.language else preferred_language()
    return show(data=chosen.data, station=chosen.station, language=language, real_time=chosen.real_time)


def show(*, data: Path | None, station: Path | None, language: Language, real_time: bool = False) -> int:
    """Open the window on a bench; the simulated one where no station is named."""
    try:
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        words = Text(
            "the window needs Qt's system libraries ({error}); see the README's manual steps",
            zh="窗口需要 Qt 的系统库（{error}），请参阅 README 的手动安装步骤",
        )
        sys.stderr.write(words.filled(error=error).within(language) + "\n")
        return 3
    from labctl.app.window import Desk
    from labctl.clock import WallClock
    from labctl_gui import theme
    from labctl_gui.bridge import Bridge
    from labctl_gui.windows.main import MainWindow

    os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
    application = QApplication.instance() or QApplication([sys.argv[0]])
    if not isinstance(application, QApplication):
        return 3
    theme.apply_theme(application)
    theme.load_packaged_typeface()
    bridge = Bridge(lambda: Desk.open(data=data, station=station, real_time=real_time))
    sys.excepthook = lambda _, error, __: bridge.failed(error)  # Qt would swallow it
    window = MainWindow(bridge, language, lambda: WallClock().now().date())
    window.show()
    QTimer.singleShot(0, window.begin)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
