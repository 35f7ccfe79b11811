"""An answer that comes twice is never taken for another one: whatever it may have shifted does not count."""

from pathlib import Path

import pytest

from labctl.events.kinds import AttemptRejected, IndicationTaken, Purpose
from labctl.records.calibration import Outcome
from labctl.records.equipment import Identity
from labctl.testing import alone
from tests.faults.exercise import listen
from tests.run.inprocess import session

SHORT = str(Path(__file__).parents[1] / "faults" / "methods" / "short")


@pytest.mark.parametrize("lag", [0.0, 0.05, 0.2, 0.39])  # seconds after the first; a reading takes 0.4
@pytest.mark.parametrize("after", [0, 2, 14, 22])  # the third and the 23rd are the last readings of their attempts
def test_a_doubled_answer_is_noticed_before_its_attempt_counts(lag: float, after: int, tmp_path: Path) -> None:
    run = session(tmp_path, SHORT)
    ear = listen(run.simulated.instruments["meter"], run.simulated.clock)
    run.simulated.fault("meter", "duplicate", on="READ?", after=after, times=1, seconds=lag)
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    events = run.events()
    rejected = [(each.place.point, each.place.attempt) for each in events if isinstance(each, AttemptRejected)]
    read = [each for each in events if isinstance(each, IndicationTaken) and each.place.purpose is Purpose.OBSERVE]
    counted = [each for each in read if (each.place.point, each.place.attempt) not in rejected]
    assert len(counted) == 3 + 20 + 20
    assert all(ear.truly_said(each) for each in counted)
    assert len(rejected) <= 1
    assert rejected or not lag or all(ear.truly_said(each) for each in read)


def test_what_is_asked_at_the_end_of_an_attempt_leaves_no_trace_in_the_driver() -> None:
    """A replay makes the calls of the journal again, and this is none of them."""
    with alone("tsi/8533", serial="SIM0001") as lone:
        driver = lone.driver
        driver.recognise(Identity(manufacturer="", model="", serial=""))
        driver.prepare()
        getattr(driver, "mass_concentration")()  # noqa: B009  (what it can do, by its name)
        before = dict(vars(driver))
        driver.in_step()
        driver.keep_alive()
        after = dict(vars(driver))
        assert {name for name in before if before[name] != after[name]} <= {"_rests_until", "spoken_at"}
