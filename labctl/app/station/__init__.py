"""The station: which instruments stand on a bench, who answers for them, and what is known of each."""

from labctl.app.station.records import SimulatedBench, Station, StationInstrument, UnitType, refuse_expired

__all__ = ["SimulatedBench", "Station", "StationInstrument", "UnitType", "refuse_expired"]
