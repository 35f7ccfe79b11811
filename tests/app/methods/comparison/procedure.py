"""An industrial thermometer beside a working standard in a bath: both are sensors on channels of readouts."""

from labctl.instruments.capabilities import ControlsTemperature, MeasuresResistance, MeasuresTemperature
from labctl.procedure import (
    Auxiliary,
    Corrected,
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
    name="comparison",
    edition="1.0",
    document="none",
    title=Text("Thermometers in a bath", zh="恒温槽比较法"),
    roles=Roles(
        working=Standard("Working standard", zh="工作标准"),
        bath=Auxiliary("Bath", zh="恒温槽"),
        unit=Unit("Thermometer", zh="温度计"),
    ),
)
STEADY = Steady(readings=5, within="30 mK", timeout="3 h")
ERROR = Model("E = iec60751.t(R_x + d_res) - t_s", R_x=Observed(), d_res=Resolution("unit"), t_s=Corrected("working"))


@METHOD.section("Temperature", zh="温度", points="points.csv", model=ERROR)
def temperature(run: Run, point: Point, working: MeasuresTemperature, unit: MeasuresResistance) -> None:
    """Read both."""
    run.observe("t_s", working.temperature, times=point.readings)
    run.observe("R_x", unit.resistance, times=point.readings)


@temperature.before_each("nominal")
def soak(run: Run, point: Point, working: MeasuresTemperature, bath: ControlsTemperature) -> None:
    """Bring the bath to its temperature and let it become steady."""
    bath.set_temperature(point.nominal)
    run.wait(point["soaking"])
    run.settle("t_bath", working.temperature, STEADY)
