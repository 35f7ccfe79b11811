"""Serve the simulated instruments of a station until somebody says stop; also the main of that process."""

import json
import signal
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from labctl.app.station import Station
from labctl.app.station.endpoints import simulated_bench
from labctl.app.station.reader import read_station
from labctl.clock import Clock, SimulatedClock, WallClock
from labctl.errors import ArgumentRefused, LabctlError, UnknownInstrument
from labctl.instruments.channel import place_of
from labctl.language import Text
from labctl.packs import simulators, worlds
from labctl.simulation.alone import Alone, plan_alone
from labctl.simulation.host import CHANNEL, Bench, BenchPlan
from labctl.simulation.instrument import Placed

SERIAL = "SIM0001"
"""The serial number of a simulator that stands by itself, where none was asked for."""
_REFUSED = 3  # exit status
_GLANCE = 0.5  # seconds within which an interrupt is noticed where signals do not end a wait


def plan_of(station: Station) -> BenchPlan:
    """Return what stands on the simulated part of a station's bench."""
    simulation = station.simulation
    settings = simulation.settings if simulation is not None else {}
    placed = [
        Placed(
            key=key,
            simulator=each.simulator,
            identity=each.asset.identity,
            wire=each.wire,
            asset=each.asset,
            unit=station.unit_under_test(key) if each.unit_type else None,
            settings=settings.get(key, {}),
            address=each.address if place_of(each.address) is not None else "",
        )
        for key, each in station.instruments.items()
        if each.simulator
    ]
    return BenchPlan(
        world=simulation.world if simulation is not None else "electrical",
        instruments=tuple(placed),
        auxiliaries=station.auxiliaries,
        operator=simulation.operator if simulation is not None else {},
    )


def bench_of(
    station: Station,
    *,
    seed: int | None = None,
    noise: bool | None = None,
    clock: Clock | None = None,
    pace: int | None = None,
    others: Sequence[int] = (),
) -> Bench:
    """Set up the simulated instruments of a station, not served yet.

    Args:
        station: names simulators in place of addresses.
        seed: of all chance; the station's own where none is given.
        noise: whether anything changes by chance in time; as the station says where nothing is given.
        clock: the bench's time; a simulated one of its own where none is given.
        pace: seed of how long answers take, where that is to be the same as on another bench.
        others: seeds of benches that go in step with this one, within one process.

    Raises:
        UnknownInstrument: a simulator or world that no installed pack has.
    """
    plan = plan_of(station)
    installed, fields = simulators(), worlds()
    models = {each.simulator: installed.get(each.simulator) for each in plan.instruments}
    found = {name: model for name, model in models.items() if model is not None}
    if len(found) < len(models):
        unknown = next(name for name, model in models.items() if model is None)
        raise _unknown(station, "simulator", unknown, ", ".join(installed.found))
    coupling = fields.get(plan.world)
    if coupling is None:
        raise _unknown(station, "simulation.world", plan.world, ", ".join(fields.found))
    if seed is None:
        seed = station.simulation.seed if station.simulation is not None else 1
    if noise is None:
        noise = station.simulation is None or station.simulation.noise
    return Bench(
        plan,
        models=found,
        worlds={plan.world: coupling},
        seed=seed,
        noise=noise,
        clock=clock,
        pace=pace,
        others=others,
    )


