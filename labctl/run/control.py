"""What people ask of a running engine: set by the command endpoint's thread, obeyed by the engine's thread."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import Enum
from typing import Final

from attrs import define, evolve, field, frozen

from labctl.clock import Clock, WallClock
from labctl.errors import LabctlError
from labctl.events.kinds import Place, Question
from labctl.events.of_unit import filled_in
from labctl.language import Text
from labctl.metrology.keyed import keyed

_SLICE = 0.25  # seconds between two looks at whether somebody is still there


class Wish(Enum):
    """A request that changes the course of a run."""

    PAUSE = "pause"
    CONTINUE = "continue"
    ABORT = "abort"
    STOP = "stop"  # put the run to rest: safe, no outcome, a person resumes it
    RETRY = "retry"
    SKIP = "skip"


@frozen(kw_only=True)
class Command:
    """One request, as it came."""

    wish: Wish
    by: str = ""
    facts: dict[str, str] = field(factory=dict)


@frozen(kw_only=True)
class Answer:
    """What a person answered to a question."""

    question: str
    answer: str
    by: str = ""


class NobodyThere(Exception):
    """A person was needed, and none had asked anything of the engine for too long."""

    def __init__(self, reason: Text | None = None) -> None:
        super().__init__(reason.en if reason is not None else "")
        self.reason = reason


class Turned(Exception):
    """The engine leaves what it is doing because a person asked for it; the wish stands in the control."""


@define
class Control:
    """The flags between the two threads.

    `halted` is set as long as the engine has to leave what it is doing: every wait takes it as its interrupt. A
    request is never refused for bad timing; what makes no sense at the moment it is obeyed has no effect.

    Args:
        clock: the machine's clock, whatever the run's: people live in it.
        unattended: seconds without a controller after which a question puts the run to rest.
        on_abort: called once, in the caller's thread, as soon as an abort was asked for.
    """

    clock: Clock = field(factory=WallClock)
    unattended: float = 600.0
    on_abort: Callable[[], None] = lambda: None
    halted: threading.Event = field(factory=threading.Event, init=False)
    paused: bool = field(default=False, init=False)
    question: Question | None = field(default=None, init=False)
    place: Place = field(default=Place(), init=False)
    head: int = field(default=0, init=False)
    _ending: Command | None = field(default=None, init=False)
    _redo: deque[Command] = field(factory=deque, init=False)
    _heard: deque[Command] = field(factory=deque, init=False)
    _answer: Answer | None = field(default=None, init=False)
    _changed: threading.Condition = field(factory=threading.Condition, init=False)
    _last_seen: float = field(default=0.0, init=False)

    def __attrs_post_init__(self) -> None:
        """Whoever started the engine counts as having been there."""
        self._last_seen = self.clock.monotonic()

    # --- the endpoint's thread ---------------------------------------------------------------------------------------

    def request(self, frame: dict[str, object]) -> dict[str, object]:
        """Take one request of a controller and answer at once; nothing here waits for an instrument."""
        self._last_seen = self.clock.monotonic()
        what = str(frame.get("do", ""))
        by = str(frame.get("by", ""))
        facts = {name: str(value) for name, value in frame.items() if name not in {"do", "by"}}
        if what == "snapshot":
            return {"ok": True, **self.snapshot()}
        if what == "answer":
            return self._answered(Answer(question=facts.get("question", ""), answer=facts.get("answer", ""), by=by))
        with suppress(ValueError):
            return self.ask(Command(wish=Wish(what), by=by, facts=facts))
        return _refusal(Text("the engine does not know the request {what!r}", zh="引擎不识别请求 {what!r}"), what=what)

    def ask(self, command: Command) -> dict[str, object]:
        """Take one command."""
        if command.wish in _WITH_REASON and not command.facts.get("reason", "").strip():
            return _refusal(_WITH_REASON[command.wish])
        first = False
        with self._changed:
            self._heard.append(command)
            match command.wish:
                case Wish.PAUSE:
                    self.paused = True
                case Wish.CONTINUE:
                    self.paused = False
                case Wish.ABORT:
                    first = self._ending is None or self._ending.wish is not Wish.ABORT
                    self._ending = command
                    self.halted.set()
                case Wish.STOP:
                    self._ending = command if self._ending is None else self._ending
                    self.halted.set()
                case Wish.RETRY | Wish.SKIP:
                    self._redo.append(command)
                    self.halted.set()
            self._changed.notify_all()
        if first:
            self.on_abort()
        return {"ok": True}

    def snapshot(self) -> dict[str, object]:
        """Return how things stand, for display; nobody records it."""
        question = self.question
        return {
            "head": self.head,
            "paused": self.paused,
            "phase": self.place.phase,
            "section": self.place.section,
            "point": self.place.point,
            "repetition": self.place.repetition,
            "attempt": self.place.attempt,
            "symbol": self.place.symbol,
            "question": question.key if question is not None else "",
        }

    def _answered(self, answer: Answer) -> dict[str, object]:
        with self._changed:
            if self.question is None or self.question.key != answer.question:
                return _refusal(Text("nobody asks that (any more)", zh="该提问不存在或已结束"))
            problem = refused_answer(self.question, answer.answer)
            if problem is not None:
                return _refusal(problem)
            self._answer = answer
            self._changed.notify_all()
        return {"ok": True}

    # --- the engine's thread -----------------------------------------------------------------------------------------

    def heard(self) -> list[Command]:
        """Return the commands that are not in the journal yet."""
        with self._changed:
            commands = list(self._heard)
            self._heard.clear()
        return commands

    @property
    def ending(self) -> Command | None:
        """Return the abort or stop that was asked for."""
        return self._ending

    def obey(self) -> Command | None:
        """Return the abort or stop that was asked for, and let waits go to their end again: the engine is leaving."""
        with self._changed:
            self.halted.clear()
            return self._ending

    def redo(self) -> Command | None:
        """Return the oldest wish to repeat or leave out a point, and forget it."""
        with self._changed:
            wish = self._redo.popleft() if self._redo else None
            if not self._redo and self._ending is None:
                self.halted.clear()
        return wish

    def hold(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Return when the run is not paused, or when it has to end or turn.

        Args:
            meanwhile: called again and again, without the lock.
        """
        while self._held_for_a_look():
            meanwhile()

    def _held_for_a_look(self) -> bool:
        with self._changed:
            if held := self.paused and not self.halted.is_set():
                self._changed.wait(_SLICE)
        return held

    def expect(self, question: Question) -> None:
        """Take answers to a question from now on, before anybody hears of it."""
        with self._changed:
            self._answer = None
            self.question = question

    def await_answer(
        self, question: Question, within: float | None = None, meanwhile: Callable[[], object] = lambda: None
    ) -> Answer | None:
        """Put a question and return the answer; None when the run has to end or turn, or the time ran out.

        Args:
            question: what a person is asked.
            within: seconds; None: as long as somebody is there.
            meanwhile: called again and again while nobody answers, without the lock.

        Raises:
            NobodyThere: no controller was heard of for `unattended` seconds.
        """
        deadline = None if within is None else self.clock.monotonic() + within
        if self.question is not question:
            self.expect(question)
        try:
            while not self._answered_within_a_look():
                if deadline is not None and self.clock.monotonic() >= deadline:
                    return None
                if self.clock.monotonic() - self._last_seen > self.unattended:
                    raise NobodyThere
                meanwhile()
            return self._answer
        finally:
            self.question = None

    def _answered_within_a_look(self) -> bool:
        with self._changed:
            if not (self._answered_now() or self.halted.is_set()):
                self._changed.wait(_SLICE)
            return self._answered_now() or self.halted.is_set()

    def _answered_now(self) -> bool:
        return self._answer is not None


