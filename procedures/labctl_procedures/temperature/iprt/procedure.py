"""Industrial platinum resistance thermometer, by comparison in a bath (JJG 229-2010).

The reference is read in a cell of the triple point of water before and after. Figures of the regulation are from memory
and print as unverified.
"""

from typing import Protocol

from labctl.instruments.capabilities import ControlsTemperature, MeasuresResistance, MeasuresTemperature, SetsCurrent
from labctl.procedure import (
    REPEAT,
    Auxiliary,
    Calibration,
    Characteristic,
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
    Units,
)


class ReferenceThermometer(MeasuresResistance, MeasuresTemperature, Protocol):
    """A standard thermometer: its resistance for the result, its temperature to see the bath by."""


METHOD = Procedure(
    name="iprt",
    edition="1.0",
    document="JJG 229-2010",
    interval="12 months",
    document_title=Text(
        "Verification regulation of industrial platinum and copper resistance thermometers",
        zh="工业铂、铜热电阻检定规程",
    ),
    title=Text("Industrial platinum resistance thermometer", zh="工业铂热电阻"),
    roles=Roles(
        sprt=Standard("Standard platinum resistance thermometer", zh="标准铂电阻温度计"),
        bridge=Standard("Bridge of the reference", zh="标准器测温电桥"),
        scanner=Standard("Readout of the units", zh="被检电阻测量仪"),
        bath=Auxiliary("Comparison bath", zh="恒温槽"),
        unit=Unit("Platinum resistance thermometer", zh="铂热电阻", up_to=12),
    ),
    environment=Environment(temperature="(20 ± 5) °C", humidity="≤ 80 %"),
)
CELL_STEADY = Steady(during="2 min", every="10 s", within="1 mK", timeout="1 h")
ICE_STEADY = Steady(during="2 min", every="10 s", within="2 mΩ", timeout="1 h")
SOAKED = Steady(during="10 min", within="20 mK", near="0.2 K", timeout="3 h")

TRIPLE_POINT = Model("R_tp = R_s", R_s=Corrected("bridge"))
AGAIN = Model(
    "d = sprt(R_s / R_tp) - sprt(1)",
    R_s=Corrected("bridge"),
    R_tp=Result("Triple point", "R_tp"),
    sprt=Calibration("sprt"),
)
SELF_HEATING = Model(
    "dR = R_2 - R_1 + d_res",  # at √2 times the current the power is twice as great
    "R_i = R_1",
    R_1=Observed(),  # both on the same readout, whose error cancels
    R_2=Observed(),
    d_res=Resolution("unit"),
)
COMPARISON = Model(
    "t = sprt(R_s / R_tp) + d_uniform + d_stable + d_cell",
    "R = R_x + d_channel - dR * R_x / R_i",  # at no current: what the current adds grows with the resistance
    "R_n = R - iec60751.slope(nominal) * (t - nominal + d_heat)",  # brought from the bath's temperature to the nominal
    "E = iec60751.t(R_n) - nominal",
    "drift = sprt(last(R_s[:]) / R_tp) - sprt(first(R_s[:]) / R_tp)",
    R_s=Corrected("bridge"),
    R_x=Corrected("scanner"),
    R_tp=Result("Triple point", "R_tp"),
    sprt=Calibration("sprt"),
    dR=Result("Self-heating", "dR"),
    R_i=Result("Self-heating", "R_i"),
    d_channel=Characteristic("scanner", "difference of channels", zh="通道差"),
    d_cell=Characteristic("sprt", "self-heating", zh="自热"),  # differs between cell and bath
    d_uniform=Characteristic("bath", "uniformity", zh="均匀性"),
    d_stable=Stability("t_bath"),
    d_heat=Effect(
        "self-heating, in ice and in the bath",
        "2 mK",
        zh="自热，冰点与恒温槽之差",
        source=Text("estimate: half of what 1 mA adds", zh="估计：1 mA 所增加的一半"),
    ),
)
CURVE = Model(
    "R_0, A, B = fit.callendar_van_dusen(t[:], R[:])",
    t=Result("Comparison", "t"),
    R=Result("Comparison", "R"),
)
RATIO = Model(
    "W_100 = mean(R_n[fixed == 'steam']) / mean(R_n[fixed == 'ice'])",
    "alpha = (W_100 - 1) / interval",
    R_n=Result("Comparison", "R_n"),
    interval=Constant("100 K", source=Text("definition of alpha", zh="α 的定义")),
)


@METHOD.section("Triple point", zh="水三相点", model=TRIPLE_POINT)
def triple_point(run: Run, sprt: ReferenceThermometer) -> None:
    """Read the reference thermometer in the triple-point cell."""
    run.instruct(
        Text("Put the reference thermometer into the triple-point cell.", zh="将标准铂电阻温度计插入水三相点瓶。"),
        picture="cell.svg",
    )
    run.settle("t_cell", sprt.temperature, CELL_STEADY)
    run.observe("R_s", sprt.resistance, times=10)


