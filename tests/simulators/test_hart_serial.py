"""Controllers with Hart's serial protocol: their commands, and how their volumes come to a temperature."""

from itertools import pairwise

import pytest

from labctl.events.kinds import Event
from labctl.metrology.quantity import Quantity
from labctl.testing import LoneInstrument, alone
from labctl_drivers.fluke.hart_serial import HartDriver


def asked(bath: LoneInstrument, *commands: str) -> str:
    """Say commands as a terminal would, and return the answer to the last one."""
    wire = bath.driver.wire
    for each in commands[:-1]:
        wire.write(each.encode() + b"\r")
    wire.write(commands[-1].encode() + b"\r")
    return wire.read(b"\r\n", 2.0).decode().rstrip()


def half_duplex(bath: LoneInstrument) -> HartDriver:
    driver = bath.driver
    assert isinstance(driver, HartDriver)
    driver.identify()
    driver.prepare()
    return driver


def test_commands_may_be_short_long_or_wide_and_capitals_count_for_nothing() -> None:
    with alone("fluke/7341") as bath:
        half_duplex(bath)
        for spelled in ("s", "set", "SETPOINT", " s e t "):
            assert asked(bath, "s = 1 5 0", spelled) == "set: 150.00 C"
        assert asked(bath, "s=1.5e1", "s") == "set: 15.00 C"
        assert asked(bath, "s=9000", "s") == "set: 15.00 C"  # beyond the range: not taken
        assert asked(bath, "settpoint=20", "nonsense", "s") == "set: 15.00 C"
        assert asked(bath, "vq\b=.00001", "v") == "v: 0.00001"
        assert asked(bath, "u=f", "s") == "set: 59.00 F"
        assert asked(bath, "u=c", "c") == "c: 160 C, in"
        assert asked(bath, "*ver") == "ver.7341,1.06"


def test_in_full_duplex_every_command_is_repeated() -> None:
    with alone("fluke/7341") as bath:
        assert asked(bath, "s") == "s"
        assert bath.driver.wire.read(b"\r\n", 1.0) == b"set: 25.00 C\r\n"


@pytest.mark.parametrize(
    ("key", "set_to", "overshoot", "hours"),
    [("fluke/7341", 100, 0.6, 1.2), ("fluke/9103", 100, 1.2, 0.7), ("fluke/9112B", 600, 5, 1.5)],
)
def test_a_volume_overshoots_and_then_stays(key: str, set_to: float, overshoot: float, hours: float) -> None:
    with alone(key) as heater:
        half_duplex(heater).set_temperature(Quantity.of(set_to, "°C"))
        passed = [heater.truth("temperature")]
        for _ in range(round(hours * 720)):
            heater.clock.wait(5)
            passed.append(heater.truth("temperature"))
        assert passed[0] == 20
        assert 0.3 * overshoot < max(passed) - set_to < 1.5 * overshoot
        assert abs(passed[-1] - set_to) < 0.5
        slowest = min(b - a for a, b in pairwise(passed))
        assert slowest > -overshoot  # it comes down gently


def test_a_bath_is_stable_within_its_figure_and_shows_its_sensor_s_error() -> None:
    with alone("fluke/7341", seed=4) as bath:
        driver = half_duplex(bath)
        driver.set_temperature(Quantity.of(50, "°C"))
        bath.clock.wait(2 * 3600)
        true, shown = list[float](), list[float]()
        for _ in range(120):
            bath.clock.wait(5)
            true.append(bath.truth("temperature"))
            shown.append(driver.temperature().quantity.value)
        assert 0.004 < max(true) - min(true) < 0.017
        error = sum(shown) / 120 - sum(true) / 120
        assert error == pytest.approx(bath.truth("error", at=50), abs=0.002)


def test_the_cut_out_takes_the_heater_off_until_it_is_reset() -> None:
    with alone("fluke/7341") as bath:
        driver = half_duplex(bath)
        driver.set_cut_out(Quantity.of(40, "°C"))
        driver.set_temperature(Quantity.of(60, "°C"))
        bath.clock.wait(3600)
        assert asked(bath, "c") == "c: 40 C, out"
        assert not bath.state()["energised"]
        bath.clock.wait(6 * 3600)
        assert bath.truth("temperature") < 37
        driver.reset_cut_out()
        assert bath.state()["energised"]


def test_the_safe_bytes_are_heard_after_half_a_command() -> None:
    with alone("fluke/9112B") as furnace:
        half_duplex(furnace).set_temperature(Quantity.of(800, "°C"))
        furnace.driver.wire.write(b"s=10")
        furnace.driver.make_safe()
        assert not furnace.state()["energised"]
        assert furnace.driver.confirm_safe()


@pytest.mark.parametrize("key", ["fluke/7341", "fluke/9103", "fluke/9112B"])
def test_over_its_serial_line_it_says_the_same_as_within_the_process(key: str) -> None:
    heard: list[list[Event]] = []
    for wire in ("loopback", "serial"):
        with alone(key, wire=wire, like="serial", seed=5) as heater:
            driver = half_duplex(heater)
            driver.set_temperature(Quantity.of(80, "°C"))
            heater.clock.wait(1200)
            driver.temperature()
            driver.stand_by()
            assert driver.confirm_safe()
            heard.append(heater.memory.events)
    assert heard[0] == heard[1]
