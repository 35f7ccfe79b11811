"""A meter beside two sources, each where the points name it; for tests."""

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
    name="choosing",
    edition="1.0",
    document="JJF 1587-2016",
    title=Text("DC voltage by two sources", zh="两台标准源的直流电压"),
    roles=Roles(source=Standard("Source", zh="标准源"), unit=Unit("Multimeter", zh="数字多用表")),
)
ERROR = Model("E = V_ind + d_res - V_s", V_ind=Observed(), d_res=Resolution("unit"), V_s=Applied("source"))
DIFFERENCE = Model(
    "D = mean(E[source == 'reference_calibrator']) - mean(E[source == 'calibrator'])", E=Result("DC voltage", "E")
)


@METHOD.section("DC voltage", zh="直流电压", points="points.csv", model=ERROR)
def dc_voltage(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
    """Apply the voltage and read it."""
    unit.set_dc_voltage_range(point.range)
    run.apply("V_s", source.source_dc_voltage, point.nominal)
    run.observe("V_ind", unit.dc_voltage, times=point.readings)


@dc_voltage.before_each("source")
def connect(run: Run, point: Point) -> None:
    """Connect the source that the point names."""
    if point.text("source") == "calibrator":
        run.instruct(Text("Connect the calibrator.", zh="连接校准器。"), picture="calibrator.svg")
    else:
        run.instruct(
            Text("Connect the reference calibrator.", zh="连接参考校准器。"), picture="reference-calibrator.svg"
        )


METHOD.reduce("Sources", zh="两源之差", model=DIFFERENCE)
METHOD.table("DC voltage", zh="直流电压", columns=("source", "nominal", "V_ind", "E", "U(E)"))
METHOD.table("Sources", zh="两源之差", columns=("D", "U(D)"))
