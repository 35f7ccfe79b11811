"""The desk behind the window: what stands on the bench, and what is left when it closes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from labctl.app.window import Desk
from labctl.errors import EngineFailed
from labctl.transport.borrowed import BorrowedClock


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk.open(data=tmp_path, station=None, real_time=False)
    yield made
    made.close()
    assert made.bench is not None
    assert not made.bench.alive


def test_a_look_asks_every_instrument_who_it_is(desk: Desk) -> None:
    look = desk.look()
    assert look.simulated
    assert [each.key for each in look.seen if each.failure is not None] == []
    assert {each.key for each in look.seen if each.identity is not None} == {"calibrator", "meter", "room"}
    seen = {each.key: each for each in look.seen}
    assert seen["calibrator"].state.en == "output off"
    assert [each.quantity.unit.symbol for each in seen["room"].indications] == ["°C", "%"]
    assert seen["meter"].is_unit
    assert desk.picture("short.svg").startswith(b"<")


def test_another_instrument_at_the_address_is_told_with_its_reason(desk: Desk) -> None:
    assert desk.bench is not None
    door = BorrowedClock(json.loads(desk.bench.line)["operator"])
    try:
        door.ask({"do": "fault", "instrument": "meter", "fault": "wrong serial"})
    finally:
        door.close()
    meter = next(each for each in desk.look().seen if each.key == "meter")
    assert meter.failure is not None
    assert f"{meter.expected.serial}9" in meter.failure.en
    assert meter.identity is None


def test_an_abort_before_the_engine_is_there_keeps_it_from_starting(desk: Desk) -> None:
    desk.expect_engine()
    desk.ask("abort")
    with pytest.raises(EngineFailed, match="aborted before"):
        desk.start()
    assert desk.folder.known_runs() == ()
    assert not desk.is_working()
