"""A whole run, engine and wires and all, with sensors that speak through their readouts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from labctl.app.verification.report import Finding
from labctl.app.verification.wires import replayed, transcribed
from labctl.certificate.bundle import bundle_of
from labctl.events.kinds import IndicationTaken, InstrumentOpened, SafeStateSent
from labctl.store.folder import DataFolder
from labctl.store.journal import open_journal
from tests.simulators.thermometers import STATION

METHOD = Path(__file__).parent / "methods" / "comparison"


def test_a_unit_and_a_standard_on_channels_are_compared_in_a_bath(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "labctl.cli", "--data", str(tmp_path), "calibrate", str(METHOD)),
            *("--station", str(STATION.file), "--unit", "unit1", "--by", "tests", "--yes", "--json"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    run = json.loads(done.stdout.splitlines()[-1])["run"]
    folder = DataFolder(tmp_path)
    with open_journal(folder.journal(run)) as journal:
        events = [each.event for each in journal.read()]
        bundle = bundle_of(journal, folder.transcript(run))
    assert replayed(bundle).finding is Finding.AGREES
    assert transcribed(bundle).finding is Finding.AGREES
    opened = {each.instrument: each.address for each in events if isinstance(each, InstrumentOpened)}
    assert opened["unit1"] == "channel:scanner/10"
    assert opened["working"] == "channel:readout/2"
    assert {"bath", "scanner", "readout", "room"} <= set(opened)
    taken = [each for each in events if isinstance(each, IndicationTaken) and each.of == "unit1"]
    assert {each.instrument for each in taken} == {"scanner"}
    assert len(taken) == 6
    assert [each.quantity.value for each in taken] == pytest.approx([115.54] * 3 + [123.24] * 3, abs=0.3)
    safe = [each for each in events if isinstance(each, SafeStateSent) and each.instrument == "bath"]
    assert safe
    assert all(each.confirmed for each in safe)
