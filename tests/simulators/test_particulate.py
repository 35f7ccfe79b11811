"""The particulate world: dust in a chamber, through inlets and onto filters, hidden errors told to tests alone."""

import math
from pathlib import Path

import pytest

import labctl_simulators
from labctl.app.simulate import bench_of
from labctl.app.station.reader import read_station
from labctl.errors import InstrumentReported
from labctl.metrology.quantity import Quantity
from labctl.simulation.host import Bench
from labctl_drivers.alicat.mc100slpm import MC100SLPM
from labctl_drivers.generic.aerosol_generator import AerosolGenerator
from labctl_drivers.generic.air_sampler import AirSampler
from labctl_drivers.metone.bam1020 import BAM1020
from labctl_drivers.sartorius.me5f import ME5F
from labctl_drivers.tsi.t5300 import T5300
from labctl_drivers.tsi.t8533 import T8533
from labctl_simulators.worlds.inlet import relative

STATION = read_station(Path(labctl_simulators.__file__).parent / "benches" / "particulate.toml")
HOUR = 3600.0
AIR = Quantity.of(150, "µg/m³")


@pytest.fixture
def bench() -> Bench:
    return bench_of(STATION, seed=11)


def generator(bench: Bench) -> AerosolGenerator:
    driver = AerosolGenerator(bench.loopback("generator"), name="generator", clock=bench.clock)
    driver.wire.open()
    return driver


def settled(bench: Bench, flow: float = 15.0) -> AerosolGenerator:
    """Dust at about 150 µg/m³, five times the mixing time after the generator was switched on."""
    dilution = MC100SLPM(bench.loopback("dilution"), name="dilution", clock=bench.clock)
    dilution.wire.open()
    dilution.set_flow(Quantity.of(flow, "L/min"))
    source = generator(bench)
    source.set_mass_concentration(AIR)
    bench.clock.wait(HOUR)
    return source


def concentration(bench: Bench) -> float:
    return bench.truth("particulate", "concentration")


def test_the_chamber_mixes_in_six_minutes_and_decays_as_fast(bench: Bench) -> None:
    source = settled(bench)
    feed = bench.truth("generator", "feed")
    assert concentration(bench) == pytest.approx(feed, rel=0.06)
    source.stand_by()
    began = concentration(bench)
    bench.clock.wait(360)
    rate = 1 / 360 + 0.3 / 3600
    assert concentration(bench) / began == pytest.approx(math.exp(-rate * 360), rel=0.03)


def test_twice_the_dilution_is_about_half_the_dust(bench: Bench) -> None:
    settled(bench)
    before = concentration(bench)
    dilution = MC100SLPM(bench.loopback("dilution"), name="dilution", clock=bench.clock)
    dilution.wire.open()
    dilution.set_flow(Quantity.of(35, "L/min"))
    bench.clock.wait(HOUR)
    assert concentration(bench) / before == pytest.approx(0.53, abs=0.06)


def test_every_inlet_hangs_at_its_own_place_and_the_fan_makes_them_alike(bench: Bench) -> None:
    settled(bench)

    def spread() -> float:
        places = [
            bench.truth("particulate", f"concentration at {key}") for key in ("bam", "dusttrak", "t640", "sampler")
        ]
        return max(abs(each / concentration(bench) - 1) for each in places)

    stirred = spread()
    assert 0.001 < stirred <= 0.03
    bench.act("fan off")
    assert spread() == pytest.approx(5 * stirred)
    bench.act("fan on")
    assert spread() == pytest.approx(stirred)
    bench.act("zero filter on bam")
    assert bench.truth("particulate", "concentration at bam") == 0.0
    bench.act("zero filter off")
    assert bench.truth("particulate", "concentration at bam") > 100


