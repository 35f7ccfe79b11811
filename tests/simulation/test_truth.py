"""Hidden errors are drawn as the records say: within their limits, everywhere, whatever the seed."""

from datetime import date

import pytest

from labctl.app.simulate import bench_of
from labctl.app.station.endpoints import simulated_station
from labctl.clock import SimulatedClock
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Asset, Basis, CertificateOfStandard, CorrectionPoint, Identity
from labctl.simulation.truth import Errorless, half_width, of_standard
from labctl.simulation.world import World

STATION = simulated_station()
TRIALS = 200


def test_a_standard_is_within_its_specification_and_uses_all_of_it() -> None:
    for volts, limit in ((10.0, 140e-6), (-0.1, 3e-6), (1000.0, 19.5e-3)):
        errors = [
            bench_of(STATION, seed=seed).truth("calibrator", "output", at=volts) - volts for seed in range(TRIALS)
        ]
        assert max(map(abs, errors)) <= limit * (1 + 1e-9)
        rectangular = (sum(each**2 for each in errors) / TRIALS) ** 0.5
        assert rectangular == pytest.approx(limit / 3**0.5, rel=0.12)


def test_a_unit_is_within_its_type_unless_the_bench_wants_otherwise() -> None:
    limits = {0.1: 8.5e-6, 1.0: 47e-6, 10.0: 400e-6, 100.0: 5.1e-3, 1000.0: 55e-3}
    for seed in range(50):
        bench = bench_of(STATION, seed=seed)
        for top, limit in limits.items():
            assert all(abs(bench.truth("meter", "error", at=share * top, range=top)) <= limit for share in (-1, 0.5, 1))


def test_leads_are_within_their_characteristic() -> None:
    emf = [bench_of(STATION, seed=seed).truth("electrical", "thermal EMF") for seed in range(TRIALS)]
    assert max(map(abs, emf)) <= 1e-6
    assert max(map(abs, emf)) > 0.9e-6


def test_a_certified_standard_errs_around_its_corrections() -> None:
    corrections = tuple(
        CorrectionPoint(
            at=Quantity.of(volts, "V"),
            correction=Quantity.of(correction, "µV"),
            expanded_uncertainty=Quantity.of(20, "µV"),
        )
        for volts, correction in ((0, 0), (10, 100))
    )
    asset = Asset(
        key="calibrator",
        title=Text("Calibrator", zh="校准器"),
        identity=Identity(manufacturer="Fluke", model="5522A", serial="1"),
        certificate=CertificateOfStandard(
            number="1", laboratory="NIM", calibrated=date(2025, 1, 1), due=date(2030, 1, 1)
        ),
        basis=Basis.CORRECTIONS,
        corrections={"DC voltage": corrections},
    )
    errors = [of_standard(World(seed, SimulatedClock()), asset, "DC voltage", "V").at(5.0) for seed in range(TRIALS)]
    mean = sum(errors) / TRIALS
    assert mean == pytest.approx(50e-6, abs=3e-6)
    assert (sum((each - mean) ** 2 for each in errors) / TRIALS) ** 0.5 == pytest.approx(10e-6, rel=0.15)
    assert isinstance(of_standard(World(1, SimulatedClock()), None, "DC voltage", "V"), Errorless)


def test_a_temperature_limit_is_in_kelvin() -> None:
    assert half_width("0.2 K", 20.0, 60.0, "°C") == 0.2
