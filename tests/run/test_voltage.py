"""More than 42 V comes on the bench only where somebody said so, once a section, and anew after every interruption."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import define, field

from labctl.events.kinds import (
    CommandIntended,
    Event,
    NoteTaken,
    OperatorAnswered,
    OperatorAsked,
    PointFinished,
    Question,
    RunRested,
)
from labctl.metrology.quantity import Quantity
from labctl.records.calibration import Outcome
from labctl.run.control import Control
from labctl.run.operator import Person
from labctl.run.voltage import beyond
from tests.run.inprocess import Session, session

SHORT = str(Path(__file__).parents[1] / "faults" / "methods" / "short")  # 100 V, -100 V, 50 V


@define
class Decided(Person):
    """Somebody who has made up their mind."""

    answer: str = "energise"
    asked: list[Question] = field(factory=list)

    def answers(self, question: Question) -> str | None:
        if question.kind == "instruction":
            return "done"
        self.asked.append(question)
        return self.answer


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Session]:
    made = session(tmp_path, SHORT)
    made.real = True
    yield made
    assert not made.simulated.state("calibrator")["energised"]


def outputs(events: list[Event]) -> list[bytes]:
    return [each.command for each in events if isinstance(each, CommandIntended) and each.command.startswith(b"OUT ")]


def test_it_is_asked_once_for_a_section_before_the_first_byte(run: Session) -> None:
    run.operator = person = Decided()
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    (question,) = person.asked
    assert question.text.en.startswith("calibrator is about to present 100 V, more than 42 V.")
    assert "100 V" in question.text.zh
    events = run.events()
    kinds = [each for each in events if isinstance(each, OperatorAsked | OperatorAnswered | CommandIntended)]
    asked = next(n for n, each in enumerate(kinds) if isinstance(each, OperatorAsked) and each.question == question)
    assert isinstance(kinds[asked + 1], OperatorAnswered)
    assert not outputs(events[: events.index(kinds[asked])])


def test_whoever_does_not_want_it_ends_the_run_with_nothing_energised(run: Session) -> None:
    run.operator = Decided(answer="abort the run")
    ended = run.begin()
    assert ended is not None
    assert (ended.outcome, ended.safe) == (Outcome.ABORTED, True)
    assert not outputs(run.events())


def test_without_anybody_the_run_rests_and_says_what_would_help(run: Session) -> None:
    assert run.begin() is None
    rested = run.events()[-1]
    assert isinstance(rested, RunRested)
    assert "calibrator is about to present 100 V" in rested.reason.en
    assert "--high-voltage" in rested.reason.zh
    assert not outputs(run.events())


def test_what_was_confirmed_beforehand_is_noted_once_a_section(run: Session) -> None:
    run.high_voltage = True
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    notes = [each.text.en for each in run.events() if isinstance(each, NoteTaken)]
    assert [each for each in notes if "confirmed beforehand" in each] == [
        "calibrator presents 100 V, more than 42 V, confirmed beforehand for this section (--high-voltage)"
    ]


def test_a_resumed_run_asks_again(run: Session) -> None:
    run.operator = person = Decided()

    def stop(_: Session, event: Event) -> None:
        if isinstance(event, PointFinished) and len(person.asked) == 1:
            run.control.request({"do": "stop"})

    run.on_event = stop
    assert run.begin() is None
    run.control = Control()
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    assert len(person.asked) == 2


def test_a_simulated_bench_needs_nobody(run: Session) -> None:
    run.real = False
    run.operator = person = Decided()
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    assert not person.asked


@pytest.mark.parametrize(
    ("method", "volts", "hertz", "high"),
    [
        ("source_dc_voltage", 42.0, None, False),
        ("source_dc_voltage", -42.1, None, True),
        ("source_ac_voltage", 29.6, 50.0, False),
        ("source_ac_voltage", 29.8, 50.0, True),  # 42.1 V at its peak
        ("present", 29.8, 1e3, True),
    ],
)
def test_the_limit_is_one_of_peaks(method: str, volts: float, hertz: float | None, *, high: bool) -> None:
    arguments = [Quantity.of(volts, "V")] + ([Quantity.of(hertz, "Hz")] if hertz is not None else [])
    assert (beyond(method, arguments) is not None) is high
