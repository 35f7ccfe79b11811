"""A sensor on a channel: its readout speaks, and the indication is the sensor's."""

import pytest

from labctl.errors import ConnectFailed, TransportClosed
from labctl.instruments.channel import ChannelReadout, ChannelWire, ResistiveSensor, ThermocoupleSensor, place_of
from labctl.instruments.driver import Driver
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication
from labctl.testing import Conversation, Memory


class Scanner(ChannelReadout, maker="ACME", model="S2"):
    """A readout of two channels."""

    channels = (1, 2)

    def resistance_on(self, channel: int) -> Indication:
        """Measure the resistance on a channel."""
        return self.indication(f"R{channel}?", "Ω", of=self.sensor_on(channel))


class Probe(ResistiveSensor, maker="ACME", model="P"):
    """A probe."""


def probe(readout: Driver, address: str = "channel:scanner/2", memory: Memory | None = None) -> Probe:
    wire = ChannelWire(address, "probe", lambda: readout)
    wire.open()
    return Probe(wire, name="probe", witness=memory)


def test_the_readout_speaks_and_the_indication_is_the_sensor_s() -> None:
    memory = Memory()
    with Conversation((b"R2?\n", b"100.01\n"), (b"R1?\n", b"25.5\n")) as wire:
        scanner = Scanner(wire, name="scanner", witness=memory)
        sensor = probe(scanner, memory=memory)
        shown = sensor.resistance()
        assert (shown.quantity, shown.of) == (Quantity.of(100.01, "Ω"), "probe")
        assert scanner.resistance_on(1).of == "scanner/1"
    assert [(type(each).__name__, each.instrument) for each in memory.events] == [  # type: ignore[union-attr]
        ("IndicationTaken", "scanner"), ("IndicationTaken", "scanner")
    ]  # fmt: skip


def test_a_sensor_cannot_say_who_it_is_and_takes_no_bytes() -> None:
    with Conversation() as wire:
        sensor = probe(Scanner(wire, name="scanner"))
        sensor.recognise(Identity(manufacturer="", model="", serial="4711"))
        with pytest.raises(TransportClosed):
            sensor.wire.write(b"x")
        with pytest.raises(TransportClosed):
            sensor.wire.read(b"\n", 1.0)


def test_a_channel_or_an_ability_that_the_readout_has_not_is_refused() -> None:
    with Conversation() as wire:
        scanner = Scanner(wire, name="scanner")
        with pytest.raises(ConnectFailed):
            probe(scanner, "channel:scanner/3")
        with pytest.raises(ConnectFailed, match="temperature_on"):
            probe(scanner).temperature()
        with pytest.raises(ConnectFailed, match="thermovoltage_on"):
            ThermocoupleSensor(ChannelWire("channel:scanner/1", "tc", lambda: scanner)).thermovoltage()


@pytest.mark.parametrize("address", ["channel:", "channel:scanner", "channel:scanner/x", "serial:///dev/ttyS0", ""])
def test_an_address_without_readout_and_channel_is_no_place(address: str) -> None:
    assert place_of(address) is None
