"""How results correlate, where a table asks for their covariance: in the record and in both certificates."""

import math

import pytest
from attrs import evolve
from lxml import etree

from labctl.certificate.dcc_results import result as in_dcc
from labctl.certificate.document import ResultTable
from labctl.certificate.element import root
from labctl.certificate.tables import tables_of
from labctl.events.kinds import PlannedPoint
from labctl.instruments.capabilities import MeasuresDcVoltage, SourcesDcVoltage
from labctl.procedure import (
    POOLED,
    Applied,
    Effect,
    Model,
    Observed,
    Point,
    Procedure,
    Result,
    Roles,
    Run,
    Standard,
    Text,
    Unit,
)
from labctl.procedure.account import Account
from labctl.procedure.declared import Pooled
from labctl.procedure.evaluate import evaluate_run
from labctl.procedure.evaluation import WHOLE, Evaluation
from labctl.procedure.plan import AS_FOUND
from labctl.records.calibration import CalibrationRecord, Correlated
from tests.procedure.journals import run_of


def effect(width: str) -> Effect:
    return Effect(f"effect of {width}", width, zh=f"影响 {width}", distribution="normal", source="made up")


def record(columns: tuple[str, ...]) -> CalibrationRecord:
    """Return a run in which d_1 errs both E and F, d_2 F alone and d_3 G alone."""
    made = Procedure(
        name="correlated",
        edition="1.0",
        document="JJF 1587-2016",
        title=Text("Voltage", zh="电压"),
        roles=Roles(source=Standard("Calibrator", zh="校准器"), unit=Unit("Multimeter", zh="数字多用表")),
    )
    model = Model(
        "E = V_ind - V_s + d_1",
        "F = V_s - V_ind - d_1 + d_2",
        "G = V_ind + d_3",
        V_ind=Observed(),
        V_s=Applied("unit"),
        d_1=effect("80 µV"),
        d_2=effect("60 µV"),
        d_3=effect("1 mV"),
    )

    @made.section("DC voltage", zh="直流电压", model=model)
    def dc_voltage(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
        """Apply the voltage and read it."""
        run.apply("V_s", source.source_dc_voltage, point.nominal)
        run.observe("V_ind", unit.dc_voltage, times=point.readings)

    made.table("DC voltage", zh="直流电压", columns=columns)
    run = run_of(made)
    run.begin()
    run.point(WHOLE, "10 V", ["10.0001 V", "10.0001 V"], resolution="")
    run.finish()
    return evaluate_run(made, run.entries)


def printed(table: ResultTable) -> dict[str, str]:
    (group,) = table.groups
    return {column.name: cell.printed for column, cell in zip(table.columns, group.rows[0], strict=True)}


def test_the_covariance_is_u_of_every_printed_result_and_the_coefficient_of_every_pair() -> None:
    """By hand: u(E) = 40 µV, u(F) = 50 µV, u(E, F) = -(40 µV)², so r = -0.8; G shares nothing with either."""
    whole = record(("E", "U(E)", "F", "G", "covariance"))
    (point,) = whole.sections[0].points
    assert [(each.a, each.b) for each in point.correlations] == [("E", "F"), ("E", "G"), ("F", "G")]
    assert [each.r for each in point.correlations] == pytest.approx([-0.8, 0, 0], abs=1e-12)
    (table,) = tables_of(whole)
    assert printed(table) == {
        "E": "100",
        "U(E)": "80",
        "F": "-100",
        "G": "10.0001",
        "U(F)": "100",
        "U(G)": "0.0010",
        "r(E, F)": "-0.800",
        "r(E, G)": "0.000",
        "r(F, G)": "0.000",
    }
    last = table.columns[-1]
    assert (last.heading.en, last.heading.zh, last.symbol) == ("Correlation", "相关系数", "r(F, G)")


def test_nothing_is_kept_that_no_table_prints() -> None:
    assert record(("E", "U(E)", "F", "U(F)")).sections[0].points[0].correlations == ()


@pytest.mark.parametrize(
    ("r", "words"),
    [(0.5, "0.500"), (-0.98765432, "-0.9877"), (0.99998766, "0.9999877"), (1.0, "1.000"), (-1e-9, "0.000")],
)
def test_near_unity_a_coefficient_has_three_digits_of_what_it_lacks(r: float, words: str) -> None:
    whole = record(("E", "F", "covariance"))
    (section,) = whole.sections
    point = evolve(section.points[0], correlations=(Correlated(a="E", b="F", r=r),))
    (table,) = tables_of(evolve(whole, sections=(evolve(section, points=(point,)),)))
    assert printed(table)["r(E, F)"] == words
    assert math.isclose(float(words), r, abs_tol=5e-4)


def test_the_digital_certificate_has_it_as_a_quantity_of_its_own() -> None:
    whole = record(("E", "F", "covariance"))
    (table,) = tables_of(whole)
    results = root("3.3.0").add("results")
    in_dcc(results, table, whole.sections[0], conformity=False)
    text = etree.tostring(results.node, encoding="unicode")
    assert 'refType="math_correlationCoefficient"' in text
    assert ">r(E, F)<" in text
    assert ">-0.800<" in text


@pytest.mark.parametrize("repeatability", [None, POOLED])
def test_the_scatters_of_two_results_of_one_repetition_stay_together(repeatability: Pooled | None) -> None:
    """E and -E of the same readings: their sum has no scatter, pooled over all points or not."""
    made = Procedure(
        name="opposite",
        edition="1.0",
        document="JJF 1587-2016",
        title=Text("Voltage", zh="电压"),
        roles=Roles(source=Standard("Calibrator", zh="校准器"), unit=Unit("Multimeter", zh="数字多用表")),
    )

    @made.section(
        "DC voltage",
        zh="直流电压",
        model=Model("E = V_ind - V_s", "F = V_s - V_ind", V_ind=Observed(), V_s=Applied("unit")),
        repeatability=repeatability,
    )
    def dc_voltage(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
        """Apply the voltage and read it."""
        run.apply("V_s", source.source_dc_voltage, point.nominal)
        run.observe("V_ind", unit.dc_voltage)

    names = {symbol: Result("DC voltage", symbol, by="name") for symbol in ("E", "F")}
    made.reduce("Sum", model=Model("S = mean(E[:] + F[:])", "M = mean(E[:])", **names))
    run = run_of(made)
    points = tuple(PlannedPoint(key=key, columns={"name": key}, repeats=3) for key in ("a", "b"))
    (section,) = run.started.plan
    run.started = evolve(run.started, plan=(evolve(section, points=points),))
    run.begin()
    for key, off in {"a": (1, 4, 4), "b": (7, 9, 5)}.items():
        for number, each in enumerate(off, 1):
            run.point(key, "10 V", [f"{10 + each * 1e-4} V"], resolution="", repetition=number)
    (group,) = Evaluation(made, run.started, Account.of(run.entries)).groups(AS_FOUND, "Sum")
    assert float(group.batch.u["S"][0]) == pytest.approx(0.0, abs=1e-6)
    assert float(group.batch.u["M"][0]) > 5e-5
