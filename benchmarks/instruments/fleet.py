"""How late answers come when one process simulates three hundred instruments asked ten times a second, best of three.

The instruments stand on their own kinds of wire (SCPI sockets, HiSLIP, Modbus TCP, serial lines), in wall time and in
one thread; whoever asks is a process of its own that speaks in bare bytes. An answer is late by what has passed since
its question was planned, less the time that the instrument takes by itself: its longest answer while no other is asked.
"""

import heapq
import json
import os
import selectors
import socket
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import define, evolve, field

from labctl import packs
from labctl.clock import WallClock
from labctl.simulation.alone import Alone, plan_alone
from labctl.simulation.host import Bench, BenchPlan
from labctl.transport.hislip_message import Kind, Message

FLEET: Final = {
    ("keysight/34465A", "tcp", b"*IDN?\n"): 70,
    ("fluke/8588A", "tcp", b"*IDN?\n"): 40,
    ("keysight/34465A", "hislip", b"SYST:ERR?\n"): 30,
    ("keysight/53230A", "hislip", b"*IDN?\n"): 20,
    ("emerson/2700", "modbus", bytes.fromhex("03 00f6 0002")): 60,  # mass flow
    ("generic/line-transmitter", "modbus", bytes.fromhex("04 0000 0002")): 30,  # temperature
    ("mettler/ICS685", "serial", b"SI\r\n"): 25,
    ("fluke/5522A", "serial", b"OPER?\n"): 25,
}
RATE: Final = 10.0  # questions a second to each
ALONE: Final = 5  # questions to each before the others
SECONDS: Final = 10.0
SHARE: Final = 0.99  # of all answers, which are not later than the limit
TRIES: Final = 3
LIMIT: Final = 0.020  # seconds
PATIENCE: Final = 5.0  # seconds for the last answers
SERVE: Final = [sys.executable, __file__, "serve"]


def main() -> int:
    """Print the lateness of all but one in a hundred answers, the best of three tries; fail above the limit."""
    if sys.argv[1:] == ["serve"]:
        return serve()
    late, share = min((asked_together() for _ in range(TRIES)), key=lambda each: each[0])
    print(
        f"{sum(FLEET.values())} instruments in one process at {RATE:g} Hz: p99 {late * 1e3:.1f} ms late "
        f"(limit {LIMIT * 1e3:g} ms, best of {TRIES}), {share:.1%} of the questions asked"
    )
    return 0 if late < LIMIT and share >= SHARE else 1


# --- the one process that simulates ----------------------------------------------------------------------------------


def serve() -> int:
    """Serve the fleet, print its endpoints, and stay until standard input ends."""
    installed: Any = packs.simulators()
    placed = [
        plan_alone(installed.get(model), wires=(wire,)).instruments[0]
        for (model, wire, _), count in FLEET.items()
        for _ in range(count)
    ]
    plan = BenchPlan(
        world=Alone.field, instruments=tuple(evolve(each, key=f"instrument{n}") for n, each in enumerate(placed))
    )
    models = {each.simulator: installed.get(each.simulator) for each in placed}
    bench = Bench(plan, models=models, worlds={Alone.field: Alone}, clock=WallClock())
    bench.serve()
    print(json.dumps([next(iter(each.values())) for each in bench.endpoints.values()]), flush=True)
    sys.stdin.read()
    bench.stop()
    return 0


# --- whoever asks ----------------------------------------------------------------------------------------------------


