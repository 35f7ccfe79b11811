"""The bootstrap says clearly what is missing, and repeats nothing that is finished."""

import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "bootstrap.py"


@pytest.fixture
def bootstrap(tmp_path: Path) -> dict[str, Any]:
    """The functions of a bootstrap that stands in a folder of its own."""
    shutil.copy(SCRIPT, tmp_path)
    shutil.copytree(SCRIPT.parent / "requirements", tmp_path / "requirements")
    shutil.copy(SCRIPT.parent / "pyproject.toml", tmp_path)
    return runpy.run_path(str(tmp_path / "bootstrap.py"))


def test_a_missing_library_is_named_by_its_package(bootstrap: dict[str, Any]) -> None:
    assert bootstrap["missing_libraries"]({"libno-such-thing.so.9": "no-such-package"}) == ["no-such-package"]


def test_without_root_the_apt_line_is_given(
    bootstrap: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("LABCTL_LANGUAGE", "en")
    monkeypatch.setitem(bootstrap["QT_LIBRARIES"], "libno-such-thing.so.9", "no-such-package")
    with pytest.raises(SystemExit):
        bootstrap["install_system_packages"]("test")
    said = capsys.readouterr().out
    assert "sudo apt-get install --no-install-recommends" in said
    assert "no-such-package" in said


def test_a_change_of_requirements_or_place_is_noticed(bootstrap: dict[str, Any]) -> None:
    here: Path = bootstrap["HERE"]
    before = bootstrap["stamp"]("runtime")
    assert str(here) in before
    assert bootstrap["stamp"]("runtime") == before
    with (here / "requirements" / "runtime.txt").open("a", encoding="utf-8") as requirements:
        requirements.write("# another\n")
    assert bootstrap["stamp"]("runtime") != before


def test_an_unknown_command_is_a_usage_error() -> None:
    ran = subprocess.run([sys.executable, str(SCRIPT), "fly"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "demo|test|gui|setup" in ran.stdout
