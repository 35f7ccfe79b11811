"""PM2.5 monitor in the dust chamber, beside a reference monitor that was calibrated by weighed filters.

Follows JJF 1659-2017: flow, temperature and pressure beside an audit standard, clock, zero, concentration. What a type
cannot show is left out by its points. Figures of the specification are from memory and print as unverified.
"""

from labctl.instruments.capabilities import (
    ControlsFlow,
    GeneratesAerosol,
    MeasuresFlow,
    MeasuresMassConcentration,
    MeasuresPressure,
    MeasuresTemperature,
    TellsTime,
)
from labctl.procedure import (
    RUN,
    Auxiliary,
    Characteristic,
    Corrected,
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
    name="pm25-monitor",
    edition="1.0",
    document="JJF 1659-2017",
    document_title=Text(
        "Calibration Specification for PM2.5 Mass Concentration Monitors", zh="PM2.5质量浓度测量仪校准规范"
    ),
    title=Text("PM2.5 monitor, in the dust chamber", zh="PM2.5质量浓度测量仪（测试舱比对）"),
    roles=Roles(
        audit=Standard("Audit standard", zh="流量温压校准器"),
        timekeeper=Standard("Time standard", zh="标准时钟"),
        reference=Standard("Reference monitor", zh="参比监测仪"),
        chamber=Auxiliary("Dust chamber", zh="测试舱"),
        generator=Auxiliary("Aerosol generator", zh="气溶胶发生器"),
        dilution=Auxiliary("Dilution air", zh="稀释气"),
        unit=Unit("PM2.5 monitor", zh="PM2.5测量仪"),
    ),
    environment=Environment(temperature="(20 ± 5) °C", humidity="≤ 75 %"),
)
SPREAD = Steady(during="5 min", within="10 %", timeout="2 h")
BESIDE = Steady(readings=2, within="25 %", timeout="8 h")

FLOW = Model("q = q_a", "E_q = (nominal - q) / q", q_a=Corrected("audit"))
TEMPERATURE = Model("E_t = t_i + d_res - t_a", t_i=Observed(), d_res=Resolution("unit"), t_a=Corrected("audit"))
PRESSURE = Model("E_p = p_i + d_res - p_a", p_i=Observed(), d_res=Resolution("unit"), p_a=Corrected("audit"))
CLOCK = Model("E_c = c_i + d_res - c_s", c_i=Observed(), d_res=Resolution("unit"), c_s=Corrected("timekeeper"))
ZERO = Model("z = C_0 + d_res", "s_0 = stdev(C_0[:])", C_0=Observed(), d_res=Resolution("unit"))
CONCENTRATION = Model(
    "C = C_m + d_res",
    "C_r = C_s",
    "E = C / (C_r * (1 + d_uniform)) - 1",
    C_m=Observed(),
    d_res=Resolution("unit"),
    C_s=Corrected("reference"),  # a trace
    d_uniform=Characteristic("chamber", "uniformity", zh="均匀性", scope=RUN),
)
REGRESSION = Model("b, a = fit.line(C_r[:], C[:])", C=Result("Concentration", "C"), C_r=Result("Concentration", "C_r"))


@METHOD.section("Flow", zh="流量", points="flow.csv", model=FLOW)
def flow(run: Run, point: Point, audit: MeasuresFlow) -> None:
    """Read what the monitor draws through its inlet."""
    run.observe("q_a", audit.flow, times=point.readings, every=point["interval"])


@METHOD.section("Temperature", zh="温度", points="sensors.csv", model=TEMPERATURE)
def temperature(run: Run, point: Point, audit: MeasuresTemperature, unit: MeasuresTemperature) -> None:
    """Read the monitor's thermometer and that of the audit standard at the same time: the room drifts."""
    with run.record("t_a", audit.temperature, every=point["interval"]):
        run.observe("t_i", unit.temperature, times=point.readings, every=point["interval"])


@METHOD.section("Pressure", zh="压力", points="sensors.csv", model=PRESSURE)
def pressure(run: Run, point: Point, audit: MeasuresPressure, unit: MeasuresPressure) -> None:
    """Read the monitor's barometer and that of the audit standard at the same time: the weather drifts."""
    with run.record("p_a", audit.pressure, every=point["interval"]):
        run.observe("p_i", unit.pressure, times=point.readings, every=point["interval"])


@flow.before_each("section")
def audit_inlet(run: Run) -> None:
    """Put the audit standard before the monitor."""
    run.instruct(
        Text("Put the audit standard on the inlet of the monitor.", zh="将流量校准器接到测量仪入口。"),
        picture="audit-monitor.svg",
    )


@METHOD.section("Clock", zh="时钟", points="clock.csv", model=CLOCK)
def clock_of_the_monitor(run: Run, timekeeper: TellsTime, unit: TellsTime) -> None:
    """Read the time standard, the monitor twice, the time standard: symmetric in time."""
    run.scan(first=("c_s", timekeeper.clock_time), then=("c_i", [unit.clock_time]))


@METHOD.section("Zero", zh="零点", points="zero.csv", model=ZERO)
def zero(run: Run, point: Point, unit: MeasuresMassConcentration) -> None:
    """Let the filtered air fill the monitor, then read it."""
    run.wait(point["settling"])
    run.observe("C_0", unit.mass_concentration, times=point.readings, every=point["interval"])


