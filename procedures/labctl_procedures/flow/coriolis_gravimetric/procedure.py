"""Coriolis mass flowmeter by static weighing with flying start and finish: error of its mass pulses, repeatability.

Follows JJG 1038-2008; ISO 4185 for the weighing, ISO 7278-3 for the double timing. The diverter's correction is that of
the rig's own verification. Figures of the regulation are from memory and print as unverified.
"""

from typing import Protocol

from labctl.instruments.capabilities import (
    ControlsFlow,
    CountsPulses,
    DivertsFlow,
    MeasuresFlow,
    MeasuresTemperature,
    SetsZero,
    TimesFilling,
    Weighs,
)
from labctl.procedure import (
    LAB,
    REPEAT,
    RUN,
    Auxiliary,
    Characteristic,
    Condition,
    Constant,
    Corrected,
    Environment,
    Model,
    Observed,
    Point,
    Procedure,
    Result,
    Roles,
    Run,
    Standard,
    Steady,
    Text,
    Unit,
)


class TimedDiverter(DivertsFlow, TimesFilling, Protocol):
    """A diverter with the timers that its middle starts and stops."""


METHOD = Procedure(
    name="coriolis-gravimetric",
    edition="1.0",
    document="JJG 1038-2008",
    interval="12 months",  # two years above class 0.5: the order says it
    document_title=Text("Verification regulation of Coriolis mass flowmeters", zh="科里奥利质量流量计检定规程"),
    title=Text("Coriolis mass flowmeter, by weighing", zh="科里奥利质量流量计（静态质量法）"),
    roles=Roles(
        balance=Standard("Tank balance", zh="称重电子秤"),
        rig=Standard("Diverter and its timers", zh="换向器及计时器"),
        tank=Standard("Tank thermometer", zh="水箱温度计"),
        line=Standard("Line transmitters", zh="管道变送器"),
        counter=Auxiliary("Pulse counter", zh="脉冲计数器"),
        pump=Auxiliary("Pump drive", zh="变频水泵"),
        master=Auxiliary("Flow indicator", zh="流量指示仪表"),
        pipework=Auxiliary("Pipes, diverter and tank", zh="管路、换向器与水箱"),
        unit=Unit("Coriolis mass flowmeter", zh="科里奥利质量流量计"),
    ),
    environment=Environment(temperature="(20 ± 15) °C", humidity="35 % to 95 %"),
)
FLOW_STEADY = Steady(during="30 s", within="1 %", near="5 %", timeout="10 min")
AT_REST = Steady(during="20 s", within="0.01 m³/h", timeout="10 min")

ERROR = Model(
    "rho_a = air_density(t_air, p_air, h_air)",
    "m = (W_1 - W_0) * (1 - rho_a / rho_b) / (1 - rho_a / (water_density(t_tank, p_air) + d_rho)) + d_splash",
    "q_m = m / (t + dt)",  # what is collected is q_m (t + dt)
    "E = N * pulse_mass / t_N / q_m - 1",
    "warming = span(t_line[:])",
    W_0=Corrected("balance"),
    W_1=Corrected("balance"),
    t=Corrected("rig"),
    t_N=Corrected("rig"),
    N=Observed(),
    t_tank=Corrected("tank"),
    t_line=Corrected("line"),
    dt=Characteristic("rig", "diverter correction", zh="换向器修正", scope=LAB),
    t_air=Condition("temperature"),
    p_air=Condition("pressure"),
    h_air=Condition("humidity"),
    rho_b=Constant(
        "8000 kg/m³",
        half_width="50 kg/m³",
        source=Text("OIML D 28, weights of stainless steel", zh="OIML D 28，不锈钢砝码"),
    ),
    d_rho=Characteristic("pipework", "water density", zh="水密度", scope=RUN),
    d_splash=Characteristic("pipework", "splash and storage", zh="溅水与管内存水", scope=RUN),
)
REPEATABILITY = Model("E_r = stdev(E[:])", E=Result("Error of indication", "E"))


@METHOD.section("Error of indication", zh="示值误差", points="points.csv", model=ERROR)
def error(
    run: Run,
    point: Point,
    rig: TimedDiverter,
    balance: Weighs,
    tank: MeasuresTemperature,
    line: MeasuresTemperature,
    counter: CountsPulses,
) -> None:
    """Weigh, collect with the pulses gated by the diverter, let it drip, weigh again."""
    rig.drain()
    run.observe("W_0", balance.stable_mass)
    with run.record("t_line", line.temperature, every="10 s"):
        rig.fill_for(point["filling"])
    run.observe("t", rig.filling_time)
    run.observe("N", counter.gated_pulses)
    run.observe("t_N", rig.pulse_time)
    run.wait(point["dripping"])
    run.observe("W_1", balance.stable_mass)
    run.observe("t_tank", tank.temperature)


@error.before_each("section")
def connect(run: Run) -> None:
    """Free the pipe of air, and bring the meter's pulses to the counter and to the timers."""
    run.instruct(
        Text(
            "Fill the pipe through the meter, open the vents until no more air comes, and close them.",
            zh="使管路和流量计充满水，打开排气阀至无气泡排出后关闭。",
        ),
        picture="bleed.svg",
    )
    run.instruct(
        Text(
            "Connect the mass pulses of the Coriolis meter to the counter and to the timer input of the rig.",
            zh="将科里奥利流量计的质量脉冲输出连接到计数器和装置的计时输入端。",
        ),
        picture="pulses-of-coriolis.svg",
    )


@error.before_each("section")
def set_zero(run: Run, rig: DivertsFlow, master: MeasuresFlow, unit: SetsZero) -> None:
    """Let the water in the full pipe come to rest, and let the meter find its zero."""
    rig.stand_by()
    run.settle("rest", master.flow, AT_REST)
    unit.set_zero()


@error.before_each("nominal")
def set_flow(run: Run, point: Point, rig: DivertsFlow, pump: ControlsFlow, master: MeasuresFlow) -> None:
    """Bring the flow to its value, into the bypass, and let it become steady."""
    rig.open_line()
    pump.set_flow(point.nominal)
    run.settle("flow", master.flow, FLOW_STEADY)


METHOD.reduce("Repeatability", zh="重复性", model=REPEATABILITY, each="point")
METHOD.check(
    "Water temperature",
    zh="水温变化",
    of="Error of indication",
    symbol="warming",
    each="repetition",
    at_most="0.5 K",
    otherwise=REPEAT,
    source="JJG 1038-2008, unconfirmed",
)
METHOD.inspection(
    "Appearance",
    zh="外观",
    question=Text(
        "Is the meter clean, whole, legibly marked and sealed?", zh="流量计是否清洁、完好、标识清晰、铅封完整？"
    ),
)
METHOD.require(
    "Error of indication",
    zh="示值误差",
    of="Error of indication",
    symbol="E",
    within="unit.accuracy_class",
    source="JJG 1038-2008, unconfirmed",
)
METHOD.require(
    "Repeatability",
    zh="重复性",
    of="Repeatability",
    symbol="E_r",
    at_most="unit.accuracy_class / 3",
    source="JJG 1038-2008, unconfirmed",
)
METHOD.table(
    "Error of indication",
    zh="示值误差",
    columns=("nominal", "q_m [kg/h]", "E [%]", "U(E)", "mpe", "verdict"),
    titles={
        "q_m": Text("Reference mass flow", zh="标准质量流量"),
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
