"""Thermometers that are read together and judged by a check of their own, for tests."""

from labctl.instruments.capabilities import ControlsTemperature, MeasuresTemperature
from labctl.procedure import (
    REPEAT,
    Auxiliary,
    Characteristic,
    Corrected,
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
    Units,
)

METHOD = Procedure(
    name="with-check",
    edition="1.0",
    document="tests",
    title=Text("Thermometers with a check", zh="带核查的测量"),
    roles=Roles(
        reference=Standard("Reference thermometer", zh="标准温度计"),
        bath=Auxiliary("Bath", zh="恒温槽"),
        units=Unit("Thermometer", zh="温度计", up_to=3),
    ),
)
ERROR = Model(
    "E = t_ind + d_res - t_s - d_uniform",
    t_ind=Observed(),
    d_res=Resolution("unit"),
    t_s=Corrected("reference"),
    d_uniform=Characteristic("bath", "uniformity", zh="均匀性"),
)


@METHOD.section("Indication", zh="示值", points="points.csv", model=ERROR)
def indication(run: Run, point: Point, reference: MeasuresTemperature, units: Units[MeasuresTemperature]) -> None:
    """Read reference and displays."""
    run.observe("t_s", reference.temperature, times=point.readings)
    run.observe("t_ind", [unit.temperature for unit in units], times=point.readings)


@indication.before_each("nominal")
def heat(run: Run, point: Point, bath: ControlsTemperature) -> None:
    """Let the bath come to its temperature."""
    bath.set_temperature(point.nominal)
    run.wait(point["soaking"])


METHOD.check(
    "Plausible",
    zh="合理性",
    of="Indication",
    symbol="E",
    each="repetition",
    within="55 mK",
    otherwise=REPEAT,
    source="—",
)