def refused_answer(question: Question, answer: str) -> Text | None:
    """Return why an answer does not fit its question; None when it does."""
    match question.kind:
        case "number":
            if not keyed(answer):
                return Text(
                    "{answer!r} is not a number; write it like 20.35", zh="{answer!r} 不是数字，写法如 20.35"
                ).filled(answer=answer)
        case "choice":
            if answer not in {each.en for each in question.choices}:
                return Text("choose one of: {choices}", zh="请选择：{choices}").filled(
                    choices=", ".join(each.en for each in question.choices)
                )
        case "form":
            return _refused_form(question, filled_in(answer))
        case "barcode":
            return _refused_code(question, scanned(answer))
        case "text" if not answer.strip():
            return Text("an answer is needed", zh="请填写内容")
        case _:
            pass
    return None


def scanned(answer: str) -> str:
    """Return a code without what a scanner puts around it: blanks, and the end of a line."""
    return answer.strip()


def _refused_code(question: Question, code: str) -> Text | None:
    """Return why a code is not taken: it is none, or another than the one that is wanted."""
    if not code or not code.isprintable():
        return Text("{code!r} is no code; scan it again", zh="{code!r} 不是条码；请重新扫描").filled(code=code)
    wanted = [each.en for each in question.choices]
    if wanted and code not in wanted:
        words = Text("this is {code}, and {wanted} is wanted", zh="扫描到的是 {code}，应为 {wanted}")
        return words.filled(code=code, wanted=", ".join(wanted))
    return None


def _refused_form(question: Question, answers: Mapping[str, str]) -> Text | None:
    for each in question.fields:
        kind = "choice" if question.choices else "number" if each.of else "text"
        line = evolve(question, kind=kind, fields=())
        problem = refused_answer(line, answers.get(each.unit, ""))
        if problem is not None:
            return Text("{unit}: {problem}", zh="{unit}：{problem}").filled(unit=each.unit, problem=problem)
    return None


_WITH_REASON: Final = {
    Wish.SKIP: Text("a point is skipped only with a reason", zh="跳过校准点必须说明原因"),
    Wish.RETRY: Text("a point is measured again only with a reason", zh="重测校准点必须说明原因"),
}


def refusal(error: LabctlError) -> dict[str, object]:
    """Return an error as an answer on the command endpoint, in both languages."""
    return _refusal(error.text())


def _refusal(said: Text, **facts: object) -> dict[str, object]:
    filled = said.filled(**facts) if facts else said
    return {"ok": False, "en": filled.en, "zh": filled.zh}
