"""The simulated bench of a procedure: a station file of its own, or the name of one that the simulators bring along."""

import tomllib
from pathlib import Path

from attrs import frozen

from labctl.app.station.endpoints import BENCH, shipped_bench, station_file
from labctl.app.station.places import lines_of
from labctl.errors import ArgumentRefused, ProcedureError, StationError
from labctl.language import Text
from labctl.procedure.procedure import Procedure

__all__ = ["BENCH", "OwnBench", "bench_in", "bench_named", "bench_wanted", "own_bench"]


@frozen(kw_only=True)
class OwnBench:
    """A station file, and which of its instruments is the unit under test; empty: the only one with a unit type."""

    station: Path
    unit: str = ""


def own_bench(procedure: Procedure) -> OwnBench:
    """Return the simulated bench of a procedure, from `bench.toml` in its folder.

    The file is a whole station, or two lines: `bench = "flow"`, the name of a bench that ships with the simulators, and
    `unit = "turbine"`, which of its units is meant.

    Raises:
        ProcedureError: there is no such file, or it names a bench that does not ship.
    """
    file = procedure.folder / BENCH
    if not file.is_file():
        raise _refused(
            procedure,
            Text("it has no simulated bench", zh="没有模拟台位"),
            Text(
                "Put a station file {bench} beside it, or give one with --station",
                zh="请在规程旁放置台位文件 {bench}，或用 --station 指定",
            ).filled(bench=BENCH),
        )
    try:
        return bench_in(file)
    except StationError as error:
        raise _refused(procedure, error.problem, error.remedy) from error


def bench_in(file: Path) -> OwnBench:
    """Return the bench that a file describes, or that it names in two lines; whose description is it, is not read here.

    Raises:
        StationError: it names a bench that does not ship.
    """
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return OwnBench(station=file)  # told with its line when the station is read
    named = content.get("bench")
    if not isinstance(named, str):
        return OwnBench(station=file)
    try:
        return OwnBench(station=shipped_bench(named), unit=str(content.get("unit", "")))
    except ArgumentRefused as error:
        line = lines_of(file.read_text("utf-8"))["bench",]
        raise StationError(
            file=file.name, line=line, where="bench", problem=error.problem, remedy=error.remedy
        ) from error


def bench_named(named: Path | str) -> OwnBench:
    """Return the bench of a station file, or of the name of one that ships. Raises StationError."""
    return bench_in(station_file(str(named)))


def bench_wanted(procedure: Procedure, station: Path | None) -> OwnBench:
    """Return the bench that is asked for, by file or name; where none is, the procedure's own.

    Raises:
        ProcedureError, StationError: it cannot be found.
    """
    return own_bench(procedure) if station is None else bench_named(station)


def _refused(procedure: Procedure, problem: Text, remedy: Text) -> ProcedureError:
    return ProcedureError(where=f"procedure {procedure.name}", problem=problem, remedy=remedy)
