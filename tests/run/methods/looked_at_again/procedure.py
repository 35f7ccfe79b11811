"""A meter whose reading of 10 V is looked at again, also whenever the run is taken up; for tests."""

from labctl.instruments.capabilities import MeasuresDcVoltage, SourcesDcVoltage
from labctl.procedure import (
    Applied,
    Invalidate,
    Model,
    Observed,
    Point,
    Procedure,
    Resolution,
    Result,
    Roles,
    Run,
    Standard,
    Text,
    Unit,
)

METHOD = Procedure(
    name="looked-at-again",
    edition="1.0",
    document="JJF 1587-2016",
    title=Text("DC voltage with a reference point", zh="带参考点的直流电压"),
    roles=Roles(source=Standard("Calibrator", zh="校准器"), unit=Unit("Multimeter", zh="数字多用表")),
)
REFERENCE = Model("d_0 = V_r + d_res - V_s", V_r=Observed(), d_res=Resolution("unit"), V_s=Applied("source"))
AGAIN = Model(
    "d = V_r + d_res - V_s - d_0",
    V_r=Observed(),
    d_res=Resolution("unit"),
    V_s=Applied("source"),
    d_0=Result("Reference", "d_0"),
)
ERROR = Model("E = V_ind + d_res - V_s", V_ind=Observed(), d_res=Resolution("unit"), V_s=Applied("source"))


@METHOD.section("Reference", zh="参考点", points="reference.csv", model=REFERENCE)
def reference(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
    """Read the reference point."""
    run.apply("V_s", source.source_dc_voltage, point.nominal)
    run.observe("V_r", unit.dc_voltage, times=point.readings)


@METHOD.section("DC voltage", zh="直流电压", points="points.csv", model=ERROR)
def dc_voltage(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
    """Apply the voltage and read it."""
    run.apply("V_s", source.source_dc_voltage, point.nominal)
    run.observe("V_ind", unit.dc_voltage, times=point.readings)


@reference.before_each("section")
@dc_voltage.before_each("section")
def connect(run: Run) -> None:
    """Connect the meter to the calibrator."""
    run.instruct(Text("Connect calibrator NORMAL to V and COM.", zh="连接校准器。"), picture="dc-voltage.svg")


@reference.before_each("range")
@dc_voltage.before_each("range")
def select_range(point: Point, unit: MeasuresDcVoltage) -> None:
    """Select the range."""
    unit.set_dc_voltage_range(point.range)


METHOD.again("Reference again", zh="参考点复测", of="Reference", model=AGAIN)
METHOD.check(
    "Reference unchanged",
    zh="参考点复核",
    of="Reference again",
    symbol="d",
    within="2 mV",
    otherwise=Invalidate("Reference", "DC voltage"),
    source="made up for tests",
    on_resume=True,
)
METHOD.table("Reference again", zh="参考点复测", columns=("nominal", "d", "U(d)"))
METHOD.table("DC voltage", zh="直流电压", columns=("nominal", "E", "U(E)"))
