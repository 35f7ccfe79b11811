"""The engine's loops: attempts, hooks, wishes of people and resuming, on the real procedure and simulated wires."""

from hashlib import sha256
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from labctl.app.procedures import find_procedure
from labctl.events.kinds import (
    AttemptRejected,
    CommandReceived,
    EngineStarted,
    Event,
    HookFinished,
    IndicationTaken,
    NoteTaken,
    OperatorAnswered,
    OperatorAsked,
    PointFinished,
    PointSkipped,
    Purpose,
    RepetitionStarted,
    RunContinued,
    RunInterrupted,
    RunPaused,
    RunRested,
    RunStarted,
    SafeStateSent,
    SettingMade,
    TranscriptSealed,
)
from labctl.procedure.evaluate import evaluate_run
from labctl.procedure.plan import AS_LEFT
from labctl.records.calibration import Outcome
from labctl.run.control import Control
from labctl.run.operator import Person
from labctl.store.journal import open_journal
from tests.run.inprocess import Session, session

SHORT = str(Path(__file__).parent.parent / "faults" / "methods" / "short")

LEADS = "the leads were touched"


def names(events: list[Event], kind: type[PointFinished] | type[PointSkipped]) -> list[str]:
    return [each.place.point for each in events if isinstance(each, kind)]


def test_a_whole_run(tmp_path: Path) -> None:
    run = session(tmp_path)
    ended = run.begin()
    assert ended is not None
    assert (ended.outcome, ended.safe) == (Outcome.FINISHED, True)
    events = run.events()
    started = events[0]
    assert isinstance(started, RunStarted)
    planned = [point.key for section in started.plan for point in section.points]
    assert names(events, PointFinished) == planned
    assert len(planned) >= 14
    sealed = [each for each in events if isinstance(each, TranscriptSealed)]
    transcript = (tmp_path / "run.transcript").read_bytes()
    assert sha256(transcript[: sealed[-1].length]).hexdigest() == sealed[-1].digest
    assert len(sealed) >= len(planned)
    with open_journal(tmp_path / "run.sqlite") as journal:
        record = evaluate_run(find_procedure("dmm-dc-voltage"), journal.read())
    live = [each.result for each in events if isinstance(each, PointFinished)]
    assert [point for section in record.sections for point in section.points] == live


def test_every_reading_is_durable_before_the_next_command(tmp_path: Path) -> None:
    """What the journal holds when an event rings is everything up to that event."""
    heard: list[int] = []
    run = session(tmp_path, SHORT)
    run.on_event = lambda of, _event: heard.append(len(of.events()))
    run.begin()
    assert heard == list(range(1, len(heard) + 1))


def test_a_source_is_safe_before_a_person_touches_anything(tmp_path: Path) -> None:
    run = session(tmp_path)
    safe: list[bool] = []

    def look(of: Session, event: Event) -> None:
        if isinstance(event, OperatorAsked):
            safe.append(not of.simulated.state("calibrator")["energised"])

    run.on_event = look
    run.begin()
    assert safe == [True, True]


def test_hooks_run_when_their_column_changes(tmp_path: Path) -> None:
    run = session(tmp_path)
    run.begin()
    ranges = [each for each in run.events() if isinstance(each, HookFinished) and each.column == "range"]
    assert len(ranges) == 5  # one for each range of the meter, though the points are fourteen


def when(run: Session, wish: dict[str, object], *, reading: int) -> None:
    """Ask for something when the n-th observed reading has been taken."""
    counted = 0

    def look(of: Session, event: Event) -> None:
        nonlocal counted
        if isinstance(event, IndicationTaken) and event.place.purpose is Purpose.OBSERVE:
            counted += 1
            if counted == reading:
                assert of.control.request(wish)["ok"]

    run.on_event = look


def test_a_point_is_made_again_on_request_and_both_attempts_stay(tmp_path: Path) -> None:
    run = session(tmp_path, SHORT)
    when(run, {"do": "retry", "by": "Wang", "reason": LEADS}, reading=5)  # within the second point
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    events = run.events()
    rejected = [each for each in events if isinstance(each, AttemptRejected)]
    assert [(each.place.attempt, each.by, each.reason.en) for each in rejected] == [(1, "Wang", LEADS)]
    results = {each.result.point: each.result for each in events if isinstance(each, PointFinished) and each.result}
    assert [(each.attempts, each.reported) for each in results.values()] == [(1, (1,)), (2, (2,)), (1, (1,))]
    assert [each.command for each in events if isinstance(each, CommandReceived)] == ["retry"]


