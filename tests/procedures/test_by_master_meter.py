"""Electromagnetic meter by a master: a run to a verified certificate, what the master's certificate is worth."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from labctl.app.check import check
from labctl.app.simulate_run import simulate_run
from labctl.app.validate import validate
from labctl.language import Language
from labctl.metrology.conformity import Verdict
from labctl_procedures.flow.by_master_meter.procedure import METHOD
from tests.procedures.flow import shortened

NAME = "by_master_meter"
POINTS = "nominal [m³/h], averaging [s], repeats\n16, 40, 3\n5, 40, 3\n"


def test_the_check_finds_nothing_to_mend() -> None:
    assert check("electromagnetic-by-master-meter") == ()


def test_its_pictures_are_drawings_and_its_points_say_that_they_are_unconfirmed() -> None:
    for name in ("bleed.svg", "in-series.svg"):
        assert ET.fromstring(METHOD.files[name]).tag.endswith("svg")  # noqa: S314  (our own file)
    assert "unconfirmed" in METHOD.files["points.csv"].decode()


def test_a_run_comes_to_a_verified_certificate(tmp_path: Path) -> None:
    method = shortened(NAME, tmp_path, POINTS)
    done = simulate_run(method, tmp_path / "out", language=Language.CHINESE, say=lambda _: None)
    assert done.status == 0, done.verified
    assert done.record.verdict is Verdict.CONFORMS


def test_its_error_comes_out_right(tmp_path: Path) -> None:
    found = validate(shortened(NAME, tmp_path, POINTS), trials=3, workers=0)
    assert {each.symbol for each in found.points} == {"E"}
    assert found.overall.share == 1.0


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("E = q_i / q_s - 1", "E = q_s / q_i - 1"),  # the master's error in place of the meter's
        ("E = q_i / q_s - 1", "E = q_i / nominal - 1"),  # what was set in place of what was measured
    ],
)
def test_a_wrong_model_shows(tmp_path: Path, right: str, wrong: str) -> None:
    found = validate(shortened(NAME, tmp_path, POINTS, wrong=(right, wrong)), trials=3, workers=0)
    assert found.overall.share < 0.7, found.points
