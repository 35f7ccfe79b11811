"""A simulated bench: its world, its instruments, and every way to reach them, on real wires or within one process."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from attrs import field, fields_dict, frozen

from labctl.clock import Clock, SimulatedClock
from labctl.records.equipment import Asset
from labctl.simulation.chance import Seeds
from labctl.simulation.control import Control
from labctl.simulation.coupling import Coupling
from labctl.simulation.faults import Fault
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.line import Line
from labctl.simulation.pace import Pace
from labctl.simulation.timekeeper import Timekeeper
from labctl.simulation.world import World
from labctl.transport.base import Transport
from labctl.transport.loopback import LoopbackTransport
from labctl.transport.serve import Peer, Server, SessionFactory
from labctl.transport.transcript import Transcript

T = TypeVar("T")

PARAMETERS: Final = tuple(each for each in fields_dict(Fault) if each not in {"name", "since"})
CHANNEL: Final = "channel"  # of a sensor, which its readout speaks for
LINES: Final = ("serial", "modbus+rtu")  # wires without connections: always there
_NOTHING: Final[Mapping[str, str]] = {}
TICK: Final = 1.0  # wall seconds between two looks at a world that nobody asks


@frozen(kw_only=True)
class BenchPlan:
    """What stands on a bench, in plain facts."""

    world: str  # the field whose couplings it has, "electrical"
    instruments: tuple[Placed, ...]
    auxiliaries: Mapping[str, Asset] = field(factory=dict[str, Asset])
    operator: Mapping[str, str] = field(factory=dict[str, str])
    """By picture of an instruction: what the operator does; `{filter}` in it is what the instruction is about."""


class Bench:
    """A bench of simulated instruments.

    Within one process it is reached by `loopback`, in the one thread that also owns the clock. `serve` puts it on
    real wires; it lives in its server's thread then, and whoever follows its simulated time borrows the clock
    through the control endpoint. Both give the same bytes for the same seed.
    """

    def __init__(
        self,
        plan: BenchPlan,
        *,
        models: Mapping[str, type[SimulatedInstrument]],
        worlds: Mapping[str, type[Coupling]],
        seed: int = 1,
        noise: bool = True,
        clock: Clock | None = None,
        pace: int | None = None,
        others: Sequence[int] = (),
    ) -> None:
        """Set the bench up.

        Args:
            plan: what stands on it.
            models: the simulators that are installed, by key, `fluke/5522A`.
            worlds: the couplings that are installed, by field.
            seed: of all chance; the same seed gives the same hidden errors, noise and bytes.
            noise: whether anything changes by chance in time; without, hidden errors stay.
            clock: its time; a simulated one by default.
            pace: seed of how long answers take, where that is to be the same as on another bench.
            others: seeds of benches that go in step with this one, within one process.

        Raises:
            LookupError: a simulator or world that is not installed.
        """
        self.plan = plan
        self.clock: Clock = clock if clock is not None else SimulatedClock()
        seeds = Seeds((seed, *others)) if others else None
        self.world = World(seed, self.clock, noisy=noise, pace=seed if pace is None else pace, seeds=seeds)
        self.keeper = Timekeeper(self.world, self.clock) if isinstance(self.clock, SimulatedClock) else None
        if isinstance(self.clock, SimulatedClock):
            self.clock.world = self.keeper
        self.instruments = {each.key: models[each.simulator](self.world, each) for each in plan.instruments}
        self.coupling = worlds[plan.world](self.world, self.instruments, plan.auxiliaries)
        self._server: Server | None = None
        self._lines = 0
        self.endpoints: dict[str, dict[str, str]] = {}
        self.control = ""

    # --- reaching it -------------------------------------------------------------------------------------------------

    def loopback(self, key: str, *, claim: bool = True, transcript: Transcript | None = None) -> Transport:
        """Return a wire to an instrument within this process and thread; to be opened by who uses it.

        Args:
            key: the instrument's name on the bench.
            claim: whether its answers move a simulated time; an observer's do not.
            transcript: keeps every byte, where there is one.
        """
        wire = self.instruments[key].placed.wire
        return LoopbackTransport(
            self._sessions(key, wire, lasting=False),
            address=f"loopback://{key}" + (f"?wire={wire}" if wire else ""),
            instrument=key,
            clock=self.clock,
            claim=claim,
            transcript=transcript,
            members=self.world.members,
        )

    def serve(self, *, truthful: bool = False) -> list[dict[str, object]]:
        """Put every instrument on its real wires, and the control endpoint beside them.

        Args:
            truthful: whether the control endpoint tells hidden errors; for tests and validation only.

        Returns:
            For each instrument its name, model and endpoints, as `labctl simulate` prints them.
        """
        server = self._server = Server()
        server.start()
        for key, instrument in self.instruments.items():
            wires = instrument.placed.wires or instrument.wires
            self.endpoints[key] = {wire: self._served(server, key, wire) for wire in wires if wire != CHANNEL}
        self.control = server.add_control(Control(self, server, truthful=truthful).answer)
        if not self.clock.simulated:
            server.call_later(TICK, self._tick)
        return [
            {"instrument": key, "model": f"{each.maker} {each.model}", "endpoints": self.endpoints[key]}
            for key, each in self.instruments.items()
        ]

    def stop(self) -> None:
        """Take the bench off its wires. Raises whatever went wrong inside an instrument meanwhile."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def _served(self, server: Server, key: str, wire: str) -> str:
        sessions, instrument = self._sessions(key, wire, lasting=wire in LINES), self.instruments[key]
        served: dict[str, Callable[[SessionFactory], str]] = {
            "hislip": server.add_hislip,
            "modbus": lambda sessions: server.add_modbus(sessions, instrument.modbus_unit),
            "modbus+rtu": lambda sessions: server.add_modbus_rtu(sessions, instrument.modbus_unit, instrument.line),
            "operator": server.add_socket,  # a person who reads and types
            "prologix": server.add_prologix,
            "serial": lambda sessions: server.add_pty(sessions, instrument.line),
            "tcp": server.add_socket,
            "vxi11": server.add_vxi11,
        }
        return served[wire](sessions)

    def _sessions(self, key: str, wire: str, *, lasting: bool) -> Callable[[Peer, str], Line]:
        instrument = self.instruments[key]
        pace = Pace.of(wire, instrument.line)

        def session(peer: Peer, address: str) -> Line:
            self._lines += 1
            if self.keeper is None:
                names: tuple[object, ...] = (self.world.pace, key, "wall", self._lines)
                later = self._server.call_later if self._server is not None else None
                return Line(instrument, peer, address, names, later, lasting, pace)
            line = Line(instrument, peer, address, self.keeper.observer_names(key), None, lasting, pace)
            self.keeper.admit(line)
            return line

        return session

    def _tick(self) -> None:
        self.world.catch_up()
        if self._server is not None:
            self._server.call_later(TICK, self._tick)

    # --- acting on it ------------------------------------------------------------------------------------------------

    def operate(self, picture: str, about: Mapping[str, str] = _NOTHING) -> bool:
        """Do what the operator does on an instruction with this picture; tell whether the bench knows it.

        Args:
            picture: of the instruction.
            about: what it is about, which fills the braces of the action: `insert filter {filter}`.

        Raises:
            LookupError: the action wants to know something that the instruction does not say.
        """
        action = self.plan.operator.get(picture)
        if action is None:
            return False
        meant = action.format_map(about)
        self._inside(lambda: self.coupling.act(meant))
        return True

    def act(self, action: str) -> None:
        """Do something on the bench by its name, such as `short`; an operator's mistakes included."""
        self._inside(lambda: self.coupling.act(action))

    def fault(self, instrument: str, name: str, **parameters: Any) -> None:  # noqa: ANN401  (the fields of Fault)
        """Switch a fault on. Raises LookupError for an unknown instrument, fault or parameter."""
        for each in parameters:
            if each not in PARAMETERS:
                raise LookupError(f"{each!r} is no parameter of a fault; known are {', '.join(PARAMETERS)}")
        fault = Fault(name=name, since=self.world.present, **parameters)
        self._inside(lambda: self.instruments[instrument].faults.arm(fault))

    def mend(self, instrument: str, name: str = "") -> None:
        """Switch one fault of an instrument off, or all of them."""
        self._inside(lambda: self.instruments[instrument].faults.mend(name))

    def state(self, instrument: str) -> Mapping[str, object]:
        """Return what a person at the bench sees of an instrument now, such as `energised` and `output`."""

        def seen() -> Mapping[str, object]:
            self.world.catch_up()
            return self.instruments[instrument].state()

        return self._inside(seen)

    def truth(self, of: str, name: str, **at: float) -> float:
        """Return a hidden value; for tests and validation only.

        `truth("meter", "error", at=10, range=10)` is the meter's true error of indication at 10 V,
        `truth("calibrator", "output", at=10)` what truly settles when 10 V are set, and
        `truth("electrical", "thermal EMF")` that of the leads, all in volts.
        """

        def told() -> float:
            self.world.catch_up()
            return self.coupling.truth(name) if of == self.plan.world else self.instruments[of].truth(name, **at)

        return self._inside(told)

    def _inside(self, action: Callable[[], T]) -> T:
        return self._server.run(action) if self._server is not None else action()