@pytest.mark.parametrize("what", ["retry", "skip"])
def test_without_a_reason_no_point_is_left_out_or_made_again(tmp_path: Path, what: str) -> None:
    run = session(tmp_path, SHORT)
    refused: list[dict[str, object]] = []

    def look(of: Session, event: Event) -> None:
        if isinstance(event, PointFinished) and not refused:
            refused.append(of.control.request({"do": what, "by": "Wang", "reason": " "}))

    run.on_event = look
    run.begin()
    assert not refused[0]["ok"]
    assert "reason" in str(refused[0]["en"])
    assert not [each for each in run.events() if isinstance(each, AttemptRejected | PointSkipped | CommandReceived)]


def test_the_certificate_says_which_point_was_made_again_and_why(tmp_path: Path) -> None:
    run = session(tmp_path, SHORT)
    when(run, {"do": "retry", "by": "Wang", "reason": LEADS, "point": "100 V, 100 V"}, reading=10)
    run.begin()
    with open_journal(tmp_path / "run.sqlite") as journal:
        notes = [each.en for each in evaluate_run(find_procedure(SHORT), journal.read()).notes]
    assert [each for each in notes if LEADS in each] == [
        f"DC voltage, 100 V, 100 V: measured again ({LEADS}); the last measurement is reported, the record keeps all"
    ]


def test_a_finished_point_is_made_again_on_request(tmp_path: Path) -> None:
    run = session(tmp_path, SHORT)
    when(run, {"do": "retry", "by": "Wang", "reason": LEADS, "point": "100 V, 100 V"}, reading=10)
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    finished = names(run.events(), PointFinished)
    assert finished == ["100 V, 100 V", "100 V, 100 V", "100 V, -100 V", "100 V, 50 V"]


def test_a_point_is_left_out_with_a_reason(tmp_path: Path) -> None:
    run = session(tmp_path, SHORT)
    when(run, {"do": "skip", "by": "Wang", "reason": "the order does not need it"}, reading=5)
    assert not run.control.request({"do": "skip", "by": "Wang"})["ok"]  # without a reason
    ended = run.begin()
    assert ended is not None
    skipped = [each for each in run.events() if isinstance(each, PointSkipped)]
    assert [(each.by, each.reason.en) for each in skipped] == [("Wang", "the order does not need it")]
    assert len(names(run.events(), PointFinished)) == 2


def test_abort_leaves_a_safe_bench_and_no_more_readings(tmp_path: Path) -> None:
    run = session(tmp_path, SHORT)
    when(run, {"do": "abort", "by": "Wang"}, reading=5)
    ended = run.begin()
    assert ended is not None
    assert (ended.outcome, ended.safe) == (Outcome.ABORTED, True)
    assert "Wang" in ended.reason.en
    taken = [each for each in run.events() if isinstance(each, IndicationTaken)]
    assert sum(each.place.purpose is Purpose.OBSERVE for each in taken) == 5
    assert not run.simulated.state("calibrator")["energised"]


def test_a_run_put_to_rest_is_taken_up_at_the_next_point(tmp_path: Path) -> None:
    run = session(tmp_path, SHORT)
    when(run, {"do": "stop", "by": "Wang"}, reading=5)
    assert run.begin() is None
    assert isinstance(run.events()[-1], RunRested)
    run.control, run.on_event = Control(), lambda _session, _event: None
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    events = run.events()
    assert names(events, PointFinished) == ["100 V, 100 V", "100 V, -100 V", "100 V, 50 V"]
    assert [each.epoch for each in events if isinstance(each, EngineStarted)] == [1, 2]
    assert not any(isinstance(each, RunInterrupted) for each in events)  # it ended on purpose
    hooks = [each.hook for each in events if isinstance(each, HookFinished)]
    assert hooks == ["connect", "connect"]  # resuming is the hooks again
    again = [each.place.attempt for each in events if isinstance(each, RepetitionStarted)]
    assert again == [1, 1, 2, 1]


