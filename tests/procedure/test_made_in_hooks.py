"""What a hook reads once for several points and repetitions: one error of all of them, that no later scatter shows."""

import math
from collections.abc import Sequence

import pytest
from attrs import evolve

from labctl.events.kinds import HookFinished, Place, PlannedPoint, RepetitionFinished, RepetitionStarted
from labctl.instruments.capabilities import MeasuresDcVoltage
from labctl.metrology.batch import Batch
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.metrology.statistics import mean_uncertainty
from labctl.procedure import (
    Characteristic,
    Corrected,
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
from tests.procedure.journals import RunInMemory, calibrator, leads, run_of

ZERO = (1.0, 4.0, 4.0)  # µV, read when the range is selected
READ = {"a": (10.0, 13.0, 11.0), "b": (20.0, 21.0, 26.0)}  # µV
LIMIT = 5.0  # µV, half-width of the standard's specification


def uncertainty(readings: Sequence[float]) -> float:
    return float(mean_uncertainty(readings, "x")[0])


U_ZERO = uncertainty(ZERO)


def method(source: Observed | Corrected, repeatability: Characteristic | None = None) -> Procedure:
    made = Procedure(
        name="zeroed",
        edition="1.0",
        document="JJF 1587-2016",
        title=Text("Voltage above zero", zh="扣除零位的电压"),
        roles=Roles(source=Standard("Calibrator", zh="校准器"), unit=Unit("Multimeter", zh="数字多用表")),
    )

    @made.section(
        "DC voltage",
        zh="直流电压",
        model=Model("E = V_ind - V_0", V_ind=Observed(), V_0=source),
        repeatability=repeatability,
    )
    def dc_voltage(run: Run, point: Point, unit: MeasuresDcVoltage) -> None:
        """Read it."""
        run.observe("V_ind", unit.dc_voltage, times=point.readings)

    @dc_voltage.before_each("range")
    def select(run: Run, point: Point, unit: MeasuresDcVoltage) -> None:
        """Select the range and read its zero."""
        unit.set_dc_voltage_range(point.range)
        run.observe("V_0", unit.dc_voltage, times=point.readings)

    made.reduce("Mean", zh="平均", model=Model("M = mean(E[:])", E=Result("DC voltage", "E")))
    return made


def read(run: RunInMemory, place: Place, symbol: str, values: Sequence[float]) -> None:
    for each in values:
        run.indication("meter", "dc_voltage", parse_quantity(f"{each} µV"), evolve(place, symbol=symbol))


def measured(
    made: Procedure, repetitions: Sequence[Sequence[Sequence[float]]], zeroed: Sequence[int] = (1,)
) -> Evaluation:
    """Return the evaluation of points a and b of one range; by point and repetition, what the meter showed.

    Args:
        made: the method.
        repetitions: for each point, the readings of each repetition.
        zeroed: in which repetitions of the first point the zero was read.
    """
    run = run_of(made)
    columns = {"range": Quantity.of(1.0, "V")}
    points = tuple(PlannedPoint(key=key, columns={**columns, "name": key}, repeats=1) for key in READ)
    standard = evolve(
        calibrator(),
        characteristics=leads("3 µV").characteristics,
        specification=(evolve(calibrator().specification[0], figure=f"{LIMIT} µV"),),
        sharing={"specification": "local"},
    )
    (section,) = run.started.plan
    run.started = evolve(run.started, plan=(evolve(section, points=points),), standards={"source": standard})
    run.begin()
    for key, each in zip(READ, repetitions, strict=True):
        for number, readings in enumerate(each, 1):
            place = Place(phase=AS_FOUND, section="DC voltage", point=key, repetition=number, attempt=1)
            run.append(RepetitionStarted(at=run.now, place=place))
            if key == "a" and number in zeroed:
                read(run, place, "V_0", ZERO)
                run.append(HookFinished(at=run.now, place=place, hook="select", column="range"))
            read(run, place, "V_ind", readings)
            run.append(RepetitionFinished(at=run.now, place=place))
    return Evaluation(made, run.started, Account.of(run.entries))


def mean_of(evaluation: Evaluation) -> Batch:
    (group,) = evaluation.groups(AS_FOUND, "Mean")
    return group.batch


def u_of(batch: Batch, symbol: str) -> float:
    return float(batch.u[symbol][0]) * 1e6


def test_one_zero_of_a_range_does_not_average_out_over_its_points() -> None:
    found = measured(method(Observed()), [[READ["a"]], [READ["b"]]])
    own = [uncertainty(each) for each in READ.values()]
    assert u_of(found.point(AS_FOUND, "DC voltage", "b"), "E") == pytest.approx(math.hypot(own[1], U_ZERO))
    assert u_of(mean_of(found), "M") == pytest.approx(math.hypot(U_ZERO, *(each / 2 for each in own)))


def test_the_scatter_of_repetitions_does_not_replace_that_of_a_zero_that_they_share() -> None:
    found = measured(method(Observed()), [[[each] for each in READ[key]] for key in READ])
    batch = found.point(AS_FOUND, "DC voltage", "a")
    assert batch.value("E") == pytest.approx((sum(READ["a"]) - sum(ZERO)) / 3 * 1e-6)
    assert u_of(batch, "E") == pytest.approx(math.hypot(uncertainty(READ["a"]), U_ZERO))


def test_one_that_is_read_anew_for_each_repetition_shows_in_their_scatter() -> None:
    found = measured(method(Observed()), [[[each] for each in READ["a"]], [[1.0], [2.0]]], zeroed=(1, 2, 3))
    assert u_of(found.point(AS_FOUND, "DC voltage", "a"), "E") == pytest.approx(uncertainty(READ["a"]))


def test_a_known_repeatability_is_that_of_what_is_repeated() -> None:
    made = method(Observed(), Characteristic("source", "thermal EMF", zh="热电势"))
    found = measured(made, [[[10.0], [13.0]], [[20.0], [21.0]]])
    known = 3.0 / 3**0.5 / 2**0.5
    assert u_of(found.point(AS_FOUND, "DC voltage", "a"), "E") == pytest.approx(math.hypot(known, U_ZERO))


def test_what_a_standard_brings_to_one_reading_is_one_use_of_it() -> None:
    """Linearity differs from reading to reading; at all points that rest on one reading it is the same."""
    made = method(Corrected("source"))
    found = measured(made, [[READ["a"]], [READ["b"]]])
    own = [uncertainty(each) / 2 for each in READ.values()]
    assert u_of(mean_of(found), "M") == pytest.approx(math.hypot(U_ZERO, LIMIT / 3**0.5, *own))
