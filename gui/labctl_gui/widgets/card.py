"""The card on which the engine asks something of a person: picture, words, an answer; Enter is OK."""

from collections.abc import Callable
from datetime import datetime

from attrs import frozen
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtSvgWidgets import QSvgWidget
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout

from labctl.events.kinds import Question
from labctl.language import Language, Text
from labctl_gui.presenters.state import Stage, is_under_way
from labctl_gui.widgets.form import Form
from labctl_gui.widgets.parts import button, label
from labctl_gui.widgets.reason import ReasonForm

_QUIET = Text("Nothing to do: the engine is at work.", zh="无需操作：系统正在自动进行。")
_IDLE = Text("Press Start to calibrate on this bench.", zh="按“开始”在本台位进行校准。")
_PAUSED = Text("Paused, sources off. Press Continue.", zh="已暂停，输出已断开。请按“继续”。")
_RESUME = Text("Resume the run, or start a new one.", zh="请恢复该运行，或开始新的运行。")
_RESTS = Text("Rests until {at}. Resume the run then.", zh="暂存至 {at}，届时请恢复运行。")
_FINISHED = Text("Every point is recorded. Look through the results.", zh="所有校准点均已记录，请审阅结果。")
_ANSWER = Text("Answer", zh="回答")
_DONE = Text("Done ⏎", zh="完成 ⏎")
_ENTER = Text("Enter ⏎", zh="确认 ⏎")
_SCAN = Text("Scan it, or key it in", zh="请扫描或输入条码")
_KEYED = frozenset({"number", "text", "barcode"})
"""Kinds of questions that are answered in words."""
_ROOM = 40  # pixels in height for what a person keys in
_SAID: dict[Stage, Text] = {
    Stage.IDLE: _IDLE,
    Stage.ABORTED: _IDLE,
    Stage.FAILED: _IDLE,
    Stage.PAUSED: _PAUSED,
    Stage.RESTING: _RESUME,
    Stage.INTERRUPTED: _RESUME,
    Stage.FINISHED: _FINISHED,
}
_ONWARD = Text("Results →", zh="结果 →")
_WHY = Text("Why is the point left out? The reason stands on the record.", zh="为何跳过本点？原因将写入记录。")
_REASONS = (
    Text("not ordered by the customer", zh="客户未委托该点"),
    Text("beyond what the unit can do", zh="超出被检器具的能力"),
    Text("the unit does not become steady here", zh="被检器具在该点不稳定"),
    Text("the standard is not available", zh="标准器不可用"),
)
_SKIP = Text("Skip", zh="跳过")
_KEEP = Text("Keep it", zh="不跳过")
_WHY_AGAIN = Text(
    "Why is the point measured again? The reason stands on the record and on the certificate.",
    zh="为何重测本点？原因将写入记录和证书。",
)
_AGAIN_FOR = (
    Text("the connection was touched or loose", zh="接线被触碰或松动"),
    Text("a disturbance was seen", zh="观察到干扰"),
    Text("the unit had not settled", zh="被检器具尚未稳定"),
    Text("operated by mistake", zh="操作失误"),
)
_AGAIN = Text("Measure again", zh="重测")
_LEAVE = Text("Leave it", zh="不重测")
_WHY_LATE = Text(
    "Why is it measured later than the method allows? The reason stands on the record and on the certificate.",
    zh="为何晚于规程规定的时间测量？原因将写入记录和证书。",
)
_LATE_FOR = (
    Text("the standard was not available in time", zh="标准器未能及时可用"),
    Text("the conditions of the room were not kept in time", zh="环境条件未能及时满足"),
    Text("the laboratory was closed; agreed with the customer", zh="实验室休息，已征得客户同意"),
)
_GO_ON = Text("Resume", zh="恢复运行")
_REST = Text("Let it rest", zh="继续暂存")
_HEADING = Text("Next step", zh="下一步")


@frozen(kw_only=True)
class Replies:
    """Who takes what a person says on the card; a reason is never empty."""

    answer: Callable[[str, str], None]  # to a question, by its key
    skip: Callable[[str], None]  # why the point is left out
    again: Callable[[str], None]  # why it is measured again
    late: Callable[[str], None]  # why the run goes on later than its method allows


