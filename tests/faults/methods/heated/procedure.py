"""Everything of a temperature bench that can heat, heated, and for long enough to be struck there."""

from labctl.instruments.capabilities import ControlsTemperature, MeasuresResistance
from labctl.procedure import Auxiliary, Constant, Model, Observed, Point, Procedure, Resolution, Roles, Run, Text, Unit

METHOD = Procedure(
    name="heated",
    edition="1.0",
    document="none",
    title=Text("60 °C", zh="60 °C"),
    roles=Roles(
        bath=Auxiliary("Bath", zh="恒温槽"),
        circulator=Auxiliary("Circulator", zh="循环器"),
        well=Auxiliary("Dry well", zh="干体炉"),
        furnace=Auxiliary("Furnace", zh="检定炉"),
        unit=Unit("Thermometer", zh="铂电阻"),
    ),
)
CHANGE = Model("dR = R + d_res - R_0", R=Observed(), d_res=Resolution("unit"), R_0=Constant("100 Ω"))


@METHOD.section("Heat", zh="加热", points="points.csv", model=CHANGE)
def heat(
    run: Run,
    point: Point,
    bath: ControlsTemperature,
    circulator: ControlsTemperature,
    well: ControlsTemperature,
    furnace: ControlsTemperature,
    unit: MeasuresResistance,
) -> None:
    """Heat all of them, and read."""
    bath.set_temperature(point.nominal)
    circulator.set_temperature(point.nominal)
    well.set_temperature(point.nominal)
    furnace.set_temperature(point["furnace"])
    run.observe("R", unit.resistance, times=point.readings)
