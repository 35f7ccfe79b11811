"""Thermometers that are read one after the other, each at all of its points, for tests."""

from labctl.instruments.capabilities import ControlsTemperature, MeasuresTemperature
from labctl.procedure import (
    Auxiliary,
    Characteristic,
    Corrected,
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
    name="in-turn",
    edition="1.0",
    document="tests",
    title=Text("Thermometers in turn", zh="逐台测量"),
    roles=Roles(
        reference=Standard("Reference thermometer", zh="标准温度计"),
        bath=Auxiliary("Bath", zh="恒温槽"),
        units=Unit("Thermometer", zh="温度计", up_to=3),
    ),
)
LOOK = Model(
    "t_0 = t_r + d_uniform", t_r=Corrected("reference"), d_uniform=Characteristic("bath", "uniformity", zh="均匀性")
)
ERROR = Model(
    "E = t_ind + d_res - t_s - d_uniform",
    "moved = t_s - t_0",
    t_ind=Observed(),
    d_res=Resolution("unit"),
    t_s=Corrected("reference"),
    t_0=Result("Reference", "t_0"),
    d_uniform=Characteristic("bath", "uniformity", zh="均匀性"),
)


@METHOD.section("Reference", zh="标准器", model=LOOK)
def look(run: Run, reference: MeasuresTemperature) -> None:
    """Read the reference before anything is heated."""
    run.observe("t_r", reference.temperature, times=3)


@METHOD.section("Indication", zh="示值", points="points.csv", model=ERROR)
def indication(run: Run, point: Point, reference: MeasuresTemperature, unit: MeasuresTemperature) -> None:
    """Read reference and display."""
    run.observe("t_s", reference.temperature, times=point.readings)
    run.observe("t_ind", unit.temperature, times=point.readings)


@indication.before_each("nominal")
def heat(run: Run, point: Point, bath: ControlsTemperature) -> None:
    """Let the bath come to its temperature."""
    bath.set_temperature(point.nominal)
    run.wait(point["soaking"])
