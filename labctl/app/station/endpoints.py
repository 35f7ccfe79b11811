"""The simulated bench that ships, and real addresses in place of its simulators once they are served."""

from pathlib import Path
from typing import Any

import msgspec
from attrs import field, frozen

from labctl.app.station.reader import read_station
from labctl.app.station.records import Station
from labctl.errors import ArgumentRefused, StationError, UnknownInstrument
from labctl.instruments.channel import place_of
from labctl.language import Text
from labctl.packs import PROCEDURES, SIMULATORS, folders

BENCH = "bench.toml"
"""Name of the station file of a procedure's simulated bench, beside its procedure.py."""


@frozen(kw_only=True)
class Served:
    """One instrument that `labctl simulate` serves."""

    instrument: str
    model: str
    endpoints: dict[str, str] = field(factory=dict)  # by kind of wire: "serial", "hislip", "tcp"


@frozen(kw_only=True)
class Line:
    """The line that `labctl simulate` prints."""

    instruments: tuple[Served, ...]
    control: str = ""


def simulated_bench(method: str = "electrical/dmm_dc_voltage") -> Path:
    """Return the station file of a procedure's simulated bench.

    Args:
        method: the procedure's folder within its pack.

    Raises:
        StationError: no installed pack has such a bench.
    """
    for folder in folders(PROCEDURES):
        file = folder / method / BENCH
        if file.is_file():
            return file
    raise StationError(
        file=f"{method}/{BENCH}",
        line=1,
        where="—",
        problem=Text("no installed procedure has this bench", zh="已安装的规程中没有该台位"),
        remedy=Text("Give a station file with --station", zh="请用 --station 指定台位文件"),
    )


def shipped_benches() -> dict[str, Path]:
    """Return the station files of the benches that the installed simulators bring along, by name."""
    files = (file for folder in folders(SIMULATORS) for file in sorted((folder / "benches").glob("*.toml")))
    return {file.stem: file for file in files}


def shipped_bench(name: str) -> Path:
    """Return the station file of a bench that ships, by its name. Raises ArgumentRefused."""
    known = shipped_benches()
    if name not in known:
        raise ArgumentRefused(
            argument=name,
            problem=Text("no installed simulators bring a bench of this name", zh="已安装的模拟器中没有该名称的台位"),
            remedy=Text("Choose one of: {known}", zh="可选：{known}").filled(known=", ".join(known) or "—"),
        )
    return known[name]


def station_file(named: str) -> Path:
    """Return a station file by its path, or that of a bench that ships by its name; the path where it is neither."""
    path = Path(named)
    return path if path.exists() else shipped_benches().get(named, path)


def simulated_station(method: str = "electrical/dmm_dc_voltage") -> Station:
    """Return the station of a procedure's simulated bench. Raises StationError."""
    return read_station(simulated_bench(method))


def with_endpoints(station: Station, line: str | bytes | dict[str, Any]) -> Station:
    """Return the station with the addresses at which its simulators are served.

    Args:
        station: names simulators.
        line: what `labctl simulate` printed, as JSON or decoded.

    Raises:
        StationError: the line is not of that form.
        UnknownInstrument: a simulator of the station is not served, or not on the wire that the station asks for.
    """
    try:
        bench = msgspec.convert(line, Line) if isinstance(line, dict) else msgspec.json.decode(line, type=Line)
    except msgspec.MsgspecError as error:
        raise StationError(
            file=station.file.name,
            line=1,
            where="endpoints",
            problem=Text(
                "is not what `labctl simulate` prints: {error}", zh="不是 labctl simulate 的输出：{error}"
            ).filled(error=error),
            remedy=Text("Give the line as it was printed", zh="请原样传入该行"),
        ) from error
    served = {each.instrument: each.endpoints for each in bench.instruments}
    addresses: dict[str, str] = {}
    for key, instrument in station.instruments.items():
        if not instrument.simulator or place_of(instrument.address) is not None:
            continue  # a sensor is reached through its readout
        offered = served.get(key, {})
        if instrument.wire not in offered:
            raise UnknownInstrument(
                file=station.file.name,
                line=1,
                where=f"instruments.{key}.wire",
                problem=Text("{wire!r} is not served", zh="未提供 {wire!r} 接口").filled(wire=instrument.wire),
                remedy=Text("Served are: {known}", zh="已提供：{known}").filled(known=", ".join(offered) or "—"),
            )
        addresses[key] = offered[instrument.wire]
    return station.with_addresses(addresses)
