"""How far an effect of the method reaches: from one point to every run of the laboratory."""

import pytest
from attrs import evolve

from labctl.events.kinds import PlannedPoint
from labctl.instruments.capabilities import MeasuresDcVoltage, SourcesDcVoltage
from labctl.metrology.batch import Batch
from labctl.metrology.effects import Scope
from labctl.metrology.quantity import Quantity
from labctl.procedure import (
    GROUP,
    LAB,
    POINT,
    RUN,
    STANDARD,
    Applied,
    Characteristic,
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
from labctl.procedure.evaluation import Evaluation
from labctl.procedure.plan import AS_FOUND
from tests.procedure.journals import calibrator, leads, run_of

RANGES = (("a", 1.0), ("b", 1.0), ("c", 10.0), ("d", 1.0))  # the range of 1 V is selected twice


def difference(scope: Scope, one: str, other: str, *, hooked: bool = True) -> float:
    """Return u of the difference of two points, in µV, that an effect of 20 µV at each of them leaves."""
    off = Effect("range of the method", "40 µV", zh="量程", distribution="normal", source="made up", scope=scope)
    return float(compared(off, one, other, hooked=hooked).u["D"][0]) * 1e6


def compared(off: Effect | Characteristic, one: str, other: str, *, hooked: bool = True) -> Batch:
    """Return the difference of two points at each of which an effect enters."""
    made = Procedure(
        name="scopes",
        edition="1.0",
        document="JJF 1587-2016",
        title=Text("Voltage", zh="电压"),
        roles=Roles(source=Standard("Calibrator", zh="校准器"), unit=Unit("Multimeter", zh="数字多用表")),
    )

    @made.section(
        "DC voltage",
        zh="直流电压",
        model=Model("E = V_ind - V_s + d", V_ind=Observed(), V_s=Applied("unit"), d=off),
    )
    def dc_voltage(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
        """Apply the voltage and read it."""
        run.apply("V_s", source.source_dc_voltage, point.nominal)
        run.observe("V_ind", unit.dc_voltage, times=point.readings)

    if hooked:

        @dc_voltage.before_each("range")
        def select(point: Point, unit: MeasuresDcVoltage) -> None:
            """Select the range."""
            unit.set_dc_voltage_range(point.range)

    made.reduce(
        "Difference",
        model=Model(f"D = mean(E[name == {one!r}]) - mean(E[name == {other!r}])", E=Result("DC voltage", "E")),
    )
    run = run_of(made)
    planned = tuple(
        PlannedPoint(key=name, columns={"range": Quantity.of(top, "V"), "name": name}, repeats=1)
        for name, top in RANGES
    )
    (section,) = run.started.plan
    standards = {"source": evolve(calibrator(), characteristics=leads("40 µV").characteristics)}
    run.started = evolve(run.started, plan=(evolve(section, points=planned),), standards=standards)
    run.begin()
    for name, _ in RANGES:
        run.point(name, "1 V", ["1.00001 V", "1.00001 V"], resolution="")
    (group,) = Evaluation(made, run.started, Account.of(run.entries)).groups(AS_FOUND, "Difference")
    return group.batch


BOTH = 20 * 2**0.5


@pytest.mark.parametrize(
    ("scope", "one", "other", "left"),
    [
        (POINT, "a", "b", BOTH),
        (GROUP, "a", "b", 0.0),  # one selection of the range
        (GROUP, "b", "c", BOTH),  # another range
        (GROUP, "a", "d", BOTH),  # the same range, selected again
        (RUN, "a", "d", 0.0),
        (LAB, "a", "d", 0.0),
    ],
)
def test_what_points_share_is_not_in_their_difference(scope: Scope, one: str, other: str, left: float) -> None:
    assert difference(scope, one, other) == pytest.approx(left, abs=1e-6)


def test_one_certificate_is_one_error_of_all_that_rests_on_it() -> None:
    off = Characteristic("source", "thermal EMF", zh="热电势", scope=STANDARD)
    batch = compared(off, "a", "d")
    assert float(batch.u["D"][0]) == pytest.approx(0.0, abs=1e-12)
    number = calibrator().certificate
    assert number is not None
    assert f"calibrator {number.number}/thermal EMF/standard" in {each.effect for each in batch.budget("D", 0).rows}


def test_a_section_without_further_hooks_is_one_group() -> None:
    assert difference(GROUP, "a", "d", hooked=False) == pytest.approx(0.0, abs=1e-6)