def test_a_paused_run_holds_with_its_sources_safe(tmp_path: Path) -> None:
    run = session(tmp_path, SHORT)
    safe: list[bool] = []
    when(run, {"do": "pause", "by": "Wang"}, reading=3)
    pausing = run.on_event

    def look(of: Session, event: Event) -> None:
        pausing(of, event)
        if isinstance(event, SafeStateSent) and of.control.paused:
            safe.append(not of.simulated.state("calibrator")["energised"])
            of.control.request({"do": "continue", "by": "Wang"})

    run.on_event = look
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    assert safe == [True]
    kinds = [type(each) for each in run.events()]
    assert kinds.index(RunPaused) < kinds.index(RunContinued)


@pytest.mark.parametrize(
    ("answer", "outcome"), [("skip the point", Outcome.FINISHED), ("abort the run", Outcome.ABORTED)]
)
def test_after_three_failures_a_person_decides(tmp_path: Path, answer: str, outcome: Outcome) -> None:
    run = session(tmp_path, SHORT)
    run.simulated.fault("meter", "overload", on="READ?", after=3, times=3)
    run.operator = Decides(run, answer)
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is outcome
    events = run.events()
    asked = [each.question for each in events if isinstance(each, OperatorAsked) and each.question.kind == "choice"]
    assert len(asked) == 1
    assert "overload" in asked[0].text.en
    assert sum(isinstance(each, AttemptRejected) for each in events) == 3
    assert len(names(events, PointSkipped)) == (answer == "skip the point")


class Decides(Person):
    """A person who answers every choice in the same way."""

    def __init__(self, run: Session, answer: str) -> None:
        super().__init__(run.told)
        self.answer = answer

    def answers(self, question: object) -> str | None:
        return self.answer if getattr(question, "kind", "") == "choice" else "done"


def test_an_unattended_engine_rests_when_it_needs_a_person(tmp_path: Path) -> None:
    run = session(tmp_path, SHORT)
    run.operator, run.control = Person(run.told), Control(unattended=0.0)
    assert run.begin() is None
    rested = run.events()[-1]
    assert isinstance(rested, RunRested)
    assert rested.safe


def test_an_instruction_that_is_declined_rejects_the_attempt(tmp_path: Path) -> None:
    run = session(tmp_path, SHORT)
    given: list[str] = []

    class Reluctant(Person):
        def answers(self, question: object) -> str | None:
            del question
            given.append("declined" if not given else "done")
            return given[-1]

    run.operator = Reluctant(run.told)
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    assert sum(isinstance(each, AttemptRejected) for each in run.events()) == 1
    assert [each.answer for each in run.events() if isinstance(each, OperatorAnswered)] == ["declined", "done"]


def test_surroundings_beyond_the_method_are_noted_once(tmp_path: Path) -> None:
    run = session(tmp_path)
    run.simulated.fault("room", "drift", rate=0.05)
    ended = run.begin()
    assert ended is not None
    notes = [each.text.en for each in run.events() if isinstance(each, NoteTaken)]
    assert sum("temperature" in each for each in notes) == 1


def test_an_adjustment_is_offered_and_the_unit_measured_again(tmp_path: Path) -> None:
    run = session(tmp_path)
    run.adjust = True
    run.operator = Decides(run, "adjust")
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    events = run.events()
    left = [each for each in events if isinstance(each, PointFinished) and each.place.phase == AS_LEFT]
    found = [each for each in events if isinstance(each, PointFinished) and each.place.phase != AS_LEFT]
    assert len(left) == len(found)
    assert any(isinstance(each, SettingMade) and each.method == "adjust_dc_voltage" for each in events)


