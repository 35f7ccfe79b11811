"""Abort is one click: whatever the run is doing, the calibrator is in standby within two seconds."""

import sys
from collections.abc import Callable

import pytest

from labctl.events.kinds import IndicationTaken, RunFinished, SettingMade
from labctl.records.calibration import Outcome
from labctl_gui.presenters.state import Stage
from tests.gui.desk import CLOCK, Room, Seat

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the simulated calibrator is on a pty")
LIMIT = 2.0


def settling(seat: Seat) -> None:
    to_voltage(seat)
    seat.until(lambda: seat.stage is Stage.SETTLING and seat.energised())


def measuring(seat: Seat) -> None:
    to_voltage(seat)
    seat.until(lambda: seat.stage is Stage.MEASURING and bool(seat.window.run.trace.dots) and seat.energised())


def hung(seat: Seat) -> None:
    """The meter is asked and says nothing, for as long as its driver has patience."""
    measuring(seat)
    seat.ask_world(do="fault", instrument="meter", fault="silence", times=1000)
    last, since = readings(seat), CLOCK.monotonic()

    def silent() -> bool:
        nonlocal last, since
        if (now := readings(seat)) != last:
            last, since = now, CLOCK.monotonic()
        return CLOCK.monotonic() > since + 1.0  # longer than any reading takes

    seat.until(silent)
    assert seat.energised()


def paused(seat: Seat) -> None:
    settling(seat)
    seat.click(seat.window.pause)
    seat.until(lambda: seat.stage is Stage.PAUSED, 60.0)


def waiting(seat: Seat) -> None:
    to_card(seat)


@pytest.mark.parametrize("state", [waiting, settling, measuring, hung, paused])
def test_the_bench_is_safe_within_two_seconds(room: Room, state: Callable[[Seat], None]) -> None:
    seat = room.open(real_time=True)
    state(seat)
    began = CLOCK.monotonic()
    seat.click(seat.window.abort)
    seat.until(lambda: not seat.energised(), LIMIT)
    seat.until(lambda: seat.stage in {Stage.ABORTED, Stage.INTERRUPTED}, LIMIT + 1.0)
    took = CLOCK.monotonic() - began
    print(f"{state.__name__}: over after {took:.2f} s, {seat.stage}, {seat.window.message.text()}")  # noqa: T201
    if seat.stage is Stage.ABORTED:
        assert [each.outcome for each in seat.events() if isinstance(each, RunFinished)] == [Outcome.ABORTED]
    assert not seat.energised()
    assert seat.window.start.isEnabled()


def test_abort_while_the_engine_comes_up(room: Room) -> None:
    seat = room.open(real_time=True)
    seat.start()
    seat.click(seat.window.abort)
    seat.until(lambda: seat.stage in {Stage.ABORTED, Stage.IDLE})
    assert not seat.energised()
    made = [each for each in (seat.events() if seat.desk.handle else []) if isinstance(each, SettingMade)]
    assert all(each.quantity is None for each in made)  # reset, at most: nothing was put out


def readings(seat: Seat) -> int:
    return sum(isinstance(each, IndicationTaken) for each in seat.events())


def to_voltage(seat: Seat) -> None:
    """Start, leave the zeros out, and connect the calibrator."""
    to_card(seat)
    seat.confirm()
    seat.until(seat.energised, 60.0)


def to_card(seat: Seat) -> None:
    """Start, leave the zeros out, and stand before the calibrator's terminals."""
    seat.start()
    seat.card("Short-circuit")
    for point in seat.window.run.plan[0].points:
        section = seat.window.run.plan[0]
        seat.desk.ask("skip", reason="not needed here", phase=section.phase, section=section.section, point=point.key)
    seat.card("NORMAL")
