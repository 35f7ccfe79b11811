import pytest

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
