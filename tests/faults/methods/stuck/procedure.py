"""A method whose author wrote a loop without an end: no flag reaches it."""

from labctl.instruments.capabilities import MeasuresDcVoltage, SourcesDcVoltage
from labctl.procedure import Applied, Model, Observed, Point, Procedure, Resolution, Roles, Run, Standard, Text, Unit

METHOD = Procedure(
    name="stuck",
    edition="1.0",
    document="none",
    title=Text("100 V for ever", zh="一直 100 V"),
    roles=Roles(source=Standard("Calibrator", zh="校准器"), unit=Unit("Multimeter", zh="数字多用表")),
)
ERROR = Model("E = V_ind + d_res - V_s", V_ind=Observed(), d_res=Resolution("unit"), V_s=Applied("source"))


def stay(unit: object) -> None:
    """Never come back, where this is no rehearsal."""
    while type(unit).__name__ != "StandIn":
        pass


@METHOD.section("DC voltage", zh="直流电压", points="points.csv", model=ERROR)
def dc_voltage(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
    """Apply the voltage and never come back."""
    run.apply("V_s", source.source_dc_voltage, point.nominal)
    stay(unit)
    run.observe("V_ind", unit.dc_voltage, times=point.readings)
