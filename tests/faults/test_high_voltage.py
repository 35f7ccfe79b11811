"""A bench that counts as real, 100 V, and nobody there: the run rests before the first volt, and goes on by a word."""

import re
import sys
from pathlib import Path

import pytest

from labctl.app.headless import Headless, Wanted
from labctl.app.station import read_station
from labctl.events.kinds import CommandIntended, NoteTaken
from labctl.language import Language
from labctl.store.journal import open_journal
from tests.faults.rig import SHORT, Rig, rig

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals on Windows")


def real(bench: Rig, folder: Path) -> Path:
    """Write the station file of a served bench as that of a real one: addresses, and no simulation."""
    text = bench.station.read_text(encoding="utf-8")
    for key, wires in bench.bench.endpoints.items():
        served = rf'(\[instruments\.{key}\]\ndriver = "[^"]*"\n)simulator = "[^"]*"\nwire = "([^"]*)"\n'
        found = re.search(served, text)
        assert found is not None
        text = text.replace(found[0], f'{found[1]}address = "{wires[found[2]]}"\n')
    file = folder / "station.toml"
    file.write_text(text, encoding="utf-8")
    assert not read_station(file).simulated
    return file


def test_without_the_word_nothing_is_energised_and_with_it_the_run_ends(tmp_path: Path) -> None:
    with rig(tmp_path / "bench", simulated=False) as bench:
        station = real(bench, tmp_path)
        lines: list[str] = []
        headless = Headless(language=Language.ENGLISH, say=lines.append)
        told = headless.calibrate(Wanted(data=tmp_path, station=station, procedure=SHORT, by="tests", yes=True))
        assert told.state == "resting"
        assert "--high-voltage" in told.reason.en
        with open_journal(told.journal) as journal:
            sent = [each.event.command for each in journal.read() if isinstance(each.event, CommandIntended)]
        assert not [each for each in sent if each.startswith(b"OUT ")]
        again = headless.resume(tmp_path, told.run, by="tests", yes=True, high_voltage=True)
        assert again.state == "finished", again.reason
        with open_journal(told.journal) as journal:
            notes = [each.event.text.en for each in journal.read() if isinstance(each.event, NoteTaken)]
        assert sum("confirmed beforehand" in each for each in notes) == 1
        assert not bench.energised()
