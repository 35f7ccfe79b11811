"""Coriolis meter by weighing: a run to a verified certificate, its zero, models that are wrong."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from labctl.app.check import check
from labctl.app.simulate_run import simulate_run
from labctl.app.validate import validate
from labctl.language import Language
from labctl.metrology.conformity import Verdict
from labctl_procedures.flow.coriolis_gravimetric.procedure import METHOD
from tests.procedures.flow import shortened

NAME = "coriolis_gravimetric"
POINTS = "nominal [m³/h], filling [s], dripping [s], pulse_mass [kg], repeats\n16, 30, 20, 0.01, 3\n"


def test_the_check_finds_nothing_to_mend() -> None:
    assert check("coriolis-gravimetric") == ()


def test_its_pictures_are_drawings_and_its_points_say_that_they_are_unconfirmed() -> None:
    for name in ("bleed.svg", "pulses-of-coriolis.svg"):
        assert ET.fromstring(METHOD.files[name]).tag.endswith("svg")  # noqa: S314  (our own file)
    assert "unconfirmed" in METHOD.files["points.csv"].decode()


def test_a_run_comes_to_a_verified_certificate(tmp_path: Path) -> None:
    method = shortened(NAME, tmp_path, POINTS)
    done = simulate_run(method, tmp_path / "out", language=Language.ENGLISH, say=lambda _: None)
    assert done.status == 0, done.verified
    assert done.record.verdict is Verdict.CONFORMS


@pytest.mark.parametrize(
    ("right", "wrong", "covered"),
    [
        ("rho_a = air_density", "rho_a = air_density", 1),
        ("rho_a = air_density", "rho_a = 1e-9 * air_density", 0),  # forgotten buoyancy
        ("m / (t + dt)", "m / (t - dt)", 0),  # the diverter's sign
    ],
)
def test_the_right_model_says_the_truth_and_a_wrong_one_shows(
    tmp_path: Path, right: str, wrong: str, covered: int
) -> None:
    found = validate(shortened(NAME, tmp_path, POINTS, wrong=(right, wrong)), trials=1, workers=0)
    assert found.overall.hits == covered, found.points
