"""The engine's process: one run from its job to its end, answering to whoever controls it."""

import json
import os
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from hashlib import sha256
from pathlib import Path

from labctl.app.adoption import adopted
from labctl.app.job import Job, last_words, private_folder
from labctl.app.preparation import Prepared, prepare, software, started_of
from labctl.clock import Clock, WallClock
from labctl.errors import LabctlError, RunEnded
from labctl.events.kinds import RunFinished, RunSealed
from labctl.instruments.channel import ChannelWire, place_of
from labctl.language import Text
from labctl.run.bench import Bench, Seat
from labctl.run.clock import RunClock
from labctl.run.control import Command, Control, Wish
from labctl.run.engine import Engine
from labctl.run.guarded import GuardianProcess
from labctl.run.operator import Operator, Person, Policy
from labctl.run.scribe import Scribe
from labctl.run.sections import Sections
from labctl.run.verbs import LiveRun
from labctl.store.journal import SqliteJournal
from labctl.store.ledger import Ledger
from labctl.store.lock import FileLock
from labctl.transport.base import Transport
from labctl.transport.borrowed import BorrowedClock
from labctl.transport.connect import open_transport
from labctl.transport.local import CommandServer
from labctl.transport.operator import is_operator
from labctl.transport.transcript import Transcript

_GUARDIAN = 30.0  # seconds in which the guardian of an engine that died lets go of the bench


def run_job(job: Job, ready: Callable[[], None]) -> RunFinished | None:
    """Carry a job out and return how its run ended; None when it rests.

    Args:
        job: what to do.
        ready: called when the journal is held and controllers can connect.

    Raises:
        LabctlError: the job was refused before anything was opened.
        RunResting, RunOverdue: it is taken up at a time that its method does not allow.
        StoreFailed: the journal could not be kept; the bench is safe.
    """
    prepared = prepare(job)
    folder = job.folder
    with ExitStack() as held:
        locks = [
            held.enter_context(_lock(seat).acquire(f"run {job.run}", _GUARDIAN))
            for seat in sorted(prepared.seated.seats.values(), key=lambda each: each.address)
            if not is_operator(seat.address)  # a person may serve several benches
            and place_of(seat.address) is None  # a channel is its readout's
        ]
        journal = held.enter_context(SqliteJournal(folder.journal(job.run), job.run))
        clock = _clock(held, job)
        transcript = Transcript(folder.transcript(job.run), clock)
        held.callback(transcript.close)
        last_words(job.endpoint).unlink(missing_ok=True)
        control = Control(unattended=job.unattended)
        server = held.enter_context(CommandServer(job.endpoint, control.request))
        scribe = Scribe(journal, transcript, clock, server.ring)
        scribe.catch_up()
        if scribe.progress.ended is not None:
            raise RunEnded(run=job.run, outcome=scribe.progress.ended.outcome.value)
        engine = _engine(prepared, scribe, control, clock, transcript, locks)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda number, _: _leave(control, number))
        ready()
        ended = engine.run()
        if ended is not None:
            _seal(prepared, scribe, ended)
        return ended


def _engine(
    prepared: Prepared, scribe: Scribe, control: Control, clock: Clock, transcript: Transcript, locks: list[FileLock]
) -> Engine:
    job = prepared.job
    run_clock = RunClock(clock, control.halted)
    made_by = software(prepared.procedure, prepared.seated)
    started = scribe.progress.started

    def wire(seat: Seat) -> Transport:
        place = place_of(seat.address)
        if place is not None:
            seats = prepared.seated.seats
            role = next(role for role, each in seats.items() if each.instrument == place[0])
            return ChannelWire(seat.address, seat.instrument, lambda: bench.driver(role))
        return open_transport(
            seat.address,
            instrument=seat.instrument,
            clock=clock,
            transcript=transcript,
            interrupted=control.halted.is_set,
            meanwhile=lambda: bench.tend_silently(),  # noqa: PLW0108  (the bench takes this function)
            person=lambda asked: live.read_out(asked, seat.expected.serial, seat.limits, seat.instrument),
        )

    bench = Bench(prepared.seated.seats, scribe, run_clock, wire)
    live = LiveRun(scribe, bench, control, _operator(job), run_clock, job.high_voltage)
    known = started if started is not None else started_of(prepared, scribe, clock, made_by)
    sections = Sections(prepared.procedure, known, live, job.late)
    if started is not None:
        sections.refuse_untimely()
    guardian = GuardianProcess(
        tuple(each.guarded for each in prepared.seated.seats.values() if each.guarded is not None),
        job.folder.note(job.run),
        inherits=tuple(each.descriptor for each in locks if each.descriptor is not None),
    )
    return Engine(
        started=known,
        scribe=scribe,
        bench=bench,
        control=control,
        guardian=guardian,
        note=job.folder.note(job.run),
        work=sections,
        clock=clock,
        software=made_by,
        by=job.by,
        reason=job.reason,
        adopted=lambda: adopted(prepared, known, clock.now()),
    )


