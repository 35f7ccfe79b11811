"""PM2.5 monitor against weighed filters: clean, sampled beside the monitor, conditioned for a day, weighed again.

Follows JJF 1659-2017 for the monitor, HJ 618-2011 and HJ 656-2013 for the filters. Figures of the regulations are from
memory and print as unverified. GB 3095-2012 (amended 2018) states particles at actual conditions; the concentration at
273.15 K and 298.15 K stands beside.
"""

from typing import Protocol

from labctl.instruments.capabilities import (
    ControlsFlow,
    GeneratesAerosol,
    MeasuresFlow,
    MeasuresMassConcentration,
    SamplesAir,
    SetsZero,
    Weighs,
)
from labctl.procedure import (
    ASK,
    CYCLES,
    RUN,
    STOP,
    Auxiliary,
    Characteristic,
    Condition,
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


class FilterBalance(Weighs, SetsZero, Protocol):
    """A balance whose zero is set before each weighing."""


class Sampler(SamplesAir, MeasuresFlow, Protocol):
    """A sampler that shows the flow that it holds."""


METHOD = Procedure(
    name="pm25-gravimetric",
    edition="1.0",
    document="JJF 1659-2017",
    document_title=Text(
        "Calibration Specification for PM2.5 Mass Concentration Monitors", zh="PM2.5质量浓度测量仪校准规范"
    ),
    title=Text("PM2.5 monitor, against weighed filters", zh="PM2.5质量浓度测量仪（滤膜称重法）"),
    roles=Roles(
        balance=Standard("Filter balance", zh="滤膜天平"),
        audit=Standard("Audit standard for flow", zh="流量校准器"),
        sampler=Auxiliary("Reference sampler", zh="参比采样器"),
        filters=Auxiliary("Filters", zh="滤膜"),
        chamber=Auxiliary("Dust chamber", zh="测试舱"),
        generator=Auxiliary("Aerosol generator", zh="气溶胶发生器"),
        dilution=Auxiliary("Dilution air", zh="稀释气"),
        watch=Auxiliary("Chamber monitor", zh="舱内监视仪"),
        unit=Unit("PM2.5 monitor", zh="PM2.5测量仪"),
    ),
    environment=Environment(temperature="(20 ± 5) °C", humidity="≤ 75 %"),
)
WEIGHING_ROOM = Environment(temperature="(20 ± 5) °C", humidity="(50 ± 5) %")
SPREAD = Steady(during="5 min", within="10 %", timeout="2 h")
BESIDE = Steady(readings=2, within="25 %", timeout="8 h")

FLOW = Model(
    "d_q = q_i + d_res - q_a",
    "e_q = d_q / q_a",
    q_i=Observed(),  # as the sampler shows it
    d_res=Resolution("sampler"),
    q_a=Corrected("audit"),
)
MASS = Model("m = W + d_hum", W=Corrected("balance"), d_hum=Characteristic("filters", "conditioning", zh="滤膜平衡"))
AGREE = Model("d_m = span(m[:])", m=Result("Clean filters", "m"))
AGREE_LOADED = Model("d_m = span(m[:])", m=Result("Loaded filters", "m"))
BLANK = Model(
    "m_b = mean(m_l[kind == 'blank'] - m_u[kind == 'blank'])",
    m_l=Result("Loaded filters", "m", by="filter"),
    m_u=Result("Clean filters", "m", by="filter"),
)
CONCENTRATION = Model(
    "m = m_l - m_u - m_b + d_blank",
    "q = (q_i - d_q) * (1 + d_hold)",
    "cut = d_cut - k_cut * (q / q_0 - 1)",  # what the inlet, at the flow that it has, keeps back of PM2.5
    "gone = v * (1 - exp(-(t / 2 + resting + d_rest) / tau))",  # what had left the dust when it was weighed
    "C_r = m / (q * (t + d_t)) / (1 - gone + d_damp) * (1 + d_leak + cut)",  # at actual conditions
    "T = t_air - t_0",
    "C_273 = C_r * T / T_273 * p_0 / p_air",
    "C_298 = C_r * T / T_298 * p_0 / p_air",
    "C = C_m + d_res",
    "E = C / (C_r * (1 + d_uniform)) - 1",
    C_m=Observed(),
    d_res=Resolution("unit"),
    m_l=Result("Loaded filters", "m", by="filter"),
    m_u=Result("Clean filters", "m", by="filter"),
    m_b=Result("Blank", "m_b"),
    d_blank=Characteristic(
        "filters", "blank change", zh="空白滤膜变化"
    ),  # of this filter beside the mean of the blanks
    v=Characteristic("filters", "volatile share", zh="挥发性组分占比", scope=RUN),
    tau=Constant(
        "24 h",
        half_width="8 h",
        source=Text(
            "estimate from loaded filters weighed again after one and two days", zh="由采样滤膜一天和两天后复称估计"
        ),
    ),  # in which what is volatile goes down by a factor e
    d_rest=Effect(
        "time of conditioning, a day longer at the most",
        "24 h",
        zh="平衡时间，至多再延长一天",
        source=Text("weighed 24 h to 48 h after sampling", zh="采样后 24 h 至 48 h 称量"),
    ),
    d_damp=Characteristic("filters", "moisture of dust", zh="尘样吸湿"),
    q_i=Observed(),  # a trace
    d_q=Result("Sampler flow", "d_q"),
    d_hold=Characteristic("sampler", "flow drift", zh="流量漂移"),
    t=Observed(),
    d_t=Characteristic("sampler", "timer", zh="计时"),
    d_leak=Characteristic("sampler", "leak", zh="泄漏"),
    d_cut=Characteristic("sampler", "cut point", zh="切割点", scope=RUN),
    k_cut=Characteristic("sampler", "cut with flow", zh="流量对切割点的影响", scope=RUN),
    q_0=Constant("16.67 L/min", source="HJ 93-2013, unconfirmed"),  # at which the inlet cuts at 2.5 µm
    d_uniform=Characteristic("chamber", "uniformity", zh="均匀性", scope=RUN),
    t_air=Condition("temperature"),
    p_air=Condition("pressure"),
    t_0=Constant("-273.15 °C"),
    T_273=Constant("273.15 K"),
    T_298=Constant("298.15 K"),
    p_0=Constant("101.325 kPa"),
)
REGRESSION = Model("b, a = fit.line(C_r[:], C[:])", C=Result("Concentration", "C"), C_r=Result("Concentration", "C_r"))


@METHOD.section("Sampler flow", zh="采样器流量", points="flow.csv", model=FLOW)
def sampler_flow(run: Run, point: Point, sampler: Sampler, audit: MeasuresFlow) -> None:
    """Read the sampler's own flow beside the audit standard, through a filter that is not weighed."""
    sampler.start()
    run.wait(point["warming"])
    run.observe("q_i", sampler.flow, times=point.readings)
    run.observe("q_a", audit.flow, times=point.readings)
    sampler.stop()


@sampler_flow.before_each("filter")
def spare_filter(run: Run, point: Point) -> None:
    """Put a filter in that is not weighed: air is drawn through it as through the others."""
    name = point.text("filter")
    run.instruct(
        Text(f"Insert a {name} filter into the sampler.", zh=f"将备用滤膜（{name}）装入采样器。"),
        picture="insert-filter.svg",
    )


@sampler_flow.before_each("section")
def audit_sampler(run: Run) -> None:
    """Put the audit standard before the sampler."""
    run.instruct(
        Text("Put the audit standard on the inlet of the sampler.", zh="将流量校准器接到采样器入口。"),
        picture="audit-sampler.svg",
    )


@METHOD.section(
    "Clean filters",
    zh="空白滤膜称量",
    points="filters.csv",
    model=MASS,
    environment=WEIGHING_ROOM,
    order=CYCLES,
    repeatability=Characteristic("balance", "repeatability", zh="重复性"),
)
def clean_filters(run: Run, point: Point, balance: FilterBalance) -> None:
    """Weigh each conditioned filter."""
    name = point.text("filter")
    run.instruct(Text(f"Put filter {name} on the pan.", zh=f"将滤膜 {name} 放到秤盘上。"), picture="weigh-filter.svg")
    run.observe("W", balance.stable_mass)


@clean_filters.before_each("filter", again=False)
def take_clean_filter(run: Run, point: Point, balance: FilterBalance) -> None:
    """Empty the pan, set the balance to zero, and have a filter ready that has never been sampled through."""
    name = point.text("filter")
    run.instruct(
        Text(
            f"Empty the pan. Have filter {name} ready: clean, marked, and conditioned for a day.",
            zh=f"清空秤盘。准备滤膜 {name}：洁净、已编号、已平衡 24 小时。",
        ),
        picture="clean-filter.svg",
    )
    balance.set_zero()


@METHOD.section("Concentration", zh="质量浓度", points="points.csv", model=CONCENTRATION, uses_up="filter")
def concentration(run: Run, point: Point, sampler: Sampler, unit: MeasuresMassConcentration) -> None:
    """Sample through the point's filter and read the monitor all the while."""
    sampler.start()
    with run.record("q_i", sampler.flow, every="10 min"):
        run.observe("C_m", unit.mass_concentration, times=point.readings, every=point["sampling"] / point.readings)
    sampler.stop()
    run.observe("t", sampler.sampling_time)


@concentration.before_each("section")
def end_audit(run: Run) -> None:
    """Take the audit standard away."""
    run.instruct(
        Text("Take the audit standard off the inlet of the sampler.", zh="从采样器入口取下流量校准器。"),
        picture="end-audit.svg",
    )


@concentration.before_each("filter")
def insert_filter(run: Run, point: Point) -> None:
    """Put the point's filter into the sampler; generator and pump rest meanwhile."""
    name = point.text("filter")
    run.instruct(
        Text(f"Insert filter {name} into the sampler.", zh=f"将滤膜 {name} 装入采样器。"), picture="insert-filter.svg"
    )


@concentration.before_each("filter")
def generate(
    run: Run,
    point: Point,
    generator: GeneratesAerosol,
    dilution: ControlsFlow,
    watch: MeasuresMassConcentration,
    unit: MeasuresMassConcentration,
) -> None:
    """Bring the chamber to its concentration, until the monitor has followed; an hourly one has a full hour then."""
    dilution.set_flow(point["dilution"])
    generator.set_mass_concentration(point.nominal)
    run.settle("C_chamber", watch.mass_concentration, SPREAD)
    run.settle("C_beside", unit.mass_concentration, BESIDE)


loaded_filters = METHOD.again(
    "Loaded filters", zh="采样滤膜称量", of="Clean filters", after="Concentration", earliest="24 h", latest="48 h"
)


@loaded_filters.before_each("filter")
def take_loaded_filter(run: Run, point: Point, balance: FilterBalance) -> None:
    """Empty the pan, set the balance to zero, and have the filter ready."""
    name = point.text("filter")
    run.instruct(
        Text(
            f"Empty the pan. Have filter {name} ready, conditioned for a day.",
            zh=f"清空秤盘。准备已平衡 24 小时的滤膜 {name}。",
        ),
        picture="clear-balance.svg",
    )
    balance.set_zero()


METHOD.reduce("Blank", zh="空白", model=BLANK, each="run")
METHOD.reduce("Clean weighings agree", zh="空白滤膜两次称量", model=AGREE, each="point")
METHOD.reduce("Loaded weighings agree", zh="采样滤膜两次称量", model=AGREE_LOADED, each="point")
METHOD.reduce("Regression", zh="线性回归", model=REGRESSION)
METHOD.check(
    "Flow of the sampler",
    zh="采样器流量",
    of="Sampler flow",
    symbol="e_q",
    within="5 %",
    otherwise=STOP,
    source="HJ 93-2013, unconfirmed",
)
METHOD.check(
    "Clean weighings agree",
    zh="空白滤膜两次称量",
    of="Clean weighings agree",
    symbol="d_m",
    at_most="0.04 mg",
    otherwise=ASK,
    source="HJ 656-2013, unconfirmed",
)
METHOD.check(
    "Loaded weighings agree",
    zh="采样滤膜两次称量",
    of="Loaded weighings agree",
    symbol="d_m",
    at_most="0.04 mg",
    otherwise=ASK,
    source="HJ 656-2013, unconfirmed",
)
METHOD.inspection(
    "Appearance",
    zh="外观",
    question=Text(
        "Is the monitor whole, its inlet clean, its display legible?", zh="仪器是否完好、采样口清洁、显示清晰？"
    ),
)
METHOD.require(
    "Error of indication",
    zh="示值误差",
    of="Concentration",
    symbol="E",
    within="20 %",
    source="JJF 1659-2017, unconfirmed",
)
FILTER, DIFFERENCE = Text("Filter", zh="滤膜"), Text("Difference", zh="差值")
MASS_OF_FILTER = {"filter": FILTER, "kind": Text("Kind", zh="类别"), "m": Text("Mass", zh="质量")}
METHOD.table(
    "Sampler flow",
    zh="采样器流量",
    columns=("set", "q_i", "q_a", "d_q [L/min]", "U(d_q)", "e_q [%]"),
    titles={
        "set": Text("Set", zh="设定值"),
        "q_i": Text("Sampler", zh="采样器"),
        "q_a": Text("Audit standard", zh="校准器"),
        "d_q": DIFFERENCE,
        "e_q": Text("Relative", zh="相对偏差"),
    },
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
METHOD.table("Clean filters", zh="空白滤膜称量", columns=("filter", "kind", "m [mg]", "U(m)"), titles=MASS_OF_FILTER)
METHOD.table("Loaded filters", zh="采样滤膜称量", columns=("filter", "kind", "m [mg]", "U(m)"), titles=MASS_OF_FILTER)
METHOD.table("Blank", zh="空白", columns=("m_b [mg]", "U(m_b)"), titles={"m_b": Text("Change", zh="变化")})
METHOD.table(
    "Clean weighings agree",
    zh="空白滤膜两次称量之差",
    columns=("filter", "d_m [mg]"),
    titles={"filter": FILTER, "d_m": DIFFERENCE},
)
METHOD.table(
    "Loaded weighings agree",
    zh="采样滤膜两次称量之差",
    columns=("filter", "d_m [mg]"),
    titles={"filter": FILTER, "d_m": DIFFERENCE},
)
