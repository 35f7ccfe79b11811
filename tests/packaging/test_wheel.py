"""One wheel holds the five packages, all their data, and the same entry points that a stranger's pack uses."""

import configparser
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

CHECKOUT = Path(__file__).parents[2]
PACKAGES = {
    "labctl": CHECKOUT / "labctl",
    "labctl_drivers": CHECKOUT / "drivers" / "labctl_drivers",
    "labctl_gui": CHECKOUT / "gui" / "labctl_gui",
    "labctl_procedures": CHECKOUT / "procedures" / "labctl_procedures",
    "labctl_simulators": CHECKOUT / "simulators" / "labctl_simulators",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=CHECKOUT, check=True, capture_output=True)
    return next(folder.glob("labctl-*.whl"))


def test_exactly_five_packages_are_installed(wheel: Path) -> None:
    with ZipFile(wheel) as content:
        top = {name.split("/")[0] for name in content.namelist()}
    assert {name for name in top if not name.endswith(".dist-info")} == set(PACKAGES)


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    with ZipFile(wheel) as content:
        packed = set(content.namelist())
    expected = {
        f"{package}/{file.relative_to(folder).as_posix()}"
        for package, folder in PACKAGES.items()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert expected <= packed
    assert {f"{package}/py.typed" for package in PACKAGES} <= packed


def test_our_packs_use_the_door_of_strangers(wheel: Path) -> None:
    with ZipFile(wheel) as content:
        points = configparser.ConfigParser()
        points.read_string(next(content.read(n) for n in content.namelist() if n.endswith("entry_points.txt")).decode())
    assert dict(points["console_scripts"]) == {"labctl": "labctl.cli:main"}
    assert dict(points["gui_scripts"]) == {"labctl-gui": "labctl_gui.main:main"}
    for kind in ("drivers", "procedures", "simulators"):
        assert dict(points[f"labctl.{kind}"]) == {"labctl": f"labctl_{kind}"}


def test_the_wheel_is_well_formed(wheel: Path) -> None:
    checker = Path(sys.executable).with_name("check-wheel-contents")
    checked = subprocess.run(
        [str(checker), "--toplevel", ",".join(PACKAGES), str(wheel)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_locked_requirements_cover_what_is_declared_and_name_no_server() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
    declared = {
        "runtime": [*project["project"]["dependencies"], *project["dependency-groups"]["build"]],
        "test": [requirement for group in project["dependency-groups"].values() for requirement in group],
    }
    for kind, requirements in declared.items():
        locked = (CHECKOUT / "requirements" / f"{kind}.txt").read_text("utf-8")
        names = set(re.findall(r"^([a-z0-9-]+)==", locked, re.MULTILINE))
        wanted = {re.split(r"[><=\[]", each)[0].lower().replace("_", "-") for each in requirements}
        assert wanted <= names, "run: requirements/lock"
        assert "://" not in locked
