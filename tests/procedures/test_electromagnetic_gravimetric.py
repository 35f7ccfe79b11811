"""Electromagnetic meter by weighing: a run to a verified certificate, what comes out right, models that are wrong."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from labctl.app.check import check
from labctl.app.simulate_run import simulate_run
from labctl.app.validate import validate
from labctl.language import Language
from labctl.metrology.conformity import Verdict
from labctl_procedures.flow.electromagnetic_gravimetric.procedure import METHOD
from tests.procedures.flow import shortened

NAME = "electromagnetic_gravimetric"
POINTS = "nominal [m³/h], filling [s], dripping [s], pulse_volume [L], repeats\n16, 30, 20, 0.01, 3\n"
TWO = f"{POINTS}8, 50, 20, 0.01, 2\n"


def test_the_check_finds_nothing_to_mend() -> None:
    assert check("electromagnetic-gravimetric") == ()


def test_its_pictures_are_drawings_and_its_points_say_that_they_are_unconfirmed() -> None:
    for name in ("bleed.svg", "pulses-of-electromagnetic.svg"):
        assert ET.fromstring(METHOD.files[name]).tag.endswith("svg")  # noqa: S314  (our own file)
    assert "unconfirmed" in METHOD.files["points.csv"].decode()


def test_a_run_comes_to_a_verified_certificate(tmp_path: Path) -> None:
    """Two points: what the air of the hall is at the second one leaves the first as it was."""
    done = simulate_run(shortened(NAME, tmp_path, TWO), tmp_path / "out", language=Language.CHINESE, say=lambda _: None)
    assert done.status == 0, done.verified
    assert done.record.verdict is Verdict.CONFORMS


def test_its_error_comes_out_right(tmp_path: Path) -> None:
    found = validate(shortened(NAME, tmp_path, TWO), trials=1, workers=0)
    assert {each.symbol for each in found.points} == {"E"}
    assert found.overall.share == 1.0


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("rho_a = air_density", "rho_a = 1e-9 * air_density"),  # forgotten buoyancy
        ("/ (t + dt)", "/ (t - dt)"),  # the diverter's sign
        ("water_density(t_line, p_line)", "1.0005 * water_density(t_line, p_line)"),  # another water
    ],
)
def test_a_wrong_model_shows(tmp_path: Path, right: str, wrong: str) -> None:
    found = validate(shortened(NAME, tmp_path, POINTS, wrong=(right, wrong)), trials=1, workers=0)
    assert found.overall.hits == 0, found.points
