"""What an earlier run observed stands in for the next one, each with an engine process of its own, until it expires."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from labctl.app.served import ServedBench
from labctl.app.station import shipped_bench
from labctl.cli import FINE, main
from labctl.events.kinds import Event, IndicationTaken, ResultsAdopted
from labctl.store.journal import open_journal
from labctl.transport.borrowed import BorrowedClock

METHOD = Path(__file__).parent.parent / "run" / "methods" / "in_turn"
VALID = timedelta(minutes=20)
Calibrate = Callable[[], list[Event]]


@pytest.fixture
def bench() -> Iterator[ServedBench]:
    served = ServedBench.start(shipped_bench("batch"))
    yield served
    served.stop()


@pytest.fixture
def method(tmp_path: Path) -> Path:
    """A method whose reference is looked at once in twenty minutes, and one point."""
    own = tmp_path / "method"
    shutil.copytree(METHOD, own, ignore=shutil.ignore_patterns("__pycache__"))
    text = (own / "procedure.py").read_text(encoding="utf-8")
    assert text.count("model=LOOK") == 1
    (own / "procedure.py").write_text(text.replace("model=LOOK", 'model=LOOK, valid_for="20 min"'), encoding="utf-8")
    rows = (own / "points.csv").read_text(encoding="utf-8").splitlines()
    (own / "points.csv").write_text("\n".join(rows[:-1]).replace("20, 60,", "20, 2,"), encoding="utf-8")
    return own


@pytest.fixture
def calibrate(tmp_path: Path, method: Path, bench: ServedBench, capsys: pytest.CaptureFixture[str]) -> Calibrate:
    """Carry a whole run out from the command line, on the same bench each time; return its events."""
    endpoints = tmp_path / "endpoints.json"
    endpoints.write_text(bench.line, encoding="utf-8")

    def carried_out() -> list[Event]:
        asked = ["calibrate", str(method), "--station", "batch", "--unit", "display1", "--endpoints", str(endpoints)]
        status = main(["--data", str(tmp_path / "lab"), *asked, "--yes", "--json"])
        said = capsys.readouterr()
        assert status == FINE, said.err
        with open_journal(Path(json.loads(said.out)["journal"])) as journal:
            return [entry.event for entry in journal.read()]

    return carried_out


def looks(events: list[Event]) -> int:
    """How often the reference was looked at in this run."""
    return sum(isinstance(each, IndicationTaken) and each.place.symbol == "t_r" for each in events)


def test_a_second_run_takes_over_what_is_valid_and_a_third_measures_what_has_expired(
    calibrate: Calibrate, bench: ServedBench
) -> None:
    first = calibrate()
    assert looks(first) == 3
    second = calibrate()
    (taken,) = [each for each in second if isinstance(each, ResultsAdopted)]
    assert (taken.place.section, taken.until - taken.measured) == ("Reference", VALID)
    assert taken.run == getattr(first[0], "run", "")
    assert looks(second) == 0
    clock = BorrowedClock(json.loads(bench.line)["operator"])
    clock.wait(VALID.total_seconds())
    clock.close()
    third = calibrate()
    assert not [each for each in third if isinstance(each, ResultsAdopted)]
    assert looks(third) == 3
