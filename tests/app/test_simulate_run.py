"""A procedure that nobody has installed comes to a verified certificate, and is verified where its folder is given."""

from pathlib import Path

import pytest

from labctl.app.new_pack import write_pack
from labctl.app.procedures import find_procedure
from labctl.app.simulate_run import SimulatedRun, simulate_run
from labctl.app.verification.report import Finding
from labctl.app.verify import verify
from labctl.language import Language

FOLDER = "zenith-labctl/zenith_labctl/procedures/quick_dc_voltage"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SimulatedRun, list[str]]:
    """Carry out a procedure of a folder, in Chinese, an answer late."""
    folder = tmp_path_factory.mktemp("elsewhere")
    write_pack("zenith-labctl", "Zenith", folder)
    said: list[str] = []
    found = simulate_run(
        str(folder / FOLDER),
        folder / "out",
        seed=3,
        language=Language.CHINESE,
        say=said.append,
        begin=lambda bench: bench.fault("meter", "late", on="READ", seconds=30.0, times=1),
    )
    return folder, found, said


def test_every_file_is_verified(ran: tuple[Path, SimulatedRun, list[str]]) -> None:
    _, found, said = ran
    assert found.status == 0
    assert set(found.verified.values()) == {0}
    assert "— 直流电压" in said  # no phase where there is but one
    assert "直流电压  10 V / 1 V   E = " in found.text(Language.CHINESE)
    assert [each.title.en for each in found.record.sections] == ["DC voltage"]


def test_without_its_folder_it_is_not_called_verified_nor_false(ran: tuple[Path, SimulatedRun, list[str]]) -> None:
    folder, found, _ = ran
    alone = verify(found.paths.record)
    assert alone.status != 0
    assert [each.finding for each in alone.steps if each.name == "evaluation"] == [Finding.UNKNOWN]
    assert not any(each.finding is Finding.DIFFERS for each in alone.steps)
    assert verify(found.paths.record, procedure=find_procedure(str(folder / FOLDER))).status == 0


def test_another_edition_is_not_taken_for_it(ran: tuple[Path, SimulatedRun, list[str]]) -> None:
    folder, found, _ = ran
    file = folder / FOLDER / "points.csv"
    before = file.read_text("utf-8")
    file.write_text(before + "basic, 5, 6\n", "utf-8")
    assert verify(found.paths.record, procedure=find_procedure(str(folder / FOLDER))).status != 0
    file.write_text(before, "utf-8")
