"""The printed budget: rows that add up, in both languages and in the unit people read."""

import math

import numpy as np
import pytest

from labctl.language import Language, Text
from labctl.metrology.distributions import Normal, Rectangular, StudentT
from labctl.metrology.effects import Contribution, EffectId
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import Batch, evaluate
from tests.metrology.models import by_symbol, effect, given


def multimeter() -> Batch:
    """A 6½-digit meter at 10 V on a calibrator used by its one-year specification."""
    specification = Contribution(
        effect=EffectId("calibrator", "specification", "C-1"),
        description=Text("One-year specification", zh="一年期技术指标"),
        distribution=Rectangular(np.array([140e-6])),
        source="12 ppm + 20 µV",
        confirmed=False,
    )
    inputs = by_symbol(
        given("V_ind", "V", [10.00012], effect("reading", StudentT(6.6e-7), dof=9)),
        given("d_res", "µV", [0.0], effect("resolution", Rectangular(5.0))),
        given("V_s", "V", [10.0], specification),
        given("d_emf", "µV", [0.0], effect("thermal EMF", Normal(2.0, k=2))),
    )
    return evaluate(Equations("E = V_ind + d_res - V_s - d_emf"), inputs, points=1)


def test_rows_keep_the_units_of_their_inputs() -> None:
    budget = multimeter().budget("E", 0, unit="µV")
    rows = {row.symbol: row for row in budget.rows}
    assert [row.effect for row in budget.rows] == sorted(row.effect for row in budget.rows)
    assert (rows["d_res"].value, rows["d_res"].unit) == (0.0, "µV")
    assert rows["d_res"].stated == pytest.approx(5.0)
    assert rows["d_res"].u == pytest.approx(5 / math.sqrt(3))
    assert rows["d_res"].sensitivity == pytest.approx(1.0)
    assert rows["V_s"].sensitivity == pytest.approx(-1e6)  # µV per V
    assert rows["V_s"].contribution == pytest.approx(140 / math.sqrt(3))
    assert (rows["V_s"].divisor, rows["V_s"].dof, rows["V_s"].confirmed) == (math.sqrt(3), None, False)
    assert rows["V_ind"].dof == 9
    assert rows["V_ind"].u == pytest.approx(6.6e-7)
    assert rows["d_emf"].distribution.en == "normal, k = 2"
    assert math.fsum(row.contribution**2 for row in budget.rows) == pytest.approx(budget.u**2)
    assert math.fsum(row.percent for row in budget.rows) == pytest.approx(100)
    assert budget.value == pytest.approx(120.0)


def test_the_table_reads_in_both_languages() -> None:
    budget = multimeter().budget("E", 0, unit="µV")
    english = budget.as_text().splitlines()
    assert (
        " ".join(english[0].split())
        == "Symbol Source of uncertainty Value Distribution u ν Type c |c|·u Share Stated in"
    )
    assert "One-year specification (unconfirmed)" in english[-3]
    assert english[-2].startswith("E = 120 µV, u = 80.9, ν_eff = ")
    assert english[-2].endswith("k = 2.00 (k = t(ν_eff), p = 95.45 %), U = 160 µV")
    assert "rectangular" in english[-1]
    chinese = budget.as_text(Language.CHINESE)
    assert "不确定度来源" in chinese
    assert "一年期技术指标（未经核实）" in chinese
