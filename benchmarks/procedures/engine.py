"""What the engine adds to a reading beside the wire alone: the same exchanges over the same wires, without a run.

A DMM calibration is carried out with every instrument on a real wire and a journal that is durable before anything
further is said. Then its exchanges are made again, in their order, by nothing but the wires. What the engine adds to a
reading is held against the time that the meter itself takes for one (10 power line cycles with auto-zero at 50 Hz).
"""

import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from attrs import evolve

from labctl.app.casting import fill
from labctl.app.in_process import engine_on
from labctl.app.job import Job
from labctl.app.own_bench import own_bench
from labctl.app.preparation import Prepared, prepare
from labctl.app.procedures import find_procedure
from labctl.app.simulate import bench_of
from labctl.app.station import with_endpoints
from labctl.events.kinds import IndicationTaken, SettingMade
from labctl.run.control import Control
from labctl.run.scribe import Scribe
from labctl.simulation.host import Bench
from labctl.store.journal import SqliteJournal
from labctl.transport.base import Transport
from labctl.transport.borrowed import BorrowedClock
from labctl.transport.connect import open_transport
from labctl.transport.transcript import Transcript

METHOD: Final = "dmm-dc-voltage"
READING: Final = 0.4  # seconds that the meter takes
TRIES: Final = 3
LIMIT: Final = 0.05  # of a reading's own time
Asked = list[IndicationTaken | SettingMade]


def main() -> int:
    """Print what a reading costs with the engine and without, best of three tries; fail above the limit."""
    found = find_procedure(METHOD)
    own = own_bench(found)
    job = Job(
        run="overhead",
        data="/nonexistent",
        station=str(own.station),
        procedure=METHOD,
        by="benchmark",
        unit=own.unit,
        confirms="nobody",
    )
    prepared = prepare(job)
    run, wires, readings = min((compared(prepared) for _ in range(TRIES)), key=lambda each: each[0] - each[1])
    added = (run - wires) / readings
    print(
        f"{readings} readings: {1e3 * run / readings:.2f} ms each in a run, "
        f"{1e3 * wires / readings:.2f} ms by the wires alone; the engine adds {1e3 * added:.2f} ms "
        f"(x {run / wires:.1f}), {added / READING:.1%} of a reading of {READING:g} s "
        f"(limit {LIMIT:.0%}, best of {TRIES})"
    )
    return 0 if added <= LIMIT * READING else 1


def compared(prepared: Prepared) -> tuple[float, float, int]:
    """Return the wall seconds of a run, those of its exchanges by the wires alone, and how many readings they hold."""
    with TemporaryDirectory() as folder, served(prepared) as (bench, there, clock):
        transcript = Transcript(Path(folder) / "transcript", clock)
        with SqliteJournal(Path(folder) / "journal", "overhead", durable=True) as journal:
            engine = engine_on(
                bench,
                there,
                Scribe(journal, transcript, clock),
                control=Control(),
                transcript=transcript,
                note=Path(folder) / "note",
                clock=clock,
            )
            began = perf_counter()
            engine.run()
            run = perf_counter() - began
            asked: Asked = [
                each.event for each in journal.read() if isinstance(each.event, IndicationTaken | SettingMade)
            ]
        transcript.close()
    with served(prepared) as (_, there, clock):
        wires = again(asked, there, clock)
    return run, wires, sum(isinstance(each, IndicationTaken) for each in asked)


def again(asked: Asked, there: Prepared, clock: BorrowedClock) -> float:
    """Return the wall seconds of the exchanges alone."""
    seats = {each.instrument: each for each in there.seated.seats.values()}
    wires: Mapping[str, Transport] = {
        name: open_transport(seat.address, instrument=name, clock=clock) for name, seat in seats.items()
    }
    for each in wires.values():
        each.open()
    began = perf_counter()
    for event in asked:
        wire, ending = wires[event.instrument], seats[event.instrument].driver.answer_terminator
        for exchange in event.exchanges:
            wire.write(exchange.sent)
            if exchange.received:
                wire.read(ending, 60.0)
    took = perf_counter() - began
    for each in wires.values():
        each.close()
    return took


@contextmanager
def served(prepared: Prepared) -> Generator[tuple[Bench, Prepared, BorrowedClock]]:
    """Put the bench on real wires; give it, what is to do there, and its clock."""
    bench = bench_of(prepared.station, seed=1)
    instruments = bench.serve()
    clock = BorrowedClock(bench.control)
    try:
        station = with_endpoints(prepared.station, {"instruments": instruments, "control": bench.control})
        yield bench, evolve(prepared, station=station, seated=fill(prepared.procedure, station, prepared.job)), clock
    finally:
        clock.close()
        bench.stop()


if __name__ == "__main__":
    sys.exit(main())
