"""A whole engine within the test: simulated instruments on loopback wires, one thread, simulated time."""

from collections.abc import Callable, Mapping
from pathlib import Path

from attrs import define, evolve, field

from labctl.app.job import Job
from labctl.app.preparation import prepare, software, started_of
from labctl.app.simulate import bench_of
from labctl.app.station import read_station, simulated_bench
from labctl.events.kinds import Event, RunFinished
from labctl.run.bench import Bench
from labctl.run.clock import RunClock
from labctl.run.control import Control
from labctl.run.engine import Engine
from labctl.run.guarded import Unguarded
from labctl.run.operator import Operator, Policy
from labctl.run.scribe import Scribe
from labctl.run.sections import Sections
from labctl.run.verbs import LiveRun
from labctl.simulation.host import Bench as Simulated
from labctl.store.journal import SqliteJournal, open_journal
from labctl.transport.transcript import Transcript

RUN = "20260105-0001"
Ring = Callable[["Session", Event], None]


@define
class Session:
    """One run and whoever works on it; `begin` again takes it up."""

    root: Path
    procedure: str
    simulated: Simulated
    control: Control = field(factory=Control)
    operator: Operator | None = None
    adjust: bool = False
    real: bool = False  # the record says that this is no simulation
    high_voltage: bool = False
    on_event: Ring = lambda _session, _event: None

    def begin(self) -> RunFinished | None:
        job = Job(
            run=RUN,
            data=str(self.root),
            station=str(simulated_bench()),
            procedure=self.procedure,
            by="tests",
            adjust=self.adjust,
        )
        prepared = prepare(job)
        clock = self.simulated.clock
        transcript = Transcript(self.root / "run.transcript", clock)
        with SqliteJournal(self.root / "run.sqlite", RUN, durable=False) as journal:
            scribe = Scribe(journal, transcript, clock)
            scribe.catch_up()
            scribe.ring = lambda _n: self.on_event(self, next(iter(journal.read(journal.head.n - 1))).event)
            run_clock = RunClock(clock, self.control.halted)
            bench = Bench(
                prepared.seated.seats,
                scribe,
                run_clock,
                lambda seat: self.simulated.loopback(seat.instrument, transcript=transcript),
            )
            operator = self.operator if self.operator is not None else Policy(self.told)
            live = LiveRun(scribe, bench, self.control, operator, run_clock, self.high_voltage)
            made_by = software(prepared.procedure, prepared.seated)
            started = scribe.progress.started or started_of(prepared, scribe, clock, made_by)
            if self.real:
                started = evolve(started, simulated=False)
            engine = Engine(
                started=started,
                scribe=scribe,
                bench=bench,
                control=self.control,
                guardian=Unguarded(),
                note=self.root / "note.json",
                work=Sections(prepared.procedure, started, live),
                clock=clock,
                software=made_by,
                by="tests",
            )
            try:
                return engine.run()
            finally:
                transcript.close()

    def told(self, picture: str, about: Mapping[str, str]) -> None:
        self.simulated.operate(picture, about)

    def events(self) -> list[Event]:
        with open_journal(self.root / "run.sqlite") as journal:
            return [each.event for each in journal.read()]


def session(root: Path, procedure: str = "dmm-dc-voltage", seed: int = 1) -> Session:
    return Session(root, procedure, bench_of(read_station(simulated_bench()), seed=seed))
