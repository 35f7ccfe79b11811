"""The simulated TSI 5300 by itself: readings as its manual prints them, nothing flowing."""

from labctl.testing import alone
from labctl_drivers.tsi.t5300 import T5300

MODEL = "tsi/5300"


def test_nothing_flows_where_nothing_is_connected() -> None:
    with alone(MODEL, seed=4) as lone:
        meter = lone.driver
        assert isinstance(meter, T5300)
        meter.prepare()
        assert meter.flow().quantity.value == 0.0
        assert 19 < meter.temperature().quantity.value < 21
        assert 100 < meter.pressure().quantity.value < 103


def test_it_answers_as_the_manual_prints() -> None:
    with alone(MODEL) as lone:
        wire = lone.bench.loopback("instrument")
        wire.open()

        def ask(command: bytes, lines: int = 1) -> list[bytes]:
            wire.write(command + b"\r")
            return [wire.read(b"\r\n", 5.0) for _ in range(lines)]

        assert ask(b"?") == [b"OK\r\n"]
        assert ask(b"dafxx0001") == [b"ERR1\r\n"]
        assert ask(b"DAxxx0001") == [b"ERR3\r\n"]
        assert ask(b"DAFxx2000") == [b"ERR2\r\n"]
        assert ask(b"SG1") == [b"ERR4\r\n"]
        acknowledged, data = ask(b"DAFxx0005", 2)
        assert acknowledged == b"OK\r\n"
        assert data == b"0.00,0.00,0.00,0.00,0.00\r\n"
        assert all(each.count(b",") == 1 for each in ask(b"DCFTx0005", 6)[1:])
