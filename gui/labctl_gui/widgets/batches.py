"""The list on which a person ticks the units of one run: under each customer's order its instruments."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem

from labctl.language import Language, Text
from labctl_gui.presenters.preparation import Batch

_UNITS = Text("Instruments", zh="仪器（可多选）")
_HEIGHT = 118  # pixels: six lines
_KEY = Qt.ItemDataRole.UserRole


class Batches(QTreeWidget):
    """Orders with their instruments; ticking an order ticks all that belong to it."""

    def __init__(self, language: Language, chosen: Callable[[list[str]], None]) -> None:
        super().__init__()
        self._batches: list[Batch] = []
        self._chosen = chosen
        self.setHeaderHidden(True)
        self.setAccessibleName(_UNITS.within(language))
        self.setFixedHeight(_HEIGHT)
        self.setIndentation(16)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._told = QTimer(self)  # an order's tick reaches its instruments one after the other
        self._told.setSingleShot(True)
        self._told.setInterval(0)
        self._told.timeout.connect(lambda: self._chosen(self.ticked()))
        self.itemChanged.connect(self._tell_soon)

    def _tell_soon(self, _item: QTreeWidgetItem, _column: int) -> None:
        self._told.start()

    def show_batches(self, batches: list[Batch]) -> None:
        """Show what can be ticked; nothing is ticked yet."""
        if batches == self._batches:
            return
        self._batches = batches
        self.blockSignals(True)  # noqa: FBT003  (Qt has no other form)
        self.clear()
        for each in batches:
            top = QTreeWidgetItem([each.title])
            top.setFlags(top.flags() | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsAutoTristate)
            self.addTopLevelItem(top)
            for key, words in each.units:
                item = QTreeWidgetItem([words])
                item.setData(0, _KEY, key)
                item.setToolTip(0, words)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(0, Qt.CheckState.Unchecked)
                top.addChild(item)
        self.expandAll()
        self.blockSignals(False)  # noqa: FBT003  (as above)

    def tick(self, keys: tuple[str, ...]) -> None:
        """Tick what is meant, and nothing else; what a person has just ticked waits to be told and stays."""
        if self._told.isActive() or tuple(self.ticked()) == keys:
            return
        self.blockSignals(True)  # noqa: FBT003  (as above)
        for each in self.units():
            wanted = each.data(0, _KEY) in keys
            each.setCheckState(0, Qt.CheckState.Checked if wanted else Qt.CheckState.Unchecked)
        self.blockSignals(False)  # noqa: FBT003  (as above)
        first = next((each for each in self.units() if each.data(0, _KEY) in keys), None)
        if first is not None:
            self.scrollToItem(first)

    def ticked(self) -> list[str]:
        """Return the instruments that are ticked."""
        return [str(each.data(0, _KEY)) for each in self.units() if each.checkState(0) is Qt.CheckState.Checked]

    def orders(self) -> list[QTreeWidgetItem]:
        """Return the line of every order."""
        found = [self.topLevelItem(number) for number in range(self.topLevelItemCount())]
        return [each for each in found if each is not None]

    def units(self) -> list[QTreeWidgetItem]:
        """Return the line of every instrument."""
        found = [order.child(number) for order in self.orders() for number in range(order.childCount())]
        return [each for each in found if each is not None]
