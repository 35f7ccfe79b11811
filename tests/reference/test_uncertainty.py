"""Published and recomputed budgets, reproduced: GUM Annex H, EA-4/02, JCGM 101, and the multimeter at 10 V."""

import math

import pytest

from labctl.language import Text
from labctl.metrology.coverage import CoveragePolicy, coverage_factor
from labctl.metrology.distributions import Arcsine, Distribution, Normal, Rectangular, StudentT
from labctl.metrology.effects import Contribution, Correlation, EffectId
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import Batch, Input, evaluate
from labctl.metrology.rounding import report
from labctl.metrology.units import parse_unit

Row = tuple[float, Distribution | float | None, float]


def budget_of(*texts: str, rows: dict[str, Row], unit: str = "1", correlations: tuple[Correlation, ...] = ()) -> Batch:
    """Evaluate rows of value, distribution (or standard uncertainty), degrees of freedom, all in one unit."""
    inputs: dict[str, Input] = {}
    for symbol, (value, stated, dof) in rows.items():
        contributions: tuple[Contribution, ...] = ()
        if stated is not None:
            shape = stated if isinstance(stated, Distribution) else Normal(stated)
            effect = EffectId("example", symbol)
            contributions = (Contribution(effect=effect, description=Text(symbol), distribution=shape, dof=dof),)
        inputs[symbol] = Input.of(symbol, parse_unit(unit), value, *contributions)
    return evaluate(Equations(*texts), inputs, points=1, correlations=correlations)


def test_gum_h1_end_gauge() -> None:
    """JCGM 100:2008, H.1: l = 50.000 838 mm, u = 32 nm, ν_eff = 16, U99 = 93 nm; inputs in nm and K."""
    batch = budget_of(
        "l = lS + d1 + d2 + d3 - lS * (dalpha * (theta + Delta) + alphaS * dtheta)",
        rows={
            "lS": (50_000_623.0, 25.0, 18),
            "d1": (215.0, 5.8, 24),
            "d2": (0.0, 3.9, 5),
            "d3": (0.0, 6.7, 8),
            "dalpha": (0.0, Rectangular(1e-6), 50),
            "theta": (-0.1, 0.2, math.inf),
            "Delta": (0.0, Arcsine(0.5), math.inf),
            "alphaS": (11.5e-6, Rectangular(2e-6), math.inf),
            "dtheta": (0.0, Rectangular(0.05), 2),
        },
    )
    u, dof = batch.u["l"][0], batch.dof["l"][0]
    assert batch.values["l"][0] == 50_000_838.0
    assert u == pytest.approx(31.663879111008633, rel=1e-9)
    assert dof == pytest.approx(16.751855737627245, rel=1e-9)
    assert coverage_factor(math.floor(dof), 0.99) * u == pytest.approx(92.48327620212403, rel=1e-6)
    assert report(50.000838, 2.92 * 32e-6) == ("50.000838", "0.000093")
    assert [each.code for each in batch.warnings] == ["curved"]  # H.1.7: second-order terms make it 34 nm


def test_gum_h2_impedance_is_one_ensemble() -> None:
    """JCGM 100:2008, H.2: five joint readings of V, I, φ; u(R) 0.071 Ω, r(R, X) −0.588, ν = 4 for all."""
    volts = [5.007, 4.994, 5.005, 4.990, 4.999]
    amperes = [0.019663, 0.019639, 0.019640, 0.019685, 0.019678]
    phase = [1.0456, 1.0438, 1.0468, 1.0428, 1.0433]

    def moments(x: list[float], y: list[float]) -> float:
        mx, my = math.fsum(x) / 5, math.fsum(y) / 5
        return math.fsum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / 20

    series = {"V": volts, "I": amperes, "phi": phase}
    u = {name: math.sqrt(moments(x, x)) for name, x in series.items()}
    pairs = [("V", "I"), ("V", "phi"), ("I", "phi")]
    batch = budget_of(
        "R = V / I * cos(phi)",
        "X = V / I * sin(phi)",
        "Z = V / I",
        rows={name: (math.fsum(x) / 5, StudentT(u[name]), 4) for name, x in series.items()},
        correlations=tuple(
            Correlation(EffectId("example", a), EffectId("example", b), moments(series[a], series[b]) / u[a] / u[b])
            for a, b in pairs
        ),
    )
    assert batch.values["R"][0] == pytest.approx(127.732, abs=5e-4)
    assert batch.u["R"][0] == pytest.approx(0.07107140739699547, rel=1e-9)
    assert batch.u["X"][0] == pytest.approx(0.295581677358644, rel=1e-9)
    assert batch.u["Z"][0] == pytest.approx(0.23633613008237758, rel=1e-9)
    r = batch.covariance("R", 0, "X", 0) / batch.u["R"][0] / batch.u["X"][0]
    assert r == pytest.approx(-0.5884297844235161, rel=1e-9)
    assert [batch.dof[name][0] for name in "RXZ"] == pytest.approx([4, 4, 4])
    assert math.fsum(row.percent for row in batch.budget("R", 0).rows) == pytest.approx(100)


