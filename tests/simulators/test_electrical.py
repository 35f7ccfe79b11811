import pytest
from attrs import evolve

from labctl.app.simulate import bench_of
from labctl.app.station import shipped_benches
from labctl.app.station.reader import read_station
from labctl.records.equipment import Characteristic
from labctl.simulation.host import Bench
from labctl_simulators.worlds.electrical import OPEN


def test_the_operator_changes_the_wiring_by_the_picture_of_the_instruction(bench: Bench) -> None:
    calibrator, meter = bench.loopback("calibrator"), bench.loopback("meter")
    calibrator.open()
    meter.open()
    calibrator.write(b"OUT 1 V;OPER;*OPC?\n")
    calibrator.read(b"\n", 30)

    def reading() -> float:
        bench.clock.wait(1)
        meter.write(b"CONF:VOLT:DC 1;:READ?\n")
        return float(meter.read(b"\n", 5))

    assert reading() == pytest.approx(1, abs=1e-3)
    assert bench.operate("short.svg")
    assert reading() == pytest.approx(0, abs=20e-6)
    assert bench.operate("dc-voltage.svg")
    assert reading() == pytest.approx(1, abs=1e-3)
    assert not bench.operate("unknown.svg")
    bench.act("open")
    assert reading() == pytest.approx(OPEN, abs=1e-3)
    with pytest.raises(LookupError):
        bench.act("kick")


# --- the bench with every electrical instrument ---------------------------------------------------------------------


@pytest.fixture
def full() -> Bench:
    return bench_of(read_station(shipped_benches()["electrical"]), seed=9)


def test_passive_standards_are_sources_by_their_names(full: Bench) -> None:
    """The Zener reference: correction -12.4 µV ± 1 µV (k = 2), drift within 2 ppm; the resistor: 31 mΩ, 1 ppm."""
    assert full.truth("electrical", "zener") == pytest.approx(10 - 12.4e-6, abs=20e-6 + 2e-6)
    assert full.truth("electrical", "resistor") == pytest.approx(10e3 + 31e-3, abs=10e-3 + 10e-3)
    wire = full.loopback("transfer")
    wire.open()

    def shown(command: str) -> float:
        full.clock.wait(600)
        wire.write(command.encode() + b"\n")
        return float(wire.read(b"\n", 30))

    full.act("connect zener to transfer")
    assert shown("CONF:VOLT:DC 10;:READ?") == pytest.approx(10, abs=60e-6)
    full.act("connect resistor to transfer four-wire")
    assert shown("CONF:FRES 10E3;:READ?") == pytest.approx(10e3, abs=0.2)
    assert shown("CONF:VOLT:DC 1;:READ?") == pytest.approx(0, abs=20e-6)  # a resistor presents no voltage
    full.act("short transfer")
    assert shown("CONF:FRES 1;:READ?") == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize(
    "action", ["connect nobody", "connect zener to nowhere", "shorten", "rear calibrator", "standby zener", "standby"]
)
def test_what_an_operator_cannot_do_is_refused(full: Bench, action: str) -> None:
    with pytest.raises(LookupError):
        full.act(action)


def test_six_hours_pass_at_once_and_looking_changes_nothing() -> None:
    def story(looks: int) -> list[object]:
        bench = bench_of(read_station(shipped_benches()["electrical"]), seed=9)
        wire = bench.loopback("calibrator")
        wire.open()
        wire.write(b"OUT 10 V;OPER\r\n")
        bench.act("connect calibrator")
        for _ in range(looks):
            bench.clock.wait(6 * 3600.0 / looks)
            bench.state("meter")
        return [bench.truth("meter", "input"), bench.truth("reference", "input"), dict(bench.state("calibrator"))]

    assert story(1) == story(600)


def test_a_meter_that_is_a_standard_errs_as_its_record_says_and_a_unit_as_its_type_allows(full: Bench) -> None:
    """3458A at 10 V: 8 ppm + 0.5 µV; 34401A at 10 V: 35 ppm + 5 ppm of range."""
    assert 0 < abs(full.truth("reference", "error", at=10, range=10)) <= 80.5e-6
    assert 0 < abs(full.truth("second_meter", "error", at=10, range=10)) <= 400e-6
    assert 0 < abs(full.truth("second_meter", "AC voltage error", at=10, range=10)) <= 9e-3
    assert abs(full.truth("calibrator", "DC current output", at=0.1) - 0.1) <= 12.5e-6


def test_a_voltage_with_an_output_resistance_gives_way_to_a_meter_of_ten_megohms() -> None:
    """1 kΩ into 10 MΩ takes 100 ppm of it."""
    station = read_station(shipped_benches()["electrical"])
    soft = Characteristic(name="output resistance", figure="1 kΩ")
    zener = evolve(station.auxiliaries["zener"], characteristics=(soft,))
    bench = bench_of(evolve(station, auxiliaries={**station.auxiliaries, "zener": zener}), seed=9)
    bench.act("connect zener")
    bench.clock.wait(900)
    true, emf = bench.truth("electrical", "zener"), bench.truth("electrical", "thermal EMF")
    hard, weak = bench.truth("reference", "input"), bench.truth("second_meter", "input")
    assert hard == pytest.approx(true / (1 + 1e3 / 10e6) + emf, abs=1e-6)  # on its highest range, 10 MΩ too
    assert weak == pytest.approx(true / (1 + 1e3 / 10e6) + emf, abs=1e-6)
    wire = bench.loopback("reference")
    wire.open()
    wire.write(b"DCV 10\n")
    bench.clock.wait(60)
    assert bench.truth("reference", "input") == pytest.approx(true / (1 + 1e3 / 1e10) + emf, abs=1e-6)
