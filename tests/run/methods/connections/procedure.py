"""Four sections that need two connections, the first two one, and a line through the two points of the first."""

from labctl.instruments.capabilities import MeasuresDcVoltage, SourcesDcVoltage
from labctl.procedure import (
    Applied,
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
    name="connections",
    edition="1.0",
    document="JJF 1587-2016",
    title=Text("Connections", zh="连接"),
    roles=Roles(source=Standard("Calibrator", zh="校准器"), unit=Unit("Multimeter", zh="数字多用表")),
)
ERROR = Model("V = V_s", "E = V_ind + d_res - V", V_ind=Observed(), d_res=Resolution("unit"), V_s=Applied("source"))
LINE = Model("o, g = fit.line(V[:], E[:])", V=Result("First", "V"), E=Result("First", "E"))
ZERO = Model("E_0 = V_0 + d_res", V_0=Observed(), d_res=Resolution("unit"))


@METHOD.section("First", zh="一", points="points.csv", model=ERROR)
def first(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
    """Apply and read."""
    unit.set_dc_voltage_range(point.range)
    run.apply("V_s", source.source_dc_voltage, point.nominal)
    run.observe("V_ind", unit.dc_voltage, times=point.readings)


@first.before_each("section")
def connect(run: Run) -> None:
    """Connect the meter."""
    run.instruct(Text("Connect calibrator NORMAL to V and COM.", zh="连接校准器。"), picture="dc-voltage.svg")


METHOD.again("Second", zh="二", of="First")


@METHOD.section("Zero", zh="零位", points="points.csv", model=ZERO)
def zero(run: Run, point: Point, unit: MeasuresDcVoltage) -> None:
    """Read the zero."""
    unit.set_dc_voltage_range(point.range)
    run.observe("V_0", unit.dc_voltage, times=point.readings)


@zero.before_each("section")
def short(run: Run) -> None:
    """Short-circuit the meter."""
    run.instruct(Text("Short-circuit the V input.", zh="短路。"), picture="short.svg")


METHOD.again("Third", zh="三", of="First")
METHOD.reduce("Line", zh="直线", model=LINE)
