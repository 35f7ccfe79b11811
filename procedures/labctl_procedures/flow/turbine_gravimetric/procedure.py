"""Turbine flowmeter by static weighing with flying start and finish: K factor, linearity and repeatability.

Follows JJG 1037-2008; ISO 4185 for the weighing, ISO 7278-3 for the double timing. Figures of the regulation are from
memory and print as unverified.
"""

from typing import Protocol

from labctl.instruments.capabilities import (
    ControlsFlow,
    CountsPulses,
    DivertsFlow,
    MeasuresFlow,
    MeasuresLineState,
    MeasuresTemperature,
    TimesFilling,
    Weighs,
)
from labctl.procedure import (
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
    name="turbine-gravimetric",
    edition="1.0",
    document="JJG 1037-2008",
    interval="12 months",  # two years above class 0.5: the order says it
    document_title=Text("Verification regulation of turbine flowmeters", zh="涡轮流量计检定规程"),
    title=Text("Turbine flowmeter, by weighing", zh="涡轮流量计（静态质量法）"),
    roles=Roles(
        balance=Standard("Tank balance", zh="称重电子秤"),
        rig=Standard("Diverter and its timers", zh="换向器及计时器"),
        tank=Standard("Tank thermometer", zh="水箱温度计"),
        line=Standard("Line transmitters", zh="管道变送器"),
        pump=Auxiliary("Pump drive", zh="变频水泵"),
        master=Auxiliary("Flow indicator", zh="流量指示仪表"),
        pipework=Auxiliary("Pipes, diverter and tank", zh="管路、换向器与水箱"),
        unit=Unit("Turbine flowmeter", zh="涡轮流量计"),
    ),
    environment=Environment(temperature="(20 ± 15) °C", humidity="35 % to 95 %"),
)
FLOW_STEADY = Steady(during="30 s", within="1 %", near="5 %", timeout="10 min")

