"""A stranger's pack, begun by one command outside the checkout, works as it stands."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from labctl.app.new_pack import write_pack
from labctl.errors import PackRefused


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a pack, and install it beside labctl into a folder of its own."""
    folder = tmp_path_factory.mktemp("elsewhere")
    files = write_pack("zenith-labctl", "Zenith", folder)
    assert folder / "zenith-labctl" / "zenith_labctl" / "drivers" / "db1.py" in files
    assert not any("acme" in each.read_text("utf-8").lower() for each in files)
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    install += ["--disable-pip-version-check", "--no-index", "--target", str(folder / "installed")]
    subprocess.run([*install, str(folder / "zenith-labctl")], check=True)
    return folder


def ran(pack: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(pack / "installed"), "LABCTL_DATA": str(pack / "data")}
    return subprocess.run(
        [sys.executable, *command],
        cwd=pack / "zenith-labctl",
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )


def test_its_tests_pass_outside_the_checkout(pack: Path) -> None:
    done = ran(pack, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "tests")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_its_instruments_are_found_beside_ours(pack: Path) -> None:
    asked = "from labctl import packs; print(*packs.drivers().found, *packs.simulators().found, packs.drivers().broken)"
    done = ran(pack, "-c", asked)
    assert done.stdout.count("zenith/DB 1") == 2, done.stderr
    assert "fluke/5522A" in done.stdout
    assert done.stdout.rstrip().endswith("()")


def test_nothing_is_written_over(pack: Path) -> None:
    with pytest.raises(PackRefused, match="there already"):
        write_pack("zenith-labctl", "Zenith", pack)
    for name, maker in (("Zenith", "Zenith"), ("zenith labctl", "Zenith"), ("zenith", "Zenith Ltd")):
        with pytest.raises(PackRefused):
            write_pack(name, maker, pack)
