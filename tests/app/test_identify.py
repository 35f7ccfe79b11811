"""`labctl identify`: who answers, over every wire, by queries alone, with the bytes of each try."""

import json

import pytest

from labctl.app.identify import Try, identify
from labctl.app.simulate import bench_alone
from labctl.cli import FAILED, FINE, REFUSED, main
from labctl.clock import SimulatedClock
from labctl.errors import ArgumentRefused, ConnectFailed
from labctl.packs import drivers, simulators
from labctl.simulation.alone import KEY
from labctl.simulation.host import CHANNEL, Bench

PAIRS = [
    (model, wire)
    for model, kind in sorted(simulators().found.items())
    for wire in kind.wires
    if drivers().get(model) is not None and wire not in {"operator", CHANNEL}
]


def served(model: str) -> Bench:
    bench = bench_alone(model, clock=SimulatedClock())
    bench.serve()
    return bench


@pytest.mark.parametrize(("model", "wire"), PAIRS)
def test_every_model_is_recognised_on_every_wire_by_its_own_driver(model: str, wire: str) -> None:
    bench = served(model)
    try:
        found = identify(bench.endpoints[KEY][wire], model, patience=1.0)
    finally:
        bench.stop()
    if found.changing:
        pytest.skip("its identification is more than a query, so it is passed over")
    assert found.identity is not None, [each.line for each in found.tries]
    assert found.drivers == (model,)


@pytest.mark.parametrize("model", ["keysight/34465A", "fluke/5522A", "vaisala/PTU300"])
def test_a_stranger_is_recognised_among_all_drivers(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    bench = served(model)
    address = next(iter(bench.endpoints[KEY].values()))
    try:
        assert main(["identify", address, "--patience", "0.4", "--json"]) == FINE
    finally:
        bench.stop()
    told = json.loads(capsys.readouterr().out)
    assert told["drivers"] == [model]
    assert told["identity"]["serial"] == "SIM0001"
    asked = [each["sent"] for each in told["tries"]]
    assert asked[0].startswith("*IDN?")
    assert len(asked) == len(set(asked))
    assert bytes.fromhex(told["tries"][0]["sent_hex"]).startswith(b"*IDN?")


def test_an_instrument_is_left_as_it_was() -> None:
    bench = served("fluke/5522A")
    before = bench.state(KEY)
    try:
        identify(bench.endpoints[KEY]["serial"], patience=0.4)
        assert bench.state(KEY) == before
    finally:
        bench.stop()


def test_a_model_without_driver_is_still_named() -> None:
    bench = served("keysight/34465A")
    try:
        bench.fault(KEY, "wrong identity")
        found = identify(bench.endpoints[KEY]["tcp"], patience=0.4)
    finally:
        bench.stop()
    assert found.identity is not None
    assert (found.identity.model, found.drivers, found.status) == ("34465AX", (), 1)


def test_silence_and_nothing_at_all_are_told_apart() -> None:
    bench = served("keysight/34465A")
    heard: list[Try] = []
    try:
        bench.fault(KEY, "silence")
        found = identify(bench.endpoints[KEY]["tcp"], "keysight/34465A", patience=0.2, tell=heard.append)
        assert (found.identity, found.status) == (None, FAILED)
        assert [each.received for each in heard] == [b""]
    finally:
        bench.stop()
    with pytest.raises(ConnectFailed):
        identify(bench.endpoints[KEY]["tcp"], patience=0.2)


def test_what_makes_no_sense_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ArgumentRefused, match="a person reads"):
        identify("operator:")
    assert main(["identify", "tcp://127.0.0.1:9", "--driver", "nobody/X1"]) == REFUSED
    assert main(["identify"]) == REFUSED
    assert "fluke/5522A" in capsys.readouterr().err


def test_serial_ports_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["identify", "--serial-ports", "--json"]) == FINE
    assert isinstance(json.loads(capsys.readouterr().out), list)
