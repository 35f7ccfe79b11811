"""Sensors that hang on a channel of a readout: drivers of their own, whose wire is that channel."""

from collections.abc import Callable, Mapping
from typing import ClassVar, Final, cast

from attrs import define, evolve

from labctl.clock import Clock
from labctl.errors import ConnectFailed, TransportClosed
from labctl.events.journal import Witness
from labctl.instruments.call import door
from labctl.instruments.capabilities import ScansResistance, ScansTemperature, ScansThermovoltage
from labctl.instruments.driver import Driver
from labctl.instruments.limits import Limit
from labctl.language import Text
from labctl.records.equipment import Identity
from labctl.records.observation import Indication
from labctl.transport.base import Ending, Transport

SCHEME: Final = "channel:"
"""Begins the address of a sensor: `channel:readout/2` is channel 2 of the instrument `readout`."""


class ChannelReadout(Driver):
    """A readout with channels; an indication is of the sensor on the channel that gave it."""

    channels: ClassVar[tuple[int, ...]] = ()

    def __init__(
        self,
        wire: Transport,
        *,
        name: str = "",
        witness: Witness | None = None,
        clock: Clock | None = None,
        limits: Mapping[str, Limit] | None = None,
    ) -> None:
        """Speak over a wire; nothing is known to hang on any channel yet."""
        super().__init__(wire, name=name, witness=witness, clock=clock, limits=limits)
        self.sensors: dict[int, str] = {}  # by channel: the sensor's name on the bench

    @door
    def sensor_on(self, channel: int) -> str:
        """Return what an indication of a channel is of. Raises ConnectFailed for a channel that it has not."""
        if channel not in self.channels:
            raise ConnectFailed(
                instrument=self.name,
                address=f"{SCHEME}{self.name}/{channel}",
                reason=Text("its channels are {known}", zh="其通道为 {known}").filled(
                    known=", ".join(map(str, self.channels))
                ),
            )
        return self.sensors.get(channel, f"{self.name}/{channel}")


def place_of(address: str) -> tuple[str, int] | None:
    """Return readout and channel of a sensor's address; None for the address of anything else.

    >>> place_of("channel:bridge/12"), place_of("tcp://192.168.1.20:5025")
    (('bridge', 12), None)
    """
    readout, _, channel = address.removeprefix(SCHEME).partition("/")
    if not address.startswith(SCHEME) or not readout or not channel.isdecimal():
        return None
    return readout, int(channel)


@define(eq=False)
class ChannelWire:
    """What stands in for the wire of a sensor: a channel of a readout, which has the wire.

    Args:
        address: `channel:READOUT/2`.
        instrument: the sensor's name on the bench.
        readout: returns the readout's driver, its wire open; asked every time, since a bench may renew it.
    """

    address: str
    instrument: str
    readout: Callable[[], Driver]
    poisoned: bool = False

    def open(self) -> None:
        """Bring the readout to know what hangs on its channel. Raises ConnectFailed, and what its opening raises."""
        self.driver()

    def driver(self) -> Driver:
        """Return the readout's driver, told of this sensor. Raises ConnectFailed where it has no such channel."""
        place, readout = place_of(self.address), self.readout()
        if place is None or not isinstance(readout, ChannelReadout) or place[1] not in readout.channels:
            reason = Text("{name} has no such channel", zh="{name} 没有该通道").filled(name=readout.name)
            raise ConnectFailed(instrument=self.instrument, address=self.address, reason=reason)
        readout.sensors[place[1]] = self.instrument
        return readout

    def close(self) -> None:
        """Do nothing: the readout's wire is closed by whoever opened it."""

    def clear(self) -> None:
        """Do nothing: the readout clears its own wire."""

    def write(self, message: bytes) -> None:  # noqa: ARG002  (the form of every wire)
        """Refuse bytes. Raises TransportClosed."""
        raise self._no_bytes()

    def read(self, ending: bytes | Ending, within: float) -> bytes:  # noqa: ARG002  (the form of every wire)
        """Refuse to wait for bytes. Raises TransportClosed."""
        raise self._no_bytes()

    def _no_bytes(self) -> TransportClosed:
        reason = Text("a sensor takes no bytes", zh="传感器不接收数据")
        return TransportClosed(instrument=self.instrument, address=self.address, reason=reason)


class SensorOnChannel(Driver):
    """A passive sensor: whatever it is asked, its readout answers.

    The readout's driver keeps the bytes and makes the indication, which is of this sensor. A sensor cannot say who
    it is: the station's word is taken.
    """

    def identify(self) -> Identity:
        """Return the kind of sensor; it cannot be asked for more."""
        return Identity(manufacturer=self.maker, model=self.model, serial="")

    def recognise(self, expected: Identity) -> Identity:
        """Return the kind of sensor, whatever serial number is expected."""
        return super().recognise(evolve(expected, serial=""))

    def recover(self) -> Identity:
        """Bring the readout back into step."""
        readout, _ = self._readout()
        readout.recover()
        readout.prepare()
        return self.identify()

    def _readout(self) -> tuple[Driver, int]:
        """Return the readout's driver and the channel."""
        place = place_of(self.wire.address)
        if place is None or not isinstance(self.wire, ChannelWire):
            reason = Text("a sensor hangs on a channel: channel:READOUT/1", zh="传感器应接在通道上：channel:READOUT/1")
            raise ConnectFailed(instrument=self.name, address=self.wire.address, reason=reason)
        return self.wire.driver(), place[1]

    def _able(self, method: str) -> tuple[Driver, int]:
        """Return the readout, if it has a method, and the channel. Raises ConnectFailed where it has not."""
        readout, channel = self._readout()
        if not hasattr(readout, method):
            reason = Text("{name} cannot tell that of a channel ({method})", zh="{name} 的通道无此功能（{method}）")
            raise ConnectFailed(
                instrument=self.name,
                address=self.wire.address,
                reason=reason.filled(name=readout.name, method=method),
            )
        return readout, channel


class ResistiveSensor(SensorOnChannel):
    """A sensor whose resistance tells the temperature."""

    quantities = ("resistance", "temperature")

    def resistance(self) -> Indication:
        """Measure the resistance."""
        readout, channel = self._able("resistance_on")
        return cast("ScansResistance", readout).resistance_on(channel)

    def temperature(self) -> Indication:
        """Measure the temperature, by the coefficients stored in the readout."""
        readout, channel = self._able("temperature_on")
        return cast("ScansTemperature", readout).temperature_on(channel)


class ThermocoupleSensor(SensorOnChannel):
    """A sensor whose voltage tells the difference between two temperatures."""

    quantities = ("thermovoltage", "temperature")

    def thermovoltage(self) -> Indication:
        """Measure the voltage as it stands, without compensation of the reference junction."""
        readout, channel = self._able("thermovoltage_on")
        return cast("ScansThermovoltage", readout).thermovoltage_on(channel)

    def temperature(self) -> Indication:
        """Measure the temperature, by the readout's own table and reference junction."""
        readout, channel = self._able("temperature_on")
        return cast("ScansTemperature", readout).temperature_on(channel)
