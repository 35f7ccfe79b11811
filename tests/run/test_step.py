"""An answer that comes twice is never taken for another one: whatever it may have shifted does not count."""

from pathlib import Path

import pytest

from labctl.events.kinds import AttemptRejected, IndicationTaken, Purpose
from labctl.records.calibration import Outcome
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
