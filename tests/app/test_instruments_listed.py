"""`labctl instruments` and `labctl simulate --list`: everything installed, and what is broken with its reason."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from labctl.app.installed import abilities_of, installed
from labctl.cli import FINE, main
from labctl.language import Language
from labctl.packs import drivers, simulators
from labctl_drivers.fluke.f5522a import F5522A
from labctl_drivers.vaisala.ptu300 import PTU300


def test_every_driver_is_listed_with_what_it_can(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["instruments", "--json"]) == FINE
    listed = {each["driver"]: each for each in json.loads(capsys.readouterr().out)["drivers"]}
    assert set(listed) == set(drivers().found)
    source = listed["fluke/5522A"]
    assert "SourcesDcVoltage" in {each["name"] for each in source["capabilities"]}
    assert source["limits"]["DC voltage"] == "-1020 V … 1020 V"
    assert source["safe"]["energy"] is True
    assert "serial" in source["wires"]
    assert main(["--language", "zh", "instruments"]) == FINE
    assert "安全状态: STBY" in capsys.readouterr().out


def test_the_widest_ability_stands_for_those_in_it() -> None:
    names = [each.name for each in abilities_of(PTU300)]
    assert "MeasuresSurroundings" in names
    assert "MeasuresHumidity" not in names
    assert {"SourcesDcVoltage"} <= {each.name for each in abilities_of(F5522A)}


def test_every_simulator_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--list", "--json"]) == FINE
    told = json.loads(capsys.readouterr().out)
    assert {each["model"] for each in told["models"]} == set(simulators().found)
    assert all(each["wires"] for each in told["models"])


def test_a_broken_pack_is_listed_with_its_reason_and_the_others_work(tmp_path: Path) -> None:
    (tmp_path / "broken_pack").mkdir()
    (tmp_path / "broken_pack" / "__init__.py").write_text("import nothing_like_it\n", "utf-8")
    facts = tmp_path / "broken_pack-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-pack\nVersion: 1.0\n", "utf-8")
    (facts / "entry_points.txt").write_text("[labctl.drivers]\nbroken = broken_pack\n", "utf-8")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from labctl.cli import main; sys.exit(main())"
    ran = subprocess.run(
        [sys.executable, "-c", program, "instruments", "--json"], capture_output=True, text=True, check=False
    )
    told = json.loads(ran.stdout)
    assert ran.returncode == 1
    assert [(each["pack"], each["kind"]) for each in told["broken"]] == [("broken_pack", "labctl.drivers")]
    assert "nothing_like_it" in told["broken"][0]["reason"]
    assert len(told["drivers"]) == len(installed().drivers)


def test_the_list_is_for_people_too() -> None:
    text = installed().text(Language.CHINESE)
    assert "fluke/5522A" in text
    assert "模拟接口" in text
