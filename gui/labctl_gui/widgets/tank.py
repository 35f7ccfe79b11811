"""The filling tank of a flow rig: where the stream goes, how much is in the tank, how far the filling has come."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from labctl.language import Language, Text
from labctl_gui import theme
from labctl_gui.presenters.rig import BYPASS, DRAIN, TANK, Rig

_ESTIMATED = Text("about {mass} kg (by flow)", zh="约 {mass} kg（按流量）")
_WEIGHED = Text("{mass} kg", zh="{mass} kg")
_TIME = Text("{seconds} of {filling} s", zh="{seconds} / {filling} s")
_NAME = Text("Tank", zh="称重水箱")
_WATER, _STREAM = "#9fc4dc", "#5b9cc4"


class TankView(QWidget):
    """Draws pipe, diverter and tank; the level is hatched until the balance has shown it."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language
        self._rig: Rig | None = None
        self._drawn: tuple[object, ...] = ()
        self.setMinimumSize(205, 170)

    def show_rig(self, rig: Rig) -> None:
        """Show the rig as it stands."""
        drawn = (rig.stream, rig.level, rig.is_estimated, rig.seconds, rig.filling, rig.flow)
        if drawn == self._drawn:
            return
        self._rig, self._drawn = rig, drawn
        words = rig.words.within(self._language)
        self.setAccessibleName(f"{_NAME.within(self._language)}: {words}, {self._mass()}")
        self.update()

    def _mass(self) -> str:
        if self._rig is None:
            return ""
        words = _ESTIMATED if self._rig.is_estimated else _WEIGHED
        digits = f"{self._rig.level:.1f}" if self._rig.is_estimated else f"{self._rig.level:.3f}"
        return words.filled(mass=digits).within(self._language)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draw the rig."""
        del event
        if self._rig is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = float(self.width()), float(self.height())
        words = 46.0
        body = QRectF(width * 0.16, height * 0.36, width * 0.52, height - height * 0.36 - words)
        self._pipe(painter, body, width, height)
        self._tank(painter, body)
        self._words(painter, QRectF(0, height - words, width, words))
        painter.end()

    def _pipe(self, painter: QPainter, body: QRectF, width: float, height: float) -> None:
        rig = self._rig
        if rig is None:
            return
        nozzle = QPointF(body.center().x(), height * 0.2)
        painter.setPen(QPen(QColor(theme.FAINT), 9, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(QPointF(0, height * 0.09), QPointF(nozzle.x(), height * 0.09))
        painter.drawLine(QPointF(nozzle.x(), height * 0.07), nozzle)
        bypass = QPointF(width * 0.88, height * 0.36)
        for where, end in ((TANK, QPointF(nozzle.x(), body.top() + 8)), (BYPASS, bypass)):
            flows = rig.stream == where or (where == BYPASS and rig.stream == DRAIN)
            style = Qt.PenStyle.SolidLine if flows else Qt.PenStyle.DotLine
            painter.setPen(QPen(QColor(_STREAM if flows else theme.LINE), 6 if flows else 2, style))
            painter.drawLine(nozzle, end)
        painter.setPen(QPen(QColor(theme.INK), 2))
        blade = QPointF(nozzle.x() + (-9 if rig.stream == BYPASS else 16), nozzle.y() + 16)
        painter.drawLine(nozzle, blade)  # the diverter's blade, on the side that it shuts
        painter.setBrush(QColor(theme.PANEL))
        painter.drawEllipse(nozzle, 4, 4)
        painter.setPen(QPen(QColor(theme.LINE), 2))
        painter.drawLine(QPointF(width * 0.8, bypass.y() + 6), QPointF(width * 0.96, bypass.y() + 6))

    def _tank(self, painter: QPainter, body: QRectF) -> None:
        rig = self._rig
        if rig is None:
            return
        full = rig.capacity or 1.0
        height = body.height() * min(max(rig.level / full, 0.0), 1.0)
        water = QRectF(body.left(), body.bottom() - height, body.width(), height)
        painter.setPen(Qt.PenStyle.NoPen)
        pattern = Qt.BrushStyle.BDiagPattern if rig.is_estimated else Qt.BrushStyle.SolidPattern
        painter.setBrush(QBrush(QColor(_WATER), pattern))
        painter.drawRect(water)
        if rig.began is not None:
            y = body.bottom() - body.height() * min(rig.expected / full, 1.0)
            painter.setPen(QPen(QColor(theme.INK), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(body.left() - 6, y), QPointF(body.right() + 6, y))
        painter.setPen(QPen(QColor(theme.INK), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        corners = (body.topLeft(), body.bottomLeft(), body.bottomRight(), body.topRight())
        painter.drawPolyline(QPolygonF(list(corners)))
        if rig.stream == DRAIN:
            painter.setPen(QPen(QColor(_STREAM), 5))
            painter.drawLine(body.bottomRight() + QPointF(0, -6), body.bottomRight() + QPointF(18, 2))

    def _words(self, painter: QPainter, area: QRectF) -> None:
        rig = self._rig
        if rig is None:
            return
        painter.setPen(QColor(theme.INK))
        font = QFont(self.font())
        font.setBold(True)
        painter.setFont(font)
        where = rig.words.within(self._language)
        if rig.began is not None:
            time = _TIME.filled(seconds=f"{rig.seconds:.0f}", filling=f"{rig.filling:.0f}")
            where = f"{where} · {time.within(self._language)}"
        painter.drawText(area.adjusted(0, 4, 0, -20), Qt.AlignmentFlag.AlignCenter, where)
        painter.setFont(self.font())
        painter.drawText(area.adjusted(0, 24, 0, 0), Qt.AlignmentFlag.AlignCenter, self._mass())
