"""A technical record as a run of the DC voltage bench leaves it, with figures that are easy to follow."""

from datetime import UTC, date, datetime
from typing import Any

from attrs import evolve

from labctl.certificate.document import Issue
from labctl.language import Text
from labctl.metrology.conformity import jjf1094, worst
from labctl.metrology.quantity import Quantity
from labctl.records.calibration import (
    BudgetLine,
    CalibrationRecord,
    Condition,
    Judgement,
    Outcome,
    PointResult,
    ProcedureReference,
    Result,
    SectionResult,
    Software,
    Table,
)
from labctl.records.equipment import (
    Asset,
    CertificateOfStandard,
    Characteristic,
    Identity,
    SpecificationLine,
    UnitUnderTest,
)
from labctl.records.order import Customer, Laboratory, Order, People, Person

STARTED = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # half past seven in the morning of the 24th, where it was made
ISSUE = Issue(number="SIM-20261124-0001", at=datetime(2026, 11, 24, 2, 0, tzinfo=UTC), head="5a" * 32, release="0.1.0")
_MPE = {0.1: (50, 35), 1.0: (40, 7), 10.0: (35, 5), 100.0: (45, 6), 1000.0: (45, 10)}
_SPEC = {0.1: (20, 1e-6), 1.0: (11, 2e-6), 10.0: (12, 20e-6), 100.0: (18, 150e-6), 1000.0: (18, 1.5e-3)}


def volts(value: float) -> Quantity:
    return Quantity.of(value, "V")


def budget_line(
    symbol: str, u: float, *, evaluation: str = "B", source: str = "", confirmed: bool = True
) -> BudgetLine:
    return BudgetLine(
        symbol=symbol,
        description=Text(f"Contribution of {symbol}", zh=f"{symbol} 引入的分量"),
        value=0.0,
        unit="V",
        evaluation=evaluation,
        distribution=Text("normal", zh="正态") if evaluation == "A" else Text("rectangular", zh="均匀"),
        divisor=1.0 if evaluation == "A" else 1.7320508075688772,
        u=u,
        dof=9.0 if evaluation == "A" else None,
        sensitivity=1.0,
        contribution=u,
        percent=50.0,
        source=source,
        effect=symbol,
        confirmed=confirmed,
    )


def point(top: float, share: float, *, phase: str = "calibration", k: float = 2.0, wrong: float = 0.31) -> PointResult:
    """One point of DC voltage: its error is a share of the limit, its U that of the calibrator."""
    nominal = top * share
    a, b = _MPE[top]
    limit = (a * abs(nominal) + b * top) * 1e-6
    gain, offset = _SPEC[top]
    expanded = (gain * 1e-6 * abs(nominal) + offset) * 1.1547 * k / 2
    error = limit * wrong * (1 if share > 0 else -0.8)
    decision = jjf1094(volts(error), volts(expanded), volts(limit))
    result = Result(
        symbol="E",
        value=error,
        unit="V",
        u=expanded / k,
        dof=None if k == 2.0 else 41.7,
        k=k,
        expanded=expanded,
        probability=0.9545,
        policy=Text("Student's t", zh="t 分布"),
        budget=(
            budget_line("V_ind", expanded / k / 10, evaluation="A", source="10 readings"),
            budget_line("V_s", expanded / k, source="calibrator's specification, one year", confirmed=False),
        ),
        inputs={"V_ind": volts(nominal + error), "V_s": volts(nominal)},
    )
    return PointResult(
        phase=phase,
        section="DC voltage",
        point=f"{top:g} V, {nominal:g} V",
        columns={"range": volts(top), "nominal": volts(nominal), "mpe": volts(limit), "readings": 10.0},
        results=(result,),
        judgements=(
            Judgement(
                requirement=Text("Error of indication", zh="示值误差"),
                symbol="E",
                limit=volts(limit),
                ratio=decision.ratio,
                rule=decision.rule.value,
                verdict=decision.verdict,
            ),
        ),
        series={"V_ind": (21, 22, 23)},
        attempts=1,
        reported=(1,),
    )


def zero(top: float) -> PointResult:
    made = point(top, 1.0)
    result = evolve(
        made.results[0],
        symbol="E_0",
        value=top * 1.3e-7,
        expanded=top * 2e-6,
        u=top * 1e-6,
        inputs={"V_0": volts(top * 1.3e-7)},
    )
    return evolve(
        made, section="Zero", point=f"{top:g} V", columns={"range": volts(top)}, results=(result,), judgements=()
    )


