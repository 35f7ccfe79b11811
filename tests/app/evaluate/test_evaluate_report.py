"""The report of a calculation: its JSON form, and the ways in which an input may be stated."""

import json
from pathlib import Path

import pytest

from labctl.cli import main
from tests.app.evaluate.calculations import answer, plain, written

# JCGM 100:2008, H.2: five simultaneous readings of voltage, current and phase.
IMPEDANCE = """
simultaneous = [["V", "I", "phi"]]
[model]
R = "V / I * cos(phi)"
X = "V / I * sin(phi)"
[inputs.V]
unit = "V"
readings = [5.007, 4.994, 5.005, 4.990, 4.999]
[inputs.I]
unit = "mA"
readings = [19.663, 19.639, 19.640, 19.685, 19.678]
[inputs.phi]
unit = "rad"
readings = [1.0456, 1.0438, 1.0468, 1.0428, 1.0433]
[outputs.R]
unit = "Ω"
"""


def test_the_report_has_exactly_the_documented_form(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, told = answer(capsys, written(tmp_path, plain()), "--monte-carlo", "5000")
    found = told["outputs"]["y"]
    assert status == 0
    assert set(told) == {"outputs", "covariance", "engine"}
    keys = {"value", "u", "dof", "k", "U", "probability", "components", "warnings", "monte_carlo"}
    assert set(found) == keys
    assert set(found["monte_carlo"]) == {"mean", "u", "symmetric", "shortest", "trials"}
    assert found["dof"] == "inf"
    assert found["components"] == {"a": pytest.approx(0.1)}
    assert found["k"] == pytest.approx(2.0, abs=1e-4)
    assert told["covariance"]["y"]["y"] == pytest.approx(0.01)


def test_the_same_seed_gives_the_same_report(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = written(tmp_path, plain())
    runs = [answer(capsys, file, "--monte-carlo", "5000", "--seed", seed)[1] for seed in ("7", "7", "8")]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_adaptive_monte_carlo_says_how_it_ended(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, told = answer(capsys, written(tmp_path, plain()), "--monte-carlo", "adaptive", "--probability", "0.95")
    assert told["engine"]["monte_carlo"]["outcome"] == "stabilised"
    assert told["outputs"]["y"]["monte_carlo"]["u"] == pytest.approx(0.1, rel=0.01)


def test_simultaneous_readings_bring_their_correlation(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, told = answer(capsys, written(tmp_path, IMPEDANCE))
    resistance, reactance = told["outputs"]["R"], told["outputs"]["X"]
    assert resistance["value"] == pytest.approx(127.732, abs=0.0005)
    assert resistance["u"] == pytest.approx(0.071, abs=0.0005)
    assert resistance["dof"] == pytest.approx(4)
    r = told["covariance"]["R"]["X"] / (resistance["u"] * reactance["u"])
    assert r == pytest.approx(-0.588, abs=0.0005)


@pytest.mark.parametrize(
    ("stated", "u"),
    [
        ("value = 1\nU = 0.2\nk = 2", 0.1),
        ('distribution = "normal"\nparameters = { mean = 1, U = 0.2, k = 2 }', 0.1),
        ('value = 1\ndistribution = "rectangular"\nparameters = { half_width = 3 }', 3**0.5),
        ('distribution = "triangular"\nparameters = { lower = -5, upper = 7 }', 6**0.5),
        ('distribution = "arcsine"\nparameters = { lower = 0, upper = 2 }', 0.5**0.5),
        ('distribution = "trapezoidal"\nparameters = { lower = 0, upper = 2, beta = 1 }', 3**-0.5),
        ('distribution = "curvilinear_trapezoid"\nparameters = { a = 0, b = 2, d = 0 }', 3**-0.5),
        ('distribution = "student_t"\nparameters = { location = 1, scale = 0.1, dof = 8 }', 0.1),
        ('u = 0.11547\ndistribution = "student_t"\nparameters = { location = 1, scale = 0.1, dof = 8 }', 0.1),
        ('distribution = "exponential"\nparameters = { mean = 1 }', 1.0),
        ('distribution = "gamma"\nparameters = { shape = 4, scale = 0.25 }', 0.5),
        ('distribution = "empirical"\nparameters = { values = [0, 2] }', 1.0),
        ('value = 1\ndistribution = "constant"', 0.0),
        ("readings = [0.9, 1.0, 1.1]", 0.1 / 3**0.5),
        ('value = 1\nu = 1.73\ndistribution = "rectangular"\nparameters = { half_width = 3 }', 1.73),
    ],
)
def test_an_input_may_be_stated_in_many_ways(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, stated: str, u: float
) -> None:
    status, told = answer(capsys, written(tmp_path, plain(f"[inputs.a]\n{stated}\n")))
    assert status == 0
    assert told["outputs"]["y"]["value"] == pytest.approx(1.0)
    assert told["outputs"]["y"]["u"] == pytest.approx(u, rel=1e-4)


def test_one_effect_behind_two_inputs_cancels(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    weights = '[inputs.a]\nvalue = 3\nu = 1\neffect = "balance"\n[inputs.b]\nvalue = 2\nu = 1\neffect = "balance"\n'
    _, told = answer(capsys, written(tmp_path, plain(weights, 'y = "a - b"')))
    assert told["outputs"]["y"]["u"] == 0


def test_units_of_results_are_chosen_and_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, told = answer(capsys, written(tmp_path, IMPEDANCE))
    assert told["engine"]["units"] == {"R": "Ω", "X": "Ω"}
    text = plain('[inputs.a]\nvalue = 2\nu = 1\nunit = "mV"\n') + '[outputs.y]\nunit = "µV"\n'
    _, told = answer(capsys, written(tmp_path, text))
    assert (told["outputs"]["y"]["value"], told["outputs"]["y"]["u"]) == (2000, 1000)


def test_json_and_toml_say_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    case = {"model": {"y": "a"}, "inputs": {"a": {"value": 1, "u": 0.1, "dof": None}}, "expected": {"ignored": True}}
    _, one = answer(capsys, written(tmp_path, json.dumps(case), "case.json"))
    _, other = answer(capsys, written(tmp_path, plain()))
    assert one == other


def test_people_read_budget_interval_and_monte_carlo(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = written(tmp_path, plain())
    assert main(["evaluate", str(file), "--monte-carlo", "5000", "--language", "en"]) == 0
    told = capsys.readouterr().out
    assert "y = 1.00, u = 0.1, ν_eff = ∞, k = 2.00" in told
    assert "0.80 … 1.20 (value ± U)" in told
    assert "Monte Carlo, 5000 trials, seed 1" in told
