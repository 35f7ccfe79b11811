"""Electromagnetic flowmeter by a master meter in the same pipe: error of the indicated flow, and repeatability.

Follows JJG 1033-2007 for the meter and JJG 643-2003 for the way of measuring. Both meters are read side by side for
longer than the flow's own waves last. Figures of the regulations are from memory and print as unverified.
"""

from labctl.instruments.capabilities import ControlsFlow, DivertsFlow, MeasuresFlow
from labctl.procedure import (
    REPEAT,
    Auxiliary,
    Constant,
    Corrected,
    Effect,
    Environment,
    Model,
    Observed,
    Point,
    Procedure,
    Resolution,
    Result,
    Roles,
    Run,
    Standard,
    Steady,
    Text,
    Unit,
)

METHOD = Procedure(
    name="electromagnetic-by-master-meter",
    edition="1.0",
    document="JJG 1033-2007",
    interval="12 months",  # two years above class 0.5: the order says it
    document_title=Text("Verification regulation of electromagnetic flowmeters", zh="电磁流量计检定规程"),
    title=Text("Electromagnetic flowmeter, by master meter", zh="电磁流量计（标准表法）"),
    roles=Roles(
        master=Standard("Master meter", zh="标准流量计"),
        rig=Auxiliary("Valves and diverter", zh="阀门与换向器"),
        pump=Auxiliary("Pump drive", zh="变频水泵"),
        unit=Unit("Electromagnetic flowmeter", zh="电磁流量计"),
    ),
    environment=Environment(temperature="(20 ± 15) °C", humidity="35 % to 95 %"),
)
FLOW_STEADY = Steady(during="30 s", within="1 %", near="5 %", timeout="10 min")

ERROR = Model(
    "q_i = q + d_res",
    "q_s = q_m * (1 + beta * d_t)",  # the same mass passes both; a warmer meter sees more volume
    "E = q_i / q_s - 1",
    "drift = span(q_m[:]) / mean(q_m[:])",
    q=Observed(),
    d_res=Resolution("unit"),
    q_m=Corrected("master"),
    beta=Constant("2.1e-4 1/K", source=Text("thermal expansion of water at 20 °C", zh="水在 20 °C 时的热膨胀系数")),
    d_t=Effect(
        "water temperature at the meter against that at the master",
        "0.2 K",
        zh="被检表与标准表处的水温差",
        source=Text("estimate for two meters one behind the other", zh="两表串联时的估计值"),
    ),
)
REPEATABILITY = Model("E_r = stdev(E[:])", E=Result("Error of indication", "E"))


@METHOD.section("Error of indication", zh="示值误差", points="points.csv", model=ERROR)
def error(run: Run, point: Point, master: MeasuresFlow, unit: MeasuresFlow) -> None:
    """Read both meters side by side while the water runs."""
    with run.record("q_m", master.flow, every="2 s"), run.record("q", unit.flow, every="2 s"):
        run.wait(point["averaging"])


@error.before_each("section")
def connect(run: Run) -> None:
    """Mount the meter behind the master, and free the pipe of air."""
    run.instruct(
        Text(
            "Mount the meter in the pipe behind the master meter, and connect its interface.",
            zh="将被检流量计安装在标准流量计下游的管路中，并连接通信接口。",
        ),
        picture="in-series.svg",
    )
    run.instruct(
        Text(
            "Fill the pipe through the meter, open the vents until no more air comes, and close them.",
            zh="使管路和流量计充满水，打开排气阀至无气泡排出后关闭。",
        ),
        picture="bleed.svg",
    )


@error.before_each("nominal")
def set_flow(run: Run, point: Point, rig: DivertsFlow, pump: ControlsFlow, master: MeasuresFlow) -> None:
    """Bring the flow to its value, into the bypass, and let it become steady."""
    rig.open_line()
    pump.set_flow(point.nominal)
    run.settle("flow", master.flow, FLOW_STEADY)


METHOD.reduce("Repeatability", zh="重复性", model=REPEATABILITY, each="point")
METHOD.check(
    "Steadiness of the flow",
    zh="流量稳定性",
    of="Error of indication",
    symbol="drift",
    each="repetition",
    at_most="1 %",
    source="JJG 643-2003, unconfirmed",
    otherwise=REPEAT,
)
METHOD.inspection(
    "Appearance",
    zh="外观",
    question=Text(
        "Is the meter clean, whole, legibly marked and sealed?", zh="流量计是否清洁、完好、标识清晰、铅封完整？"
    ),
)
METHOD.inspection(
    "Zero",
    zh="零点",
    question=Text(
        "Does the display show no flow while the pipe is full and the valves are closed?",
        zh="满管且阀门关闭时，流量显示是否为零？",
    ),
    source="JJG 1033-2007, unconfirmed",
)
METHOD.require(
    "Error of indication",
    zh="示值误差",
    of="Error of indication",
    symbol="E",
    within="unit.accuracy_class",
    source="JJG 1033-2007, unconfirmed",
)
METHOD.require(
    "Repeatability",
    zh="重复性",
    of="Repeatability",
    symbol="E_r",
    at_most="unit.accuracy_class / 3",
    source="JJG 1033-2007, unconfirmed",
)
METHOD.table(
    "Error of indication",
    zh="示值误差",
    columns=("nominal", "q_s [m³/h]", "q_i [m³/h]", "E [%]", "U(E)", "mpe", "verdict"),
    titles={
        "q_s": Text("Reference flow", zh="标准流量"),
        "q_i": Text("Indicated flow", zh="示值流量"),
        "E": Text("Error", zh="示值误差"),
    },
)
METHOD.table(
    "Repeatability",
    zh="重复性",
    columns=("nominal", "E_r [%]", "mpe", "verdict"),
    titles={
        "E_r": Text("Repeatability", zh="重复性"),
        "mpe": Text("Limit", zh="允许值"),
    },
)
