"""A calibrator against a reference meter, and by transfer from ten volts: the reference budget, runs, wrong models."""

from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

from labctl.app.check import check
from labctl.app.simulate_run import simulate_run
from labctl.app.station import read_station
from labctl.app.station.endpoints import shipped_bench
from labctl.app.validate import validate
from labctl.errors import OutsideCalibratedInterval
from labctl.language import Language
from labctl.metrology.batch import Batch
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.procedure.plan import plan
from labctl.records.equipment import Basis, CertificateOfStandard, CorrectionPoint
from labctl_procedures.electrical.calibrator.procedure import METHOD
from tests.procedures.budgets import asset, evaluated, spread, u, value
from tests.procedures.electrical import shortened

BENCH = read_station(shipped_bench("electrical"))
TABLES = {
    "transfer.csv": "range [V], nominal [V], meter [V], readings, cooling [min]\n32.99999, 10, 10, 5, 5",
    "dc-voltage.csv": "range [V], nominal [V], meter [V], readings, cooling [min]\n32.99999, 10, 10, 3, 5",
    "ac-voltage.csv": "range [V], nominal [V], meter [V], frequency [Hz], readings\n32.9999, 10, 10, 50000, 3",
    "dc-current.csv": "range [mA], nominal [mA], meter [mA], readings\n329.999, -100, 100, 3",
    "ac-current.csv": "range [mA], nominal [mA], meter [mA], frequency [Hz], readings\n32.999, 10, 10, 1000, 3",
    "resistance.csv": "range [kΩ], nominal [kΩ], meter [kΩ], readings, cooling [min]\n10.99999, 10, 10, 3, 5",
}
ZENER = evolve(
    asset("zener", characteristics={"temperature": "0.05 ppm * abs(nominal)"}),
    certificate=CertificateOfStandard(
        number="Z-1", laboratory="NMI", calibrated=date(2025, 12, 1), due=date(2026, 12, 1)
    ),
    basis=Basis.CORRECTIONS,
    corrections={
        "DC voltage": (
            CorrectionPoint(
                at=parse_quantity("10 V"),
                correction=parse_quantity("-12.4 µV"),
                expanded_uncertainty=parse_quantity("1 µV"),
            ),
        )
    },
    drift={"DC voltage": "3 µV"},
)


def transferred(volts: float = 10.0) -> Batch:
    """Return what the transfer gives where the calibrator is read 31.6 µV above the reference."""
    level = volts + 5e-6  # whatever the meter makes of ten volts: it drops out
    return evaluated(
        METHOD,
        "DC voltage, by transfer",
        {
            "V_1": [Quantity.of(level, "V")] * 10,
            "V_x": spread(level + 31.6e-6, 0.25e-6, 10, "V"),
            "V_2": [Quantity.of(level, "V")] * 10,
            "V_n": [Quantity.of(volts, "V")],
        },
        columns={"nominal": Quantity.of(volts, "V")},
        assets={
            "zener": ZENER,
            "transfer": asset("transfer", characteristics={"linearity in transfer": "1 µV"}),
            "leads": asset("leads", characteristics={"thermal EMF": "0.3 µV"}),
        },
    )


def test_the_text_is_clean_and_its_figures_print_as_unverified() -> None:
    assert check("calibrator") == ()
    assert not METHOD.confirmed
    assert all("nconfirmed" in text.decode() for name, text in METHOD.files.items() if name.endswith(".csv"))


def test_the_transfer_as_in_the_reference_budget() -> None:
    """Reference budget cal_dcv_10V: y 19.2 µV as a correction, so that the error is its opposite; u_c 1.94, U 3.88."""
    batch = transferred()
    assert value(batch, "E") == pytest.approx(-19.2e-6, rel=1e-6)
    assert u(batch, "E") == pytest.approx(1.9388570516328183e-6, rel=1e-7)
    assert batch.budget("E", 0).dof == pytest.approx(32558.593599927113, rel=1e-5)


def test_the_reference_is_certified_for_its_own_value_only() -> None:
    with pytest.raises(OutsideCalibratedInterval, match="10 V"):
        transferred(5.0)


def test_an_accuracy_of_the_type_stands_at_every_point() -> None:
    for section in plan(METHOD, BENCH.unit_under_test("calibrator")):
        assert all("mpe" in each.columns for each in section.points), section.section


def test_a_run_ends_in_a_verified_certificate_and_the_transfer_is_the_better_way(tmp_path: Path) -> None:
    method = shortened("calibrator", tmp_path, TABLES)
    made = simulate_run(str(method), tmp_path / "out", language=Language.CHINESE, say=lambda _line: None)
    assert made.status == 0
    expanded = {each.section: each.results[0].expanded for section in made.record.sections for each in section.points}
    assert expanded["DC voltage, by transfer"] == pytest.approx(3.9e-6, abs=0.1e-6)
    assert expanded["DC voltage, by transfer"] < expanded["DC voltage"] / 5


def test_what_it_states_holds_the_truth(tmp_path: Path) -> None:
    found = validate(str(shortened("calibrator", tmp_path, TABLES)), trials=4, seed=2, unit="calibrator", workers=0)
    assert found.overall.share > 0.9


def test_a_certified_correction_with_the_wrong_sign_is_caught_by_its_coverage(tmp_path: Path) -> None:
    """Deliberately wrong: the correction of the reference is taken off where it has to be added."""
    wrong = shortened(
        "calibrator", tmp_path, TABLES, wrong=('"E = V_n - (V_z + d_temp', '"E = V_n - (2 * nominal - V_z + d_temp')
    )
    found = validate(str(wrong), trials=3, seed=2, unit="calibrator", workers=0)
    (share,) = [
        each.covered.share for each in found.points if (each.section, each.symbol) == ("DC voltage, by transfer", "E")
    ]
    assert share == 0.0