def record(**changes: Any) -> CalibrationRecord:  # noqa: ANN401  (whatever a record holds)
    points = tuple(
        point(top, share, k=2.05 if top == 10.0 else 2.0, wrong=wrong)
        for top, wrong in ((0.1, 0.31), (1.0, -0.74), (10.0, 0.62), (100.0, 0.2), (1000.0, -0.11))
        for share in (0.5, 0.95, -0.5, -0.95)
    )
    sections = (
        SectionResult(
            phase="calibration",
            title=Text("Zero", zh="零位"),
            model=("E_0 = V_0 + d_res",),
            points=tuple(zero(top) for top in (0.1, 1.0, 10.0)),
        ),
        SectionResult(
            phase="calibration",
            title=Text("DC voltage", zh="直流电压"),
            model=("E = V_ind + d_res - V_s - d_emf",),
            points=points,
        ),
    )
    verdict = worst(tuple(judged.verdict for each in points for judged in each.judgements))
    made = CalibrationRecord(
        run="20261124-0a3f",
        simulated=True,
        procedure=ProcedureReference(
            name="dmm-dc-voltage",
            edition="1.0",
            title=Text("Digital multimeter, DC voltage", zh="数字多用表 直流电压"),
            document="JJF 1587-2016",
            document_title=Text("Calibration specification for digital multimeters", zh="数字多用表校准规范"),
            digest="ab" * 32,
        ),
        order=Order(
            number="SIM-0001",
            customer=Customer(
                name=Text("Simulated Instrument Works", zh="模拟仪器厂"),
                address=Text("2 Nowhere Road, Simulated City", zh="模拟市无名路2号"),
            ),
            received=date(2026, 11, 20),
        ),
        laboratory=Laboratory(
            name=Text("Simulated Municipal Institute of Metrology", zh="模拟市计量测试研究院"),
            address=Text("1 Nowhere Road, Simulated City", zh="模拟市无名路1号"),
            phone="000-0000-0000",
            email="bench@simulated.example",
            postcode="000000",
            authorisation="SIMULATED-000",
            place=Text("Electrical laboratory 101 (simulated)", zh="电学实验室101室（模拟）"),
        ),
        people=People(
            calibrated_by=Person(name=Text("A. Simulated", zh="模拟甲"), title=Text("Engineer", zh="工程师")),
            checked_by=Person(name=Text("B. Simulated", zh="模拟乙"), title=Text("Reviewer", zh="核验员")),
            authorised_by=Person(name=Text("C. Simulated", zh="模拟丙"), title=Text("Head", zh="实验室主任")),
        ),
        unit=UnitUnderTest(
            description=Text("Digital multimeter", zh="数字多用表"),
            identity=Identity(manufacturer="Keysight", model="34465A", serial="SIM34465001"),
            type_name="Keysight 34465A",
            specification=(
                SpecificationLine(
                    quantity="DC voltage",
                    up_to=volts(1000),
                    figure="45 ppm * abs(nominal) + 10 ppm * range",
                    source="one-year accuracy specification of the type",
                ),
            ),
        ),
        standards={
            "source": Asset(
                key="calibrator",
                title=Text("Multifunction calibrator", zh="多功能校准器"),
                identity=Identity(manufacturer="Fluke", model="5522A", serial="SIM5522001"),
                certificate=CertificateOfStandard(
                    number="SIM-CAL-5522-001",
                    laboratory="Simulated National Institute of Metrology",
                    calibrated=date(2025, 12, 1),
                    due=date(2099, 12, 31),
                    statement="DC voltage 0 V to ±1020 V: within the maker's one-year specification",
                ),
                specification=(
                    SpecificationLine(
                        quantity="DC voltage", up_to=volts(1020), figure="18 ppm * abs(nominal)", source="data sheet"
                    ),
                ),
            )
        },
        auxiliaries={
            "leads": Asset(
                key="leads",
                title=Text("Low thermal EMF leads", zh="低热电势测试线"),
                identity=Identity(manufacturer="Simulated", model="copper spade leads", serial="SIMLEADS01"),
                characteristics=(Characteristic(name="thermal EMF", figure="1 µV", source="estimate"),),
            )
        },
        conditions=(
            Condition(
                name="temperature",
                lowest=Quantity.of(19.87, "°C"),
                highest=Quantity.of(20.21, "°C"),
                expanded_uncertainty=Quantity.of(0.23, "K"),
            ),
            Condition(name="humidity", lowest=Quantity.of(44.6, "%"), highest=Quantity.of(46.1, "%")),
            Condition(name="pressure", lowest=Quantity.of(1012.9, "hPa"), highest=Quantity.of(1013.2, "hPa")),
        ),
        sections=sections,
        tables=(
            Table(
                section="DC voltage",
                title=Text("DC voltage", zh="直流电压"),
                columns=("range", "nominal", "V_ind", "E", "U(E)", "mpe", "verdict"),
            ),
        ),
        verdict=verdict,
        rules=(),
        notes=(),
        started=STARTED,
        finished=STARTED.replace(hour=23, minute=52),
        outcome=Outcome.FINISHED,
        software=Software(release="0.1.0", python="3.11"),
    )
    return evolve(made, **changes)
