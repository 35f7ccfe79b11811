"""A particulate monitor against weighed filters, for tests: every word of the language that has to do with results."""

from labctl.instruments.capabilities import (
    GeneratesAerosol,
    MeasuresFlow,
    MeasuresMassConcentration,
    MeasuresPressure,
    MeasuresTemperature,
    SamplesAir,
    Weighs,
)
from labctl.procedure import (
    ASK,
    CYCLES,
    POOLED,
    REPEAT,
    Auxiliary,
    Characteristic,
    Condition,
    Constant,
    Corrected,
    Effect,
    Environment,
    Invalidate,
    Model,
    Observed,
    Point,
    Procedure,
    Resolution,
    Result,
    Roles,
    Run,
    Stability,
    Standard,
    Steady,
    Text,
    Unit,
)

METHOD = Procedure(
    name="particulate",
    edition="1",
    document="JJF 1659-2017",
    title=Text("Particulate monitor", zh="颗粒物监测仪"),
    roles=Roles(
        balance=Standard("Balance", zh="天平"),
        flowmeter=Standard("Flowmeter", zh="流量计"),
        sampler=Standard("Sampler", zh="采样器"),
        thermometer=Standard("Thermometer", zh="温度计"),
        chamber=Auxiliary("Chamber", zh="气室"),
        room=Auxiliary("Weighing room", zh="称量室"),
        unit=Unit("Monitor", zh="监测仪"),
    ),
    environment=Environment(temperature="(20 ± 5) °C"),
)
WEIGHING_ROOM = Environment(temperature="(20 ± 1) °C", humidity="(50 ± 5) %")
SPREAD = Steady(during="5 min", within="10 %", timeout="2 h")
MASS = Model(
    "m = W + d_hum", W=Corrected("balance"), d_hum=Characteristic("room", "filter conditioning", zh="滤膜平衡")
)
BLANK = Model(
    "m_b = mean(m_l[kind == 'blank'] - m_u[kind == 'blank'])",
    m_l=Result("Loaded filters", "m", by="filter"),
    m_u=Result("Clean filters", "m", by="filter"),
)
AGREE = Model("d_m = span(m[:])", m=Result("Loaded filters", "m"))
CONCENTRATION = Model(
    "rho_a = air_density(t_air, p_air, h_air)",
    "m = (m_l - m_u - m_b) * (1 - rho_a / rho_b) / (1 - rho_a / rho_f)",
    "C_r = m / (q * t) * (1 + d_leak)",
    "E = C_m + d_res - C_r - d_uniform - d_stable",
    "swing = span(q[:])",
    C_m=Observed(),
    d_res=Resolution("unit"),
    q=Corrected("flowmeter"),
    t=Corrected("sampler"),
    m_u=Result("Clean filters", "m", by="filter"),
    m_l=Result("Loaded filters", "m", by="filter"),
    m_b=Result("Blank", "m_b"),
    t_air=Condition("temperature"),
    p_air=Condition("pressure"),
    h_air=Condition("humidity"),
    rho_b=Constant("8000 kg/m³", half_width="50 kg/m³", source="made up"),
    rho_f=Constant("2200 kg/m³"),
    d_leak=Effect("leak of the filter holder", "0.2 %", zh="滤膜夹泄漏", source="made up"),
    d_uniform=Characteristic("chamber", "uniformity", zh="均匀性"),
    d_stable=Stability("C_chamber"),
)
WARMING = Model("d_t = t_i + d_res - t_s", t_i=Observed(), t_s=Corrected("thermometer"), d_res=Resolution("unit"))
AGAIN = Model(
    "shift = (t_i + d_res - t_s) - d_t",
    t_i=Observed(),
    t_s=Corrected("thermometer"),
    d_res=Resolution("unit"),
    d_t=Result("Temperature", "d_t"),
)
LEAK = Model("rate = -slope(P[:])", P=Observed())
HYSTERESIS = Model("h = mean(E[direction == 'down'] - E[direction == 'up'])", E=Result("Concentration", "E"))
LEVEL = Model("E_n = mean(E[:])", E=Result("Concentration", "E"))
WORST = Model("E_w = mean(abs(E_n[:]))", E_n=Result("Level", "E_n"))


@METHOD.section("Temperature", zh="温度", model=WARMING)
def temperature(run: Run, unit: MeasuresTemperature, thermometer: MeasuresTemperature) -> None:
    """Read the monitor's own thermometer beside ours."""
    run.attach("lots.txt")
    run.observe("t_s", thermometer.temperature, times=5)
    run.observe("t_i", unit.temperature, times=5)


