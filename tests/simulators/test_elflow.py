"""The simulated EL-FLOW by itself: ProPar as its manual prints it, in both forms."""

import pytest

from labctl.metrology.quantity import Quantity
from labctl.testing import LoneInstrument, alone
from labctl_drivers.bronkhorst.elflow import ELFlow

MODEL = "bronkhorst/EL-FLOW"


def ask(lone: LoneInstrument, message: bytes, ending: bytes = b"\r\n") -> bytes:
    wire = lone.bench.loopback("instrument")
    wire.open()
    wire.write(message)
    return wire.read(ending, 1.0)


def test_it_answers_the_manuals_messages() -> None:
    """Section 3.10: half the range is set and read, chained parameters come in their order."""
    with alone(MODEL) as lone:
        assert ask(lone, b":06030101213E80\r\n") == b":0403000005\r\n"
        assert ask(lone, b":06030401210121\r\n") == b":06030201213E80\r\n"
        chained = ask(lone, b":1A0304F1EC7163006D71660001AE0120CF014DF0017F077101710A\r\n")
        assert chained.startswith(b":")
        body = bytes.fromhex(chained.decode().strip()[1:])
        assert body[0] == len(body) - 1
        assert b"USERTAG\x00" in body
        assert b"Air       " in body
        assert b"ln/min " in body
        assert ask(lone, b":06030401210121\r\n".replace(b"01210121", b"02210221")) == b":0403000302\r\n"
        assert ask(lone, b":05030101040\r\n") == b":028004\r\n"


def test_integers_end_where_the_manual_says() -> None:
    with alone(MODEL) as lone:
        lone.fault("overload")
        assert ask(lone, b":06030401210120\r\n") == b":0603020121A3D6\r\n"  # 41942, 131.07 %
        lone.mend()
        lone.fault("nan")
        assert ask(lone, b":06030401210120\r\n") == b":06030201210000\r\n"


def test_the_binary_form_doubles_its_escape() -> None:
    with alone(MODEL) as lone:
        message = bytes((0x10, 0x02, 0x10, 0x10, 0x80, 5, 4, 1, 0x21, 1, 0x21, 0x10, 0x03))
        answer = ask(lone, message, b"\x10\x03")
        assert answer == bytes((0x10, 0x02, 0x10, 0x10, 0x80, 5, 2, 1, 0x21, 0, 0, 0x10, 0x03))


def test_it_comes_to_its_set_point_and_safe_bytes_close_it() -> None:
    with alone(MODEL, seed=2) as lone:
        controller = lone.driver
        assert isinstance(controller, ELFlow)
        controller.prepare()
        controller.set_flow(Quantity.of(16.67, "L/min"))
        lone.clock.wait(5)
        assert controller.flow().quantity.value == pytest.approx(16.67, abs=0.2)
        assert lone.state()["energised"]
        controller.wire.write(b":0880012143")
        controller.make_safe()
        assert not lone.state()["energised"]
        lone.clock.wait(5)
        assert controller.recover().serial == "SIM0001"
        assert controller.confirm_safe()
