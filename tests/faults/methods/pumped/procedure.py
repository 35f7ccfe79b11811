"""A pump that runs with its watchdog armed, the valves open, and for long enough to be struck there."""

from labctl.instruments.capabilities import ControlsFlow, DivertsFlow, MeasuresFlow
from labctl.procedure import Auxiliary, Constant, Model, Observed, Point, Procedure, Resolution, Roles, Run, Text, Unit

METHOD = Procedure(
    name="pumped",
    edition="1.0",
    document="none",
    title=Text("5 m³/h", zh="5 m³/h"),
    roles=Roles(
        pump=Auxiliary("Pump", zh="水泵"), rig=Auxiliary("Valves", zh="阀门"), unit=Unit("Flow meter", zh="流量计")
    ),
)
CHANGE = Model("dq = q + d_res - q_0", q=Observed(), d_res=Resolution("unit"), q_0=Constant("5 m³/h"))


@METHOD.section("Pump", zh="供水", points="points.csv", model=CHANGE)
def pump_and_read(run: Run, point: Point, pump: ControlsFlow, rig: DivertsFlow, unit: MeasuresFlow) -> None:
    """Run the pump, wait longer than its watchdog would, and read."""
    del rig  # it has to be there, and be made safe
    pump.set_flow(point.nominal)
    run.wait(point["wait"])
    run.observe("q", unit.flow, times=point.readings, every=point["pause"])
