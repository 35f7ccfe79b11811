"""Filters weighed before and after, for tests: series by filter, blanks, two cycles, several results of one point."""

from labctl.instruments.capabilities import MeasuresTemperature, Weighs
from labctl.procedure import (
    ASK,
    CYCLES,
    POOLED,
    Auxiliary,
    Characteristic,
    Corrected,
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
    Text,
    Unit,
)

METHOD = Procedure(
    name="weighing",
    edition="1",
    document="JJF 0000-2026",
    title=Text("Weighing", zh="称量"),
    roles=Roles(
        balance=Standard("Balance", zh="天平"),
        chamber=Auxiliary("Chamber", zh="气室"),
        unit=Unit("Monitor", zh="监测仪"),
    ),
)
MASS = Model("m = W + d_hum", W=Corrected("balance"), d_hum=Characteristic("chamber", "conditioning", zh="滤膜平衡"))
GAIN = Model(
    "g = m_l - m_u - m_b",
    "twice = 2 * g",
    m_u=Result("Clean", "m", by="filter"),
    m_l=Result("Loaded", "m", by="filter"),
    m_b=Result("Blank", "m_b"),
)
BLANK = Model(
    "m_b = mean(m_l[kind == 'blank'] - m_u[kind == 'blank'])",
    m_l=Result("Loaded", "m", by="filter"),
    m_u=Result("Clean", "m", by="filter"),
)
AGREE = Model("d_m = span(m[:])", m=Result("Loaded", "m"))
BATH = Model(
    "rate = slope(t[:])",
    "low = min(t[:])",
    "t_0 = t + d_res + d_stable",
    t=Observed(),
    d_res=Resolution("unit"),
    d_stable=Stability("t_bath"),
)


@METHOD.section("Clean", zh="空白", points="filters.csv", model=MASS, order=CYCLES, repeatability=POOLED)
def clean(run: Run, point: Point, balance: Weighs) -> None:
    """Weigh each filter."""
    run.instruct(f"Place filter {point.text('filter')}.")
    run.observe("W", balance.stable_mass)


@METHOD.section("Bath", zh="恒温槽", model=BATH)
def bath(run: Run, unit: MeasuresTemperature) -> None:
    """Watch a temperature for a while."""
    run.observe("t", unit.temperature, times=4)


METHOD.again("Loaded", zh="采样后", of="Clean", after="Bath", earliest="24 h", latest="48 h")
METHOD.reduce("Blank", zh="空白值", model=BLANK, each="run")
METHOD.reduce("Agree", zh="一致性", model=AGREE, each="point")
METHOD.reduce("Gain", zh="增量", model=GAIN, each="filter")
METHOD.check("Agree", of="Agree", symbol="d_m", within="0.04 mg", otherwise=ASK)
METHOD.require("Gain", zh="增量", of="Gain", symbol="g", at_least="1 mg")
