"""A drive that stops when nobody speaks to it: armed before all else, heard of in time whatever the run waits for."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labctl.errors import InstrumentError, NotArmed
from labctl.events.kinds import Event, SettingMade
from labctl.instruments.driver import Driver
from labctl.instruments.safety import SafeState
from labctl.instruments.scpi import ScpiDriver
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication, Setting
from labctl.run.bench import Bench, Seat
from labctl.run.clock import RunClock
from labctl.run.control import Control
from labctl.run.scribe import Scribe
from labctl.simulation.alone import Alone
from labctl.simulation.dialogue import Answer, ScpiDialogue, Spoken, command, only
from labctl.simulation.host import Bench as Simulated
from labctl.simulation.host import BenchPlan
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.status import Status
from labctl.simulation.world import World
from labctl.store.journal import SqliteJournal
from labctl.testing import Conversation, complaints
from labctl.transport.stream import StreamTransport
from labctl.transport.transcript import Transcript

TIME = 3.0


class SimulatedDrive(SimulatedInstrument, maker="Acme", model="Drive"):
    """A pump drive that stops after three seconds of silence, once it is told to."""

    def __init__(self, world: World, placed: Placed) -> None:
        super().__init__(world, placed)
        self.running = self.armed = False
        self.heard = 0.0
        self.trips = 0
        self.deaf = False  # does not take the watchdog

    def hear(self) -> None:
        if self.armed and self.now - self.heard > TIME:
            self.running = False
            self.trips += 1
        self.heard = self.now

    def dialogue(self) -> "DriveDialogue":
        return DriveDialogue(self)

    def state(self) -> dict[str, object]:
        return {"energised": self.running}


class DriveDialogue(ScpiDialogue):
    """Its few words."""

    def __init__(self, drive: SimulatedDrive) -> None:
        super().__init__(Status())
        self.drive = drive

    def begin(self) -> None:
        super().begin()
        self.drive.hear()

    def identity(self) -> str:
        return "Acme,Drive,1,0"

    @command("WATCh")
    def _watch(self, parameters: list[str]) -> None:
        self.drive.armed = only(parameters) == "ON" and not self.drive.deaf

    @command("WATCh?")
    def _watch_query(self, _: list[str]) -> Spoken:
        return str(int(self.drive.armed))

    @command("RUN")
    def _run(self, _: list[str]) -> None:
        self.drive.running = True

    @command("STOP")
    def _stop(self, _: list[str]) -> None:
        self.drive.running = False

    @command("RUN?")
    def _run_query(self, _: list[str]) -> Spoken:
        return str(int(self.drive.running))


class SimulatedMeter(SimulatedInstrument, maker="Acme", model="Meter"):
    """A flow meter that integrates for twenty seconds."""

    def dialogue(self) -> "MeterDialogue":
        return MeterDialogue(Status())


class MeterDialogue(ScpiDialogue):
    """Its few words."""

    def identity(self) -> str:
        return "Acme,Meter,1,0"

    @command("READ?")
    def _read(self, _: list[str]) -> Spoken:
        return Answer(lambda: "1.25", 20.0)


class Drive(ScpiDriver, maker="Acme", model="Drive"):
    """The drive's driver."""

    quantities = ("flow",)
    safe = SafeState(commands=(b"STOP\n",))
    watchdog = TIME

    def arm_watchdog(self) -> None:
        """Start the watchdog and read it back."""
        self.send("WATC ON")
        if not self.query_integer("WATC?"):
            raise NotArmed(instrument=self.name, asked=f"{TIME:g} s", found="off")

    def disarm_watchdog(self) -> None:
        """Stop the watchdog."""
        self.send("WATC OFF")

    def confirm_safe(self) -> bool:
        """Return whether it stands."""
        return not self.query_integer("RUN?")

    def source_flow(self, flow: Quantity) -> Setting:
        """Set the pump going."""
        self.send("RUN")
        return self.setting(flow)


class Meter(ScpiDriver, maker="Acme", model="Meter"):
    """The meter's driver."""

    quantities = ("flow",)

    def flow(self) -> Indication:
        """Measure the mean flow of twenty seconds."""
        return self.indication("READ?", "L/s", within=25.0)

    def wait_for_it(self) -> None:
        """Start nothing, and wait."""
        self.query("*IDN?")
        self.clock.wait(15.0)


