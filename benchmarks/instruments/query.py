"""How long a driver's query over our TCP transport takes beside a raw socket's: medians of pairs, best of three.

The server is a simulated multimeter in a process of its own. It keeps a simulated time, in which who does not move it
is answered at once: what is compared is the way there and back, not the meter's measuring.
"""

import json
import socket
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.parse import urlsplit

from labctl import packs
from labctl.clock import WallClock
from labctl.instruments.driver import Driver
from labctl.transport.connect import open_transport
from labctl.transport.transcript import Transcript

MODEL = "keysight/34465A"
SERVE = [sys.executable, "-m", "labctl.cli", "simulate", "--model", MODEL, "--time", "simulated", "--json"]
TURNS = 2000
TRIES = 3
LIMIT = 2.0  # times a raw socket


def main() -> int:
    """Print both medians and their ratio, of the best of three tries; fail above the limit."""
    with subprocess.Popen(SERVE, stdout=subprocess.PIPE, text=True) as server, TemporaryDirectory() as folder:
        line = server.stdout.readline() if server.stdout is not None else ""
        address = json.loads(line)["instruments"][0]["endpoints"]["tcp"]
        try:
            raw, ours = min((compared(address, Path(folder) / str(n)) for n in range(TRIES)), key=ratio)
        finally:
            server.terminate()
    print(
        f"raw socket {raw * 1e6:.0f} us, driver query {ours * 1e6:.0f} us, "
        f"x {ratio((raw, ours)):.2f} (limit {LIMIT:g}, best of {TRIES})"
    )
    return 0 if ratio((raw, ours)) <= LIMIT else 1


def compared(address: str, transcript: Path) -> tuple[float, float]:
    """Return the medians of a raw round trip and of a driver's query, one after the other, its transcript kept."""
    clock = WallClock()
    kept = Transcript(transcript, clock)
    wire = open_transport(address, instrument="meter", clock=clock, transcript=kept, claim=False)
    wire.open()
    driver = driver_of(MODEL)(wire)
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        times: list[tuple[float, float]] = [
            (seconds(lambda: asked(connection)), seconds(driver.identify)) for _ in range(TURNS)
        ]
    wire.close()
    kept.close()
    return statistics.median(each[0] for each in times), statistics.median(each[1] for each in times)


def driver_of(model: str) -> type[Driver]:
    """Return the driver of a model that ships."""
    found = packs.drivers().get(model)
    if found is None:
        raise LookupError(model)
    return found


def asked(connection: socket.socket) -> bytes:
    """Ask for the identity, and return all of the answer."""
    connection.sendall(b"*IDN?\n")
    answer = b""
    while not answer.endswith(b"\n"):
        answer += connection.recv(4096)
    return answer


def ratio(medians: tuple[float, float]) -> float:
    """Return how many times the first the second is."""
    return medians[1] / medians[0]


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of one call."""
    began = perf_counter()
    work()
    return perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
