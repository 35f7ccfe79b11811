"""A whole run within one process: simulated instruments on loopback wires, one thread, a time that nobody waits for."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from attrs import define, field

from labctl.app.adoption import adopted
from labctl.app.job import Job
from labctl.app.preparation import Prepared, prepare, software, started_of
from labctl.app.simulate import bench_of
from labctl.app.station import read_station
from labctl.clock import Clock
from labctl.errors import RunEnded
from labctl.events.journal import Entry
from labctl.events.kinds import RunFinished, RunRested, RunSealed
from labctl.instruments.channel import ChannelWire, place_of
from labctl.instruments.patience import Patience
from labctl.records.calibration import Software
from labctl.run.bench import Bench, Seat
from labctl.run.clock import RunClock
from labctl.run.control import Control
from labctl.run.engine import Engine
from labctl.run.guarded import Unguarded
from labctl.run.operator import Operator, Policy
from labctl.run.scribe import Scribe
from labctl.run.sections import Sections
from labctl.run.verbs import LiveRun
from labctl.simulation.host import Bench as SimulatedBench
from labctl.store.journal import SqliteJournal, open_journal
from labctl.store.ledger import Ledger
from labctl.transport.base import Transport
from labctl.transport.connect import open_transport
from labctl.transport.transcript import Transcript

Hears = Callable[[Entry], None]


@define
class InProcess:
    """One run on a simulated bench, and the bench; `take_up` again goes on where an engine before ended.

    Args:
        job: what to do; its data folder keeps journal and transcript.
        bench: the simulated instruments; their clock is the run's.
        control: what people ask of the run.
        operator: who carries instructions out; nobody, where none is given, and the bench is told.
        hears: called with every entry once it is kept.
        durable: whether every entry is on the disk before the next command is sent.
        adopts: whether what earlier runs of the data folder observed may stand in, as it may on a real bench.
        prepares: called with what was found and checked before anything is opened.
    """

    job: Job
    bench: SimulatedBench
    control: Control = field(factory=Control)
    operator: Operator | None = None
    hears: Hears = lambda _entry: None
    durable: bool = False
    adopts: bool = False
    prepares: Callable[[Prepared], None] = lambda _prepared: None

    @classmethod
    def of(cls, job: Job, *, seed: int | None = None, noise: bool | None = None) -> "InProcess":
        """Return a run on the simulated bench that its job names. Raises StationError, UnknownInstrument."""
        return cls(job, bench_of(read_station(Path(job.station)), seed=seed, noise=noise))

    def carry_out(self) -> RunFinished | None:
        """Return how the run ended, however often it has to wait for another day; None where it rests otherwise.

        Raises:
            LabctlError: the job was refused before anything was opened.
            StoreFailed: the journal could not be kept.
        """
        while (ended := self.take_up()) is None:
            until = self.waits_until()
            if until is None or until <= self.bench.clock.now():
                return None
            self.bench.clock.wait((until - self.bench.clock.now()).total_seconds())
        return ended

    def take_up(self) -> RunFinished | None:
        """Let one engine work and return how the run ended; None where it rests. Raises as `carry_out`."""
        folder, run = self.job.folder, self.job.run
        again = folder.journal(run).exists()
        prepared = prepare(self.job, trial=again)
        if not again:
            self.prepares(prepared)
        clock = self.bench.clock
        folder.runs.mkdir(parents=True, exist_ok=True)
        transcript = Transcript(folder.transcript(run), clock)
        try:
            with SqliteJournal(folder.journal(run), run, durable=self.durable) as journal:
                scribe = Scribe(journal, transcript, clock)
                scribe.catch_up()
                if scribe.progress.ended is not None:
                    raise RunEnded(run=run, outcome=scribe.progress.ended.outcome.value)
                scribe.ring = lambda _n: self.hears(next(iter(journal.read(journal.head.n - 1))))
                engine = engine_on(
                    self.bench,
                    prepared,
                    scribe,
                    control=self.control,
                    operator=self.operator,
                    transcript=transcript,
                    note=folder.note(run),
                )
                if self.adopts:
                    engine.adopted = lambda: adopted(prepared, engine.started, clock.now())
                ended = engine.run()
                if ended is not None:
                    self._seal(journal, ended, simulated=engine.started.simulated)
                return ended
        finally:
            transcript.close()

    def waits_until(self) -> datetime | None:
        """Return from when on the resting run may be taken up; None where it does not wait for an instant."""
        rested = [each.event for each in self.entries() if isinstance(each.event, RunRested)]
        return rested[-1].until if rested else None

    def entries(self) -> tuple[Entry, ...]:
        """Return the journal so far."""
        with open_journal(self.job.folder.journal(self.job.run)) as journal:
            return tuple(journal.read())

    def _seal(self, journal: SqliteJournal, ended: RunFinished, *, simulated: bool) -> None:
        head = journal.head
        Ledger(self.job.folder.ledger).append(
            RunSealed(
                at=ended.at,
                run=self.job.run,
                entries=head.n,
                head=head.digest.hex(),
                outcome=ended.outcome,
                simulated=simulated,
            )
        )


def engine_on(  # noqa: PLR0913  (the parts of one run)
    simulated: SimulatedBench,
    prepared: Prepared,
    scribe: Scribe,
    *,
    control: Control,
    operator: Operator | None = None,
    transcript: Transcript | None = None,
    note: Path,
    made_by: Software | None = None,
    clock: Clock | None = None,
    patience: Patience | None = None,
    arms: bool = True,
) -> Engine:
    """Return an engine in this process and thread, its instruments on loopback wires, or on real ones.

    Args:
        simulated: the bench; its clock is the run's.
        prepared: what there is to do.
        scribe: writes the journal; it has caught up.
        control: what people ask of the run.
        operator: who carries instructions out; nobody, where none is given, and the bench is told.
        transcript: keeps every byte, where there is one.
        note: where a guardian would leave word.
        made_by: which program makes the record; looked up where it is not given.
        clock: the bench's, borrowed, where the bench is served: the addresses of the seats are opened then.
        patience: how often is looked at what is waited for, at the least.
        arms: whether instruments' own watchdogs are armed.
    """
    seats = prepared.seated.seats
    time = simulated.clock if clock is None else clock
    run_clock = RunClock(time, control.halted)

    def wire(seat: Seat) -> Transport:
        place = place_of(seat.address)
        if place is not None:
            role = next(role for role, each in seats.items() if each.instrument == place[0])
            return ChannelWire(seat.address, seat.instrument, lambda: bench.driver(role))
        if clock is None:
            return simulated.loopback(seat.instrument, transcript=transcript)
        return open_transport(seat.address, instrument=seat.instrument, clock=clock, transcript=transcript)

    bench = Bench(seats, scribe, run_clock, wire, arms=arms, patience=patience or Patience())

    def tell(picture: str, about: Mapping[str, str]) -> None:
        simulated.operate(picture, about)

    live = LiveRun(scribe, bench, control, operator or Policy(tell, inspects=True), run_clock)
    made_by = made_by or software(prepared.procedure, prepared.seated)
    started = scribe.progress.started or started_of(prepared, scribe, time, made_by)
    return Engine(
        started=started,
        scribe=scribe,
        bench=bench,
        control=control,
        guardian=Unguarded(),
        note=note,
        work=Sections(prepared.procedure, started, live),
        clock=time,
        software=made_by,
        by=prepared.job.by,
        reason=prepared.job.reason,
    )
