"""The plot of the point at work: readings over time, those that do not count hollow, and what they are held against."""

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from labctl_gui import theme
from labctl_gui.presenters.graph import Band, Graph

_COLOURS = (theme.ACCENT, "#e69f00", "#009e73", "#cc79a7")  # of the series, never red beside green
_BRUSHES = {
    "mpe": QBrush(QColor("#c4c9cd"), Qt.BrushStyle.BDiagPattern),
    "steady": QBrush(QColor(0, 114, 178, 46)),
    "near": QBrush(Qt.BrushStyle.NoBrush),
    "nominal": QBrush(Qt.BrushStyle.NoBrush),
}
_DASHED = {"near", "nominal"}
_MANY = 150  # readings above which a line is drawn without its dots


class TracePlot(QWidget):
    """Draws what the presenter has worked out; it knows of figures and kinds of bands only."""

    def __init__(self) -> None:
        super().__init__()
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
        self._legend = self._plot.addLegend(
            offset=(-8, 6), labelTextColor=theme.INK, brush=QBrush(QColor(255, 255, 255, 210)), verSpacing=-6
        )
        self._bands: list[pg.LinearRegionItem] = []
        self._curves: list[pg.PlotDataItem] = []
        self._named: list[str] = []
        self._shown: Graph | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self.show_graph(Graph())

    def show_graph(self, graph: Graph) -> None:
        """Draw a graph; nothing where it is the one that stands there."""
        if graph == self._shown:
            return
        self._shown = graph
        self._show_bands(graph)
        self._show_curves(graph)
        self._plot.setLabel("left", graph.y_title)
        self._plot.setLabel("bottom", graph.x_title)
        box = self._plot.getViewBox()
        box.setXRange(*graph.x_range, padding=0.02)
        box.setYRange(*graph.y_range, padding=0.02)
        box.updateMatrix()  # else the matrix resolves inside the paint and it paints twice

    def _show_bands(self, graph: Graph) -> None:
        for item in self._bands:
            self._plot.removeItem(item)
        self._bands = [_region(each) for each in graph.bands]
        for item in self._bands:
            self._plot.addItem(item)

    def _show_curves(self, graph: Graph) -> None:
        while len(self._curves) < len(graph.curves):
            self._curves.append(pg.PlotDataItem())
            self._plot.addItem(self._curves[-1])
        titles = list(dict.fromkeys(each.title for each in graph.curves))
        for item, curve in zip(self._curves, graph.curves, strict=False):
            colour = _COLOURS[titles.index(curve.title) % len(_COLOURS)]
            many = len(curve.xs) > _MANY
            item.setData(
                list(curve.xs),
                list(curve.ys),
                pen=pg.mkPen(theme.INK if curve.hollow and len(titles) == 1 else colour, width=1),
                symbol=None if many else "o",
                symbolSize=5 if curve.hollow else 8,
                symbolBrush=None if curve.hollow else colour,
                symbolPen=theme.INK if curve.hollow and len(titles) == 1 else colour,
            )
        for item in self._curves[len(graph.curves) :]:
            item.setData([], [])
        if titles != self._named:
            self._name(graph, titles)

    def _name(self, graph: Graph, titles: list[str]) -> None:
        """Write the legend, where there is more than one series to tell apart."""
        self._named = titles
        self._legend.clear()
        if len(titles) < 2:  # noqa: PLR2004
            return
        for title in titles:
            first = next(number for number, each in enumerate(graph.curves) if each.title == title)
            self._legend.addItem(self._curves[first], title)


def _region(band: Band) -> pg.LinearRegionItem:
    pen = QPen(QColor(theme.ACCENT if band.kind == "steady" else theme.FAINT), 0)
    pen.setStyle(Qt.PenStyle.DashLine if band.kind in _DASHED else Qt.PenStyle.SolidLine)
    ends = (band.low, band.high)
    region = pg.LinearRegionItem(ends, orientation="horizontal", movable=False, brush=_BRUSHES[band.kind], pen=pen)
    region.setZValue(-10)
    return region
