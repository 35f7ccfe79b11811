"""Thermocouples in the furnace: worked budgets at 600 °C and at copper, and what wrong models show."""

from pathlib import Path
from shutil import copytree, ignore_patterns

import numpy as np
import pytest

from labctl.app.check import check
from labctl.app.station.endpoints import shipped_bench
from labctl.app.validate import Validation, validate
from labctl.metrology.physics import iec60584
from labctl.metrology.quantity import Quantity
from labctl.procedure.procedure import Procedure
from labctl_procedures.temperature.thermocouple_k.procedure import METHOD as BASE_METAL
from labctl_procedures.temperature.thermocouple_s.procedure import METHOD as NOBLE_METAL
from tests.procedures.budgets import asset, evaluated, spread, u, value

COPPER = 1084.62
ON_THE_TABLE = {"c": "0 mV", "d": "0 mV/K", "zero": "0 °C"}


def table(kind: str, t: float) -> tuple[float, float]:
    """Return the voltage of the table and its slope, in V and V/K."""
    found, (slope,) = iec60584.e_partials(kind, np.asarray(t))
    return float(found), float(slope)


def test_type_k_at_600_degrees_is_the_reference_budget_tc_k_600() -> None:
    """Reference budget tc_K_600: y 0.729326 K, U 0.978 K (k = 2)."""
    e_k, _ = table("K", 600)
    e_s, _ = table("S", 600)
    found = evaluated(
        BASE_METAL,
        "Comparison",
        {
            "E_s": [Quantity.of(1e3 * e_s, "mV")],
            "E_x": spread(1e3 * e_k + 0.031, 0.0008, 4, "mV"),
        },
        columns={"nominal": Quantity.of(600, "°C")},
        assets={
            "standard": asset("standard", certified=("0.9 K", 2.58), function=ON_THE_TABLE),
            "scanner": asset(
                "scanner",
                specification=[("thermovoltage", "8 mV", "0.5 µV"), ("thermovoltage", "100 mV", "1.2 µV")],
            ),
            "furnace": asset("furnace", characteristics={"uniformity": "0.5 K"}),
            "junction": asset(
                "junction", characteristics={"temperature": "0.05 K", "temperature at the standard": "0.05 K"}
            ),
        },
        spans={"t_furnace": "0.4 K"},
    )
    assert value(found, "E") == pytest.approx(0.729326, abs=5e-6)
    assert 2 * u(found, "E") == pytest.approx(0.978, abs=5e-4)


def test_type_s_at_copper_is_the_reference_budget_tc_s_1084() -> None:
    """Reference budget tc_S_1084: y 10571.4 µV, U 5.02 µV (k = 2)."""
    e_s, slope = table("S", COPPER)
    _, at_zero = table("S", 0)
    found = evaluated(
        NOBLE_METAL,
        "Comparison",
        {"E_s": [Quantity.of(10.58, "mV")], "E_x": spread(10.58 - 0.0032, 0.0004, 4, "mV")},
        columns={"nominal": Quantity.of(COPPER, "°C"), "unit.inhomogeneity": Quantity.of(1, "pV")},
        assets={
            "standard": asset(
                "standard",
                certified=(f"{4.7e-6 / slope} K", 2.58),
                drift=f"{2e-6 / slope} K",
                characteristics={"inhomogeneity": "1 pV"},
                function={"c": f"{10.5746 - 1e3 * e_s:.9f} mV", "d": "0 mV/K", "zero": "0 °C"},
            ),
            "scanner": asset(
                "scanner", characteristics={"voltage difference": "0.5 µV", "parasitic voltage": "0.4 µV"}
            ),
            "furnace": asset("furnace", characteristics={"uniformity": f"{2e-6 / slope} K"}),
            "junction": asset("junction", characteristics={"difference": f"{0.3e-6 / at_zero} K"}),
        },
    )
    assert value(found, "E_n") == pytest.approx(10571.4e-6, abs=1e-9)
    assert 2 * u(found, "E_n") == pytest.approx(5.02e-6, abs=5e-9)


@pytest.mark.parametrize("name", ["thermocouple-k", "thermocouple-s"])
def test_the_check_finds_nothing_to_mend(name: str) -> None:
    assert check(name) == ()


def at_one_point(
    method: Procedure, point: str, to: Path, *, old: str = "", new: str = "", station: Path | None = None
) -> Validation:
    """Validate the method at one point, one equation of it changed."""
    copytree(method.folder, to / "method", ignore=ignore_patterns("__pycache__"))
    (to / "method" / "points.csv").write_text(f"# for a test, unconfirmed\nnominal [°C], repeats\n{point}, 3\n")
    file = to / "method" / "procedure.py"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    unit = "k1" if station is not None else ""
    return validate(str(to / "method"), trials=1, seed=5, workers=0, station=station, unit=unit)


@pytest.mark.parametrize(("method", "point"), [(BASE_METAL, "600"), (NOBLE_METAL, "660.323")])
def test_a_run_in_the_furnace_says_the_truth(method: Procedure, point: str, tmp_path: Path) -> None:
    found = at_one_point(method, point, tmp_path)
    assert {each.symbol for each in found.points} == {"E_n", "E"}
    assert found.overall.share == 1.0


def test_a_certificate_with_the_wrong_sign_shows(tmp_path: Path) -> None:
    """The corrections of the standard are 0.3 K to 0.9 K, the interval is half a kelvin wide to each side."""
    wrong = at_one_point(
        NOBLE_METAL,
        "1084.62",
        tmp_path,
        old="E_n = tc(nominal) + E_x",
        new="E_n = 2 * iec60584.e('S', nominal) - tc(nominal) + E_x",
    )
    assert wrong.overall.hits == 0


def block_at_20_degrees(to: Path) -> Path:
    """Return the shipped bench with all reference junctions in a block at 20 °C, as its record says."""
    text = shipped_bench("temperature").read_text("utf-8")
    for key in ("k1 = { across = 1", "standard = { across = -1"):
        assert key in text
        text = text.replace(key, f'{key}, "reference junction" = 20')
    assert text.count('value = "0 K"') == 2
    file = to / "bench.toml"
    file.write_text(text.replace('value = "0 K"', 'value = "20 K"'), "utf-8")
    return file


def test_reference_junctions_in_a_block_cost_a_voltage(tmp_path: Path) -> None:
    found = at_one_point(BASE_METAL, "600", tmp_path, station=block_at_20_degrees(tmp_path))
    assert found.overall.share == 1.0


def test_a_reference_junction_added_as_a_temperature_shows(tmp_path: Path) -> None:
    """20 °C are 0.80 mV of type K; at 600 °C, with 42.5 µV/K, that is 18.8 K and not 20 K."""
    wrong = at_one_point(
        BASE_METAL,
        "600",
        tmp_path,
        old="+ iec60584.e('K', zero + d_j)",
        new="+ iec60584.slope('K', nominal) * (zero + d_j - zero)",
        station=block_at_20_degrees(tmp_path),
    )
    assert wrong.overall.hits == 0