@pytest.mark.parametrize(("answer", "outcome"), [("try again", Outcome.FINISHED), ("abort the run", Outcome.ABORTED)])
def test_an_adjustment_that_does_not_come_to_its_end_is_decided_by_a_person(
    tmp_path: Path, answer: str, outcome: Outcome
) -> None:
    folder = tmp_path / "method"
    copytree(find_procedure("dmm-dc-voltage").folder, folder, ignore=ignore_patterns("__pycache__"))
    text = (folder / "procedure.py").read_text("utf-8")
    steps = "    for step in unit.dc_voltage_adjustments():\n"
    assert text.count(steps) == 1
    ask = '    if run.ask("Locked?", choices=("free", "locked")) == "locked":\n'
    once = ask + '        run.reject(Text("still locked", zh="仍被锁定"))\n'
    (folder / "procedure.py").write_text(text.replace(steps, once + steps), "utf-8")
    run = session(tmp_path, str(folder))
    found = ["locked", "free"]

    class Minded(Person):
        def answers(self, question: object) -> str | None:
            choices = [each.en for each in getattr(question, "choices", ())]
            if "locked" in choices:
                return found.pop(0)
            return "done" if not choices else answer if answer in choices else choices[0]

    run.adjust, run.operator = True, Minded(run.told)
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is outcome
    assert [each.text.en for each in run.events() if isinstance(each, NoteTaken)].count("still locked") == 1


def test_a_line_of_a_method_that_fails_in_a_run_alone_is_told_with_its_number(tmp_path: Path) -> None:
    folder = tmp_path / "method"
    copytree(SHORT, folder, ignore=ignore_patterns("__pycache__"))
    lines = (folder / "procedure.py").read_text("utf-8").splitlines()
    number = next(n for n, each in enumerate(lines) if "run.apply(" in each)
    lines.insert(number, '    {"StandIn": 0}[type(source).__name__]')
    (folder / "procedure.py").write_text("\n".join(lines) + "\n", "utf-8")
    ended = session(tmp_path, str(folder)).begin()
    assert ended is not None
    assert (ended.outcome, ended.safe) == (Outcome.FAILED, True)
    assert ended.reason.en.startswith(f"procedure.py, line {number + 1}: KeyError: ")


def test_a_wish_in_place_of_an_answer_is_obeyed(tmp_path: Path) -> None:
    """Asked about a failing point, a person presses the button of another one instead of answering."""
    run = session(tmp_path, SHORT)
    run.simulated.fault("meter", "overload", on="READ?", after=5, times=3)

    class Presses(Person):
        def answers(self, question: object) -> str | None:
            if getattr(question, "kind", "") == "choice":
                assert run.control.request({"do": "retry", "by": "Wang", "reason": LEADS, "point": "100 V, 100 V"})[
                    "ok"
                ]
                return None
            return "done"

    run.operator = Presses(run.told)
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    assert names(run.events(), PointFinished) == ["100 V, 100 V", "100 V, 100 V", "100 V, -100 V", "100 V, 50 V"]


def test_a_wish_while_the_room_is_read_is_obeyed(tmp_path: Path) -> None:
    """The last reading of the room is over when a person wants the first point again: the run goes back to it."""
    run = session(tmp_path, SHORT)
    asked = False

    def look(of: Session, event: Event) -> None:
        nonlocal asked
        last = len(names(of.events(), PointFinished)) == 3
        if last and isinstance(event, IndicationTaken) and event.place.purpose is Purpose.CONDITION and not asked:
            asked = of.control.request({
                "do": "retry", "reason": LEADS, "phase": "as found", "section": "DC voltage", "point": "100 V, 100 V",
            })["ok"] is True  # fmt: skip

    run.on_event = look
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    assert names(run.events(), PointFinished)[-1] == "100 V, 100 V"
    assert len(names(run.events(), PointFinished)) == 4


def test_a_point_that_was_left_out_can_be_taken_up_again(tmp_path: Path) -> None:
    run = session(tmp_path, SHORT)
    when(run, {"do": "skip", "by": "Wang", "reason": "by mistake"}, reading=5)
    skipping = run.on_event
    wanted: dict[str, object] = {
        "do": "retry",
        "reason": LEADS,
        "phase": "as found",
        "section": "DC voltage",
        "point": "100 V, -100 V",
    }

    def look(of: Session, event: Event) -> None:
        skipping(of, event)
        if isinstance(event, PointSkipped):
            assert of.control.request(wanted)["ok"]

    run.on_event = look
    ended = run.begin()
    assert ended is not None
    assert names(run.events(), PointFinished) == ["100 V, 100 V", "100 V, -100 V", "100 V, 50 V"]
