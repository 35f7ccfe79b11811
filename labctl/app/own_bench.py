"""The simulated bench of a procedure: a station file of its own, or the name of one that the simulators bring along."""

import tomllib
from pathlib import Path

from attrs import frozen

from labctl.app.station.endpoints import BENCH, shipped_bench
from labctl.errors import ArgumentRefused, ProcedureError
from labctl.language import Text
from labctl.procedure.procedure import Procedure

__all__ = ["BENCH", "OwnBench", "own_bench"]


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
        ProcedureError: there is no such file, or it cannot be read.
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
        content = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _refused(
            procedure,
            Text("{bench} cannot be read: {error}", zh="{bench} 无法读取：{error}").filled(bench=BENCH, error=error),
            Text("Correct the file", zh="请更正该文件"),
        ) from error
    named = content.get("bench")
    if not isinstance(named, str):
        return OwnBench(station=file)
    try:
        return OwnBench(station=shipped_bench(named), unit=str(content.get("unit", "")))
    except ArgumentRefused as error:
        raise _refused(procedure, error.problem, error.remedy) from error


def _refused(procedure: Procedure, problem: Text, remedy: Text) -> ProcedureError:
    return ProcedureError(where=f"procedure {procedure.name}", problem=problem, remedy=remedy)