def test_a_clogged_generator_and_a_leak_thin_the_dust(bench: Bench) -> None:
    settled(bench)
    bench.act("leak")
    bench.clock.wait(HOUR)
    leaking = concentration(bench)
    assert leaking < 0.75 * bench.truth("generator", "feed")
    bench.act("seal")
    bench.act("clog generator")
    bench.clock.wait(HOUR)
    assert concentration(bench) < 0.5 * leaking
    with pytest.raises(LookupError):
        bench.act("kick")


def test_a_beta_monitor_shows_the_hour_but_for_its_hidden_errors(bench: Bench) -> None:
    settled(bench)
    monitor = BAM1020(bench.loopback("bam"), name="bam", clock=bench.clock)
    monitor.wire.open()
    monitor.mass_concentration()
    shown = monitor.mass_concentration().quantity.value_in("µg/m³")
    true = bench.truth("bam", "concentration")
    flow = bench.truth("bam", "flow") / 16.67
    collected = true * flow * relative(2.5 * flow**-0.5)
    assert shown == pytest.approx(collected + bench.truth("bam", "error", at=collected), abs=8.0)
    assert true == pytest.approx(bench.truth("particulate", "mean at bam over 3600"), rel=0.05)
    assert bench.truth("particulate", "flow of bam") == bench.truth("bam", "flow")


def test_wet_dust_looks_heavier_to_a_photometer(bench: Bench) -> None:
    settled(bench)
    monitor = T8533(bench.loopback("dusttrak"), name="dusttrak", clock=bench.clock)
    monitor.wire.open()
    monitor.prepare()
    shown = monitor.mass_concentration().quantity.value_in("µg/m³")
    grown = bench.truth("dusttrak", "concentration") * bench.truth("dusttrak", "growth")
    assert shown == pytest.approx(grown + bench.truth("dusttrak", "error", at=grown), rel=0.03)
    coarse = monitor.mass_concentration_up_to(Quantity.of(10, "µm")).quantity.value_in("µg/m³")
    assert coarse / shown == pytest.approx(relative(10), rel=0.06)


def test_the_audit_standard_tells_the_flow_of_what_it_is_put_on(bench: Bench) -> None:
    audit = T5300(bench.loopback("audit"), name="audit", clock=bench.clock)
    audit.wire.open()
    audit.prepare()
    for key, nominal in (("bam", 16.67), ("dusttrak", 3.0), ("sampler", 16.67)):
        bench.act(f"audit {key}")
        shown = audit.flow().quantity.value
        assert shown == pytest.approx(nominal, rel=0.06)
        assert shown == pytest.approx(bench.truth(key, "flow"), rel=0.02)
    bench.act("end audit")
    assert audit.flow().quantity.value == 0.0


def test_tapes_break_and_inlets_are_covered(bench: Bench) -> None:
    settled(bench)
    monitor = BAM1020(bench.loopback("bam"), name="bam", clock=bench.clock)
    monitor.wire.open()
    monitor.mass_concentration()
    before = bench.truth("bam", "concentration")
    bench.act("gauze on bam")
    monitor.mass_concentration()
    monitor.mass_concentration()
    assert bench.truth("bam", "concentration") == pytest.approx(0.6 * before, rel=0.1)
    bench.act("gauze off bam")
    bench.act("break tape bam")
    bench.clock.wait(600)
    bench.act("mend tape bam")
    with pytest.raises(InstrumentReported, match="alarm T"):
        monitor.mass_concentration()
    bench.act("roll clock back of bam")
    assert bench.truth("particulate", "clock offset of bam") == pytest.approx(-1800)


def weighed(bench: Bench, balance: ME5F, name: str) -> float:
    bench.act(f"put filter {name} on balance")
    shown = balance.stable_mass().quantity.value_in("mg")
    bench.act("clear balance")
    bench.clock.wait(20)
    return shown


