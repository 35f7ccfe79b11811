"""Only a query that changes nothing is asked again, only where nothing can be hidden by it, and the journal says so."""

from pathlib import Path

import pytest

from labctl.app.simulate import bench_of
from labctl.app.station import read_station, simulated_bench
from labctl.errors import TransportTimeout
from labctl.events.codec import decode_event, encode_event
from labctl.events.kinds import Event, InstrumentOpened, QueryRetried, SafeStateSent
from labctl.instruments.driver import Driver
from labctl.instruments.replay import Replay
from labctl.metrology.quantity import Quantity
from labctl.simulation.host import Bench
from labctl.testing import Memory
from labctl_drivers.fluke.f5522a import F5522A
from labctl_drivers.keysight.k34465a import K34465A
from tests.run.inprocess import session

STATION = read_station(simulated_bench())


@pytest.fixture
def bench() -> Bench:
    return bench_of(STATION, seed=1)


@pytest.fixture
def memory() -> Memory:
    return Memory()


def opened(bench: Bench, key: str, memory: Memory, kind: type[Driver]) -> Driver:
    driver = kind(bench.loopback(key), name=key, witness=memory, clock=bench.clock)
    driver.asks_again = True  # as in a run
    driver.wire.open()
    return driver


def retried(memory: Memory) -> list[QueryRetried]:
    return [each for each in memory.events if isinstance(each, QueryRetried)]


@pytest.mark.parametrize("fault", ["silence", "truncate", "late"])
def test_an_identity_that_got_lost_is_asked_for_again(fault: str, bench: Bench, memory: Memory) -> None:
    bench.fault("calibrator", fault, on="*IDN", times=1, seconds=4.0)
    driver = opened(bench, "calibrator", memory, F5522A)
    identity = driver.recognise(STATION.instruments["calibrator"].asset.identity)
    assert identity.serial == "SIM5522001"
    (event,) = retried(memory)
    assert (event.instrument, event.query, event.error) == ("calibrator", b"*IDN?\r\n", "TransportTimeout")
    assert event.exchanges[0].sent == b"*IDN?\r\n"
    assert decode_event(encode_event(event)) == event
    assert [each.received[:5] for each in driver.last_exchanges] == [b"FLUKE"]  # the answer that counted, alone
    replayed = InstrumentOpened(
        at=event.at,
        instrument="calibrator",
        role="source",
        driver="",
        address="",
        identity=identity,
        exchanges=driver.last_exchanges,
    )
    assert Replay.of(F5522A, replayed).driver.name == "calibrator"


def test_it_is_asked_again_once_and_not_for_ever(bench: Bench, memory: Memory) -> None:
    bench.fault("calibrator", "silence", on="*IDN")
    driver = opened(bench, "calibrator", memory, F5522A)
    with pytest.raises(TransportTimeout):
        driver.identify()
    assert not retried(memory)  # its wire did not come back in step
    assert len(driver.last_exchanges) == 2


def test_whether_it_is_safe_can_always_be_asked_again(bench: Bench, memory: Memory) -> None:
    driver = opened(bench, "calibrator", memory, F5522A)
    assert isinstance(driver, F5522A)
    driver.recognise(STATION.instruments["calibrator"].asset.identity)
    driver.prepare()
    driver.source_dc_voltage(Quantity.of(20, "V"))
    driver.make_safe()
    bench.fault("calibrator", "silence", on="OPER?", times=1)
    assert driver.confirm_safe()
    assert [each.method for each in retried(memory)] == ["confirm_safe"]


def test_a_reading_is_never_asked_again(bench: Bench, memory: Memory) -> None:
    driver = opened(bench, "meter", memory, K34465A)
    assert isinstance(driver, K34465A)
    bench.fault("meter", "silence", on="READ?", times=1)
    with pytest.raises(TransportTimeout):
        driver.dc_voltage()
    assert not retried(memory)


def test_nothing_is_asked_again_where_settings_may_be_lost_with_the_answer(bench: Bench, memory: Memory) -> None:
    driver = opened(bench, "meter", memory, K34465A)
    assert isinstance(driver, K34465A)
    driver.recognise(STATION.instruments["meter"].asset.identity)
    driver.prepare()
    bench.fault("meter", "silence", on="SENS:VOLT:DC:RANG?", times=1)
    with pytest.raises(TransportTimeout):
        driver.set_dc_voltage_range(Quantity.of(10, "V"))
    assert not retried(memory)


def test_what_empties_a_queue_is_asked_once(bench: Bench, memory: Memory) -> None:
    driver = opened(bench, "meter", memory, K34465A)
    bench.fault("meter", "silence", on="SYST:ERR", times=1)
    with pytest.raises(TransportTimeout):
        driver.check_errors()
    assert not retried(memory)


def test_a_run_goes_on_over_a_lost_identity_and_its_record_says_so(tmp_path: Path) -> None:
    run = session(tmp_path)
    run.simulated.fault("meter", "silence", on="*IDN", times=1)
    ended: list[Event] = []

    def look(_: object, event: Event) -> None:
        ended.append(event)
        if isinstance(event, QueryRetried):
            run.control.request({"do": "stop"})

    run.on_event = look
    run.begin()
    assert len([each for each in ended if isinstance(each, QueryRetried)]) == 1
    assert all(each.confirmed for each in ended if isinstance(each, SafeStateSent))
