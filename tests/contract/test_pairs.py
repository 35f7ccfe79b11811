"""Every model that ships is a pair that keeps its promises: driver, simulator, bench, conversation, paragraph."""

import re
from collections.abc import Mapping
from functools import cache
from inspect import getmodule
from pathlib import Path

import pytest

from labctl.app.simulate import bench_alone
from labctl.app.station import read_station
from labctl.app.station.endpoints import shipped_benches
from labctl.events.kinds import Event
from labctl.instruments.driver import Driver
from labctl.packs import drivers, model_key, simulators
from labctl.records.equipment import Identity
from labctl.simulation.host import CHANNEL
from labctl.simulation.instrument import SimulatedInstrument
from labctl.simulation.pace import Pace
from labctl.testing import LOOPBACK, alone

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "reference" / "instruments.md").read_text("utf-8")
PAIRS = [(each, found) for key, each in drivers().found.items() if (found := simulators().get(key)) is not None]
BY_WIRE = [(driver, simulator) for driver, simulator in PAIRS if CHANNEL not in simulator.wires]
WIRES = {"serial", "tcp", "hislip", "vxi11", "prologix", "modbus", "modbus+rtu", "operator", CHANNEL}
TWINS = {"mettler/IND570": "mettler/ICS685"}  # the same dialogue, other weights
EVIDENCE = re.compile(
    r"\b(pages?|chapters?|section|manual|guide|profiles?|specification|register list|public class|maker describes)\b",
    re.IGNORECASE,
)

pairs = pytest.mark.parametrize(("driver", "simulator"), PAIRS, ids=[model_key(each) for each, _ in PAIRS])
pairs_by_wire = pytest.mark.parametrize(("driver", "simulator"), BY_WIRE, ids=[model_key(each) for each, _ in BY_WIRE])


@cache
def stands_on() -> Mapping[str, str]:
    """Return a bench for each driver that stands on one."""
    return {
        each.driver: name
        for name, file in shipped_benches().items()
        for each in read_station(file).instruments.values()
    }


@pairs
def test_both_bear_the_same_name_and_are_documented(driver: type[Driver], simulator: type[SimulatedInstrument]) -> None:
    assert (driver.maker, driver.model) == (simulator.maker, simulator.model)
    assert vars(simulator).get("__doc__")
    for each in (driver, simulator):
        assert getmodule(each).__doc__


@pytest.mark.parametrize("simulator", [each for _, each in PAIRS], ids=[model_key(each) for each, _ in PAIRS])
def test_it_is_served_on_wires_that_a_station_can_name(simulator: type[SimulatedInstrument]) -> None:
    assert simulator.wires
    assert set(simulator.wires) <= WIRES
    for wire in {"serial", "modbus+rtu"} & set(simulator.wires):
        assert Pace.of(wire, simulator.line).character > 0


@pairs_by_wire
def test_its_front_panel_can_be_read_and_what_can_be_made_safe_says_whether_it_feeds(
    driver: type[Driver], simulator: type[SimulatedInstrument]
) -> None:
    with alone(model_key(driver)) as lone:
        state = lone.state()
        if driver.safe is not None:
            assert state["energised"] is False, f"{simulator.__qualname__} stands safe after power-up"


WAYS = [(driver, wire) for driver, simulator in BY_WIRE for wire in simulator.wires if wire != "operator"]


@pytest.mark.parametrize(("driver", "wire"), WAYS, ids=[f"{model_key(each)} {wire}" for each, wire in WAYS])
def test_it_begins_a_run_on_every_wire_as_on_a_loopback_that_stands_for_it(driver: type[Driver], wire: str) -> None:
    heard: list[tuple[list[Event], bool, float]] = []
    for reached in (LOOPBACK, wire):
        with alone(model_key(driver), wire=reached, like=wire, serial="4711") as lone:
            lone.driver.recognise(Identity(manufacturer="", model="", serial="4711"))
            lone.driver.prepare()
            lone.driver.check_errors()
            safe = lone.driver.confirm_safe()  # what has to move there first says no
            heard.append((lone.memory.events, safe, lone.clock.monotonic()))
    assert heard[0] == heard[1]


@pairs_by_wire
def test_its_driver_is_held_to_bytes_of_a_named_place(
    driver: type[Driver], simulator: type[SimulatedInstrument]
) -> None:
    key = model_key(driver)
    if simulator.wires == ("operator",):
        files = [TESTS / "drivers" / "test_manual.py"]
    else:
        named = [drivers().found[TWINS.get(key, key)].__name__]
        files = [
            each
            for each in (TESTS / "drivers").glob("test_*.py")
            if any(re.search(rf"\b{name}\b", each.read_text("utf-8")) for name in named)
            and "Conversation(" in each.read_text("utf-8")
        ]
    assert files
    assert any(EVIDENCE.search(each.read_text("utf-8")) for each in files)


@pytest.mark.parametrize("simulator", [each for _, each in BY_WIRE if "serial" in each.wires], ids=model_key)
def test_what_arrives_together_on_a_serial_line_is_cut_so_that_each_piece_ends_a_message_at_most(
    simulator: type[SimulatedInstrument],
) -> None:
    (instrument,) = bench_alone(model_key(simulator)).instruments.values()
    received = b"*IDN?\r\nA\r\r\r\r6?\x1bQ\r\x02S\r:06800201\r\n*IDN?\nSI\r\n"
    whole, cut = instrument.dialogue(), instrument.dialogue()
    pieces = cut.pieces(received)
    heard = [cut.messages(each) for each in pieces]
    assert b"".join(pieces) == received
    assert [each for one in heard for each in one] == whole.messages(received) != []
    assert max(len(each) for each in heard) == 1


@pytest.mark.parametrize("model", [model_key(each) for each, simulator in BY_WIRE if simulator.wires != ("operator",)])
def test_it_stands_on_a_bench_that_ships(model: str) -> None:
    """What a person reads lies on the table of any bench."""
    assert TWINS.get(model, model) in stands_on()


@pytest.mark.parametrize("model", drivers().found)
def test_it_has_its_paragraph(model: str) -> None:
    assert f"\n## {model}\n" in PAGE, "run: python docs/write_reference.py"
