import re
from itertools import pairwise

import pytest

from labctl.simulation.host import Bench


def test_it_answers_as_the_guide_prints(bench: Bench) -> None:
    wire = bench.loopback("room")
    wire.open()

    def ask(command: bytes) -> str:
        wire.write(command + b"\r")
        return wire.read(b"\r\n", 2.0).decode().strip()

    shown = re.fullmatch(r"P=\s*([\d.]+) hPa T=\s*([\d.]+) 'C RH=\s*([\d.]+) %RH", ask(b"SEND"))
    assert shown is not None
    assert float(shown[2]) == pytest.approx(bench.truth("room", "temperature"), abs=0.3)
    assert float(shown[1]) == pytest.approx(bench.truth("room", "pressure"), abs=0.3)
    assert ask(b"ERRS") == "No errors"
    assert ask(b"VERS") == "PTU300 / 5.16"
    assert ask(b"SNUM").endswith(": SIMPTU3001")
    assert ask(b"HELLO") == "Unknown command: HELLO"
    wire.write(b"?\r")
    listing = wire.read(b"Module 2", 2.0).decode()
    assert listing.startswith("PTU300 / 5.16\r\nSerial number  : SIMPTU3001\r\n")


def test_the_room_drifts_slowly_around_twenty_degrees(bench: Bench) -> None:
    seen: list[float] = []
    for _ in range(48):
        bench.clock.wait(1800)
        seen.append(bench.truth("room", "temperature"))
    assert max(seen) - min(seen) > 0.1
    assert all(19.7 <= each <= 20.3 for each in seen)
    assert max(abs(b - a) for a, b in pairwise(seen)) < 0.3
