"""Instruments that a person reads: bytes of question and answer, doubts, digits, the eye of a simulated bench."""

import json
from typing import cast

import pytest
from attrs import define, field

from labctl.clock import WallClock
from labctl.errors import ConnectFailed, ReplyError, TransportClosed, WrongIdentity
from labctl.events.kinds import IndicationTaken, SettingMade
from labctl.instruments.driver import Driver
from labctl.instruments.limits import Limit
from labctl.metrology.keyed import folded, keyed
from labctl.metrology.quantity import Quantity
from labctl.packs import drivers
from labctl.records.equipment import Identity
from labctl.testing import Memory, alone
from labctl.transport.connect import open_transport
from labctl.transport.operator import Asked
from labctl_drivers.fluke.f5522a import F5522A
from labctl_drivers.manual.pressure_gauge import PressureGauge
from labctl_drivers.manual.thermometer import Thermometer
from labctl_drivers.manual.voltmeter import Voltmeter

MANUAL = [each for each in drivers().found if each.startswith("manual/")]


@define
class Person:
    """Keys in what was laid down, and remembers what was asked."""

    keys: list[str]
    heard: list[Asked] = field(factory=list[Asked])

    def __call__(self, asked: Asked) -> str:
        self.heard.append(asked)
        return self.keys.pop(0)

    def before(
        self, kind: type[Driver], address: str = "operator:", limits: dict[str, Limit] | None = None
    ) -> tuple[Driver, Memory]:
        memory = Memory()
        wire = open_transport(address, instrument="it", clock=WallClock(), person=self)
        wire.open()
        return kind(wire, name="it", witness=memory, limits=limits), memory


def test_what_was_keyed_in_is_the_reply() -> None:
    person = Person(["20,35"])
    driver, memory = person.before(Thermometer)
    shown = cast("Thermometer", driver).temperature()
    taken = memory.events[0]
    assert isinstance(taken, IndicationTaken)
    assert (shown.quantity, shown.reply) == (Quantity.of(20.35, "°C"), b"20,35\n")
    assert taken.resolution == Quantity.of(0.01, "K")
    assert json.loads(taken.exchanges[0].sent) == {
        "ask": "number",
        "of": "temperature",
        "unit": "°C",
        "en": "it: read the temperature",
        "zh": "it：请读取温度",
    }


def test_an_implausible_reading_is_asked_again_with_the_reason() -> None:
    person = Person(["20350", "2O.3", "20.3"])
    driver, memory = person.before(Thermometer)
    assert cast("Thermometer", driver).temperature().quantity == Quantity.of(20.3, "°C")
    reasons = [each.why.en for each in person.heard if each.why is not None]
    assert "20350 °C lies outside -200 °C … 1800 °C" in reasons[0]
    assert "'2O.3'" in reasons[1]
    assert "读取温度" in person.heard[1].said.zh
    taken = memory.events[0]
    assert isinstance(taken, IndicationTaken)
    assert [each.received for each in taken.exchanges] == [b"20350\n", b"2O.3\n", b"20.3\n"]


def test_what_the_station_holds_impossible_is_no_indication() -> None:
    limits = {"temperature": Limit(low=Quantity.of(0, "°C"), high=Quantity.of(50, "°C"))}
    driver, memory = Person(["235"]).before(Thermometer, limits=limits)
    with pytest.raises(ReplyError, match="within 0 °C … 50 °C"):
        cast("Thermometer", driver).temperature()
    assert not any(isinstance(each, IndicationTaken) for each in memory.events)


def test_five_senseless_answers_are_enough() -> None:
    driver, _ = Person(["?"] * 5).before(Thermometer)
    with pytest.raises(ReplyError, match="plausible"):
        cast("Thermometer", driver).temperature()


def test_two_equal_entries_where_the_address_asks_for_them() -> None:
    person = Person(["101.3", "103.1", "101.3", "101,3"])
    driver, memory = person.before(PressureGauge, "operator:?entries=2&unit=kPa&resolution=0.5")
    assert cast("PressureGauge", driver).pressure().quantity == Quantity.of(101.3, "kPa")
    assert person.heard[2].why is not None
    assert "101.3 and 103.1" in person.heard[2].why.en
    taken = memory.events[0]
    assert isinstance(taken, IndicationTaken)
    assert taken.resolution == Quantity.of(0.5, "kPa")
    assert len(taken.exchanges) == 1


