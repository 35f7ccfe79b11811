"""What a person connected is not asked for again: not for the next section, but whenever somebody was at the bench."""

from collections.abc import Callable
from pathlib import Path

import pytest

from labctl.events.kinds import Event, IndicationTaken, OperatorAsked, Purpose, SafeStateSent, SectionStarted
from labctl.run.control import Control
from tests.run.inprocess import Session, session

METHOD = str(Path(__file__).parent / "methods" / "connections")
WIRED, SHORTED = "dc-voltage.svg", "short.svg"


def asked(run: Session) -> list[str]:
    return [each.question.picture for each in run.events() if isinstance(each, OperatorAsked)]


def at_reading(number: int, act: Callable[[Session], object]) -> Callable[[Session, Event], None]:
    """Return what does something when the n-th reading of a series has been taken."""
    taken = 0

    def look(of: Session, event: Event) -> None:
        nonlocal taken
        if isinstance(event, IndicationTaken) and event.place.purpose is Purpose.OBSERVE:
            taken += 1
            if taken == number:
                act(of)

    return look


def test_a_section_that_needs_what_is_connected_asks_nobody_and_the_source_is_safe_all_the_same(
    tmp_path: Path,
) -> None:
    run = session(tmp_path, METHOD)
    run.begin()
    assert asked(run) == [WIRED, SHORTED, WIRED]
    events = run.events()
    begun = next(n for n, each in enumerate(events) if isinstance(each, SectionStarted) and "Second" in str(each.place))
    first = next(n for n, each in enumerate(events[begun:], begun) if isinstance(each, IndicationTaken))
    assert any(isinstance(each, SafeStateSent) and each.confirmed for each in events[begun:first])


@pytest.mark.parametrize(
    ("reading", "pictures"),
    [
        (2, [WIRED, WIRED, SHORTED, WIRED]),  # taken up within the first section: for it, and not for the second
        (6, [WIRED, WIRED, SHORTED, WIRED]),  # within the second, which had not asked
        (10, [WIRED, SHORTED, SHORTED, WIRED]),
    ],
)
def test_who_takes_a_run_up_is_asked_in_any_case(tmp_path: Path, reading: int, pictures: list[str]) -> None:
    run = session(tmp_path, METHOD)
    run.on_event = at_reading(reading, lambda of: of.control.request({"do": "stop", "by": "Wang"}))
    assert run.begin() is None
    run.control, run.on_event = Control(), lambda _session, _event: None
    assert run.begin() is not None
    assert asked(run) == pictures


def test_after_a_pause_the_next_section_asks(tmp_path: Path) -> None:
    run = session(tmp_path, METHOD)
    pausing = at_reading(2, lambda of: of.control.request({"do": "pause", "by": "Wang"}))

    def look(of: Session, event: Event) -> None:
        pausing(of, event)
        if isinstance(event, SafeStateSent) and of.control.paused:
            of.control.request({"do": "continue", "by": "Wang"})

    run.on_event = look
    assert run.begin() is not None
    assert asked(run) == [WIRED, WIRED, SHORTED, WIRED]