def test_ea402_s9_digital_multimeter() -> None:
    """EA-4/02 M:2022, S9: E = 0.10 V, u = 0.030 V at 100 V; one rectangle rules, k = 1.65 there."""
    batch = budget_of(
        "E = V_i - V_S + dV_i - dV_S",
        unit="V",
        rows={
            "V_i": (100.1, None, math.inf),
            "V_S": (100.0, Normal(0.002, k=2), math.inf),
            "dV_i": (0.0, Rectangular(0.05), math.inf),
            "dV_S": (0.0, Rectangular(0.011), math.inf),
        },
    )
    assert batch.values["E"][0] == 0.1
    assert batch.u["E"][0] == pytest.approx(0.02957476401709178, rel=1e-12)
    assert batch.dof["E"][0] == math.inf
    assert [each.code for each in batch.warnings] == ["dominant-rectangle"]
    assert CoveragePolicy(fixed=1.65).factor(batch.dof["E"])[0] * batch.u["E"][0] == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize(
    ("error", "readings", "resolution", "source", "emf", "u", "dof"),
    [
        (120.0, 0.66, 5.0, 140.0, 1.0, 80.88532376148304, 2030232052.872476),
        (1.2, 0.12, 0.05, 3.0, 0.5, 1.7602745997902414, 416715.07759440405),
    ],
)
def test_multimeter_dc_voltage(
    error: float, readings: float, resolution: float, source: float, emf: float, u: float, dof: float
) -> None:
    """10 V and 100 mV of a 6½-digit meter on a calibrator, in µV; recomputed with an independent engine."""
    batch = budget_of(
        "E = V_ind + d_res - V_s - d_emf",
        unit="µV",
        rows={
            "V_ind": (error, StudentT(readings), 9),
            "d_res": (0.0, Rectangular(resolution), math.inf),
            "V_s": (0.0, Rectangular(source), math.inf),
            "d_emf": (0.0, Rectangular(emf), math.inf),
        },
    )
    budget = batch.budget("E", 0, unit="µV")
    assert budget.value == pytest.approx(error)
    assert budget.u == pytest.approx(u, rel=1e-9)
    assert budget.dof == pytest.approx(dof, rel=1e-3)
    assert budget.expanded == pytest.approx(2 * u, rel=1e-5)
    assert math.fsum(row.percent for row in budget.rows) == pytest.approx(100)


def test_welch_satterthwaite_uses_original_effects() -> None:
    """R. Willink, Metrologia 45 (2008) 63, 2.1: 25 ν / 17, which intermediates with their own ν would miss."""
    row = {"y1": (-1.0, 0.1, 2.0), "y2": (0.0, 0.1, 2.0), "y3": (1.0, 0.1, 2.0)}
    batch = budget_of("a = (y1 + y2 + y3) / 3", "b = (y3 - y1) / 2", "y = a + b * 2 / 3", rows={**row})
    assert batch.dof["y"][0] == pytest.approx(50 / 17, rel=1e-12)


def test_stefan_boltzmann_constant_keeps_its_small_scale() -> None:
    """CODATA 2010 arithmetic: relative u four times that of R plus h; values near 1e-8 keep 14 digits."""
    batch = budget_of("s = a ** 4 / b ** 3", rows={"a": (1.38e-2, 1.26e-8, math.inf), "b": (0.862, 3.8e-8, math.inf)})
    relative = math.hypot(4 * 1.26e-8 / 1.38e-2, 3 * 3.8e-8 / 0.862)
    assert batch.u["s"][0] / batch.values["s"][0] == pytest.approx(relative, rel=1e-12)


def test_jcgm101_mass_calibration_is_seen_to_be_curved() -> None:
    """JCGM 101:2008, 9.3: first order 0.053 9 mg, with second-order terms 0.075 0 mg; the check says so."""
    rows: dict[str, Row] = {
        "m_rc": (100_000.0, 0.05, math.inf),
        "dm": (1.234, 0.02, math.inf),
        "rho_a": (1.2, Rectangular(0.1), math.inf),
        "rho_w": (8000.0, Rectangular(1000.0), math.inf),
        "rho_r": (8000.0, Rectangular(50.0), math.inf),
    }
    batch = budget_of("y = (m_rc + dm) * (1 + (rho_a - 1.2) * (1 / rho_w - 1 / rho_r)) - 100000", rows=rows)
    assert batch.values["y"][0] == pytest.approx(1.234, abs=1e-9)
    assert batch.u["y"][0] == pytest.approx(0.0539, abs=5e-5)
    assert "curved" in {each.code for each in batch.warnings}