def test_the_unit_of_the_scale_stands_in_the_address() -> None:
    person = Person(["0.25", "250"])
    driver, _ = person.before(PressureGauge)
    assert cast("PressureGauge", driver).pressure().quantity == Quantity.of(250, "kPa")
    assert person.heard[0].unit == "MPa"
    low, _ = person.before(PressureGauge, "operator:?unit=kPa")
    assert cast("PressureGauge", low).pressure().quantity == Quantity.of(0.25, "MPa")
    wrong, _ = person.before(PressureGauge, "operator:?unit=V")
    with pytest.raises(ConnectFailed, match="V is no unit for MPa"):
        cast("PressureGauge", wrong).pressure()


def test_a_pointer_is_tapped_by_a_person_and_journalled() -> None:
    person = Person(["done"])
    driver, memory = person.before(PressureGauge)
    cast("PressureGauge", driver).tap()
    assert person.heard[0].text.en == "it: tap the case lightly"
    assert [type(each).__name__ for each in memory.events][:1] == ["CommandIntended"]


def test_a_range_is_chosen_by_a_person_and_journalled() -> None:
    person = Person(["done"])
    driver, memory = person.before(Voltmeter)
    cast("Voltmeter", driver).set_dc_voltage_range(Quantity.of(10, "V"))
    assert person.heard[0].text.en == "it: choose the range 10 V"
    assert isinstance(memory.events[-1], SettingMade)


def test_full_width_digits_count_and_thousands_do_not() -> None:
    wide = chr(0xFF12) + chr(0xFF10) + chr(0xFF0E) + chr(0xFF13)
    assert (keyed(wide), folded(wide)) == ("20.3", "20.3")
    assert keyed("1,013") == keyed("1 013") == keyed("1,013.25") == ""


@pytest.mark.parametrize("address", ["operator:?entries=9", "operator:?colour=red", "operator://somebody"])
def test_an_address_of_a_person_is_read_strictly(address: str) -> None:
    with pytest.raises(ConnectFailed, match="cannot be set"):
        open_transport(address, instrument="it", clock=WallClock())


def test_without_a_person_nothing_is_opened_and_other_drivers_do_not_speak_to_one() -> None:
    with pytest.raises(ConnectFailed, match="only a person"):
        open_transport("operator:", instrument="it", clock=WallClock()).open()
    driver, _ = Person(["x"]).before(F5522A)
    with pytest.raises(TransportClosed, match="not to a person"):
        driver.identify()


@pytest.mark.parametrize("model", MANUAL)
@pytest.mark.parametrize("wire", ["loopback", "operator"])
def test_a_simulated_eye_answers_every_question(model: str, wire: str) -> None:
    with alone(model, wire=wire, seed=7) as it:
        assert it.driver.recognise(Identity(manufacturer="", model="", serial="SIM0001")).serial == "SIM0001"
        for name in [each for each in vars(type(it.driver)) if each.startswith("reset_")]:
            getattr(it.driver, name)()
        shows = [each for each in SHOWS if hasattr(it.driver, each)]
        assert shows
        for name in shows:
            before = len(it.memory.events)
            shown = getattr(it.driver, name)().quantity
            of = {"stable_mass": "mass", "duration": "time", "volume_total": "volume", "mass_flow": "mass flow"}
            of |= {"dc_voltage": "DC voltage"}
            assert len(it.memory.events) == before + 1
            if "reset_volume_total" not in dir(it.driver):
                assert shown.value == pytest.approx(it.truth(of.get(name, name)), abs=3)


SHOWS = (
    "temperature",
    "humidity",
    "pressure",
    "stable_mass",
    "mass",
    "dc_voltage",
    "flow",
    "mass_flow",
    "volume_total",
    "duration",
    "length",
)


@pytest.mark.parametrize("fault", ["wrong serial", "wrong identity"])
def test_another_instrument_on_the_table_is_noticed(fault: str) -> None:
    with alone("manual/thermometer") as it:
        it.fault(fault)
        with pytest.raises(WrongIdentity):
            it.driver.recognise(Identity(manufacturer="", model="", serial="SIM0001"))


def test_what_cannot_be_read_is_never_a_value() -> None:
    with alone("manual/thermometer") as it:
        it.fault("nan")
        with pytest.raises(ReplyError):
            cast("Thermometer", it.driver).temperature()
