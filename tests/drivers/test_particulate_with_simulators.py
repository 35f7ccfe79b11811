"""Each instrument of a dust bench: its driver against its simulator, on a loopback and on every wire that it has."""

from collections.abc import Callable
from typing import Final

import pytest

from labctl.errors import InstrumentError, InstrumentReported, TransportError
from labctl.events.kinds import Event, IndicationTaken, SettingMade
from labctl.instruments.driver import Driver
from labctl.instruments.replay import Replay, StandingClock
from labctl.metrology.quantity import Quantity
from labctl.packs import simulators
from labctl.records.equipment import Identity
from labctl.testing import LOOPBACK, LoneInstrument, alone
from labctl.transport.replay import ReplayTransport
from labctl_drivers.alicat.mc100slpm import MC100SLPM
from labctl_drivers.bronkhorst.elflow import ELFlow
from labctl_drivers.generic.aerosol_generator import AerosolGenerator
from labctl_drivers.generic.air_sampler import AirSampler
from labctl_drivers.metone.bam1020 import BAM1020
from labctl_drivers.sartorius.me5f import ME5F
from labctl_drivers.teledyne.t640 import T640
from labctl_drivers.tsi.t5300 import T5300
from labctl_drivers.tsi.t8533 import T8533
from labctl_drivers.vaisala.hmt330 import HMT330
from labctl_drivers.vaisala.hmt330_modbus import HMT330Modbus
from labctl_drivers.vaisala.ptu300 import PTU300

SERIAL: Final = "DUST0042"
EXPECTED: Final = Identity(manufacturer="", model="", serial=SERIAL)


def read_hours(driver: Driver) -> None:
    assert isinstance(driver, BAM1020)
    first, second = driver.mass_concentration(), driver.mass_concentration()
    assert all(abs(each.quantity.value_in("µg/m³")) < 15 for each in (first, second))
    assert (second.taken_at - first.taken_at).total_seconds() == pytest.approx(3600, abs=61)
    assert 0 <= driver.clock_time().quantity.value < 86400


def look_at_dust(driver: Driver) -> None:
    assert isinstance(driver, T8533)
    assert abs(driver.mass_concentration().quantity.value_in("µg/m³")) < 10
    assert abs(driver.mass_concentration_up_to(Quantity.of(10, "µm")).quantity.value_in("µg/m³")) < 10


def look_at_particles(driver: Driver) -> None:
    assert isinstance(driver, T640)
    assert abs(driver.mass_concentration().quantity.value_in("µg/m³")) < 5
    assert driver.flow().quantity.value == pytest.approx(5, abs=0.1)
    assert driver.pressure().quantity.value == pytest.approx(1013, abs=1)
    assert driver.temperature().quantity.value == pytest.approx(20, abs=1)


def control(driver: Driver) -> None:
    assert isinstance(driver, MC100SLPM | ELFlow)
    driver.set_flow(Quantity.of(16.67, "L/min"))
    driver.clock.wait(10)
    assert driver.flow().quantity.value == pytest.approx(16.67, abs=0.25)
    assert not driver.confirm_safe()
    driver.stand_by()
    driver.clock.wait(10)
    assert driver.confirm_safe()


def generate(driver: Driver) -> None:
    assert isinstance(driver, AerosolGenerator)
    driver.set_mass_concentration(Quantity.of(75, "µg/m³"))
    assert not driver.confirm_safe()
    driver.stand_by()
    assert driver.confirm_safe()


def sample(driver: Driver) -> None:
    assert isinstance(driver, AirSampler)
    assert driver.flow().quantity == Quantity.of(0, "L/min")
    with pytest.raises(InstrumentReported):
        driver.start()  # without a filter
    driver.stop()
    assert 0 <= driver.clock_time().quantity.value < 86400


def weigh(driver: Driver) -> None:
    assert isinstance(driver, ME5F)
    driver.set_zero()
    assert abs(driver.stable_mass().quantity.value) < 0.003
    assert abs(driver.mass().quantity.value) < 0.003


def audit(driver: Driver) -> None:
    assert isinstance(driver, T5300)
    assert driver.flow().quantity == Quantity.of(0, "L/min")
    assert driver.temperature().quantity.value == pytest.approx(20, abs=0.5)
    assert driver.pressure().quantity.value == pytest.approx(101.3, abs=0.5)


def feel(driver: Driver) -> None:
    assert isinstance(driver, HMT330 | HMT330Modbus | PTU300)
    assert driver.temperature().quantity.value == pytest.approx(20, abs=0.3)
    assert driver.humidity().quantity.value == pytest.approx(50, abs=1.5)
    driver.check_errors()


