"""Thermometers that a person reads in a bath: worked budgets, the truth of a point, what a wrong model shows."""

from math import sqrt
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from labctl.app.check import check
from labctl.app.simulate_run import simulate_run
from labctl.app.validate import Validation, validate
from labctl.certificate.bundle import read_bundle
from labctl.events.codec import decode
from labctl.events.kinds import RecordEvaluated
from labctl.language import Language
from labctl.metrology.quantity import Quantity
from labctl.procedure.procedure import Procedure
from labctl.records.calibration import CalibrationRecord
from labctl_procedures.temperature.clinical_thermometer.procedure import METHOD as CLINICAL
from labctl_procedures.temperature.digital_thermometer.procedure import METHOD as DIGITAL
from labctl_procedures.temperature.liquid_in_glass.procedure import METHOD as GLASS
from tests.procedures.budgets import asset, evaluated, spread, u, value

HEADS = {
    GLASS.name: "nominal [°C], emergent [K], repeats\n90, 5, 2\n",
    DIGITAL.name: "nominal [°C], repeats\n50, 3\n",
    CLINICAL.name: "nominal [°C], mpe [K], immersion [min], repeats\n37, 0.1, 3, 3\n",
}


def test_mercury_in_glass_at_50_degrees_is_the_reference_budget_lig_50c() -> None:
    """Reference budget lig_50C: correction 9.25328 mK, U 23.1 mK (k = 2); the error is its negative.

    It knows no column that hangs: (0.05 ± 0.05) divisions, a figure over the data of the unit's type, come beside.
    """
    found = evaluated(
        GLASS,
        "Indication",
        {"t_s": [Quantity.of(50.0035, "°C")], "t_ind": spread(49.952, 0.004, 4, "°C")},
        columns={
            "nominal": Quantity.of(50, "°C"),
            "emergent": Quantity.of(12, "K"),
            "unit.division": Quantity.of(0.1, "K"),
        },
        assets={
            "reference": asset("reference", certified=("12 mK", 2.0)),
            "bath": asset("bath", characteristics={"uniformity": "5 mK"}),
            "room": asset("room", specification=[("temperature", "60 °C", "1 nK")]),
        },
        spans={"t_bath": "10 mK"},
        conditions={"temperature": "28 °C"},
    )
    hangs = 0.05 * 0.1
    assert value(found, "E") + hangs == pytest.approx(-9.25328e-3, abs=5e-8)
    assert 2 * sqrt(u(found, "E") ** 2 - hangs**2 / 3) == pytest.approx(23.1e-3, abs=0.05e-3)


def test_a_clinical_thermometer_at_37_degrees_is_the_reference_budget_med_thermo_37() -> None:
    """Reference budget med_thermo_37: y 16 mK, U 19.8 mK (k = 2)."""
    found = evaluated(
        CLINICAL,
        "Indication",
        {"t_s": [Quantity.of(37.004, "°C")] * 2, "t_ind": spread(37.02, 0.006, 3, "°C")},
        columns={"nominal": Quantity.of(37, "°C")},
        assets={
            "reference": asset("reference", certified=("6 mK", 2.0), drift="3 mK"),
            "bath": asset("bath", characteristics={"uniformity": "5 mK"}),
        },
        spans={"t_s": "20 mK"},
        resolutions={"unit": "0.01 K"},
        traced=frozenset({"t_s"}),
    )
    assert value(found, "E") == pytest.approx(16e-3, abs=1e-9)
    assert 2 * u(found, "E") == pytest.approx(19.799e-3, abs=1e-6)


@pytest.mark.parametrize("name", list(HEADS))
def test_the_check_finds_nothing_to_mend(name: str) -> None:
    assert check(name) == ()


def test_a_mean_in_place_of_the_highest_is_a_bias(tmp_path: Path) -> None:
    """The display holds the crest of the bath's ripple; the mean of the reference lies below it."""
    (right,) = at_one_point(CLINICAL, tmp_path / "right").points
    (wrong,) = at_one_point(CLINICAL, tmp_path / "wrong", old="t = max(t_s[:])", new="t = t_s").points
    assert wrong.mean_normalised_error - right.mean_normalised_error > 0.15


def test_a_forgotten_uniformity_shows_in_the_root_mean_square_where_every_interval_holds(tmp_path: Path) -> None:
    """A fifth of the variance: U is 9 % smaller beside the same errors, which no share of a hundred units tells."""
    right = at_one_point(DIGITAL, tmp_path / "right", trials=100)
    wrong = at_one_point(
        DIGITAL,
        tmp_path / "wrong",
        old="t_s + d_uniform + d_stable",
        new="t_s + 1e-9 * d_uniform + d_stable",
        trials=100,
    )
    assert right.overall.share == wrong.overall.share == 1.0
    assert 1.05 < wrong.rms_normalised_error / right.rms_normalised_error < 1.15
    assert right.rms_normalised_error < 0.5


def at_one_point(method: Procedure, to: Path, *, old: str = "", new: str = "", trials: int = 1) -> Validation:
    """Validate the method at one point, one equation of it changed."""
    copytree(method.folder, to / "method", ignore=ignore_patterns("__pycache__"))
    (to / "method" / "points.csv").write_text(f"# one point for a test, unconfirmed\n{HEADS[method.name]}", "utf-8")
    file = to / "method" / "procedure.py"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    return validate(str(to / "method"), trials=trials, seed=5, workers=0)


@pytest.mark.parametrize("method", [GLASS, DIGITAL, CLINICAL], ids=lambda each: each.name)
def test_a_point_in_the_bath_says_the_truth(method: Procedure, tmp_path: Path) -> None:
    found = at_one_point(method, tmp_path)
    assert [each.symbol for each in found.points] == ["E"]
    assert found.overall.share == 1.0


def test_an_emergent_column_with_the_wrong_sign_shows(tmp_path: Path) -> None:
    """Five degrees out of the bath, 70 K above the room: 56 mK of the wrong sign are 112 mK away."""
    wrong = at_one_point(GLASS, tmp_path, old="stem = k * (emergent", new="stem = -k * (emergent")
    assert wrong.overall.hits == 0


def test_a_whole_batch_of_fever_ends_in_a_verified_certificate(tmp_path: Path) -> None:
    done = simulate_run("clinical-thermometer", tmp_path, language=Language.CHINESE, say=lambda _: None)
    assert done.status == 0


def test_an_indication_printed_of_several_repetitions_is_the_mean_of_all_of_them(tmp_path: Path) -> None:
    """Where readings count one by one the model is worked out at the last repetition; print has to show them all."""
    copytree(DIGITAL.folder, tmp_path / "method", ignore=ignore_patterns("__pycache__"))
    (tmp_path / "method" / "points.csv").write_text(f"# one point, unconfirmed\n{HEADS[DIGITAL.name]}", "utf-8")
    done = simulate_run(str(tmp_path / "method"), tmp_path / "out", language=Language.ENGLISH, say=lambda _: None)
    assert done.status == 0
    record = record_in(tmp_path / "out" / "record.zip")
    (point,) = record.sections[0].points
    found = {each.symbol: each for each in point.results}
    shown = found["E"].inputs["t_ind"].value_in("°C")
    assert shown - found["t"].value == pytest.approx(found["E"].value, abs=1e-9)


def record_in(file: Path) -> CalibrationRecord:
    bundle = read_bundle(file.read_bytes())
    (event,) = (each.event for each in bundle.entries if isinstance(each.event, RecordEvaluated))
    return decode(CalibrationRecord, bundle.blobs[event.record])