@METHOD.section("Self-heating", zh="自热", points="self-heating.csv", model=SELF_HEATING)
def self_heating(run: Run, point: Point, scanner: SetsCurrent, units: Units[MeasuresResistance]) -> None:
    """Read all units in ice at the measuring current and at √2 times it."""
    scanner.set_current(point["current"])
    for unit in units:
        run.settle("R_ice", unit.resistance, ICE_STEADY)
    run.observe("R_1", [unit.resistance for unit in units], times=point.readings)
    scanner.set_current(point["raised"])
    run.observe("R_2", [unit.resistance for unit in units], times=point.readings)
    scanner.set_current(point["current"])


@self_heating.before_each("section")
def ice(run: Run) -> None:
    """Put the units into ice."""
    run.instruct(Text("Put the thermometers into the ice point.", zh="将被检热电阻插入冰点槽。"), picture="ice.svg")


@METHOD.section("Comparison", zh="比较", points="points.csv", model=COMPARISON)
def comparison(run: Run, sprt: ReferenceThermometer, units: Units[MeasuresResistance]) -> None:
    """Read reference, units, units backwards, reference: symmetric in time."""
    run.scan(first=("R_s", sprt.resistance), then=("R_x", [unit.resistance for unit in units]))


@comparison.before_each("section")
def immerse(run: Run) -> None:
    """Put reference and units side by side into the bath."""
    run.instruct(
        Text(
            "Put reference and thermometers side by side into the bath, at least 300 mm deep.",
            zh="将标准器与被检热电阻并排插入恒温槽，插入深度不小于 300 mm。",
        ),
        picture="bath.svg",
    )


@comparison.before_each("nominal")
def soak(run: Run, point: Point, sprt: ReferenceThermometer, bath: ControlsTemperature) -> None:
    """Bring the bath to its temperature and let it become steady."""
    bath.set_temperature(point.nominal)
    run.settle("t_bath", sprt.temperature, SOAKED)


METHOD.again("Triple point again", zh="水三相点复测", of="Triple point", model=AGAIN)
METHOD.check(
    "Scan drift",
    zh="巡检期间漂移",
    of="Comparison",
    symbol="drift",
    each="repetition",
    within="20 mK",
    otherwise=REPEAT,
    source="JJG 229-2010, unconfirmed",
)
METHOD.check(
    "Reference unchanged",
    zh="标准器复核",
    of="Triple point again",
    symbol="d",
    within="5 mK",
    otherwise=Invalidate("Triple point", "Comparison"),
    source=Text("practice of the laboratory, unconfirmed", zh="实验室惯例，未经核实"),
)
METHOD.inspection(
    "Appearance",
    zh="外观",
    question=Text("Is the thermometer whole, straight and legibly marked?", zh="热电阻是否完好、平直、标识清晰？"),
)
METHOD.inspection(
    "Insulation",
    zh="绝缘电阻",
    question=Text(
        "Is the insulation between leads and sheath 100 MΩ or more at 100 V?",
        zh="施加 100 V 时，引线与保护管之间的绝缘电阻是否不小于 100 MΩ？",
    ),
    source="JJG 229-2010, unconfirmed",
)
METHOD.reduce("Curve", zh="特性", model=CURVE)
METHOD.reduce("Ratio", zh="电阻比", model=RATIO)
METHOD.require("Deviation", zh="偏差", of="Comparison", symbol="E", within="mpe", source="IEC 60751:2022, unconfirmed")
METHOD.table(
    "Triple point",
    zh="水三相点",
    columns=("R_tp", "U(R_tp)"),
    titles={"R_tp": Text("Reference", zh="标准器电阻")},
)
METHOD.table(
    "Self-heating",
    zh="自热",
    columns=("nominal", "dR [mΩ]", "U(dR)"),
    titles={"dR": Text("At no current", zh="零电流外推修正")},
)
METHOD.table(
    "Triple point again",
    zh="水三相点复测",
    columns=("d [mK]", "U(d)"),
    titles={"d": Text("Change of the reference", zh="标准器变化")},
)
METHOD.table(
    "Comparison",
    zh="比较结果",
    columns=("nominal", "R_n", "U(R_n)", "E", "U(E)", "mpe", "verdict"),
    titles={"R_n": Text("Resistance", zh="电阻"), "E": Text("Deviation", zh="偏差")},
)
METHOD.table(
    "Ratio",
    zh="电阻比与温度系数",
    columns=("W_100", "U(W_100)", "alpha", "U(alpha)"),
    titles={
        "W_100": Text("R(100 °C) / R(0 °C)", zh="R(100 °C)/R(0 °C)"),
        "alpha": Text("Temperature coefficient", zh="电阻温度系数"),
    },
)
METHOD.table(
    "Curve",
    zh="Callendar-van Dusen 特性",
    columns=("R_0", "U(R_0)", "A", "U(A)", "B", "U(B)"),
    titles={
        "R_0": Text("R at 0 °C", zh="0 °C 时的电阻"),
        "A": Text("A", zh="A"),
        "B": Text("B", zh="B"),
    },
)
