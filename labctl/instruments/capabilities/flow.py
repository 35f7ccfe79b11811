"""What can be asked of flow rigs: pumps, diverters, balances, meters, counters; gas and liquid alike."""

from typing import Protocol

from labctl.instruments.capabilities.general import MeasuresPressure, MeasuresTemperature, StandsBy
from labctl.instruments.capabilities.subject import concerns
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication, Setting


class Weighs(Protocol):
    """A balance (unit kg, or a part of it)."""

    @concerns("mass", "kg")
    def stable_mass(self) -> Indication:
        """Measure the mass on the pan, waiting until the balance itself calls it stable."""
        ...

    @concerns("mass", "kg")
    def mass(self) -> Indication:
        """Measure the mass on the pan at once, stable or not."""
        ...


class SetsZero(Protocol):
    """A balance or meter whose zero can be set."""

    def set_zero(self) -> None:
        """Set what it shows now to be zero."""
        ...


class MeasuresFlow(Protocol):
    """Anything that can tell a volume flow (unit L/min, or m³/h) of a gas or liquid."""

    @concerns("flow", "L/min")
    def flow(self) -> Indication:
        """Measure the volume flow."""
        ...


class MeasuresMassFlow(Protocol):
    """Anything that can tell a mass flow (unit kg/h, or a part of it)."""

    @concerns("mass flow", "kg/h")
    def mass_flow(self) -> Indication:
        """Measure the mass flow."""
        ...


class MeasuresDensity(Protocol):
    """Anything that can tell the density of what flows through it (unit kg/m³)."""

    @concerns("density", "kg/m³")
    def density(self) -> Indication:
        """Measure the density."""
        ...


class TotalisesVolume(Protocol):
    """A meter that counts the volume that has flowed through it (unit L, or m³)."""

    @concerns("volume", "L")
    def volume_total(self) -> Indication:
        """Read the volume counted since its counter was reset."""
        ...

    def reset_volume_total(self) -> None:
        """Set the counted volume to zero."""
        ...


class TotalisesMass(Protocol):
    """A meter that counts the mass that has flowed through it (unit kg)."""

    @concerns("mass", "kg")
    def mass_total(self) -> Indication:
        """Read the mass counted since its counter was reset."""
        ...

    def reset_mass_total(self) -> None:
        """Set the counted mass to zero."""
        ...


class ControlsFlow(StandsBy, Protocol):
    """A pump drive or mass-flow controller that can be told a flow (unit L/min, or m³/h)."""

    @concerns("flow", "L/min")
    def set_flow(self, flow: Quantity) -> Setting:
        """Set the flow it shall come to, and begin to control; it returns before it is reached."""
        ...


class DivertsFlow(StandsBy, Protocol):
    """Valves and diverter of a rig: where the liquid goes, and for how long."""

    def open_line(self) -> None:
        """Bring the line valve to open, and the stream into the bypass; whatever it was, it flows there then."""
        ...

    def fill_for(self, duration: Quantity) -> None:
        """Bring the stream into the tank for so many seconds, timed by the rig itself, and back to the bypass."""
        ...

    def drain(self) -> None:
        """Bring the tank to empty, and close its valve again."""
        ...


class TimesFilling(Protocol):
    """The two timers of a filling (unit s): one by the diverter, one by the meter's pulses (ISO 7278-3)."""

    @concerns("time", "s")
    def filling_time(self) -> Indication:
        """Read for how long the last filling took, between the diverter's passages of its middle."""
        ...

    @concerns("time", "s")
    def pulse_time(self) -> Indication:
        """Read the time between the first and the last pulse that was counted during the last filling."""
        ...


class CountsPulses(Protocol):
    """A counter of the meter's pulses that the diverter gates."""

    @concerns("pulses", "1")
    def gated_pulses(self) -> Indication:
        """Read the whole pulses counted during the last filling."""
        ...


class ScansPulses(Protocol):
    """A counter that the diverter gates, and that knows which meter is on which of its channels."""

    @concerns("pulses", "1")
    def gated_pulses_on(self, channel: int) -> Indication:
        """Read the whole pulses of the meter on a channel, counted from 1, during the last filling."""
        ...


class MeasuresLineState(MeasuresTemperature, MeasuresPressure, Protocol):
    """Sensors in the pipe at the meter: temperature and pressure of the liquid."""