def asked_together() -> tuple[float, float]:
    """Return the lateness of all but one in a hundred answers, and which share of the questions was asked."""
    with subprocess.Popen(SERVE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        addresses = json.loads(server.stdout.readline() if server.stdout is not None else "")
        questions = [question for (_, _, question), count in FLEET.items() for _ in range(count)]
        clients = [client(*each) for each in zip(addresses, questions, strict=True)]
        for each in clients:
            each.own = max(took for _ in range(ALONE) for took in ask([each], [perf_counter()]))
        began = perf_counter() + 0.5
        late = ask(clients, [began + n / RATE / len(clients) for n in range(len(clients))], int(SECONDS * RATE))
        for each in clients:
            os.close(each.file)
        if server.stdin is not None:
            server.stdin.close()
    return sorted(late)[int(SHARE * len(late))], len(late) / (len(clients) * SECONDS * RATE)


@define(eq=False)
class Client:
    """One connection, as bare as can be."""

    file: int
    question: bytes
    complete: Callable[[bytes], bool]
    own: float = 0.0  # seconds that the instrument takes by itself
    asking: bool = field(default=False, init=False)
    late: float = field(default=0.0, init=False)  # seconds, of its last answer
    _planned: float = field(default=0.0, init=False)
    _received: bytes = field(default=b"", init=False)

    def ask(self, planned: float) -> None:
        """Send the question, unless the one before is still being answered: its turn passes then."""
        if not self.asking:
            self._planned, self._received, self.asking = planned, b"", True
            os.write(self.file, self.question)

    def hears(self) -> bool:
        """Take what has come; return whether the answer is complete."""
        try:
            self._received += os.read(self.file, 4096)
        except BlockingIOError:
            return False
        self.asking = not self.complete(self._received)
        self.late = max(perf_counter() - self._planned - self.own, 0.0)
        return not self.asking


def ask(clients: list[Client], planned: list[float], times: int = 1) -> list[float]:
    """Ask every client so many times at the planned rate; return how late each answer came."""
    late: list[float] = []
    agenda = [(at, n, times) for n, at in enumerate(planned)]
    heapq.heapify(agenda)
    with selectors.DefaultSelector() as selector:
        for each in clients:
            selector.register(each.file, selectors.EVENT_READ, each)
        while agenda or any(each.asking for each in clients):
            while agenda and agenda[0][0] <= perf_counter():
                at, n, left = heapq.heappop(agenda)
                if left > 1:
                    heapq.heappush(agenda, (at + 1 / RATE, n, left - 1))
                clients[n].ask(at)
            wait = max(agenda[0][0] - perf_counter(), 0.0) if agenda else PATIENCE
            heard = [key.data for key, _ in selector.select(wait)]
            if not heard and not agenda:
                break  # whoever is silent so long will not answer any more
            late += [each.late for each in heard if each.asking and each.hears()]
    return late


def client(address: str, question: bytes) -> Client:
    """Return a connection to an endpoint, and how its question goes on the wire."""
    place = urlsplit(address)
    if place.scheme == "serial":
        return Client(os.open(place.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK), question, _ends_with_line)
    connection = _connected(place.hostname, place.port)
    if place.scheme == "hislip":
        _open_hislip(connection, place.hostname, place.port)
        return Client(_bare(connection), Message(Kind.DATA_END, 0, 1, question).encode(), _ends_with_line)
    if place.scheme == "modbus":
        head = bytes(4) + (len(question) + 1).to_bytes(2) + b"\1"
        return Client(_bare(connection), head + question, _fills_its_length)
    return Client(_bare(connection), question, _ends_with_line)


def _ends_with_line(received: bytes) -> bool:
    return received.endswith(b"\n")


def _fills_its_length(received: bytes) -> bool:
    return len(received) >= 6 + int.from_bytes(received[4:6])


def _connected(host: str | None, port: int | None) -> socket.socket:
    connection = socket.create_connection((host, port or 0))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _open_hislip(connection: socket.socket, host: str | None, port: int | None) -> None:
    connection.sendall(Message(Kind.INITIALIZE, 0, 0x0100_4C43, b"hislip0").encode())
    session = int.from_bytes(connection.recv(64)[6:8])
    second = _connected(host, port)
    second.sendall(Message(Kind.ASYNC_INITIALIZE, 0, session).encode())
    second.recv(64)
    second.detach()  # stays open as long as the program


def _bare(connection: socket.socket) -> int:
    connection.settimeout(0.0)
    return connection.detach()


if __name__ == "__main__":
    sys.exit(main())
