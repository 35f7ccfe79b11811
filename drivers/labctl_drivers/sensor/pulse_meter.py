"""Flowmeters that give pulses and nothing else: their wire is a channel of a counter."""

from typing import cast

from labctl.instruments.capabilities import ScansPulses
from labctl.instruments.channel import SensorOnChannel
from labctl.records.observation import Indication


class PulseMeter(SensorOnChannel, maker="Sensor"):
    """A flowmeter whose pulses are counted."""

    quantities = ("pulses",)

    def gated_pulses(self) -> Indication:
        """Read the whole pulses counted during the last filling."""
        counter, channel = self._able("gated_pulses_on")
        return cast("ScansPulses", counter).gated_pulses_on(channel)


class TurbineMeter(PulseMeter, model="turbine meter"):
    """A turbine flowmeter on a channel of a counter."""


class ElectromagneticMeter(PulseMeter, model="electromagnetic meter"):
    """An electromagnetic flowmeter, by its pulse output on a channel of a counter."""


class CoriolisMeter(PulseMeter, model="Coriolis meter"):
    """A Coriolis flowmeter, by its pulse output on a channel of a counter."""