def bench_alone(
    model: str,
    *,
    serial: str = SERIAL,
    seed: int | None = None,
    noise: bool | None = None,
    clock: Clock | None = None,
) -> Bench:
    """Set up one simulator by itself, not served yet; its name on the bench is `instrument`.

    Args:
        model: as the packs name it, `fluke/5522A`.
        serial: its serial number.
        seed: of all chance.
        noise: whether anything changes by chance in time; it does where nothing is given.
        clock: the bench's time; a simulated one of its own where none is given.

    Raises:
        ArgumentRefused: no installed pack has such a simulator.
    """
    found = simulators().get(model)
    if found is None:
        known = ", ".join(sorted(simulators().found))
        raise ArgumentRefused(
            argument=model,
            problem=Text("no installed simulator is called so", zh="未安装该名称的模拟器"),
            remedy=Text("Choose one of: {known}", zh="可选：{known}").filled(known=known),
        )
    if set(found.wires) <= {CHANNEL}:
        raise ArgumentRefused(
            argument=model,
            problem=Text("is a sensor without a wire of its own", zh="是没有独立通信接口的传感器"),
            remedy=Text("Put it on a channel of its readout in a station file", zh="请在台位文件中接入测量仪通道"),
        )
    plan = plan_alone(found, serial=serial)
    models = {each.simulator: found for each in plan.instruments}
    return Bench(
        plan,
        models=models,
        worlds={Alone.field: Alone},
        seed=1 if seed is None else seed,
        noise=noise is not False,
        clock=clock,
    )


def serve_bench(
    station: Station,
    *,
    seed: int | None = None,
    noise: bool | None = None,
    simulated: bool = True,
    truthful: bool = False,
) -> tuple[Bench, dict[str, object]]:
    """Put the simulated instruments of a station on real wires.

    Args:
        station: names simulators in place of addresses.
        seed: of all chance; the station's own where none is given.
        noise: whether anything changes by chance in time; as the station says where nothing is given.
        simulated: whether time is simulated and lent, or the machine's.
        truthful: whether the control endpoint tells hidden errors; for tests and validation only.

    Returns:
        The bench, to be stopped by the caller, and the line of `served`.
    """
    bench = bench_of(station, seed=seed, noise=noise, clock=SimulatedClock() if simulated else WallClock())
    return bench, served(bench, truthful=truthful)


def served(bench: Bench, *, truthful: bool = False) -> dict[str, object]:
    """Put a bench on real wires and return what `labctl simulate` prints.

    That is `instruments`, each with its endpoints, `operator`, where instructions and faults are acted on, and with a
    simulated time `control`, which lends it.
    """
    line: dict[str, object] = {"instruments": bench.serve(truthful=truthful), "operator": bench.control}
    if bench.clock.simulated:
        line["control"] = bench.control
    return line


def serve_until_told(bench: Bench, *, truthful: bool = False) -> None:
    """Serve a bench in the foreground: one line of JSON, then instruments until SIGINT or SIGTERM."""
    ended = threading.Event()

    def end(_: int, __: object) -> None:
        ended.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)
    line = served(bench, truthful=truthful)
    try:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        while not ended.wait(_GLANCE):
            pass
    finally:
        bench.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the bench of a station in the foreground; the process that a window or a run starts."""
    parser = ArgumentParser(prog="labctl simulate", description="Serve a simulated bench.")
    parser.add_argument("--station", type=Path, help="station file that names simulators")
    parser.add_argument("--seed", type=int, help="seed of all chance")
    parser.add_argument("--no-noise", dest="noise", action="store_const", const=False, help="nothing changes by chance")
    parser.add_argument("--time", choices=("simulated", "wall"), default="simulated")
    parser.add_argument("--truth", action="store_true", help="tell hidden errors; for tests and validation")
    given = parser.parse_args(arguments)
    clock = SimulatedClock() if given.time == "simulated" else WallClock()
    try:
        bench = bench_of(
            read_station(given.station or simulated_bench()), seed=given.seed, noise=given.noise, clock=clock
        )
    except LabctlError as error:
        sys.stderr.write(f"{error}\n")
        return _REFUSED
    serve_until_told(bench, truthful=given.truth)
    return 0


def _unknown(station: Station, where: str, name: str, known: str) -> UnknownInstrument:
    return UnknownInstrument(
        file=station.file.name,
        line=1,
        where=where,
        problem=Text("{name!r} is not installed", zh="未安装 {name!r}").filled(name=name),
        remedy=Text("Installed are: {known}", zh="已安装：{known}").filled(known=known or "—"),
    )


if __name__ == "__main__":
    raise SystemExit(main())
