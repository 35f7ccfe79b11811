"""Packs are found by entry points, strangers' like ours; a broken one is listed and harms nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from labctl import packs

DRIVER = '''
"""A driver of the Acme pack."""
from labctl.instruments.scpi import ScpiDriver


class Meter9(ScpiDriver, maker="Acme", model="Meter 9"):
    """Acme Meter 9."""

    quantities = ("DC voltage",)
'''


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Install a stranger's pack, for one test."""
    package = tmp_path / "acme_labctl_for_tests"
    package.mkdir()
    (package / "__init__.py").write_text('"""Acme."""')
    (package / "meter9.py").write_text(DRIVER)
    (package / "broken.py").write_text("raise RuntimeError('no licence')")
    installed = tmp_path / "acme_labctl-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-labctl\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(
        "[labctl.drivers]\nacme = acme_labctl_for_tests\ngone = acme_labctl_that_was_removed\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    packs.forget()
    yield tmp_path
    packs.forget()


def test_a_stranger_s_driver_stands_beside_ours(acme: Path) -> None:
    found = packs.drivers()
    meter = found.get("Acme Meter 9")
    assert meter is not None
    assert found.get("acme/METER 9") is meter
    assert found.get("Fluke 5522A") is found.get("fluke/5522a") is not None
    assert found.get("acme/Meter 10") is None
    assert acme / "acme_labctl_for_tests" in packs.folders(packs.DRIVERS)


def test_what_cannot_be_loaded_is_listed_with_its_reason(acme: Path) -> None:
    assert acme.is_dir()
    reasons = {each.pack: each.reason for each in packs.drivers().broken}
    assert reasons["acme_labctl_for_tests.broken"] == "RuntimeError: no licence"
    assert "ModuleNotFoundError" in reasons["acme_labctl_that_was_removed"]
    assert "no licence" in str(packs.drivers().broken[0]) + str(packs.drivers().broken[1])