WORKS: Final[dict[str, Callable[[Driver], None]]] = {
    "metone/BAM-1020": read_hours,
    "tsi/8533": look_at_dust,
    "teledyne/T640": look_at_particles,
    "alicat/MC-100SLPM": control,
    "bronkhorst/EL-FLOW": control,
    "generic/AEROSOL-GENERATOR": generate,
    "generic/AIR-SAMPLER": sample,
    "sartorius/ME5-F": weigh,
    "tsi/5300": audit,
    "vaisala/PTU300": feel,
    "vaisala/HMT330": feel,
    "vaisala/HMT330-MODBUS": feel,
}
NAMELESS: Final = {"teledyne/T640"}  # cannot tell its serial number


def worked(model: str, wire: str, like: str = "") -> list[Event]:
    with alone(model, wire=wire, like=like, serial=SERIAL, seed=5) as lone:
        identity = lone.driver.recognise(EXPECTED)
        assert identity.serial == ("" if model in NAMELESS else SERIAL)
        lone.driver.prepare()
        WORKS[model](lone.driver)
        return lone.memory.events


def ways() -> list[tuple[str, str]]:
    found = {model: simulators().get(model) for model in WORKS}
    return [(model, wire) for model, kind in found.items() if kind is not None for wire in kind.wires]


@pytest.mark.parametrize(("model", "wire"), ways())
def test_every_wire_gives_the_same_events(model: str, wire: str) -> None:
    events = worked(model, wire)
    assert events
    assert events == worked(model, LOOPBACK, like=wire)


@pytest.mark.parametrize("model", WORKS)
def test_every_call_can_be_replayed(model: str) -> None:
    with alone(model, serial=SERIAL, seed=5) as lone:
        lone.driver.recognise(EXPECTED)
        lone.driver.prepare()
        WORKS[model](lone.driver)
        kind, events = type(lone.driver), lone.memory.events
    clock = StandingClock(lone.clock.now())
    replay = Replay(driver=kind(ReplayTransport(()), name="instrument", clock=clock), clock=clock)
    replay.driver.witness = replay
    made = [each for each in events if isinstance(each, SettingMade | IndicationTaken)]
    assert made
    for event in made:
        assert replay.repeat(event) == event


@pytest.mark.parametrize("model", WORKS)
@pytest.mark.parametrize("fault", ["silence", "late", "truncate", "duplicate", "garble", "reset", "wrong serial"])
def test_a_fault_on_the_wire_is_never_a_value(model: str, fault: str) -> None:
    with alone(model, serial=SERIAL) as lone:
        lone.driver.recognise(EXPECTED)
        lone.driver.prepare()
        lone.fault(fault, after=1, times=1)
        for _ in range(4):
            try:
                lone.driver.recognise(EXPECTED)
                lone.driver.prepare()
                WORKS[model](lone.driver)  # whose values are checked there
                break
            except InstrumentError:
                recovered(lone)
        else:
            pytest.fail("it did not come back")


SHOWN: Final[dict[str, tuple[str, ...]]] = {
    "metone/BAM-1020": ("mass_concentration",),
    "tsi/8533": ("mass_concentration",),
    "teledyne/T640": ("mass_concentration", "flow", "temperature", "humidity", "pressure"),
    "alicat/MC-100SLPM": ("flow",),
    "bronkhorst/EL-FLOW": ("flow",),
    "generic/AIR-SAMPLER": ("flow", "volume_total", "sampling_time"),
    "sartorius/ME5-F": ("mass", "stable_mass"),
    "tsi/5300": ("flow", "temperature", "pressure"),
    "vaisala/PTU300": ("temperature", "humidity", "pressure"),
    "vaisala/HMT330": ("temperature", "humidity"),
    "vaisala/HMT330-MODBUS": ("temperature", "humidity"),
}


@pytest.mark.parametrize(("model", "method"), [(model, each) for model, methods in SHOWN.items() for each in methods])
@pytest.mark.parametrize("fault", ["nan", "overload"])
def test_what_is_no_value_is_no_indication(model: str, method: str, fault: str) -> None:
    with alone(model, serial=SERIAL, seed=5) as lone:
        lone.driver.recognise(EXPECTED)
        lone.driver.prepare()
        lone.fault(fault)
        with pytest.raises(InstrumentError):
            getattr(lone.driver, method)()
        assert not any(isinstance(each, IndicationTaken) for each in lone.memory.events)


def recovered(lone: LoneInstrument) -> None:
    for _ in range(10):
        try:
            lone.driver.recover()
        except (TransportError, InstrumentReported):
            lone.clock.wait(10.0)  # a late answer holds up those after it
        else:
            return
    pytest.fail("it is not in step again")
