"""A journal's calls give the same events from their bytes, and any other byte is found."""

from datetime import UTC, datetime

import pytest
from attrs import evolve

from labctl.clock import SimulatedClock
from labctl.errors import RecordAltered
from labctl.events.kinds import IndicationTaken, InstrumentOpened, Place, Purpose, SettingMade
from labctl.instruments.driver import Driver
from labctl.instruments.replay import Replay
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.testing import Conversation, Memory
from labctl_drivers.fluke.f5522a import F5522A
from labctl_drivers.keysight.k34465a import K34465A

NO_ERROR = (b"SYST:ERR?\n", b'+0,"No error"\n')


def opened(driver: Driver, identity: Identity) -> InstrumentOpened:
    return InstrumentOpened(
        at=datetime(2026, 1, 5, tzinfo=UTC),
        instrument=driver.name,
        role="unit",
        driver="",
        address="tcp://x",
        identity=identity,
        exchanges=driver.last_exchanges,
    )


@pytest.fixture
def journal() -> tuple[InstrumentOpened, SettingMade, SettingMade, IndicationTaken]:
    memory = Memory()
    with Conversation(
        (b"*IDN?\n", b"Keysight Technologies,34465A,MY1,A.03\n"),
        (b"SENS:VOLT:DC:RANG 10\n", b""), NO_ERROR, (b"SENS:VOLT:DC:RANG?\n", b"+1.0E+01\n"),
        (b"READ?\n", b"+9.99998760E+00\n"),
        (b"CAL:SEC:STAT OFF,AT34465A\n", b""), NO_ERROR, (b"CONF:VOLT:DC 10\n", b""), NO_ERROR,
        (b"CAL:VAL 10\n", b""), NO_ERROR, (b"CAL?\n", b"+0\n"), NO_ERROR, (b"CAL:STOR\n", b""), NO_ERROR,
        (b"CAL:SEC:STAT ON,AT34465A\n", b""), NO_ERROR,
    ) as wire:  # fmt: skip
        meter = K34465A(wire, name="meter", witness=memory, clock=SimulatedClock())
        first = opened(meter, meter.recognise(Identity(manufacturer="Keysight", model="34465A", serial="MY1")))
        meter.set_dc_voltage_range(Quantity.of(10, "V"))
        meter.dc_voltage()
        meter.adjust_dc_voltage(meter.dc_voltage_adjustments()[2])
    place = Place(section="DC voltage", purpose=Purpose.OBSERVE)
    ranged, taken, adjusted = (each for each in memory.events if isinstance(each, SettingMade | IndicationTaken))
    assert isinstance(ranged, SettingMade)
    assert isinstance(taken, IndicationTaken)
    assert isinstance(adjusted, SettingMade)
    return first, ranged, adjusted, evolve(taken, place=place)


def test_every_call_is_made_again(journal: tuple[InstrumentOpened, SettingMade, SettingMade, IndicationTaken]) -> None:
    first, ranged, adjusted, taken = journal
    replay = Replay.of(K34465A, first)
    assert replay.repeat(ranged) == ranged
    assert replay.repeat(taken) == taken  # the range is remembered, so the resolution agrees too
    assert replay.repeat(adjusted) == adjusted  # a record among the arguments is built again


def test_any_difference_is_found(journal: tuple[InstrumentOpened, SettingMade, SettingMade, IndicationTaken]) -> None:
    first, ranged, _, taken = journal
    (exchange,) = taken.exchanges
    other = evolve(exchange, received=b"+9.99998761E+00\n")
    for altered in (
        evolve(taken, exchanges=(other,)),
        evolve(taken, quantity=Quantity.of(9.9999877, "V")),
        evolve(taken, quantity=taken.quantity.to("mV")),
        evolve(taken, resolution=Quantity.of(1, "µV")),
        evolve(taken, method="dc_current"),
        evolve(taken, exchanges=(exchange, exchange)),
        evolve(taken, exchanges=(evolve(exchange, sent=b"FETC?\n"),)),
        evolve(taken, exchanges=(evolve(exchange, received=b"+9.9E+37\n"),)),
    ):
        replay = Replay.of(K34465A, first)
        replay.repeat(ranged)
        with pytest.raises(RecordAltered):
            replay.repeat(altered)
    with pytest.raises(RecordAltered, match="identity"):
        Replay.of(K34465A, evolve(first, identity=evolve(first.identity, serial="MY2")))


def test_waiting_for_the_calibrator_takes_no_time_again() -> None:
    memory = Memory()
    looks = [(b"ISR?\r\n", b"1\r\n")] * 40
    with Conversation(
        (b"*IDN?\r\n", b"FLUKE,5522A,1,2\r\n"),
        (b"OUT 1 V\r\n", b""), (b"ERR?\r\n", b'0,"No Error"\r\n'),
        (b"OUT?\r\n", b"1.000000E+00,V,0E+00,0,0.00E+00\r\n"),
        (b"OPER\r\n", b""), (b"ERR?\r\n", b'0,"No Error"\r\n'), *looks, (b"ISR?\r\n", b"4097\r\n"),
    ) as wire:  # fmt: skip
        source = F5522A(wire, name="source", witness=memory, clock=SimulatedClock())
        first = opened(source, source.identify())
        source.source_dc_voltage(Quantity.of(1, "V"))
    made = memory.events[-1]
    assert isinstance(made, SettingMade)
    assert Replay.of(F5522A, first).repeat(made) == made
