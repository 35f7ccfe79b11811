"""The station: which instruments stand on a bench, who answers for them, and what is known of each."""

from labctl.app.station.endpoints import (
    shipped_bench,
    shipped_benches,
    simulated_bench,
    simulated_station,
    station_file,
    with_endpoints,
)
from labctl.app.station.reader import read_station
from labctl.app.station.records import SimulatedBench, Station, StationInstrument, UnitType, refuse_expired

__all__ = [
    "SimulatedBench",
    "Station",
    "StationInstrument",
    "UnitType",
    "read_station",
    "refuse_expired",
    "shipped_bench",
    "shipped_benches",
    "simulated_bench",
    "simulated_station",
    "station_file",
    "with_endpoints",
]
