"""Digital multimeter, DC voltage: a calibrator presents it, the meter shows it (JJF 1587-2016)."""

from labctl.instruments.capabilities import AdjustsDcVoltage, MeasuresDcVoltage, SourcesDcVoltage
from labctl.procedure import (
    Applied,
    Auxiliary,
    Characteristic,
    Environment,
    Model,
    Observed,
    Point,
    Procedure,
    Resolution,
    Roles,
    Run,
    Standard,
    Steady,
    Text,
    Unit,
)

METHOD = Procedure(
    name="dmm-dc-voltage",
    edition="1.0",
    document="JJF 1587-2016",
    document_title=Text("Calibration Specification for Digital Multimeters", zh="数字多用表校准规范"),
    title=Text("Digital multimeter, DC voltage", zh="数字多用表 直流电压"),
    roles=Roles(
        source=Standard("Calibrator", zh="校准器"),
        leads=Auxiliary("Leads", zh="测试线"),
        unit=Unit("Multimeter", zh="数字多用表"),
    ),
    environment=Environment(temperature="(20 ± 1) °C", humidity="≤ 75 %"),
)
STEADY = Steady(readings=3, within="mpe / 10", timeout="60 s")
ZERO = Model("E_0 = V_0 + d_res", V_0=Observed(), d_res=Resolution("unit"))
ERROR = Model(
    "E = V_ind + d_res - V_s - d_emf",
    V_ind=Observed(),  # Type A from the readings
    d_res=Resolution("unit"),  # half a digit, from the indication itself
    V_s=Applied("source"),  # setpoint, with all that the standard's record brings
    d_emf=Characteristic("leads", "thermal EMF", zh="热电势"),  # a figure of the leads' record
)


@METHOD.section("Zero", zh="零位", points="zero.csv", model=ZERO)
def zero(run: Run, point: Point, unit: MeasuresDcVoltage) -> None:
    """Read the zero of each range with the input short-circuited."""
    unit.set_dc_voltage_range(point.range)
    run.settle("V_zero", unit.dc_voltage, STEADY)
    run.observe("V_0", unit.dc_voltage, times=point.readings)


@zero.before_each("section")
def short(run: Run) -> None:
    """Short-circuit the voltage input."""
    run.instruct(Text("Short-circuit the V input.", zh="将电压输入端短路。"), picture="short.svg")


@METHOD.section("DC voltage", zh="直流电压", points="points.csv", model=ERROR)
def dc_voltage(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
    """Apply the voltage, let the meter settle, read it."""
    run.apply("V_s", source.source_dc_voltage, point.nominal)
    run.settle("V_settling", unit.dc_voltage, STEADY)
    run.observe("V_ind", unit.dc_voltage, times=point.readings)


@dc_voltage.before_each("section")
def connect(run: Run) -> None:
    """Connect the meter to the calibrator."""
    run.instruct(
        Text("Connect calibrator NORMAL to V and COM.", zh="将校准器 NORMAL 端连接到 V 和 COM 端。"),
        picture="dc-voltage.svg",
    )


@dc_voltage.before_each("range")
def select_range(point: Point, unit: MeasuresDcVoltage) -> None:
    """Select the range."""
    unit.set_dc_voltage_range(point.range)


@METHOD.adjustment("Adjust DC voltage", zh="调整直流电压", of="DC voltage", offer="abs(E) > 0.7 * mpe")
def adjust(run: Run, source: SourcesDcVoltage, unit: AdjustsDcVoltage) -> None:
    """Give the meter each voltage it asks for."""
    for step in unit.dc_voltage_adjustments():
        run.apply("V_adjust", source.source_dc_voltage, step.voltage)
        unit.adjust_dc_voltage(step)


METHOD.require("Zero error", zh="零位误差", of="Zero", symbol="E_0", within="mpe")
METHOD.require("Error of indication", zh="示值误差", of="DC voltage", symbol="E", within="mpe")
METHOD.table("Zero", zh="零位", columns=("range", "V_0", "E_0", "U(E_0)", "mpe", "verdict"))
METHOD.table("DC voltage", zh="直流电压", columns=("range", "nominal", "V_ind", "E", "U(E)", "mpe", "verdict"))
