"""The bar below every screen: the state of the run, what a person may do now, and Abort, which never moves."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from labctl.language import Language, Text
from labctl_gui.presenters import state
from labctl_gui.widgets.parts import button, label

_START = Text("Start  F5", zh="开始  F5")
_NEXT = Text("New run  F5", zh="新的运行  F5")
_RESUME = Text("Resume run  F6", zh="恢复运行  F6")
_PAUSE = Text("Pause  F8", zh="暂停  F8")
_CONTINUE = Text("Continue  F7", zh="继续  F7")
_RETRY = Text("Retry point  F9", zh="重测本点  F9")
_SKIP = Text("Skip point …  F10", zh="跳过本点…  F10")
_ABORT = Text("■  Abort → safe", zh="■  中止 → 安全")


class Bar(QFrame):
    """Before and after a run it offers the beginning of one, during it what changes its course."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.setObjectName("bar")
        self._language = language
        self.stage = label(name="title")
        self.message = label(name="faint", wrap=True)
        self.resume = button(_RESUME.within(language), "primary")
        self.resume.setVisible(False)
        self.start = button(_START.within(language), "primary")
        self.pause = button(_PAUSE.within(language))
        self.go_on = button(_CONTINUE.within(language))
        self.retry = button(_RETRY.within(language))
        self.skip = button(_SKIP.within(language))
        self.abort = button(_ABORT.within(language), "abort")
        for each in (self.start, self.pause, self.go_on, self.retry, self.skip):
            each.setEnabled(False)  # until the bench was looked at
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(self.stage)
        text.addWidget(self.message)
        layout.addLayout(text, 1)
        for each in (self.resume, self.start, self.pause, self.go_on, self.retry, self.skip, self.abort):
            layout.addWidget(each)

    def show_buttons(self, stage: state.Stage, *, at_point: bool, looked: bool, prepared: bool | None) -> None:
        """Offer what makes sense now.

        Args:
            stage: of the run.
            at_point: whether a point is at work.
            looked: whether the bench was looked at.
            prepared: whether a run can begin as chosen; None where that is not what is seen.
        """
        under_way = state.is_under_way(stage)
        self.resume.setVisible(state.may_resume(stage))
        self.resume.setEnabled(looked)
        self.start.setVisible(not under_way)
        self.start.setText((_NEXT if prepared is None else _START).within(self._language))
        self.start.setEnabled(state.may_start(stage) and looked and prepared is not False)
        for each in (self.pause, self.go_on, self.retry, self.skip):
            each.setVisible(under_way)
        self.pause.setEnabled(state.may_pause(stage))
        self.go_on.setEnabled(state.may_continue(stage))
        self.retry.setEnabled(state.may_retry(stage) and at_point)
        self.skip.setEnabled(state.may_retry(stage) and at_point)