def _clock(held: ExitStack, job: Job) -> Clock:
    """Return the machine's clock, or the simulated world's where it lends one."""
    control = str(json.loads(job.endpoints).get("control", "")) if job.endpoints else ""
    if not control:
        return WallClock()
    clock = BorrowedClock(control)
    held.callback(clock.close)
    return clock


def _operator(job: Job) -> Operator:
    address = str(json.loads(job.endpoints).get("operator", "")) if job.endpoints else ""

    def tell(picture: str, about: Mapping[str, str]) -> None:
        if address:
            world = BorrowedClock(address)
            try:
                world.ask({"do": "operator", "picture": picture, "about": dict(about)})
            finally:
                world.close()

    # A simulated unit looks as it should; whether a real one does is for somebody to see.
    return Policy(tell, inspects=bool(address)) if job.confirms == "nobody" else Person(tell)


def _lock(seat: Seat) -> FileLock:
    """Return the lock of an address: two runs never speak to one instrument, whatever their stations are called."""
    digest = sha256(seat.address.encode()).hexdigest()[:16]
    subject = Text("{instrument} at {address}", zh="{instrument}({address})").filled(
        instrument=seat.instrument, address=seat.address
    )
    return FileLock(private_folder() / f"{digest}.lock", subject)


def _seal(prepared: Prepared, scribe: Scribe, ended: RunFinished) -> None:
    head = scribe.journal.head
    Ledger(prepared.job.folder.ledger).append(
        RunSealed(
            at=ended.at,
            run=prepared.job.run,
            entries=head.n,
            head=head.digest.hex(),
            outcome=ended.outcome,
            simulated=prepared.station.simulated,
        )
    )


def leave_last_words(job: Job, words: Text) -> None:
    """Say why the engine ended where its journal no longer can; beside the endpoint, on another disk than the data."""
    file = last_words(job.endpoint)
    with suppress(OSError):
        file.write_text(json.dumps({"en": words.en, "zh": words.zh}), encoding="utf-8")


def _leave(control: Control, number: int) -> None:
    control.ask(Command(wish=Wish.STOP, by=signal.Signals(number).name))


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the job of a file; say on the output, in one line, that it has begun, or why not.

    The exit status is 0 for a run that finished or rests, 1 for an aborted one, 4 for a failed one.
    """
    parser = ArgumentParser(prog="labctl engine")
    parser.add_argument("--job", type=Path, required=True)
    job = Job.load(parser.parse_args(arguments).job)
    said = False

    def say(**facts: object) -> None:
        nonlocal said
        if not said:
            said = True
            os.write(1, json.dumps(facts).encode() + b"\n")
            silence = os.open(os.devnull, os.O_WRONLY)  # whoever listened may go away; the run goes on
            os.dup2(silence, 1)
            os.close(silence)

    try:
        ended = run_job(job, lambda: say(ready=True))
    except LabctlError as error:
        text = error.text()
        say(error=type(error).__name__, en=text.en, zh=text.zh or text.en)
        leave_last_words(job, text)
        sys.stderr.write(f"{error}\n")
        return 4
    except Exception as error:
        text = Text("the program failed: {error}", zh="程序错误：{error}").filled(error=repr(error))
        say(error=type(error).__name__, en=text.en, zh=text.zh)
        leave_last_words(job, text)
        raise
    if ended is None:
        return 0
    return {"finished": 0, "aborted": 1}.get(ended.outcome.value, 4)


if __name__ == "__main__":
    raise SystemExit(main())
