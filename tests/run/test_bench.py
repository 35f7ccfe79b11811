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
from labctl.errors import StoreFailed, TransportClosed, TransportTimeout
from labctl.events.kinds import InstrumentOpened, NoteTaken, SafeStateSent
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


def silenced(bench: Bench, simulated: Simulated) -> None:
    """Put 100 V on the bench and lose the wire: the calibrator puts out what it was told, and nobody can ask it."""
    energise(bench)
    simulated.fault("calibrator", "silence", times=1)
    with pytest.raises(TransportTimeout):
        bench.driver("source").check_errors()
    assert simulated.state("calibrator")["energised"]


def test_what_is_reached_again_is_made_safe_before_it_is_prepared(
    bench: Bench, simulated: Simulated, journal: SqliteJournal
) -> None:
    silenced(bench, simulated)
    before = journal.head.n
    bench.recover()
    assert not simulated.state("calibrator")["energised"]
    happened = [each.event for each in journal.read(before)]
    kinds = [type(each).__name__ for each in happened]
    assert kinds.index("InstrumentOpened") < kinds.index("SafeStateSent") < kinds.index("CommandIntended")
    noted = next(each for each in happened if isinstance(each, NoteTaken))
    assert noted.text.en.startswith("calibrator was out of reach, set to 100 V, and is found energised")
    energise(bench)  # as the hooks and the recipe do, from the beginning
    assert simulated.state("calibrator")["energised"]


def test_a_source_that_lost_its_settings_meanwhile_is_told_of(
    bench: Bench, simulated: Simulated, journal: SqliteJournal
) -> None:
    energise(bench)
    simulated.fault("calibrator", "power cycle", on="ERR?", times=1)
    with pytest.raises(TransportClosed):
        bench.driver("source").check_errors()
    bench.recover()
    notes = [each.event.text.en for each in journal.read() if isinstance(each.event, NoteTaken)]
    assert notes == [
        "calibrator was set to 100 V and is found in its safe state: it lost its settings meanwhile",
    ]


def test_a_source_that_stays_out_of_reach_is_not_believed_safe(bench: Bench, simulated: Simulated) -> None:
    silenced(bench, simulated)
    simulated.fault("calibrator", "silence", on="*IDN")
    with pytest.raises(TransportTimeout):
        bench.recover()
    with pytest.raises(TransportTimeout):  # whoever asks for it meets the same, until it answers
        bench.driver("source")


def test_a_source_that_somebody_left_on_is_made_safe_when_it_is_first_opened(
    bench: Bench, simulated: Simulated, journal: SqliteJournal
) -> None:
    somebody = simulated.loopback("calibrator", claim=False)
    somebody.open()
    somebody.write(b"OUT 20 V;OPER\r\n")
    assert simulated.state("calibrator")["energised"]
    bench.driver("source")
    assert not simulated.state("calibrator")["energised"]
    notes = [each.event.text.en for each in journal.read() if isinstance(each.event, NoteTaken)]
    assert "found energised though this run had set nothing" in notes[0]
