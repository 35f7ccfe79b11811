"""The rules of every driver are told to whoever breaks them; a conversation hears every byte."""

import pytest

from labctl.instruments.driver import Driver
from labctl.instruments.safety import SafeState
from labctl.instruments.scpi import ScpiDriver
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Setting
from labctl.testing import Conversation, complaints


class Nameless(Driver):
    """A driver that says nothing of itself."""


class Careless(ScpiDriver, maker="Acme", model="1"):
    """A source that forgets what a source must declare."""

    quantities = ("DC voltage",)

    def source_dc_voltage(self, volts: Quantity) -> Setting:
        """Puts out a voltage."""
        self.send(f"VOLT {volts.value_in('V')}")
        return self.setting(volts)


class Unended(Careless, maker="Acme", model="2"):
    """A source whose safe command would wait for its end."""

    safe = SafeState(commands=(b"OUTP OFF",))

    def stand_by(self) -> None:
        """Take the output off."""


def test_each_broken_rule_is_told() -> None:
    told = "\n".join(complaints(Nameless))
    assert "maker, model and quantities" in told
    assert "identify asks" in told
    told = "\n".join(complaints(Careless))
    assert "begins with one of Measure" in told
    assert "a safe state is declared" in told
    assert "limits are declared" in told
    assert "confirm_safe asks the instrument" in told
    assert "SourcesDcVoltage needs stand_by too" in told
    assert "source_dc_voltage(volts) is spelled (voltage) everywhere else" in told
    assert "needs" not in "\n".join(complaints(Unended))
    assert any("ends with the terminator" in each for each in complaints(Unended)), "inherited methods count too"


def test_a_conversation_refuses_other_bytes_and_left_overs() -> None:
    wire = Conversation((b"A?\n", b"1\n"), (b"B\n", b""))
    with pytest.raises(AssertionError, match="expected b'A"):
        wire.write(b"B\n")
    wire = Conversation((b"A?\n", b"1\n"), (b"B\n", b""))
    wire.write(b"A?\n")
    with pytest.raises(AssertionError, match="was not read before"):
        wire.write(b"B\n")
    assert wire.read(b"\n", within=1.0) == b"1\n"
    with pytest.raises(AssertionError, match="never sent"):
        wire.finish()
    wire.write(b"B\n")
    wire.finish()
    with pytest.raises(AssertionError, match="nothing was expected any more"):
        wire.write(b"C\n")
