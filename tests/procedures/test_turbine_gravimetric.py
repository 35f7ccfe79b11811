"""Turbine meter by weighing: what it asks for, a run to a verified certificate, models that are wrong."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from labctl.app.check import check
from labctl.app.simulate_run import simulate_run
from labctl.app.validate import validate
from labctl.language import Language
from labctl_procedures.flow.turbine_gravimetric.procedure import METHOD
from tests.procedures.flow import shortened

POINTS = "nominal [m³/h], filling [s], dripping [s], repeats\n16, 30, 20, 3\n6.4, 60, 20, 3\n"
DIVERTER = "nominal [m³/h], filling [s], burst [s], bursts, dripping [s], readings, repeats\n16, 25, 2.5, 6, 20, 5, 3\n"


def test_the_check_says_only_that_the_greatest_of_near_results_is_chosen() -> None:
    assert [each.code for each in check("turbine-gravimetric")] == ["LP125"]


def test_its_pictures_are_drawings_and_its_points_say_that_they_are_unconfirmed() -> None:
    for name in ("bleed.svg", "pulses-of-unit.svg"):
        assert ET.fromstring(METHOD.files[name]).tag.endswith("svg")  # noqa: S314  (our own file)
    assert "unconfirmed" in METHOD.files["points.csv"].decode()


def test_a_run_comes_to_a_verified_certificate(tmp_path: Path) -> None:
    method = shortened("turbine_gravimetric", tmp_path, POINTS, diverter=DIVERTER)
    done = simulate_run(method, tmp_path / "out", language=Language.CHINESE, say=lambda _line: None)
    assert done.status == 0, done.verified
    factor = next(each for each in done.record.sections if each.title.en == "Meter factor").points[0].results[0]
    assert factor.value == pytest.approx(1.995e6, rel=0.005)
    assert factor.expanded is not None
    assert factor.expanded < 2e-4 * factor.value


@pytest.mark.parametrize(
    ("right", "wrong", "covered"),
    [
        ("rho_a = air_density", "rho_a = air_density", 1),
        ("rho_a = air_density", "rho_a = 1e-9 * air_density", 0),  # forgotten buoyancy, 0.105 %
        ("/ (t + dt)", "/ (t - dt)", 0),  # the diverter's sign
    ],
)
def test_the_right_model_says_the_truth_and_a_wrong_one_shows(
    tmp_path: Path, right: str, wrong: str, covered: int
) -> None:
    """The diverter as shipped: with fewer bursts or repetitions the flow's own waves weigh more than they scatter."""
    points = POINTS.replace("6.4, 60, 20, 3\n", "")
    method = shortened("turbine_gravimetric", tmp_path, points, wrong=(right, wrong))
    found = {each.symbol: each for each in validate(method, trials=1, workers=0).points}
    assert found["dt"].covered.hits == 1
    assert found["K"].covered.hits == covered, found["K"]
