"""Makes the bench safe when its engine dies or freezes: a process of its own that knows wires and bytes, nothing else.

Started by `labctl.run.guarded` as `python -m labctl.run.guardian`. On its input stands one line of JSON, the charge;
then one byte a heartbeat. It writes "ready" and answers every heartbeat, so that the engine knows of its death too.
While the engine lives it opens nothing: many wires take one client only.
"""

import base64
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from attrs import define, field, frozen

from labctl.clock import Clock, WallClock
from labctl.errors import LabctlError
from labctl.transport.base import Transport
from labctl.transport.connect import open_transport
from labctl.transport.watch import ProcessWatch, Sign

READY = b"ready\n"
BEAT, FINISHED, ACT = b".", b"q", b"!"
SILENCE = 2.0  # seconds without a heartbeat after which an engine counts as frozen
_REPEAT = (
    1.0  # seconds for which the safe bytes are repeated: the last command of a dead engine may still be on its way
)
_PAUSE = 0.1
_FIRST = 0.2  # seconds that sources of energy are ahead of the others, however many do not answer
_GIVE_UP = 20.0  # seconds after which a wire that cannot be opened is given up


@frozen(kw_only=True)
class GuardedWire:
    """One wire, and the bytes that leave what hangs on it safe."""

    instrument: str
    address: str
    clears: bytes
    commands: tuple[bytes, ...]
    energy: bool = True
    pause: float = 0.0  # seconds between its messages


@frozen(kw_only=True)
class Charge:
    """What a guardian is told at its start."""

    engine: int  # process
    note: Path
    wires: tuple[GuardedWire, ...]
    silence: float = SILENCE

    def encode(self) -> bytes:
        """Return the charge as one line."""
        wires = [
            {
                "instrument": each.instrument,
                "address": each.address,
                "clears": base64.b64encode(each.clears).decode(),
                "commands": [base64.b64encode(command).decode() for command in each.commands],
                "energy": each.energy,
                "pause": each.pause,
            }
            for each in self.wires
        ]
        charge = {"engine": self.engine, "note": str(self.note), "silence": self.silence, "wires": wires}
        return json.dumps(charge).encode() + b"\n"

    @classmethod
    def decode(cls, line: bytes) -> "Charge":
        """Return the charge of a line."""
        charge = json.loads(line)
        wires = tuple(
            GuardedWire(
                instrument=each["instrument"],
                address=each["address"],
                clears=base64.b64decode(each["clears"]),
                commands=tuple(base64.b64decode(command) for command in each["commands"]),
                energy=each["energy"],
                pause=each["pause"],
            )
            for each in charge["wires"]
        )
        return cls(engine=charge["engine"], note=Path(charge["note"]), silence=charge["silence"], wires=wires)


@define
class Rescue:
    """One wire being made safe, in a thread of its own."""

    wire: GuardedWire
    transport: Transport
    clock: Clock
    sent: threading.Event = field(factory=threading.Event, init=False)
    outcome: str = field(default="not reached", init=False)

    def make_safe(self) -> None:
        """Open, clear, send, and again for a second; a wire that fails is opened anew."""
        started = self.clock.monotonic()
        times = 0
        while self.clock.monotonic() - started < (_REPEAT if times else _GIVE_UP):
            try:
                if not times or self.transport.poisoned:
                    self.transport.open()
                self.transport.clear()
                for message in (self.wire.clears, *self.wire.commands):
                    self.transport.write(message)
                    self.clock.wait(self.wire.pause)
            except LabctlError as error:
                self.outcome = f"failed: {error}" if not times else self.outcome
                self.transport.close()
                times = 0 if not self.sent.is_set() else times
                self._reopened(times)
            else:
                times += 1
                self.outcome = f"safe bytes sent {times} times"
                self.sent.set()
            self.clock.wait(_PAUSE)
        self.transport.close()

    def _reopened(self, times: int) -> None:
        if times:
            try:
                self.transport.open()
            except LabctlError as error:
                self.outcome = f"safe bytes sent {times} times, then {error}"


@define
class Guardian:
    """Watches one engine until it says that it is finished."""

    charge: Charge
    watch: ProcessWatch
    echo: BinaryIO
    clock: Clock = field(factory=WallClock)

    def stand_by(self) -> None:
        """Return when the engine is finished, or when the bench is safe without it."""
        transports = [
            open_transport(each.address, instrument=each.instrument, clock=self.clock, claim=False)
            for each in self.charge.wires
        ]
        self._say(READY)
        reason = self._reason()
        if reason:
            self._act(reason, transports)

    def _reason(self) -> str:
        """Watch; return why the bench has to be made safe, or nothing when the engine is finished."""
        while True:
            sign, said = self.watch.next(self.charge.silence)
            match sign:
                case Sign.ENDED:
                    return "the engine's process ended"
                case Sign.SILENT:
                    return f"the engine was silent for {self.charge.silence:g} s"
                case Sign.HEARD if FINISHED in said:
                    return ""
                case Sign.HEARD if ACT in said:
                    return "the engine's control asked for it"
                case Sign.HEARD:
                    self._say(BEAT)

    def _act(self, reason: str, transports: list[Transport]) -> None:
        noticed = self.clock.now()
        started = self.clock.monotonic()
        self._kill()
        rescues = [
            Rescue(wire, transport, self.clock) for wire, transport in zip(self.charge.wires, transports, strict=True)
        ]
        threads = [threading.Thread(target=each.make_safe) for each in rescues]
        for energy in (True, False):
            for rescue, thread in zip(rescues, threads, strict=True):
                if rescue.wire.energy is energy:
                    thread.start()
            if energy:  # what feeds the bench first, but nothing waits long for an instrument that is gone
                for rescue in rescues:
                    if rescue.wire.energy:
                        rescue.sent.wait(max(started + _FIRST - self.clock.monotonic(), 0.0))
        first = None
        for rescue in rescues:
            if rescue.sent.wait(_GIVE_UP):
                first = self.clock.monotonic() - started
        for thread in threads:
            thread.join()
        self._leave_note(noticed.isoformat(), reason, rescues, first)

    def _kill(self) -> None:
        """End the engine first: two that speak to one instrument at a time are worse than none."""
        try:
            os.kill(self.charge.engine, getattr(signal, "SIGKILL", signal.SIGTERM))
        except ProcessLookupError:
            return
        self.watch.await_end(0.5)

    def _leave_note(self, noticed: str, reason: str, rescues: list[Rescue], after: float | None) -> None:
        note = {
            "noticed": noticed,
            "reason": reason,
            "wires": {each.wire.address: each.outcome for each in rescues},
            "after_seconds": round(after, 6) if after is not None else -1.0,
            "engine": self.charge.engine,
        }
        path = self.charge.note
        beside = path.with_name(f"{path.name}.new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(note, file, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def _say(self, what: bytes) -> None:
        try:
            self.echo.write(what)
            self.echo.flush()
        except OSError:
            pass  # the engine is gone; the watch will say so


def main() -> int:
    """Take the charge from the standard input and stand by."""
    for ignored in (signal.SIGINT, signal.SIGTERM):  # what ends an engine must not end its guardian
        signal.signal(ignored, signal.SIG_IGN)
    with open(0, "rb", buffering=0, closefd=False) as beats:
        charge = Charge.decode(beats.readline())
        Guardian(charge, ProcessWatch(charge.engine, beats.fileno()), sys.stdout.buffer).stand_by()
    return 0


if __name__ == "__main__":
    sys.exit(main())