def test_a_day_of_sampling_and_two_of_conditioning_give_the_reference_value(bench: Bench) -> None:
    """The gravimetric chain: weigh, sample, condition, weigh; dust over volume is the concentration."""
    balance = ME5F(bench.loopback("balance"), name="balance", clock=bench.clock)
    sampler = AirSampler(bench.loopback("sampler"), name="sampler", clock=bench.clock)
    balance.wire.open()
    sampler.wire.open()
    bench.clock.wait(24 * HOUR)  # conditioning
    before = weighed(bench, balance, "F1")
    blank = weighed(bench, balance, "blank")
    settled(bench)
    bench.act("insert filter F1")
    sampler.start()
    bench.clock.wait(24 * HOUR)
    mean = bench.truth("particulate", "mean at sampler over 86400")
    dust = bench.truth("particulate", "dust on F1")
    volume = sampler.volume_total().quantity.value_in("m³")
    sampler.stop()
    bench.act("take filter out")
    assert bench.truth("particulate", "dust on F1") == pytest.approx(dust, rel=1e-6)
    bench.clock.wait(48 * HOUR)
    gained = weighed(bench, balance, "F1") - before
    drifted = weighed(bench, balance, "blank") - blank
    assert 1000.0 * dust / volume == pytest.approx(mean, rel=0.04)  # flow and cut are a little off
    assert gained - drifted == pytest.approx(bench.truth("particulate", "dust on F1"), rel=0.01)
    assert bench.truth("particulate", "dust on F1") < dust  # some of it was volatile
    assert 1000.0 * (gained - drifted) / volume == pytest.approx(mean, rel=0.08)


def test_the_same_seed_gives_the_same_days_however_often_somebody_looks() -> None:
    def days(looks: int, seed: int) -> list[str]:
        bench = bench_of(STATION, seed=seed)
        generator(bench).set_mass_concentration(AIR)
        bench.act("insert filter F1")
        told: list[str] = []
        for _ in range(6):
            for _ in range(looks):
                bench.clock.wait(4 * HOUR / looks)
                for key in ("bam", "dusttrak", "t640", "sampler"):
                    bench.state(key)
            wire = bench.loopback("bam")
            wire.open()
            wire.write(b"\x1bQ\r")
            told.append(wire.read(b"\r\n", 5.0).decode())
            told.append(f"{concentration(bench):.9g} {bench.truth('particulate', 'mass of F1'):.9g}")
        return told

    assert days(1, seed=4) == days(240, seed=4)
    assert days(1, seed=4) != days(1, seed=5)


def test_what_an_instruction_is_about_fills_the_braces_of_an_action(bench: Bench) -> None:
    """The picture says what is done, the point which filter it is done with."""
    assert bench.operate("weigh-filter.svg", {"filter": "F7", "unit": "bam"})
    bench.clock.wait(30)
    assert bench.truth("balance", "mass") == pytest.approx(145.0, abs=8.1)
    assert bench.operate("insert-filter.svg", {"filter": "F7"})
    assert bench.state("sampler")["filter"] == "F7"
    with pytest.raises(LookupError, match="filter"):
        bench.operate("insert-filter.svg", {"unit": "bam"})


def test_a_clean_filter_is_a_new_one_where_the_old_one_carries_dust(bench: Bench) -> None:
    settled(bench)
    bench.act("take clean filter F1")
    bench.act("put filter F1 on balance")
    clean = bench.truth("particulate", "mass of F1")
    bench.act("take clean filter F1")
    bench.act("put filter F1 on balance")
    assert bench.truth("particulate", "mass of F1") == pytest.approx(clean, abs=0.01)
    bench.act("insert filter F1")
    sampler = AirSampler(bench.loopback("sampler"), name="sampler", clock=bench.clock)
    sampler.wire.open()
    sampler.start()
    bench.clock.wait(HOUR)
    sampler.stop()
    bench.act("take filter out")
    assert bench.truth("particulate", "dust on F1") > 0.1
    bench.act("take clean filter F1")
    bench.act("put filter F1 on balance")
    assert bench.truth("particulate", "dust on F1") == 0.0
    assert abs(bench.truth("particulate", "mass of F1") - clean) > 0.01
