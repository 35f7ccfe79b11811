"""The fourteen verbs, each carried out on simulated wires and read back from the journal."""

from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from attrs import evolve

from labctl.events.kinds import (
    AttemptRejected,
    Event,
    IndicationTaken,
    NoteTaken,
    OperatorAnswered,
    OperatorAsked,
    Purpose,
    Question,
)
from labctl.language import Text
from labctl.procedure.run import VERBS
from labctl.records.calibration import Outcome
from labctl.run.control import NobodyThere, refused_answer
from labctl.run.operator import Person, Policy
from labctl.run.verbs import LiveRun, Rejected
from tests.run.inprocess import Session, session

VERBS_METHOD = str(Path(__file__).parent / "methods" / "verbs")


class Knows(Person):
    """A person who knows every answer."""

    def answers(self, question: Question) -> str | None:
        return {"number": "1.25", "choice": "green", "instruction": "done", "barcode": "F-0007\r\n"}[question.kind]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Session:
    made = session(tmp_path_factory.mktemp("verbs"), VERBS_METHOD)
    made.operator = Knows(made.told)
    ended = made.begin()
    assert ended is not None
    assert (ended.outcome, ended.reason.en) == (Outcome.ABORTED, "enough")  # `stop` at the second point
    return made


def taken(events: list[Event], symbol: str, attempt: int = 2) -> list[IndicationTaken]:
    return [
        each
        for each in events
        if isinstance(each, IndicationTaken)
        and (each.place.symbol, each.place.attempt) == (symbol, attempt)
        and each.place.point.startswith("10 V, 1 V")
    ]


def test_a_live_run_has_every_verb() -> None:
    assert all(callable(getattr(LiveRun, verb)) for verb in VERBS)


def test_readings_at_an_interval(run: Session) -> None:
    times = [each.asked_at for each in taken(run.events(), "V_ind")]
    assert [round((b - a).total_seconds(), 3) for a, b in pairwise(times)] == [2.0, 2.0]


def test_a_trace_beside_a_wait(run: Session) -> None:
    trace = taken(run.events(), "V_trace")
    assert 4 <= len(trace) <= 5
    assert {each.place.purpose for each in trace} == {Purpose.RECORD}


def test_a_scan_is_symmetric(run: Session) -> None:
    order = [
        each.place.symbol
        for each in run.events()
        if isinstance(each, IndicationTaken) and each.place.attempt == 2 and each.place.symbol in {"V_first", "V_then"}
    ]
    assert order == ["V_first", *["V_then"] * 4, "V_first"]


def test_questions_and_answers_stand_in_the_journal(run: Session) -> None:
    asked = [each.question.kind for each in run.events() if isinstance(each, OperatorAsked)]
    assert asked[:4] == ["instruction", "number", "choice", "barcode"]
    answers = [each.answer for each in run.events() if isinstance(each, OperatorAnswered)]
    assert answers[:3] == ["done", "1.25", "green"]
    assert answers[3].strip() == "F-0007"


def test_notes_and_enclosures(run: Session) -> None:
    notes = [each.text.en for each in run.events() if isinstance(each, NoteTaken)]
    assert "1.25, green, F-0007" in notes
    assert any(each.startswith("enclosed: points.csv") for each in notes)


def test_a_photograph_that_is_not_there_rejects_the_attempt_and_ends_no_run(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as rejected:
        LiveRun.attach(SimpleNamespace(folder=tmp_path), "plate.jpg")  # type: ignore[arg-type]  # nothing else is asked
    assert rejected.value.reason.en.startswith("plate.jpg cannot be read: ")
    assert rejected.value.reason.zh.startswith("无法读取 plate.jpg")


def test_a_rejected_attempt_is_kept_and_made_again(run: Session) -> None:
    rejected = [each for each in run.events() if isinstance(each, AttemptRejected)]
    assert [each.reason.en for each in rejected] == ["once"]
    assert len(taken(run.events(), "V_ind", attempt=1)) == 3


@pytest.mark.parametrize(
    ("question", "good", "bad"),
    [
        (Question(key="1", kind="number", text=Text("n", zh="数"), unit="V"), "1e-3", "one"),
        (Question(key="1", kind="choice", text=Text("c", zh="选"), choices=(Text("a", zh="甲"),)), "a", "b"),
        (Question(key="1", kind="text", text=Text("t", zh="文")), "words", " "),
        (Question(key="1", kind="barcode", text=Text("b", zh="码")), "F-0007\r", " \n"),
        (Question(key="1", kind="barcode", text=Text("b", zh="码")), "F 0007", "F\x1d7"),
        (Question(key="1", kind="barcode", text=Text("b", zh="码"), choices=(Text("F1", zh="F1"),)), " F1", "F2"),
    ],
)
def test_an_answer_has_to_fit_its_question(question: Question, good: str, bad: str) -> None:
    assert refused_answer(question, good) is None
    refused = refused_answer(question, bad)
    assert refused is not None
    assert refused.zh


def test_on_a_simulated_bench_the_code_that_is_wanted_is_in_hand() -> None:
    wanted = Question(key="1", kind="barcode", text=Text("b", zh="码"), choices=(Text("F1", zh="F1"),))
    assert Policy(inspects=True).answers(wanted) == "F1"
    for policy, question in ((Policy(), wanted), (Policy(inspects=True), evolve(wanted, choices=()))):
        with pytest.raises(NobodyThere):
            policy.answers(question)
