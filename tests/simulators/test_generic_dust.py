"""The simulated generator and sampler by themselves."""

import pytest

from labctl.errors import InstrumentReported
from labctl.metrology.quantity import Quantity
from labctl.simulation.alone import KEY
from labctl.testing import alone
from labctl_drivers.generic.aerosol_generator import AerosolGenerator
from labctl_drivers.generic.air_sampler import AirSampler
from labctl_simulators.generic import air_sampler
from labctl_simulators.worlds.filters import Filter


def test_a_generator_feeds_what_it_is_told_but_for_its_error_and_safe_bytes_end_it() -> None:
    with alone("generic/AEROSOL-GENERATOR", seed=2) as lone:
        generator = lone.driver
        assert isinstance(generator, AerosolGenerator)
        generator.prepare()
        assert lone.truth("feed") == 0.0
        generator.set_mass_concentration(Quantity.of(150, "µg/m³"))
        assert lone.truth("feed") == pytest.approx(150, rel=0.09)
        assert lone.state()["energised"]
        generator.wire.write(b"SOUR:CO")
        generator.make_safe()
        assert not lone.state()["energised"]
        assert lone.truth("feed") == 0.0


def test_a_sampler_without_a_filter_does_not_start() -> None:
    with alone("generic/AIR-SAMPLER") as lone:
        sampler = lone.driver
        assert isinstance(sampler, AirSampler)
        sampler.prepare()
        with pytest.raises(InstrumentReported, match="no filter"):
            sampler.start()


def test_a_power_failure_marks_the_sampling() -> None:
    with alone("generic/AIR-SAMPLER") as lone:
        sampler, simulated = lone.driver, lone.bench.instruments[KEY]
        assert isinstance(sampler, AirSampler)
        assert isinstance(simulated, air_sampler.AirSampler)
        simulated.filter = Filter("F1", 145.0)
        sampler.start()
        lone.clock.wait(3600)
        assert sampler.sampling_time().quantity.value == pytest.approx(3600, abs=1)
        assert sampler.volume_total().quantity.value == pytest.approx(1000.2, abs=0.5)
        simulated.power_cycle()
        sampler.wire.open()
        with pytest.raises(InstrumentReported, match="power failed"):
            sampler.sampling_time()
