"""The bench counts more than its record: safe bytes leave whatever the disk says."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from labctl.app.casting import fill
from labctl.app.job import Job
from labctl.app.procedures import find_procedure
from labctl.app.simulate import bench_of
from labctl.app.station import read_station, simulated_bench
from labctl.errors import StoreFailed
from labctl.events.kinds import InstrumentOpened, SafeStateSent
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.run.bench import Bench
from labctl.run.clock import RunClock
from labctl.run.scribe import Scribe
from labctl.simulation.host import Bench as Simulated
from labctl.store.journal import SqliteJournal
from labctl.transport.transcript import Transcript


@pytest.fixture
def simulated() -> Simulated:
    return bench_of(read_station(simulated_bench()), seed=1)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with SqliteJournal(tmp_path / "run.sqlite", "run", durable=False) as made:
        yield made


@pytest.fixture
def bench(simulated: Simulated, journal: SqliteJournal, tmp_path: Path) -> Iterator[Bench]:
    job = Job(run="run", data=str(tmp_path), station="", procedure="dmm-dc-voltage", by="tests")
    seats = fill(find_procedure("dmm-dc-voltage"), read_station(simulated_bench()), job).seats
    transcript = Transcript(tmp_path / "run.transcript", simulated.clock)
    scribe = Scribe(journal, transcript, simulated.clock)
    clock = RunClock(simulated.clock, threading.Event())
    made = Bench(seats, scribe, clock, lambda seat: simulated.loopback(seat.instrument, transcript=transcript))
    yield made
    made.close()
    transcript.close()


def energise(bench: Bench) -> None:
    driver = bench.driver("source")
    getattr(driver, "source_dc_voltage")(Quantity.of(100.0, "V"))  # noqa: B009  (a role's ability, by its name)


def test_a_role_is_opened_once_and_recognised(bench: Bench, journal: SqliteJournal) -> None:
    assert bench.driver("source") is bench.driver("source")
    opened = [each.event for each in journal.read() if isinstance(each.event, InstrumentOpened)]
    assert [(each.role, each.identity.serial) for each in opened] == [("source", "SIM5522001")]
    assert opened[0].exchanges


def test_the_safe_state_is_sent_confirmed_and_recorded(
    bench: Bench, simulated: Simulated, journal: SqliteJournal
) -> None:
    energise(bench)
    assert simulated.state("calibrator")["energised"]
    assert bench.make_safe()
    assert not simulated.state("calibrator")["energised"]
    sent = [each.event for each in journal.read() if isinstance(each.event, SafeStateSent)]
    assert [each.confirmed for each in sent] == [True]
    assert b"STBY" in b"".join(each.sent for each in sent[0].exchanges)


def test_no_disk_stands_between_the_bench_and_its_safe_bytes(
    bench: Bench, simulated: Simulated, journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    energise(bench)
    simulated.clock.wait(10.0)  # so that the transcript wants to write

    def refuse(*_: object) -> NoReturn:
        raise StoreFailed(record="disk", problem=Text("is full", zh="已满"))

    monkeypatch.setattr(Transcript, "_flush", refuse)
    monkeypatch.setattr(journal, "append", refuse)
    bench.make_safe()
    assert not simulated.state("calibrator")["energised"]
    monkeypatch.undo()


def test_a_poisoned_wire_is_opened_anew_for_the_safe_bytes(bench: Bench, simulated: Simulated) -> None:
    energise(bench)
    simulated.fault("calibrator", "silence")
    driver = bench.driver("source")
    with pytest.raises(Exception, match="no complete answer"):
        driver.check_errors()
    assert driver.wire.poisoned
    assert not bench.make_safe()  # it cannot say so
    assert not simulated.state("calibrator")["energised"]
