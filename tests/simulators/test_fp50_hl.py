"""Julabo FP50-HL: commands that are not answered, rests, remote control, alarms."""

import pytest

from labctl.errors import InstrumentReported, NotReady, TransportTimeout
from labctl.events.kinds import Event
from labctl.metrology.quantity import Quantity
from labctl.simulation.alone import KEY
from labctl.testing import LoneInstrument, alone
from labctl_drivers.julabo.fp50_hl import FP50HL
from labctl_simulators.julabo import fp50_hl as simulated


def asked(bath: LoneInstrument, *commands: str) -> str:
    wire = bath.driver.wire
    for each in commands[:-1]:
        wire.write(each.encode() + b"\r")
        bath.clock.wait(0.26)
    wire.write(commands[-1].encode() + b"\r")
    answer = wire.read(b"\n", 2.0).decode().rstrip()
    bath.clock.wait(0.02)
    return answer


def inside(bath: LoneInstrument) -> simulated.FP50HL:
    found = bath.bench.instruments[KEY]
    assert isinstance(found, simulated.FP50HL)
    return found


def test_it_answers_queries_and_no_commands() -> None:
    with alone("julabo/FP50-HL") as bath:
        assert asked(bath, "version") == "JULABO FP50-HL V 4.02"
        assert asked(bath, "status") == "02 REMOTE STOP"
        assert asked(bath, "out_sp_00 55.5", "in_sp_00") == "55.50"
        assert asked(bath, "OUT_MODE_05 1", "STATUS") == "03 REMOTE START"
        assert asked(bath, "out_sp_00 500", "status") == "-11 VALUE TOO LARGE"
        assert asked(bath, "status") == "03 REMOTE START"
        assert asked(bath, "in_pv_77", "status") == "-08 INVALID COMMAND"
        bath.driver.wire.write(b"OUT_MODE_05 0\r")
        with pytest.raises(TransportTimeout):
            bath.driver.wire.read(b"\n", 1.0)
        assert not bath.state()["energised"]


def test_under_manual_control_it_does_not_obey() -> None:
    with alone("julabo/FP50-HL") as bath:
        inside(bath).remote = False
        assert asked(bath, "OUT_MODE_05 1", "STATUS").startswith("-09")
        assert asked(bath, "STATUS") == "00 MANUAL STOP"
        with pytest.raises(NotReady):
            bath.driver.prepare()


def test_without_handshake_what_comes_too_early_is_lost_and_the_driver_never_is_too_early() -> None:
    with alone("julabo/FP50-HL") as bath:
        inside(bath).handshake = False
        wire = bath.driver.wire
        wire.write(b"OUT_SP_00 40\r")
        wire.write(b"OUT_SP_00 41\r")
        bath.clock.wait(0.3)
        assert asked(bath, "IN_SP_00") == "40.00"
        assert isinstance(bath.driver, FP50HL)
        bath.driver.set_temperature(Quantity.of(60, "°C"))
        assert bath.state()["setting"] == 60
        bath.driver.stand_by()


def test_without_handshake_it_is_left_safe_right_behind_another_command() -> None:
    with alone("julabo/FP50-HL") as bath:
        assert isinstance(bath.driver, FP50HL)
        bath.driver.set_temperature(Quantity.of(60, "°C"))
        inside(bath).handshake = False
        bath.clock.wait(1)
        bath.driver.wire.write(b"OUT_SP_00 61\r")
        bath.driver.make_safe()
        assert not bath.state()["energised"]


def test_it_warms_up_and_a_low_level_stops_it() -> None:
    with alone("julabo/FP50-HL", seed=2) as bath:
        assert isinstance(bath.driver, FP50HL)
        bath.driver.set_temperature(Quantity.of(60, "°C"))
        bath.clock.wait(2 * 3600)
        shown = bath.driver.temperature().quantity.value
        assert shown == pytest.approx(60, abs=0.03)
        assert shown - bath.truth("temperature") == pytest.approx(bath.truth("error", at=60), abs=0.03)
        inside(bath).volume.level = 80
        with pytest.raises(InstrumentReported, match="LOW LEVEL"):
            bath.driver.set_temperature(Quantity.of(61, "°C"))
        assert not bath.state()["energised"]


def test_half_a_command_is_not_obeyed_when_it_is_left_safe() -> None:
    with alone("julabo/FP50-HL") as bath:
        assert isinstance(bath.driver, FP50HL)
        bath.driver.set_temperature(Quantity.of(150, "°C"))
        bath.clock.wait(1)
        bath.driver.wire.write(b"OUT_SP_00 19")
        bath.driver.make_safe()
        assert bath.state()["setting"] == 150
        assert not bath.state()["energised"]


def test_over_its_serial_line_it_says_the_same_as_within_the_process() -> None:
    heard: list[list[Event]] = []
    for wire in ("loopback", "serial"):
        with alone("julabo/FP50-HL", wire=wire, like="serial", seed=5) as bath:
            assert isinstance(bath.driver, FP50HL)
            bath.driver.identify()
            bath.driver.prepare()
            bath.driver.set_temperature(Quantity.of(80, "°C"))
            bath.clock.wait(1200)
            bath.driver.temperature()
            bath.driver.stand_by()
            heard.append(bath.memory.events)
    assert heard[0] == heard[1]
