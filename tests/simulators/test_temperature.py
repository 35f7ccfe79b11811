"""The thermometer bench: what stands in one bath agrees, what is done to a sensor shows, six hours take seconds."""

import time
from statistics import fmean, pstdev

import pytest

from labctl.errors import InstrumentError
from labctl.instruments.channel import ResistiveSensor
from labctl.metrology.physics import its90
from labctl.metrology.physics.its90_deviation import Deviation, subrange
from labctl.metrology.quantity import Quantity
from labctl_drivers.fluke.f7341 import F7341
from labctl_drivers.fluke.f9112b import F9112B
from labctl_drivers.manual.thermometer import Thermometer
from labctl_drivers.sensor.thermocouple import Thermocouple
from tests.simulators.thermometers import UNITS, Laboratory

CERTIFIED = Deviation(subrange=subrange(0.0, 419.527), coefficients=(-1.8e-4, -6e-6))


def resistive(laboratory: Laboratory, key: str) -> ResistiveSensor:
    sensor = laboratory.driver(key)
    assert isinstance(sensor, ResistiveSensor)
    return sensor


def soaked(laboratory: Laboratory, celsius: float, hours: float = 2.0) -> None:
    bath = laboratory.driver("bath")
    assert isinstance(bath, F7341)
    bath.set_temperature(Quantity.of(celsius, "°C"))
    laboratory.clock.wait(hours * 3600)


def test_twelve_units_and_the_reference_agree_in_one_soak_within_the_bath_s_gradients() -> None:
    laboratory = Laboratory.within_this_process()
    soaked(laboratory, 100)
    true = {key: laboratory.truth(key) for key in (*UNITS, "sprt")}
    assert max(true.values()) - min(true.values()) < 0.03
    assert fmean(true.values()) == pytest.approx(100, abs=0.05)
    assert len({round(each, 5) for each in true.values()}) > 6  # no two stand at the same place
    for key in UNITS:
        shown = resistive(laboratory, key).resistance()
        assert shown.of == key
        expected = laboratory.truth(key, "resistance", at=laboratory.truth(key))
        assert shown.quantity.value == pytest.approx(expected, abs=0.02)  # self-heating, and the scanner's own error
    errors = [laboratory.truth(key, "error", at=100) for key in UNITS]
    assert 0.02 < pstdev(errors) < 0.35
    assert max(abs(each) for each in errors) < 0.36  # class A at 100 °C


def test_the_reference_tells_the_true_temperature_within_its_record() -> None:
    laboratory = Laboratory.within_this_process(seed=8)
    sprt = resistive(laboratory, "sprt")
    laboratory.bench.act("sprt in cell")
    laboratory.clock.wait(1800)
    in_cell = fmean(sprt.resistance().quantity.value for _ in range(5))
    laboratory.bench.act("sprt in bath")
    soaked(laboratory, 80)
    ratio = sprt.resistance().quantity.value / in_cell
    assert float(CERTIFIED.t(ratio)) == pytest.approx(laboratory.truth("sprt"), abs=0.012)
    assert float(its90.wr(laboratory.truth("sprt"))) == pytest.approx(ratio, rel=1e-3)
    assert sprt.temperature().quantity.value == pytest.approx(laboratory.truth("sprt"), abs=0.02)


def test_the_ice_point_and_the_cell_have_temperatures_of_their_own() -> None:
    laboratory = Laboratory.within_this_process()
    assert laboratory.truth("temperature", "cell") == pytest.approx(0.01, abs=2e-4)
    laboratory.bench.act("units in ice")
    laboratory.clock.wait(3600)
    assert laboratory.truth("unit5") == pytest.approx(laboratory.truth("temperature", "ice"), abs=1e-5)
    assert laboratory.truth("sprt") != laboratory.truth("unit5")
    laboratory.bench.act("all out")
    laboratory.clock.wait(3600)
    assert laboratory.truth("sprt") == laboratory.truth("unit5") == 20


def test_immersion_stirring_and_level_count() -> None:
    laboratory = Laboratory.within_this_process()
    soaked(laboratory, 100)

    def apart() -> float:
        seen = [[laboratory.truth("temperature", f"at {key}") for key in UNITS]]
        for _ in range(30):
            laboratory.clock.wait(10)
            seen.append([laboratory.truth("temperature", f"at {key}") for key in UNITS])
        return fmean(max(each) - min(each) for each in seen)

    stirred = apart()
    laboratory.bench.act("stirrer off")
    laboratory.clock.wait(60)
    assert apart() > 5 * stirred
    laboratory.bench.act("stirrer on")
    for _ in range(2):
        laboratory.bench.act("raise unit1")  # 300 mm become 100 mm
    laboratory.clock.wait(600)
    assert laboratory.truth("unit1") < laboratory.truth("temperature", "at unit1") - 0.2
    before = laboratory.truth("unit1")
    laboratory.bench.act("level low")
    laboratory.clock.wait(600)
    assert laboratory.truth("unit1") < before - 5


