"""A meter that loads its source, corrected by plain functions of arrays, for tests."""

import numpy as np

from labctl.instruments.capabilities import MeasuresDcVoltage, SourcesDcVoltage
from labctl.procedure import (
    Applied,
    Floats,
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
    name="computed",
    edition="1",
    document="JJF 0000-2026",
    title=Text("Functions of arrays", zh="数组函数"),
    roles=Roles(source=Standard("Calibrator", zh="校准器"), unit=Unit("Meter", zh="数字表")),
)


@METHOD.function(units=("mV",), gives="mV")
def loaded(v: Floats) -> Floats:
    """Return what is left of a voltage, in millivolts, behind a resistance that rises with it."""
    return np.where(v > 0, v * (1 - 1e-7 * v), v)


@METHOD.function(units=("V",), gives="V")
def tabled(v: Floats) -> Floats:
    """Return a deviation between the lines of a table."""
    return np.interp(v, [0.0, 10.0], [0.0, 0.02])


ERROR = Model(
    "E = V_ind + d_res - left(V_s)",
    "D = V_ind + d_res - V_s - off(V_s)",
    V_ind=Observed(),
    d_res=Resolution("unit"),
    V_s=Applied("source"),
    left=loaded,
    off=tabled,
)


@METHOD.section("DC voltage", zh="直流电压", points="points.csv", model=ERROR)
def dc_voltage(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
    """Apply the voltage and read it."""
    run.apply("V_s", source.source_dc_voltage, point.nominal)
    run.observe("V_ind", unit.dc_voltage, times=point.readings)


METHOD.require("Error", zh="示值误差", of="DC voltage", symbol="E", within="1 mV", source="made up")
METHOD.require("Deviation", zh="偏差", of="DC voltage", symbol="D", within="1 mV", source="made up")
