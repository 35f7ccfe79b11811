"""An instrument without a wire in a real run: a person reads it, and the journal holds what was keyed in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from labctl.app.headless import Headless, Told, Wanted
from labctl.app.station import simulated_bench
from labctl.app.verification.report import Finding
from labctl.app.verification.wires import replayed, transcribed
from labctl.certificate.bundle import bundle_of
from labctl.events.kinds import Event, IndicationTaken, InstrumentOpened, OperatorAnswered, OperatorAsked
from labctl.language import Language
from labctl.store.folder import DataFolder
from labctl.store.journal import open_journal

SHORT = str(Path(__file__).parent.parent / "faults" / "methods" / "short")
KEYS = {"°C": "20,3", "%": "46", "hPa": "1012.5"}


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """Return the simulated bench, its room watched by a person."""
    text = simulated_bench().read_text(encoding="utf-8")
    wired = 'driver = "vaisala/PTU300"\nsimulator = "vaisala/PTU300"\nwire = "serial"\n'
    assert wired in text
    file = tmp_path / "bench.toml"
    by_hand = (
        'driver = "manual/weather station"\naddress = "operator:"\nlimits = { "temperature" = "10 °C to 30 °C" }\n'
    )
    file.write_text(text.replace(wired, by_hand), encoding="utf-8")
    return file


def ran(tmp_path: Path, station: Path, ask: Callable[[str], str] | None, *, yes: bool = False) -> Told:
    headless = Headless(language=Language.ENGLISH, say=lambda _line: None, ask=ask)
    return headless.calibrate(Wanted(data=tmp_path, station=station, procedure=SHORT, yes=yes, adjust=not yes))


def events(told: Told) -> list[Event]:
    with open_journal(told.journal) as journal:
        return [each.event for each in journal.read()]


def test_a_person_reads_the_room_and_a_doubtful_entry_is_asked_again(tmp_path: Path, station: Path) -> None:
    asked: list[str] = []

    def ask(wanted: str) -> str:
        asked.append(wanted)
        unit = wanted.strip(" []")
        if unit == "°C" and asked.count(wanted) == 1:
            return "203"
        return KEYS.get(unit, "SIMPTU3001" if "key it in" in wanted else "")

    told = ran(tmp_path, station, ask)
    assert told.state == "finished", told.reason
    happened = events(told)
    opened = next(each for each in happened if isinstance(each, InstrumentOpened) and each.instrument == "room")
    assert (opened.address, opened.identity.serial) == ("operator:", "SIMPTU3001")
    taken = next(each for each in happened if isinstance(each, IndicationTaken) and each.instrument == "room")
    assert (taken.method, taken.reply, taken.quantity.value) == ("temperature", b"20,3\n", 20.3)
    assert [each.received for each in taken.exchanges] == [b"20,3\n"]
    questions = [each.question.text.en for each in happened if isinstance(each, OperatorAsked)]
    assert any("203 °C lies outside 10 °C … 30 °C" in each for each in questions)
    assert {"203", "20,3"} <= {each.answer for each in happened if isinstance(each, OperatorAnswered)}
    with open_journal(told.journal) as journal:
        bundle = bundle_of(journal, DataFolder(tmp_path).transcript(told.run))
    assert (replayed(bundle).finding, transcribed(bundle).finding) == (Finding.AGREES, Finding.AGREES)


def test_where_nobody_can_read_it_the_run_rests(tmp_path: Path, station: Path) -> None:
    told = ran(tmp_path, station, None, yes=True)
    assert (told.state, told.reason.en) == ("resting", "a person is needed and nobody is there")