def test_a_broken_a_wet_and_a_self_heated_sensor_show_it() -> None:
    laboratory = Laboratory.within_this_process()
    soaked(laboratory, 0, hours=1.5)
    unit, scanner = resistive(laboratory, "unit2"), laboratory.driver("scanner")
    laboratory.bench.act("units in ice")
    laboratory.clock.wait(1200)
    dry = unit.resistance().quantity.value
    scanner.set_current(Quantity.of(1.414, "mA"))  # type: ignore[attr-defined]
    assert 0.0008 < unit.resistance().quantity.value - dry < 0.0016  # 0.1 mW more, 0.03 K/mW
    scanner.set_current(Quantity.of(1, "mA"))  # type: ignore[attr-defined]
    laboratory.bench.act("wet unit2")
    assert dry - unit.resistance().quantity.value == pytest.approx(100**2 / 2e6, rel=0.1)
    laboratory.bench.act("break unit2")
    with pytest.raises(InstrumentError):
        unit.resistance()
    laboratory.bench.act("mend unit2")
    assert unit.resistance().quantity.value == pytest.approx(dry, abs=0.001)
    for action in ("break nobody", "all in space", "kick the bath", "nobody in bath"):
        with pytest.raises(LookupError):
            laboratory.bench.act(action)


def test_a_hunting_controller_an_open_heater_and_a_short_circuit_show() -> None:
    laboratory = Laboratory.within_this_process()
    soaked(laboratory, 60)

    def swing() -> float:
        seen: list[float] = []
        for _ in range(120):
            laboratory.clock.wait(5)
            seen.append(laboratory.truth("bath"))
        return max(seen) - min(seen)

    calm = swing()
    laboratory.bench.act("oscillate bath")
    assert swing() > 10 * calm
    laboratory.bench.act("burn bath")
    laboratory.clock.wait(3600)
    assert laboratory.truth("bath") < 50
    laboratory.bench.act("mend bath")
    laboratory.clock.wait(2 * 3600)
    assert laboratory.truth("bath") == pytest.approx(60, abs=0.1)
    laboratory.bench.act("short unit4")
    assert resistive(laboratory, "unit4").resistance().quantity.value == pytest.approx(0, abs=1e-3)


def test_thermocouples_in_the_furnace_and_their_ways_to_err() -> None:
    laboratory = Laboratory.within_this_process()
    furnace, s, k = (laboratory.driver(each) for each in ("furnace", "tc_s", "tc_k"))
    assert isinstance(furnace, F9112B)
    assert isinstance(s, Thermocouple)
    assert isinstance(k, Thermocouple)
    furnace.set_temperature(Quantity.of(800, "°C"))
    laboratory.clock.wait(3 * 3600)
    true = laboratory.truth("tc_s")
    assert true == pytest.approx(800, abs=3)
    assert s.thermovoltage().quantity.value == pytest.approx(7.345, abs=0.05)  # mV at 800 °C
    assert s.temperature().quantity.value == pytest.approx(true, abs=1.5)
    assert k.thermovoltage().quantity.value == pytest.approx(33.275, abs=0.4)
    laboratory.bench.act("reverse tc_k")
    assert k.thermovoltage().quantity.value < -32
    laboratory.bench.act("mend tc_k")
    before = laboratory.truth("tc_k")
    laboratory.bench.act("raise tc_k")
    laboratory.clock.wait(900)
    assert laboratory.truth("tc_k") < before - 0.3  # nearer to the mouth
    laboratory.clock.wait(60)
    drift = abs(laboratory.truth("tc_s") - true)
    assert drift < 2


def test_a_thermometer_of_glass_is_read_to_a_tenth_of_a_division_and_sticks_when_it_falls() -> None:
    laboratory = Laboratory.within_this_process()
    soaked(laboratory, 60)
    glass = laboratory.driver("glass")
    assert isinstance(glass, Thermometer)
    shown = glass.temperature().quantity.value
    assert shown == pytest.approx(60 + laboratory.truth("glass", "error", at=60), abs=0.06)
    assert round(shown * 100) == pytest.approx(shown * 100, abs=1e-6)
    laboratory.bench.act("break glass")
    assert glass.temperature().quantity.value - shown > 0.5


def test_the_same_seed_gives_the_same_bytes_however_often_somebody_looks() -> None:
    def ran(looks: int) -> list[object]:
        laboratory = Laboratory.within_this_process(seed=11)
        bath = laboratory.driver("bath")
        assert isinstance(bath, F7341)
        bath.set_temperature(Quantity.of(60, "°C"))
        for _ in range(looks):
            laboratory.bench.state("bath")
            laboratory.truth("unit1")
            laboratory.clock.wait(3600 / looks)
        return [resistive(laboratory, key).resistance() for key in ("sprt", "unit1", "thermistor")]

    assert ran(4) == ran(900)
    assert Laboratory.within_this_process(1).truth("unit1", "error", at=0) != Laboratory.within_this_process(2).truth(
        "unit1", "error", at=0
    )


def test_six_hours_of_a_bath_pass_in_seconds() -> None:
    laboratory = Laboratory.within_this_process()
    soaked(laboratory, 0, hours=0)
    began = time.process_time()
    for celsius in (50, 80, 100):
        soaked(laboratory, celsius, hours=2)
    assert time.process_time() - began < 5
    assert laboratory.truth("unit12") == pytest.approx(100, abs=0.1)


def test_six_hours_with_twelve_units_and_the_reference_read_all_the_time_pass_in_seconds() -> None:
    laboratory = Laboratory.within_this_process()
    sensors = [resistive(laboratory, key) for key in ("sprt", *UNITS)]
    soaked(laboratory, 60, hours=0)
    began, until, readings = time.process_time(), laboratory.clock.monotonic() + 6 * 3600, 0
    while laboratory.clock.monotonic() < until:
        for each in sensors:
            each.resistance()
        readings += len(sensors)
    assert readings > 15_000
    assert time.process_time() - began < 30
