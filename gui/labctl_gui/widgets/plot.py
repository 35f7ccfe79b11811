"""The trace of a point: readings over time, the settling ones hollow, within the band of the permissible error."""

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from labctl.language import Language, Text
from labctl.metrology.display import fitting_unit
from labctl.metrology.quantity import Quantity
from labctl_gui import theme
from labctl_gui.presenters.run import Trace

_DEVIATION = Text("deviation / {unit}", zh="偏差 / {unit}")
_TIME = Text("time / s", zh="时间 / s")


class TracePlot(QWidget):
    """Shows the deviation of each reading from the nominal value, with the limits as a hatched band."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language
        self._plot = pg.PlotWidget(background=theme.PANEL)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.showGrid(x=False, y=True, alpha=0.25)
        self._plot.getViewBox().setMouseEnabled(x=False, y=False)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(theme.LINE)
            axis.setTextPen(theme.INK)
            axis.enableAutoSIPrefix(enable=False)  # the unit stands in the title; a prefix would be said twice
        self._band = pg.LinearRegionItem(
            orientation="horizontal",
            movable=False,
            brush=QBrush(QColor("#c4c9cd"), Qt.BrushStyle.BDiagPattern),
            pen=theme.FAINT,
        )
        self._band.setZValue(-10)
        self._settling = pg.PlotDataItem(
            pen=pg.mkPen(theme.FAINT, width=1), symbol="o", symbolSize=7, symbolBrush=None, symbolPen=theme.FAINT
        )
        self._observed = pg.PlotDataItem(
            pen=None, symbol="o", symbolSize=8, symbolBrush=theme.ACCENT, symbolPen=theme.ACCENT
        )
        for item in (self._band, self._settling, self._observed):
            self._plot.addItem(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self._plot.setLabel("bottom", _TIME.within(language))
        self.show_trace(Trace())

    def show_trace(self, trace: Trace) -> None:
        """Draw the readings of a point in a unit that suits them."""
        nominal = trace.nominal or 0.0
        deviations = [dot.value - nominal for dot in trace.dots]
        half = trace.limit or 0.0
        settled = [each for dot, each in zip(trace.dots, deviations, strict=True) if not dot.settling] or deviations
        reach = max([abs(each) for each in settled] + [half])
        unit = fitting_unit(trace.unit, reach) if trace.unit and reach else None
        scale = Quantity.of(1.0, trace.unit).value_in(unit) if unit is not None else 1.0
        self._band.setVisible(half > 0)
        self._band.setRegion((-half * scale, half * scale))
        for item, settling in ((self._settling, True), (self._observed, False)):
            chosen = [
                (dot.seconds, each * scale)
                for dot, each in zip(trace.dots, deviations, strict=True)
                if dot.settling is settling
            ]
            item.setData([x for x, _ in chosen], [y for _, y in chosen])
        self._plot.setLabel("left", _DEVIATION.filled(unit=unit.symbol if unit else "–").within(self._language))
        last = max([dot.seconds for dot in trace.dots], default=1.0)
        height = (reach or 1.0) * scale * 1.25
        box = self._plot.getViewBox()
        box.setXRange(0.0, max(last, 1.0), padding=0.02)
        box.setYRange(-height, height, padding=0.02)
        box.updateMatrix()  # else the matrix resolves inside the paint and it paints twice
