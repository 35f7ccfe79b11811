"""100 V on the meter at once, and for long enough to be struck there."""

from labctl.instruments.capabilities import MeasuresDcVoltage, SourcesDcVoltage
from labctl.procedure import (
    Applied,
    Model,
    Observed,
    Point,
    Procedure,
    Resolution,
    Roles,
    Run,
    Standard,
    Text,
    Unit,
)

METHOD = Procedure(
    name="short",
    edition="1.0",
    document="none",
    title=Text("100 V", zh="100 V"),
    roles=Roles(source=Standard("Calibrator", zh="校准器"), unit=Unit("Multimeter", zh="数字多用表")),
)
ERROR = Model("E = V_ind + d_res - V_s", V_ind=Observed(), d_res=Resolution("unit"), V_s=Applied("source"))


@METHOD.section("DC voltage", zh="直流电压", points="points.csv", model=ERROR)
def dc_voltage(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
    """Apply the voltage and read it."""
    unit.set_dc_voltage_range(point.range)
    run.apply("V_s", source.source_dc_voltage, point.nominal)
    run.observe("V_ind", unit.dc_voltage, times=point.readings)


@dc_voltage.before_each("section")
def connect(run: Run) -> None:
    """Connect the meter to the calibrator."""
    run.instruct(Text("Connect calibrator NORMAL to V and COM.", zh="连接校准器。"))