@zero.before_each("section")
def zero_filter(run: Run) -> None:
    """Put the zero filter on."""
    run.instruct(
        Text(
            "Take the audit standard off. Put the zero filter on the inlet.", zh="取下流量校准器，在入口装上零过滤器。"
        ),
        picture="zero-filter-on.svg",
    )


@METHOD.section("Concentration", zh="质量浓度", points="points.csv", model=CONCENTRATION)
def concentration(
    run: Run, point: Point, reference: MeasuresMassConcentration, unit: MeasuresMassConcentration
) -> None:
    """Read the monitor, and the reference all the while."""
    with run.record("C_s", reference.mass_concentration, every=point["beside"]):
        run.observe("C_m", unit.mass_concentration, times=point.readings, every=point["interval"])


@concentration.before_each("section")
def in_chamber(run: Run) -> None:
    """Take the zero filter off."""
    run.instruct(
        Text("Take the zero filter off.", zh="取下零过滤器。"),
        picture="zero-filter-off.svg",
    )


@concentration.before_each("nominal")
def generate(
    run: Run,
    point: Point,
    generator: GeneratesAerosol,
    dilution: ControlsFlow,
    reference: MeasuresMassConcentration,
    unit: MeasuresMassConcentration,
) -> None:
    """Bring the chamber to its concentration, until the monitor has followed; an hourly one has a full hour then."""
    dilution.set_flow(point["dilution"])
    generator.set_mass_concentration(point.nominal)
    run.settle("C_chamber", reference.mass_concentration, SPREAD)
    run.settle("C_beside", unit.mass_concentration, BESIDE)


METHOD.reduce("Regression", zh="线性回归", model=REGRESSION)
METHOD.inspection(
    "Appearance",
    zh="外观",
    question=Text(
        "Is the monitor whole, its inlet clean, its display legible?", zh="仪器是否完好、采样口清洁、显示清晰？"
    ),
)
METHOD.require(
    "Error of flow", zh="流量误差", of="Flow", symbol="E_q", within="5 %", source="JJF 1659-2017, unconfirmed"
)
METHOD.require(
    "Error of temperature",
    zh="温度误差",
    of="Temperature",
    symbol="E_t",
    within="2 K",
    source="JJF 1659-2017, unconfirmed",
)
METHOD.require(
    "Error of pressure", zh="压力误差", of="Pressure", symbol="E_p", within="1 kPa", source="JJF 1659-2017, unconfirmed"
)
METHOD.require(
    "Error of clock", zh="时钟误差", of="Clock", symbol="E_c", within="120 s", source="HJ 653-2013, unconfirmed"
)
METHOD.require("Zero", zh="零点", of="Zero", symbol="z", within="10 µg/m³", source="JJF 1659-2017, unconfirmed")
METHOD.require(
    "Noise at zero", zh="零点噪声", of="Zero", symbol="s_0", at_most="5 µg/m³", source="JJF 1659-2017, unconfirmed"
)
METHOD.require(
    "Error of indication",
    zh="示值误差",
    of="Concentration",
    symbol="E",
    within="20 %",
    source="JJF 1659-2017, unconfirmed",
)
METHOD.table(
    "Flow",
    zh="流量",
    columns=("nominal", "q [L/min]", "U(q)", "E_q [%]", "U(E_q)", "mpe", "verdict"),
    titles={"q": Text("Audit standard", zh="流量校准器")},
)
METHOD.table(
    "Temperature",
    zh="温度",
    columns=("t_i", "t_a", "E_t", "U(E_t)", "mpe", "verdict"),
    titles={"t_i": Text("Monitor", zh="测量仪示值"), "t_a": Text("Audit standard", zh="校准器示值")},
)
METHOD.table(
    "Pressure",
    zh="压力",
    columns=("p_i", "p_a", "E_p [hPa]", "U(E_p)", "mpe", "verdict"),
    titles={"p_i": Text("Monitor", zh="测量仪示值"), "p_a": Text("Audit standard", zh="校准器示值")},
)
METHOD.table("Clock", zh="时钟", columns=("E_c", "U(E_c)", "mpe", "verdict"))
METHOD.table(
    "Zero",
    zh="零点",
    columns=("z [µg/m³]", "U(z)", "s_0 [µg/m³]", "mpe", "verdict"),
    titles={"z": Text("Zero", zh="零点示值"), "s_0": Text("Noise", zh="零点噪声")},
)
METHOD.table(
    "Concentration",
    zh="质量浓度",
    columns=("nominal", "C_r [µg/m³]", "U(C_r)", "C [µg/m³]", "E [%]", "U(E)", "mpe", "verdict"),
    titles={"C_r": Text("Reference", zh="参比值"), "C": Text("Monitor", zh="测量仪示值")},
)
METHOD.table(
    "Regression",
    zh="线性回归",
    columns=("a", "U(a)", "b [µg/m³]", "U(b)"),
    titles={"a": Text("Slope", zh="斜率"), "b": Text("Intercept", zh="截距")},
)