DIVERTER = Model(
    "m_1 = W_1 - W_0 + d_splash",
    "m_b = W_3 - W_2 + count(t_b[:]) * d_splash",  # every burst loses as much as a filling does
    "dt = (m_b / sum(t_b[:]) * t_1 / m_1 * q_1 / q_b - 1) / (count(t_b[:]) / sum(t_b[:]) - 1 / t_1)",
    W_0=Corrected("balance"),
    W_1=Corrected("balance"),
    W_2=Corrected("balance"),
    W_3=Corrected("balance"),
    t_1=Corrected("rig"),
    t_b=Corrected("rig"),  # of every burst
    q_1=Observed(),  # the indicated flow enters as a ratio only
    q_b=Observed(),
    d_splash=Characteristic("pipework", "splash and storage", zh="溅水与管内存水", scope=RUN),
)
K_FACTOR = Model(
    "rho_a = air_density(t_air, p_air, h_air)",
    "m = (W_1 - W_0) * (1 - rho_a / rho_b) / (1 - rho_a / (water_density(t_tank, p_air) + d_rho)) + d_splash",
    "q = m / (water_density(t_line, p_line) + d_rho) / (t + dt)",  # what is collected is q (t + dt)
    "K = N / t_N / q",
    "warming = span(t_line[:])",
    W_0=Corrected("balance"),
    W_1=Corrected("balance"),
    t=Corrected("rig"),
    t_N=Corrected("rig"),
    N=Observed(),
    t_tank=Corrected("tank"),
    t_line=Corrected("line"),
    p_line=Corrected("line"),
    dt=Result("Diverter", "dt"),
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
REPEATABILITY = Model("E_r = stdev(K[:]) / mean(K[:])", K=Result("K factor", "K"))
METER_FACTOR = Model(
    "K_m = (max(K[:]) + min(K[:])) / 2",
    "delta = (max(K[:]) - min(K[:])) / (max(K[:]) + min(K[:]))",
    K=Result("K factor", "K"),
)


@METHOD.section("Diverter", zh="换向器", points="diverter.csv", model=DIVERTER, valid_for="90 d")
def diverter(run: Run, point: Point, rig: TimedDiverter, balance: Weighs, master: MeasuresFlow) -> None:
    """Collect once for the full time, then in bursts: what the diverter adds to each shows in the difference."""
    rig.drain()
    run.observe("W_0", balance.stable_mass)
    run.observe("q_1", master.flow, times=point.readings)
    rig.fill_for(point["filling"])
    run.observe("t_1", rig.filling_time)
    run.wait(point["dripping"])
    run.observe("W_1", balance.stable_mass)
    rig.drain()
    run.observe("W_2", balance.stable_mass)
    run.observe("q_b", master.flow, times=point.readings)
    for _ in range(point.count("bursts")):
        rig.fill_for(point["burst"])
        run.observe("t_b", rig.filling_time)
    run.wait(point["dripping"])
    run.observe("W_3", balance.stable_mass)


@METHOD.section("K factor", zh="仪表系数", points="points.csv", model=K_FACTOR)
def k_factor(
    run: Run,
    point: Point,
    rig: TimedDiverter,
    balance: Weighs,
    tank: MeasuresTemperature,
    line: MeasuresLineState,
    unit: CountsPulses,
) -> None:
    """Weigh, collect with the pulses gated by the diverter, let it drip, weigh again."""
    rig.drain()
    run.observe("W_0", balance.stable_mass)
    with run.record("t_line", line.temperature, every="10 s"), run.record("p_line", line.pressure, every="10 s"):
        rig.fill_for(point["filling"])
    run.observe("t", rig.filling_time)
    run.observe("N", unit.gated_pulses)
    run.observe("t_N", rig.pulse_time)
    run.wait(point["dripping"])
    run.observe("W_1", balance.stable_mass)
    run.observe("t_tank", tank.temperature)


@diverter.before_each("section")
def bleed(run: Run) -> None:
    """Free the pipe of air."""
    run.instruct(
        Text(
            "Fill the pipe through the meter, open the vents until no more air comes, and close them.",
            zh="使管路和流量计充满水，打开排气阀至无气泡排出后关闭。",
        ),
        picture="bleed.svg",
    )


@k_factor.before_each("section")
def connect(run: Run) -> None:
    """Bring the meter's pulses to the counter and to the timers."""
    run.instruct(
        Text(
            "Connect the pulse output of the turbine meter to the counter and to the timer input of the rig.",
            zh="将涡轮流量计的脉冲输出连接到计数器和装置的计时输入端。",
        ),
        picture="pulses-of-unit.svg",
    )


@k_factor.before_each("nominal")
@diverter.before_each("nominal")
def set_flow(run: Run, point: Point, rig: DivertsFlow, pump: ControlsFlow, master: MeasuresFlow) -> None:
    """Bring the flow to its value, into the bypass, and let it become steady."""
    rig.open_line()
    pump.set_flow(point.nominal)
    run.settle("flow", master.flow, FLOW_STEADY)


METHOD.reduce("Repeatability", zh="重复性", model=REPEATABILITY, each="point")
METHOD.reduce("Meter factor", zh="平均仪表系数", model=METER_FACTOR)
METHOD.check(
    "Water temperature",
    zh="水温变化",
    of="K factor",
    symbol="warming",
    each="repetition",
    at_most="0.5 K",
    otherwise=REPEAT,
    source="JJG 1037-2008, unconfirmed",
)
METHOD.inspection(
    "Appearance",
    zh="外观",
    question=Text("Is the meter clean, whole and legibly marked?", zh="流量计是否清洁、完好、标识清晰？"),
)
METHOD.require(
    "Linearity",
    zh="线性度",
    of="Meter factor",
    symbol="delta",
    at_most="unit.accuracy_class",
    source="JJG 1037-2008, unconfirmed",
)
METHOD.require(
    "Repeatability",
    zh="重复性",
    of="Repeatability",
    symbol="E_r",
    at_most="unit.accuracy_class / 3",
    source="JJG 1037-2008, unconfirmed",
)
METHOD.table(
    "Diverter",
    zh="换向器修正时间",
    columns=("nominal", "dt [ms]", "U(dt)"),
    titles={"dt": Text("Time correction", zh="时间修正值")},
)
METHOD.table(
    "K factor",
    zh="仪表系数",
    columns=("nominal", "q [m³/h]", "K [1/L]", "U(K)"),
    titles={"q": Text("Flow", zh="流量"), "K": Text("K factor", zh="仪表系数")},
)
METHOD.table(
    "Repeatability",
    zh="重复性",
    columns=("nominal", "E_r [%]", "mpe", "verdict"),
    titles={"E_r": Text("Repeatability", zh="重复性"), "mpe": Text("Limit", zh="允许值")},
)
METHOD.table(
    "Meter factor",
    zh="平均仪表系数与线性度",
    columns=("K_m [1/L]", "U(K_m)", "delta [%]", "U(delta)", "mpe", "verdict"),
    titles={
        "K_m": Text("Mean K factor", zh="平均仪表系数"),
        "delta": Text("Linearity", zh="线性度"),
        "mpe": Text("Limit", zh="允许值"),
    },
)
