"""A meter whose correction is found at two voltages and used between them, for tests."""

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
    name="between",
    edition="1",
    document="JJF 0000-2026",
    title=Text("Between two points", zh="两点之间"),
    roles=Roles(source=Standard("Calibrator", zh="校准器"), unit=Unit("Meter", zh="数字表")),
)
CORRECTION = Model("c = V_a - V_i - d_res", V_i=Observed(), d_res=Resolution("unit"), V_a=Applied("source"))
CORRECTED = Model(
    "E = V_ind + d_res + c - V_s",
    V_ind=Observed(),
    d_res=Resolution("unit"),
    V_s=Applied("source"),
    c=Result("Correction", "c", at="nominal"),
)


@METHOD.section("Correction", zh="修正值", points="correction.csv", model=CORRECTION)
def correction(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
    """Read the meter at the ends."""
    run.apply("V_a", source.source_dc_voltage, point.nominal)
    run.observe("V_i", unit.dc_voltage, times=point.readings)


@METHOD.section("Corrected", zh="修正后", points="points.csv", model=CORRECTED)
def corrected(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
    """Read the meter between them."""
    run.apply("V_s", source.source_dc_voltage, point.nominal)
    run.observe("V_ind", unit.dc_voltage, times=point.readings)


METHOD.require("Error", zh="示值误差", of="Corrected", symbol="E", within="1 mV", source="made up")
