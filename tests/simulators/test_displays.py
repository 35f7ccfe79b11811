"""Thermometers with a display: the last digit, the lag of the probe, and one that holds its highest."""

import pytest

from labctl.metrology.quantity import Quantity
from labctl_drivers.fluke.f7341 import F7341
from labctl_drivers.manual.thermometer import ClinicalThermometer, Thermometer
from tests.simulators.thermometers import Laboratory


def soaked(laboratory: Laboratory, celsius: float) -> None:
    bath = laboratory.driver("bath")
    assert isinstance(bath, F7341)
    bath.set_temperature(Quantity.of(celsius, "°C"))
    laboratory.clock.wait(2 * 3600)


def test_a_display_shows_its_probe_and_its_error_to_the_last_digit() -> None:
    laboratory = Laboratory.within_this_process()
    soaked(laboratory, 50)
    display = laboratory.driver("display")
    assert isinstance(display, Thermometer)
    shown = display.temperature()
    true, error = laboratory.truth("display"), laboratory.truth("display", "error", at=50)
    assert shown.quantity.value == pytest.approx(true + error, abs=0.012)
    assert shown.quantity.value == pytest.approx(round(shown.quantity.value, 2), abs=1e-9)
    assert 0 < abs(error) < 0.1


def test_a_clinical_thermometer_holds_its_highest_until_it_is_switched_on_again() -> None:
    laboratory = Laboratory.within_this_process()
    soaked(laboratory, 41)
    clinical = laboratory.driver("clinical")
    assert isinstance(clinical, ClinicalThermometer)
    warm = clinical.temperature().quantity.value
    assert warm == pytest.approx(41.4, abs=0.6)  # the bath came a little too high before it was steady
    soaked(laboratory, 37)
    assert clinical.temperature().quantity.value == pytest.approx(warm, abs=0.02)
    clinical.start_measurement()
    assert clinical.temperature().quantity.value == pytest.approx(37, abs=0.15)