@METHOD.section("Leak", zh="气密性", points="leak.csv", model=LEAK, repeatability=POOLED)
def leak(run: Run, point: Point, unit: MeasuresPressure) -> None:
    """Record the falling pressure."""
    with run.record("P", unit.pressure, every="1 s"):
        run.wait(point["recording"])


@METHOD.section(
    "Clean filters",
    zh="空白滤膜称量",
    points="filters.csv",
    model=MASS,
    environment=WEIGHING_ROOM,
    order=CYCLES,
    repeatability=Characteristic("balance", "repeatability", zh="重复性"),
)
def clean_filters(run: Run, point: Point, balance: Weighs) -> None:
    """Weigh each conditioned filter."""
    name = point.text("filter")
    run.instruct(Text(f"Place filter {name}.", zh=f"放置滤膜 {name}。"))
    run.observe("W", balance.stable_mass)


@METHOD.section("Concentration", zh="质量浓度", points="points.csv", model=CONCENTRATION)
def concentration(
    run: Run, point: Point, sampler: SamplesAir, flowmeter: MeasuresFlow, unit: MeasuresMassConcentration
) -> None:
    """Sample through the point's filter and read the monitor all the while."""
    name = point.text("filter")
    run.instruct(Text(f"Insert filter {name}.", zh=f"装入滤膜 {name}。"), picture="chamber.svg")
    sampler.start()
    with run.record("q", flowmeter.flow, every="60 s"):
        run.observe("C_m", unit.mass_concentration, times=point.readings, every=point["sampling"] / point.readings)
    sampler.stop()
    run.observe("t", sampler.sampling_time)


@concentration.before_each("nominal")
def generate(run: Run, point: Point, chamber: GeneratesAerosol, unit: MeasuresMassConcentration) -> None:
    """Bring the chamber to its concentration."""
    chamber.set_mass_concentration(point.nominal)
    run.settle("C_chamber", unit.mass_concentration, SPREAD)


METHOD.again(
    "Loaded filters", zh="采样滤膜称量", of="Clean filters", after="Concentration", earliest="24 h", latest="48 h"
)
METHOD.again("Temperature again", zh="温度复测", of="Temperature", model=AGAIN)
METHOD.reduce("Blank", zh="空白", model=BLANK, each="run")
METHOD.reduce("Weighings agree", zh="两次称量", model=AGREE, each="point")
METHOD.reduce("Hysteresis", zh="回程误差", model=HYSTERESIS)
METHOD.reduce("Level", zh="平均误差", model=LEVEL, each="nominal")
METHOD.reduce("Worst", zh="总体误差", model=WORST)
METHOD.inspection("Appearance", zh="外观", question=Text("Whole and clean?", zh="完好、清洁？"))
METHOD.check(
    "Weighings agree",
    zh="两次称量",
    of="Weighings agree",
    symbol="d_m",
    within="0.04 mg",
    otherwise=ASK,
    source="made up",
)
METHOD.check(
    "Flow steady",
    zh="流量稳定",
    of="Concentration",
    symbol="swing",
    at_most="1 L/min",
    otherwise=ASK,
    source="made up",
)
METHOD.check(
    "Thermometers agree",
    zh="温度计一致",
    of="Temperature",
    symbol="d_t",
    each="repetition",
    within="5 K",
    otherwise=REPEAT,
    source="made up",
)
METHOD.check(
    "Temperature unchanged",
    zh="温度未变",
    of="Temperature again",
    symbol="shift",
    within="2 K",
    otherwise=Invalidate("Temperature", "Concentration"),
    source="made up",
)
METHOD.require("Temperature", zh="温度", of="Temperature", symbol="d_t", within="2 K", source="made up")
METHOD.require("Error", zh="示值误差", of="Concentration", symbol="E", within="mpe")
METHOD.require("Leak", zh="气密性", of="Leak", symbol="rate", at_most="10 Pa / s", source="made up")
METHOD.require("Mean error", zh="平均误差", of="Level", symbol="E_n", within="unit.mean_error")
METHOD.table("Concentration", zh="质量浓度", columns=("nominal", "C_r", "U(C_r)", "C_m", "E", "U(E)", "verdict"))
METHOD.table("Level", zh="平均误差", columns=("nominal", "E_n", "U(E_n)", "verdict"))
METHOD.table("Hysteresis", zh="回程误差", columns=("h", "U(h)"))
METHOD.table("Worst", zh="总体误差", columns=("E_w", "U(E_w)"))