class Rig:
    """Both on one bench."""

    def __init__(self, journal: SqliteJournal, transcript: Path) -> None:
        placed = [
            Placed(key=name, simulator=name, identity=Identity(manufacturer="Acme", model=model, serial="1"))
            for name, model in (("drive", "Drive"), ("meter", "Meter"))
        ]
        self.simulated = Simulated(
            BenchPlan(world="alone", instruments=tuple(placed)),
            models={"drive": SimulatedDrive, "meter": SimulatedMeter},
            worlds={"alone": Alone},
        )
        self.journal = journal
        self.control = Control()
        self.clock = RunClock(self.simulated.clock, self.control.halted)
        self.transcript = Transcript(transcript, self.clock)
        scribe = Scribe(journal, self.transcript, self.clock)
        kinds: dict[str, type[Driver]] = {"drive": Drive, "meter": Meter}
        seats = {
            name: Seat(role=name, instrument=name, driver=kind, address="", expected=each.identity)
            for (name, kind), each in zip(kinds.items(), placed, strict=True)
        }
        self.bench = Bench(seats, scribe, self.clock, self.wire)

    def wire(self, seat: Seat) -> StreamTransport:
        wire = self.simulated.loopback(seat.instrument, transcript=self.transcript)
        assert isinstance(wire, StreamTransport)
        wire.meanwhile = lambda: self.bench.tend_silently()  # noqa: PLW0108  (the bench comes later)
        return wire

    @property
    def drive(self) -> SimulatedDrive:
        found = self.simulated.instruments["drive"]
        assert isinstance(found, SimulatedDrive)
        return found

    def started(self) -> Drive:
        drive = self.bench.driver("drive")
        assert isinstance(drive, Drive)
        drive.source_flow(Quantity.of(1, "L/s"))
        return drive

    def meter(self) -> Meter:
        meter = self.bench.driver("meter")
        assert isinstance(meter, Meter)
        return meter

    def events(self) -> list[Event]:
        return [each.event for each in self.journal.read()]

    def still_runs(self) -> bool:
        self.drive.hear()
        return self.drive.running and not self.drive.trips


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with SqliteJournal(tmp_path / "run.sqlite", "run", durable=False) as journal:
        made = Rig(journal, tmp_path / "run.transcript")
        yield made
        made.bench.close()
        made.transcript.close()


def test_it_is_armed_at_the_opening_and_the_record_says_so(rig: Rig) -> None:
    rig.bench.driver("drive")
    assert rig.drive.armed
    armed = [each for each in rig.events() if isinstance(each, SettingMade)]
    assert [each.method for each in armed] == ["arm_watchdog"]
    assert b"WATC?\n" in [each.sent for each in armed[0].exchanges]


def test_a_drive_that_is_not_armed_is_not_used(rig: Rig) -> None:
    rig.drive.deaf = True
    for _ in range(2):
        with pytest.raises(NotArmed, match="its own watchdog should act after 3 s, but it reports off"):
            rig.bench.driver("drive")
    rig.drive.deaf = False
    assert rig.bench.driver("drive").name == "drive"  # tried again, and armed
    assert rig.drive.armed


def a_wait(rig: Rig) -> None:
    rig.clock.wait(60.0)  # run.wait, settling, wait_until: all wait on this clock


def another_drivers_wait(rig: Rig) -> None:
    rig.meter().wait_for_it()


def a_long_exchange(rig: Rig) -> None:
    rig.meter().flow()


@pytest.mark.parametrize("waits", [a_wait, another_drivers_wait, a_long_exchange])
def test_it_hears_from_us_in_time_whatever_is_waited_for(rig: Rig, waits: Callable[[Rig], None]) -> None:
    rig.started()
    waits(rig)
    assert rig.still_runs()


def test_it_hears_from_us_while_a_person_is_asked(rig: Rig) -> None:
    rig.started()
    rig.control.paused = True
    asked: list[float] = []

    def meanwhile() -> None:
        rig.simulated.clock.wait(0.5)  # people live in another time than this simulated one
        asked.append(rig.bench.tend())
        if len(asked) == 20:
            rig.control.paused = False

    rig.control.hold(meanwhile)
    assert rig.still_runs()


def test_a_silent_drive_ends_the_wait(rig: Rig) -> None:
    rig.started()
    rig.simulated.fault("drive", "silence")
    with pytest.raises(InstrumentError, match="no complete answer"):
        rig.clock.wait(60.0)
    assert rig.clock.monotonic() < 4.0
    rig.clock.wait(10.0)  # its wire is known to be out of step: whoever uses it next hears so


def test_a_drive_that_falls_silent_in_a_long_exchange_is_told_afterwards(rig: Rig) -> None:
    meter = rig.meter()
    rig.started()
    rig.simulated.fault("drive", "silence")
    assert meter.flow().quantity == Quantity.of(1.25, "L/s")
    with pytest.raises(InstrumentError, match="drive"):
        rig.bench.tend()


@pytest.mark.parametrize("safe", [True, False])
def test_it_is_disarmed_once_it_is_safe_and_not_before(rig: Rig, *, safe: bool) -> None:
    rig.started()
    if not safe:
        rig.simulated.fault("drive", "silence", on="RUN?")
    assert rig.bench.make_safe() is safe
    rig.bench.close()
    assert rig.drive.armed is not safe


def test_a_declared_watchdog_without_an_arming_is_refused() -> None:
    class Careless(ScpiDriver, maker="Acme", model="Drive"):
        watchdog = TIME
        safe = Drive.safe

        def source_flow(self, flow: Quantity) -> Setting:
            """Set the pump going."""
            self.send("RUN")
            return self.setting(flow)

    with pytest.raises(NotArmed, match="no way to arm it"):
        Careless(Conversation()).arm_watchdog()
    assert any("arm_watchdog arms" in each for each in complaints(Careless))
