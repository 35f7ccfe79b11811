"""Every fault on every installed instrument: no wrong value is accepted, nobody waits too long, all is left safe.

What counts as right is what the simulator itself composed for the very question, before the wire did anything to it.
"""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labctl import packs
from labctl.errors import InstrumentError
from labctl.instruments.driver import NUMBERED
from labctl.simulation.faults import IDENTITY, NAMES, PHYSICAL, WIRE
from tests.faults.exercise import Subject, calls, models, sources, subject, works

STRIKES = 4  # the fault meets the first, second, third or fourth message of a call
LONGEST = 4 * 3600.0  # simulated seconds of one call: an hourly record, waited for twice


PAIRS = [
    (model, fault)
    for model in models()
    for fault in NAMES
    if (model.partition("/")[0], fault) != ("manual", "unsolicited")  # a person is asked one thing at a time
]


@pytest.mark.parametrize(("model", "fault"), PAIRS)
def test_a_fault_is_noticed_or_does_no_harm(model: str, fault: str) -> None:
    with subject(model) as one:
        working = [name for name, call in calls(one.driver).items() if works(call)]
        one.bring_back()
        for name in working:
            for after in range(STRIKES) if fault in WIRE else range(1):
                struck(one, fault, name, after)
        one.lone.mend()
        assert_usable_and_safe(one, working)


def struck(one: Subject, fault: str, name: str, after: int) -> None:
    """Make a call three times, the fault at its n-th message, and mend what it broke."""
    times = 1 if fault in WIRE else 0
    one.lone.fault(fault, after=after, times=times, rate=0.1)
    for _ in range(3):
        began = one.lone.clock.monotonic()
        try:
            calls(one.driver)[name]()
        except InstrumentError:
            if fault in IDENTITY + PHYSICAL:
                one.lone.mend()
            one.bring_back()
        assert one.lone.clock.monotonic() - began < LONGEST
    one.lone.mend()
    assert not one.wrong()
    assert not one.wire.overdue


def assert_usable_and_safe(one: Subject, working: list[str]) -> None:
    one.driver.make_safe()
    if one.driver.safe is not None:
        one.lone.clock.wait(max(one.driver.safe.takes, 0.5))
    assert not one.energised()
    one.bring_back()
    for name in working:
        assert any(works(calls(one.driver)[name]) for _ in range(3)), name  # a record of the time before may be refused
    assert not one.wrong()
    one.driver.make_safe()
    if one.driver.safe is not None:
        one.lone.clock.wait(max(one.driver.safe.takes, 0.5))
    assert not one.energised()


def numbered(model: str) -> bool:
    """Return whether every real wire of a model has numbered answers, which this loopback has not."""
    return set(packs.simulators().found[model].wires) <= set(NUMBERED)


def attempt(one: Subject, names: list[str]) -> None:
    """Make some calls as an attempt does: they count if all of them succeed and nothing is out of step then."""
    before = len(one.lone.memory.events)
    try:
        for name in names:
            calls(one.driver)[name]()
        one.driver.in_step()
    except InstrumentError:
        del one.lone.memory.events[before:]
        one.bring_back()


@pytest.mark.parametrize("model", [each for each in models() if not each.startswith("manual/")])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.integers(0, 1 << 32), faults=st.lists(st.sampled_from(["late", "duplicate", "truncate"]), max_size=6))
def test_late_doubled_and_cut_answers_at_random_places_never_become_values(
    model: str, chance: int, faults: list[str]
) -> None:
    where = Random(chance)  # noqa: S311  (places, not secrets)
    with subject(model, seed=chance % 7 + 1) as one:
        working = [name for name, call in calls(one.driver).items() if works(call)]
        one.bring_back()
        for each in faults:  # one kind at a time: a copy that comes instead of a lost answer cannot be told from it
            one.lone.mend()
            one.lone.clock.wait(1.0)
            lag = where.uniform(0.3, 40) if each != "duplicate" else where.uniform(0, 0.3) * (not numbered(model))
            one.lone.fault(each, after=where.randrange(8), times=where.randrange(1, 3), seconds=lag)
            attempt(one, where.choices(working, k=4) if working else [])
        assert not one.wrong()
        assert not one.wire.overdue
        one.driver.make_safe()
        one.lone.clock.wait(1.0)
        assert not one.energised()


def test_the_sweep_reaches_what_it_is_for() -> None:
    found = models()
    assert {"fluke/5522A", "keysight/34465A", "vaisala/PTU300"} <= set(found)
    with subject("fluke/5522A") as one:
        assert "source_dc_voltage" in sources(one.driver)
