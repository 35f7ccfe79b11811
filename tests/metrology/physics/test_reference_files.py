"""Whole tables of reference values, read in place where they lie beside the checkout."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labctl.metrology.distributions import Floats
from labctl.metrology.physics import air, buoyancy, gas, iec60584, iec60751, its90, steinhart_hart, water
from labctl.metrology.physics.iec60584_tables import REFERENCE
from labctl.metrology.physics.its90_deviation import Deviation, subrange

DATA = Path(__file__).parents[4] / "shared" / "reference" / "data"


def rows(name: str) -> list[list[str]]:
    return [row for row in csv.reader(_text(name).splitlines()) if not row[0].startswith("#")][1:]


def table(name: str) -> Any:  # noqa: ANN401  whatever the file holds
    return json.loads(_text(name))["data"]


def _text(name: str) -> str:
    if not (DATA / name).exists():
        pytest.skip(f"{name}: reference not beside this checkout")
    return (DATA / name).read_text("utf-8")


def numbers(listed: list[list[str]]) -> Floats:
    return np.array([[float(each) for each in row] for row in listed])


def test_its90_tables() -> None:
    t, ratio, slope, polynomial = numbers(rows("its90_reference_function.csv")).T
    assert its90.wr(t) == pytest.approx(ratio, abs=2e-10)
    assert its90.wr_slope(t) == pytest.approx(slope, rel=1e-4, abs=1e-9)
    assert its90.t_from_polynomials(ratio) == pytest.approx(polynomial, abs=1e-6)
    for point in table("its90_fixed_points.json"):
        assert its90.wr_at(point["name"]) == pytest.approx(point["Wr"], abs=1e-8)
        assert its90.t(point["Wr"]) == pytest.approx(point["t90_C"], abs=1e-4)
    deviations = table("its90_deviation.json")
    for each in deviations["subranges"]["forms"]:
        subrange(*each["range_C"])
    for case in deviations["nist_sp250_81"]:
        of = Deviation(subrange=subrange(*case["range_C"]), coefficients=tuple(case[k] for k in "abc" if k in case))
        for point in case["points"]:
            assert of.tabulated(point["t90_C"]) == pytest.approx(point["dW_published"], abs=1e-9)
            assert of.deviation(of.w(point["t90_C"])) == pytest.approx(point["dW_published"], abs=1e-7)


def test_pt100_table() -> None:
    t, resistance, slope = numbers(rows("iec60751_pt100.csv")).T
    assert iec60751.r(t) == pytest.approx(resistance, abs=1e-5)
    assert iec60751.slope(t) == pytest.approx(slope, abs=1e-5)


@pytest.mark.parametrize("kind", "KSJB")
def test_thermocouple_tables(kind: str) -> None:
    t, e, printed, seebeck = numbers([row[1:] for row in rows("thermocouple_emf.csv") if row[0] == kind]).T
    assert iec60584.e(kind, t) * 1e3 == pytest.approx(e, abs=1e-6)
    assert iec60584.e(kind, t) * 1e3 == pytest.approx(printed, abs=0.000501)
    # the file's slopes are differences, which at a joint of two pieces see the step between them
    smooth = ~np.isin(t, [piece[1] for piece in REFERENCE[kind]])
    assert iec60584.slope(kind, t)[smooth] * 1e6 == pytest.approx(seebeck[smooth], rel=1e-4, abs=1e-5)
    voltage, found = numbers([row[1:] for row in rows("thermocouple_inverse.csv") if row[0] == kind]).T
    assert iec60584.t(kind, voltage * 1e-3) == pytest.approx(found, abs=1e-3)


def test_thermocouple_classes() -> None:
    classes = table("thermocouple_tolerances.json")
    for kind in "KNJET":
        for grade, ((low, high, floor, share),) in classes[kind].items():
            for t in (low, (low + high) / 2, high):
                assert iec60584.tolerance(kind, grade, t) == pytest.approx(max(floor, share * abs(t)))


def test_water_table() -> None:
    for t, free, saturated, expansion in rows("water_density_tanaka.csv"):
        assert water.water_density(float(t)) == pytest.approx(float(free), abs=2e-6)
        assert water.thermal_expansion(float(t)) == pytest.approx(float(expansion), abs=1e-9)
        if saturated:
            assert water.water_density_saturated(float(t)) == pytest.approx(float(saturated), abs=2e-6)


def test_air_table() -> None:
    for case in table("air_density.json"):
        state = (case["t_C"], case["p_Pa"], case["h"])
        assert air.air_density(*state) == pytest.approx(case["rho_kg_m3"], abs=1e-7)
        assert air.saturation_pressure(case["t_C"]) == pytest.approx(case["psv_Pa"], abs=1e-3)
        assert air.air_density_short(*state) == pytest.approx(case["rho_oiml_simplified"], abs=1e-6)
        assert air.compression(*state) == pytest.approx(case["Z"], abs=1e-9)


def test_thermistor() -> None:
    case = table("application_formulas.json")["steinhart"]
    found = steinhart_hart.SteinhartHart.through(case["R_ohm"], case["t_C"])
    assert (found.a, found.b, found.c) == pytest.approx((case["A"], case["B"], case["C"]), rel=1e-9)
    for check in case["checks"]:
        assert found.t(check["R"]) == pytest.approx(check["t_C"], abs=1e-9)


def test_collections_of_water() -> None:
    for case in table("gravimetric_flow.json")["collections"]:
        of = case["inputs"]
        density = water.water_density(of["T_water_C"])
        mass = buoyancy.true_mass(of["W_kg"], air.air_density(of["t_air"], of["p_Pa"], of["h"]), density, of["rho_b"])
        assert mass == pytest.approx(case["mass_kg"], rel=1e-9)
        flow = mass / density / (of["t_s"] + of["diverter_correction_s"]) * 3600
        assert flow == pytest.approx(case["q_m3_h"], rel=1e-9)


def test_z_factors() -> None:
    for case in table("pipette_z_factor.json"):
        density = water.water_density(case["t_C"])
        moist = air.air_density(case["t_C"], case["p_hPa"] * 100, 0.5, beyond_recommended=True)
        z = buoyancy.buoyancy_factor(moist, density) / density * 1000
        assert z == pytest.approx(case["Z_uL_per_mg"], abs=1e-6)


def test_particulate_volumes() -> None:
    for case in table("pm25.json")["gravimetric"]:
        drawn, t = case["q_L_min"] * case["t_min"] / 1000, case["T_K"] - 273.15
        for state, suffix in ((gas.STANDARD, "std_273"), (gas.REFERENCE, "ref_298")):
            assert gas.volume_at(drawn, t, case["p_Pa"], state) == pytest.approx(case[f"V_{suffix}_m3"], rel=1e-10)
            actual = case["C_actual_ug_m3"]
            there = gas.concentration_at(actual, t, case["p_Pa"], state)
            assert there == pytest.approx(case[f"C_{suffix}_ug_m3"], rel=1e-10)