class Card(QFrame):
    """Shows one question at a time, in place; nothing modal during a run."""

    def __init__(self, language: Language, picture: Callable[[str], bytes], replies: Replies) -> None:
        super().__init__()
        self.setObjectName("card")
        self._language, self._answer, self._picture_of = language, replies.answer, picture
        self._question: Question | None = None
        self._shown: Question | str | None = ""
        heading = label(_HEADING.within(language), "heading")
        self._words = label(name="title", wrap=True)
        self._log = label("", "faint", wrap=True)
        self._log.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        self._picture = QSvgWidget()
        self._picture.renderer().setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        self._picture.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._picture.setMinimumHeight(110)
        self._field = QLineEdit()
        self._field.setMinimumHeight(_ROOM)
        self._field.setAccessibleName(_ANSWER.within(language))
        self._field.returnPressed.connect(self._done)
        self._unit = label(name="title")
        self._choices = QComboBox()
        self._choices.setAccessibleName(_ANSWER.within(language))
        self.onward = button(_ONWARD.within(language))
        self.confirm = button(_DONE.within(language), "primary")
        self.confirm.setAutoDefault(True)
        self.confirm.clicked.connect(self._done)
        self.form = Form(language, self._done)
        row = QHBoxLayout()
        row.addWidget(self._field, 1)
        row.addWidget(self._unit)
        row.addWidget(self._choices, 1)
        row.addStretch(0)
        row.addWidget(self.onward)
        row.addWidget(self.confirm)
        layout = QVBoxLayout(self)
        layout.addWidget(heading)
        layout.addWidget(self._words)
        layout.addWidget(self._picture, 1)
        layout.addWidget(self.form, 2)
        layout.addWidget(self._log, 1)
        layout.addStretch(0)
        layout.addLayout(row)
        self.skip_form = ReasonForm(language, _WHY, _REASONS, act=_SKIP, leave=_KEEP, given=replies.skip)
        self.again_form = ReasonForm(language, _WHY_AGAIN, _AGAIN_FOR, act=_AGAIN, leave=_LEAVE, given=replies.again)
        self.late_form = ReasonForm(language, _WHY_LATE, _LATE_FOR, act=_GO_ON, leave=_REST, given=replies.late)
        for form in (self.skip_form, self.again_form, self.late_form):
            layout.addWidget(form)
        self.show_question(None, Stage.IDLE)

    @property
    def words(self) -> str:
        """Return what stands on the card."""
        return self._words.text()

    def ask_why_left_out(self, point: str) -> None:
        """Ask why a point is left out."""
        self.again_form.setVisible(False)
        self.skip_form.ask(point)

    def ask_why_again(self, point: str) -> None:
        """Ask why a point is measured again."""
        self.skip_form.setVisible(False)
        self.again_form.ask(point)

    def ask_why_late(self) -> None:
        """Ask why the run goes on later than its method allows."""
        self.late_form.ask()

    def show_log(self, lines: list[str]) -> None:
        """Show what happened last, while nothing is asked."""
        self._log.setText("\n".join(lines))

    def allow_again(self) -> None:
        """Let the question be answered again: the answer was refused."""
        self.confirm.setEnabled(True)

    def show_question(self, question: Question | None, stage: Stage, until: datetime | None = None) -> None:
        """Show a question, or what there is to do at this stage.

        Args:
            question: what the engine asks; None: nothing.
            stage: of the run.
            until: from when on a resting run may be taken up.
        """
        said = _SAID.get(stage, _QUIET)
        if stage is Stage.RESTING and until is not None:
            said = _RESTS.filled(at=f"{until.astimezone():%Y-%m-%d %H:%M}")
        key = question if question is not None else said.en
        if key == self._shown:
            return
        self._shown, self._question = key, question
        for each in (self.late_form,) if is_under_way(stage) else (self.skip_form, self.again_form):
            each.setVisible(False)
        self.setProperty("quiet", "false" if question else "true")
        self.style().unpolish(self)
        self.style().polish(self)
        kind = question.kind if question else ""
        self._field.setVisible(kind in _KEYED)
        self._field.setPlaceholderText(_SCAN.within(self._language) if kind == "barcode" else "")
        self._unit.setVisible(kind == "number")
        self._unit.setText(question.unit if question else "")
        self._choices.setVisible(kind == "choice")
        self.form.setVisible(kind == "form")
        self.confirm.setVisible(question is not None)
        self.onward.setVisible(question is None and stage is Stage.FINISHED)
        self._picture.setVisible(bool(question and question.picture))
        self._log.setVisible(question is None)
        if question is None:
            self._words.setText(said.within(self._language))
            return
        self._words.setText(question.text.within(self._language))
        self.confirm.setText((_DONE if kind == "instruction" else _ENTER).within(self._language))
        self.confirm.setEnabled(True)
        self._choices.clear()
        self._choices.addItems([each.within(self._language) for each in question.choices])
        self._field.clear()
        if question.picture:
            self._picture.load(QByteArray(self._picture_of(question.picture)))
            self._picture.renderer().setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        (self._field if kind in _KEYED else self.confirm).setFocus()  # a scanner types, and ends with Enter
        if kind == "form":
            self.form.show_question(question)
            self.form.begin()

    def _done(self) -> None:
        if self._question is None:
            return
        match self._question.kind:
            case "number" | "text" | "barcode":
                answer = self._field.text().strip()
                if not answer:
                    return
            case "form":
                answer = self.form.answer()
                if not answer:
                    return
            case "choice":
                answer = self._question.choices[self._choices.currentIndex()].en
            case _:
                answer = "done"
        self.confirm.setEnabled(False)  # until the engine has taken the answer
        self._answer(self._question.key, answer)
