"""What people ask of an engine is taken at any moment and obeyed by its one thread."""

import threading

import pytest

from labctl.clock import WallClock
from labctl.events.kinds import Question
from labctl.language import Text
from labctl.run.clock import RunClock
from labctl.run.control import Command, Control, NobodyThere, Turned, Wish

QUESTION = Question(key="1.1", kind="instruction", text=Text("Connect it.", zh="请连接。"))


def test_what_an_engine_does_not_know_is_refused_in_both_languages() -> None:
    answer = Control().request({"do": "dance"})
    assert not answer["ok"]
    assert "dance" in str(answer["en"])
    assert "dance" in str(answer["zh"])


def test_an_abort_ends_a_wait_at_once_and_is_told_once() -> None:
    told: list[int] = []
    control = Control(on_abort=lambda: told.append(1))
    clock = RunClock(WallClock(), control.halted)
    threading.Timer(0.05, control.request, [{"do": "abort", "by": "Wang"}]).start()
    begun = WallClock().monotonic()
    with pytest.raises(Turned):
        clock.wait(30.0)
    assert WallClock().monotonic() - begun < 5.0
    control.request({"do": "abort", "by": "Li"})
    assert told == [1]
    ending = control.obey()
    assert ending is not None
    clock.wait(0.0)  # the engine is leaving: waits go to their end again
    assert [each.by for each in control.heard()] == ["Wang", "Li"]
    assert control.heard() == []


def test_an_abort_outweighs_a_stop() -> None:
    control = Control()
    control.ask(Command(wish=Wish.STOP))
    control.ask(Command(wish=Wish.ABORT))
    control.ask(Command(wish=Wish.STOP))
    assert control.ending is not None
    assert control.ending.wish is Wish.ABORT


def test_a_question_is_answered_once_by_its_key() -> None:
    control = Control()
    assert not control.request({"do": "answer", "question": "1.1", "answer": "done"})["ok"]  # nobody asked
    answers: list[object] = []
    asking = threading.Thread(target=lambda: answers.append(control.await_answer(QUESTION)))
    asking.start()
    while control.snapshot()["question"] != "1.1":
        WallClock().wait(0.005)
    assert not control.request({"do": "answer", "question": "9.9", "answer": "done"})["ok"]
    assert control.request({"do": "answer", "question": "1.1", "answer": "done", "by": "Wang"})["ok"]
    asking.join(5.0)
    assert [(getattr(each, "answer", ""), getattr(each, "by", "")) for each in answers] == [("done", "Wang")]


def test_a_question_that_nobody_can_answer_ends() -> None:
    with pytest.raises(NobodyThere):
        Control(unattended=0.0).await_answer(QUESTION)
    control = Control()
    assert control.await_answer(QUESTION, within=0.0) is None
    control.request({"do": "abort"})
    assert control.await_answer(QUESTION) is None


def test_a_pause_holds_until_it_is_continued_or_ended() -> None:
    control = Control()
    control.request({"do": "pause"})
    threading.Timer(0.05, control.request, [{"do": "continue"}]).start()
    control.hold()
    control.request({"do": "pause"})
    control.request({"do": "stop"})
    control.hold()
    assert control.snapshot()["paused"]
