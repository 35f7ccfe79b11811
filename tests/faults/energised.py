"""An engine that put energy on everything a bench has, and stands in the midst of a command: to be struck.

`python -m tests.faults.energised STATION LINE NOTE`, LINE being what `labctl simulate` prints. Says "on" when all is
on, and "half" when half a command is on every wire that takes bytes as they come.
"""

import json
import sys
from pathlib import Path
from typing import Any

from labctl import packs
from labctl.app.station import read_station, with_endpoints
from labctl.clock import WallClock
from labctl.events.kinds import CommandIntended
from labctl.instruments.driver import Driver
from labctl.run.bench import Seat
from labctl.run.guarded import GuardianProcess
from labctl.testing import Memory
from labctl.transport.connect import open_transport
from tests.faults.exercise import sources

FRAMED = ("modbus", "modbus+rtu")  # a frame leaves as a whole or not at all


def seats(station: Path, line: dict[str, Any]) -> dict[str, Seat]:
    """Return what can feed the bench, with its address on the simulated wires."""
    found = with_endpoints(read_station(station), line)
    kinds = packs.drivers().found
    made = {
        key: Seat(
            role=key,
            instrument=key,
            driver=kinds[each.driver],
            address=each.address,
            expected=each.asset.identity,
            limits=each.limits,
        )
        for key, each in found.instruments.items()
        if each.driver in kinds
    }
    return {key: seat for key, seat in made.items() if seat.driver.safe is not None}


def energise(driver: Driver) -> None:
    """Let a source present something: a voltage where it can, else what it is for."""
    driver.prepare()
    can = sources(driver)
    chosen = can.get("source_dc_voltage", next(iter(can.values()), None)) or getattr(driver, "start", None)
    if chosen is not None:
        chosen()


def main() -> None:
    """Energise, wait to be told, and stand there."""
    station, line, note = Path(sys.argv[1]), json.loads(sys.argv[2]), Path(sys.argv[3])
    found = seats(station, line)
    clock = WallClock()
    GuardianProcess(tuple(each.guarded for each in found.values() if each.guarded is not None), note).start()
    memory = Memory()
    drivers: list[Driver] = []
    for key, seat in found.items():
        wire = open_transport(seat.address, instrument=key, clock=clock, claim=False)
        wire.open()
        driver = seat.driver(wire, name=key, witness=memory, clock=clock, limits=seat.limits)
        driver.recognise(seat.expected)
        energise(driver)
        drivers.append(driver)
    print("on", flush=True)  # noqa: T201  (to the test)
    sys.stdin.readline()
    for driver in drivers:
        if driver.wire.address.partition(":")[0] not in FRAMED:
            said = [each for each in memory.events if isinstance(each, CommandIntended)]
            last = next(each.command for each in reversed(said) if each.instrument == driver.name)
            driver.wire.write(last[: len(last) // 2])
    print("half", flush=True)  # noqa: T201  (to the test)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
