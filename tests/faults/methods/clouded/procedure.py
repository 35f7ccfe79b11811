"""Everything of a particle bench that blows, blowing, and for long enough to be struck there."""

from labctl.instruments.capabilities import ControlsFlow, GeneratesAerosol, MeasuresMassConcentration
from labctl.procedure import Auxiliary, Constant, Model, Observed, Point, Procedure, Resolution, Roles, Run, Text, Unit

METHOD = Procedure(
    name="clouded",
    edition="1.0",
    document="none",
    title=Text("100 µg/m³", zh="100 µg/m³"),
    roles=Roles(
        generator=Auxiliary("Generator", zh="气溶胶发生器"),
        dilution=Auxiliary("Dilution", zh="稀释气"),
        sheath=Auxiliary("Sheath", zh="鞘气"),
        unit=Unit("Monitor", zh="监测仪"),
    ),
)
CHANGE = Model("dc = c + d_res - c_0", c=Observed(), d_res=Resolution("unit"), c_0=Constant("100 µg/m³"))


@METHOD.section("Cloud", zh="发尘", points="points.csv", model=CHANGE)
def generate(
    run: Run,
    point: Point,
    generator: GeneratesAerosol,
    dilution: ControlsFlow,
    sheath: ControlsFlow,
    unit: MeasuresMassConcentration,
) -> None:
    """Generate and dilute, and read."""
    dilution.set_flow(point["flow"])
    sheath.set_flow(point["flow"])
    generator.set_mass_concentration(point.nominal)
    run.observe("c", unit.mass_concentration, times=point.readings)
