"""Which part of an exchange over TCP goes into its transcript: a driver's query with and without, in turns.

The server is a simulated multimeter in a process of its own, in a simulated time that stands still: it answers at once.
Both wires are the same but for the transcript, which keeps what was sent, what came, and both times. What it takes is
the difference of the medians, and the exchange's part of what it packs and writes once a second; the least of three
tries counts.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from labctl import packs
from labctl.clock import SimulatedClock, WallClock
from labctl.instruments.driver import Driver
from labctl.transport.connect import open_transport
from labctl.transport.transcript import Transcript, read_transcript

MODEL: Final = "keysight/34465A"
SERVE: Final = [sys.executable, "-m", "labctl.cli", "simulate", "--model", MODEL, "--time", "simulated", "--json"]
TURNS: Final = 3000
PACKED: Final = 400  # frames
TRIES: Final = 3
LIMIT: Final = 0.15  # of an exchange


def main() -> int:
    """Print both medians and the transcript's share, the least of three tries; fail above the limit."""
    with subprocess.Popen(SERVE, stdout=subprocess.PIPE, text=True) as server, TemporaryDirectory() as folder:
        line = server.stdout.readline() if server.stdout is not None else ""
        address = json.loads(line)["instruments"][0]["endpoints"]["tcp"]
        try:
            bare, kept = min((compared(address, Path(folder) / str(n)) for n in range(TRIES)), key=share)
        finally:
            server.terminate()
    print(
        f"exchange without transcript {bare * 1e6:.0f} us, with {kept * 1e6:.0f} us, "
        f"transcript {share((bare, kept)):.1%} of it (limit {LIMIT:.0%}, best of {TRIES})"
    )
    return 0 if share((bare, kept)) <= LIMIT else 1


def compared(address: str, file: Path) -> tuple[float, float]:
    """Return the medians of a query without and with a transcript, taken in turns."""
    transcript = Transcript(file, WallClock())
    bare, kept = driver(address, None), driver(address, transcript)
    times = [(seconds(bare.identify), seconds(kept.identify)) for _ in range(TURNS)]
    for each in (bare, kept):
        each.wire.close()
    transcript.close()
    without, within = (statistics.median(each[n] for each in times) for n in (0, 1))
    return without, within + written(file.with_suffix(".again"), file)


def written(again: Path, kept: Path) -> float:
    """Return what packing and writing takes for one exchange, which has two frames."""
    frames = list(islice(read_transcript(kept), PACKED))
    transcript = Transcript(again, SimulatedClock())  # writes nothing by itself: its time stands still
    for each in frames:
        transcript.record(each.wire, each.direction, each.content)
    return 2 * seconds(transcript.close) / len(frames)


def driver(address: str, transcript: Transcript | None) -> Driver:
    """Return a driver of the multimeter, its wire open."""
    kind: Any = packs.drivers().get(MODEL)
    wire = open_transport(address, instrument="meter", clock=WallClock(), transcript=transcript, claim=False)
    wire.open()
    made: Driver = kind(wire)
    return made


def share(medians: tuple[float, float]) -> float:
    """Return which part of an exchange the transcript takes."""
    return max(medians[1] - medians[0], 0.0) / medians[1]


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of one call."""
    began = perf_counter()
    work()
    return perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
