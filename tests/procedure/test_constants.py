"""Constants: of a method, exact or off as a distribution says; of the unit's nameplate, on which a limit rests."""

import math

import pytest
from attrs import evolve

from labctl.errors import ProcedureError
from labctl.instruments.capabilities import MeasuresDcVoltage, SourcesDcVoltage
from labctl.metrology.conformity import Verdict
from labctl.procedure import (
    Applied,
    Constant,
    Effect,
    Model,
    Observed,
    Point,
    Procedure,
    Roles,
    Run,
    Standard,
    Text,
    Unit,
    arcsine,
    normal,
    rectangular,
    triangular,
)
from labctl.procedure.evaluate import evaluate_run
from labctl.procedure.evaluation import WHOLE
from labctl.records.calibration import PointResult, Result
from tests.procedure.journals import run_of


def measured(constant: Constant | Effect, plate: dict[str, str], limit: str = "1 V") -> PointResult:
    """Return E = V_ind - V_s + c of a run in which V_ind - V_s is 100 µV and does not scatter."""
    made = Procedure(
        name="constants",
        edition="1.0",
        document="JJF 1587-2016",
        title=Text("Voltage", zh="电压"),
        roles=Roles(source=Standard("Calibrator", zh="校准器"), unit=Unit("Multimeter", zh="数字多用表")),
    )

    @made.section(
        "DC voltage",
        zh="直流电压",
        model=Model("E = V_ind - V_s + c", V_ind=Observed(), V_s=Applied("unit"), c=constant),
    )
    def dc_voltage(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
        """Apply the voltage and read it."""
        run.apply("V_s", source.source_dc_voltage, point.nominal)
        run.observe("V_ind", unit.dc_voltage, times=point.readings)

    made.require("Error", zh="误差", of="DC voltage", symbol="E", within=limit, source="made up")
    run = run_of(made)
    run.started = evolve(run.started, unit=evolve(run.started.unit, designations=plate))
    run.begin()
    run.point(WHOLE, "10 V", ["10.0001 V", "10.0001 V"], resolution="")
    run.finish()
    return evaluate_run(made, run.entries).sections[0].points[0]


def result(constant: Constant | Effect) -> Result:
    """Return what is stated of E."""
    (found,) = measured(constant, {}).results
    return found


@pytest.mark.parametrize(
    ("constant", "divisor", "words"),
    [
        (Constant("2 µV", rectangular("60 µV"), source="S"), math.sqrt(3), "rectangular"),
        (Constant("2 µV", half_width="60 µV", source="S"), math.sqrt(3), "rectangular"),
        (Constant("2 µV", normal("60 µV"), source="S"), 2, "normal, k = 2"),
        (Constant("2 µV", normal("60 µV", k=3), source="S"), 3, "normal, k = 3"),
        (Constant("2 µV", triangular("60 µV"), source="S"), math.sqrt(6), "triangular"),
        (Constant("2 µV", arcsine("60 µV"), source="S", confirmed=True), math.sqrt(2), "arcsine"),
    ],
)
def test_a_constant_is_off_as_its_distribution_says(constant: Constant, divisor: float, words: str) -> None:
    found = result(constant)
    assert found.value == pytest.approx(102e-6, abs=1e-12)
    assert found.u == pytest.approx(60e-6 / divisor)
    (line,) = [each for each in found.budget if each.symbol == "c"]
    assert line.distribution.en.startswith(words)
    assert (line.source, line.confirmed) == ("S", constant.confirmed)


@pytest.mark.parametrize(
    ("effect", "divisor", "words"),
    [
        (Effect("loading", "60 µV", zh="负载", source="S"), math.sqrt(3), "rectangular"),
        (Effect("loading", normal("60 µV", k=3), zh="负载", source="S"), 3, "normal, k = 3"),
        (Effect("loading", "60 µV", zh="负载", distribution="normal", k=3, source="S"), 3, "normal, k = 3"),
    ],
)
def test_an_effect_takes_the_distributions_of_a_constant(effect: Effect, divisor: float, words: str) -> None:
    found = result(effect)
    assert found.u == pytest.approx(60e-6 / divisor)
    assert next(each for each in found.budget if each.symbol == "c").distribution.en.startswith(words)


def test_without_one_it_is_exact() -> None:
    found = result(Constant("2 µV"))
    assert (found.u, [each for each in found.budget if each.symbol == "c" and each.u]) == (0.0, [])


def test_two_ways_to_be_off_are_refused() -> None:
    with pytest.raises(ProcedureError, match="stands there twice") as refused:
        Constant("2 µV", normal("5 µV"), half_width="3 µV")
    assert "重复" in refused.value.problem.zh
    with pytest.raises(ProcedureError, match="Leave distribution= out"):
        Effect("loading", normal("5 µV"), distribution="arcsine")


@pytest.mark.parametrize(("grade", "limit"), [("AA", 0.27), ("A", 0.35), ("B", 0.8), ("F0.6", 1.6)])
def test_a_limit_follows_the_class_on_the_nameplate(grade: str, limit: float) -> None:
    """IEC 60751 at 100 °C, here as so many millivolts."""
    figure = "iec60751.tolerance(unit.tolerance_class, 100 °C) / (1 K) * (1 mV)"
    (judged,) = measured(Constant("0 V"), {"tolerance_class": grade}, figure).judgements
    assert judged.limit.value_in("mV") == pytest.approx(limit, rel=1e-12)
    assert judged.verdict is Verdict.CONFORMS


def test_a_class_that_there_is_not_stops_the_evaluation_with_the_ones_there_are() -> None:
    figure = "iec60751.tolerance(unit.tolerance_class, 100 °C) / (1 K) * (1 mV)"
    with pytest.raises(ProcedureError, match="'E' is not known here; choose from AA, A, B, C"):
        measured(Constant("0 V"), {"tolerance_class": "E"}, figure)
