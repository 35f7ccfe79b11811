"""How long six hours of a bath method take in simulated time, within one process: heating, settling, evaluation."""

import sys
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from labctl.app.in_process import InProcess
from labctl.app.job import Job
from labctl.app.own_bench import own_bench
from labctl.app.procedures import find_procedure
from labctl.records.calibration import Outcome

METHOD: Final = "iprt"
HOURS: Final = 6.0
TRIES: Final = 3
LIMIT: Final = 10.0  # seconds for six hours


def main() -> int:
    """Print what a run took, scaled to six hours; fail above the limit."""
    hours, took = min((run() for _ in range(TRIES)), key=lambda each: each[1])
    scaled = took * HOURS / hours
    print(
        f"{METHOD}: {hours:.1f} h on the bath in {took:.1f} s, "
        f"{scaled:.1f} s for {HOURS:g} h (limit {LIMIT:g} s, best of {TRIES})"
    )
    return 0 if scaled <= LIMIT else 1


def run() -> tuple[float, float]:
    """Return the hours that a run lasted in its own time, and the seconds that it took here."""
    own = own_bench(find_procedure(METHOD))
    with TemporaryDirectory() as folder:
        job = Job(
            run="soak",
            data=folder,
            station=str(own.station),
            procedure=METHOD,
            by="benchmark",
            unit=own.unit,
            confirms="nobody",
        )
        began = perf_counter()
        running = InProcess.of(job)
        start = running.bench.clock.now()
        ended = running.carry_out()
        took = perf_counter() - began
        if ended is None or ended.outcome is not Outcome.FINISHED:
            raise RuntimeError(ended)
        return (running.bench.clock.now() - start).total_seconds() / 3600, took


if __name__ == "__main__":
    sys.exit(main())
